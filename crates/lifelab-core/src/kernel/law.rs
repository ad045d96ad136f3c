//! Laws: rules as networks of operations on words.

use super::lanes::Lanes;
use super::sum::{Half, OfNine, OfThree};
use super::ternary::{Majority, Parity, Select, Truth};
use crate::rule::Rule;

/// A rule that is applied to many cells at once.
pub(super) trait Law: Copy {
    /// The next states of cells that live where `alive` has a one, from the sums of their own row and
    /// of the two beside it, themselves included. Rows may be columns as well. The order of the two
    /// does not matter to the result; but what two calls have in common, the compiler computes once if
    /// it is the own row and the first one.
    fn next<V: Lanes>(self, alive: V, own: OfThree<V>, beside: [OfThree<V>; 2]) -> V;
}

/// B3/S23. Those cells live next that have three live ones among the nine, or four and are one of
/// them.
///
/// The nine are three ones and three twos of three rows. Two of the sum's parts are not computed to
/// the end: `odd` is its last digit; `some` and `mixed` tell whether the ones are 1, 2 or 3, and 1 or
/// 2; `many` whether two or three of the twos are there. Then half the sum is odd where `parity` is,
/// and this leaves, of the sums that `odd` and `parity` let pass, those to be sorted out by `many`:
///
/// | sum | odd | parity | ones + twos | many and some | lives |
/// | --: | --- | --- | --- | --- | --- |
/// | **3** | yes | odd | 3 + 0 or 1 + 2 | no: at most one two | yes |
/// | 7 | yes | odd | 3 + 4 or 1 + 6 | yes | no |
/// | **4** | no | even | 2 + 2 or 0 + 4 | no: one two, or no ones | if alive |
/// | 8 | no | even | 2 + 6 | yes | no |
/// | 0 | no | even | 0 + 0 | no | no, for who lives is counted |
/// | 1, 2, 5, 6, 9 | | the other | | | no |
///
/// With three-input logic, six operations do. They rely on the cell being one of its own three, and
/// were found by search; that they are right, the test sees on all 512 neighborhoods.
#[derive(Clone, Copy)]
pub(super) struct Conway;

impl Law for Conway {
    #[inline(always)]
    fn next<V: Lanes>(self, alive: V, own: OfThree<V>, [b, c]: [OfThree<V>; 2]) -> V {
        if V::TERNARY {
            let odd = V::ternary::<Parity>(b.ones, own.ones, c.ones);
            let mixed = V::ternary::<Truth<0x7e>>(b.ones, own.ones, c.ones);
            let many = V::ternary::<Majority>(b.twos, c.twos, c.ones);
            let beside = V::ternary::<Truth<0x9e>>(mixed, b.twos, c.twos);
            let wrong = V::ternary::<Truth<0xda>>(beside, many, own.twos);
            return V::ternary::<Truth<0x0e>>(wrong, odd, alive);
        }
        let a = own;
        let (odd, some) = (a.ones ^ b.ones ^ c.ones, (a.ones | b.ones) | c.ones);
        let mixed = some ^ ((a.ones & b.ones) & c.ones);
        let either = a.twos ^ b.twos;
        let many = (a.twos & b.twos) | (either & c.twos);
        let wrong_parity = either ^ c.twos ^ mixed; // Of half the sum, against the last digit.
        (alive | odd) & !(wrong_parity | (many & some))
    }
}

/// Any other rule. The sum is taken apart into its last digit and its half, a number from 0 to 4.
/// Last digit and state of the cell make four cases, and in each of them a set of halves leads to
/// life. There are 32 sets of five numbers, each a function of its own of three bits: so a rule is a
/// choice of four functions, made once for as many cells as fit into a register, and always the same,
/// which is what processors predict well.
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
    fn next<V: Lanes>(self, alive: V, own: OfThree<V>, [b, c]: [OfThree<V>; 2]) -> V {
        let OfNine { ones, half } = OfNine::of([own, b, c]);
        let [[dead_even, dead_odd], [live_even, live_odd]] = self.halves;
        let (dead, live) = (half.is_in(dead_even), half.is_in(live_even));
        let even = V::ternary::<Select>(alive, live, dead);
        let (dead, live) = (half.is_in(dead_odd), half.is_in(live_odd));
        let odd = V::ternary::<Select>(alive, live, dead);
        V::ternary::<Select>(ones, odd, even)
    }
}

impl<V: Lanes> Half<V> {
    /// Where it is a number in the set: bit n of the set stands for n, 0 to 4.
    #[inline(always)]
    fn is_in(self, set: u8) -> V {
        let Self { ones: [a, b], twos } = self;
        macro_rules! functions {
            ($($set:literal)*) => {
                match set {
                    $($set => V::ternary::<Truth<{ table($set) }>>(twos, a, b),)*
                    _ => unreachable!("five numbers have 32 sets"),
                }
            };
        }
        functions!(
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        )
    }
}

/// A set of halves as a function of a two and two ones.
const fn table(set: u8) -> u8 {
    let mut table = 0;
    let mut inputs = 0;
    while inputs < 8 {
        let half = 2 * (inputs >> 2) + (inputs >> 1 & 1) + (inputs & 1);
        table |= (set >> half & 1) << inputs;
        inputs += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the cell in the middle of each of the 512 neighborhoods lives next as the rule says.
    fn check(law: impl Law, rule: Rule) {
        for hood in 0..512_u64 {
            let bit = |n: u64| hood >> n & 1;
            let row = |y: u64| OfThree::of(bit(3 * y), bit(3 * y + 1), bit(3 * y + 2));
            let alive = bit(4);
            let neighbors = u64::from(hood.count_ones()) - alive;
            let expected = rule.next(alive == 1, neighbors as u8);
            let found = law.next(alive, row(1), [row(2), row(0)]) & 1 == 1;
            assert_eq!(found, expected, "{rule} {hood:09b}");
        }
    }

    #[test]
    fn the_network_knows_every_sum_of_every_rule() {
        for counts in 0..512 {
            for (births, survivals) in [(counts, 0), (0, counts)] {
                let rule = Rule::new(births, survivals).unwrap();
                check(Network::of(rule), rule);
            }
        }
    }

    #[test]
    fn conway_is_the_law_of_its_rule() {
        check(Conway, Rule::LIFE);
    }
}
