//! Races, with the contenders and I/O of a caller. A contender that misbehaves is a result, not the
//! end.

mod contenders;
mod outsider;

use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};

use lifelab::core::{Capabilities, Cell, Context, Idle, StepError, StepReport};
use lifelab::steppers::sequential::Sequential;
use lifelab::{CancellationToken, Error, Grid, Start, Stepper, StepperSpec};
use lifelab_bench::results::{Axis, CaseResult, Measured, Outcome, Results};
use lifelab_bench::{Event, Harness, Suite, SuiteError};

/// Sequential, but for one thing.
struct Odd {
    inner: Sequential,
    does: fn(&mut Grid),
}

impl Stepper for Odd {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let report = self.inner.step(now, next, cx)?;
        (self.does)(next);
        Ok(report)
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }
}

fn odd(does: fn(&mut Grid)) -> impl Fn() -> Result<Odd, Error> {
    move || Ok(Odd { inner: Sequential::default(), does })
}

fn flip_a_cell(grid: &mut Grid) {
    let at = Cell::new(3, 2);
    let alive = grid.get(at);
    grid.set(at, !alive);
}

/// Steppers of the caller's own.
fn harness() -> Harness {
    Harness::new()
        .contender("honest", odd(|_| {}))
        .contender("liar", odd(flip_a_cell))
        .contender("leaver", odd(|_| exit(3)))
        .contender("panicker", odd(|_| panic!("on purpose")))
}

/// Steppers that would win if nobody looked.
fn cheats() -> Harness {
    contend(Harness::new())
}

fn contend(harness: Harness) -> Harness {
    let modest = || Ok(Modest("thread_pool(workers: 40)".parse::<StepperSpec>()?.build()?));
    harness.contender("idler", || Ok(Idler)).contender("modest", modest)
}

type Test = fn();

fn main() -> ExitCode {
    outsider::play_if_asked();
    contend(with_io(harness())).host(); // Whatever a race below brings.
    let tests: [(&str, Test); 15] = [
        ("who_does_not_wait_does_not_win", who_does_not_wait_does_not_win),
        ("cells_that_keep_their_state_need_not_wait", cells_that_keep_their_state_need_not_wait),
        (
            "cells_that_keep_their_state_are_verified_or_it_says_why_not",
            cells_that_keep_their_state_are_verified_or_it_says_why_not,
        ),
        (
            "no_median_lies_below_a_floor_that_was_drawn",
            no_median_lies_below_a_floor_that_was_drawn,
        ),
        ("a_race_measures_every_case_in_every_round", a_race_measures_every_case_in_every_round),
        ("calls_bytes_and_processes_are_counted", calls_bytes_and_processes_are_counted),
        ("a_service_is_the_same_for_all_steppers", a_service_is_the_same_for_all_steppers),
        ("who_misbehaves_is_a_result", who_misbehaves_is_a_result),
        (
            "what_takes_too_long_is_cut_off_and_estimated",
            what_takes_too_long_is_cut_off_and_estimated,
        ),
        ("a_sweep_varies_what_a_stepper_takes", a_sweep_varies_what_a_stepper_takes),
        ("a_stopped_race_keeps_what_it_has", a_stopped_race_keeps_what_it_has),
        (
            "a_suite_without_sense_is_refused_before_it_runs",
            a_suite_without_sense_is_refused_before_it_runs,
        ),
        ("a_traced_race_draws_all_cases_side_by_side", a_traced_race_draws_all_cases_side_by_side),
        ("failing_cells_are_results", failing_cells_are_results),
        ("io_of_the_callers_own_is_waited_for", io_of_the_callers_own_is_waited_for),
    ];
    let trials = tests.into_iter().chain(contenders::TESTS).map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn suite(text: &str) -> Suite {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Little effort: these tests are not about time.
fn quick(steppers: &str, rest: &str) -> Suite {
    suite(&format!(
        r#"(
            name: "test",
            start: soup(density: 0.4, seed: 3),
            size: "12x10",
            steppers: [{steppers}],
            generations: 3,
            rounds: 2,
            budget: "10s",
            {rest}
        )"#
    ))
}

fn race(harness: &Harness, suite: &Suite) -> Results {
    harness
        .race(suite, &CancellationToken::new(), &mut |_| {})
        .unwrap_or_else(|error| panic!("{error}"))
}

fn find<'a>(results: &'a Results, stepper: &str) -> &'a CaseResult {
    (results.cases.iter().find(|result| result.case.stepper == stepper))
        .unwrap_or_else(|| panic!("no {stepper}"))
}

