//! The results of other engines on the plane without edges, beside those of ours that have one:
//! population, bounding box, background and cells of known patterns after known numbers of generations.
//! `reference/README.md` tells where they come from. There is a trial per engine and pattern.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use libtest_mimic::{Arguments, Trial};
use serde::Deserialize;

use lifelab::cells_sha256;
use lifelab::core::{
    CancellationToken, Coordinate, Count, Engine, Position, Rule, RuleSpec, Universe,
};
use lifelab::patterns::Pattern;
use lifelab_tiles::{Options, TileEngine};

#[derive(Clone, Deserialize)]
struct Row {
    id: String,
    file: String,
    rule: String,
    generation: u64,
    class: String,
    population: u64,
    left: Option<i64>,
    top: Option<i64>,
    width: u64,
    height: u64,
    background: u8,
    sha256: String,
}

/// Makes an engine of the plane on which these cells live in generation 0.
type Make = fn(Rule, &[Position]) -> Box<dyn Engine>;

/// The engines, and the classes of rows that each is for.
const ENGINES: [(&str, &[&str], Make); 1] = [("tiles", &["quick", "medium"], tiles)];

fn tiles(rule: Rule, cells: &[Position]) -> Box<dyn Engine> {
    let cells = cells.iter().copied();
    let engine = TileEngine::new(rule, Count::ZERO, cells, Options::default());
    Box::new(engine.expect("there is memory"))
}

fn main() {
    let mut patterns: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(reference("checks.csv")).expect("the file is there");
    for row in reader.deserialize::<Row>() {
        let row = row.expect("a row of the columns above");
        // Tiles compute rules that count.
        let on_a_plane = |spec: RuleSpec| spec.bounds.is_none() && spec.rule.counts().is_some();
        if row.rule.parse().is_ok_and(on_a_plane) {
            patterns.entry(row.id.clone()).or_default().push(row);
        }
    }
    let trials = ENGINES.into_iter().flat_map(|(name, classes, make)| {
        let of_engine = patterns.iter().map(move |(id, rows)| {
            let is_for = |row: &&Row| classes.contains(&row.class.as_str());
            let rows: Vec<Row> = rows.iter().filter(is_for).cloned().collect();
            Trial::test(format!("{name}::{id}"), move || {
                check(make, rows);
                Ok(())
            })
        });
        of_engine.collect::<Vec<_>>()
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// Runs one pattern through its rows, in order of generations.
fn check(make: Make, mut rows: Vec<Row>) {
    rows.sort_by_key(|row| row.generation);
    let pattern = Pattern::open(reference(&rows[0].file)).expect("a good file").pattern;
    let cells: Vec<Position> = pattern.cells.iter().collect();
    let mut engine = make(pattern.rule, &cells);
    for row in rows {
        while engine.generation() < row.generation {
            let rest = Count::from(row.generation).saturating_sub(engine.generation());
            engine.advance(rest, &CancellationToken::new()).expect("nothing stops it");
        }
        compare(&*engine, &row);
    }
}

fn compare(universe: &dyn Universe, row: &Row) {
    let what = format!("{} after {} generations", row.id, row.generation);
    assert_eq!(universe.population(), row.population, "{what}");
    assert_eq!(u8::from(universe.background()), row.background, "{what}");
    let found = universe
        .bounds()
        .map(|found| (found.left, found.top, found.width().to_u64(), found.height().to_u64()));
    let expected = row.left.zip(row.top).map(|(left, top)| {
        (Coordinate::from(left), Coordinate::from(top), Some(row.width), Some(row.height))
    });
    assert_eq!(found, expected, "{what}");
    if !row.sha256.is_empty() {
        let mut cells = Vec::new();
        let _ = universe.visit(None, &mut |run| {
            let at = |at: Coordinate| at.to_i64().expect("it is near");
            cells.extend((at(run.first)..=at(run.last)).map(|x| (x, at(run.y))));
            ControlFlow::Continue(())
        });
        assert_eq!(cells_sha256(cells.into_iter()), row.sha256, "{what}");
    }
}

fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reference").join(name)
}
