//! Whatever the stepper, the grain, the topology and the I/O: the grid is the oracle's.

use std::sync::{Arc, LazyLock};

use lifelab::core::{Context, Idle, Position};
use lifelab::{Cell, Grid, Rule, Stepper, Topology};
use lifelab_tests::{live_after, oracle, topologies};

use crate::subject::{Law, Subject, guard, law, soup};

pub(crate) const LAWS: &[Law] = &[
    law("without_io_the_grid_is_the_oracles", without_io),
    law("with_any_io_the_grid_is_the_oracles", with_any_io),
    Law {
        name: "with_a_simulated_service_the_grid_is_the_oracles",
        applies: Subject::in_process,
        check: with_a_simulated_service,
    },
    Law { name: "a_hop_is_as_many_generations", applies: hopping, check: hops },
    law("odd_sizes_are_computed_whole", odd_sizes),
    law("every_rule_is_obeyed", every_rule),
    law("progress_counts_the_cells_that_waited", progress),
];

fn hopping(subject: &Subject) -> Result<(), &'static str> {
    let hops = tall(subject).stepper().capabilities().hops;
    if hops { Ok(()) } else { Err("its units are cells, which do not hop") }
}

/// One of each kind of I/O, in either phase and in both, with waits of microseconds.
pub(crate) const IO: &[&str] = &[
    "none",
    "sleep:20us",
    "sleep:uniform(1us,40us)",
    "sleep:exp(20us)",
    "sleep:lognormal(20us,0.5)",
    "sleep:pareto(20us,2.5)",
    "socket(tcp):0s",
    "socket(unix):0s",
    "socket(tcp):20us capacity:3",
    "cpu:2us",
    "block:20us",
    "block:20us offload",
    "sleep:20us phase:both",
    "sleep:20us phase:neighbors",
    "sleep:1us error:0.1 retry:20(1us)",
];

fn without_io(subject: &Subject) {
    let mut stepper = subject.stepper();
    for (width, height) in [(13, 11), (8, 8)] {
        for topology in topologies(width, height) {
            obeys(&mut *stepper, &soup(width, height, 1), Rule::LIFE, topology, 8);
        }
    }
}

/// Every I/O on one and another topology, and every topology with several.
fn with_any_io(subject: &Subject) {
    let mut ios = IO.iter().cycle();
    for (width, height) in [(5, 4), (4, 4)] {
        let topologies = topologies(width, height).into_iter().cycle();
        for (topology, io) in topologies.zip(&mut ios).take(IO.len()) {
            same_as_oracle(subject, width, height, topology, io);
        }
    }
}

/// Cells that wait in one queue, and cells that are refused there until they are served.
fn with_a_simulated_service(subject: &Subject) {
    for io in ["sleep:20us capacity:3", "sleep:20us capacity:2 queue:3 retry:1000000(10us,100us)"] {
        same_as_oracle(subject, 5, 4, Topology::Torus, io);
    }
}

/// Steps by hand, and compares each generation.
pub(crate) fn obeys(
    stepper: &mut dyn Stepper,
    start: &Grid,
    rule: Rule,
    topology: Topology,
    steps: u64,
) {
    let mut now = start.clone();
    for generation in 1..=steps {
        let expected = oracle(&now, rule, topology);
        now.fill_halo(topology);
        let cx = Context::new(rule, generation, Arc::new(Idle), guard());
        let mut next = now.dead(now.size()).expect("there is one already");
        stepper.step(&Arc::new(now), &mut next, &cx).expect("nothing fails");
        let size = next.size();
        assert_eq!(next, expected, "{rule} {size} {topology} after {generation} generations");
        now = next;
    }
}

