//! For tests: a machine whose costs are round numbers.

use std::time::Duration;

use crate::{Calibration, Candidate, Costs, Workload};

/// The candidate of the registry that files call so.
pub(crate) fn candidate(key: &str) -> Candidate {
    let found = Candidate::all().into_iter().find(|it| it.to_string().replace(' ', "_") == key);
    found.unwrap_or_else(|| panic!("no {key}"))
}

/// Two cores; everything costs about what it did where the model was made, in round numbers.
pub(crate) fn calibration() -> Calibration {
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
        (candidate("sequential"), costs(1e5, 0.0, 0.0, [1e3, 50.0, 0.0], [1e3, 0.02], 0.0)),
        (
            candidate("thread_per_cell"),
            costs(2e5, 7e4, 7e4, [1e5, 3e4, 40.0], [2e5, 0.01], 12_000.0),
        ),
        (candidate("queue_pipeline"), costs(1e5, 1e4, 6e3, [2e4, 1e3, 0.0], [5e4, 0.01], 20_000.0)),
        (candidate("thread_pool"), costs(1e5, 6e3, 4e3, [1e4, 300.0, 40.0], [1e4, 0.01], 20_000.0)),
        (candidate("async_tasks"), costs(1e5, 1e3, 1e3, [1e4, 500.0, 100.0], [1e4, 0.02], 2_000.0)),
        (
            candidate("async_tasks_on_all_cores"),
            costs(1e5, 1_000.0, 1_000.0, [3e4, 600.0, 100.0], [4e4, 0.01], 2_000.0),
        ),
        (candidate("process_pool"), costs(2e5, 1e5, 2e3, [1e5, 1e3, 40.0], [1e5, 0.03], 5e6)),
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
