//! The plain kernel: 64 cells at a time, in the simplest way.
//!
//! Eight neighbors are added by a small network of adders into a four-bit count, held in four words.
//! It is the specification against which the faster kernels are tested, and nothing else uses it.

use crate::band::{BandMut, BandRef};
use crate::cell::Neighborhood;
use crate::rule::{Counts, Rule};
use crate::word::last_mask;

/// Computes `next` from `now`. The two have the same rows and width.
pub(super) fn advance(rule: Rule, now: BandRef<'_>, next: &mut BandMut<'_>) {
    if !rule.has_two_states() {
        return now.jobs().for_each(|job| next.set(job.at, job.next(&rule)));
    }
    // The rule is chosen out here, so that the loops inside are compiled once for each branch.
    match rule.counts() {
        Some(_) if rule == Rule::LIFE => advance_by(conway, now, next),
        Some(counts) => {
            let network = Network::of(counts);
            advance_by(|alive, count| network.next(alive, count), now, next);
        }
        None => advance_by_table(&rule, now, next),
    }
}

/// A cell at a time, by the definition.
fn advance_by_table(rule: &Rule, now: BandRef<'_>, next: &mut BandMut<'_>) {
    let width = now.width() as usize;
    for (y, out) in next.words_mut().enumerate() {
        let rows = [now.framed(y), now.framed(y + 1), now.framed(y + 2)];
        out.fill(0);
        for x in 0..width {
            // In a framed row, a word lies before that of the first cell.
            let cell = |row: &[u64], n: usize| row[(x + n) / 64] >> ((x + n) % 64) & 1;
            let three = |row| cell(row, 63) | cell(row, 64) << 1 | cell(row, 65) << 2;
            let [north, here, south] = rows.map(|row| three(row) as u16);
            let alive = rule.next(Neighborhood::from_rows(north, here, south));
            out[x / 64] |= u64::from(alive) << (x % 64);
        }
    }
}

fn advance_by(rule: impl Fn(u64, Count) -> u64, now: BandRef<'_>, next: &mut BandMut<'_>) {
    let mask = last_mask(now.width());
    for (y, out) in next.words_mut().enumerate() {
        advance_row(&rule, [now.framed(y), now.framed(y + 1), now.framed(y + 2)], out);
        if let Some(last) = out.last_mut() {
            *last &= mask;
        }
    }
}

/// One row from its three framed rows, each two words longer than `out`.
fn advance_row(
    rule: impl Fn(u64, Count) -> u64,
    [north, here, south]: [&[u64]; 3],
    out: &mut [u64],
) {
    let n = out.len();
    // Slices of exactly n words tell the compiler that no index needs a check.
    let [(nw, nc, ne), (hw, hc, he), (sw, sc, se)] =
        [north, here, south].map(|row| (&row[..n], &row[1..=n], &row[2..n + 2]));
    for i in 0..n {
        let count = Count::of(
            [west(nw[i], nc[i]), nc[i], east(nc[i], ne[i])],
            [west(hw[i], hc[i]), east(hc[i], he[i])],
            [west(sw[i], sc[i]), sc[i], east(sc[i], se[i])],
        );
        out[i] = rule(hc[i], count);
    }
}

/// The western neighbors of the cells of `word`: the last of them lies in the word before.
fn west(before: u64, word: u64) -> u64 {
    word << 1 | before >> 63
}

/// The eastern neighbors of the cells of `word`: the last of them lies in the word after.
fn east(word: u64, after: u64) -> u64 {
    word >> 1 | after << 63
}

/// Numbers from 0 to 8, one for each of 64 cells: a word for each binary digit.
#[derive(Clone, Copy)]
struct Count {
    ones: u64,
    twos: u64,
    fours: u64,
    eights: u64,
}

impl Count {
    fn of(north: [u64; 3], here: [u64; 2], south: [u64; 3]) -> Self {
        let (n1, n2) = full_add(north);
        let (h1, h2) = half_add(here);
        let (s1, s2) = full_add(south);
        let (ones, carry) = full_add([n1, h1, s1]);
        let (sum, fours_a) = full_add([n2, h2, s2]);
        let (twos, fours_b) = half_add([sum, carry]);
        let (fours, eights) = half_add([fours_a, fours_b]);
        Self { ones, twos, fours, eights }
    }
}

/// The sum and the carry of two bits.
fn half_add([a, b]: [u64; 2]) -> (u64, u64) {
    (a ^ b, a & b)
}

/// The sum and the carry of three bits.
fn full_add([a, b, c]: [u64; 3]) -> (u64, u64) {
    (a ^ b ^ c, a & b | (a ^ b) & c)
}

/// B3/S23: live next are those with three neighbors, and those alive with two. A count of 2 or 3
/// has the twos digit and not the fours digit.
fn conway(alive: u64, count: Count) -> u64 {
    count.twos & !count.fours & (count.ones | alive)
}

/// Any rule as a tree of choices: the digits of the count lead to one of nine leaves, which says
/// what becomes of the live and the dead cells with that count.
struct Network {
    births: [u64; 9],
    survivals: [u64; 9],
}

impl Network {
    fn of(counts: Counts) -> Self {
        Self { births: Self::spread(counts.births), survivals: Self::spread(counts.survivals) }
    }

    /// A word of ones for each count in the set.
    fn spread(counts: u16) -> [u64; 9] {
        std::array::from_fn(|n| if counts >> n & 1 == 1 { u64::MAX } else { 0 })
    }

    fn next(&self, alive: u64, count: Count) -> u64 {
        let leaf = |n: usize| choose(alive, self.survivals[n], self.births[n]);
        let two = |n: usize| choose(count.ones, leaf(n + 1), leaf(n));
        let four = |n: usize| choose(count.twos, two(n + 2), two(n));
        let eight = choose(count.fours, four(4), four(0));
        choose(count.eights, leaf(8), eight)
    }
}

/// Bit by bit: `yes` where the condition holds, else `no`.
fn choose(condition: u64, yes: u64, no: u64) -> u64 {
    no ^ (yes ^ no) & condition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_knows_every_count_of_every_rule() {
        for n in 0..=8_u16 {
            let digit = |bit: u16| if n >> bit & 1 == 1 { u64::MAX } else { 0 };
            let count = Count { ones: digit(0), twos: digit(1), fours: digit(2), eights: digit(3) };
            for counts in 0..512_u16 {
                let births = Network { births: Network::spread(counts), survivals: [0; 9] };
                let expected = if counts >> n & 1 == 1 { u64::MAX } else { 0 };
                assert_eq!(births.next(0, count), expected);
                assert_eq!(births.next(u64::MAX, count), 0);
            }
        }
    }

    #[test]
    fn conway_is_the_network_of_its_rule() {
        let network = Network::of(Rule::LIFE.counts().unwrap());
        for n in 0..=8_u16 {
            let digit = |bit: u16| if n >> bit & 1 == 1 { u64::MAX } else { 0 };
            let count = Count { ones: digit(0), twos: digit(1), fours: digit(2), eights: digit(3) };
            for alive in [0, u64::MAX] {
                assert_eq!(conway(alive, count), network.next(alive, count), "{alive} {n}");
            }
        }
    }
}
