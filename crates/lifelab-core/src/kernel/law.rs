//! Laws: rules as networks of operations on words.

use super::lanes::Lanes;
use super::sum::OfNine;
use crate::rule::Rule;

/// A rule that is applied to many cells at once.
pub(super) trait Law: Copy {
    /// The next states of cells that live where `alive` has a one, and whose neighborhoods,
    /// themselves included, have `sum` live cells.
    fn next<V: Lanes>(self, alive: V, sum: OfNine<V>) -> V;
}

/// B3/S23. Those cells live next that have three live ones among the nine, or four and are one of
/// them.
///
/// | sum | eights | fours | twos | ones | twos = ones | fours ≠ ones | alive or ones |
/// | --: | --: | --: | --: | --: | --- | --- | --- |
/// | 0 | 0 | 0 | 0 | 0 | yes | | |
/// | **3** | 0 | 0 | 1 | 1 | yes | yes | yes |
/// | **4** | 0 | 1 | 0 | 0 | yes | yes | if alive |
/// | 7 | 0 | 1 | 1 | 1 | yes | | |
/// | 8 | 1 | 0 | 0 | 0 | yes | | |
/// | 1, 2, 5, 6, 9 | | | | | no | | |
#[derive(Clone, Copy)]
pub(super) struct Conway;

impl Law for Conway {
    #[inline(always)]
    fn next<V: Lanes>(self, alive: V, sum: OfNine<V>) -> V {
        !(sum.ones ^ sum.twos) & ((sum.fours ^ sum.ones) & (alive | sum.ones))
    }
}

/// Any other rule. The sum is taken apart into its last digit and its half, a number from 0 to 4.
/// Last digit and state of the cell make four cases, and in each of them a set of halves leads to
/// life. There are 32 sets of five numbers, each a function of its own that the compiler has
/// simplified: so a rule is a choice of four functions, made once for as many cells as fit into a
/// register, and always the same, which is what processors predict well.
#[derive(Clone, Copy)]
pub(super) struct Network {
    /// By state (dead, alive), then by last digit (even, odd).
    halves: [[u8; 2]; 2],
}

impl Network {
    pub(super) fn of(rule: Rule) -> Self {
        // The sum counts the cell itself, so a live cell has one neighbor less.
        let (dead, alive) = (u32::from(rule.births()), u32::from(rule.survivals()) << 1);
        let halves = |sums: u32, digit: u32| {
            (0..5).map(|half| (sums >> (2 * half + digit) & 1) << half).sum::<u32>() as u8
        };
        Self { halves: [dead, alive].map(|sums| [halves(sums, 0), halves(sums, 1)]) }
    }
}

impl Law for Network {
    #[inline(always)]
    fn next<V: Lanes>(self, alive: V, sum: OfNine<V>) -> V {
        let [[dead_even, dead_odd], [live_even, live_odd]] = self.halves;
        let even = choose(alive, is_half_in(live_even, sum), is_half_in(dead_even, sum));
        let odd = choose(alive, is_half_in(live_odd, sum), is_half_in(dead_odd, sum));
        choose(sum.ones, odd, even)
    }
}

/// Where half the sum is a number in the set: bit n of the set stands for n, 0 to 4.
#[inline(always)]
fn is_half_in<V: Lanes>(set: u8, sum: OfNine<V>) -> V {
    macro_rules! functions {
        ($($set:literal)*) => {
            match set {
                $($set => function::<V, $set>(sum),)*
                _ => unreachable!("five numbers have 32 sets"),
            }
        };
    }
    functions!(
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
        16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    )
}

/// One of the 32 functions. What depends on the set alone is decided when it is compiled.
#[inline(always)]
fn function<V: Lanes, const SET: u8>(sum: OfNine<V>) -> V {
    // Halves 0 and 1, then 2 and 3; 4 has neither twos nor fours, and is taken for 0 at first.
    let low = by_digit(SET & 3, sum.twos);
    let high = by_digit(SET >> 2 & 3, sum.twos);
    let below_four = if SET & 3 == SET >> 2 & 3 { low } else { choose(sum.fours, high, low) };
    if SET >> 4 == SET & 1 { below_four } else { below_four ^ sum.eights }
}

/// Where a digit is in a set of digits: bit 0 of the set stands for 0, bit 1 for 1.
#[inline(always)]
fn by_digit<V: Lanes>(set: u8, digit: V) -> V {
    match set {
        0 => digit & !digit,
        1 => !digit,
        2 => digit,
        _ => digit | !digit,
    }
}

/// Bit by bit: `yes` where the condition holds, else `no`.
#[inline(always)]
fn choose<V: Lanes>(condition: V, yes: V, no: V) -> V {
    no ^ (yes ^ no) & condition
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sum of nine in a word each, as the adders would give it.
    fn sums() -> impl Iterator<Item = (u32, OfNine<u64>)> {
        (0..=9).map(|n| {
            let digit = |bit: u32| if n >> bit & 1 == 1 { u64::MAX } else { 0 };
            let sum = OfNine { ones: digit(0), twos: digit(1), fours: digit(2), eights: digit(3) };
            (n, sum)
        })
    }

    /// Whether live or dead cells with each sum of nine live next.
    fn check(law: impl Law, rule: Rule, alive: bool) {
        for (n, sum) in sums() {
            // A dead cell has at most eight neighbors, and a live one counts itself.
            let Some(neighbors) = n.checked_sub(alive.into()).filter(|&n| n <= 8) else { continue };
            let word = |lives: bool| if lives { u64::MAX } else { 0 };
            let expected = word(rule.next(alive, neighbors as u8));
            assert_eq!(law.next(word(alive), sum), expected, "{rule} {n} {alive}");
        }
    }

    #[test]
    fn the_network_knows_every_sum_of_every_rule() {
        for counts in 0..512 {
            for (births, survivals) in [(counts, 0), (0, counts)] {
                let rule = Rule::new(births, survivals).unwrap();
                [false, true].into_iter().for_each(|alive| check(Network::of(rule), rule, alive));
            }
        }
    }

    #[test]
    fn conway_is_the_law_of_its_rule() {
        [false, true].into_iter().for_each(|alive| check(Conway, Rule::LIFE, alive));
    }
}
