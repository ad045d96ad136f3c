//! Why a suite cannot be measured.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a suite cannot be measured. All but what the system refuses is found before anything is
/// measured.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// A part of the suite makes no sense to a simulation.
    #[error(transparent)]
    Part(#[from] lifelab::Error),
    /// No stepper is named.
    #[error("steppers and contenders: there are none; name at least one")]
    NoSteppers,
    /// Two parts exclude each other.
    #[error("{one} and {other} exclude each other: {why}")]
    Contradiction {
        /// The one.
        one: &'static str,
        /// The other.
        other: &'static str,
        /// Why.
        why: &'static str,
    },
    /// A number of cells that makes no grid.
    #[error(
        "sweep.cells: {cells} cells make no grid that is nearly square; give a number with two \
         factors of similar size, such as {}",
        near(*.cells)
    )]
    NoSuchGrid {
        /// The number.
        cells: u64,
    },
    /// More cases than anybody would wait for.
    #[error(
        "the suite describes {} cases, and may have {limit} at most; sweep fewer values in a race",
        shown(*.cases)
    )]
    TooManyCases {
        /// How many it describes; `None` if that is no number of 128 bits.
        cases: Option<u128>,
        /// How many it may have.
        limit: u64,
    },
    /// A text that is repeated in more cases than memory should hold.
    #[error(
        "the text of start, I/O and stepper, once for each case, has {bytes} bytes, and may have {limit} \
         at most; name a pattern file instead of a pattern, or sweep fewer values in a race"
    )]
    TooMuchText {
        /// The bytes of all cases together.
        bytes: u128,
        /// How many there may be.
        limit: u64,
    },
    /// Grids that take more memory than there may be.
    #[error(
        "sweep.cells: the grids have {} cells together, and may have {limit} at most; sweep fewer or \
         smaller sizes in a race",
        shown(*.cells)
    )]
    TooManyCells {
        /// How many they have; `None` if that is no number of 128 bits.
        cells: Option<u128>,
        /// How many they may have.
        limit: u64,
    },
    /// A name that two contenders share.
    #[error("steppers: {name} races twice; leave one out, or give them other options")]
    Twice {
        /// The contender's name.
        name: String,
    },
    /// A contender from outside that makes no sense, or work that it is not asked to do.
    #[error("contenders: {name}: {why}")]
    Contender {
        /// The contender's name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// The timeline cannot be written.
    #[error("cannot write the timeline {}: {source}", .path.display())]
    Trace {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Measuring means to start this program again, and the system refuses.
    #[error("cannot start a process to measure in: {0}")]
    Process(io::Error),
}

/// A number that may be too large to be one.
fn shown(number: Option<u128>) -> String {
    number.map_or_else(|| "more than 2^128".to_owned(), |number| number.to_string())
}

/// A square near a number.
fn near(cells: u64) -> u64 {
    let root = cells.isqrt().clamp(1, u64::from(u32::MAX));
    root * root
}
