//! Faults of cells: what fails in a worker surfaces in the parent, with its place.

use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::Failed;
use lifelab_core::testing::{GENERATION, context, first_failure, soup};
use lifelab_core::{CancelReason, FaultKind, Idle, Phase, Site, StepErrorKind, Stepper};
use lifelab_process_pool::ProcessPool;

use crate::Trials;
use crate::cells::{Homebound, Script, Unreadable, What};
use crate::endings::children;
use crate::grids::{configurations, pool, step};

pub(crate) const TRIALS: Trials = &[
    ("the_first_failing_cell_is_named_in_whatever_phase", the_first_failing_cell_is_named),
    ("a_panic_is_the_cell_s_fault_and_the_worker_lives_on", a_panic_is_the_cell_s_fault),
    ("a_stop_ends_a_hanging_step", a_stop_ends_a_hanging_step),
    ("a_deadline_ends_a_hanging_step", a_deadline_ends_a_hanging_step),
    ("a_stop_before_the_step_starts_nothing", a_stop_before_the_step_starts_nothing),
    ("careless_printing_does_no_harm", careless_printing_does_no_harm),
    ("io_that_cannot_be_rebuilt_is_refused_with_a_remedy", io_that_cannot_be_rebuilt),
];

fn the_first_failing_cell_is_named() -> Result<(), Failed> {
    use Phase::{Neighbors, Rule};
    // Places in reading order; whichever of them fail, the first of those must be named.
    let places = [(5, 0, Rule), (6, 0, Neighbors), (2, 4, Neighbors), (2, 4, Rule), (7, 6, Rule)];
    for options in configurations() {
        let mut pool = pool(options.clone());
        for chosen in 1..1 << places.len() {
            let fails: Vec<_> =
                (0..places.len()).filter(|i| chosen >> i & 1 == 1).map(|i| places[i]).collect();
            let fail = |script: Script, &(x, y, phase)| script.act(What::Fail, x, y, phase);
            let script = fails.iter().rev().fold(Script::default(), fail);
            let error = step(&mut pool, Arc::new(script), 8, 7).unwrap_err();
            let first = first_failure(&error);
            let (x, y, phase) = fails[0];
            let expected = Site::new(GENERATION, lifelab_core::Cell::new(x, y), phase);
            assert_eq!(first.site, expected, "{options:?}, {fails:?}");
            assert_eq!(first.fault.message(), "as told");
        }
        step(&mut pool, Arc::new(Script::default()), 8, 7)?;
    }
    Ok(())
}

fn a_panic_is_the_cell_s_fault() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        step(&mut pool, Arc::new(Idle), 8, 7)?;
        let before = children();
        let script = Script::default().act(What::Panic, 3, 4, Phase::Rule);
        let error = step(&mut pool, Arc::new(script), 8, 7).unwrap_err();
        let first = first_failure(&error);
        assert_eq!(first.fault.kind(), FaultKind::Panicked);
        assert_eq!(first.fault.message(), "as told");
        let report = step(&mut pool, Arc::new(Script::default()), 8, 7)?;
        assert_eq!(report.warnings(), []);
        // A connection that had no work at first may have been started meanwhile.
        let after = children();
        let kept = before.iter().all(|worker| after.contains(worker));
        assert!(kept, "no worker was replaced: {before:?}, {after:?}");
    }
    Ok(())
}

/// A script whose cell (2, 3) waits for ever, when it has left the marker.
fn hanging(what: What, marker: &std::path::Path) -> Script {
    Script::default().act(what, 2, 3, Phase::Rule).once(marker)
}

fn a_stop_ends_a_hanging_step() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options.clone());
        assert!(!lives_on_after_stop(&mut pool, What::Deaf)?, "{options:?}: the deaf die");
        // Who hears the stop lives on, unless the processor was busy until the grace was over.
        let mut tries = 0..TRIES;
        let heard = tries.any(|_| lives_on_after_stop(&mut pool, What::Hang).unwrap());
        assert!(heard, "{options:?}: nobody heard the stop");
    }
    Ok(())
}

/// How often a worker may miss the stop before this is no accident.
const TRIES: usize = 50;

/// Stops a step whose cell (2, 3) waits for ever, and sees the next step go well; tells whether
/// the worker that had that cell lived on.
fn lives_on_after_stop(pool: &mut ProcessPool, what: What) -> Result<bool, Failed> {
    let folder = tempfile::tempdir()?;
    let marker = folder.path().join("marker");
    let cx = context(Arc::new(hanging(what, &marker)));
    let stop = cx.stop.clone();
    let firing = std::thread::spawn(move || {
        let pid = crate::endings::signed_by(&marker);
        stop.cancel();
        pid
    });
    let now = soup(8, 7, lifelab_core::Topology::Torus);
    let error = pool.step(&now, &mut (*now).clone(), &cx).unwrap_err();
    assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
    let pid = firing.join().unwrap();
    let lives_on = children().contains(&pid);
    let report = step(pool, Arc::new(Script::default()), 8, 7)?;
    assert_eq!(report.warnings(), [], "a worker that we killed is no news");
    Ok(lives_on)
}

fn a_deadline_ends_a_hanging_step() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        let script = Script::default().act(What::Hang, 2, 3, Phase::Neighbors);
        let mut cx = context(Arc::new(script));
        cx.stop = cx.stop.before(Instant::now() + std::time::Duration::from_millis(100));
        let now = soup(8, 7, lifelab_core::Topology::Torus);
        let error = pool.step(&now, &mut (*now).clone(), &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Deadline));
        step(&mut pool, Arc::new(Idle), 8, 7)?;
    }
    Ok(())
}

fn a_stop_before_the_step_starts_nothing() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        let cx = context(Arc::new(Idle));
        cx.stop.cancel();
        let now = soup(8, 7, lifelab_core::Topology::Torus);
        let error = pool.step(&now, &mut (*now).clone(), &cx).unwrap_err();
        assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Canceled));
        assert!(children().is_empty());
        step(&mut pool, Arc::new(Idle), 8, 7)?;

        // Workers that live already must not believe, or be believed, to know the new I/O.
        let script = Script::default().act(What::Fail, 2, 3, Phase::Rule);
        let cx = context(Arc::new(script.clone()));
        cx.stop.cancel();
        pool.step(&now, &mut (*now).clone(), &cx).unwrap_err();
        let error = step(&mut pool, Arc::new(script), 8, 7).unwrap_err();
        let first = first_failure(&error);
        assert_eq!(first.site.at, lifelab_core::Cell::new(2, 3));
    }
    Ok(())
}

fn careless_printing_does_no_harm() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        let script = Script::default().act(What::Print, 2, 3, Phase::Neighbors);
        let script = script.act(What::Print, 2, 4, Phase::Rule);
        assert_eq!(step(&mut pool, Arc::new(script), 8, 7)?.warnings(), []);
    }
    Ok(())
}

fn io_that_cannot_be_rebuilt() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        let error = step(&mut pool, Arc::new(Homebound), 8, 7).unwrap_err().to_string();
        assert!(error.contains("no wire text") && error.contains("CellIo::wire"), "{error}");
        for (text, reason) in [("gibberish", "expected value"), ("panic", "panicked")] {
            let error = step(&mut pool, Arc::new(Unreadable(text)), 8, 7).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("host_workers"), "{error}");
        }
        step(&mut pool, Arc::new(Script::default()), 8, 7)?;
    }
    Ok(())
}
