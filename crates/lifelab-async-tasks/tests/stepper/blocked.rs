//! The cell that blocks the event loop is named.

use std::thread;
use std::time::Duration;

use lifelab_async_tasks::Options;
use lifelab_core::testing::{GENERATION, context, soup};
use lifelab_core::{Cell, Grain, Phase, Site, StepReport, Topology, Warning};

use crate::doubles::*;

const BLOCKED: Duration = Duration::from_millis(20);

/// A machine may be so busy that the thread that keeps coarse time gets no processor while a cell
/// blocks its own. Not each time.
const TRIES: u32 = 100;

#[test]
fn a_cell_that_blocks_its_thread_is_named_with_phase_and_time() {
    for phase in [Phase::Neighbors, Phase::Rule] {
        let at = Cell::new(3, 2);
        let io = script(move |site, _| async move {
            tokio::task::yield_now().await; // Not in the first poll.
            if (site.at, site.phase) == (at.into(), phase) {
                thread::sleep(BLOCKED);
            }
            Ok(())
        });
        for grain in [Grain::Cell, rows(1), rows(100)] {
            let options = Options { grain, blocked_after: BLOCKED / 2, ..Options::default() };
            for mut driven in Driven::all(&options) {
                let now = soup(9, 5, Topology::Torus);
                let named = (0..TRIES).any(|_| {
                    let (_, report) = driven.report(&now, &context(io.clone())).unwrap();
                    // A busy machine may delay other cells as well.
                    report.warnings().iter().any(|warning| match warning {
                        Warning::BlockedLoop { site, took } => {
                            *site == Site::new(GENERATION, at, phase) && *took >= BLOCKED
                        }
                        _ => false,
                    })
                });
                assert!(named, "{grain:?}");
            }
        }
    }
}

#[test]
fn warnings_are_bounded_and_belong_to_one_step() {
    let options = Options { blocked_after: Duration::ZERO, ..Options::default() };
    for mut driven in Driven::all(&options) {
        for _ in 0..2 {
            let now = soup(9, 5, Topology::Torus);
            let (_, report) = driven.report(&now, &context(brief())).unwrap();
            assert_eq!(report.warnings().len(), StepReport::MAX_WARNINGS);
            // The call that starts a cell, and two phases of two polls each.
            assert_eq!(report.omitted(), 9 * 5 * 5 - StepReport::MAX_WARNINGS as u64);
        }
    }
}

#[test]
fn a_high_threshold_keeps_silent() {
    let options = Options { blocked_after: Duration::MAX, ..Options::default() };
    for mut driven in Driven::all(&options) {
        let now = soup(9, 5, Topology::Torus);
        let (_, report) = driven.report(&now, &context(brief())).unwrap();
        assert_eq!(report, StepReport::default());
    }
}
