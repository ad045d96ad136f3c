//! For tests: a machine whose costs are round numbers.

use std::time::Duration;

use crate::{Calibration, Candidate, Costs, Workload};

/// Two cores; everything costs about what it did where the model was made, in round numbers.
pub(crate) fn calibration() -> Calibration {
    use Candidate::*;
    let costs =
        |late, begin, pass, [step, unit, cell]: [f64; 3], [still, kernel]: [f64; 2], each| Costs {
            late_ns: late,
            begin_ns: begin,
            pass_ns: pass,
            pass_apart_ns: pass,
            step_ns: step,
            unit_ns: unit,
            unit_apart_ns: unit,
            cell_ns: cell,
            still_ns: still,
            kernel_ns: kernel,
            large_kernel_ns: kernel,
            each_bytes: each,
            spread: 0.01,
        };
    let all = [
        (Sequential, costs(1e5, 0.0, 0.0, [1e3, 50.0, 0.0], [1e3, 0.02], 0.0)),
        (ThreadPerCell, costs(2e5, 7e4, 7e4, [1e5, 3e4, 40.0], [2e5, 0.01], 12_000.0)),
        (QueuePipeline, costs(1e5, 1e4, 6e3, [2e4, 1e3, 0.0], [5e4, 0.01], 20_000.0)),
        (ThreadPool, costs(1e5, 6e3, 4e3, [1e4, 300.0, 40.0], [1e4, 0.01], 20_000.0)),
        (AsyncTasks, costs(1e5, 1e3, 1e3, [1e4, 500.0, 100.0], [1e4, 0.02], 2_000.0)),
        (
            AsyncTasksOnAllCores,
            costs(1e5, 1_000.0, 1_000.0, [3e4, 600.0, 100.0], [4e4, 0.01], 2_000.0),
        ),
        (ProcessPool, costs(2e5, 1e5, 2e3, [1e5, 1e3, 40.0], [1e5, 0.03], 5e6)),
    ];
    Calibration {
        schema: Calibration::SCHEMA,
        cores: 2,
        threads: Some(15_000),
        round_ns: 2.0,
        crowd: 1.0,
        base_memory: 6_000_000,
        cores_had: None,
        costs: all.into_iter().collect(),
        refused: Default::default(),
    }
}

/// Times in microseconds.
pub(crate) fn workload(cells: u64, latency: u64, cpu: u64) -> Workload {
    let (latency, cpu) = (Duration::from_micros(latency), Duration::from_micros(cpu));
    Workload { latency, cpu, ..Workload::new(cells.try_into().expect("not zero")) }
}
