//! Checkpoints: whatever ends a run, it goes on as if nothing had happened.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::tempdir;

use crate::program::{Done, run, succeed, typed};

/// The command line with a folder behind it.
fn with(line: &str, folder: &Path) -> Command {
    let mut command = typed(line);
    command.arg(folder);
    command
}

fn resume(folder: &Path, options: &str) -> Done {
    run(with("resume --json", folder).args(options.split_whitespace()))
}

/// The generations of the checkpoints in a folder, in order.
fn generations(folder: &Path) -> Vec<u64> {
    let names = fs::read_dir(folder).into_iter().flatten();
    let names = names.map(|entry| entry.expect("a name").file_name().into_string());
    let number = |name: String| name.strip_suffix(".checkpoint")?.parse().ok();
    let mut generations: Vec<u64> =
        names.map(|name| name.expect("text")).filter_map(number).collect();
    generations.sort_unstable();
    generations
}

fn file(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("{generation:020}.checkpoint"))
}

/// Checks that two runs came to the same end.
#[track_caller]
fn same(one: &Value, other: &Value) {
    for key in ["generation", "population", "bounding_box", "sha256", "rule", "topology", "cycle"] {
        assert_eq!(one[key], other[key], "{key}");
    }
}

/// A folder with checkpoints of generations 2, 3 and 4 of an acorn that goes to generation 9.
fn acorn() -> tempfile::TempDir {
    let folder = tempdir().expect("a folder");
    let line = "run acorn --size 20x15 -g 9 --every 1 --fault error@5:(0,0) --checkpoint";
    assert_eq!(run(&mut with(line, folder.path())).code, Some(1));
    assert_eq!(generations(folder.path()), [2, 3, 4]);
    folder
}

#[test]
fn a_run_that_ends_leaves_a_checkpoint_from_which_more_generations_follow() {
    let parent = tempdir().expect("a folder");
    let folder = parent.path().join("run");
    let line = "run acorn --size 20x15 -g 5 --topology plane --rule HighLife --json --checkpoint";
    let first = succeed(&mut with(line, &folder)).json();
    assert_eq!(generations(&folder), [0, 5]);
    let done = resume(&folder, "");
    same(&first, &done.json());
    let more = resume(&folder, "-g 12");
    let line = "run acorn --size 20x15 -g 12 --topology plane --rule HighLife --json";
    same(&more.json(), &succeed(&mut typed(line)).json());
    assert_eq!(generations(&folder), [0, 5, 12]);
}

#[test]
fn a_failing_cell_leaves_the_last_complete_generation() {
    let folder = acorn();
    let stuck = resume(folder.path(), "");
    assert_eq!((stuck.code, &stuck.error()["generation"]), (Some(1), &5.into()));
    let done = resume(folder.path(), "--io none");
    same(&done.json(), &succeed(&mut typed("run acorn --size 20x15 -g 9 --json")).json());
}

#[test]
fn cells_that_keep_their_states_are_counted_through_a_resume() {
    let line = "run acorn --size 20x15 --json --fault error:0.02 --on-fault keep";
    let undisturbed = succeed(typed(line).args(["-g", "9"])).json();
    let kept = undisturbed["kept_cells"].as_u64().expect("a number");
    assert!(kept > 9, "2 % of 300 cells in 9 generations");
    let folder = tempdir().expect("a folder");
    succeed(typed(line).args(["-g", "4", "--checkpoint"]).arg(folder.path()));
    let resumed = resume(folder.path(), "-g 9").json();
    same(&resumed, &undisturbed);
    assert_eq!(resumed["kept_cells"], kept);
    let plain = succeed(&mut typed("run acorn --size 20x15 -g 9 --json")).json();
    assert_eq!(plain["kept_cells"], 0);
    assert_ne!(plain["sha256"], undisturbed["sha256"], "it changes the simulation");
}

#[test]
fn a_resumed_run_tells_when_the_whole_run_came_to_the_edge() {
    let whole = succeed(&mut typed("run acorn -g 200 --margin 16 --json")).json();
    assert!(whole["warnings"][0].as_str().expect("a warning").contains("edge"), "{whole}");
    let folder = tempdir().expect("a folder");
    succeed(&mut with("run acorn -g 100 --margin 16 --json --checkpoint", folder.path()));
    assert_eq!(resume(folder.path(), "-g 200").json()["warnings"], whole["warnings"]);
}

