//! The formulas, in numbers worked out by hand, and the laws that every prediction obeys.

use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::*;
use crate::forecast::{best, forecasts};
use crate::testing::{calibration, candidate, workload};
use crate::{Forecast, Obstacle, Outlook, advise};

/// Of cells, microseconds of waiting, and microseconds of work: the time of a generation in
/// microseconds, and what bounds it.
fn predicted(
    candidate: Candidate,
    at_once: Option<u64>,
    rows: Option<u32>,
    (cells, latency, cpu): (u64, u64, u64),
) -> (f64, String) {
    let calibration = calibration();
    let costs = &calibration.costs[&candidate];
    let setup = Setup { at_once, rows };
    let workload = workload(cells, latency, cpu);
    let prediction = predict(candidate, setup, &workload, &calibration, costs);
    (prediction.time.as_secs_f64() * 1e6, prediction.bound().what.clone())
}

#[test]
fn cells_that_wait_take_rounds_or_processors() {
    for (candidate, at_once, workload, micros, bound) in [
        // 100 (10,000 + 100), and nothing else.
        (
            candidate("sequential"),
            Some(1),
            (100, 10_000, 0),
            1_010_000.0,
            "100 waits of 10ms, one after another",
        ),
        // 100 (10,000 + 100 + 50): work and wait take turns.
        (
            candidate("sequential"),
            Some(1),
            (100, 10_000, 50),
            1_015_000.0,
            "100 waits of 10ms, one after another",
        ),
        // 10,000 + 200 + 100 x 70.
        (
            candidate("thread_per_cell"),
            None,
            (100, 10_000, 0),
            17_200.0,
            "one wait of 10ms, 100 cells at once",
        ),
        (candidate("thread_per_cell"), None, (1000, 10_000, 0), 80_200.0, "starting 1000 threads"),
        // ⌈10,000 / 64⌉ = 157 rounds of 10,100, and 64 x 6 to begin.
        (
            candidate("thread_pool"),
            Some(64),
            (10_000, 10_000, 0),
            1_586_084.0,
            "157 rounds of 64 waits of 10ms",
        ),
        // Work beside: 156 x 20, and 64 / 2 x 20 in the first round.
        (
            candidate("thread_pool"),
            Some(64),
            (10_000, 10_000, 20),
            1_589_844.0,
            "157 rounds of 64 waits of 10ms",
        ),
        // 157 x 110 = 17,270, and 384: less than 110 and 10,000 x 4.
        (candidate("thread_pool"), Some(64), (10_000, 10, 0), 40_110.0, "handing 10000 cells on"),
        // 110 + 10,000 (4 + 1000 / 2).
        (
            candidate("thread_pool"),
            Some(64),
            (10_000, 10, 1_000),
            5_040_110.0,
            "the work of 10000 cells on 2 cores",
        ),
        // 10,000 + 100 + 1000 x 1.
        (
            candidate("async_tasks"),
            None,
            (1_000, 10_000, 0),
            11_100.0,
            "one wait of 10ms, 1000 cells at once",
        ),
        // 300 + 100 + 1000 x 1, and the work of all, on one core or two.
        (
            candidate("async_tasks"),
            None,
            (1_000, 300, 20),
            21_400.0,
            "the work of 1000 cells on 1 core",
        ),
        (
            candidate("async_tasks_on_all_cores"),
            None,
            (1_000, 300, 20),
            11_400.0,
            "the work of 1000 cells on 2 cores",
        ),
        // 2 x 10,100, and 500 x 1.
        (
            candidate("async_tasks"),
            Some(500),
            (1_000, 10_000, 0),
            20_700.0,
            "2 rounds of 500 waits of 10ms",
        ),
    ] {
        check(&predicted(candidate, at_once, None, workload), (micros, bound));
    }
}

/// To a nanosecond.
fn check(predicted: &(f64, String), expected: (f64, &str)) {
    let is_near = (predicted.0 - expected.0).abs() < 0.001;
    assert!(is_near && predicted.1 == expected.1, "{predicted:?}, expected {expected:?}");
}

