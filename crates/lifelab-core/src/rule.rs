//! Rules: what the next state of a cell is, and how rules are spelled.
//!
//! The spellings are those of the LifeWiki pages "Rulestring" and "List of Life-like rules".

mod arrangement;
mod cursor;
mod error;
mod map;
mod names;
mod parse;
mod spec;
mod table;
mod text;
mod write;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::cell::Neighborhood;
use crate::cell_state::CellState;

pub(crate) use cursor::Cursor;
pub use error::{Feature, RuleError, RuleErrorKind};
pub use spec::RuleSpec;
use table::{Seen, Table};

/// The bits of the neighbor counts 0 to 8.
const ALL_COUNTS: u16 = 0x1ff;

/// A rule: the next state of a cell follows from its state, and from which of its eight neighbors live.
///
/// Whatever its notation, it is a table of 512 bits and a number of states. Most rules only count the live
/// neighbors and are written `B3/S23`: births at three, survivals at two and three of them. Parsing also
/// understands `b3s23`, `S23/B3`, `b3_s23`, `B2` (an empty list may be left out), the older `23/3` (survivals
/// first), and the names in [`Rule::NAMED`]. `B0` is legal: it is taken literally, so a dead cell without live
/// neighbors is born.
///
/// Other notations: `B2/S013V` counts the four orthogonal neighbors, `B2/S34H` the six of a hexagonal
/// grid, whose rows are pushed together so that north-east and south-west are no neighbors;
/// `B2-a/S12` picks arrangements of neighbors by Hensel's letters; `MAP` and digits of base64 is the table
/// itself. Printing gives the shortest of them, in a canonical form.
///
/// In all of these a third number is that of the states, if there are more than two: `/2/3` (survivals,
/// births, states: Brian's Brain), `B2/S/C3`, `B2/S/G3`, `G3B2S`, `B2/S013/4V`. Of such a rule a cell that
/// does not survive goes through the [states](crate::CellState) from 2 on before it is dead, and no dead cell
/// can be born in its place until then. It is printed as `/2/3`.
///
/// ```
/// use lifelab_core::Rule;
///
/// let rule: Rule = "23/36".parse()?;
/// assert_eq!(rule.to_string(), "B36/S23");
/// assert_eq!(rule.name(), Some("HighLife"));
/// assert_eq!("high life".parse(), Ok(rule));
/// let just_friends: Rule = "b2ceikn/s12".parse()?;
/// assert_eq!(just_friends.to_string(), "B2-a/S12");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rule {
    /// What becomes of a cell that is dead or alive: whether it lives.
    table: Table,
    /// What that comes to where only live neighbors are counted; derived from the table.
    counts: Option<Counts>,
    /// Dead, alive, and those of a dying cell: from 2 to [`MAX_STATES`](Self::MAX_STATES).
    states: u16,
}

/// The neighbor counts at which cells are born and survive, of a rule that only counts: it is
/// *outer-totalistic*.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Counts {
    /// Bit n is set if a dead cell with n live neighbors is born, n from 0 to 8.
    pub births: u16,
    /// Bit n is set if a live cell with n live neighbors survives.
    pub survivals: u16,
}

/// What the first phase of a cell's work finds out: as much of the neighbors' states as the rule wants
/// to know. For a rule that counts, it is the number of live neighbors; for any other, the nine bits of the
/// neighborhood.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Observation(u16);

impl Rule {
    /// The most states that a cell can have.
    pub const MAX_STATES: u16 = 256;

    /// Conway's Game of Life, `B3/S23`.
    pub const LIFE: Self = Self::counting(Counts { births: 1 << 3, survivals: 1 << 2 | 1 << 3 });

