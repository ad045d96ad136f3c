//! The grids are right, whatever the shape of the pipeline.

use std::sync::Arc;

use lifelab_core::testing::{context, oracle, soup, step, topologies};
use lifelab_core::{CellIo, Grain, Idle, Rule};
use lifelab_queue_pipeline::{Options, StageOptions};

use crate::doubles::*;

const SIZES: [(u32, u32); 6] = [(1, 1), (1, 7), (3, 2), (6, 6), (17, 13), (65, 5)];

fn check(options: &Options, io: &Arc<dyn CellIo>) {
    let mut pipeline = pipeline(options.clone());
    for (width, height) in SIZES {
        for topology in topologies(width, height) {
            let mut now = soup(width, height, topology);
            for generation_number in 1..=2 {
                let mut next = step(&mut pipeline, &now, &context(io.clone())).unwrap();
                let case = format!("{options:?}: {width} x {height}, {topology}");
                assert_eq!(next, oracle(&now, Rule::LIFE, topology), "{case}, {generation_number}");
                next.fill_halo(topology);
                now = Arc::new(next);
            }
        }
    }
}

#[test]
fn every_grain_gives_the_oracles_grid_with_and_without_waiting() {
    for io in [Arc::new(Idle) as Arc<dyn CellIo>, brief()] {
        for grain in [Grain::Auto, Grain::Cell, rows(1), rows(3), rows(1000)] {
            check(&Options { grain, ..Options::default() }, &io);
        }
    }
}

#[test]
fn no_number_of_workers_and_no_capacity_stops_the_pipeline() {
    for (counters, appliers) in [(1, 1), (1, 7), (7, 1), (2, 3)] {
        for (first, second) in [(1, 1), (1, 100), (2, 3)] {
            let stage = |workers, capacity| StageOptions {
                workers: Some(count(workers)),
                capacity: Some(count(capacity)),
            };
            let options = Options {
                grain: Grain::Cell,
                neighbors: stage(counters, first),
                rule: stage(appliers, second),
                ..Options::default()
            };
            check(&options, &brief());
        }
    }
}
