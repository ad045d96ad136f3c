//! What a rank does with its rows.

use std::ops::Range;

use lifelab::{CancelReason, CancellationToken};

use crate::failure::Failure;
use crate::times::Times;

/// The rows of a universe that one rank has, and takes forward together with all other ranks.
pub trait Rows {
    /// The last complete generation, the same on all ranks.
    fn generation(&self) -> u64;

    /// Columns of the universe.
    fn width(&self) -> u32;

    /// Its rows, as the universe counts them.
    fn range(&self) -> Range<u32>;

    /// The words of its row `y`, counted from 0, as [`Grid::row`](lifelab::Grid::row) gives them.
    fn row(&self, y: u32) -> Box<dyn Iterator<Item = u64> + '_>;

    /// Goes ahead until it must hear of its neighbors again, but by no more than `most` generations,
    /// which is 1 at least. Collective; what the ranks wish meanwhile becomes one.
    ///
    /// # Errors
    /// If a cell fails, on whichever rank, or a rank is refused what it needs. Then all ranks stay at
    /// the last complete generation, and have the same failure.
    fn advance(&mut self, most: u64, mine: &Wishes<'_>) -> Result<Progress, Failure>;

    /// Cells that kept their states because of faults, on this rank.
    fn kept_cells(&self) -> u64 {
        0
    }

    /// What this rank's time went into.
    fn times(&self) -> Times;

    /// Who computes, for people.
    fn describe(&self) -> String;
}

/// What all ranks have done together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Generations completed; none if waiting cells were stopped.
    pub generations: u64,
    /// What they shall do now: the most urgent that any wished.
    pub wish: Wish,
}

/// What a rank wishes to happen between two generations; the more urgent, the later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Wish {
    /// To go on.
    GoOn,
    /// A checkpoint.
    Save,
    /// To end, for the time is up.
    TimeIsUp,
    /// To end, for somebody has asked for it.
    End,
}

/// What this rank may wish.
#[derive(Clone, Copy)]
pub struct Wishes<'a> {
    /// Whether a checkpoint is due.
    pub save: bool,
    /// What makes it end.
    pub stop: &'a CancellationToken,
}

impl Wishes<'_> {
    /// The most urgent at this moment.
    pub fn now(&self) -> Wish {
        match self.stop.reason() {
            Some(CancelReason::Deadline) => Wish::TimeIsUp,
            Some(_) => Wish::End,
            None if self.save => Wish::Save,
            None => Wish::GoOn,
        }
    }
}

impl Wish {
    const ALL: [Self; 4] = [Self::GoOn, Self::Save, Self::TimeIsUp, Self::End];

    /// The wish as a number, the more urgent the larger.
    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    /// The wish of this number.
    pub(crate) fn from_code(code: i64) -> Self {
        Self::ALL[code as usize]
    }

    /// Why a run ends, if it shall.
    pub fn end(self) -> Option<CancelReason> {
        match self {
            Self::TimeIsUp => Some(CancelReason::Deadline),
            Self::End => Some(CancelReason::Canceled),
            _ => None,
        }
    }
}
