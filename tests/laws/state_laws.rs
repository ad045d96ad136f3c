//! Cells that take time to die: rules of the family Generations, whatever the stepper, the grain, the topology
//! and the I/O.

use std::ops::ControlFlow;

use lifelab::core::testing::soup_of_states;
use lifelab::core::{CellState, Position};
use lifelab::{Builder, Cell, Checkpoint, Grid, Rule, Scenario, Simulation, Start, Topology};
use lifelab_tests::{cells_after, oracle, topologies};

use crate::fault_laws::failing;
use crate::grid_laws::{IO, obeys};
use crate::subject::{HANG, Law, Subject, io_spec, law};

pub(crate) const LAWS: &[Law] = &[
    law("cells_that_take_time_to_die_are_the_oracles", without_io),
    law("with_any_io_dying_cells_are_the_oracles", with_any_io),
    law("a_dying_cell_that_fails_keeps_its_age_if_asked_to", kept_ages),
    law("a_run_with_dying_cells_goes_on_from_a_checkpoint", resumed),
];

/// As many states as fill the planes of their ages, and one more; all neighborhoods.
const RULES: [&str; 7] =
    ["/2/3", "345/2/4", "23/36/5", "13/2/21V", "34/2/3H", "12/2-a/5", "2/3/256"];

fn rules() -> impl Iterator<Item = Rule> {
    RULES.into_iter().cycle().map(|rule| rule.parse().expect("a rule"))
}

fn without_io(subject: &Subject) {
    let mut stepper = subject.stepper();
    let mut rules = rules();
    for (width, height) in [(9, 7), (65, 2), (1, 2)] {
        for (topology, rule) in topologies(width, height).into_iter().zip(&mut rules) {
            obeys(&mut *stepper, &soup_of_states(width, height, rule, 1), rule, topology, 4);
        }
    }
    let lit: Rule = "23/03/4".parse().expect("a rule");
    obeys(&mut *stepper, &soup_of_states(9, 5, lit, 2), lit, Topology::Torus, 5);
}

fn builder(subject: &Subject, start: &Grid, rule: Rule, topology: Topology, io: &str) -> Builder {
    (Simulation::builder().grid(start.clone()).rule(rule).topology(topology))
        .stepper_spec(subject.spec.clone())
        .io_spec(io_spec(io))
        .deadline(HANG)
}

/// All cells that are not dead, and their states.
fn cells(simulation: &Simulation) -> Vec<(Position, CellState)> {
    let mut cells = Vec::new();
    let _ = simulation.universe().visit(None, &mut |run| {
        let place = |at: lifelab::core::Coordinate| at.to_i64().expect("near the start");
        let columns = place(run.first)..=place(run.last);
        cells.extend(columns.map(|x| (Position::new(x, place(run.y)), run.state)));
        ControlFlow::Continue(())
    });
    cells
}

/// Every topology with one and another I/O, also where the grid is a window that grows.
fn with_any_io(subject: &Subject) {
    let mut ios = IO.iter().cycle();
    for (topology, rule) in topologies(5, 4).into_iter().zip(rules()) {
        let (start, io) = (soup_of_states(5, 4, rule, 3), ios.next().expect("it goes round"));
        let built = builder(subject, &start, rule, topology, io).build();
        let mut simulation = built.expect("valid parts");
        for generations in [1, 4] {
            simulation.run(generations - simulation.generation().saturating_to_u64()).expect(io);
            let expected = cells_after(&start, generations, rule, topology);
            assert_eq!(cells(&simulation), expected, "{rule} {topology} {io} after {generations}");
            assert_eq!(simulation.population(), expected.len() as u64, "{rule} {topology}");
        }
    }
}

/// Which cells fail is asked of the I/O itself, cell by cell; the rest is the oracle's.
fn kept_ages(subject: &Subject) {
    let rule: Rule = "345/2/6".parse().expect("a rule");
    for io in ["none error:0.1 seed:3", "sleep:1us phase:both error:0.1 seed:9"] {
        let mut expected = soup_of_states(9, 7, rule, 8);
        let described = format!("{io} on_fault:keep");
        let built = builder(subject, &expected, rule, Topology::Torus, &described).build();
        let mut simulation = built.expect("valid parts");
        let mut old = 0;
        for generation in 1..=4 {
            let failing: Vec<Cell> = failing(&expected, generation, io);
            let next = oracle(&expected, rule, Topology::Torus);
            let now = std::mem::replace(&mut expected, next);
            failing.iter().for_each(|&at| expected.set_state(at, now.state(at)));
            old += failing.iter().filter(|at| now.state(**at).is_dying()).count();
            let report = simulation.step().expect("no cell fails");
            assert_eq!(**simulation.grid(), expected, "{io}, generation {generation}");
            assert_eq!(report.kept_cells(), failing.len() as u64, "{io}, generation {generation}");
        }
        assert!(old > 0, "{io}: no dying cell failed");
    }
}

fn resumed(subject: &Subject) {
    let rule: Rule = "345/2/4".parse().expect("a rule");
    for topology in [Topology::Torus, Topology::infinite()] {
        let io = "sleep:1us error:0.05 on_fault:keep seed:11";
        let start = soup_of_states(9, 6, rule, 5);
        let built = builder(subject, &start, rule, topology, io).build();
        let mut undisturbed = built.expect("valid parts");
        undisturbed.run(3).expect("no cell fails");
        let start = Start::Soup(lifelab::Soup { density: 0.4, seed: 9 });
        let scenario =
            Scenario { stepper: subject.spec.clone(), io: io_spec(io), ..Scenario::new(start) };
        let mut file = Vec::new();
        let checkpoint = Checkpoint::of(&undisturbed, scenario).expect("few cells");
        checkpoint.write(&mut file).expect("memory takes all");
        let read = Checkpoint::read(&file).expect("it was written so");
        let again = Simulation::builder().checkpoint(&read).deadline(HANG).build();
        let mut again = again.expect("valid parts");
        for generations in [0, 4] {
            again.run(generations).expect("no cell fails");
            undisturbed.run(generations).expect("no cell fails");
            assert_eq!(cells(&again), cells(&undisturbed), "{topology}");
            assert_eq!(again.state_hash(), undisturbed.state_hash(), "{topology}");
        }
        assert!(cells(&again).iter().any(|(_, state)| state.is_dying()), "{topology}");
    }
}
