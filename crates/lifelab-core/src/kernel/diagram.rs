//! Decision diagrams: any rule of the nine cells, as a list of choices.
//!
//! Each node asks for one of the nine cells and goes on to one node or another, until it is known whether
//! the cell in the middle lives. Nodes that lead to the same are one: a rule that is the same in all
//! orientations takes 20 to 60 of them, a random table 140. From the leaves to the root, every node is a
//! choice between two values that are known already; so a register of cells takes one three-input operation
//! for each, whatever the cells are, and no branch.
//!
//! Source: D. E. Knuth, "The Art of Computer Programming" 4A, section 7.1.4.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::lanes::Lanes;
use super::ternary::Select;
use crate::cell::Neighborhood;
use crate::rule::Rule;

/// Values at most: two that are constant, and one for each node. A level has no more nodes than there are
/// ways to come to it, nor than there are functions of the cells that are left.
const VALUES: usize = 256;

/// A rule as a list of choices.
pub(super) struct Diagram {
    nodes: Vec<Node>,
    /// The value of a rule that looks at no cell.
    constant: u8,
}

/// A choice: between two values, by one of the nine cells. Value 0 is dead, 1 is alive, and 2 + n is that of
/// node n.
#[derive(Clone, Copy)]
struct Node {
    cell: u8,
    yes: u8,
    no: u8,
}

/// Orders in which the cells are asked for, of which the one with the fewest nodes is taken. What lies
/// opposite is asked for together, and the cell itself first or last.
const ORDERS: [[u8; 9]; 4] = [
    [4, 0, 8, 2, 6, 1, 7, 3, 5],
    [4, 1, 7, 3, 5, 0, 8, 2, 6],
    [0, 8, 2, 6, 1, 7, 3, 5, 4],
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
];

impl Diagram {
    /// The smallest diagram of the rule among some orders.
    pub(super) fn of(rule: &Rule) -> Self {
        let diagrams = ORDERS.iter().map(|order| Builder::build(rule, order));
        diagrams.min_by_key(|diagram| diagram.nodes.len()).expect("there are orders")
    }

    /// Room for the values of all nodes.
    #[inline(always)]
    pub(super) fn values<V: Lanes>(token: V::Token) -> [V; VALUES] {
        let mut values = [V::splat(token, 0); VALUES];
        values[1] = V::splat(token, u64::MAX);
        values
    }

    /// The next states of the cells in the middle, from nine registers: the neighborhoods' cells, as in
    /// [`Neighborhood`]. Of `values`, the first two are read, and the others written over.
    #[inline(always)]
    pub(super) fn next<V: Lanes>(&self, cells: &[V; 9], values: &mut [V; VALUES]) -> V {
        let mut last = self.constant;
        for (node, place) in self.nodes.iter().zip(2_u8..) {
            let cell = cells[usize::from(node.cell % 9)];
            let (yes, no) = (values[usize::from(node.yes)], values[usize::from(node.no)]);
            values[usize::from(place)] = V::ternary::<Select>(cell, yes, no);
            last = place;
        }
        values[usize::from(last)]
    }
}

/// What is built so far: by the next states that a node leads to, its value.
struct Builder<'a> {
    order: &'a [u8; 9],
    nodes: Vec<Node>,
    known: HashMap<Vec<bool>, u8>,
}

impl<'a> Builder<'a> {
    fn build(rule: &Rule, order: &'a [u8; 9]) -> Diagram {
        // In the order of the questions: the answer to the first is the highest digit.
        let lives = (0..512_u16).map(|answers| {
            let cells = order.iter().zip((0..9).rev());
            let bits: u16 = cells.map(|(cell, digit)| (answers >> digit & 1) << cell).sum();
            rule.next(Neighborhood::from_rows(bits & 7, bits >> 3 & 7, bits >> 6))
        });
        let mut builder = Self { order, nodes: Vec::new(), known: HashMap::new() };
        let root = builder.value(&lives.collect::<Vec<bool>>());
        // The root is built last.
        Diagram { nodes: builder.nodes, constant: root.min(1) }
    }

    /// The value that leads to these next states, one for each answer to the questions that are left.
    fn value(&mut self, lives: &[bool]) -> u8 {
        if lives.iter().all(|alive| *alive == lives[0]) {
            return u8::from(lives[0]);
        }
        if let Some(value) = self.known.get(lives) {
            return *value;
        }
        let (no, yes) = lives.split_at(lives.len() / 2);
        let (no, yes) = (self.value(no), self.value(yes));
        let value = if no == yes {
            no // What this cell is does not matter.
        } else {
            let questions_left = lives.len().ilog2() as usize;
            let cell = self.order[9 - questions_left];
            self.nodes.push(Node { cell, yes, no });
            (self.nodes.len() + 1) as u8
        };
        self.known.insert(lives.to_vec(), value);
        value
    }
}

thread_local! {
    /// The diagram that this thread has used last: a run has one rule.
    static LAST: RefCell<Option<(Rule, Rc<Diagram>)>> = const { RefCell::new(None) };
}

/// Works with the diagram of a rule, which takes a tenth of a millisecond to make.
pub(super) fn with(rule: Rule, work: impl FnOnce(&Diagram)) {
    let diagram = LAST.with_borrow_mut(|last| match last {
        Some((known, diagram)) if *known == rule => diagram.clone(),
        _ => last.insert((rule, Rc::new(Diagram::of(&rule)))).1.clone(),
    });
    work(&diagram);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded;

    fn check(rule: Rule) -> usize {
        let diagram = Diagram::of(&rule);
        for neighborhood in 0..512_u16 {
            let cells = std::array::from_fn(|cell| u64::from(neighborhood >> cell & 1));
            let bits = |row: u16| neighborhood >> (3 * row) & 7;
            let expected = rule.next(Neighborhood::from_rows(bits(0), bits(1), bits(2)));
            assert_eq!(
                diagram.next(&cells, &mut Diagram::values(())) & 1 == 1,
                expected,
                "{rule} {neighborhood:09b}"
            );
        }
        diagram.nodes.len()
    }

    #[test]
    fn every_rule_is_its_diagram() {
        for text in ["B3/S23", "B2-a/S12", "B3/S2-i34q", "B2/S013V", "B2/S34H", "B/S", "B0/S8"] {
            assert!(check(text.parse().unwrap()) < 80, "{text}");
        }
        for seed in 0..50 {
            let table = std::array::from_fn(|word| seeded::hash(&[seed, word as u64]));
            assert!(check(Rule::from_table(table)) <= VALUES - 2, "{seed}");
        }
    }

    #[test]
    fn rules_that_do_not_look_have_no_choices() {
        assert_eq!(check(Rule::from_table([0; 8])), 0);
        assert_eq!(check(Rule::from_table([u64::MAX; 8])), 0);
    }
}
