//! The engines under test.

use std::ops::ControlFlow;

use lifelab::core::{Place, Position, Rule, Universe};
use lifelab::{Count, ENGINES, EngineEntry, EngineSpec, Pattern, Simulation, Topology};

/// Cells as columns and rows, in reading order where a universe shows them.
pub(crate) type Cells = Vec<(i64, i64)>;

/// An engine in one arrangement.
#[derive(Clone)]
pub(crate) struct Subject {
    /// The engine as one would ask for it on the command line.
    pub(crate) label: String,
    pub(crate) spec: EngineSpec,
}

/// Arrangements beside the defaults of each engine.
const MORE: [&str; 3] =
    ["tiles(threads: 2)", "hashlife(memory: \"1MiB\")", "auto(tiles: (threads: 2))"];

impl Subject {
    /// Every engine of the registry, and some in further arrangements.
    pub(crate) fn all() -> Vec<Self> {
        ENGINES.iter().map(EngineEntry::name).chain(MORE).map(Self::of).collect()
    }

    pub(crate) fn of(label: &str) -> Self {
        Self { label: label.to_owned(), spec: label.parse().expect("an engine") }
    }

    /// A plane without edges on which these cells live in generation 0.
    pub(crate) fn start(&self, rule: Rule, cells: &[(i64, i64)]) -> Simulation {
        let cells = cells.iter().map(|&(x, y)| Position { x, y }).collect();
        self.start_from(Pattern { rule, cells, ..Pattern::default() })
    }

    pub(crate) fn start_from(&self, pattern: Pattern) -> Simulation {
        let builder = Simulation::builder().pattern(pattern).topology(Topology::infinite());
        builder.engine_spec(self.spec.clone()).build().expect("an engine of the plane")
    }
}

/// The cells that differ from the background.
pub(crate) fn cells(universe: &dyn Universe) -> Cells {
    let mut cells = Vec::new();
    let _ = universe.visit(None, &mut |run| {
        let at = |at: lifelab::core::Coordinate| at.to_i64().expect("64 bits");
        cells.extend((at(run.first)..=at(run.last)).map(|x| (x, at(run.y))));
        ControlFlow::Continue(())
    });
    cells
}

/// Cells in reading order.
pub(crate) fn sorted(mut cells: Cells) -> Cells {
    cells.sort_unstable_by_key(|&(x, y)| (y, x));
    cells
}

/// The live cells of a drawing whose first cell lies at (0, 0).
pub(crate) fn drawn(rows: &str) -> Cells {
    let rows = (0..).zip(rows.lines());
    let cells = rows.flat_map(|(y, row)| (0..).zip(row.bytes()).map(move |(x, cell)| (cell, x, y)));
    cells.filter(|(cell, ..)| *cell == b'O').map(|(_, x, y)| (x, y)).collect()
}

/// Random cells in a rectangle whose first cell lies at (0, 0).
pub(crate) fn soup(seed: u64, width: i64, height: i64) -> Cells {
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let is_live =
        |&(x, y): &(i64, i64)| lifelab::core::seeded::hash(&[seed, x as u64, y as u64]) % 5 < 2;
    all.filter(is_live).collect()
}

pub(crate) fn place(x: i64, y: i64) -> Place {
    Place { x: x.into(), y: y.into() }
}

/// Makes sure that two universes are in the same state of the same generation.
pub(crate) fn check_alike(what: &str, found: &dyn Universe, expected: &dyn Universe) {
    let generation: Count = expected.generation();
    let what = format!("{what}, generation {generation}");
    assert_eq!(found.generation(), generation, "{what}");
    assert_eq!(found.background(), expected.background(), "{what}: background");
    assert_eq!(found.population(), expected.population(), "{what}: population");
    assert_eq!(found.bounds(), expected.bounds(), "{what}: bounds");
    assert!(cells(found) == cells(expected), "{what}: cells");
}
