//! The memory that the system can give to this process.

/// What can be had without paging, in bytes: of the machine, or of the groups (cgroups, as containers and
/// batch systems set them) that the process is in, if these leave less. `None` where nobody tells.
#[cfg(target_os = "linux")]
pub(crate) fn available() -> Option<u64> {
    use procfs::{Current, Meminfo};
    let of_machine = Meminfo::current().ok().and_then(|memory| memory.mem_available);
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let of_groups = groups::left(&groups, std::path::Path::new("/sys/fs/cgroup"));
    of_machine.into_iter().chain(of_groups).min()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn available() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
mod groups {
    use std::fs;
    use std::path::Path;

    /// The names that a version of cgroups gives to the same figures.
    struct Names {
        limit: &'static str,
        usage: &'static str,
        /// In `memory.stat`: what was read from files and not lately, which the system drops if need be.
        droppable: &'static str,
    }

    const FIRST: Names = Names {
        limit: "memory.limit_in_bytes",
        usage: "memory.usage_in_bytes",
        droppable: "total_inactive_file",
    };

    const SECOND: Names =
        Names { limit: "memory.max", usage: "memory.current", droppable: "inactive_file" };

    /// The least that a group leaves, of those in a text like `/proc/self/cgroup` and all that they lie in.
    /// A line is `number:controllers:path`; in the second version, controllers are not named.
    pub(super) fn left(groups: &str, root: &Path) -> Option<u64> {
        let lines = groups.lines().filter_map(|line| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            let has_memory = controllers.split(',').any(|controller| controller == "memory");
            match controllers {
                "" => Some((SECOND, root.to_owned(), path)),
                _ if has_memory => Some((FIRST, root.join("memory"), path)),
                _ => None,
            }
        });
        let lefts = lines.filter_map(|(names, root, path)| {
            // In a container the path may be that of the machine, and the root the group itself.
            let inside = Path::new(path.trim_start_matches('/')).ancestors();
            inside.filter_map(|group| left_in(&root.join(group), &names)).min()
        });
        lefts.min()
    }

    /// What a group's limit leaves; `None` if it has none.
    fn left_in(group: &Path, names: &Names) -> Option<u64> {
        let text = |name: &str| fs::read_to_string(group.join(name)).ok();
        let limit: u64 = text(names.limit)?.trim().parse().ok()?; // `max` is none.
        let usage: u64 = text(names.usage)?.trim().parse().ok()?;
        let statistics = text("memory.stat").unwrap_or_default();
        let droppable = statistics.lines().find_map(|line| {
            line.strip_prefix(names.droppable)?.strip_prefix(' ')?.trim().parse::<u64>().ok()
        });
        Some(limit.saturating_sub(usage.saturating_sub(droppable.unwrap_or(0))))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn group(path: &Path, files: &[(&str, &str)]) {
            fs::create_dir_all(path).unwrap();
            for (name, text) in files {
                fs::write(path.join(name), text).unwrap();
            }
        }

        #[test]
        fn the_narrowest_group_counts() {
            let root = tempfile::tempdir().unwrap();
            let job = root.path().join("batch/job");
            group(root.path(), &[]);
            group(
                &root.path().join("batch"),
                &[("memory.max", "900\n"), ("memory.current", "850\n")],
            );
            group(&job, &[("memory.max", "1000\n"), ("memory.current", "600\n")]);
            let left = |groups: &str| left(groups, root.path());
            assert_eq!(left("0::/batch/job\n"), Some(50), "the group around it leaves least");
            fs::write(root.path().join("batch/memory.max"), "max\n").unwrap();
            assert_eq!(left("0::/batch/job\n"), Some(400));
            let statistics = "anon 100\ninactive_file 500\ninactive_file_x 7\n";
            fs::write(job.join("memory.stat"), statistics).unwrap();
            assert_eq!(
                left("0::/batch/job\n"),
                Some(900),
                "files that can be dropped do not count"
            );
            assert_eq!(left("0::/batch\n"), None);
            assert_eq!(left("nonsense\n3:cpu\n"), None);
        }

        #[test]
        fn groups_of_the_first_version_are_known() {
            let root = tempfile::tempdir().unwrap();
            let files = [
                ("memory.limit_in_bytes", "5000\n"),
                ("memory.usage_in_bytes", "4500\n"),
                ("memory.stat", "cache 3\ntotal_inactive_file 1000\n"),
            ];
            group(&root.path().join("memory/job"), &files);
            let text = "9:name=systemd:/\n4:cpu,memory:/job\n1:cpu:/job\n0::/\n";
            assert_eq!(left(text, root.path()), Some(1500));
            // What is seen from inside a container whose root is the group.
            group(&root.path().join("memory"), &files);
            assert_eq!(left("4:memory:/far/away\n", root.path()), Some(1500));
        }
    }
}
