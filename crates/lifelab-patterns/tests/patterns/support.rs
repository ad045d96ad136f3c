//! What several tests share: the reference files, and a simulator that is obviously right.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use lifelab_core::{Counts, Rule};
use lifelab_patterns::{Cells, Pattern, Position};
use sha2::{Digest, Sha256};

/// The folder of reference files.
pub(crate) fn reference() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/reference"))
}

/// The rows of a reference table, without its heading. No cell of it needs more than plain quotes.
pub(crate) fn table(name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(reference().join(name)).expect("the table is there");
    text.lines().skip(1).map(cells_of_row).collect()
}

fn cells_of_row(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in row.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("never empty").push(c),
        }
    }
    cells
}

/// The hash that the reference tables give: of `x,y` lines relative to the box.
pub(crate) fn sha256(cells: &Cells) -> String {
    let mut hash = Sha256::new();
    if let Some(area) = cells.bounding_box() {
        for Position { x, y } in cells {
            hash.update(format!("{},{}\n", x.abs_diff(area.left), y.abs_diff(area.top)));
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of a pattern's cells: as [`sha256`], or of `x,y,state` lines if there are more than two states.
pub(crate) fn states_sha256(pattern: &Pattern) -> String {
    if pattern.rule.has_two_states() {
        return sha256(&pattern.cells);
    }
    let mut hash = Sha256::new();
    if let Some(area) = pattern.cells.bounding_box() {
        for Position { x, y } in &pattern.cells {
            let (left, top) = (x.abs_diff(area.left), y.abs_diff(area.top));
            let ages = (0..).zip(&pattern.ages).filter(|(_, of)| of.contains(Position { x, y }));
            let age: u32 = ages.map(|(bit, _)| 1 << bit).sum();
            hash.update(format!("{left},{top},{}\n", age + 1));
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The cells with the corner of their box at (0, 0), and where that corner was.
pub(crate) fn at_origin(cells: &Cells) -> (Cells, Position) {
    let corner = cells.bounding_box().map(|area| Position { x: area.left, y: area.top });
    let corner = corner.unwrap_or_default();
    (cells.iter().map(|at| Position { x: at.x - corner.x, y: at.y - corner.y }).collect(), corner)
}

/// The next generation on an unbounded plane, by the definition.
pub(crate) fn next(cells: &Cells, rule: Rule) -> Cells {
    let live: HashSet<Position> = cells.iter().collect();
    let mut neighbors: HashMap<Position, u8> = live.iter().map(|at| (*at, 0)).collect();
    for at in &live {
        for (dx, dy) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
            *neighbors.entry(Position { x: at.x + dx, y: at.y + dy }).or_default() += 1;
        }
    }
    let Counts { births, survivals } = rule.counts().expect("a rule that counts");
    let counts = |is_alive: bool| if is_alive { survivals } else { births };
    let lives = |(at, count): &(Position, u8)| counts(live.contains(at)) >> count & 1 == 1;
    neighbors.into_iter().filter(lives).map(|(at, _)| at).collect()
}

/// The cells `generations` generations later.
pub(crate) fn after(generations: u32, cells: &Cells, rule: Rule) -> Cells {
    (0..generations).fold(cells.clone(), |cells, _| next(&cells, rule))
}
