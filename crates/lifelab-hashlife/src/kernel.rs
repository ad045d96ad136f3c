//! The smallest pieces: 32 x 32 cells become the 16 x 16 in their middle, up to 8 generations later.
//!
//! Nothing travels faster than a cell per generation, so that these are all that can be known. The cells
//! are computed as words of 32, a row each, by logic on whole words: neighbors are added as bits (D. E.
//! Knuth, "The Art of Computer Programming" 4A, sections 7.1.2 and 7.1.3), and the sum chooses from the
//! rule. It is a plain program over arrays, which the compiler turns into vector instructions; the crate
//! `fearless_simd` chooses those that the processor has.

use fearless_simd::{Level, dispatch};

use lifelab_core::{Counts, Rule};

use crate::phases::{self, Phases};

/// 16 x 16 cells: bit x of row y is the cell in column x.
pub(crate) type Rows = [u16; 16];

/// Rows of 32 cells, with one above and one below. What those two hold is wrong, as is soon what lies
/// at the edges; it comes one cell nearer per generation, and never to the middle.
type Wide = [u32; 34];

/// Computes cells by the rules of even and odd generations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel {
    level: Level,
    phases: [Choice; 2],
    is_life: bool,
}

impl Kernel {
    pub(crate) fn new(phases: &Phases) -> Self {
        Self {
            level: Level::new(),
            phases: phases.rules.map(Choice::of),
            is_life: phases.rules == [Rule::LIFE; 2],
        }
    }

    /// The middles of squares that are given by their quarters (north-west, north-east, south-west,
    /// south-east), `generations` later, 8 at most. The first of them has `phase`.
    pub(crate) fn advance(
        &self,
        squares: &[[Rows; 4]],
        middles: &mut [Rows],
        generations: u32,
        phase: usize,
    ) {
        if self.is_life {
            dispatch!(self.level, _simd => advance_life(squares, middles, generations));
        } else {
            let phases = [&self.phases[phase], &self.phases[1 - phase]];
            dispatch!(self.level, _simd => advance_any(squares, middles, generations, phases));
        }
    }
}

#[inline(always)]
fn advance_life(squares: &[[Rows; 4]], middles: &mut [Rows], generations: u32) {
    for (square, middle) in squares.iter().zip(middles) {
        let mut cells = joined(square);
        for _ in 0..generations {
            // Three of nine, or four of nine one of which is the cell itself.
            cells = next(&cells, |cell, [s0, s1, s2, s3]| {
                !s3 & ((s0 & s1 & !s2) | (cell & !s0 & !s1 & s2))
            });
        }
        *middle = middle_of(&cells);
    }
}

#[inline(always)]
fn advance_any(
    squares: &[[Rows; 4]],
    middles: &mut [Rows],
    generations: u32,
    phases: [&Choice; 2],
) {
    for (square, middle) in squares.iter().zip(middles) {
        let mut cells = joined(square);
        for generation in 0..generations as usize {
            let choice = phases[generation % 2];
            cells = next(&cells, |cell, sum| choice.of_sum(cell, sum));
        }
        *middle = middle_of(&cells);
    }
}

#[inline(always)]
fn joined([nw, ne, sw, se]: &[Rows; 4]) -> Wide {
    let mut wide = [0; 34];
    for y in 0..16 {
        wide[y + 1] = u32::from(nw[y]) | u32::from(ne[y]) << 16;
        wide[y + 17] = u32::from(sw[y]) | u32::from(se[y]) << 16;
    }
    wide
}

#[inline(always)]
fn middle_of(wide: &Wide) -> Rows {
    std::array::from_fn(|y| (wide[y + 9] >> 8) as u16)
}

/// The next generation. `choose` is told of cells and the sums of the nine around and in each, as four
/// bits, the lowest first.
#[inline(always)]
fn next(cells: &Wide, choose: impl Fn(u32, [u32; 4]) -> u32) -> Wide {
    let (mut ones, mut twos) = ([0; 34], [0; 34]);
    for y in 0..34 {
        (ones[y], twos[y]) = sum(cells[y] << 1, cells[y], cells[y] >> 1);
    }
    let mut next = [0; 34];
    for y in 1..33 {
        let (s0, carry) = sum(ones[y - 1], ones[y], ones[y + 1]);
        let (two, four) = sum(twos[y - 1], twos[y], twos[y + 1]);
        let both = two & carry;
        next[y] = choose(cells[y], [s0, two ^ carry, four ^ both, four & both]);
    }
    next
}

/// The sum of three bits: ones and twos.
#[inline(always)]
fn sum(a: u32, b: u32, c: u32) -> (u32, u32) {
    (a ^ b ^ c, (a & b) | (c & (a ^ b)))
}

/// A rule as what a tree of choices needs: for dead and for live cells, and for two sums at a time that
/// differ in the lowest bit, what becomes of the cell at the first, and where the second differs.
#[derive(Clone, Copy, Debug)]
struct Choice {
    dead: [(u32, u32); 5],
    alive: [(u32, u32); 5],
}

