//! A system that refuses what a run needs: one clear error, and no generation half done.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use lifelab::STEPPERS;

use crate::program::{Done, lifelab, run};

/// Runs the program in a shell with this limit.
fn limited(limit: &str, line: &str) -> Done {
    let program = lifelab(["x"]).get_program().to_string_lossy().into_owned();
    run(Command::new("sh").args(["-c", &format!("{limit}; exec {program} {line}")]))
}

/// Checks that a run completed, or that one message says why it did not.
#[track_caller]
fn completes_or_says_why(done: &Done) {
    match done.code {
        Some(0) => {}
        Some(1) => {
            assert_eq!(done.err.matches("error: ").count(), 1, "{}", done.err);
            assert!(!done.err.contains("panicked"), "{}", done.err);
        }
        code => panic!("{code:?}: {}", done.err),
    }
}

#[test]
fn a_grid_that_memory_cannot_hold_is_refused_before_work_starts() {
    for size in ["4294967295x4294967295", "4000000x4000000", "1x4294967295"] {
        let line = format!("run glider -q -g 1 --size {size}");
        let done = limited("ulimit -v 4000000", &line);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{size}: {}", done.err);
        assert!(done.err.contains("a higher memory limit"), "{size}: {}", done.err);
        let done = limited("ulimit -v 4000000", &format!("{line} --memory-limit 8000000TiB"));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{size}: {}", done.err);
        assert!(done.err.contains("no memory for a grid"), "{size}: {}", done.err);
    }
}

#[test]
fn few_open_files_are_enough_or_an_error() {
    for entry in STEPPERS {
        for io in ["none", "sleep:1ms", "socket:1ms", "'socket(unix):1ms'"] {
            let line = format!(
                "run glider --size 12x12 -q -g 2 --io {io} --timeout 60s --stepper {}",
                entry.name()
            );
            for limit in [12, 40] {
                completes_or_says_why(&limited(&format!("ulimit -n {limit}"), &line));
            }
        }
    }
}

#[test]
fn little_address_space_is_enough_or_an_error() {
    let steppers = STEPPERS.iter().map(|entry| entry.name().to_owned());
    let many = ["'process_pool(workers: 16)'", "'async_tasks(workers: 16)'"].map(str::to_owned);
    for stepper in steppers.chain(many) {
        for io in ["sleep:1ms", "'sleep:1ms offload'"] {
            let line = format!(
                "run --soup 0.4 --size 40x40 -q -g 2 --io {io} --timeout 60s --stepper {stepper}"
            );
            for kib in [80_000, 200_000, 1_000_000] {
                completes_or_says_why(&limited(&format!("ulimit -v {kib}"), &line));
            }
        }
    }
}

/// The limit does not bind the superuser; if the superuser runs the tests, the user `nobody` runs a
/// copy of the program.
#[test]
fn few_threads_and_processes_are_enough_or_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let everybody = || Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), everybody()).expect("it is ours");
    let program = folder.path().join("lifelab");
    fs::copy(lifelab(["x"]).get_program(), &program).expect("a copy");
    fs::set_permissions(&program, everybody()).expect("it is ours");
    for entry in STEPPERS {
        for io in ["none", "sleep:1ms", "socket:1ms"] {
            for limit in [3, 12, 60] {
                let script = format!(
                    "ulimit -u {limit} 2>/dev/null || ulimit -p {limit}
                     [ $(id -u) = 0 ] || exec $0 $*
                     command -v setpriv >/dev/null || exit 0
                     exec setpriv --reuid=65534 --regid=65534 --clear-groups $0 $*"
                );
                let line = format!(
                    "run --soup 0.4 --size 12x12 -q -g 2 --io {io} --timeout 60s --stepper {}",
                    entry.name()
                );
                let mut command = Command::new("sh");
                command.args(["-c", &script]).arg(&program).args(line.split(' '));
                completes_or_says_why(&run(command.current_dir("/")));
            }
        }
    }
}
