//! Checkpoints that all ranks leave together.

use std::fs;
use std::path::Path;

use lifelab::{Checkpoints, Simulation, Topology};
use tempfile::tempdir;

use crate::job::{alone, checkpoints, failure, result, state, state_of};

const RUN: &str = "run --soup 0.4 --seed 7 --size 500x300 --threads 1";

fn expected(generations: u64) -> serde_json::Value {
    alone("0.4,7", (500, 300), Topology::Torus, "B3/S23", generations)
}

/// Leaves checkpoints of generations 0, 40, 80 and 100 in a folder.
fn leave(ranks: u32, folder: &Path) {
    result(ranks, &format!("{RUN} -g 100 --checkpoint {} --every 40 --keep 9", folder.display()));
    assert_eq!(checkpoints(folder).len(), 4);
}

#[test]
fn a_run_goes_on_on_any_number_of_ranks() {
    for (before, after) in [(4, 1), (4, 3), (1, 8), (3, 3)] {
        let folder = tempdir().unwrap();
        leave(before, folder.path());
        let resumed = result(after, &format!("resume {} -g 150", folder.path().display()));
        assert_eq!(state_of(&resumed), expected(150), "{before} ranks, then {after}");
    }
}

#[test]
fn one_process_goes_on_from_a_job() {
    let folder = tempdir().unwrap();
    leave(3, folder.path());
    let resumed = Checkpoints::resume(folder.path()).unwrap();
    let mut simulation = Simulation::builder().checkpoint(&resumed.checkpoint).build().unwrap();
    simulation.run(50).unwrap();
    assert_eq!(state(&simulation), expected(150));
}

#[test]
fn a_torn_part_falls_back_to_the_checkpoint_before_on_all_ranks() {
    let folder = tempdir().unwrap();
    leave(3, folder.path());
    let parts = |generation: u64| {
        let name = format!("{generation:020}.");
        let files = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut parts: Vec<_> = files
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&name))
            .filter(|path| path.extension().unwrap() == "rows")
            .collect();
        parts.sort();
        parts
    };
    assert_eq!(parts(100).len(), 3);
    fs::write(&parts(100)[2], "torn").unwrap();
    fs::remove_file(&parts(80)[1]).unwrap();
    let resumed = result(4, &format!("resume {} -g 100", folder.path().display()));
    assert_eq!(state_of(&resumed), expected(100));
    let warnings = resumed["warnings"].to_string();
    assert!(warnings.contains("torn or corrupted"), "{warnings}");
    assert_eq!(resumed["warnings"].as_array().unwrap().len(), 2, "{warnings}");
}

#[test]
fn what_cannot_be_resumed_is_refused_once() {
    let folder = tempdir().unwrap();
    let path = folder.path().display();
    let said = failure(3, &format!("resume {path}"), 2);
    assert_eq!(said.matches("there is no checkpoint in this folder").count(), 1, "{said}");
    let said = failure(2, &format!("resume {path}/nowhere"), 2);
    assert!(said.contains("cannot use the folder"), "{said}");
    leave(2, folder.path());
    let said = failure(2, &format!("{RUN} --checkpoint {path}"), 2);
    assert!(said.contains("the checkpoints of another run"), "{said}");
}

#[test]
fn a_rank_that_cannot_write_ends_all_or_warns() {
    let folder = tempdir().unwrap();
    let path = folder.path().display();
    let run = format!("{RUN} -g 100 --every 50 --checkpoint {path}");
    // Where the last rank would write its rows, something is in the way.
    let block = |generation: u64| {
        let part = format!("{generation:020}.0000000200.rows");
        fs::create_dir(folder.path().join(part)).unwrap();
    };
    block(0);
    let said = failure(3, &run, 1);
    assert!(said.contains("rank 2: ") && said.contains("cannot write the checkpoint"), "{said}");
    assert!(said.contains("there is no earlier one"), "{said}");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "parts of no checkpoint: {left:?}");

    [50, 100].into_iter().for_each(block);
    let result = result(3, &format!("{run} --checkpoint-errors warn"));
    assert_eq!(state_of(&result), expected(100));
    let warning = result["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("3 checkpoints could not be written"), "{warning}");
}