fn measured<'a>(results: &'a Results, stepper: &str) -> &'a Measured {
    let outcome = &find(results, stepper).outcome;
    outcome.measured().unwrap_or_else(|| panic!("{stepper}: {outcome:?}"))
}

fn failure<'a>(results: &'a Results, stepper: &str) -> (&'a str, &'a str) {
    match &find(results, stepper).outcome {
        Outcome::Failed { kind, error } => (kind, error),
        other => panic!("{stepper}: {other:?}"),
    }
}

fn a_race_measures_every_case_in_every_round() {
    let suite = quick(
        "sequential, thread_pool(workers: 3), async_tasks",
        r#"io: (wait: sleep(fixed("1ms")))"#,
    );
    let mut turns = Vec::new();
    let results = Harness::new().race(&suite, &CancellationToken::new(), &mut |event| {
        if let Event::Turn { case, .. } = event {
            turns.push(case.stepper.clone());
        }
    });
    let results = results.unwrap();
    assert_eq!(turns.len(), 6);
    assert!(!results.interrupted && results.groups().len() == 1);
    for result in &results.cases {
        let measured = result.outcome.measured().unwrap();
        assert_eq!((measured.rounds.len(), measured.time.samples), (2, 6));
        assert!(measured.time.min >= result.floor.time, "{}: {measured:?}", result.case.id());
        assert!(measured.rounds.iter().all(|round| round.warm_up >= 1));
        assert!(measured.usage.peak_memory > 0);
    }
    assert_eq!(find(&results, "sequential").floor.time, Duration::from_millis(120));
    assert_eq!(find(&results, "thread_pool(workers: 3)").floor.time, Duration::from_millis(40));
    assert_eq!(find(&results, "async_tasks").floor.time, Duration::from_millis(1));
    // The suite that is stored repeats the race.
    assert_eq!(results.suite.parse::<Suite>().unwrap(), suite);
}

fn calls_bytes_and_processes_are_counted() {
    let suite = quick(
        "sequential, thread_per_cell, queue_pipeline, async_tasks, process_pool(workers: 2)",
        r#"io: (wait: sleep(fixed("1ms")), phase: both)"#,
    );
    let results = race(&Harness::new(), &suite);
    for result in &results.cases {
        let usage = &result.outcome.measured().unwrap().usage;
        assert_eq!(usage.io_calls, 2.0 * 120.0, "{}", result.case.id());
        assert!(usage.io_waited >= Duration::from_millis(240), "{}", result.case.id());
        let has_workers = result.case.model() == "process_pool";
        assert_eq!(usage.processes, if has_workers { 3 } else { 1 });
        assert_eq!(usage.pipe_bytes > 120.0, has_workers, "{usage:?}");
    }
}

/// The grids are the oracle's, or a case would have failed. 120 cells in rounds of 4 are 30 ms at least.
fn a_service_is_the_same_for_all_steppers() {
    let steppers = "sequential, thread_per_cell, queue_pipeline, thread_pool(workers: 9), async_tasks, \
                    async_tasks(task_per_cell: true), process_pool(workers: 2)";
    for wait in [r#"sleep(fixed("1ms"))"#, r#"socket(latency: fixed("1ms"))"#] {
        let rest = format!(
            "io: (wait: {wait}, limits: (capacity: 4), hedge: after(\"10m\"), in_flight: fixed(50))"
        );
        let results = race(&Harness::new(), &quick(steppers, &rest));
        for result in &results.cases {
            let id = result.case.id();
            let has_workers = result.case.model() == "process_pool";
            if has_workers && wait.starts_with("sleep") {
                let (_, error) = failure(&results, &result.case.stepper);
                assert!(error.contains("take `socket` in the place of `sleep`"), "{error}");
                continue;
            }
            let measured =
                result.outcome.measured().unwrap_or_else(|| panic!("{id}: {:?}", result.outcome));
            assert!(measured.time.median >= Duration::from_millis(30), "{id}: {:?}", measured.time);
            let service = measured.usage.service.unwrap_or_else(|| panic!("{id}"));
            assert_eq!((service.answered, service.requests), (120.0, 120.0), "{id}");
            assert_eq!((service.refused, service.wasted), (0.0, 0.0), "{id}");
            assert_eq!(service.cells.is_none(), has_workers, "{id}");
            if let Some(cells) = service.cells {
                assert!(
                    cells.max >= Duration::from_millis(30) && cells.p50 <= cells.p99,
                    "{cells:?}"
                );
            }
        }
    }
}