#[test]
fn a_run_that_looks_for_a_cycle_remembers_what_it_has_seen() {
    // The methuselah ends in generation 1103; the state of 1101 comes back.
    let undisturbed =
        succeed(&mut typed("run r-pentomino --until-stable --size 64x64 --topology torus --json"));
    let undisturbed = undisturbed.json();
    let found = undisturbed["generation"].as_u64().expect("a number");
    for end in [found / 2, found - 1, found] {
        let folder = tempdir().expect("a folder");
        let line = format!(
            "run r-pentomino --until-stable --size 64x64 --topology torus -g {end} --checkpoint"
        );
        succeed(&mut with(&line, folder.path()));
        let again = resume(folder.path(), &format!("-g {}", u64::MAX)).json();
        same(&again, &undisturbed);
    }
}

#[test]
fn a_torn_corrupted_or_foreign_checkpoint_is_skipped_with_a_warning() {
    let folder = acorn();
    let whole = fs::read(file(folder.path(), 4)).expect("a checkpoint");
    let undisturbed = succeed(&mut typed("run acorn --size 20x15 -g 9 --json")).json();
    let mut corrupted = whole.clone();
    corrupted[whole.len() - 20] ^= 4;
    let mut newer = whole.clone();
    newer[19] = b'7';
    for (bad, word) in [
        (&whole[..whole.len() - 1], "checksum"),
        (&whole[..0], "no checkpoint"),
        (&corrupted, "checksum"),
        (&newer, "version 7"),
    ] {
        fs::write(file(folder.path(), 4), bad).expect("a file");
        let done = resume(folder.path(), "--io none --keep 100");
        assert_eq!(done.code, Some(0), "{}", done.err);
        same(&done.json(), &undisturbed);
        let warning = done.json()["warnings"][0].as_str().expect("a warning").to_owned();
        assert!(warning.contains("0004.checkpoint") && warning.contains(word), "{warning}");
        for generation in 5..=9 {
            fs::remove_file(file(folder.path(), generation)).expect("it went on to leave them");
        }
    }
    for generation in generations(folder.path()) {
        fs::write(file(folder.path(), generation), "").expect("a file");
    }
    let done = resume(folder.path(), "");
    assert_eq!((done.code, &done.error()["kind"]), (Some(2), &"checkpoint".into()));
    assert!(done.err.contains("none of the"), "{}", done.err);
}

#[test]
fn a_folder_that_cannot_be_used_is_refused() {
    let refused = |command: &mut Command, word: &str| {
        let done = run(command);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
        assert!(done.err.contains(word), "{}", done.err);
    };
    let folder = acorn();
    let empty = tempdir().expect("a folder");
    refused(&mut with("run glider --checkpoint", folder.path()), "another run");
    refused(&mut with("run glider --checkpoint", &empty.path().join("no/such")), "No such file");
    refused(&mut with("resume", empty.path()), "there is no checkpoint");
    refused(&mut with("resume", &empty.path().join("none")), "No such file");
    refused(&mut typed("run glider --every 5"), "--checkpoint");
    refused(&mut typed("run glider --keep 0 --checkpoint x"), "--keep");
    refused(&mut typed("run glider --every 0 --checkpoint x"), "no interval");
}

/// Nobody, not even the superuser, may make files there.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_without_permission_is_found_before_the_run() {
    let done = run(&mut with("run glider --json --checkpoint", Path::new("/sys")));
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{}", done.err);
    let said = ["/sys/", "cannot write the checkpoint", "there is no earlier one"];
    assert!(said.iter().all(|part| done.err.contains(part)), "{}", done.err);
}

#[test]
fn a_strangers_file_starts_no_program_and_talks_to_nobody() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("evil.ron");
    let marker = folder.path().join("was-here");
    let program = folder.path().join("evil");
    fs::write(&program, format!("#!/bin/sh\ntouch {}\n", marker.display())).expect("a file");
    #[cfg(unix)]
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .expect("it is ours");
    let scenario = format!("stepper: process_pool(program: {:?})", program.display().to_string());
    fs::write(&path, format!("(start: named(\"glider\"), {scenario})")).expect("a file");
    let done = run(&mut with("run -g 1 --scenario", &path));
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("--stepper") && !marker.exists(), "{}", done.err);
    succeed(with("run -g 1 --stepper sequential --scenario", &path).arg("--quiet"));

    let io = "io: (wait: socket(latency: fixed(\"1ms\"), service: at(\"192.0.2.1:9\")))";
    fs::write(&path, format!("(start: named(\"glider\"), {io})")).expect("a file");
    let done = run(&mut with("run -g 1 --scenario", &path));
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("192.0.2.1:9") && done.err.contains("--io"), "{}", done.err);
}

#[cfg(target_os = "linux")]
mod disturbed {
    use std::os::unix::fs::symlink;
    use std::process::{Child, Stdio};

