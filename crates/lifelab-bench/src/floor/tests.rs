//! Floors in numbers worked out by hand.

use lifelab::core::Rule;
use lifelab::{Grid, Topology};

use super::*;

fn universe(width: u32, height: u32) -> Universe {
    let start = Grid::new(width, height).unwrap();
    Universe { start, rule: Rule::LIFE, topology: Topology::Torus, generation: 0 }
}

fn floor(cells: (u32, u32), io: &str, capabilities: Capabilities) -> Floor {
    let speed = Speed::measure();
    of(&universe(cells.0, cells.1), &io.parse().unwrap(), capabilities, &speed)
}

#[test]
fn fixed_waits_go_in_rounds() {
    let ms = Duration::from_millis;
    let pool = |workers| Capabilities::local(Some(workers));
    let pipeline = |a, b| Capabilities::local(Some(a + b)).in_stages(a, b);
    for (io, capabilities, expected) in [
        ("sleep:10ms", pool(1), ms(8000)),
        ("sleep:10ms", pool(64), ms(130)), // 800 / 64 is 12.5.
        ("sleep:10ms", Capabilities::local(None), ms(10)),
        ("sleep:10ms phase:both", Capabilities::local(None), ms(20)),
        ("sleep:10ms phase:both", pool(100), ms(160)),
        ("sleep:10ms", pipeline(4, 100), ms(80)),
        ("sleep:10ms phase:neighbors", pipeline(100, 4), ms(80)),
        ("sleep:10ms phase:both", pipeline(100, 100), ms(90)),
        ("socket:5ms", pool(800), ms(5)),
        // The service serves no more at once than it can.
        ("socket:5ms capacity:64", Capabilities::local(None), ms(65)),
        ("socket:5ms capacity:64", pool(8), ms(500)),
        ("socket:5ms capacity:64 phase:both", pipeline(800, 800), ms(125)),
        ("socket:5ms capacity:64 queue:9 retry:3", Capabilities::local(None), ms(65)),
        ("sleep:5ms capacity:64", Capabilities::local(None), ms(65)),
        ("sleep:5ms capacity:64", pool(8), ms(500)),
        ("sleep:5ms rate:1000/s", Capabilities::local(None), ms(799)),
        ("socket:5ms rate:1000/s burst:100 capacity:64", Capabilities::local(None), ms(700)),
        ("sleep:5ms rate:1000/s phase:both", pipeline(800, 800), ms(1599)),
        ("sleep:exp(1ms) rate:1000/s burst:300", Capabilities::local(None), ms(500)),
        ("sleep:5ms rate:1000/s timeout:1s", Capabilities::local(None), ms(5)),
        ("cpu:1ms", pool(8), ms(100)),
    ] {
        let floor = floor((40, 20), io, capabilities);
        assert_eq!(floor.time, expected, "{io}: {}", floor.formula);
    }
    let floor = floor((40, 20), "sleep:10ms", pool(64));
    assert_eq!(floor.formula, "13 rounds of 64 waits of 10ms");
}

#[test]
fn a_service_shares_what_is_drawn_and_what_it_refuses_nobody_waits_for() {
    let all = Capabilities::local(None);
    let drawn = |io| floor((40, 20), io, all);
    assert_eq!(
        drawn("socket:exp(5ms) capacity:8").time,
        floor((40, 20), "sleep:exp(5ms)", Capabilities::local(Some(8))).time
    );
    for io in [
        "socket:exp(5ms) capacity:8 queue:9 retry:9",
        "socket:5ms capacity:8 queue:9 on_fault:keep",
    ] {
        assert!(drawn(io).formula.contains("copied"), "{}", drawn(io).formula);
    }
}

/// Both requests are drawn from the same distribution, so the earlier of them has half the mean.
#[test]
fn a_second_request_answers_for_a_slow_one() {
    let one = Capabilities::local(Some(1));
    let sum = |io| floor((40, 40), io, one).time.as_secs_f64();
    let ratio = sum("sleep:exp(10ms) hedge:0s") / sum("sleep:exp(10ms)");
    assert!((0.45..0.55).contains(&ratio), "{ratio}");
    assert_eq!(sum("sleep:exp(10ms) hedge:1h"), sum("sleep:exp(10ms)"));
}

#[test]
fn one_is_no_plural() {
    let one = Capabilities::local(Some(1));
    let pipeline = one.in_stages(1, 1);
    for (io, capabilities, expected) in [
        ("sleep:10ms", one, "one wait of 10ms"),
        (
            "sleep:10ms phase:both",
            pipeline,
            "1 + 1 rounds of 1 wait of 10ms, the phases side by side",
        ),
        ("sleep:exp(10ms)", one, "the waits of 1 cell, 1 at a time"),
        ("sleep:exp(10ms)", Capabilities::local(None), "the longest of 1 wait"),
        ("none", one, "1 cell of one bit, copied by 1 core"),
    ] {
        assert_eq!(floor((1, 1), io, capabilities).formula, expected);
    }
}