#[test]
fn cells_that_compute_share_the_cores_but_for_the_last_unit() {
    for (candidate, at_once, rows, workload, micros, bound) in [
        // 1 + 10,000 (0.05 + 10).
        (
            candidate("sequential"),
            Some(1),
            None,
            (10_000, 0, 10),
            100_501.0,
            "the work of 10000 cells on 1 core",
        ),
        // 10 + 10,000 x 0.3 + 10,000 x 10 / 2 + 10 / 2.
        (
            candidate("thread_pool"),
            Some(2),
            None,
            (10_000, 0, 10),
            53_015.0,
            "the work of 10000 cells on 2 cores",
        ),
        // 32 bands: 10 + 32 x 0.3 + 10,000 x 10.04 / 2 + (10,000 / 32 x 10.04) / 2.
        (
            candidate("thread_pool"),
            Some(2),
            Some(3),
            (10_000, 0, 10),
            51_788.35,
            "the work of 10000 cells on 2 cores",
        ),
        // One worker of a pool computes on one core.
        (
            candidate("thread_pool"),
            Some(1),
            None,
            (10_000, 0, 10),
            103_010.0,
            "the work of 10000 cells on 1 core",
        ),
        (candidate("thread_per_cell"), None, None, (100, 0, 1), 3_150.5, "handing out 100 cells"),
    ] {
        check(&predicted(candidate, at_once, rows, workload), (micros, bound));
    }
}

#[test]
fn work_wakes_whoever_waits_for_it_and_disturbs_other_cores() {
    let mut calibration = calibration();
    calibration.crowd = 1.2;
    let costs = calibration.costs.get_mut(&candidate("thread_pool")).unwrap();
    costs.unit_apart_ns += 2e3;
    costs.pass_apart_ns += 4e3;
    let costs = *costs;
    let micros = |workers, workload: &Workload| {
        let setup = Setup { at_once: Some(workers), rows: None };
        let predicted = predict(candidate("thread_pool"), setup, workload, &calibration, &costs);
        predicted.time.as_secs_f64() * 1e6
    };
    for (workers, workload, expected) in [
        // 10 + 10,000 (0.3 + 12 / 20 of 2), and 12 of work in the place of 10.
        (2, workload(10_000, 0, 10), 10.0 + 15_000.0 + 60_000.0 + 6.0),
        // On one core, work is what it was: half of 2.
        (1, workload(10_000, 0, 10), 10.0 + 13_000.0 + 100_000.0),
        // All of 2.
        (2, workload(10_000, 0, 100), 10.0 + 23_000.0 + 600_000.0 + 60.0),
        // 110 + 10,000 (4 + 4 + 1200 / 2).
        (64, workload(10_000, 10, 1_000), 110.0 + 6_080_000.0),
    ] {
        let micros = micros(workers, &workload);
        assert!((micros - expected).abs() < 0.01, "{micros}, expected {expected}");
    }
}

#[test]
fn a_kernel_has_two_speeds() {
    let mut calibration = calibration();
    let costs = calibration.costs.get_mut(&candidate("sequential")).unwrap();
    costs.large_kernel_ns = 0.04;
    let costs = *costs;
    let setup = Setup { at_once: Some(1), rows: None };
    for (cells, nanos) in
        [(1 << 22, 1_000.0 + 0.02 * 4_194_304.0), (1 << 23, 1_000.0 + 0.06 * 4_194_304.0)]
    {
        let workload = workload(cells, 0, 0);
        let predicted = predict(candidate("sequential"), setup, &workload, &calibration, &costs);
        assert!((predicted.time.as_nanos() as f64 - nanos).abs() < 2.0, "{predicted:?}");
    }
}

