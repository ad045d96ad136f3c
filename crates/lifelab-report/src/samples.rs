//! Made-up results that look like measured ones, for the tests of whatever shows results.

use std::time::Duration;

use lifelab::core::{duration, seeded};
use lifelab_bench::results::{
    Axis, Case, CaseResult, CellLatencies, Estimate, Floor, Machine, Measured, Outcome, Point,
    Program, Results, Round, ServiceUse, Usage,
};
use lifelab_bench::statistics::Summary;

/// One of each shape.
pub(crate) fn all() -> Vec<Results> {
    let swept = [cells(), latency(), workers(), faults(), tail(), serialization()];
    [race(), service(), languages()].into_iter().chain(swept).chain([empty()]).collect()
}

/// The same as [`race`], with a service behind the waits, which was not seen from worker processes.
pub(crate) fn service() -> Results {
    let ms = Duration::from_millis;
    let latencies = CellLatencies { p50: ms(10), p95: ms(60), p99: ms(65), max: ms(70) };
    let mut results = race();
    for result in &mut results.cases {
        let is_seen = result.case.stepper == "async_tasks";
        if let Outcome::Measured(measured) = &mut result.outcome {
            measured.usage.service = Some(ServiceUse {
                answered: 780.0,
                requests: 1000.0,
                refused: 150.0,
                wasted: 70.0,
                queued: ms(2),
                cells: is_seen.then_some(latencies),
            });
        }
    }
    results
}

/// Six steppers on one workload; one cut off, one failed, one still to come.
pub(crate) fn race() -> Results {
    let at = |stepper: &str, floor: f64, outcome: Outcome| {
        case(stepper, point(800, "sleep:2ms", 2e-3), floor, outcome)
    };
    results(
        "default",
        "Six ways to fan out 800 cells that wait 2 ms each, in every generation.",
        &[],
        vec![
            at("sequential", 1.6, cut_off(10_000.0, "212 of 1000000 cells in 2s")),
            at("thread_per_cell", 2e-3, measured(31.2e-3, 0.06, 803, 800.0)),
            at("queue_pipeline(workers: 64)", 26e-3, measured(27.9e-3, 0.01, 132, 120.0)),
            at("thread_pool(workers: 64)", 26e-3, measured(27.4e-3, 0.005, 67, 110.0)),
            at("thread_pool(workers: 65)", 26e-3, measured(27.41e-3, 0.005, 68, 110.0)),
            at("async_tasks", 2e-3, measured(2.31e-3, 0.01, 3, 512.0)),
            at(
                "process_pool(workers: 8)",
                0.2,
                failed("start", "the system refuses a process: <too many open files> & more"),
            ),
            at("queue_pipeline(neighbors: (workers: 16), rule: (workers: 112))", 15e-3, {
                Outcome::Pending
            }),
        ],
    )
}

/// A stepper beside programs of other languages, one of which is not there.
pub(crate) fn languages() -> Results {
    let at = |name: &str, language: Option<&str>, outcome: Outcome| {
        let mut result = case(name, point(800, "sleep:2ms", 2e-3), 2e-3, outcome);
        result.case.program = language.map(|language| Program {
            command: vec!["run".to_owned(), name.to_owned()],
            language: Some(language.to_owned()),
            lines: Some(42),
        });
        result
    };
    let absent = failed("not_installed", "not installed: go");
    results(
        "languages",
        "The same in other languages.",
        &[],
        vec![
            at("async_tasks", None, measured(2.31e-3, 0.01, 3, 512.0)),
            at("gather", Some("Python"), measured(14e-3, 0.01, 1, 4000.0)),
            at("threads", Some("Python"), measured(90e-3, 0.01, 801, 9000.0)),
            at("goroutines", Some("Go"), absent),
        ],
    )
}

