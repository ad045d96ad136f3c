//! Scenarios: written by one run, repeated by another.

use std::fs;

use tempfile::tempdir;

use crate::program::{feed, run, succeed, typed};

#[test]
fn a_saved_scenario_repeats_the_run() {
    let folder = tempdir().expect("a folder");
    let scenario = folder.path().join("run.ron");
    for line in [
        "run --soup 0.37 --seed 7 --size 20x10 -g 5",
        "run glider --size 20x20 --topology plane --rule HighLife --stepper thread_pool(workers:3)",
        "run beacon --margin 3 --stepper async_tasks --io sleep:100us --io-phase both -g 3",
        "run r-pentomino --until-stable --size 16x16",
        "run glider --io cpu:1us --fault error:0 --grain rows:2 -g 2",
    ] {
        let first = succeed(typed(line).arg("--json").arg("--save-scenario").arg(&scenario)).json();
        let again = succeed(typed("run --json --scenario").arg(&scenario)).json();
        for key in ["generation", "sha256", "bounding_box", "rule", "topology", "stepper", "io"] {
            assert_eq!(first[key], again[key], "{line}: {key}");
        }
    }
}

#[test]
fn standard_input_is_part_of_the_scenario() {
    let folder = tempdir().expect("a folder");
    let scenario = folder.path().join("run.ron");
    let mut command = typed("run - -g 4 --json --save-scenario");
    let first = feed(command.arg(&scenario), b"!Name: x\n.O\n..O\nOOO\n");
    assert_eq!(first.code, Some(0), "{}", first.err);
    let again = succeed(typed("run --json --scenario").arg(&scenario)).json();
    assert_eq!(first.json()["sha256"], again["sha256"]);
}

#[test]
fn options_override_the_scenario() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("run.ron");
    fs::write(&path, "(start: named(\"glider\"), margin: 5, generations: 4)").expect("a file");
    let run = |options: &str| {
        succeed(typed("run --json --scenario").arg(&path).args(options.split_whitespace())).json()
    };
    assert_eq!(run("")["generation"], 4);
    assert_eq!(run("-g 2")["generation"], 2);
    assert_eq!(run("--size 9x7")["width"], 9);
    assert_eq!(run("--topology plane")["topology"], "plane");
    assert_eq!(run("--stepper async_tasks")["stepper"], "async_tasks");
    assert_eq!(run("--io sleep:1us")["io"], "sleep:1us");
    assert_eq!(run("block")["population"], 4);
    assert_eq!(run("--workers 2 --stepper thread_pool")["stepper"], "thread_pool(workers: 2)");

    let soup = "(start: soup(density: 0.4, seed: 1), stepper: thread_pool(workers: 4))";
    fs::write(&path, soup).expect("a file");
    assert_eq!(run("--workers 2")["stepper"], "thread_pool(workers: 2)");
    assert_ne!(run("--seed 2")["sha256"], run("")["sha256"]);
}

#[test]
fn a_malformed_scenario_is_shown() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("bad.ron");
    fs::write(&path, "(\n    start: named(\"glider\"),\n    sizes: \"3x3\",\n)").expect("a file");
    let done = run(typed("run --scenario").arg(&path));
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""));
    assert!(done.err.contains("sizes") && done.err.contains("bad.ron:3:"), "{}", done.err);
    assert!(done.err.contains('^'), "{}", done.err);
    let error = run(typed("run --json --scenario").arg(&path)).error();
    assert_eq!((&error["kind"], &error["line"]), (&"scenario".into(), &3.into()));

    let missing = run(typed("run --scenario").arg(folder.path().join("none.ron")));
    assert_eq!(missing.code, Some(2));
}
