//! Circuits: rules as networks of operations on words.

use super::lanes::Lanes;
use super::sum::{Half, OfNine, OfThree};
use super::ternary::{Majority, Parity, Select, Ternary, Truth};
use crate::rule::Counts;

/// A rule that is applied to many cells at once.
pub trait Circuit: Copy {
    /// The next states of cells that live where `alive` has a one, from the sums of their own row and
    /// of the two beside it, themselves included. Rows may be columns as well. The order of the two
    /// does not matter to the result. Some registers are computed at once, because then what the rule
    /// decides is decided once for all of them.
    fn next<V: Lanes, const N: usize>(
        self,
        alive: [V; N],
        own: [OfThree<V>; N],
        beside: [[OfThree<V>; N]; 2],
    ) -> [V; N];

    /// The number itself. A compiler that knows how often a loop is run writes it out, which saves
    /// moves between registers; where the circuit is large, the number is kept from it.
    fn steps(self, number: usize) -> usize;
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
#[derive(Clone, Copy, Debug)]
pub struct Conway;

impl Circuit for Conway {
    #[inline(always)]
    fn next<V: Lanes, const N: usize>(
        self,
        alive: [V; N],
        own: [OfThree<V>; N],
        [b, c]: [[OfThree<V>; N]; 2],
    ) -> [V; N] {
        let mut next = alive;
        for i in 0..N {
            next[i] = if V::TERNARY {
                conway_ternary(alive[i], own[i], [b[i], c[i]])
            } else {
                conway(alive[i], [own[i], b[i], c[i]])
            };
        }
        next
    }

    #[inline(always)]
    fn steps(self, number: usize) -> usize {
        number
    }
}

#[inline(always)]
fn conway<V: Lanes>(alive: V, [a, b, c]: [OfThree<V>; 3]) -> V {
    let (odd, some) = (a.ones ^ b.ones ^ c.ones, (a.ones | b.ones) | c.ones);
    let mixed = some ^ ((a.ones & b.ones) & c.ones);
    let either = a.twos ^ b.twos;
    let many = (a.twos & b.twos) | (either & c.twos);
    let wrong_parity = either ^ c.twos ^ mixed; // Of half the sum, against the last digit.
    (alive | odd) & !(wrong_parity | (many & some))
}

/// Six operations, found by search. They rely on the cell being one of its own three.
#[inline(always)]
fn conway_ternary<V: Lanes>(alive: V, own: OfThree<V>, [b, c]: [OfThree<V>; 2]) -> V {
    let odd = V::ternary::<Parity>(b.ones, own.ones, c.ones);
    let mixed = V::ternary::<Truth<0x7e>>(b.ones, own.ones, c.ones);
    let many = V::ternary::<Majority>(b.twos, c.twos, c.ones);
    let half = V::ternary::<Truth<0x9e>>(mixed, b.twos, c.twos);
    let wrong = V::ternary::<Truth<0xda>>(half, many, own.twos);
    V::ternary::<Truth<0x0e>>(wrong, odd, alive)
}

/// Any other rule that counts. The sum is taken apart into its last digit and its half, a number from 0 to 4.
/// Last digit and state of the cell make four cases, and in each of them a set of halves leads to
/// life. There are 32 sets of five numbers, each a function of its own of three bits: so a rule is a
/// choice of four functions, made once for some registers, and always the same, which is what
/// processors predict well.
#[derive(Clone, Copy, Debug)]
pub struct AnyCounts {
    /// By state (dead, alive), then by last digit (even, odd).
    halves: [[u8; 2]; 2],
}

impl AnyCounts {
    /// The circuit of a rule that counts.
    pub fn of(counts: Counts) -> Self {
        // The sum counts the cell itself, so a live cell has one neighbor less.
        let (dead, alive) = (u32::from(counts.births), u32::from(counts.survivals) << 1);
        let halves = |sums: u32, digit: u32| {
            (0..5).map(|half| (sums >> (2 * half + digit) & 1) << half).sum::<u32>() as u8
        };
        Self { halves: [dead, alive].map(|sums| [halves(sums, 0), halves(sums, 1)]) }
    }
}

impl Circuit for AnyCounts {
    #[inline(always)]
    fn next<V: Lanes, const N: usize>(
        self,
        alive: [V; N],
        own: [OfThree<V>; N],
        [b, c]: [[OfThree<V>; N]; 2],
    ) -> [V; N] {
        let mut ones = alive;
        let mut halves = [Half { ones: [alive[0]; 2], twos: alive[0] }; N];
        for i in 0..N {
            OfNine { ones: ones[i], half: halves[i] } = OfNine::of([own[i], b[i], c[i]]);
        }
        let [dead, live] = self.halves;
        let even = select(alive, are_in(live[0], halves), are_in(dead[0], halves));
        let odd = select(alive, are_in(live[1], halves), are_in(dead[1], halves));
        select(ones, odd, even)
    }

