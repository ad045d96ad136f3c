//! The grids are right, whatever the grain and whichever runtime drives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lifelab_async_tasks::Options;
use lifelab_core::testing::{context, oracle, soup, topologies};
use lifelab_core::{
    CancellationToken, CellIo, Delay, Fault, Grain, Idle, IoFuture, Phase, Rule, Site,
};

use crate::doubles::*;

const SIZES: [(u32, u32); 7] = [(1, 1), (1, 7), (3, 2), (6, 6), (17, 13), (65, 5), (600, 2)];

fn check(options: &Options, io: &Arc<dyn CellIo>) {
    for mut driven in Driven::all(options) {
        for (width, height) in SIZES {
            for topology in topologies(width, height) {
                let mut now = soup(width, height, topology);
                for _ in 0..2 {
                    let mut next = driven.step(&now, &context(io.clone())).unwrap();
                    assert_eq!(
                        next,
                        oracle(&now, Rule::LIFE, topology),
                        "{options:?}: {width} x {height}, {topology}"
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
            let latency = Duration::from_micros(3000 / (1 + site.at.x as u64));
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

type Answer = fn(u32, &mut Vec<Delay>) -> bool;

/// DelayQueue whose latencies a row is asked for, and how it answers.
struct Rows {
    answer: Answer,
    /// How many calls were made one by one.
    calls: AtomicUsize,
}

impl CellIo for Rows {
    fn call(&self, _: Site, _: &CancellationToken) -> Result<(), Fault> {
        Err(Fault::failed("a task must not block"))
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        IoFuture::sleep(LATENCY, |_| panic!("no fan-out polls it"))
    }

    fn row_delays(&self, _: Site, cells: u32, delays: &mut Vec<Delay>) -> bool {
        (self.answer)(cells, delays)
    }

    fn is_idle_in(&self, _: Phase) -> bool {
        false
    }
}

const LATENCY: Duration = Duration::from_micros(200);

fn answer(cells: u32, delays: &mut Vec<Delay>) -> bool {
    delays.extend((0..cells).map(|_| Delay::new(LATENCY)));
    true
}

#[test]
fn a_row_that_does_not_tell_all_its_delays_is_called_cell_by_cell() {
    let answers: [(Answer, bool); 4] = [
        (answer, true),
        (|cells, delays| answer(cells - 1, delays), false),
        (|cells, delays| answer(cells, delays) && panic!("half way"), false),
        (|cells, delays| answer(cells, delays) && delays.is_empty(), false),
    ];
    for (index, (answer, tells)) in answers.into_iter().enumerate() {
        let io = Arc::new(Rows { answer, calls: AtomicUsize::new(0) });
        for grain in [Grain::Auto, rows(3)] {
            check(&Options { grain, ..Options::default() }, &(io.clone() as Arc<dyn CellIo>));
        }
        // In the second phase, cells go on one by one.
        let phases = if tells { 1 } else { 2 };
        let on_all = |(x, y): (u32, u32)| (x * y) as usize * topologies(x, y).len();
        let drivers = Driven::all(&Options::default()).count();
        let cells = SIZES.map(on_all).iter().sum::<usize>() * 2 * drivers * 2; // Grains, steps.
        assert_eq!(io.calls.load(Ordering::Relaxed), phases * cells, "answer {index}");
    }
}