/// To a million cells; not all get there.
pub(crate) fn cells() -> Results {
    let mut cases = Vec::new();
    for cells in [1_u64, 16, 100, 1024, 10_000, 102_400, 1_000_000] {
        let n = cells as f64;
        let point = || point(cells, "sleep:10ms", 10e-3);
        let rounds = |workers: f64| (n / workers).ceil() * 10e-3;
        cases.push(case(
            "sequential",
            point(),
            rounds(1.0),
            or_cut_off(rounds(1.0) * 1.01, 3, 0.1),
        ));
        let threads = match cells {
            102_400.. => failed("resources", "generation 1 needs 102400 threads, 31754 are free"),
            _ => measured(10e-3 + n * 31e-6, 0.05, cells + 3, 9800.0),
        };
        cases.push(case("thread_per_cell", point(), 10e-3, threads));
        let pool = rounds(256.0) * 1.04 + 80e-6;
        cases.push(case("thread_pool(workers: 256)", point(), rounds(256.0), {
            or_cut_off(pool, 259, 130.0)
        }));
        let tasks = measured(10.9e-3 + n * 0.8e-6, 0.01, 3, 600.0);
        cases.push(case("async_tasks", point(), 10e-3, tasks));
        let processes = rounds(16.0) * 1.1 + 200e-6;
        cases.push(case("process_pool(workers: 16)", point(), rounds(16.0), {
            or_cut_off(processes, 20, 220.0)
        }));
    }
    let about = "How many units of work that wait 10 ms each can a model hold at once?";
    results("cells", about, &[Axis::Cells], cases)
}

/// From short waits to long ones.
pub(crate) fn latency() -> Results {
    let mut cases = Vec::new();
    for seconds in [1e-5, 1e-4, 1e-3, 1e-2, 1e-1] {
        let io = format!("sleep:{}", duration::show(Duration::from_secs_f64(seconds)));
        let point = || point(1024, &io, seconds);
        let add = |cases: &mut Vec<_>, stepper: &str, rounds: f64, above: f64, threads: u64| {
            let floor = rounds * seconds;
            cases.push(case(stepper, point(), floor, or_cut_off(floor + above, threads, 100.0)));
        };
        add(&mut cases, "sequential", 1024.0, 60e-3, 3);
        add(&mut cases, "thread_per_cell", 1.0, 31e-3, 1027);
        add(&mut cases, "queue_pipeline(workers: 64)", 16.0, 2.6e-3, 132);
        add(&mut cases, "thread_pool(workers: 64)", 16.0, 1.4e-3, 67);
        add(&mut cases, "async_tasks", 1.0, 1.9e-3, 3);
        add(&mut cases, "process_pool(workers: 8)", 128.0, 14e-3, 12);
    }
    let about = "How long must a cell wait before it pays to overlap the waits?";
    results("latency", about, &[Axis::Latency], cases)
}

/// More and more workers, beside a stepper that has none.
pub(crate) fn workers() -> Results {
    let mut cases = Vec::new();
    let base = || point(2500, "sleep:10ms", 10e-3);
    for model in ["queue_pipeline", "thread_pool", "process_pool"] {
        for workers in [1_usize, 4, 16, 64, 256, 1024] {
            let floor = (2500.0 / workers as f64).ceil() * 10e-3;
            let point = Point { workers: Some(workers), ..base() };
            let extra = match model {
                "thread_pool" => 40e-6,
                "queue_pipeline" => 90e-6,
                _ => 400e-6,
            };
            let outcome = match (model, workers) {
                ("process_pool", 1024) => failed("start", "the system refuses a process"),
                _ => or_cut_off(floor * 1.02 + workers as f64 * extra, workers as u64 + 3, 50.0),
            };
            cases.push(case(&format!("{model}(workers: {workers})"), point, floor, outcome));
        }
    }
    cases.push(case("async_tasks", base(), 10e-3, measured(13.1e-3, 0.01, 3, 500.0)));
    let about = "How many workers does a pool need for 2,500 cells that wait 10 ms each?";
    results("workers", about, &[Axis::Workers], cases)
}

