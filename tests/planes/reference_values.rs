//! The results of other programs on the plane without edges, beside those of our engines that have no grid:
//! population, bounding box, background and cells of known patterns after known numbers of generations.
//! `../reference/README.md` tells where they come from. Those of the finite engine are in `../reference.rs`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use libtest_mimic::Trial;
use serde::Deserialize;

use lifelab::core::{Coordinate, RuleSpec};
use lifelab::patterns::Pattern;
use lifelab::{Count, Simulation};

use crate::subject::Subject;

#[derive(Clone, Deserialize)]
struct Row {
    id: String,
    file: String,
    rule: String,
    generation: Count,
    class: String,
    population: Count,
    left: Option<i64>,
    top: Option<i64>,
    width: Count,
    height: Count,
    background: u8,
    sha256: String,
}

/// The engines, and the classes of rows that each is for.
const ENGINES: [(&str, &[&str]); 3] = [
    ("tiles", &["quick", "medium"]),
    ("hashlife", &["quick", "medium", "hash"]),
    ("auto", &["quick", "medium", "hash"]),
];

/// Whether an engine is for a row. `auto` is left out where a pattern fills the plane: it has to change engines
/// before tiles have filled the memory, and the clock decides when it does.
fn is_for(engine: &str, classes: &[&str], row: &Row) -> bool {
    let is_left_out = engine == "auto" && row.class == "hash" && row.id == "spacefiller-max";
    classes.contains(&row.class.as_str()) && !is_left_out
}

/// Patterns on the plane by rules that count, and their rows of class `hash`, as they are in the file.
const EXPECTED: (usize, usize) = (40, 8);

/// A trial for each engine and pattern.
pub(crate) fn trials() -> Vec<Trial> {
    let patterns = patterns();
    let far = patterns.values().flatten().filter(|row| row.class == "hash").count();
    assert_eq!((patterns.len(), far), EXPECTED, "patterns and rows of class hash");
    let trials = ENGINES.into_iter().flat_map(|(engine, classes)| {
        let of_engine = patterns.iter().map(move |(id, rows)| {
            let is_for = |row: &&Row| is_for(engine, classes, row);
            let rows: Vec<Row> = rows.iter().filter(is_for).cloned().collect();
            let trial = move || {
                check(&Subject::of(engine), rows);
                Ok(())
            };
            Trial::test(format!("{engine}::{id}"), trial)
        });
        of_engine.collect::<Vec<_>>()
    });
    trials.collect()
}

fn patterns() -> BTreeMap<String, Vec<Row>> {
    let mut patterns: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(reference("checks.csv")).expect("the file is there");
    for row in reader.deserialize::<Row>() {
        let row = row.expect("a row of the columns above");
        let on_a_plane = |spec: RuleSpec| spec.bounds.is_none() && spec.rule.counts().is_some();
        if row.rule.parse().is_ok_and(on_a_plane) {
            patterns.entry(row.id.clone()).or_default().push(row);
        }
    }
    patterns
}

/// Runs one pattern through its rows, in order of generations.
fn check(subject: &Subject, mut rows: Vec<Row>) {
    rows.sort_by_key(|row| row.generation);
    let Some(file) = rows.first().map(|row| reference(&row.file)) else { return };
    let mut simulation = subject.start_from(Pattern::open(file).expect("a good file").pattern);
    for row in rows {
        let rest = row.generation.saturating_sub(simulation.generation());
        simulation.run(rest).expect("nothing stops it");
        compare(&simulation, &row);
    }
}

fn compare(simulation: &Simulation, row: &Row) {
    let what = format!("{} after {} generations", row.id, row.generation);
    let universe = simulation.universe();
    assert_eq!(universe.generation(), row.generation, "{what}");
    assert_eq!(universe.population(), row.population, "{what}");
    assert_eq!(u8::from(universe.background()), row.background, "{what}");
    let found = universe.bounds().map(|it| (it.left, it.top, it.width(), it.height()));
    let expected = row
        .left
        .zip(row.top)
        .map(|(left, top)| (Coordinate::from(left), Coordinate::from(top), row.width, row.height));
    assert_eq!(found, expected, "{what}");
    if !row.sha256.is_empty() {
        assert_eq!(simulation.cells_sha256(), row.sha256, "{what}");
    }
}

fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reference").join(name)
}
