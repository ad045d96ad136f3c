use tempfile::{TempDir, tempdir};

use super::*;

/// A folder with a file in it.
fn with_old() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    (folder, path)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    WholeFile::write_to(path, |out| out.write_all(text.as_bytes()))
}

fn count(folder: &TempDir) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_file_is_replaced_when_it_is_complete() {
    let (folder, path) = with_old();
    let mut file = WholeFile::create(&path).unwrap();
    assert_eq!(count(&folder), 1, "nothing is seen of a file to which nothing was written");
    file.write_all(b"new").unwrap();
    file.flush().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    file.finish().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(count(&folder), 1);
}

#[test]
fn what_fails_leaves_the_old_file_and_nothing_else() {
    let (folder, path) = with_old();
    let failed = WholeFile::write_to(&path, |out| {
        out.write_all(&[b'x'; 100_000])?;
        Err(io::Error::other("full"))
    });
    assert_eq!(failed.unwrap_err().to_string(), "full");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(count(&folder), 1);
}

#[test]
fn an_empty_file_is_a_file() {
    let (_folder, path) = with_old();
    write(&path, "").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
}

#[test]
fn a_new_file_replaces_none() {
    let (folder, path) = with_old();
    let mut file = WholeFile::create(&path).unwrap();
    file.write_all(b"new").unwrap();
    assert_eq!(file.finish_new().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    WholeFile::create(&folder.path().join("other")).unwrap().finish_new().unwrap();
    assert_eq!(count(&folder), 2);
}

#[test]
fn a_file_without_a_folder_or_a_possible_name_is_refused_at_once() {
    let folder = tempdir().unwrap();
    for name in ["none/file", "folder/", &"n".repeat(256)] {
        assert!(WholeFile::create(&folder.path().join(name)).is_err(), "{name}");
    }
    assert!(WholeFile::create(folder.path()).is_err());
    assert!(WholeFile::create(Path::new("")).is_err());
    write(&folder.path().join("n".repeat(255)), "long").unwrap();
    assert_eq!(count(&folder), 1);
}

#[test]
fn a_protected_file_is_not_replaced() {
    let (_folder, path) = with_old();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    // Nothing is protected against the superuser.
    let is_protected = OpenOptions::new().write(true).open(&path).is_err();
    assert_eq!(write(&path, "new").is_err(), is_protected);
}

#[test]
fn mounts_are_found_by_their_place() {
    let mounts =
        b"22 1 8:1 / / rw - ext4 /dev/a rw\n23 22 8:2 /x /a\\040b\\134c/f.rle rw - ext4 /b rw\n";
    assert!(has_mount(mounts, Path::new("/a b\\c/f.rle")));
    for path in ["/a b\\c", "/x", "/a b\\c/f.rle2", "rw"] {
        assert!(!has_mount(mounts, Path::new(path)), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = with_old();
    for mode in [0o600, 0o664, 0o755] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        write(&path, "new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
    }
}

#[cfg(unix)]
#[test]
fn links_stay_and_what_they_lead_to_is_replaced() {
    use std::os::unix::fs::symlink;
    let (folder, path) = with_old();
    fs::create_dir(folder.path().join("links")).unwrap();
    let [one, two, dangling] =
        ["links/one", "links/two", "dangling"].map(|l| folder.path().join(l));
    symlink("../file", &one).unwrap();
    symlink(&one, &two).unwrap();
    symlink("later", &dangling).unwrap();
    write(&two, "new").unwrap();
    write(&dangling, "new").unwrap();
    for file in [&path, &folder.path().join("later")] {
        assert_eq!(fs::read_to_string(file).unwrap(), "new");
    }
    assert!([one, two, dangling].iter().all(|link| link.is_symlink()));
    let looped = folder.path().join("loop");
    symlink("loop", &looped).unwrap();
    assert!(WholeFile::create(&looped).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn devices_and_open_files_are_written_to_as_they_are() {
    use std::os::fd::AsRawFd;
    write(Path::new("/dev/null"), "gone").unwrap();
    assert!(write(Path::new("/dev/full"), "too much").is_err());
    let (folder, path) = with_old();
    let open = OpenOptions::new().append(true).open(&path).unwrap();
    let link = folder.path().join("link");
    for name in ["/proc/self/fd", "/dev/fd"] {
        std::os::unix::fs::symlink(format!("{name}/{}", open.as_raw_fd()), &link).unwrap();
        write(&link, " and new").unwrap();
        fs::remove_file(&link).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "old and new and new");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for_without_end() {
    let folder = tempdir().unwrap();
    let pipe = |name| {
        let path = folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    };
    let path = pipe("without a reader");
    let error = WholeFile::create_within(&path, Duration::from_millis(20)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(error.to_string().contains("start its reader"), "{error}");

    let path = pipe("with one");
    let reader = thread::spawn({
        let path = path.clone();
        move || fs::read_to_string(path).unwrap()
    });
    let mut file = WholeFile::create_within(&path, Duration::from_secs(3600)).unwrap();
    file.write_all(b"all of it").unwrap();
    file.finish().unwrap();
    assert_eq!(reader.join().unwrap(), "all of it");
}
