//! Apgcodes: names of still lifes, oscillators and spaceships that tell their cells.
//!
//! `xs4_33` is the block, a still life of 4 cells; `xp2_7` the blinker, an oscillator of period 2; `xq4_153`
//! the glider, a spaceship of period 4. What follows the underscore is *extended Wechsler format*: the
//! pattern is cut into strips of five rows, from top to bottom, and each column of a strip is a digit:
//!
//! ```text
//!   row   0 1 2 3 4 5          153
//!    1    O O .                column 0 = 1, column 1 = 1 + 4, column 2 = 1 + 2
//!    2    . . O
//!    4    . O .
//! ```
//!
//! | sign | means |
//! | --- | --- |
//! | `0` to `9`, `a` to `v` | a column: bit 0 is its uppermost cell |
//! | `w`, `x` | two empty columns, three |
//! | `y` and one of `0` to `9`, `a` to `z` | 4 to 39 empty columns |
//! | `z` | the next strip |
//!
//! An object has one [`canonical`] code, whatever its phase and however it is turned:
//!
//! ```
//! use lifelab_patterns::apgcode::{self, Kind};
//! use lifelab_patterns::{Limits, Pattern};
//!
//! let block = Pattern::read(b"x = 2, y = 2\n2o$2o!", None, &Limits::default())?.pattern;
//! let code = apgcode::canonical(Kind::StillLife, [&block.cells]);
//! assert_eq!(code.as_deref(), Some("xs4_33"));
//! assert_eq!(Pattern::read(b"xs4_33", None, &Limits::default())?.pattern.cells, block.cells);
//! # Ok::<(), lifelab_patterns::PatternError>(())
//! ```
//!
//! Other prefixes (`yl`, `zz`, `ov`) name objects without saying what their cells are, and are refused. So
//! are codes with layers for further states.
//!
//! Source: LifeWiki, "Apgcode".

mod canonical;
mod decode;
mod encode;

pub use canonical::canonical;
pub use decode::resembles;

use crate::codec::Codec;

/// Rows in a strip.
const STRIP_ROWS: usize = 5;

/// The signs for numbers; a column takes one of the first 32.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The fewest and the most empty columns for which `y` stands, with a digit.
const LONG_GAP: [usize; 2] = [4, 39];

pub(crate) const CODEC: Codec = Codec {
    recognizes: |line, _| decode::starts(line),
    read: decode::read,
    fits: |_| true,
    write: None,
};

/// What an object does, as the prefix of its code tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// It never changes: `xs` and the number of its cells.
    StillLife,
    /// It comes back after a number of generations: `xp` and that number.
    Oscillator {
        /// In generations.
        period: u64,
    },
    /// It comes back elsewhere: `xq` and the number of generations.
    Spaceship {
        /// In generations.
        period: u64,
    },
}
