//! What memory is taken, and what happens where it ends.

use libtest_mimic::Trial;

use lifelab::core::{Rule, StepErrorKind};
use lifelab::{Checkpoint, Error, Scenario, Simulation};

use crate::Law;
use crate::subject::{Subject, check_alike, drawn, soup};

pub(crate) const LAWS: &[Law] =
    &[("memory_is_flat_while_a_gun_is_fed_to_an_eater", memory_is_flat_while_a_gun_is_eaten)];

/// Gosper's gun, and an eater in the way of its gliders.
const EATEN_GUN: &str = "\
........................O
......................O.O
............OO......OO............OO
...........O...O....OO............OO
OO........O.....O...OO
OO........O...O.OO....O.O
..........O.....O.......O
...........O...O
............OO













....................................OO
....................................O.O
......................................O
......................................OO
";

/// Generations between two looks: no power of two.
const BETWEEN: u64 = 10_000;

/// Bytes by which the memory may grow from the first tenth of the way on: less than one for each of the
/// generations that follow.
const SLACK: u64 = BETWEEN * 80;

/// A million generations, and a tenth of that on a grid, whose memory is a matter of its size.
fn memory_is_flat_while_a_gun_is_eaten(subject: &Subject) {
    let looks = if subject.spec.is_finite() { 10 } else { 100 };
    let mut simulation = subject.start(Rule::LIFE, &drawn(EATEN_GUN));
    simulation.run(BETWEEN).expect("nothing stops it");
    let mut phases = [None; 3]; // The gun's period is 30, so its phase comes again after three looks.
    let mut settled = 0;
    for look in 0..looks {
        simulation.run(BETWEEN).expect("nothing stops it");
        let footprint = simulation.engine().footprint();
        if look < looks / 10 {
            settled = footprint.max(settled);
        }
        let generation = simulation.generation();
        assert!(footprint <= settled + SLACK, "{footprint} bytes in {generation}, after {settled}");
        let found = (simulation.population(), simulation.universe().fingerprint());
        let before = phases[look % 3].replace(found);
        assert!(before.is_none_or(|before| before == found), "generation {generation}");
    }
}

/// Engines with so little memory that a soup without death soon needs more.
const NARROW: [&str; 3] = [
    "tiles(memory: 1500000)",
    "hashlife(memory: 1500000)",
    "auto(tiles: (memory: 1500000), hashlife: (memory: 1500000))",
];

/// A trial for each engine that has a limit of memory.
pub(crate) fn trials() -> Vec<Trial> {
    let trial = |label: &'static str| {
        let name = format!("{label}::what_outgrows_memory_ends_with_a_checkpoint_to_go_on_from");
        Trial::test(name, || {
            outgrow(&Subject::of(label));
            Ok(())
        })
    };
    NARROW.into_iter().map(trial).collect()
}

fn outgrow(subject: &Subject) {
    let rule: Rule = "B3/S012345678".parse().expect("a rule");
    let start = soup(1, 64, 64);
    let mut simulation = subject.start(rule, &start);
    let error = loop {
        if let Err(error) = simulation.run(10u64) {
            break error;
        }
        assert!(simulation.generation() < 10_000, "it has outgrown {}", subject.label);
    };
    check_error(&error);
    let scenario: Scenario = "(start: named(\"acorn\"))".parse().expect("a scenario");
    let mut file = Vec::new();
    let checkpoint = Checkpoint::of(&simulation, scenario).expect("cells that can be listed");
    checkpoint.write(&mut file).expect("memory takes it");
    let checkpoint = Checkpoint::read(&file).expect("as it was written");

    let roomy = Subject::of("tiles");
    let builder = Simulation::builder().checkpoint(&checkpoint).engine_spec(roomy.spec.clone());
    let mut again = builder.build().expect("a good checkpoint");
    let mut expected = Subject::of("finite").start(rule, &start);
    expected.run(again.generation()).expect("there is memory");
    check_alike("the last complete generation", again.universe(), expected.universe());
    for simulation in [&mut again, &mut expected] {
        simulation.run(20u64).expect("there is memory");
    }
    check_alike("20 generations later", again.universe(), expected.universe());
}

/// It names what has ended, how much of it there was, and what to do.
fn check_error(error: &Error) {
    let Error::Step(step) = error else { panic!("{error}") };
    let StepErrorKind::Resources { message, remedy } = &step.kind else { panic!("{error}") };
    assert!(message.contains("memory") && message.contains("1500000"), "{message}");
    assert!(remedy.contains("memory"), "{remedy}");
}
