//! How many cells wait at the same time.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Barrier;

use lifelab_async_tasks::Options;
use lifelab_core::testing::{context, oracle, soup};
use lifelab_core::{
    AsyncStepper, CancellationToken, Context, Grain, Grid, Phase, Rule, Stepper, Topology,
};

use crate::doubles::*;

const WIDTH: u32 = 10;
const HEIGHT: u32 = 6;

#[test]
fn all_cells_wait_at_the_same_time() {
    for grain in [Grain::Cell, rows(1), rows(4), rows(100)] {
        for mut driven in Driven::all(&Options { grain, ..Options::default() }) {
            let all = Arc::new(Barrier::new((WIDTH * HEIGHT) as usize));
            let io = script(move |_, _| {
                let all = all.clone();
                async move {
                    all.wait().await;
                    Ok(())
                }
            });
            let now = soup(WIDTH, HEIGHT, Topology::Torus);
            assert_eq!(
                driven.step(&now, &context(io.clone())),
                Ok(oracle(&now, Rule::LIFE, Topology::Torus))
            );
        }
    }
}

/// The most cells that wait at the same time, on a clock that stands still while any cell runs.
fn most_in_flight(grain: Grain, max_in_flight: usize) -> usize {
    let (now_waiting, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let io = script({
        let most = most.clone();
        move |_, _| {
            let (now_waiting, most) = (now_waiting.clone(), most.clone());
            async move {
                most.fetch_max(now_waiting.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                now_waiting.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            }
        }
    });
    let max_in_flight = Some(count(max_in_flight));
    let mut stepper = stepper(Options { grain, max_in_flight, ..Options::default() });
    assert_eq!(stepper.capabilities().concurrency, max_in_flight.map(Into::into));
    let now = soup(WIDTH, HEIGHT, Topology::Torus);
    let mut next = Grid::new(WIDTH, HEIGHT).unwrap();
    let cx = Context::new(Rule::LIFE, 1, io, CancellationToken::new());
    paused().block_on(stepper.step_async(&now, &mut next, &cx)).unwrap();
    assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    most.load(Ordering::SeqCst)
}

#[test]
fn a_bound_on_cells_in_flight_is_used_up_and_never_exceeded() {
    for bound in [1, 7, 59, 60] {
        assert_eq!(most_in_flight(Grain::Cell, bound), bound);
    }
    assert_eq!(most_in_flight(Grain::Cell, 61), 60);
}

#[test]
fn bands_share_the_bound() {
    assert_eq!(most_in_flight(rows(2), 1), 1); // One cell of one band,
    assert_eq!(most_in_flight(rows(2), 19), 19); // many of one band,
    assert_eq!(most_in_flight(rows(2), 20), 20); // one band,
    assert_eq!(most_in_flight(rows(2), 59), 40); // as many bands as fit,
    assert_eq!(most_in_flight(rows(2), 60), 60); // all.
}

/// In a crowd that shares a cooperative budget, most polls would only find it used up.
#[test]
fn a_band_of_many_cells_polls_each_only_when_it_is_ready() {
    const CELLS: u32 = 2048;
    let polls = Arc::new(AtomicUsize::new(0));
    let io = script({
        let polls = polls.clone();
        move |site, _| {
            let polls = polls.clone();
            async move {
                if site.phase == Phase::Rule {
                    let mut sleep = pin!(tokio::time::sleep(Duration::from_millis(1)));
                    std::future::poll_fn(|cx| {
                        polls.fetch_add(1, Ordering::Relaxed);
                        sleep.as_mut().poll(cx)
                    })
                    .await;
                }
                Ok(())
            }
        }
    });
    let mut stepper = stepper(Options { grain: rows(1), ..Options::default() });
    let now = soup(CELLS, 1, Topology::Torus);
    let mut next = Grid::new(CELLS, 1).unwrap();
    let cx = Context::new(Rule::LIFE, 1, io, CancellationToken::new());
    paused().block_on(stepper.step_async(&now, &mut next, &cx)).unwrap();
    assert_eq!(polls.load(Ordering::Relaxed), 2 * CELLS as usize); // To start, and to end.
}
