//! Rules: what the next state of a cell is, and how rules are spelled.
//!
//! The spellings are those of the LifeWiki pages "Rulestring" and "List of Life-like rules".

mod cursor;
mod error;
mod names;
mod parse;
mod spec;
mod text;

use std::fmt;
use std::str::FromStr;

pub(crate) use cursor::Cursor;
pub use error::{Feature, RuleError, RuleErrorKind};
pub use spec::RuleSpec;

/// The bits of the neighbor counts 0 to 8.
const ALL_COUNTS: u16 = 0x1ff;

/// An outer-totalistic rule in the Moore neighborhood: the next state of a cell follows from its
/// state and the number of its live neighbors.
///
/// It is written `B3/S23`: births at three, survivals at two and three live neighbors. Parsing also
/// understands `b3s23`, `S23/B3`, `b3_s23`, `B2` (an empty list may be left out), the older `23/3`
/// (survivals first), and the names in [`Rule::NAMED`]; printing always gives the first form, counts
/// ascending. `B0` is legal: it is taken literally, so a dead cell without live neighbors is born.
///
/// ```
/// use lifelab_core::Rule;
///
/// let rule: Rule = "23/36".parse()?;
/// assert_eq!(rule.to_string(), "B36/S23");
/// assert_eq!(rule.name(), Some("HighLife"));
/// assert_eq!("high life".parse(), Ok(rule));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rule {
    /// Bit n is set if a dead cell with n live neighbors is born.
    births: u16,
    /// Bit n is set if a live cell with n live neighbors survives.
    survivals: u16,
}

impl Rule {
    /// Conway's Game of Life, `B3/S23`.
    pub const LIFE: Self = Self { births: 1 << 3, survivals: 1 << 2 | 1 << 3 };

    /// Well-known rules by name. A rule with several names has its usual one first.
    ///
    /// Names are matched without regard to case, spaces and punctuation. Sources: LifeWiki, "List of
    /// Life-like rules", and the rules lexicon of Mirek's Cellebration for Vote, Anneal and older names.
    pub const NAMED: &'static [(&'static str, Self)] = names::NAMED;

    /// A rule from the neighbor counts at which cells are born and survive: bit n stands for n live
    /// neighbors. `None` if a bit above 8 is set, for no cell has more than eight neighbors.
    pub const fn new(births: u16, survivals: u16) -> Option<Self> {
        if (births | survivals) & !ALL_COUNTS == 0 {
            Some(Self { births, survivals })
        } else {
            None
        }
    }

    /// The neighbor counts at which a dead cell is born: bit n stands for n live neighbors, 0 to 8.
    pub const fn births(self) -> u16 {
        self.births
    }

    /// The neighbor counts at which a live cell survives: bit n stands for n live neighbors, 0 to 8.
    pub const fn survivals(self) -> u16 {
        self.survivals
    }

    /// The next state of a cell that is `alive` now and has `neighbors` (0 to 8) live neighbors.
    pub const fn next(self, alive: bool, neighbors: u8) -> bool {
        let counts = if alive { self.survivals } else { self.births };
        counts >> neighbors & 1 == 1
    }

    /// The usual name of this rule, if it has one in [`Rule::NAMED`].
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(_, rule)| *rule == self).map(|(name, _)| *name)
    }
}

/// [`Rule::LIFE`], which is also what a pattern without a rule means.
impl Default for Rule {
    fn default() -> Self {
        Self::LIFE
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(21); // As long as B012345678/S012345678.
        for (letter, counts) in [("B", self.births), ("/S", self.survivals)] {
            text.push_str(letter);
            text.extend(('0'..='8').zip(0..).filter(|(_, n)| counts >> n & 1 == 1).map(|(c, _)| c));
        }
        f.pad(&text)
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim_end();
        names::find(text).map_or_else(|| parse::rule(text), Ok)
    }
}

#[cfg(test)]
mod tests;