fn who_misbehaves_is_a_result() {
    let results = race(&harness(), &quick("sequential", ""));
    measured(&results, "sequential");
    measured(&results, "honest");
    let (kind, error) = failure(&results, "liar");
    assert!(kind == "wrong" && error.contains("the oracle's"), "{kind}: {error}");
    let (kind, error) = failure(&results, "leaver");
    assert!(kind == "crashed" && error.contains('3'), "{kind}: {error}");
    let (kind, error) = failure(&results, "panicker");
    assert!(kind == "crashed" && error.contains("on purpose"), "{kind}: {error}");
}

/// Sequential, but each cell's I/O is left out.
struct Idler;

impl Stepper for Idler {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let idle = Context::new(cx.rule, cx.generation, Arc::new(Idle), cx.stop.clone());
        Sequential::default().step(now, next, &idle)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::local(None)
    }
}

/// Waits as it should, but says that it does so one by one.
struct Modest(Box<dyn Stepper>);

impl Stepper for Modest {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        self.0.step(now, next, cx)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::local(Some(1))
    }
}

fn who_does_not_wait_does_not_win() {
    let wait = r#"io: (wait: sleep(fixed("5ms")), phase: both)"#;
    let results = race(&cheats(), &quick("sequential", wait));
    measured(&results, "sequential");
    let (kind, error) = failure(&results, "idler");
    assert!(kind == "calls" && error.contains("240 at least expected"), "{kind}: {error}");
    let (kind, error) = failure(&results, "modest");
    assert!(kind == "floor" && error.contains("120 waits of 5ms"), "{kind}: {error}");
    // Where nobody has to wait, nobody cheats; and one's own I/O is called, or seen not to be.
    measured(&race(&cheats(), &quick("", "")), "idler");
    let results =
        race(&with_io(cheats()), &quick("", r#"io: (retry: (limit: 50, backoff: "0s"))"#));
    assert_eq!(failure(&results, "idler").0, "calls");
    measured(&results, "modest");
}

fn cells_that_keep_their_state_need_not_wait() {
    let rest = r#"io: (wait: sleep(fixed("2ms")), faults: [(kind: error, when: probability(0.9))],
        on_fault: keep)"#;
    // A still life, which stays as it is whichever cell keeps its state.
    let start = Start::Named("block".into());
    let suite = Suite { start, ..quick("sequential, thread_pool(workers: 7)", rest) };
    let results = race(&Harness::new(), &suite);
    for result in &results.cases {
        let median = result.outcome.measured().unwrap().time.median;
        assert!(result.floor.time > Duration::ZERO && median >= result.floor.time, "{result:?}");
    }
}

fn cells_that_keep_their_state_are_verified_or_it_says_why_not() {
    let steppers = ["sequential", "thread_pool(workers: 7)", "async_tasks", "process_pool"];
    let rest = r#"io: (wait: sleep(fixed("100us")), phase: both, on_fault: keep,
        faults: [(kind: error, when: probability(0.2)), (kind: panic, when: probability(0.05))])"#;
    let results = race(&harness(), &quick(&steppers.join(", "), rest));
    for stepper in steppers.into_iter().chain(["honest"]) {
        assert_eq!(measured(&results, stepper).unverified, None);
    }
    assert_eq!(failure(&results, "liar").0, "wrong");

    // Nobody but it knows which of its calls fail.
    let own = race(&with_io(Harness::new()), &quick("sequential", "io: (on_fault: keep)"));
    let why = measured(&own, "sequential").unverified.clone().unwrap_or_default();
    assert!(why.contains("not verified") && why.contains("the caller's own"), "{why}");
}

fn no_median_lies_below_a_floor_that_was_drawn() {
    let rest = r#"io: (wait: sleep(pareto(mean: "500us", shape: 1.5)))"#;
    for result in race(&Harness::new(), &quick("async_tasks, thread_pool(workers: 9)", rest)).cases
    {
        let median = result.outcome.measured().unwrap().time.median;
        assert!(median >= result.floor.time, "{median:?}, floor {:?}", result.floor);
    }
}