impl Choice {
    fn of(rule: Rule) -> Self {
        let Counts { births, survivals } = phases::counts(rule);
        let (births, survivals) = (u32::from(births), u32::from(survivals) << 1); // With the cell itself.
        Self { dead: Self::pairs(births), alive: Self::pairs(survivals) }
    }

    fn pairs(sums: u32) -> [(u32, u32); 5] {
        let all_if = |n: usize| if sums >> n & 1 == 1 { u32::MAX } else { 0 };
        std::array::from_fn(|pair| (all_if(2 * pair), all_if(2 * pair) ^ all_if(2 * pair + 1)))
    }

    #[inline(always)]
    fn of_sum(&self, cell: u32, sum: [u32; 4]) -> u32 {
        let (dead, alive) = (chosen(&self.dead, sum), chosen(&self.alive, sum));
        dead ^ (cell & (dead ^ alive))
    }
}

/// What a sum chooses from its ten possible values.
#[inline(always)]
fn chosen(pairs: &[(u32, u32); 5], [s0, s1, s2, s3]: [u32; 4]) -> u32 {
    let [p0, p2, p4, p6, p8] = pairs.map(|(even, differs)| even ^ (s0 & differs));
    let (low, high) = (p0 ^ (s1 & (p0 ^ p2)), p4 ^ (s1 & (p4 ^ p6)));
    let below_eight = low ^ (s2 & (low ^ high));
    below_eight ^ (s3 & (below_eight ^ p8))
}

/// The middle of a square that is given by its quarters, in the same generation.
#[inline(always)]
pub(crate) fn middle([nw, ne, sw, se]: [&Rows; 4]) -> Rows {
    std::array::from_fn(|y| match y {
        0..8 => nw[y + 8] >> 8 | ne[y + 8] << 8,
        _ => sw[y - 8] >> 8 | se[y - 8] << 8,
    })
}

#[cfg(test)]
mod tests {
    use lifelab_core::seeded;

    use super::*;

    fn cell(square: &[Rows; 4], x: usize, y: usize) -> bool {
        square[y / 16 * 2 + x / 16][y % 16] >> (x % 16) & 1 == 1
    }

    /// The middle of 32 x 32 cells, by the definition of the game.
    fn expected(square: &[Rows; 4], rules: [Rule; 2], generations: u32) -> Rows {
        let mut cells: Vec<Vec<bool>> =
            (0..32).map(|y| (0..32).map(|x| cell(square, x, y)).collect()).collect();
        for generation in 0..generations as usize {
            let now = cells.clone();
            let at = |x: usize, y: usize| now.get(y).and_then(|row| row.get(x)) == Some(&true);
            for (y, x) in (0..32).flat_map(|y| (0..32).map(move |x| (y, x))) {
                let around = (0..9_usize).filter(|&i| i != 4).filter(|i| {
                    let (x, y) = ((x + i % 3).wrapping_sub(1), (y + i / 3).wrapping_sub(1));
                    at(x, y)
                });
                cells[y][x] = phases::next_of(rules[generation % 2], at(x, y), around.count());
            }
        }
        std::array::from_fn(|y| {
            (0..16).filter(|x| cells[y + 8][x + 8]).fold(0, |row, x| row | 1 << x)
        })
    }

    fn soup(seed: u64) -> [Rows; 4] {
        std::array::from_fn(|quarter| {
            std::array::from_fn(|y| {
                let word = |salt| seeded::hash(&[seed, quarter as u64, y as u64, salt]) as u16;
                word(0) & if seed.is_multiple_of(2) { word(1) } else { u16::MAX }
            })
        })
    }

    #[test]
    fn every_rule_does_what_its_definition_says() {
        let texts = ["B3/S23", "B36/S23", "B2/S", "B1357/S02468", "B0/S8", "B03/S23", "B8/S0"];
        for (text, seed) in texts.iter().zip(0..) {
            let phases = Phases::of(text.parse().unwrap());
            let kernel = Kernel::new(&phases);
            let squares = [soup(seed), soup(seed + 100)];
            for generations in [0, 1, 2, 3, 8] {
                for phase in 0..2 {
                    let mut middles = [[0; 16]; 2];
                    kernel.advance(&squares, &mut middles, generations, phase);
                    let rules = [phases.rules[phase], phases.rules[1 - phase]];
                    let expected = squares.map(|square| expected(&square, rules, generations));
                    assert_eq!(middles, expected, "{text}, {generations} generations, {phase}");
                }
            }
        }
    }

    #[test]
    fn a_middle_is_what_the_kernel_gives_after_no_generation() {
        let square = soup(5);
        let mut expected = [[0; 16]];
        Kernel::new(&Phases::of(Rule::LIFE)).advance(&[square], &mut expected, 0, 0);
        assert_eq!(middle(square.each_ref()), expected[0]);
    }
}
