//! Cells that wait.

use lifelab::{Simulation, Topology};
use serde_json::Value;

use crate::job::{alone, ended, failure, job, result, state_of};

const RUN: &str = "run --soup 0.4 --seed 7 --size 40x33 -g 12";

#[test]
fn cells_that_wait_give_the_same_cells_in_every_stepper() {
    for (topology, stepper) in [
        (Topology::Torus, "async_tasks"),
        (Topology::Plane, "async_tasks"),
        (Topology::Torus, "thread_pool(workers:8)"),
        (Topology::Plane, "queue_pipeline(workers:4)"),
        (Topology::Torus, "thread_per_cell"),
        (Topology::Torus, "sequential"),
    ] {
        let arguments = format!(
            "{RUN} --topology {topology} --io sleep:20us --io-phase both --stepper {stepper}"
        );
        let expected = alone("0.4,7", (40, 33), topology, "B3/S23", 12);
        assert_eq!(state_of(&result(3, &arguments)), expected, "{arguments}");
    }
}

/// What one process says of a run with faults.
fn failure_alone(io: &str) -> lifelab::Error {
    let builder = Simulation::builder().soup(0.4, 7).size(40, 33).io_spec(io.parse().unwrap());
    let builder = builder.stepper_spec("async_tasks".parse().unwrap());
    builder.build().unwrap().run(12).unwrap_err()
}

#[test]
fn the_first_failing_cell_is_the_same_as_in_one_process() {
    for (fault, seed) in [("error:0.0005", 3), ("panic:0.001", 4), ("error@5:(39,32)", 1)] {
        let expected = failure_alone(&format!("sleep:20us {fault} seed:{seed}"));
        for ranks in [1, 2, 5] {
            let mut job = job(ranks, &format!("{RUN} --json --io"));
            job.args([format!("sleep:20us seed:{seed}"), "--fault".into(), fault.into()]);
            let output = ended(job);
            assert_eq!(output.status.code(), Some(1));
            let error = String::from_utf8_lossy(&output.stderr);
            let report = error.lines().find(|line| line.starts_with('{')).expect("a report");
            let report: Value = serde_json::from_str(report).unwrap();
            assert_eq!(report["kind"], "cell", "{report}");
            assert_eq!(report["message"], expected.to_string(), "{ranks} ranks");
            let at = expected.cell().unwrap();
            assert_eq!((&report["x"], &report["y"]), (&at.x.into(), &at.y.into()));
            // The generation before is complete, and is told.
            let result: Value = serde_json::from_slice(&output.stdout).unwrap();
            let before = result["generation"].as_u64().unwrap() + 1;
            assert_eq!(report["generation"], before);
        }
    }
}

#[test]
fn a_failure_ends_waits_on_ranks_behind_it_and_not_before() {
    // Row 0 is the first rank's, row 32 the last one's: whoever hangs behind a failure is released.
    let mut job = job(3, &format!("{RUN} --io sleep:20us"));
    job.args(["--fault", "error@2:(3,1)", "--fault", "hang@2:(7,30)"]);
    let output = ended(job);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("cell (3, 1) of generation 2"), "{error}");
}

#[test]
fn cells_that_hang_are_ended_by_time_on_all_ranks() {
    let mut job = job(2, &format!("{RUN} --io sleep:20us --timeout 2s"));
    job.args(["--fault", "hang@3:(5,30)"]);
    let output = ended(job);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(124), "{error}");
    assert!(error.contains("time is up; the last complete generation is 2"), "{error}");
}

#[test]
fn cells_that_keep_their_states_are_counted_over_all_ranks() {
    let builder = Simulation::builder().soup(0.4, 7).size(40, 33);
    let io = "sleep:20us on_fault:keep error:0.01".parse().unwrap();
    let mut simulation = builder.io_spec(io).build().unwrap();
    simulation.run(12).unwrap();
    let result = result(3, &format!("{RUN} --io sleep:20us --on-fault keep --fault error:0.01"));
    assert_eq!(state_of(&result), crate::job::state(&simulation));
    assert!(result["kept_cells"].as_u64().unwrap() > 100, "{result}");
}

#[test]
fn processes_of_their_own_are_refused() {
    let said = failure(2, &format!("{RUN} --io sleep:1ms --stepper process_pool"), 2);
    assert!(said.contains("process_pool starts processes of its own"), "{said}");
}