fn what_takes_too_long_is_cut_off_and_estimated() {
    let rest = r#"io: (wait: sleep(fixed("60s"))), limit: "300ms""#;
    let results = race(&Harness::new(), &quick("async_tasks, sequential", rest));
    for result in &results.cases {
        let Outcome::CutOff { limit, generations, estimate, .. } = &result.outcome else {
            panic!("{:?}", result.outcome);
        };
        assert_eq!((*limit, *generations), (Duration::from_millis(300), 0));
        assert_eq!(estimate.time, result.floor.time);
        assert_eq!(estimate.basis, result.floor.formula);
    }
    // Where cells were done, they tell more than arithmetic.
    let rest = r#"io: (wait: sleep(fixed("50ms"))), limit: "400ms""#;
    let results = race(&Harness::new(), &quick("sequential", rest));
    let Outcome::CutOff { cells, estimate, .. } = &results.cases[0].outcome else {
        panic!("{:?}", results.cases[0].outcome);
    };
    assert!(*cells < 120 && estimate.time >= Duration::from_secs(6), "{estimate:?}");
}

fn a_sweep_varies_what_a_stepper_takes() {
    let suite = suite(
        r#"(
            name: "sweep",
            start: soup(density: 0.4, seed: 3),
            steppers: [sequential, thread_pool],
            sweep: (cells: [6, 100], workers: [1, 2], grain: [cell, rows(2)]),
            generations: 1,
            rounds: 1,
            budget: "1ms",
        )"#,
    );
    let results = race(&Harness::new(), &suite);
    assert_eq!(results.axes, [Axis::Cells, Axis::Workers, Axis::Grain]);
    let groups = results.groups();
    assert_eq!(groups.len(), 2);
    for (group, cells) in groups.iter().zip([6, 100]) {
        // Sequential takes a grain but no workers.
        assert_eq!(group.len(), 2 + 4);
        assert!(group.iter().all(|result| result.case.point.cells == cells));
        assert!(group.iter().all(|result| result.outcome.measured().is_some()));
    }
    let point = &find(&results, "thread_pool(workers: 2, grain: rows(2))").case.point;
    assert_eq!((point.workers, point.grain.as_deref()), (Some(2), Some("rows:2")));
    assert_eq!((groups[1][0].case.point.width, groups[0][0].case.point.width), (10, 3));
}

