//! The results of other engines: population, bounding box and cells of known patterns after known
//! numbers of generations. `reference/README.md` tells where they come from.
//!
//! There is a trial per pattern. Rows of class `medium` whose universe grows too large for an
//! unoptimized build are shown as ignored there, with that reason; `cargo test --release -p lifelab-tests` runs them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use libtest_mimic::{Arguments, Completion, Trial};
use serde::Deserialize;

use lifelab::core::RuleSpec;
use lifelab::patterns::{Pattern, Position};
use lifelab::{Cell, Rule, Simulation, Topology, cells_sha256};

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
        let Ok(spec) = rule else {
            let refused = move || {
                refused_by_name(&rows[0]);
                Ok(())
            };
            return vec![Trial::test(format!("{id}::refused_by_name"), refused)];
        };
        let (quick, heavy): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|r| !is_heavy(r));
        let trial = |name: &str, rows: Vec<Row>, takes_minutes: bool| {
            Trial::ignorable_test(format!("{id}::{name}"), move || {
                if takes_minutes {
                    return Ok(Completion::ignored_with("takes minutes in an unoptimized build"));
                }
                check(spec, &rows);
                Ok(Completion::Completed)
            })
        };
        let mut trials = vec![trial("agrees", quick, false)];
        if !heavy.is_empty() {
            trials.push(trial("agrees_when_large", heavy, cfg!(debug_assertions)));
        }
        trials
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// About how many cells are computed to reach a row, on a universe that grows with the pattern.
fn cost(row: &Row) -> u64 {
    row.width * row.height * row.generation / 3
}

/// Whether a row takes minutes in an unoptimized build.
fn is_heavy(row: &Row) -> bool {
    cost(row) > 20_000_000_000
}

/// A file whose rule Lifelab does not know yet is refused, by name.
fn refused_by_name(row: &Row) {
    let error = Pattern::open(reference(&row.file)).expect_err("an unsupported rule").to_string();
    assert!(error.contains("not supported"), "{error}");
}

/// Runs one pattern through its rows, in order of generations.
fn check(spec: RuleSpec, rows: &[Row]) {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.generation);
    let start = Pattern::open(reference(&rows[0].file)).expect("a good file").pattern;
    if spec.bounds.is_some() || blinks(spec.rule) {
        for row in rows {
            compare(&advance(&start, spec, row.generation), &row);
        }
        return;
    }
    let (mut pattern, mut generation) = (start, 0);
    for row in rows {
        while generation < row.generation {
            let generations = CHUNK.min(row.generation - generation);
            pattern = advance(&pattern, spec, generations);
            generation += generations;
        }
        compare(&pattern, &row);
    }
}

/// Generations of an unlimited universe that are computed on one finite grid.
const CHUNK: u64 = 256;

/// Whether a dead background comes alive in one generation, and dies in the next.
fn blinks(rule: Rule) -> bool {
    rule.births() & 1 == 1
}

/// The pattern some generations later, in its own coordinates: those in which its first cell is
/// (0, 0).
///
/// Nothing in Life is faster than a cell per generation, so a plane with a margin of as many cells
/// as generations is as good as an unlimited one. Where the background blinks, a torus of that size
/// blinks with it, and in odd generations the pattern is what differs from a live background.
fn advance(pattern: &Pattern, spec: RuleSpec, generations: u64) -> Pattern {
    let builder = Simulation::builder().pattern(pattern.clone());
    let unlimited = spec.bounds.is_none();
    let builder = if unlimited {
        let topology = if blinks(spec.rule) { Topology::Torus } else { Topology::Plane };
        builder.margin(generations as u32 + 2).topology(topology)
    } else {
        builder
    };
    let mut simulation = builder.build().expect("valid parts");
    simulation.run(generations).expect("nothing fails");
    let first = simulation.first_cell();
    let in_pattern =
        |at: Cell| Position { x: i64::from(at.x) - first.x, y: i64::from(at.y) - first.y };
    let grid = simulation.grid();
    let cells = if unlimited && blinks(spec.rule) && generations % 2 == 1 {
        let all = (0..grid.height()).flat_map(|y| (0..grid.width()).map(move |x| Cell::new(x, y)));
        all.filter(|&at| !grid.get(at)).map(in_pattern).collect()
    } else {
        grid.live_cells().map(in_pattern).collect()
    };
    Pattern { cells, size: None, position: None, ..pattern.clone() }
}

fn compare(pattern: &Pattern, row: &Row) {
    let what = format!("{} after {} generations", row.id, row.generation);
    assert_eq!(pattern.cells.population(), row.population, "{what}");
    let found = pattern.cells.bounding_box();
    let found = found.map(|found| (found.left, found.top, found.width(), found.height()));
    let expected = (row.left.zip(row.top)).map(|(left, top)| (left, top, row.width, row.height));
    assert_eq!(found, expected, "{what}");
    if !row.sha256.is_empty() {
        let cells = pattern.cells.iter().map(|at| (at.x, at.y));
        assert_eq!(cells_sha256(cells), row.sha256, "{what}");
    }
    let background = blinks(pattern.rule) && pattern.bounds.is_none() && row.generation % 2 == 1;
    assert_eq!(u8::from(background), row.background, "{what}");
}

fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reference").join(name)
}
