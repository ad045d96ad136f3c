//! The grids are right, whatever the grain and whoever drives.

use std::sync::Arc;
use std::time::Duration;

use lifelab_async_tasks::Options;
use lifelab_core::testing::{context, oracle, soup};
use lifelab_core::{CellIo, Grain, Idle, Phase, Rule, Topology};

use crate::doubles::*;

fn check(options: &Options, io: &Arc<dyn CellIo>) {
    for mut driven in Driven::all(options) {
        for topology in [Topology::Torus, Topology::Plane] {
            for (width, height) in [(1, 1), (1, 7), (3, 2), (17, 13), (65, 5)] {
                let mut now = soup(width, height, topology);
                for _ in 0..2 {
                    let mut next = driven.step(&now, &context(io.clone())).unwrap();
                    assert_eq!(
                        next,
                        oracle(&now, Rule::LIFE, topology),
                        "{options:?}: {width} x {height}"
                    );
                    next.fill_halo(topology);
                    now = Arc::new(next);
                }
            }
        }
    }
}

#[test]
fn every_grain_gives_the_oracles_grid_with_and_without_waiting() {
    // Cells come back out of order: the further east, the earlier.
    let uneven = script(|site, _| async move {
        if site.phase == Phase::Rule {
            let latency = Duration::from_micros(3000 / (1 + u64::from(site.at.x)));
            tokio::time::sleep(latency).await;
        }
        Ok(())
    });
    for io in [Arc::new(Idle) as Arc<dyn CellIo>, brief(), uneven] {
        for grain in [Grain::Auto, Grain::Cell, rows(1), rows(3), rows(1000)] {
            check(&Options { grain, ..Options::default() }, &io);
        }
    }
}

#[test]
fn bounds_do_not_change_the_grid() {
    for grain in [Grain::Cell, rows(3)] {
        for bound in [1, 2, 50, 1000] {
            let max_in_flight = Some(count(bound));
            check(&Options { grain, max_in_flight, ..Options::default() }, &brief());
        }
    }
}