fn a_stopped_race_keeps_what_it_has() {
    let suite = quick("sequential, async_tasks, thread_pool", "");
    let stop = CancellationToken::new();
    let handle = stop.clone();
    let mut grown = 0;
    let results = Harness::new().race(&suite, &stop, &mut |event| {
        if let Event::Grown { results } = event {
            grown += 1;
            assert!(results.cases.iter().any(|result| result.outcome.measured().is_some()));
            handle.cancel();
        }
    });
    let results = results.unwrap();
    assert!(results.interrupted && grown >= 1);
    let count = |is: fn(&Outcome) -> bool| results.cases.iter().filter(|r| is(&r.outcome)).count();
    assert_eq!(count(|outcome| outcome.measured().is_some()), 1);
    assert_eq!(count(|outcome| *outcome == Outcome::Pending), 2);

    // While cases are made, too: there are none then.
    let fired = CancellationToken::new();
    fired.cancel();
    let results = Harness::new().race(&suite, &fired, &mut |_| {}).unwrap();
    assert!(results.interrupted && results.cases.is_empty(), "{results:?}");

    // In the middle of a turn, too: a minute's wait does not keep it.
    let suite = quick("async_tasks", r#"io: (wait: sleep(fixed("60s"))), limit: "60s""#);
    let stop = CancellationToken::new();
    let handle = stop.clone();
    let results = Harness::new().race(&suite, &stop, &mut |event| {
        if let Event::Turn { .. } = event {
            let handle = handle.clone();
            thread::spawn(move || handle.cancel());
        }
    });
    assert!(results.unwrap().interrupted);
}

fn a_suite_without_sense_is_refused_before_it_runs() {
    let check = |suite: &Suite, says: &str| {
        let outcome = Harness::new().race(suite, &CancellationToken::new(), &mut |event| {
            panic!("{event:?}, where {says:?} should be said");
        });
        let error = outcome.expect_err(says).to_string();
        assert!(error.contains(says), "{error}");
    };
    let named = |name: &str| Suite { start: Start::Named(name.into()), ..quick("sequential", "") };
    check(&quick("", ""), "there are none");
    check(&quick("sequential, sequential", ""), "races twice");
    check(&quick("sequential", r#"sweep: (cells: [10007])"#), "10007 cells");
    check(&quick("sequential", r#"sweep: (cells: [18446744073709551615])"#), "1073741824 at most");
    let many = format!("sweep: (fault_rate: [{}])", "0.5,".repeat(10_001));
    check(&quick("sequential", &many), "10001 cases");
    let acorn = Suite { margin: Some(3), ..named("acorn") };
    check(&acorn, "both a size and a margin");
    check(&quick("sequential", r#"margin: 3, sweep: (cells: [100])"#), "sweep.cells");
    let both = r#"sweep: (latency: [fixed("1ms")], cpu: [rounds(1)])"#;
    check(&quick("sequential", both), "either waits or computes");
    let mut wild = quick("sequential", "");
    wild.sweep.fault_rate.push(1.5); // In text it is refused where it stands.
    check(&wild, "0 to 1");
    check(&named("acron"), "acron");
    check(&named("gosper-glider-gun"), "lies outside the grid");
    let mine = Harness::new().contender("mine", odd(|_| {})).contender("mine", odd(|_| {}));
    let outcome = mine.race(&quick("", ""), &CancellationToken::new(), &mut |_| {});
    assert!(matches!(outcome, Err(SuiteError::Twice { .. })), "{outcome:?}");
}

fn a_traced_race_draws_all_cases_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.json");
    let rest = r#"io: (wait: sleep(fixed("1ms")))"#;
    let suite = quick("async_tasks, process_pool(workers: 2)", rest);
    race(&Harness::new().trace(&path), &suite);
    let file = std::fs::read_to_string(&path).unwrap();
    let trace: serde_json::Value = serde_json::from_str(&file).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let count = |name: &str| events.iter().filter(|event| event["name"] == name).count();
    // Of each case, one warm-up generation of 120 cells, all of them drawn.
    assert_eq!((count("generation"), count("wait")), (2, 240));
    let is_case = |name: &str| {
        let named = |event: &&serde_json::Value| event["name"] == "process_name";
        events.iter().filter(named).any(|event| event["args"]["name"] == name)
    };
    let id = "process_pool(workers: 2) on 12x10, sleep:1ms";
    assert!(is_case("async_tasks on 12x10, sleep:1ms") && is_case(id));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no parts are left");

    let nowhere = Harness::new().trace(folder.path().join("no/such/folder.json"));
    let outcome = nowhere.race(&suite, &CancellationToken::new(), &mut |event| panic!("{event:?}"));
    assert!(matches!(outcome, Err(SuiteError::Trace { .. })), "{outcome:?}");
}

fn failing_cells_are_results() {
    let suite =
        quick("sequential, async_tasks", r#"io: (faults: [(kind: error, when: probability(1))])"#);
    let results = race(&Harness::new(), &suite);
    for stepper in ["sequential", "async_tasks"] {
        let (kind, error) = failure(&results, stepper);
        assert!(kind == "cell" && error.contains("(0, 0)"), "{kind}: {error}");
    }
    // With a retry, the same rate of faults costs time and changes nothing.
    let retried = r#"
        io: (wait: sleep(fixed("1ms")), retry: (limit: 50, backoff: "1ms", max_backoff: "1ms")),
        sweep: (fault_rate: [0, 0.5])
    "#;
    let results = race(&Harness::new(), &quick("async_tasks", retried));
    assert_eq!(results.axes, [Axis::FaultRate]);
    let hashes: Vec<_> =
        results.cases.iter().map(|r| &r.outcome.measured().unwrap().rounds[0].state_hash).collect();
    assert_eq!(hashes.len(), 2);
    assert_eq!(hashes[0], hashes[1]);
}

fn with_io(harness: Harness) -> Harness {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    harness.io("every third", || {
        lifelab::io::blocking(|_, stop| {
            stop.check()?;
            match CALLS.fetch_add(1, Ordering::Relaxed) % 3 {
                0 => Err(std::io::Error::other("busy"))?,
                _ => Ok(()),
            }
        })
    })
}

fn io_of_the_callers_own_is_waited_for() {
    let suite = quick(
        "sequential, async_tasks, process_pool",
        r#"io: (retry: (limit: 50, backoff: "0s"))"#,
    );
    let results = race(&with_io(Harness::new()), &suite);
    for stepper in ["sequential", "async_tasks"] {
        assert_eq!(measured(&results, stepper).usage.io_calls, 120.0);
        assert_eq!(find(&results, stepper).case.own_io.as_deref(), Some("every third"));
    }
    let (kind, error) = failure(&results, "process_pool");
    assert!(kind == "setup" && error.contains("CellIo::wire"), "{kind}: {error}");
}