/// Waits that fail.
pub(crate) fn faults() -> Results {
    let mut cases = Vec::new();
    for rate in [0.0, 0.01, 0.1, 0.5] {
        let io = if rate == 0.0 { "sleep:5ms".into() } else { format!("sleep:5ms error:{rate}") };
        let point = || Point { fault_rate: rate, ..point(1024, &io, 5e-3) };
        let tries = (1.0_f64 - rate).recip();
        let longest = if rate == 0.0 { 1.0 } else { 1.0 + 7.0 / -f64::ln(rate) };
        let outcome = measured(5e-3 * longest + 2e-3, 0.03, 3, 500.0);
        cases.push(case("async_tasks", point(), 5e-3, outcome));
        let outcome = measured(80e-3 * tries + 1e-3, 0.01, 67, 100.0);
        cases.push(case("thread_pool(workers: 64)", point(), 80e-3, outcome));
    }
    results("faults", "What retries cost.", &[Axis::FaultRate], cases)
}

/// The same mean, another tail: values of the axis that only their text tells apart.
pub(crate) fn tail() -> Results {
    let mut cases = Vec::new();
    for (io, slowest) in [
        ("sleep:5ms", 1.0),
        ("sleep:uniform(0ns,10ms)", 2.0),
        ("sleep:exp(5ms)", 7.5),
        ("sleep:pareto(5ms,2.5)", 60.0),
    ] {
        let point = || point(1024, io, 5e-3);
        let tasks = measured(5e-3 * slowest + 1.5e-3, 0.02 * slowest, 3, 500.0);
        cases.push(case("async_tasks", point(), 5e-3 * slowest, tasks));
        let pool = measured(84e-3 + 2.5e-3 * slowest, 0.005 * slowest, 67, 100.0);
        cases.push(case("thread_pool(workers: 64)", point(), 80e-3, pool));
    }
    results("tail", "What the slowest cell does to fan-in.", &[Axis::Latency], cases)
}

/// The grain of a message against the work of a cell.
pub(crate) fn serialization() -> Results {
    let mut cases = Vec::new();
    for (rounds, work) in [(0, 0.0), (30, 40e-9), (300, 400e-9), (3000, 4e-6), (30_000, 40e-6)] {
        let io = format!("cpu:rounds({rounds})");
        let cpu = Duration::from_secs_f64(work);
        let point = || Point { cpu, ..point(4096, &io, 0.0) };
        let alone = 4096.0 * (work + 60e-9);
        cases.push(case("sequential", point(), 4096.0 * work, measured(alone, 0.01, 2, 10.0)));
        for (grain, rows) in [("cell", 1.0 / 64.0), ("rows:1", 1.0), ("rows:4", 4.0)] {
            let text = if grain == "cell" { "cell".into() } else { format!("rows({rows})") };
            let point = Point { grain: Some(grain.to_owned()), ..point() };
            let time = 64.0 / rows * 8e-6 + alone / 2.0;
            let outcome = measured(time, 0.02, 6, 30.0);
            let stepper = format!("process_pool(workers: 2, grain: {text})");
            cases.push(case(&stepper, point, 2048.0 * work, outcome));
        }
    }
    let about = "The price of serialization: the grain of a message against the work of a cell.";
    results("serialization", about, &[Axis::Cpu, Axis::Grain], cases)
}

/// Interrupted before anything was measured.
pub(crate) fn empty() -> Results {
    let case = case("sequential", point(800, "sleep:2ms", 2e-3), 1.6, Outcome::Pending);
    Results { interrupted: true, ..results("empty", "", &[], vec![case]) }
}