    /// Four choices among 32 functions: written out for each column, they took minutes to compile.
    #[inline(always)]
    fn steps(self, number: usize) -> usize {
        std::hint::black_box(number)
    }
}

#[inline(always)]
fn select<V: Lanes, const N: usize>(condition: [V; N], yes: [V; N], no: [V; N]) -> [V; N] {
    let mut chosen = condition;
    for i in 0..N {
        chosen[i] = V::ternary::<Select>(condition[i], yes[i], no[i]);
    }
    chosen
}

/// Where halves are numbers in the set: bit n of the set stands for n, 0 to 4.
#[inline(always)]
fn are_in<V: Lanes, const N: usize>(set: u8, halves: [Half<V>; N]) -> [V; N] {
    macro_rules! functions {
        ($($set:literal)*) => {
            match set {
                $($set => function::<Truth<{ table($set) }>, V, N>(halves),)*
                _ => unreachable!("five numbers have 32 sets"),
            }
        };
    }
    functions!(
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
        16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    )
}

#[inline(always)]
fn function<F: Ternary, V: Lanes, const N: usize>(halves: [Half<V>; N]) -> [V; N] {
    let mut values = [halves[0].twos; N];
    for i in 0..N {
        let Half { ones: [a, b], twos } = halves[i];
        values[i] = V::ternary::<F>(twos, a, b);
    }
    values
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
    use crate::cell::Neighborhood;
    use crate::rule::Rule;

    /// Whether the cell in the middle of each of the 512 neighborhoods lives next as the rule says.
    fn check<V: Lanes>(token: V::Token, circuit: impl Circuit, rule: Rule) {
        for neighborhood in 0..512_u64 {
            let bit = |n: u64| V::splat(token, neighborhood >> n & 1);
            let row = |y: u64| OfThree::of([bit(3 * y), bit(3 * y + 1)], bit(3 * y + 2));
            let alive = neighborhood >> 4 & 1;
            let cells = |y: u64| (neighborhood >> (3 * y)) as u16;
            let middle = Neighborhood::from_rows(cells(0), cells(1), cells(2));
            let expected = rule.apply((alive == 1).into(), rule.observe(middle));
            let mut words = [0; 8];
            let [next] = circuit.next([bit(4)], [row(1)], [[row(2)], [row(0)]]);
            next.store(&mut words[..V::WORDS]);
            assert_eq!(words[0] & 1 == 1, expected.is_alive(), "{rule} {neighborhood:09b}");
        }
    }

    fn check_all<V: Lanes>(token: V::Token) {
        check::<V>(token, Conway, Rule::LIFE);
        for counts in 0..512 {
            for (births, survivals) in [(counts, 0), (0, counts)] {
                let rule = Rule::new(births, survivals).unwrap();
                check::<V>(token, AnyCounts::of(Counts { births, survivals }), rule);
            }
        }
    }

    #[test]
    fn every_rule_is_its_circuit() {
        check_all::<u64>(());
    }

    /// On processors that have it.
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    #[test]
    fn every_rule_is_its_circuit_of_three_input_logic() {
        if let Some(token) = fearless_simd::Level::new().as_avx512() {
            check_all::<fearless_simd::u64x8<_>>(token);
        }
    }
}
