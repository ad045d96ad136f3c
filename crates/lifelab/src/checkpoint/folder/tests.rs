use std::num::NonZeroU32;
use std::time::Duration;

use tempfile::{TempDir, tempdir};

use super::*;
use crate::checkpoint::locked::PARTIAL;
use crate::{STEPPERS, Scenario, Simulation};

const SCENARIO: &str = r#"(start: soup(density: 0.4, seed: 3), size: "65x9", generations: 40)"#;

fn cadence(every: Every, keep: u32) -> Cadence {
    Cadence { every, keep: NonZeroU32::new(keep).unwrap() }
}

fn by_hand(keep: u32) -> Cadence {
    cadence(Every::Time(Duration::MAX), keep)
}

fn simulation() -> Simulation {
    Simulation::builder().scenario(&SCENARIO.parse().unwrap()).build().unwrap()
}

fn checkpoint(simulation: &Simulation) -> Checkpoint {
    Checkpoint::of(simulation, SCENARIO.parse().unwrap()).unwrap()
}

/// A folder with checkpoints of the first `generations` generations, not in use.
fn folder(generations: u64) -> TempDir {
    let folder = tempdir().unwrap();
    let mut checkpoints = Checkpoints::create(folder.path(), by_hand(100)).unwrap();
    let mut simulation = simulation();
    for _ in 0..generations {
        simulation.step().unwrap();
        checkpoints.save(&checkpoint(&simulation)).unwrap();
    }
    folder
}

fn file(folder: &TempDir, generation: u64) -> PathBuf {
    folder.path().join(name(generation))
}

