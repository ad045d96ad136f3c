//! Computing what bands and grids hold: the next generation, or a later one.

use std::ops::Range;

use crate::band::{Band, BandMut, BandRef};
use crate::cancellation_token::CancelReason;
use crate::cell::Cell;
use crate::context::Context;
use crate::error::CellFailure;
use crate::grid::Grid;
use crate::job::CellJob;
use crate::kernel;
use crate::probe::Activity;
use crate::rule::Rule;

impl<'a> BandRef<'a> {
    /// The jobs of the band's cells, in reading order.
    pub fn jobs(self) -> impl Iterator<Item = CellJob> + use<'a> {
        self.rows()
            .flat_map(move |y| (0..self.width()).map(move |x| Cell::new(x, y)))
            .map(move |at| self.job(at))
    }

    /// Computes the band's next generation: by a kernel if no cell waits, else cell after cell.
    ///
    /// # Errors
    /// The first failing cell in reading order. `next` is then partly written.
    ///
    /// # Panics
    /// If `next` has other rows or another width.
    pub fn step_into(self, next: &mut BandMut<'_>, cx: &Context) -> Result<(), CellFailure> {
        if cx.is_idle() {
            let mut advance = || self.advance_into(next, cx.rule);
            match &cx.probe {
                None => advance(),
                Some(probe) => probe.compute(self.activity(cx), cx.generation, advance),
            }
            return Ok(());
        }
        self.assert_same_shape(next);
        next.clear();
        for job in self.jobs() {
            next.set(job.at, job.run(cx)?);
        }
        Ok(())
    }

    /// Computes the band's next generation by a kernel, whether its cells wait or not: for a caller
    /// that knows better what becomes of cells whose waits fail.
    ///
    /// # Panics
    /// If `next` has other rows or another width, or either has not the [planes](Rule::planes) of the rule.
    pub fn advance_into(self, next: &mut BandMut<'_>, rule: Rule) {
        self.assert_same_shape(next);
        assert!(self.planes() == rule.planes(), "{} planes for {rule}", self.planes());
        kernel::advance(rule, self, next);
    }

    fn assert_same_shape(self, next: &BandMut<'_>) {
        assert!(
            self.rows() == next.rows()
                && self.width() == next.width()
                && self.planes() == next.planes(),
            "bands of different shape"
        );
    }

    /// Computes the band's next generation as a value.
    ///
    /// # Errors
    /// The first failing cell in reading order.
    pub fn step(self, cx: &Context) -> Result<Band, CellFailure> {
        let mut band = Band::with_planes(self.rows(), self.width(), self.planes());
        self.step_into(&mut band.as_mut(), cx)?;
        Ok(band)
    }

    fn activity(self, cx: &Context) -> Activity {
        let first = cx.position(Cell::new(0, self.rows().start)).y;
        Activity::Band { first, rows: self.rows().len() as u32 }
    }
}

impl Grid {
    /// Computes a band of the step's grid from this one, with no cell waiting: what every stepper
    /// does that computes bands in place. It is the next generation or, if the step
    /// [hops](crate::Capabilities::hops), some later one.
    ///
    /// # Errors
    /// If `cx.stop` has fired; `next` is then partly written.
    ///
    /// # Panics
    /// If cells may wait, or `next` is no band of a grid with these sides.
    pub fn advance_into(&self, next: &mut BandMut<'_>, cx: &Context) -> Result<(), CancelReason> {
        cx.stop.check()?;
        match &cx.hop {
            Some(hop) => kernel::hop(cx.rule, self, hop, next, &cx.stop),
            None => {
                let now = self.band(next.rows());
                now.step_into(next, cx).expect("cells without I/O do not fail");
                Ok(())
            }
        }
    }

    /// Computes a band of the step's grid as a value; as [`advance_into`](Self::advance_into), but
    /// for a caller that cannot write into the grid.
    ///
    /// # Errors
    /// If `cx.stop` fires.
    ///
    /// # Panics
    /// If cells may wait, or a row lies outside the grid.
    pub fn advance(&self, rows: Range<u32>, cx: &Context) -> Result<Band, CancelReason> {
        assert!(rows.end <= self.height(), "outside the grid");
        let mut band = Band::with_planes(rows, self.width(), self.planes());
        let advanced = match cx.hop_topology() {
            None => self.advance_into(&mut band.as_mut(), cx),
            // The grid to compare with is not here.
            Some(topology) => {
                let blindly = cx.clone().hopping(cx.generations(), topology);
                self.advance_into(&mut band.as_mut(), &blindly)
            }
        };
        advanced.map(|()| band)
    }
}