    /// Well-known rules that count, by name. A rule with several names has its usual one first.
    ///
    /// Names are matched without regard to case, spaces and punctuation. Sources: LifeWiki, "List of
    /// Life-like rules" and the pages of the isotropic ones, and the rules lexicon of Mirek's
    /// Cellebration for Vote, Anneal, older names, and rules of the family Generations.
    pub const NAMED: &'static [(&'static str, Self)] = names::NAMED;

    /// A rule from the neighbor counts at which cells are born and survive: bit n stands for n live
    /// neighbors. `None` if a bit above 8 is set, for no cell has more than eight neighbors.
    pub const fn new(births: u16, survivals: u16) -> Option<Self> {
        if (births | survivals) & !ALL_COUNTS == 0 {
            Some(Self::counting(Counts { births, survivals }))
        } else {
            None
        }
    }

    /// A rule from its table: bit n of these 512 (bit `n % 64` of word `n / 64`) is set if the cell in
    /// the middle of the neighborhood with the [bits](crate::Neighborhood::bits) n lives next.
    pub fn from_table(words: [u64; 8]) -> Self {
        Table::from_words(words).into()
    }

    /// The rule as a table, the reverse of [`from_table`](Self::from_table).
    pub const fn table(&self) -> [u64; 8] {
        self.table.words()
    }

    /// This rule with another number of states, dead and alive included: by one with more than two, a
    /// cell that does not survive goes through the others before it is dead. `None` if there are fewer
    /// than 2 or more than [`MAX_STATES`](Self::MAX_STATES).
    pub const fn with_states(self, states: u16) -> Option<Self> {
        match states {
            2..=Self::MAX_STATES => Some(Self { states, ..self }),
            _ => None,
        }
    }

    /// How many states a cell can have: 2, unless cells take time to die.
    pub const fn states(&self) -> u16 {
        self.states
    }

    /// Whether cells are dead or alive, and nothing else.
    pub const fn has_two_states(&self) -> bool {
        self.states == 2
    }

    /// The counts at which cells are born and survive; `None` if it takes more than a cell's being dead
    /// or alive and the number of live neighbors to tell: their places, or for how long it has been dying.
    pub const fn counts(&self) -> Option<Counts> {
        if self.has_two_states() { self.counts } else { None }
    }

    /// The counts at which cells are born and survive, whatever becomes of those that do not; `None` if it
    /// takes more than the number of live neighbors to tell.
    pub const fn live_counts(&self) -> Option<Counts> {
        self.counts
    }

    /// Whether the cell in the middle of a neighborhood lives next, if it is not dying.
    #[inline]
    pub const fn next(&self, neighborhood: Neighborhood) -> bool {
        self.table.lives(neighborhood.bits())
    }

    /// The first phase of a cell's work: what the rule must know of the neighborhood.
    #[inline]
    pub const fn observe(&self, neighborhood: Neighborhood) -> Observation {
        Observation(match self.counts {
            Some(_) => neighborhood.neighbors() as u16,
            None => neighborhood.bits(),
        })
    }

    /// The second phase: the next state of a cell, from what was observed by the same rule. Of an
    /// observation that no neighborhood leads to ([`can_observe`](Self::can_observe)), or of a state that
    /// the rule does not have, the answer is unspecified.
    #[inline]
    pub const fn apply(&self, state: CellState, seen: Observation) -> CellState {
        if state.is_dying() {
            return self.aged(state);
        }
        let lives = match self.counts {
            Some(Counts { survivals, .. }) if state.is_alive() => {
                survivals >> (seen.0 & 15) & 1 == 1
            }
            Some(Counts { births, .. }) => births >> (seen.0 & 15) & 1 == 1,
            None => self.table.lives(seen.0),
        };
        match lives {
            true => CellState::ALIVE,
            false if state.is_alive() => self.aged(state),
            false => CellState::DEAD,
        }
    }

    /// What becomes of a cell that does not live: it dies, or goes on dying.
    #[inline]
    const fn aged(&self, state: CellState) -> CellState {
        let next = state.number() as u16 + 1;
        if next < self.states { CellState::new(next as u8) } else { CellState::DEAD }
    }

    /// Whether an observation, which may have come from elsewhere, can be one of this rule.
    pub const fn can_observe(&self, seen: Observation) -> bool {
        seen.0 < if self.counts.is_some() { 9 } else { 512 }
    }

    /// The rule of the cells that differ from a background, of which the state is `now` and in the next
    /// generation `next`.
    ///
    /// If the background goes from the one to the other by this rule, nothing is born from nothing by that
    /// one, so that it can be used where a background that lives cannot be held. A background of a rule with
    /// more than two states is dead.
    pub fn of_differences(&self, now: bool, next: bool) -> Self {
        let alive = if now { 0b111_111_111 } else { 0 };
        let table = Table::of(|differing| self.table.lives(differing ^ alive) != next);
        Self { states: self.states, ..table.into() }
    }

    /// Whether a dead plane stays dead; if not, the rule has `B0`.
    pub const fn keeps_the_dead(&self) -> bool {
        !self.table.lives(0)
    }

    /// Whether a plane of live cells stays alive: the rule has `S8`, or what comes to it.
    pub const fn keeps_the_living(&self) -> bool {
        self.table.lives(511)
    }

    /// The usual name of this rule, if it has one.
    pub fn name(self) -> Option<&'static str> {
        Self::named().find(|(_, rule)| *rule == self).map(|(name, _)| name)
    }

    /// [`NAMED`](Self::NAMED), and then the rules with names that do more than count, or have more than two
    /// states.
    pub fn named() -> impl Iterator<Item = (&'static str, Self)> {
        let others =
            names::OTHERS.iter().filter_map(|(name, rule)| Some((*name, rule.parse().ok()?)));
        Self::NAMED.iter().copied().chain(others)
    }

    const fn counting(counts: Counts) -> Self {
        let Counts { births, survivals } = counts;
        let table = Table::counting_all(births, survivals);
        Self { table, counts: Some(counts), states: 2 }
    }
}

impl From<Table> for Rule {
    fn from(table: Table) -> Self {
        let counts = table.counts(Seen::MOORE);
        let counts = counts.map(|[births, survivals]| Counts { births, survivals });
        Self { table, counts, states: 2 }
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
        f.pad(&write::canonical(self))
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim_end();
        match names::find(text) {
            Some(rule) => Ok(rule),
            None => map::parse(text).unwrap_or_else(|| parse::rule(text)),
        }
    }
}

#[cfg(test)]
mod tests;
