//! Cells that do not wait.

use lifelab::Topology;

use crate::job::{alone, result, state_of};

fn check(ranks: u32, size: (u32, u32), topology: Topology, rule: &str, more: &str) {
    const GENERATIONS: u64 = 101; // No multiple of any halo.
    let (width, height) = size;
    let arguments = format!(
        "run --soup 0.4 --seed 7 --size {width}x{height} --topology {topology} --rule {rule} \
         -g {GENERATIONS} {more}"
    );
    let expected = alone("0.4,7", size, topology, rule, GENERATIONS);
    assert_eq!(state_of(&result(ranks, &arguments)), expected, "{ranks} ranks, {arguments}");
}

#[test]
fn any_number_of_ranks_gives_the_same_cells() {
    for topology in [Topology::Torus, Topology::Plane] {
        for (ranks, size) in [(1, (3960, 500)), (2, (4096, 500)), (3, (3960, 300)), (8, (777, 801))]
        {
            check(ranks, size, topology, "B3/S23", "");
        }
    }
}

#[test]
fn few_rows_are_divided_too() {
    for topology in [Topology::Torus, Topology::Plane] {
        for (ranks, size) in [(1, (5, 1)), (2, (70, 2)), (5, (64, 9)), (8, (130, 101))] {
            check(ranks, size, topology, "B3/S23", "");
        }
    }
}

#[test]
fn every_family_of_rules_is_divided() {
    for rule in
        ["B36/S125", "B0123478/S01234678", "B3-k/S2-ae3", "B2n3/S23-q", "B3/S23V", "B2/S34H"]
    {
        check(3, (150, 131), Topology::Torus, rule, "");
        check(2, (150, 131), Topology::Plane, rule, "");
    }
}

#[test]
fn halos_of_any_depth_and_threads_give_the_same_cells() {
    for more in ["--halo 1", "--halo 48 --threads 1", "--halo 72", "--halo 30 --threads 3"] {
        check(2, (3960, 400), Topology::Torus, "B3/S23", more);
    }
}

#[test]
fn a_pattern_lies_where_it_lies_in_one_process() {
    let result = result(3, "run gosper-glider-gun --size 100x80 --topology plane -g 60");
    let expected = alone("gosper-glider-gun", (100, 80), Topology::Plane, "B3/S23", 60);
    assert_eq!(state_of(&result), expected);
    assert_eq!(result["ranks"], 3);
    assert_eq!(result["sha256"], serde_json::Value::Null);
}
