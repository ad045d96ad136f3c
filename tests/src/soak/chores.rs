//! The chores of a soak.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab::core::{StepErrorKind, seeded};
use lifelab::patterns::{Format, Limits, library};
use lifelab::{
    Cadence, CancellationToken, Cell, Checkpoint, Checkpoints, Error, Grid, IoSpec, Pattern, Rule,
    STEPPERS, Scenario, Simulation, Site, Soup, Topology,
};
use lifelab_core::Phase;
use lifelab_core::testing::{oracle, oracle_after};

use super::Tally;

/// After this time a step hangs.
pub(super) const HANG: Duration = Duration::from_secs(60);

pub(crate) fn soup(seed: u64) -> Grid {
    let side = |salt| 3 + (seeded::hash(&[seed, salt]) % 20) as u32;
    Soup { density: 0.4, seed }.grid(side(1), side(2)).expect("a small grid")
}

pub(crate) fn simulation(grid: &Grid, stepper: &str, io: &str) -> Simulation {
    let io: IoSpec = io.parse().unwrap_or_else(|error| panic!("{io}: {error}"));
    let stepper = stepper.parse().unwrap_or_else(|error| panic!("{stepper}: {error}"));
    let builder = Simulation::builder().grid(grid.clone()).stepper_spec(stepper).io_spec(io);
    builder.deadline(HANG).build().expect("the parts are valid")
}

/// Random faults, forgiven by retries or by keeping states, in every stepper.
pub(super) fn faults(seed: u64, tally: &mut Tally) {
    let start = soup(seed);
    for entry in STEPPERS {
        let name = entry.name();
        let io = format!("none error:0.05 panic:0.02 phase:both seed:{seed}");
        let mut retrying = simulation(&start, name, "none error:0.1 retry:9(0s,0s)");
        retrying.run(3).unwrap_or_else(|error| panic!("seed {seed}, {name}: {error}"));
        assert_eq!(**retrying.grid(), oracle_after(&start, 3, Rule::LIFE, Topology::Torus));
        let mut keeping = simulation(&start, name, &format!("{io} on_fault:keep"));
        let mut expected = start.clone();
        for generation in 1..=3 {
            let failing = failing(&expected, generation, &io);
            let now = expected.clone();
            expected = oracle(&now, Rule::LIFE, Topology::Torus);
            failing.iter().for_each(|&at| expected.set(at, now.get(at)));
            let report = keeping.step().unwrap_or_else(|e| panic!("seed {seed}, {name}: {e}"));
            assert_eq!(**keeping.grid(), expected, "seed {seed}, {name}");
            assert_eq!(report.kept_cells(), failing.len() as u64, "seed {seed}, {name}");
            tally.faults += report.kept_cells();
        }
        tally.generations += 6;
    }
}

/// The cells whose I/O fails, asked of the I/O itself.
fn failing(grid: &Grid, generation: u64, io: &str) -> Vec<Cell> {
    let io = io.parse::<IoSpec>().expect("valid I/O").build().expect("valid I/O");
    let fails = |at, phase| {
        let site = Site::new(generation, at, phase);
        !matches!(
            catch_unwind(AssertUnwindSafe(|| io.call(site, &CancellationToken::new()))),
            Ok(Ok(()))
        )
    };
    let cells = (0..grid.height()).flat_map(|y| (0..grid.width()).map(move |x| Cell::new(x, y)));
    cells.filter(|&at| fails(at, Phase::Neighbors) || fails(at, Phase::Rule)).collect()
}