#[test]
fn what_cannot_be_told_apart_is_tied_and_the_cheaper_one_is_taken() {
    let mut calibration = calibration();
    for cost in calibration.costs.values_mut() {
        cost.spread = 0.2;
    }
    // 1,000 cells that work 30 us: 15,010 on two threads, 15,030 in tasks on as many.
    let advice = advise(&workload(1_000, 0, 30), &calibration);
    assert!(advice.tied.len() >= 2 && advice.tied.contains(&advice.recommended.unwrap()));
    let tied: Vec<&Forecast> = advice.tied.iter().map(|&it| &advice.forecasts[it]).collect();
    let fewest = tied.iter().map(|it| it.prediction().unwrap().threads).min();
    assert_eq!(advice.recommended().map(|it| it.prediction().unwrap().threads), fewest);
    assert_eq!(advice.near().len() + 1, tied.len());
    // One core takes twice as long: no uncertainty makes that a tie.
    assert!(tied.iter().all(|it| it.candidate.cores(2) == 2), "{tied:?}");
}

#[test]
fn cells_without_io_are_the_kernels() {
    for (candidate, at_once, cells, micros, bound) in [
        (candidate("sequential"), Some(1), 1_000_000, 21.0, "the kernel, 1000000 cells on 1 core"),
        (candidate("thread_pool"), Some(2), 500_000, 15.0, "beginning a generation"),
        (candidate("thread_pool"), Some(1), 1_000_000, 30.0, "the kernel, 1000000 cells on 1 core"),
        (
            candidate("thread_pool"),
            Some(2),
            100_000_000,
            1_010.0,
            "the kernel, 100000000 cells on 2 cores",
        ),
    ] {
        check(&predicted(candidate, at_once, None, (cells, 0, 0)), (micros, bound));
    }
}

#[test]
fn memory_is_the_grids_and_what_is_carried() {
    let calibration = calibration();
    for (candidate, at_once, cells, memory, threads) in [
        (candidate("sequential"), Some(1), 40_000, 6_010_000, 1),
        (candidate("thread_per_cell"), None, 1_000, 6_000_250 + 12_000_000, 1_001),
        (candidate("thread_pool"), Some(64), 40_000, 6_010_000 + 1_280_000, 65),
        (candidate("queue_pipeline"), Some(64), 40_000, 6_010_000 + 1_280_000, 66),
        (candidate("async_tasks"), None, 40_000, 6_010_000 + 80_000_000, 1),
        (candidate("async_tasks"), Some(1_000), 40_000, 6_010_000 + 2_000_000, 1),
        (candidate("async_tasks_on_all_cores"), None, 1_000, 6_000_250 + 2_000_000, 3),
        (candidate("process_pool"), Some(4), 40_000, 6_010_000 + 20_000_000, 17),
    ] {
        let setup = Setup { at_once, rows: None };
        let costs = &calibration.costs[&candidate];
        let workload = workload(cells, 1_000, 0);
        let prediction = predict(candidate, setup, &workload, &calibration, costs);
        assert_eq!((prediction.memory, prediction.threads), (memory, threads), "{candidate}");
    }
}

#[test]
fn the_answers_are_those_that_the_formulas_give() {
    for (workload, expected) in [
        (workload(1, 10_000, 0), "sequential"),
        (workload(50, 300, 0), "async_tasks"),
        (workload(1_000, 10_000, 0), "async_tasks"),
        (workload(1_000_000, 10_000, 0), "async_tasks"),
        (workload(100, 0, 0), "sequential"),
        (workload(100_000_000, 0, 0), "thread_pool(workers: 2)"),
        (workload(10_000, 0, 1), "thread_pool(workers: 2, grain: rows(3))"),
        (workload(10_000, 0, 100), "thread_pool(workers: 2)"),
    ] {
        let advice = advise(&workload, &calibration());
        let stepper = advice.recommended().unwrap().stepper().unwrap().to_string();
        assert!(stepper.starts_with(expected), "{workload:?}: {stepper}");
    }
}

