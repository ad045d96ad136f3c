//! Order: a cell that hangs never stands before an earlier one, whose failure ends the generation.

use std::num::NonZeroUsize;
use std::sync::Arc;

use libtest_mimic::Failed;
use lifelab_core::testing::{GENERATION, first_failure};
use lifelab_core::{Cell, Phase, Site};
use lifelab_process_pool::Options;

use crate::Trials;
use crate::cells::{Script, What, notes};
use crate::grids::{configurations, pool, step};

pub(crate) const TRIALS: Trials = &[
    ("a_failure_ends_the_waits_of_later_cells", a_failure_ends_the_waits_of_later_cells),
    ("a_failure_ends_them_after_a_restart_too", a_failure_ends_them_after_a_restart_too),
    ("no_process_takes_a_cell_after_a_later_one", no_process_takes_a_cell_after_a_later_one),
];

const WIDTH: u32 = 5;
const HEIGHT: u32 = 4;
const PHASES: [Phase; 2] = [Phase::Neighbors, Phase::Rule];

/// Every arrangement and grain, with one connection and with several, idle ends and full windows.
fn windows() -> impl Iterator<Item = Options> {
    let number = |number| NonZeroUsize::new(number).unwrap();
    configurations().flat_map(move |options| {
        [(1, 1), (1, 16), (2, 1), (3, 16), (2, 1024)].map(|(workers, in_flight)| Options {
            workers: number(workers),
            in_flight: number(in_flight),
            ..options.clone()
        })
    })
}

/// Fails at a cell, and hangs in all later ones.
fn failing(script: Script, at: Cell, fails: Phase, hangs: Phase) -> Script {
    let cells = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| Cell::new(x, y)));
    let hang = |script: Script, later: Cell| script.act(What::Hang, later.x, later.y, hangs);
    let script = script.act(What::Fail, at.x, at.y, fails);
    cells.filter(|&cell| cell > at).fold(script, hang)
}

fn a_failure_ends_the_waits_of_later_cells() -> Result<(), Failed> {
    for options in windows() {
        let mut pool = pool(options.clone());
        for at in [Cell::new(0, 0), Cell::new(1, 1), Cell::new(4, 2)] {
            for (fails, hangs) in PHASES.into_iter().flat_map(|one| PHASES.map(|two| (one, two))) {
                let script = failing(Script::default(), at, fails, hangs);
                let error = step(&mut pool, Arc::new(script), WIDTH, HEIGHT).unwrap_err();
                let context = format!("{options:?}, {fails}, {hangs}");
                assert_eq!(
                    first_failure(&error).site,
                    Site::new(GENERATION, at, fails),
                    "{context}"
                );
            }
        }
        let report = step(&mut pool, Arc::new(Script::default()), WIDTH, HEIGHT)?;
        assert_eq!(report.warnings(), [], "all have heard the stop");
    }
    Ok(())
}

/// One process dies while it, and the other of its connection, hold later cells that hang.
fn a_failure_ends_them_after_a_restart_too() -> Result<(), Failed> {
    let at = Cell::new(1, 1);
    for options in windows() {
        let mut pool = pool(options.clone());
        for dies in [Cell::new(4, 0), at] {
            for (kills, hangs) in PHASES.into_iter().flat_map(|one| PHASES.map(|two| (one, two))) {
                let folder = tempfile::tempdir()?;
                let script = Script::default().act(What::Kill, dies.x, dies.y, kills);
                let script = script.once(&folder.path().join("marker"));
                let script = failing(script, at, Phase::Rule, hangs);
                let error = step(&mut pool, Arc::new(script), WIDTH, HEIGHT).unwrap_err();
                let context = format!("{options:?}, {dies}, {kills}, {hangs}");
                assert_eq!(
                    first_failure(&error).site,
                    Site::new(GENERATION, at, Phase::Rule),
                    "{context}"
                );
            }
        }
    }
    Ok(())
}

/// From this the laws above follow, whatever the timing.
fn no_process_takes_a_cell_after_a_later_one() -> Result<(), Failed> {
    for options in windows() {
        let (markers, log) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let kill = |script: Script, (cell, phase): (u32, Phase)| {
            let marker = markers.path().join(format!("{cell} {phase:?}"));
            script.act(What::Kill, cell % WIDTH, cell / WIDTH, phase).once(&marker)
        };
        let deaths = [0, 3, 9, 19].into_iter().flat_map(|cell| PHASES.map(|phase| (cell, phase)));
        let script = deaths.fold(Script::default(), kill);
        let script = Script { log: Some(log.path().to_owned()), ..script };
        let mut pool = pool(options.clone());
        let report = step(&mut pool, Arc::new(script), WIDTH, HEIGHT)?;
        assert!(!report.warnings().is_empty(), "processes have died");
        for sites in notes(log.path())? {
            assert!(sites.is_sorted_by_key(|site| (site.at, site.phase)), "{options:?}: {sites:?}");
        }
    }
    Ok(())
}