/// 10,000 cells in waits of a second, stopped: how long until the step returns.
pub(super) fn stops(seed: u64, tally: &mut Tally) {
    let grid = Soup { density: 0.4, seed }.grid(100, 100).expect("a small grid");
    for entry in STEPPERS {
        let mut simulation = simulation(&grid, entry.name(), "sleep:1s");
        let stop = simulation.stop();
        let (fired, when) = mpsc::channel();
        let after = Duration::from_millis(300 + seeded::hash(&[seed]) % 100);
        let outcome = thread::scope(|scope| {
            scope.spawn(move || {
                thread::sleep(after);
                let _ = fired.send(Instant::now());
                stop.cancel();
            });
            simulation.step().map(drop)
        });
        let returned = Instant::now();
        // A machine may have no 10,000 threads to give; that is an error of its own.
        let stopped = |error: &Error| matches!(error, Error::Step(step) if matches!(step.kind, StepErrorKind::Stopped(_)));
        if outcome.is_err_and(|error| stopped(&error)) {
            let latency = returned.saturating_duration_since(when.recv().expect("it has fired"));
            tally.note_latency(entry.name(), latency);
            tally.stops += 1;
        }
        assert_eq!(simulation.generation(), 0);
    }
}

/// A run that goes on from a checkpoint, and checkpoints with wrong bytes.
pub(super) fn checkpoints(seed: u64, tally: &mut Tally) {
    let size = soup(seed);
    let text = format!(
        "(start: soup(density: 0.4, seed: {seed}), size: \"{}x{}\", generations: 20)",
        size.width(),
        size.height()
    );
    let scenario: Scenario = text.parse().expect("a scenario");
    let built = Simulation::builder().scenario(&scenario).build();
    let mut undisturbed = built.expect("the parts are valid");
    let folder = tempfile::tempdir().expect("a folder");
    let mut written = Vec::new();
    {
        let mut checkpoints =
            Checkpoints::create(folder.path(), Cadence::default()).expect("empty");
        for _ in 0..4 {
            undisturbed.run(1 + seed % 3).expect("no cell fails");
            let checkpoint = Checkpoint::of(&undisturbed, scenario.clone()).expect("it is a grid");
            checkpoints.save(&checkpoint).expect("the disk has room");
            written.clear();
            checkpoint.write(&mut written).expect("memory has room");
        }
    }
    let resumed = Checkpoints::resume(folder.path()).expect("there is one").checkpoint;
    let built = Simulation::builder().checkpoint(&resumed).build();
    let mut resumed = built.expect("the parts are valid");
    undisturbed.run(9).expect("no cell fails");
    resumed.run(9).expect("no cell fails");
    assert_eq!(resumed.snapshot(), undisturbed.snapshot(), "seed {seed}");
    tally.resumes += 1;
    for salt in 0..100 {
        let random = seeded::hash(&[seed, salt]);
        let mut bytes = written.clone();
        let index = (random >> 8) as usize % bytes.len();
        match random % 4 {
            0 => bytes.truncate(index),
            _ => bytes[index] ^= 1 << (random >> 3 & 7),
        }
        assert!(Checkpoint::read(&bytes).is_err(), "seed {seed}, {salt}: byte {index}");
        tally.corruptions += 1;
    }
}

/// Patterns and scenarios with random bytes in random places.
pub(super) fn hostile_input(seed: u64, tally: &mut Tally) {
    let limits = Limits { text_bytes: 1 << 20, memory_bytes: 1 << 20 };
    for (salt, entry) in (0..).zip(library::all()).take(20) {
        let pattern = entry.load().expect("it is in the library");
        for format in Format::ALL {
            let mut bytes = Vec::new();
            if pattern.write(format, &mut bytes).is_err() || bytes.is_empty() {
                continue;
            }
            spoil(&mut bytes, seeded::hash(&[seed, salt]));
            let _ = Pattern::read(&bytes, None, &limits);
            tally.inputs += 1;
        }
    }
    for salt in 0..200 {
        let mut bytes = SCENARIO.to_vec();
        spoil(&mut bytes, seeded::hash(&[seed, salt, 1]));
        let _ = String::from_utf8_lossy(&bytes).parse::<Scenario>();
        tally.inputs += 1;
    }
}

const SCENARIO: &[u8] = include_bytes!("../../../fuzz/seeds/scenario/full.ron");

/// Overwrites a few bytes.
fn spoil(bytes: &mut [u8], seed: u64) {
    for salt in 0..1 + seed % 4 {
        let random = seeded::hash(&[seed, salt]);
        bytes[(random >> 8) as usize % bytes.len()] = random as u8;
    }
}
