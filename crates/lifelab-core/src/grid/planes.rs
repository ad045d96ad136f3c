//! Planes: the states of cells that take time to die.

use super::{Grid, GridError, Shape};
use crate::band::{planes_hold, set_bit};
use crate::cell::Cell;
use crate::cell_state::CellState;
use crate::rule::Rule;
use crate::size::Size;
use crate::word::WORD;

impl Rule {
    /// Bits that a [grid](Grid::planes) has for each cell: one for whether it lives, and those of the
    /// largest age of a dying one.
    pub const fn planes(&self) -> u32 {
        // Ages go up to the number of states, without dead and alive.
        1 + (u16::BITS - (self.states() - 2).leading_zeros())
    }
}

impl Grid {
    /// A dead grid for a rule: with as many [planes](Rule::planes) as the states of its cells take.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn for_rule(width: u32, height: u32, rule: Rule) -> Result<Self, GridError> {
        Self::with_planes(width, height, rule.planes())
    }

    /// A dead grid of some planes, at least 1.
    pub(super) fn with_planes(width: u32, height: u32, planes: u32) -> Result<Self, GridError> {
        Self::of_shape(Shape::new(width, height, planes)?)
    }

    /// A dead grid of another size, for the same rules.
    ///
    /// # Errors
    /// If the system refuses the memory.
    pub fn dead(&self, size: Size) -> Result<Self, GridError> {
        Self::with_planes(size.width.get(), size.height.get(), self.shape.planes)
    }

    /// The memory that a grid of this size takes for a rule, in bytes; as [`bytes`](Self::bytes).
    pub fn bytes_for(width: u32, height: u32, rule: Rule) -> u128 {
        Shape::new(width, height, rule.planes()).map_or(0, Shape::bytes)
    }

    /// Planes of bits: plane 0 says which cells live, and the others hold the ages of those that die. A grid
    /// for rules with two states has one.
    pub fn planes(&self) -> u32 {
        self.shape.planes
    }

    /// The grid with as many planes as a rule's states take. Cells in states that the rule does not have
    /// are dead.
    ///
    /// # Errors
    /// If the system refuses the memory.
    pub fn fitted_to(self, rule: Rule) -> Result<Self, GridError> {
        let too_old = |state: CellState| u16::from(state.number()) >= rule.states();
        if self.shape.planes == rule.planes()
            && self.dying_cells().all(|(_, state)| !too_old(state))
        {
            return Ok(self);
        }
        let mut fitted = Self::for_rule(self.width(), self.height(), rule)?;
        for y in 0..self.height() {
            for (index, bits) in self.row(y).enumerate().filter(|(_, bits)| *bits != 0) {
                fitted.fill_word(Cell::new((index * WORD) as u32, y), bits);
            }
        }
        let dying = self.dying_cells().filter(|(_, state)| !too_old(*state));
        dying.for_each(|(at, state)| fitted.set_state(at, state));
        Ok(fitted)
    }

    /// The state of a cell.
    ///
    /// # Panics
    /// If it lies outside the grid.
    pub fn state(&self, at: Cell) -> CellState {
        let (index, bit) = self.locate(at);
        let bit = |plane| self.words[index + self.shape.offset(plane)] >> bit & 1;
        let age: u64 = (1..self.shape.planes).map(|plane| bit(plane) << (plane - 1)).sum();
        CellState::dying(age as u8).unwrap_or_else(|| (bit(0) == 1).into())
    }

    /// Sets the state of a cell. The halo is not updated.
    ///
    /// # Panics
    /// If it lies outside the grid, or there are too few [planes](Self::planes) for its age.
    #[inline]
    pub fn set_state(&mut self, at: Cell, state: CellState) {
        assert!(planes_hold(self.shape.planes, state), "no room for the state {state}");
        let (index, bit) = self.locate(at);
        set_bit(&mut self.words[index], bit, state.is_alive());
        if self.shape.planes > 1 {
            self.set_age(at, state.age());
        }
    }

    fn set_age(&mut self, at: Cell, age: u8) {
        let (index, bit) = self.locate(at);
        for plane in 1..self.shape.planes {
            let value = age >> (plane - 1) & 1 == 1;
            set_bit(&mut self.words[index + self.shape.offset(plane)], bit, value);
        }
    }

    /// Which cells of a row are dying, in words as those of [`row`](Self::row).
    fn dying_row(&self, y: u32) -> impl Iterator<Item = u64> + Clone + '_ {
        (0..self.shape.words).map(move |word| {
            let ages = (1..self.shape.planes).map(|plane| self.plane_word(plane, y, word));
            ages.fold(0, |dying, bits| dying | bits)
        })
    }

    /// Which cells of a row are not dead, in words as those of [`row`](Self::row).
    pub(crate) fn occupied_row(&self, y: u32) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        (0..self.shape.words).map(move |word| {
            let planes = (0..self.shape.planes).map(|plane| self.plane_word(plane, y, word));
            planes.fold(0, |occupied, bits| occupied | bits)
        })
    }

    /// A word of a plane of a row, without the halo.
    fn plane_word(&self, plane: u32, y: u32, word: usize) -> u64 {
        let bits = self.words[self.index(y.into()) + self.shape.offset(plane) + word];
        if word + 1 == self.shape.words { bits & self.shape.last_mask() } else { bits }
    }

    /// The words of a plane of a row, whether there is that plane or not.
    pub(super) fn plane_words(&self, plane: u32, y: u32) -> impl Iterator<Item = u64> + '_ {
        let is_there = plane < self.shape.planes;
        let word = move |word| if is_there { self.plane_word(plane, y, word) } else { 0 };
        (0..self.shape.words).map(word)
    }

    /// The number of dying cells.
    pub(super) fn dying(&self) -> u64 {
        if self.shape.planes == 1 {
            return 0;
        }
        let row = |y| self.dying_row(y).map(|word| u64::from(word.count_ones())).sum::<u64>();
        (0..self.shape.height).map(row).sum()
    }

    /// The cells that are dying, and their states, in reading order.
    fn dying_cells(&self) -> impl Iterator<Item = (Cell, CellState)> + '_ {
        let rows = if self.shape.planes > 1 { self.shape.height } else { 0 };
        (0..rows).flat_map(move |y| self.states(y, self.dying_row(y)))
    }

    /// The cells that are not dead, and their states, in reading order.
    pub fn occupied_cells(&self) -> impl Iterator<Item = (Cell, CellState)> + '_ {
        (0..self.shape.height).flat_map(move |y| self.states(y, self.occupied_row(y)))
    }

    /// Cells of a row, those whose bits are set in its words, and their states.
    fn states<'a>(
        &'a self,
        y: u32,
        words: impl Iterator<Item = u64> + 'a,
    ) -> impl Iterator<Item = (Cell, CellState)> + 'a {
        words.enumerate().flat_map(move |(word, bits)| {
            super::bits(bits).map(move |bit| {
                let at = Cell::new((word * WORD) as u32 + bit, y);
                (at, self.state(at))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_the_bits_of_the_largest_age() {
        let planes = |states| Rule::LIFE.with_states(states).expect("a number of states").planes();
        let expected =
            [(2, 1), (3, 2), (4, 3), (5, 3), (6, 4), (9, 4), (10, 5), (255, 9), (256, 9)];
        for (states, bits) in expected {
            assert_eq!(planes(states), bits, "{states} states");
        }
    }

    #[test]
    fn a_cell_has_the_state_that_it_was_given() {
        let rule = Rule::LIFE.with_states(256).expect("a number of states");
        for width in [1, 63, 64, 65, 130] {
            let mut grid = Grid::for_rule(width, 4, rule).expect("a small grid");
            let cells = || (0..4).flat_map(move |y| (0..width).map(move |x| Cell::new(x, y)));
            let state = |at: Cell| CellState::new((at.x * 7 + at.y * 91) as u8);
            cells().for_each(|at| grid.set_state(at, state(at)));
            assert!(cells().all(|at| grid.state(at) == state(at)));
            let occupied = cells().filter(|at| !state(*at).is_dead());
            let occupied = occupied.map(|at| (at, state(at)));
            assert!(grid.occupied_cells().eq(occupied.clone()));
            assert_eq!(grid.population(), occupied.count() as u64);
            assert!(grid.live_cells().eq(cells().filter(|at| state(*at).is_alive())));
            let job = |at: Cell| grid.job(at).state();
            assert!(cells().all(|at| job(at) == state(at)));
        }
    }

    #[test]
    fn a_grid_is_fitted_to_a_rule() {
        let states = |states| Rule::LIFE.with_states(states).expect("a number of states");
        let mut grid = Grid::for_rule(70, 2, states(9)).expect("a small grid");
        for x in 0..70 {
            grid.set_state(Cell::new(x, 1), CellState::new((x % 9) as u8));
        }
        for fewer in [2, 3, 8, 9, 256] {
            let fitted = grid.clone().fitted_to(states(fewer)).expect("a small grid");
            assert_eq!(fitted.planes(), states(fewer).planes());
            for x in 0..70 {
                let state = (x % 9) as u8;
                let expected = if u16::from(state) < fewer { state } else { 0 };
                assert_eq!(fitted.state(Cell::new(x, 1)).number(), expected, "{fewer} states");
            }
            assert_eq!(fitted == grid, fewer >= 9);
        }
    }
}