/// After 1, 2 and 64 generations.
fn same_as_oracle(subject: &Subject, width: u32, height: u32, topology: Topology, io: &str) {
    let start = soup(width, height, 1);
    let mut simulation = subject.simulation(&start, topology, io);
    // On a plane without end it spreads: as far as cells can wait for in a test.
    let far = if topology.is_endless() { 16 } else { 64 };
    for (ahead, generations) in [(1, 1), (1, 2), (far - 2, far)] {
        simulation.run(ahead).expect(io);
        let expected = live_after(&start, generations, Rule::LIFE, topology);
        let found: Vec<_> = simulation.live_cells().collect();
        assert_eq!(found, expected, "{topology} {io} after {generations}");
    }
}

/// The subject with bands of enough rows to hop.
fn tall(subject: &Subject) -> Subject {
    let spec = subject.spec.with("grain", "rows(64)").expect("every stepper has a grain");
    Subject { spec, ..subject.clone() }
}

/// As wide as tiles are with every set of vector instructions, without a frame on either side.
/// Three bands high.
const WIDE: (u32, u32) = (62 * 64, 192);

/// Hops: the first four are equally long, so that the last two of those compare, and may leave out
/// what is unchanged.
const HOPS: [u64; 7] = [6, 6, 6, 6, 24, 3, 1];

/// In hops of several lengths, the ones after others, and with a step between them; some from a
/// state that is known: the band in the middle is unchanged.
fn hops(subject: &Subject) {
    for (topology, start, expected) in &*HOPPED {
        let mut simulation = tall(subject).simulation(start, *topology, "none");
        for generations in HOPS {
            if topology.is_endless() {
                // The window is larger than the tiles are made for, so that not every hop pays.
                simulation.run(generations).expect("nothing fails");
                continue;
            }
            let advance = simulation.advance(generations).expect("nothing fails");
            assert!(advance.generations == generations, "{topology}: a hop");
        }
        assert!(simulation.live_cells().eq(expected.iter().copied()), "{topology}");
    }
}

/// Where the hops start, and where the oracle ends: for each topology, and once for all subjects.
static HOPPED: LazyLock<Vec<(Topology, Grid, Vec<Position>)>> = LazyLock::new(|| {
    let (width, height) = WIDE;
    let hopped = |topology| {
        let mut start = soup(width, height, 5);
        for y in 16..height - 16 {
            for x in 0..width {
                start.set(Cell::new(x, y), x % 4 == 0 && y % 10 < 3); // Blinkers.
            }
        }
        let end = live_after(&start, HOPS.iter().sum(), Rule::LIFE, topology);
        (topology, start, end)
    };
    topologies(width, height).into_iter().map(hopped).collect()
});

fn odd_sizes(subject: &Subject) {
    let mut stepper = subject.stepper();
    for (width, height) in [(1, 1), (2, 2), (3, 1), (1, 4), (63, 2), (64, 3), (65, 4), (130, 3)] {
        for topology in topologies(width, height) {
            obeys(&mut *stepper, &soup(width, height, 2), Rule::LIFE, topology, 2);
        }
    }
}

/// Every rule on several topologies, and every topology with several rules.
fn every_rule(subject: &Subject) {
    const RULES: [&str; 6] =
        ["B36/S23", "B2/S", "B3678/S34678", "B03/S23", "B0123478/S01234678", "B/S"];
    let mut rules = RULES.into_iter().cycle().map(|rule| rule.parse().expect("a rule"));
    let mut stepper = subject.stepper();
    for (width, height) in [(70, 4), (5, 5)] {
        for (topology, rule) in topologies(width, height).into_iter().zip(&mut rules) {
            obeys(&mut *stepper, &soup(width, height, 3), rule, topology, 3);
        }
    }
}

fn progress(subject: &Subject) {
    let start = soup(7, 5, 4);
    for io in ["sleep:20us", "sleep:20us phase:neighbors"] {
        let mut simulation = subject.simulation(&start, Topology::Torus, io);
        for _ in 0..2 {
            let expected = oracle(simulation.grid(), Rule::LIFE, Topology::Torus);
            simulation.step().expect("nothing fails");
            assert_eq!(**simulation.grid(), expected);
            assert_eq!(simulation.progress().cells(), 35, "{io}");
        }
    }
}