#[test]
fn fewer_threads_are_preferred_to_hardly_more_speed() {
    // One cell: every stepper waits once, and only hand-overs differ.
    let advice = advise(&workload(1, 20_000, 0), &calibration());
    assert_eq!(advice.recommended, Some(0));
    assert!(advice.near().len() >= 3, "{:?}", advice.near());
    assert_ne!(advice.recommended, advice.runner_up);
}

#[test]
fn what_is_infeasible_says_why() {
    let mut calibration = calibration();
    calibration.costs.remove(&candidate("process_pool"));
    calibration.refused.insert(candidate("process_pool"), "no processes".to_owned());
    let workload = Workload { memory: Some(7_000_000), ..workload(20_000, 10_000, 0) };
    let advice = advise(&workload, &calibration);
    let obstacle = |candidate| {
        let found = advice.forecasts.iter().find(|forecast| forecast.candidate == candidate);
        match &found.unwrap().outlook {
            Outlook::Infeasible(obstacle) => Some(obstacle.clone()),
            Outlook::Feasible { .. } => None,
        }
    };
    let threads = Obstacle::Threads { needed: 20_001, room: 15_000 };
    assert_eq!(obstacle(candidate("thread_per_cell")), Some(threads));
    let unknown = Obstacle::Unknown("no processes".to_owned());
    assert_eq!(obstacle(candidate("process_pool")), Some(unknown));
    assert_eq!(obstacle(candidate("sequential")), None);

    let nothing = Workload { memory: Some(1), ..workload };
    let advice = advise_nothing(&nothing, &calibration);
    assert!(advice.iter().all(|forecast| forecast.prediction().is_none()));
}

fn advise_nothing(workload: &Workload, calibration: &Calibration) -> Vec<Forecast> {
    let advice = advise(workload, calibration);
    assert_eq!((advice.recommended, advice.runner_up), (None, None));
    advice.forecasts
}

/// Workloads of all three kinds.
fn workloads() -> impl Strategy<Value = Workload> {
    let time = || prop_oneof![Just(0), 1_u64..50_000];
    let memory = prop_oneof![Just(None), (1_u64..1_000_000_000).prop_map(Some)];
    let workers = prop_oneof![Just(None), (1_usize..2_000).prop_map(NonZeroUsize::new)];
    (1_u64..1_000_000, time(), time(), memory, workers).prop_map(
        |(cells, latency, cpu, memory, workers)| Workload {
            memory,
            workers,
            ..workload(cells, latency, cpu)
        },
    )
}

fn times(workload: &Workload) -> Vec<Option<Duration>> {
    let time = |forecast: &Forecast| forecast.prediction().map(|prediction| prediction.time);
    forecasts(workload, &calibration()).iter().map(time).collect()
}

/// Whether each is as before, or slower, or impossible now.
fn never_better(before: &[Option<Duration>], after: &[Option<Duration>]) -> bool {
    before.iter().zip(after).all(|(before, after)| match (before, after) {
        (_, None) => true,
        (None, Some(_)) => false,
        // Rounding of each term to nanoseconds.
        (Some(before), Some(after)) => *after + Duration::from_nanos(5) >= *before,
    })
}

