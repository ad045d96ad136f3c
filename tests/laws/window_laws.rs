//! Universes without end, of which a grid is a window: which cells are stepped is a function of the live
//! cells, so that all steppers see the same calls, and a run that was interrupted does, too.

use std::sync::Arc;

use lifelab::core::{Axis, Position, Topology};
use lifelab::{Builder, Checkpoint, Error, Probe, Rule, Scenario, Simulation, Start};
use lifelab_tests::{live_after, topologies};

use crate::subject::{HANG, Law, Subject, io_spec, law, soup};

pub(crate) const LAWS: &[Law] = &[
    law("the_box_of_the_live_cells_and_one_cell_more_waits", calls),
    law("a_cell_to_the_left_of_the_first_one_is_named", negative_places),
    law("faults_without_end_strike_the_same_cells", faults),
    law("a_run_without_end_goes_on_from_a_checkpoint", resumed),
    law("a_blinking_background_is_followed", background),
];

const WIDTH: u32 = 7;
const HEIGHT: u32 = 5;

fn endless() -> impl Iterator<Item = Topology> {
    topologies(WIDTH, HEIGHT).into_iter().filter(|topology| topology.is_endless())
}

fn builder(subject: &Subject, topology: Topology, io: &str) -> Builder {
    (Simulation::builder().grid(soup(WIDTH, HEIGHT, 9)).topology(topology))
        .stepper_spec(subject.spec.clone())
        .io_spec(io_spec(io))
        .deadline(HANG)
}

/// The cells that wait while a generation is computed from these.
fn expected_calls(living: &[Position], topology: Topology) -> u64 {
    let side = |axis, along: fn(&Position) -> i64, length: u32| {
        let first = living.iter().map(along).min().unwrap_or(1);
        let last = living.iter().map(along).max().unwrap_or(-1);
        if topology.is_unlimited(axis) { (last - first + 3) as u64 } else { length.into() }
    };
    side(Axis::X, |at| at.x, WIDTH) * side(Axis::Y, |at| at.y, HEIGHT)
}

fn calls(subject: &Subject) {
    let start = soup(WIDTH, HEIGHT, 9);
    for topology in endless() {
        let probe = Arc::new(Probe::new(None));
        let builder = builder(subject, topology, "sleep:1us").probe(probe.clone());
        let mut simulation = builder.build().expect("valid parts");
        let mut expected = 0;
        for generation in 0..6 {
            let living = live_after(&start, generation, Rule::LIFE, topology);
            assert!(simulation.live_cells().eq(living.iter().copied()), "{topology}");
            expected += expected_calls(&living, topology);
            simulation.step().expect("nothing fails");
            assert_eq!(probe.tally().calls, expected, "{topology}, generation {generation}");
        }
    }
}

fn negative_places(subject: &Subject) {
    let mut glider = Simulation::builder()
        .inline("#CXRLE Pos=-4,-20\nx = 3, y = 3\nbo$2bo$3o!")
        .stepper_spec(subject.spec.clone())
        .io_spec(io_spec("sleep:1us error@3:(-5,-19)"))
        .deadline(HANG)
        .build()
        .expect("valid parts");
    let error = glider.run(9).expect_err("a fault is injected");
    assert_eq!(error.cell(), Some(Position::new(-5, -19)), "{error}");
    assert!(error.to_string().contains("cell (-5, -19) of generation 3"), "{error}");
    assert!(matches!(error, Error::Step(_)) && glider.generation() == 2);
}

const FAULTS: &str = "sleep:1us error:0.05 on_fault:keep seed:11";

/// What becomes of the cells, and how many kept their states, in each of some generations.
fn kept(simulation: &mut Simulation, generations: u64) -> Vec<(Vec<Position>, u64)> {
    let step = |_| {
        let report = simulation.step().expect("no cell fails");
        (simulation.live_cells().collect(), report.kept_cells())
    };
    (0..generations).map(step).collect()
}

fn faults(subject: &Subject) {
    for topology in endless() {
        let run = |subject: &Subject| {
            kept(&mut builder(subject, topology, FAULTS).build().expect("valid parts"), 8)
        };
        let (found, expected) = (run(subject), run(&Subject::all()[0]));
        assert_eq!(found, expected, "{topology}");
        assert!(found.iter().any(|(_, kept)| *kept > 0), "{topology}: no cell failed");
    }
}

fn resumed(subject: &Subject) {
    for topology in endless() {
        let mut undisturbed = builder(subject, topology, FAULTS).build().expect("valid parts");
        kept(&mut undisturbed, 4);
        let start = Start::Soup(lifelab::Soup { density: 0.4, seed: 9 });
        let scenario =
            Scenario { stepper: subject.spec.clone(), io: io_spec(FAULTS), ..Scenario::new(start) };
        let checkpoint = Checkpoint::of(&undisturbed, scenario).expect("a grid");
        let mut file = Vec::new();
        checkpoint.write(&mut file).expect("memory takes all");
        let read = Checkpoint::read(&file).expect("it was written so");
        let again = Simulation::builder().checkpoint(&read).deadline(HANG);
        let mut again = again.build().expect("valid parts");
        assert_eq!(again.snapshot(), undisturbed.snapshot(), "{topology}");
        assert_eq!(kept(&mut again, 4), kept(&mut undisturbed, 4), "{topology}");
        assert_eq!(again.state_hash(), undisturbed.state_hash(), "{topology}");
    }
}

/// Where all cells far away live in odd generations, those that wait are around the ones that differ.
fn background(subject: &Subject) {
    let rule: Rule = "B03/S23".parse().expect("a rule");
    for io in ["none", "sleep:1us"] {
        let builder = builder(subject, Topology::infinite(), io).rule(rule);
        let mut simulation = builder.build().expect("valid parts");
        let start = soup(WIDTH, HEIGHT, 9);
        let cells = start.live_cells().map(|at| (i64::from(at.x), i64::from(at.y)));
        let mut expected = lifelab::core::testing::SetEngine::new(rule, cells);
        for _ in 0..7 {
            simulation.step().expect("nothing fails");
            let stop = lifelab::CancellationToken::new();
            let most = lifelab::Count::ONE;
            lifelab::Engine::advance(&mut expected, most, &stop).expect("nothing stops it");
            let expected: &dyn lifelab::core::Universe = &expected;
            assert_eq!(simulation.universe().background(), expected.background(), "{io}");
            assert_eq!(simulation.state_hash(), expected.fingerprint(), "{io}");
        }
    }
}