    use lifelab::STEPPERS;

    use super::*;
    use crate::endings::signals::{end, interrupt, start, wait_for};
    use crate::program::lifelab;

    /// A run that is long enough for a test to look at it before it ends.
    const LONG: &str = "run --soup 0.4 --seed 5 --size 9x7 -g 1000000 --io sleep:200us --json";

    /// Waits for a checkpoint of this generation or a later one.
    fn wait_for_checkpoint(folder: &Path, generation: u64) -> u64 {
        wait_for(|| generations(folder).last().copied().filter(|&last| last >= generation))
    }

    fn spawn(command: &mut Command) -> Child {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        child.expect("the program starts")
    }

    /// Checks that the folder's run, carried on for a few generations, is what it would have been.
    #[track_caller]
    fn goes_on(folder: &Path) {
        let goal = generations(folder).last().expect("there is one") + 3;
        let done = resume(folder, &format!("-g {goal} --keep 1000000"));
        assert_eq!(done.code, Some(0), "{}", done.err);
        let line = format!("run --soup 0.4 --seed 5 --size 9x7 -g {goal} --json");
        same(&done.json(), &succeed(&mut typed(&line)).json());
        assert_eq!(generations(folder).last(), Some(&goal), "it goes on to leave checkpoints");
    }

    #[test]
    fn a_killed_run_goes_on_in_every_stepper() {
        for entry in STEPPERS {
            let folder = tempdir().expect("a folder");
            let line = format!("{LONG} --every 1 --stepper {} --checkpoint", entry.name());
            let mut child = spawn(&mut with(&line, folder.path()));
            for kills in 1..=3 {
                wait_for_checkpoint(folder.path(), 5 * kills);
                child.kill().expect("it is ours");
                child.wait().expect("it is ours");
                let line = format!("resume --json --stepper {}", entry.name());
                child = spawn(&mut with(&line, folder.path()));
            }
            child.kill().expect("it is ours");
            child.wait().expect("it is ours");
            goes_on(folder.path());
        }
    }

    #[test]
    fn an_interrupt_leaves_the_last_complete_generation() {
        let folder = tempdir().expect("a folder");
        let line =
            "run acorn --size 20x15 -g 9 --json --fault hang@4:(0,0) --every 1h --checkpoint";
        let child = start(&mut with(line, folder.path()));
        interrupt(&child);
        let done = end(child);
        assert_eq!(done.code, Some(130), "{}", done.err);
        let last = done.json()["generation"].as_u64();
        assert_eq!(generations(folder.path()).last().copied(), last);
        let done = resume(folder.path(), "--io none");
        same(&done.json(), &succeed(&mut typed("run acorn --size 20x15 -g 9 --json")).json());
    }

    /// Where a checkpoint is written before it gets its name. If it is a folder, not even the superuser
    /// can write there.
    fn obstacle(folder: &Path) -> PathBuf {
        folder.join(".partial-checkpoint")
    }

    /// Makes the next checkpoint of a run fail.
    fn obstruct(folder: &Path) {
        // A checkpoint in the making may be in the way.
        wait_for(|| fs::create_dir(obstacle(folder)).ok());
    }

    #[test]
    fn a_failing_disk_ends_the_run_and_leaves_what_there_was() {
        let folder = tempdir().expect("a folder");
        let child = spawn(&mut with(&format!("{LONG} --every 1 --checkpoint"), folder.path()));
        wait_for_checkpoint(folder.path(), 2);
        obstruct(folder.path());
        let done = end(child);
        assert_eq!((done.code, &done.error()["kind"]), (Some(1), &"checkpoint".into()));
        let last = *generations(folder.path()).last().expect("there is one");
        assert_eq!(done.json()["generation"].as_u64(), Some(last + 1), "the result is told");
        let named = file(folder.path(), last).display().to_string();
        assert!(done.err.contains("Is a directory") && done.err.contains(&named), "{}", done.err);
        fs::remove_dir(obstacle(folder.path())).expect("it is ours");
        goes_on(folder.path());
    }

    #[test]
    fn a_failing_disk_before_the_run_is_found_before_the_run() {
        let folder = tempdir().expect("a folder");
        obstruct(folder.path());
        let done = run(&mut with("run acorn --json --checkpoint", folder.path()));
        assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
        assert!(done.err.contains("there is no earlier one"), "{}", done.err);
    }