fn name(generation: u64) -> String {
    file_name(generation.into())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_run_goes_on_as_if_nothing_had_happened_in_every_stepper() {
    let mut undisturbed = simulation();
    undisturbed.run(40).unwrap();
    // A test cannot host workers; those of the command line do it for the process pool.
    for entry in STEPPERS.iter().filter(|entry| entry.name() != "process_pool") {
        let mut first = Simulation::builder()
            .scenario(&Scenario {
                stepper: entry.name().parse().unwrap(),
                ..SCENARIO.parse().unwrap()
            })
            .build()
            .unwrap();
        first.run(17).unwrap();
        let folder = tempdir().unwrap();
        let mut checkpoints = Checkpoints::create(folder.path(), by_hand(1)).unwrap();
        checkpoints.save(&checkpoint(&first)).unwrap();
        drop(checkpoints);
        let resumed = Checkpoints::resume(folder.path()).unwrap();
        let mut second = Simulation::builder().checkpoint(&resumed.checkpoint).build().unwrap();
        second.run(23).unwrap();
        assert_eq!(second.snapshot(), undisturbed.snapshot(), "{}", entry.name());
        assert_eq!(second.bounding_box(), undisturbed.bounding_box());
    }
}

#[test]
fn the_last_ones_are_kept() {
    let folder = tempdir().unwrap();
    let mut checkpoints = Checkpoints::create(folder.path(), by_hand(2)).unwrap();
    let mut simulation = simulation();
    for _ in 0..5 {
        simulation.step().unwrap();
        checkpoints.save(&checkpoint(&simulation)).unwrap();
    }
    assert_eq!(names(folder.path()), [name(4), name(5)]);
    assert_eq!(checkpoints.last_generation(), Some(5.into()));
    assert_eq!(checkpoints.last_path(), Some(file(&folder, 5)));
}

#[test]
fn one_is_due_after_so_many_generations() {
    let folder = tempdir().unwrap();
    let every = cadence("3".parse().unwrap(), 9);
    let mut checkpoints = Checkpoints::create(folder.path(), every).unwrap();
    assert!(checkpoints.is_due(0), "there is none yet");
    assert_eq!(checkpoints.ahead(0), 1);
    checkpoints.save(&checkpoint(&simulation())).unwrap();
    assert_eq!([0, 1, 2, 3, 4].map(|generation| checkpoints.ahead(generation)), [3, 2, 1, 1, 1]);
    assert_eq!(
        [1, 2, 3, 4].map(|generation| checkpoints.is_due(generation)),
        [false, false, true, true]
    );
}

#[test]
fn one_is_due_after_a_time() {
    let folder = tempdir().unwrap();
    let mut checkpoints = Checkpoints::create(folder.path(), by_hand(1)).unwrap();
    assert!(!checkpoints.is_due(Count::MAX));
    checkpoints.set_cadence(cadence("0s".parse().unwrap(), 1));
    assert!(checkpoints.is_due(0));
}

#[test]
fn torn_and_corrupted_ones_are_skipped_and_named() {
    let folder = folder(4);
    let bytes = fs::read(file(&folder, 4)).unwrap();
    fs::write(file(&folder, 4), &bytes[..bytes.len() / 2]).unwrap();
    let mut bytes = fs::read(file(&folder, 3)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file(&folder, 3), &bytes).unwrap();

    let Resumed { checkpoint, skipped, .. } = Checkpoints::resume(folder.path()).unwrap();
    assert_eq!(checkpoint.generation, 2);
    let paths: Vec<_> = skipped.iter().map(|error| error.path().unwrap()).collect();
    assert_eq!(paths, [file(&folder, 4), file(&folder, 3)]);
    assert!(skipped.iter().all(|error| matches!(error.kind(), Kind::Checksum)), "{skipped:?}");
}

#[test]
fn a_skipped_one_does_not_push_valid_ones_out() {
    let folder = folder(4);
    fs::write(file(&folder, 4), "").unwrap();
    let Resumed { checkpoint, mut checkpoints, .. } = Checkpoints::resume(folder.path()).unwrap();
    checkpoints.set_cadence(by_hand(1));
    checkpoints.save(&checkpoint).unwrap();
    drop(checkpoints);
    assert_eq!(names(folder.path()), [name(3), name(4)]);
    assert_eq!(Checkpoints::resume(folder.path()).unwrap().checkpoint.generation, 3);
}

#[test]
fn a_folder_without_a_valid_one_is_an_error_that_says_why() {
    let folder = folder(2);
    fs::write(file(&folder, 1), "").unwrap();
    fs::write(file(&folder, 2), b"lifelab checkpoint 9\n").unwrap();
    let error = Checkpoints::resume(folder.path()).unwrap_err();
    assert!(matches!(error.kind(), Kind::Unusable { found: 2, .. }), "{error}");
    assert!(error.to_string().contains("version 9"), "{error}");

    let empty = tempdir().unwrap();
    let error = Checkpoints::resume(empty.path()).unwrap_err();
    assert!(matches!(error.kind(), Kind::Missing), "{error}");
    let error = Checkpoints::resume(&empty.path().join("none")).unwrap_err();
    assert!(matches!(error.kind(), Kind::Folder(_)), "{error}");
}

#[test]
fn other_files_are_neither_read_nor_removed() {
    let folder = folder(1);
    let others = ["2.checkpoint", "notes.txt", "+0000000000000000009.checkpoint", PARTIAL];
    for name in others {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let mut resumed = Checkpoints::resume(folder.path()).unwrap();
    assert_eq!(resumed.checkpoint.generation, 1);
    resumed.checkpoints.set_cadence(by_hand(1));
    resumed.checkpoints.save(&resumed.checkpoint).unwrap();
    for name in &others[..3] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_folder_serves_one_run_at_a_time() {
    let folder = folder(1);
    let resumed = Checkpoints::resume(folder.path()).unwrap();
    let error = Checkpoints::resume(folder.path()).unwrap_err();
    assert!(matches!(error.kind(), Kind::Busy), "{error}");
    drop(resumed);
    assert!(Checkpoints::resume(folder.path()).is_ok());
}

#[test]
fn a_new_run_does_not_mix_with_an_old_one() {
    let folder = folder(3);
    let error = Checkpoints::create(folder.path(), by_hand(1)).unwrap_err();
    assert!(matches!(error.kind(), Kind::Occupied { generation } if *generation == 3), "{error}");
}

#[test]
fn a_vanished_folder_is_an_error_and_the_last_one_stays_known() {
    let parent = tempdir().unwrap();
    let path = parent.path().join("run");
    let mut checkpoints = Checkpoints::create(&path, by_hand(1)).unwrap();
    let simulation = simulation();
    checkpoints.save(&checkpoint(&simulation)).unwrap();
    fs::remove_dir_all(&path).unwrap();
    let error = checkpoints.save(&checkpoint(&simulation)).unwrap_err();
    assert!(matches!(error.kind(), Kind::Write(_)), "{error}");
    assert_eq!(checkpoints.last_generation(), Some(Count::ZERO));
}

#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_others() {
    let folder = folder(2);
    let mut resumed = Checkpoints::resume(folder.path()).unwrap();
    // A folder in the place of the temporary file: not even root can write there.
    fs::create_dir(folder.path().join(PARTIAL)).unwrap();
    let error = resumed.checkpoints.save(&resumed.checkpoint).unwrap_err();
    assert!(matches!(error.kind(), Kind::Write(_)), "{error}");
    drop(resumed);
    assert_eq!(Checkpoints::resume(folder.path()).unwrap().checkpoint.generation, 2);
}

#[test]
fn after_a_failure_the_next_one_is_due_as_late_as_after_a_success() {
    let folder = folder(2);
    let mut resumed = Checkpoints::resume(folder.path()).unwrap();
    resumed.checkpoints.set_cadence(cadence("3".parse().unwrap(), 9));
    assert_eq!(resumed.checkpoints.ahead(5), 1);
    fs::create_dir(folder.path().join(PARTIAL)).unwrap();
    let mut simulation = simulation();
    simulation.run(5).unwrap();
    resumed.checkpoints.save(&checkpoint(&simulation)).unwrap_err();
    assert_eq!([5, 6].map(|generation| resumed.checkpoints.ahead(generation)), [3, 2]);
    assert_eq!(resumed.checkpoints.last_generation(), Some(2.into()));
    assert!([5, 6, 7].iter().all(|&generation| !resumed.checkpoints.is_due(generation)));
}

#[test]
fn failures_in_a_row_are_ever_farther_apart_up_to_a_minute() {
    let pauses =
        std::iter::successors(Some(next_pause(None)), |&pause| Some(next_pause(Some(pause))));
    let seconds: Vec<_> = pauses.take(8).map(|pause| pause.as_secs()).collect();
    assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
}

#[test]
fn a_moved_folder_is_written_to_where_it_is_and_not_another_one_in_its_place() {
    let parent = tempdir().unwrap();
    let [path, elsewhere] = ["run", "elsewhere"].map(|name| parent.path().join(name));
    let mut checkpoints = Checkpoints::create(&path, by_hand(1)).unwrap();
    let simulation = simulation();
    fs::rename(&path, &elsewhere).unwrap();
    let save = |checkpoints: &mut Checkpoints| checkpoints.save(&checkpoint(&simulation));
    let error = save(&mut checkpoints).unwrap_err();
    assert!(matches!(error.kind(), Kind::Moved { generation } if *generation == 0), "{error}");
    fs::create_dir(&path).unwrap();
    let error = save(&mut checkpoints).unwrap_err();
    assert!(matches!(error.kind(), Kind::Moved { .. }), "{error}");
    assert!(names(&path).is_empty());
    assert_eq!(names(&elsewhere), [name(0)]);
    assert!(matches!(Checkpoints::resume(&elsewhere).unwrap_err().kind(), Kind::Busy));
    fs::remove_dir(&path).unwrap();
    fs::rename(&elsewhere, &path).unwrap();
    save(&mut checkpoints).unwrap();
}

#[cfg(unix)]
#[test]
fn links_in_a_folder_are_not_followed_out_of_it() {
    use std::os::unix::fs::symlink;
    let (outside, folder) = (folder(2), folder(1));
    let victim = outside.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    for name in [PARTIAL, &name(2)] {
        symlink(&victim, folder.path().join(name)).unwrap();
    }
    symlink(file(&outside, 2), file(&folder, 3)).unwrap();
    let mut resumed = Checkpoints::resume(folder.path()).unwrap();
    assert_eq!((resumed.checkpoint.generation, resumed.skipped.len()), (1.into(), 2));
    assert!(resumed.skipped.iter().all(|error| error.to_string().ends_with("it is a link")));
    let mut simulation = simulation();
    simulation.run(2).unwrap();
    resumed.checkpoints.save(&checkpoint(&simulation)).unwrap();
    assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
    assert!(!file(&folder, 2).is_symlink());
}

#[test]
fn what_is_no_regular_file_is_not_read() {
    let folder = folder(1);
    fs::create_dir(file(&folder, 2)).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/dev/zero", file(&folder, 3)).unwrap();
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(&file(&folder, 4), mode).unwrap();
    }
    let resumed = Checkpoints::resume(folder.path()).unwrap();
    assert_eq!(resumed.checkpoint.generation, 1);
    assert!(resumed.skipped.iter().all(|error| matches!(error.kind(), Kind::Read(_))));
}
