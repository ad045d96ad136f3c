//! The state of a cell: dead, alive, or dying.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of a cell, as a number: 0 is dead, 1 alive, and 2 to 255 are those of a cell that dies.
///
/// By most rules a cell that does not survive is dead at once, and there are two states. By a rule of the
/// family Generations it goes through all numbers from 2 up to the last one before it is dead; meanwhile
/// it is no live neighbor to anyone, and nothing is born in its place.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct CellState(u8);

impl CellState {
    /// Dead.
    pub const DEAD: Self = Self(0);
    /// Alive.
    pub const ALIVE: Self = Self(1);
    /// The first state of a cell that dies.
    pub const DYING: Self = Self(2);

    /// The state with this number.
    #[inline]
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// The state of a cell that has been dying for `age` generations; `None` at an age of 0, or above 254.
    #[inline]
    pub const fn dying(age: u8) -> Option<Self> {
        match age {
            0 | 255 => None,
            age => Some(Self(age + 1)),
        }
    }

    /// The number of the state.
    #[inline]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether the cell is dead: not alive, and not dying either.
    #[inline]
    pub const fn is_dead(self) -> bool {
        self.0 == 0
    }

    /// Whether the cell lives, and so counts as a neighbor.
    #[inline]
    pub const fn is_alive(self) -> bool {
        self.0 == 1
    }

    /// Whether the cell is dying.
    #[inline]
    pub const fn is_dying(self) -> bool {
        self.0 > 1
    }

    /// For how many generations the cell has been dying; 0 if it is dead or alive.
    #[inline]
    pub const fn age(self) -> u8 {
        self.0.saturating_sub(1)
    }
}

impl CellState {
    /// The cell in a drawing: `.` dead, `O` alive, and for the other states the letters that they have in
    /// pattern files, as far as these are single letters: `B` for 2 to `X` for 24, else `+`.
    pub const fn symbol(self) -> char {
        match self.0 {
            0 => '.',
            1 => 'O',
            number @ 2..=24 => (b'A' + (number - 1)) as char,
            _ => '+',
        }
    }

    /// How much of a live cell this one is in a picture: 1 if it lives, 0 if it is dead, and less than half
    /// if it is dying, the less the longer.
    pub fn share(self) -> f64 {
        match self.0 {
            0 | 1 => self.0.into(),
            _ => 0.45 * 0.85_f64.powi(i32::from(self.age()) - 1),
        }
    }
}

/// Alive or dead.
impl From<bool> for CellState {
    #[inline]
    fn from(alive: bool) -> Self {
        Self(alive.into())
    }
}

impl fmt::Display for CellState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_dead_alive_or_dying() {
        for number in 0..=255 {
            let state = CellState::new(number);
            let kinds = [state.is_dead(), state.is_alive(), state.is_dying()];
            assert_eq!(kinds.iter().filter(|is| **is).count(), 1, "{state}");
            assert_eq!(CellState::dying(state.age()), state.is_dying().then_some(state));
            assert_eq!(state.share() == 0.0, state.is_dead());
            assert_eq!(state.share() < 0.5, !state.is_alive());
        }
        assert_eq!(CellState::dying(255), None);
    }
}