pub(crate) fn results(name: &str, about: &str, axes: &[Axis], cases: Vec<CaseResult>) -> Results {
    Results {
        schema: Results::SCHEMA,
        name: name.to_owned(),
        about: about.to_owned(),
        suite: format!("(\n    name: {name:?},\n    about: {about:?},\n)"),
        seed: 7,
        began: "2026-11-23T12:00:00Z".to_owned(),
        took: Duration::from_secs(42),
        interrupted: false,
        machine: Machine {
            processor: "Example 2-Core Processor".to_owned(),
            cores: 2,
            memory: 8 << 30,
            kernel: "Linux 6.8.0".to_owned(),
            compiler: "rustc 1.95.0 x86_64-unknown-linux-gnu release".to_owned(),
            version: "0.1.0".to_owned(),
            commit: Some("0af4f33c0ffee".to_owned()),
        },
        own_cost: Duration::from_nanos(900),
        axes: axes.to_vec(),
        cases,
    }
}

pub(crate) fn case(stepper: &str, point: Point, floor: f64, outcome: Outcome) -> CaseResult {
    CaseResult {
        case: Case {
            stepper: stepper.to_owned(),
            own_io: None,
            scenario: format!("(stepper: {stepper})"),
            point,
            program: None,
        },
        floor: Floor {
            time: Duration::from_secs_f64(floor),
            formula: "rounds of waits".to_owned(),
            cores: None,
        },
        outcome,
    }
}

pub(crate) fn point(cells: u64, io: &str, latency: f64) -> Point {
    let height = (1..=cells.isqrt()).rev().find(|side| cells.is_multiple_of(*side)).unwrap_or(1);
    Point {
        width: (cells / height) as u32,
        height: height as u32,
        cells,
        io: io.to_owned(),
        latency: Duration::from_secs_f64(latency),
        cpu: Duration::ZERO,
        fault_rate: 0.0,
        workers: None,
        grain: None,
    }
}

/// Samples around a time, as far apart as `spread` says, with a few slow ones.
pub(crate) fn measured(seconds: f64, spread: f64, threads: u64, per_cell: f64) -> Outcome {
    let usage = Usage {
        user: Duration::from_secs_f64(seconds * 0.3),
        system: Duration::from_secs_f64(seconds * 0.1),
        peak_memory: (6 << 20) + (per_cell * 1000.0) as u64,
        base_memory: 5 << 20,
        peak_threads: threads,
        processes: 1,
        ..Usage::default()
    };
    let round = |round: u64| {
        let sample = |number: u64| {
            let seed = [round, number, (seconds * 1e9) as u64];
            let share = seeded::hash(&seed) as f64 / u64::MAX as f64;
            // A density that falls: many samples near the median, some far above.
            let factor = 1.0 + spread * (share.powi(2) * 4.0 - 1.0);
            Duration::from_secs_f64(seconds * factor.max(0.5))
        };
        Round { warm_up: 1, samples: (0..20).map(sample).collect(), state_hash: "00".into(), usage }
    };
    let rounds: Vec<Round> = (0..3).map(round).collect();
    let samples: Vec<&[Duration]> = rounds.iter().map(|round| &*round.samples).collect();
    let time = Summary::of(&samples).expect("there are samples");
    let warnings = Vec::new();
    Outcome::Measured(Box::new(Measured { time, usage, rounds, warnings, unverified: None }))
}

pub(crate) fn cut_off(seconds: f64, basis: &str) -> Outcome {
    let time = Duration::from_secs_f64(seconds);
    let estimate = Estimate { time, basis: basis.to_owned() };
    Outcome::CutOff { limit: Duration::from_secs(8), generations: 0, cells: 212, estimate }
}

pub(crate) fn failed(kind: &str, error: &str) -> Outcome {
    Outcome::Failed { kind: kind.to_owned(), error: error.to_owned() }
}

/// Measured if it takes less than the limit.
fn or_cut_off(seconds: f64, threads: u64, per_cell: f64) -> Outcome {
    if seconds > 8.0 {
        cut_off(seconds, "the floor")
    } else {
        measured(seconds, 0.01, threads, per_cell)
    }
}
