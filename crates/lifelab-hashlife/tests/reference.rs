//! The results of other engines, for HashLife: all patterns of `reference/checks.csv` on the plane
//! without edges, also those that only such an engine can follow.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use lifelab_core::{CancellationToken, Coordinate, Count, Engine, Place, Rule, RuleSpec, Universe};
use lifelab_hashlife::{HashLife, Options};
use lifelab_patterns::Pattern;

/// What other engines say of a pattern in a generation.
struct Row {
    id: String,
    file: String,
    generation: Count,
    population: Count,
    /// The first column and row with a cell, and the number of columns and rows.
    bounds: Option<(i64, i64, Count, Count)>,
    background: bool,
    /// Empty where the cells are too many to be listed.
    sha256: String,
}

#[test]
fn other_engines_agree() {
    let table = fs::read_to_string(reference("checks.csv")).expect("the file is there");
    let mut patterns: BTreeMap<String, (Rule, Vec<Row>)> = BTreeMap::new();
    let mut beyond = 0;
    // Rows with a quoted rule are those of finite grids and of rules with many states.
    for line in table.lines().skip(1).filter(|line| !line.contains('"')) {
        let cells: Vec<&str> = line.split(',').collect();
        let Ok(RuleSpec { rule, bounds: None, .. }) = cells[2].parse() else { continue };
        if rule.counts().is_none() {
            continue; // The engine refuses it.
        }
        beyond += usize::from(cells[4] == "hash");
        let rows = patterns.entry(cells[0].to_owned()).or_insert((rule, Vec::new()));
        rows.1.push(row(&cells));
    }
    assert_eq!((patterns.len(), beyond), (40, 8));
    for (rule, mut rows) in patterns.into_values() {
        rows.sort_by_key(|row| row.generation);
        check(rule, &rows);
    }
}

fn row(cells: &[&str]) -> Row {
    let count = |text: &str| text.parse::<Count>().expect("a number");
    let corner = cells[6].parse().ok().zip(cells[7].parse().ok());
    Row {
        id: cells[0].to_owned(),
        file: cells[1].to_owned(),
        generation: count(cells[3]),
        population: count(cells[5]),
        bounds: corner.map(|(left, top)| (left, top, count(cells[8]), count(cells[9]))),
        background: cells[10] == "1",
        sha256: cells[11].to_owned(),
    }
}

/// Runs one pattern through its rows, in order of generations.
fn check(rule: Rule, rows: &[Row]) {
    let start = Pattern::open(reference(&rows[0].file)).expect("a good file").pattern;
    let cells = start.cells.iter().map(|at| Place { x: at.x.into(), y: at.y.into() });
    let mut engine = HashLife::new(Options::default(), rule, cells).expect("there is memory");
    for row in rows {
        while engine.generation() < row.generation {
            let most = row.generation.saturating_sub(engine.generation());
            engine.advance(most, &CancellationToken::new()).expect("nothing stops it");
        }
        compare(&engine, row);
    }
}

fn compare(engine: &HashLife, row: &Row) {
    let what = format!("{} after {} generations", row.id, row.generation);
    assert_eq!(engine.population(), row.population, "{what}");
    let found = engine
        .bounds()
        .map(|bounds| (small(bounds.left), small(bounds.top), bounds.width(), bounds.height()));
    assert_eq!(found, row.bounds, "{what}");
    assert_eq!(engine.background(), row.background, "{what}");
    if !row.sha256.is_empty() {
        assert_eq!(sha256(engine), row.sha256, "{what}");
    }
}

/// The hash of a line for each cell: its column and row, counted from the first.
fn sha256(engine: &HashLife) -> String {
    let mut hash = Sha256::new();
    if let Some(bounds) = engine.bounds() {
        let _ = engine.visit(None, &mut |run| {
            let y = run.y.abs_diff(bounds.top);
            for x in small(run.first)..=small(run.last) {
                let x = Coordinate::from(x).abs_diff(bounds.left);
                hash.update(format!("{x},{y}\n"));
            }
            ControlFlow::Continue(())
        });
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn small(at: Coordinate) -> i64 {
    at.to_i64().expect("below 2^63")
}

fn reference(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/reference");
    PathBuf::from(folder).join(name)
}