/// 800 cells on a machine where a round takes a nanosecond and that has two cores.
#[test]
fn work_before_a_wait_is_part_of_the_floor() {
    let micros = Duration::from_micros;
    let speed = Speed { cores: 2, round: 1e-9 };
    let (universe, pool) = (universe(40, 20), |workers| Capabilities::local(workers));
    for (io, workers, expected) in [
        // Thirteen rounds, of 10 ms and 50 us each.
        ("sleep:10ms work:rounds(50000)", Some(64), 13 * 10_050),
        // 800 x 50 us on two cores, and then the last wait.
        ("sleep:10ms work:rounds(50000)", None, 20_000 + 10_000),
        ("sleep:10ms work:rounds(50000) phase:both", None, 40_000 + 10_000),
        // One core only.
        ("sleep:10us work:rounds(50000)", Some(1), 800 * 60),
        // Time goes by for all at once.
        ("sleep:10ms work:50us", None, 10_050),
        // Cut short, by an unknown part of the work.
        ("sleep:10ms work:rounds(50000) timeout:1ms", None, 1_000),
        ("sleep:10ms work:rounds(50000) error@1:(0,0)", None, 10_050),
        ("none work:rounds(50000)", None, 20_000),
    ] {
        let floor = of(&universe, &io.parse().unwrap(), pool(workers), &speed);
        let apart = floor.time.abs_diff(micros(expected));
        assert!(apart < micros(1), "{io}: {floor:?}, expected {expected} us");
    }
    let io: IoSpec = "sleep:uniform(1ms,2ms) work:rounds(50000)".parse().unwrap();
    let floor = of(&universe, &io, pool(None), &speed);
    assert_eq!(floor.time, micros(20_000), "{}", floor.formula);
}

#[test]
fn the_slowest_of_many_cells_is_the_floor_of_a_distribution() {
    // The longest of n exponential waits is H(n) means on average; H(800) is 7.26.
    let unbounded = Capabilities::local(None);
    let longest = floor((40, 20), "sleep:exp(10ms)", unbounded).time.as_secs_f64();
    assert!((0.055..0.095).contains(&longest), "{longest}");
    // With few workers, the sum counts: 800 means over 10 workers.
    let pool = Capabilities::local(Some(10));
    let shared = floor((40, 20), "sleep:exp(10ms)", pool).time.as_secs_f64();
    assert!((0.74..0.86).contains(&shared), "{shared}");
}

#[test]
fn the_floor_of_drawn_waits_is_that_of_the_generations_measured() {
    let universe = universe(8, 4);
    let speed = Speed::measure();
    let drawn =
        |io: &str| Drawn::of(&universe, &io.parse().unwrap(), Capabilities::local(None), &speed);
    let mut exponential = drawn("sleep:exp(10ms)").unwrap();
    let mut over =
        |generations: &[u64]| exponential.over(&universe, generations.iter().copied()).time;
    let alone = [over(&[1]), over(&[2]), over(&[3])];
    let mut sorted = alone;
    sorted.sort();
    assert!(sorted[0] < sorted[2], "{alone:?}");
    assert_eq!(over(&[3, 1, 2]), sorted[1]);
    assert_eq!(over(&[3, 3, 3, 1, 2]), alone[2]);
    assert!(drawn("sleep:10ms").is_none());
}

/// Twelve cells, one of which fails in generation 1, and keeps its state.
#[test]
fn only_waits_that_must_happen_count() {
    let ms = Duration::from_millis;
    let one = Capabilities::local(Some(1));
    let all = Capabilities::local(None);
    for (io, capabilities, expected) in [
        ("sleep:10ms error:1 on_fault:keep", one, ms(0)),
        ("sleep:10ms error:0 on_fault:keep", one, ms(120)),
        ("sleep:10ms error@1:(0,0) on_fault:keep", one, ms(110)),
        ("sleep:10ms error@1:(0,0) on_fault:keep phase:both", one, ms(220)),
        // The second attempt waits; a budget may be spent before; a panic is not tried again.
        ("sleep:10ms error@1:(0,0) retry:1(1ms,1ms) on_fault:keep", one, ms(120)),
        ("sleep:10ms panic@1:(0,0) retry:1(1ms,1ms) on_fault:keep", one, ms(110)),
        ("sleep:10ms hang@1:(0,0) timeout:30ms on_fault:keep", one, ms(140)),
        ("sleep:10ms hang:1 timeout:30ms on_fault:keep", all, ms(30)),
        ("cpu:1ms error@1:(0,0) on_fault:keep", one, ms(11)),
    ] {
        let io: IoSpec = io.parse().unwrap();
        let universe = universe(4, 3);
        let mut drawn = Drawn::of(&universe, &io, capabilities, &Speed::measure()).unwrap();
        let floor = drawn.over(&universe, [1].into_iter());
        assert_eq!(floor.time, expected, "{io}: {}", floor.formula);
    }
    let fails: IoSpec = "sleep:10ms error:0.5 retry:9".parse().unwrap();
    assert!(Drawn::of(&universe(4, 3), &fails, one, &Speed::measure()).is_none());
}

#[test]
fn a_floor_never_rises_with_more_workers() {
    for io in ["sleep:10ms", "sleep:exp(1ms) phase:both", "cpu:rounds(1000)", "none"] {
        let speed = Speed::measure();
        let (universe, io) = (universe(30, 30), io.parse().unwrap());
        let at = |workers| of(&universe, &io, Capabilities::local(workers), &speed).time;
        if io.wait == Wait::None {
            continue; // Each asks the machine anew.
        }
        let times = [Some(1), Some(2), Some(64), None].map(at);
        assert!(times.is_sorted_by(|more, less| more >= less), "{io:?}: {times:?}");
    }
}
