//! Soups: random grids that anybody can reproduce.

use std::ops::Range;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::band::Band;
use crate::grid::{Grid, GridError};
use crate::number::fraction;
use crate::seeded;

/// A random grid, defined by its density and seed.
///
/// The cell in column x and row y lives if [`seeded::hash`]`([seed, y, x])`, as a
/// [fraction](seeded::unit), lies below the density. A cell's state depends on no other and not on
/// the sides of the grid, so a larger soup of the same seed contains the smaller one in its
/// north-west corner.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Soup {
    /// The probability of a cell to live, from 0 to 1.
    #[serde(deserialize_with = "density")]
    pub density: f64,
    /// Chooses the soup.
    #[serde(deserialize_with = "crate::number::deserialize")]
    pub seed: u64,
}

impl Soup {
    /// The soup on a grid of `width` x `height`.
    ///
    /// # Errors
    /// If there is no such grid.
    pub fn grid(self, width: u32, height: u32) -> Result<Grid, GridError> {
        self.rows(width, 0..height)
    }

    /// Some rows of the soup on a grid of `width` columns, as a grid of their own.
    ///
    /// # Errors
    /// If there is no such grid.
    pub fn rows(self, width: u32, rows: Range<u32>) -> Result<Grid, GridError> {
        let mut grid = Grid::new(width, rows.len() as u32)?;
        for (y, row) in (0..).zip(rows) {
            let words = self.row(row).take(width.div_ceil(64) as usize).collect();
            let band = Band::from_words(y..y + 1, width, words).expect("the words of one row");
            grid.write_band(&band);
        }
        Ok(grid)
    }

    /// The cells of a row, 64 in a word, without end.
    fn row(self, y: u32) -> impl Iterator<Item = u64> {
        let row = seeded::hash(&[self.seed, y.into()]);
        let births = self.births();
        let lives = move |x| seeded::mix(row, x) >> 11 < births;
        (0..)
            .map(move |word| (0..64).fold(0, |bits, x| bits | u64::from(lives(64 * word + x)) << x))
    }

    /// How many of the 2^53 fractions lie below the density: it spares each cell a conversion.
    /// Scaling by a power of two is exact, so nothing is rounded.
    fn births(self) -> u64 {
        (self.density * (1_u64 << 53) as f64).ceil() as u64
    }
}

/// Reads a density, and refuses what is none where it stands.
fn density<'de, D: Deserializer<'de>>(de: D) -> Result<f64, D::Error> {
    let density = f64::deserialize(de)?;
    if (0.0..=1.0).contains(&density) {
        return Ok(density);
    }
    let expected = fraction::EXPECTED;
    Err(D::Error::custom(format!("a soup cannot have density {density}, expected {expected}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cell;

    #[test]
    fn a_soup_has_about_its_density() {
        let population = |density| Soup { density, seed: 1 }.grid(100, 100).unwrap().population();
        assert_eq!(population(0.0), 0);
        assert!((3500..3900).contains(&population(0.37)));
        assert_eq!(population(1.0), 10_000);
    }

    #[test]
    fn a_cell_lives_if_its_fraction_lies_below_the_density() {
        let exact = seeded::unit(seeded::mix(seeded::hash(&[5, 3]), 17));
        let near = [exact, exact.next_down(), exact.next_up()];
        for density in [0.0, f64::MIN_POSITIVE, 0.1, 0.37, 0.5, 1.0].into_iter().chain(near) {
            let grid = Soup { density, seed: 5 }.grid(130, 9).unwrap();
            for (x, y) in (0..9).flat_map(|y| (0..130).map(move |x| (x, y))) {
                let fraction = seeded::unit(seeded::mix(seeded::hash(&[5, y]), x));
                let alive = grid.get(Cell::new(x as u32, y as u32));
                assert_eq!(alive, fraction < density, "({x}, {y}) at {density}");
            }
        }
    }

    #[test]
    fn rows_of_a_soup_are_those_of_the_whole() {
        let soup = Soup { density: 0.5, seed: 9 };
        let (whole, rows) = (soup.grid(70, 9).unwrap(), soup.rows(70, 4..7).unwrap());
        assert!((0..3).all(|y| rows.row(y).eq(whole.row(4 + y))));
    }

    #[test]
    fn a_larger_soup_contains_the_smaller() {
        let soup = Soup { density: 0.5, seed: 9 };
        let (small, large) = (soup.grid(70, 5).unwrap(), soup.grid(90, 8).unwrap());
        let inside = |at: &Cell| at.x < 70 && at.y < 5;
        assert!(small.live_cells().eq(large.live_cells().filter(inside)));
    }
}