proptest! {
    #[test]
    fn more_work_is_never_predicted_to_be_faster(start in workloads(), more in 1_u64..100_000) {
        let before = times(&start);
        let cells = start.cells.saturating_add(more);
        let after = times(&Workload { cells, ..start });
            prop_assert!(never_better(&before, &after));
        let add = Duration::from_nanos(more);
        if !start.latency.is_zero() {
            let latency = start.latency + add;
            let after = times(&Workload { latency, ..start });
            prop_assert!(never_better(&before, &after));
        }
        if !start.cpu.is_zero() || !start.latency.is_zero() {
            let cpu = start.cpu + add;
            let after = times(&Workload { cpu, ..start });
            prop_assert!(never_better(&before, &after));
        }
    }

    #[test]
    fn less_memory_never_helps(start in workloads(), less in 0_u64..1_000_000_000) {
        let memory = start.memory.map(|memory| memory.saturating_sub(less)).unwrap_or(less);
        let tight = Workload { memory: Some(memory), ..start };
        prop_assert!(never_better(&times(&start), &times(&tight)));
    }

    #[test]
    fn what_is_recommended_keeps_the_limits(workload in workloads()) {
        let calibration = calibration();
        let forecasts = forecasts(&workload, &calibration);
        for forecast in &forecasts {
            let Some(prediction) = forecast.prediction() else { continue };
            prop_assert!(workload.memory.is_none_or(|allowed| prediction.memory <= allowed));
            prop_assert!(prediction.threads <= calibration.threads.unwrap());
            let sum: Duration = prediction.terms.iter().map(|term| term.time).sum();
            prop_assert_eq!(sum, prediction.time);
        }
        let fastest = forecasts.iter().filter_map(|it| Some(it.prediction()?.time)).min();
        let recommended = best(&forecasts).map(|it| forecasts[it].prediction().unwrap().time);
        prop_assert_eq!(recommended.is_some(), fastest.is_some());
        if let (Some(recommended), Some(fastest)) = (recommended, fastest) {
            prop_assert!(recommended <= fastest.mul_f64(1.051));
        }
    }
}

/// Of 1000 cells that wait 5 ms for a service of 64, whichever way they are asked: ⌈1000 / 64⌉ = 16 rounds.
#[test]
fn a_service_decides_in_rounds_or_by_its_rate() {
    let limit = std::num::NonZeroU32::new;
    let (calibration, cells) = (calibration(), workload(1000, 5_000, 0));
    let time = |candidate: Candidate, at_once, workload: &Workload| {
        let setup = Setup { at_once, rows: None };
        let costs = &calibration.costs[&candidate];
        let prediction = predict(candidate, setup, workload, &calibration, costs);
        (prediction.time.as_micros(), prediction.bound().what.clone())
    };
    let (tasks, pool) = (candidate("async_tasks"), candidate("thread_pool"));
    let served = Workload { capacity: limit(64), ..cells };
    let rounds = "16 rounds of 64 requests of 5ms, which the service takes".to_owned();
    // 16 x 5000 + 100, and 1000 x 1 to begin.
    assert_eq!(time(tasks, None, &served), (81_100, rounds.clone()));
    assert_eq!(time(pool, Some(256), &served), (80_100 + 256 * 6, rounds));
    assert_eq!(
        time(pool, Some(8), &served),
        time(pool, Some(8), &cells),
        "it takes more than that"
    );
    // 999 / 1000 s, and the last wait.
    let rated = Workload { rate: limit(1000), ..served };
    let what = "1000 requests at 1000 per second".to_owned();
    assert_eq!(time(tasks, None, &rated), (999_000 + 5_100, what));
}

#[test]
fn more_stops_helping_where_the_service_or_the_processor_is_busy() {
    let limit = std::num::NonZeroU32::new;
    let calibration = calibration();
    let of = |workload: Workload| {
        let saturation = advise(&workload, &calibration).saturation?;
        Some((saturation.at_once, saturation.why))
    };
    let cells = workload(1000, 5_000, 0);
    assert_eq!(of(cells), None, "5100 / 1 could be under way, and there are 1000");
    let served = Workload { capacity: limit(64), ..cells };
    assert_eq!(of(served), Some((64, "the service takes 64 at once".to_owned())));
    // 1000 in a second, 5 ms each: 5.
    let rated = Workload { rate: limit(1000), ..served };
    assert_eq!(of(rated).map(|(at_once, _)| at_once), Some(5));
    // (5100 + 100) / (1 + 100): what one core computes, or twice as many on two.
    let (at_once, why) = of(workload(1000, 5_000, 100)).unwrap();
    assert!((45..=110).contains(&at_once) && why.contains("core"), "{at_once}: {why}");
}
