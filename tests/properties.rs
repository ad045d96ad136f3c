//! Laws that hold for all grids, checked on random ones.
#![forbid(unsafe_code)]

use std::num::NonZeroU32;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use lifelab::core::{Context, Counts, Idle};
use lifelab::steppers::{sequential, thread_pool};
use lifelab::{CancellationToken, Cell, Grain, Grid, Rule, Simulation, Soup, Stepper, Topology};
use lifelab_tests::{live_after, oracle, oracle_after, topologies};

/// Sides from 1 to 200, and more often those around multiples of 64, where words end.
fn side() -> impl Strategy<Value = u32> {
    prop_oneof![1..=200_u32, (1..=3_u32, 0..=2_u32).prop_map(|(words, off)| words * 64 + off - 1)]
}

fn grid() -> impl Strategy<Value = Grid> {
    // A square now and then, for spheres.
    let sides = prop_oneof![3 => (side(), side()), 1 => side().prop_map(|side| (side, side))];
    (sides, 0.05..0.95, any::<u64>()).prop_map(|((width, height), density, seed)| {
        Soup { density, seed }.grid(width, height).expect("a small grid")
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    (0..512_u16, 0..512_u16)
        .prop_map(|(births, survivals)| Rule::new(births, survivals).expect("nine counts each"))
}

/// One of the topologies that the grid can have as a whole.
fn topology_of(grid: &Grid, index: Index) -> Topology {
    let all = topologies(grid.width(), grid.height()).into_iter();
    *index.get(&all.filter(|topology| !topology.is_endless()).collect::<Vec<_>>())
}

/// One of those without end, of which the grid can be a window.
fn endless_of(grid: &Grid, index: Index) -> Topology {
    let all = topologies(grid.width(), grid.height()).into_iter();
    *index.get(&all.filter(|topology| topology.is_endless()).collect::<Vec<_>>())
}

fn simulate(start: &Grid, rule: Rule, topology: Topology, generations: u64) -> Grid {
    let mut simulation = Simulation::builder()
        .grid(start.clone())
        .rule(rule)
        .topology(topology)
        .build()
        .expect("valid parts");
    simulation.run(generations).expect("nothing fails");
    Grid::clone(simulation.grid())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_kernel_is_the_oracle(start in grid(), rule in rule(), topology in any::<Index>()) {
        let topology = topology_of(&start, topology);
        prop_assert_eq!(simulate(&start, rule, topology, 1), oracle(&start, rule, topology));
    }

    #[test]
    fn generations_add_up(start in grid(), rule in rule(), topology in any::<Index>()) {
        let topology = topology_of(&start, topology);
        let at_once = simulate(&start, rule, topology, 5);
        let in_two = simulate(&simulate(&start, rule, topology, 2), rule, topology, 3);
        prop_assert_eq!(&at_once, &in_two);
        prop_assert_eq!(at_once, oracle_after(&start, 5, rule, topology));
    }

    /// Whatever is at the edges of the window; rules that bring emptiness to life have tests of their own.
    #[test]
    fn without_end_nothing_is_cut_off(start in grid(), rule in rule(), topology in any::<Index>()) {
        let topology = endless_of(&start, topology);
        let Counts { births, survivals } = rule.counts().expect("it counts");
        let rule = Rule::new(births & !1, survivals).expect("nine counts each");
        let builder = Simulation::builder().grid(start.clone()).rule(rule).topology(topology);
        let mut simulation = builder.build().expect("valid parts");
        simulation.run(5_u64).expect("nothing fails");
        let found: Vec<_> = simulation.live_cells().collect();
        prop_assert_eq!(found, live_after(&start, 5, rule, topology));
    }

    /// However a grid is cut into bands, whichever worker computes them.
    #[test]
    fn bands_of_any_height_make_the_same_grid(
        mut start in grid(),
        rows in 1..=200_u32,
        workers in 1..=4_usize,
    ) {
        start.fill_halo(Topology::Torus);
        let start = Arc::new(start);
        let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
        let grain = Grain::Rows(NonZeroU32::new(rows).expect("at least 1"));
        let sequential = sequential::Options { grain };
        let pool = thread_pool::Options {
            grain,
            workers: workers.try_into().expect("at least 1"),
            ..Default::default()
        };
        let steppers: [Box<dyn Stepper>; 2] = [
            Box::new(build::<sequential::Sequential>(sequential)),
            Box::new(build::<thread_pool::ThreadPool>(pool)),
        ];
        let expected = oracle(&start, Rule::LIFE, Topology::Torus);
        for mut stepper in steppers {
            let mut next = Grid::new(start.width(), start.height()).expect("there is one already");
            stepper.step(&start, &mut next, &cx).expect("nothing fails");
            prop_assert_eq!(&next, &expected);
        }
    }

    /// A torus has no first cell: shifting the start shifts everything after it.
    #[test]
    fn a_torus_looks_the_same_from_everywhere(
        start in grid(),
        rule in rule(),
        dx in 0..200_u32,
        dy in 0..200_u32,
    ) {
        let shifted = |grid: &Grid| {
            let mut other = Grid::new(grid.width(), grid.height()).expect("there is one already");
            for at in grid.live_cells() {
                other.set(Cell::new((at.x + dx) % grid.width(), (at.y + dy) % grid.height()), true);
            }
            other
        };
        let first_shifted = simulate(&shifted(&start), rule, Topology::Torus, 3);
        let last_shifted = shifted(&simulate(&start, rule, Topology::Torus, 3));
        prop_assert_eq!(first_shifted, last_shifted);
    }

    #[test]
    fn a_grid_is_what_its_live_cells_are(grid in grid()) {
        let mut copy = Grid::new(grid.width(), grid.height()).expect("there is one already");
        grid.live_cells().for_each(|at| copy.fill_run(at, 1));
        prop_assert_eq!(&copy, &grid);
        prop_assert_eq!(grid.live_cells().count() as u64, grid.population());
    }

    /// What is saved and read again is the same pattern.
    #[test]
    fn a_simulation_survives_its_pattern(start in grid(), topology in any::<Index>()) {
        let topology = *topology.get(&topologies(start.width(), start.height()));
        let simulation =
            Simulation::builder().grid(start).topology(topology).build().expect("valid parts");
        let again =
            Simulation::builder().pattern(simulation.pattern().expect("it is a grid")).build().expect("valid parts");
        prop_assert_eq!(again.state_hash(), simulation.state_hash());
        prop_assert_eq!(again.shape(), simulation.shape());
    }
}

fn build<M: lifelab::core::StepperFactory>(options: M::Options) -> M {
    M::with_options(options).expect("valid options")
}
