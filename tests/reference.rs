//! The results of other engines: population, bounding box and cells of known patterns after known
//! numbers of generations. `reference/README.md` tells where they come from.
//!
//! There is a trial per pattern. Rows of class `medium` whose universe grows large take a minute together in
//! an unoptimized build: there they are ignored, unless `-- --ignored` asks for them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use libtest_mimic::{Arguments, Trial};
use serde::Deserialize;

use lifelab::Simulation;
use lifelab::core::RuleSpec;
use lifelab::patterns::Pattern;

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

fn main() {
    let mut patterns: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(reference("checks.csv")).expect("the file is there");
    for row in reader.deserialize::<Row>() {
        let row = row.expect("a row of the columns above");
        if row.class != "hash" {
            patterns.entry(row.id.clone()).or_default().push(row);
        }
    }
    let mut patterns: Vec<(String, Vec<Row>)> = patterns.into_iter().collect();
    // The largest first, so that it does not run alone at the end.
    patterns.sort_by_key(|(_, rows)| Reverse(rows.iter().map(cost).max()));
    let trials = patterns.into_iter().flat_map(|(id, rows)| {
        let rule = rows[0].rule.parse::<RuleSpec>();
        if rule.is_err() {
            let refused = move || {
                refused_by_name(&rows[0]);
                Ok(())
            };
            return vec![Trial::test(format!("{id}::refused_by_name"), refused)];
        }
        let (quick, heavy): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|r| !is_heavy(r));
        let trial = |name: &str, rows: Vec<Row>| {
            Trial::test(format!("{id}::{name}"), move || {
                check(&rows);
                Ok(())
            })
        };
        let mut trials = vec![trial("agrees", quick)];
        if !heavy.is_empty() {
            let large = trial("agrees_when_large", heavy);
            trials.push(large.with_ignored_flag(cfg!(debug_assertions)));
        }
        trials
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// About how many cells are computed to reach a row, on a universe that grows with the pattern.
fn cost(row: &Row) -> u64 {
    row.width * row.height * row.generation / 3
}

/// Whether a row takes seconds in an unoptimized build.
fn is_heavy(row: &Row) -> bool {
    cost(row) > 20_000_000_000
}

/// A file whose rule Lifelab does not know yet is refused, by name.
fn refused_by_name(row: &Row) {
    let error = Pattern::open(reference(&row.file)).expect_err("an unsupported rule").to_string();
    assert!(error.contains("not supported"), "{error}");
}

/// Runs one pattern through its rows, in order of generations.
fn check(rows: &[Row]) {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.generation);
    let builder = Simulation::builder().file(reference(&rows[0].file));
    let mut simulation = builder.build().expect("a good file");
    let mut generation = 0;
    for row in rows {
        simulation.run(row.generation - generation).expect("nothing fails");
        generation = row.generation;
        compare(&simulation, &row);
    }
}

fn compare(simulation: &Simulation, row: &Row) {
    let what = format!("{} after {} generations", row.id, row.generation);
    assert_eq!(simulation.population(), row.population, "{what}");
    let found = simulation.bounding_box().map(|found| {
        let side = |at: lifelab::core::Coordinate| at.to_i64().expect("near the start");
        let length = |cells: lifelab::Count| cells.to_u64().expect("near the start");
        (side(found.left), side(found.top), length(found.width()), length(found.height()))
    });
    let expected = (row.left.zip(row.top)).map(|(left, top)| (left, top, row.width, row.height));
    assert_eq!(found, expected, "{what}");
    if !row.sha256.is_empty() {
        assert_eq!(simulation.cells_sha256(), row.sha256, "{what}");
    }
    assert_eq!(u8::from(simulation.universe().background()), row.background, "{what}");
}

fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reference").join(name)
}