    #[test]
    fn a_run_goes_on_without_checkpoints_if_asked_and_tries_again_but_rarely() {
        let folder = tempdir().expect("a folder");
        obstruct(folder.path());
        let line = "run acorn --size 20x15 --topology torus -g 5000 --every 1 --checkpoint-errors warn \
                    --checkpoint";
        let done = succeed(with(line, folder.path()).arg("--json"));
        let warnings = done.json()["warnings"].as_array().expect("an array").clone();
        let [warning] = &warnings[..] else { panic!("{warnings:?}") };
        let warning = warning.as_str().expect("text");
        assert!(warning.contains("Is a directory"), "{warning}");
        // The first, the last, and one after 1 s, 2 s, 4 s ... of whatever the machine makes of it.
        let tries: u64 =
            warning.split(' ').next().and_then(|word| word.parse().ok()).expect("many");
        assert!((2..20).contains(&tries), "{warning}");
        assert_eq!(done.json()["generation"], 5000);
        let done = run(&mut with(line, folder.path()));
        assert_eq!(done.code, Some(0));
        let told = done.err.matches("Is a directory").count();
        assert_eq!(told, 2, "once when it happens and once at the end: {}", done.err);
        fs::remove_dir(obstacle(folder.path())).expect("it is ours");
        let line = "run acorn --size 20x15 -g 5 --every 1 --checkpoint-errors warn --checkpoint";
        assert_eq!(
            succeed(with(line, folder.path()).arg("--json")).json()["warnings"][0],
            Value::Null
        );
        assert_eq!(generations(folder.path()).last(), Some(&5));
    }

    #[test]
    fn resuming_follows_no_link_out_of_the_folder() {
        let folder = acorn();
        let outside = tempdir().expect("a folder");
        let victim = outside.path().join("victim");
        fs::write(&victim, "precious").expect("a file");
        symlink(&victim, obstacle(folder.path())).expect("a link");
        symlink(&victim, file(folder.path(), 9)).expect("a link");
        let done = resume(folder.path(), "--io none");
        assert_eq!(done.code, Some(0), "{}", done.err);
        let warning = done.json()["warnings"][0].as_str().expect("a warning").to_owned();
        assert!(warning.contains("0009.checkpoint") && warning.contains("a link"), "{warning}");
        assert_eq!(fs::read_to_string(victim).expect("it is there"), "precious");
        assert!(!file(folder.path(), 9).is_symlink() && !obstacle(folder.path()).is_symlink());
    }

    #[test]
    fn a_limit_on_file_sizes_is_an_error_too() {
        let folder = tempdir().expect("a folder");
        let program = lifelab(["x"]).get_program().to_string_lossy().into_owned();
        let line = "run acorn --size 4000x4000 -g 1 --json --checkpoint";
        for trap in ["trap '' XFSZ;", ""] {
            let script = format!("{trap} ulimit -f 64; exec {program} {line} \"$0\"");
            let done = run(Command::new("sh").args(["-c", &script]).arg(folder.path()));
            assert_eq!((done.code, &done.error()["kind"]), (Some(1), &"checkpoint".into()));
            assert!(done.err.contains("File too large"), "{}", done.err);
            assert_eq!(
                fs::read_dir(folder.path()).expect("a folder").count(),
                0,
                "nothing is left"
            );
        }
    }

    #[test]
    fn a_moved_folder_ends_the_run_and_another_one_in_its_place_is_left_alone() {
        let parent = tempdir().expect("a folder");
        let [folder, made, elsewhere] =
            ["run", "made", "moved"].map(|name| parent.path().join(name));
        fs::create_dir(&made).expect("a folder");
        let child = spawn(&mut with(&format!("{LONG} --every 1 --checkpoint"), &folder));
        wait_for_checkpoint(&folder, 1);
        fs::rename(&folder, &elsewhere).expect("it is ours");
        fs::rename(&made, &folder).expect("it is ours");
        let done = end(child);
        assert_eq!((done.code, &done.error()["kind"]), (Some(1), &"checkpoint".into()));
        assert!(done.err.contains("the folder was moved"), "{}", done.err);
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 0);
        let last = generations(&elsewhere).last().copied();
        assert_eq!(last, done.json()["generation"].as_u64(), "nothing is lost");
        goes_on(&elsewhere);
    }

    #[test]
    fn two_runs_do_not_share_a_folder() {
        let folder = tempdir().expect("a folder");
        let child = start(&mut with(&format!("{LONG} --checkpoint"), folder.path()));
        wait_for_checkpoint(folder.path(), 0);
        let done = resume(folder.path(), "");
        assert_eq!(done.code, Some(1));
        assert!(done.err.contains("another run is using the folder"), "{}", done.err);
        interrupt(&child);
        assert_eq!(end(child).code, Some(130));
    }
}
