//! A plane from the squares that it consists of.

use thiserror::Error;

use lifelab_core::{Count, Rule};

use crate::exhausted::Exhausted;
use crate::hash_life::{HashLife, Options};
use crate::phases::Phases;
use crate::plane::Plane;
use crate::square::Quarters;
use crate::tree::{LEAF_BITS, Square, TOP};

/// Builds a universe from squares, the smallest first: what a reader of macrocell files needs, and any
/// other source that knows which parts of a pattern are equal. Cells are never listed.
///
/// Squares are numbered by *level* as in macrocell files: one of level n has sides of 2^n cells. The
/// smallest ones, of level 3, are bitmaps; each of the others has four quarters of the level below.
///
/// ```
/// use lifelab_core::{Count, Rule, Universe};
/// use lifelab_hashlife::{Builder, Options, Part};
///
/// let mut builder = Builder::new(Options::default(), Rule::LIFE);
/// let block = Part::bitmap(0x0303); // Two cells in each of the first two rows.
/// let mut square = builder.part(4, [block; 4])?;
/// for level in 5..=104 {
///     square = builder.part(level, [square, Part::EMPTY, square, square])?;
/// }
/// let universe = builder.finish(square, Count::ZERO)?;
/// let blocks = (0..100).fold(Count::from(4), |n, _| n.checked_mul(3.into()).expect("below 2^256"));
/// assert_eq!(universe.population(), blocks.checked_mul(4.into()).expect("below 2^256"));
/// # Ok::<(), lifelab_hashlife::BuildError>(())
/// ```
#[derive(Debug)]
pub struct Builder {
    options: Options,
    rule: Rule,
    plane: Plane,
    /// How many parts have been asked for.
    parts: u64,
}

/// A square that a [`Builder`] has made, or can: a small value. It is of use to that builder alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Part {
    /// 0 for the empty square of any level.
    level: u32,
    /// The bitmap of level 3; the index of a square above that.
    content: u64,
}

/// Why squares make no universe.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A quarter has not half the side of its square.
    #[error("a square of level {level} consists of squares of level {}, and not of level {found}", level - 1)]
    Quarter {
        /// The level of the square.
        level: u32,
        /// The level of its quarter.
        found: u32,
    },
    /// No square has such a level.
    #[error("level {level} is none from 4 to {}: sides have 2^level cells", Builder::LAST_LEVEL)]
    Level {
        /// The level.
        level: u32,
    },
    /// The builder has not made such a square.
    #[error("a square of level {level} comes from another builder")]
    Foreign {
        /// The level of the square.
        level: u32,
    },
    /// Memory cannot hold the squares.
    #[error("there is no memory for the pattern: {message}")]
    Memory {
        /// What was needed, and what to do.
        message: String,
    },
}

impl From<Exhausted> for BuildError {
    fn from(exhausted: Exhausted) -> Self {
        Self::Memory { message: exhausted.advice() }
    }
}

impl Part {
    /// The empty square, of any level.
    pub const EMPTY: Self = Self { level: 0, content: 0 };

    /// 8 x 8 cells that differ from the background: bit `8 * y + x` is the cell in column x of row y. A
    /// square of level 3.
    pub const fn bitmap(cells: u64) -> Self {
        if cells == 0 { Self::EMPTY } else { Self { level: BITMAP, content: cells } }
    }
}

/// Parts between two looks at what they take: looking is a matter of all levels.
const PARTS_PER_CHECK: u64 = 1024;

/// The level of bitmaps.
const BITMAP: u32 = 3;

impl Builder {
    /// The level of the largest square: 2^256 columns, as many as there are coordinates.
    pub const LAST_LEVEL: u32 = TOP as u32 + LEAF_BITS;

    /// A builder of a universe with this rule.
    ///
    /// # Panics
    /// If the rule does more than count neighbors.
    pub fn new(options: Options, rule: Rule) -> Self {
        let plane = Plane::new(&Phases::of(rule), options.memory.get());
        Self { options, rule, plane, parts: 0 }
    }

    /// The square of a level (4 or more) that consists of four quarters: north-west, north-east,
    /// south-west, south-east. Equal squares become one.
    ///
    /// # Errors
    /// If a quarter has another level than this one less 1, or another builder has made it, or memory does
    /// not suffice.
    pub fn part(&mut self, level: u32, quarters: [Part; 4]) -> Result<Part, BuildError> {
        if !(BITMAP + 1..=Self::LAST_LEVEL).contains(&level) {
            return Err(BuildError::Level { level });
        }
        if let Some(part) =
            quarters.iter().find(|&&part| part != Part::EMPTY && part.level != level - 1)
        {
            return Err(BuildError::Quarter { level, found: part.level });
        }
        quarters.iter().try_for_each(|part| self.check_known(*part))?;
        let contents = quarters.map(|part| part.content);
        let index = if level == LEAF_BITS {
            self.plane.tree.leaf(std::array::from_fn(|y| {
                let row = |part: usize| (contents[part] >> (8 * (y % 8)) & 0xff) as u16;
                row(y / 8 * 2) | row(y / 8 * 2 + 1) << 8
            }))?
        } else {
            let quarters: Quarters = contents.map(|index| index as u32);
            self.plane.tree.node((level - LEAF_BITS) as usize, quarters)?
        };
        self.parts += 1;
        if self.parts.is_multiple_of(PARTS_PER_CHECK) {
            self.plane.check_room()?;
        }
        Ok(if index == 0 { Part::EMPTY } else { Part { level, content: index.into() } })
    }

    /// Makes sure that a part is one of this builder.
    fn check_known(&self, part: Part) -> Result<(), BuildError> {
        let tree = &self.plane.tree;
        let known = match part.level.checked_sub(LEAF_BITS) {
            None => return Ok(()), // Its cells are in the part itself.
            Some(0) => tree.leaves().len(),
            Some(level) if level as usize <= tree.height() => tree.nodes(level as usize).len(),
            Some(_) => 0,
        };
        let is_known = part.content < known as u64;
        if is_known { Ok(()) } else { Err(BuildError::Foreign { level: part.level }) }
    }

    /// The universe that consists of a square, whose middle is the place (0, 0), in a generation. What
    /// lives in it is what differs from the background, as [`HashLife::new`] says.
    ///
    /// # Errors
    /// If memory does not suffice, or another builder has made the square.
    pub fn finish(mut self, root: Part, generation: Count) -> Result<HashLife, BuildError> {
        self.check_known(root)?;
        let Self { plane, .. } = &mut self;
        plane.root = match root {
            Part::EMPTY => Square { level: 1, index: 0 },
            Part { level: BITMAP, content } => {
                let rows = std::array::from_fn(|y| match y {
                    4..12 => ((content >> (8 * (y - 4)) & 0xff) as u16) << 4,
                    _ => 0,
                });
                let index = plane.tree.leaf(rows)?;
                plane.tree.padded(Square { level: 0, index })?
            }
            Part { level: LEAF_BITS, content } => {
                plane.tree.padded(Square { level: 0, index: content as u32 })?
            }
            Part { level, content } => {
                Square { level: (level - LEAF_BITS) as usize, index: content as u32 }
            }
        };
        plane.trim();
        plane.check_room()?;
        Ok(HashLife::of(self.plane, self.rule, self.options, generation))
    }
}
