//! The default for cells that wait, which measurement bought: a task for each worker, which awaits
//! the cells of a band.
//!
//! A task and a timer for each cell cost a microsecond, some fifty times what the wait itself has
//! to cost. To learn the model, ignore this file and those below it: what they compute is what
//! [`plain`] computes.

mod band;
mod gathered;
mod member;

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::unconstrained;

use lifelab_core::{Grain, Grid, Outcome, StepError, StepReport, Unit, Units};

use crate::plain::{self, Generation, Step};

/// Computes a generation whose cells wait.
pub(crate) async fn step(step: Step<'_>, next: &mut Grid) -> Result<StepReport, StepError> {
    // A row with more cells than a band may have is left to the plain way.
    let Some(most_rows) = gathered::max_rows(step.now.width()) else {
        return plain::step(step, next).await;
    };
    let (bands, limits) = divide(step, most_rows);
    let work = |index, unit, generation: Arc<Generation>| {
        let Unit::Band { first, rows } = unit else { unreachable!("{unit:?} is no band") };
        let (now, rows, at_once) =
            (step.now.clone(), first..first + rows.get(), limits.cells(index));
        // Without a budget: see the crate's page.
        unconstrained(async move {
            band::run(&now, rows, at_once, &generation).await.map(Outcome::Band)
        })
    };
    plain::fan_out(step, next, bands, limits.bands, work).await
}

/// Divides a generation into bands of at most `most_rows` rows, and bounds what may be under way at
/// the same time.
fn divide(step: Step<'_>, most_rows: NonZeroU32) -> (Units, Limits) {
    let Step { now, cx, options, .. } = step;
    let workers = Handle::current().metrics().num_workers();
    let most = options.max_in_flight.map_or(usize::MAX, Into::into);
    match options.grain {
        Grain::Rows(rows) => {
            let bands = Grain::Rows(rows.min(most_rows)).divide(now, workers, cx);
            (bands, Limits::of_bands(cells_of(bands, now), most))
        }
        Grain::Auto | Grain::Cell => {
            let shares = workers.min(most).min(now.height() as usize).max(1) as u32;
            let rows = NonZeroU32::new(now.height().div_ceil(shares)).expect("a grid has rows");
            let bands = Grain::Rows(rows.min(most_rows)).divide(now, workers, cx);
            (bands, Limits::of_shares(bands.len(), most))
        }
    }
}

/// Cells of each band but the last.
fn cells_of(bands: Units, now: &Grid) -> usize {
    let rows = bands.rows().expect("they are bands").get().min(now.height());
    rows as usize * now.width() as usize
}

/// How much may be under way at the same time.
#[derive(Debug)]
struct Limits {
    bands: usize,
    /// Cells of one band.
    cells: usize,
    /// How many bands, the first ones, may have one cell more.
    bigger: usize,
}

impl Limits {
    /// Bands are started whole: as many as fit, or some cells of one.
    fn of_bands(cells: usize, most: usize) -> Self {
        Self { bands: (most / cells).max(1), cells: cells.min(most), bigger: 0 }
    }

    /// Shares are all under way at the same time, unless there are more of them than cells may be.
    fn of_shares(shares: usize, most: usize) -> Self {
        let bigger = if shares < most { most % shares } else { 0 };
        Self { bands: shares.min(most), cells: (most / shares).max(1), bigger }
    }

    fn cells(&self, band: usize) -> usize {
        self.cells + usize::from(band < self.bigger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_a_cell_each_and_together_no_more_than_the_bound() {
        for shares in [1, 2, 3, 7, 100] {
            for most in [1, 2, 3, 6, 7, 8, 99, 100, 101, usize::MAX] {
                let limits = Limits::of_shares(shares, most);
                let under_way: usize = (0..limits.bands).map(|band| limits.cells(band)).sum();
                assert!(limits.bands > 0 && (0..shares).all(|band| limits.cells(band) > 0));
                assert_eq!(under_way, most, "{shares} shares of {most}");
            }
        }
    }
}
