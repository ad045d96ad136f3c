//! The patterns of the library do what is told of them.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{after, at_origin, next};
use lifelab_core::Rule;
use lifelab_patterns::library::Kind;
use lifelab_patterns::{Cells, Limits, Pattern, Position, library};

fn load(name: &str) -> Pattern {
    library::get(name).expect(name).load().expect("well-formed")
}

#[test]
fn the_table_is_the_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/patterns");
    let name = |file: std::io::Result<fs::DirEntry>| file.expect("listed").file_name();
    let files: BTreeSet<_> = fs::read_dir(folder).expect("a folder").map(name).collect();
    let table = library::all().iter().map(|entry| format!("{}.rle", entry.name).into());
    assert_eq!(table.collect::<BTreeSet<std::ffi::OsString>>(), files);
}

#[test]
fn every_file_is_clean_and_tells_what_it_is() {
    for entry in library::all() {
        let loaded = Pattern::read(entry.text.as_bytes(), None, &Limits::default());
        let loaded = loaded.expect(entry.name);
        let pattern = loaded.pattern;
        assert_eq!(loaded.warnings, [], "{}", entry.name);
        assert!(pattern.name.is_some_and(|name| !name.is_empty()), "{}", entry.name);
        assert!(pattern.author.is_some_and(|author| !author.is_empty()), "{}", entry.name);
        assert!(pattern.comments.len() >= 2, "{}", entry.name);
        assert!(pattern.comments.iter().any(|line| line.starts_with("Source: ")), "{}", entry.name);
        let area = pattern.cells.bounding_box().expect("no pattern is empty");
        let size = pattern.size.expect("a header");
        assert_eq!((area.left, area.top), (0, 0), "{}", entry.name);
        assert_eq!((area.width(), area.height()), (size.width, size.height), "{}", entry.name);
        assert!(entry.name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.')));
    }
}

#[test]
fn names_are_forgiving_and_near_ones_are_suggested() {
    assert_eq!(library::get("Gosper Glider Gun").map(|entry| entry.name), Ok("gosper-glider-gun"));
    let near = |name: &str| library::get(name).expect_err(name).near;
    assert_eq!(near("glidr"), ["glider"]);
    assert_eq!(near("gildre"), ["glider"]);
    assert_eq!(near("gosper-gun"), ["gosper-glider-gun"]);
    assert!(near("gun").contains(&"simkin-glider-gun"));
    assert!(near("x").len() <= 5);
    assert_eq!(near(&"x".repeat(1_000_000)), [""; 0]);
    let error = library::get("pulsr").expect_err("misspelled");
    assert_eq!(error.to_string(), "no pattern is called `pulsr`; did you mean pulsar?");
}

/// After `period` generations, and not before, the pattern is the same again, moved by (`x`, `y`).
#[track_caller]
fn repeats(name: &str, period: u32, x: i64, y: i64) {
    let pattern = load(name);
    let (start, _) = at_origin(&pattern.cells);
    let mut cells = pattern.cells.clone();
    for generation in 1..=period {
        cells = next(&cells, pattern.rule);
        let (shape, corner) = at_origin(&cells);
        assert_eq!(shape == start, generation == period, "{name}, generation {generation}");
        assert!(generation < period || corner == Position { x, y }, "{name} moved to {corner:?}");
    }
}

#[test]
fn whatever_its_kind_says_a_pattern_does() {
    for entry in library::all() {
        match entry.kind {
            Kind::StillLife => repeats(entry.name, 1, 0, 0),
            Kind::Oscillator { period } => repeats(entry.name, period, 0, 0),
            Kind::Spaceship { period, x, y } => repeats(entry.name, period, x.into(), y.into()),
            Kind::Gun { period } => fires(entry.name, period),
            Kind::Puffer | Kind::InfiniteGrowth => grows(entry.name),
            Kind::Methuselah => takes_long(entry.name),
            Kind::Replicator { period } => copies_itself(entry.name, period),
            kind => panic!("{kind} has no test"),
        }
    }
}

/// A glider leaves the gun in each period, and the gun is as before.
fn fires(name: &str, period: u32) {
    let gun = load(name);
    let once = after(period, &gun.cells, Rule::LIFE);
    let twice = after(period, &once, Rule::LIFE);
    assert_eq!(once.population(), gun.cells.population() + 5, "{name}");
    assert_eq!(twice.population(), gun.cells.population() + 10, "{name}");
    assert!(gun.cells.iter().all(|at| once.contains(at)), "{name}");
}

/// It reaches further later, and still further after that.
fn grows(name: &str) {
    let Pattern { cells, rule, .. } = load(name);
    let length = |cells: &Cells| {
        let area = cells.bounding_box().expect("alive");
        area.width().max(area.height())
    };
    let [soon, late] = if rule == Rule::LIFE { [100, 200] } else { [10, 10] };
    let later = after(soon, &cells, rule);
    let latest = after(late, &later, rule);
    assert!(length(&cells) < length(&later) && length(&later) < length(&latest), "{name}");
}

/// It is small, and has not settled after a hundred generations.
fn takes_long(name: &str) {
    let pattern = load(name);
    assert!(pattern.cells.population() < 20, "{name}");
    let cells = after(100, &pattern.cells, pattern.rule);
    assert_ne!(after(2, &cells, pattern.rule), cells, "{name}");
}

/// After the period there is nothing but copies.
fn copies_itself(name: &str, period: u32) {
    let pattern = load(name);
    let (now, later) =
        (pattern.cells.population(), after(period, &pattern.cells, pattern.rule).population());
    assert!(later >= 2 * now && later % now == 0, "{name}: {now} cells become {later}");
}

#[test]
fn the_switch_engine_travels_diagonally() {
    let engine = load("switch-engine");
    let later = after(96, &engine.cells, Rule::LIFE);
    let moved = |at: Position| Position { x: at.x - 8, y: at.y - 8 };
    assert!(engine.cells.iter().all(|at| later.contains(moved(at))));
}

#[test]
fn the_replicator_copies_itself_along_a_diagonal() {
    let replicator = load("highlife-replicator");
    let later = after(12, &replicator.cells, replicator.rule);
    let copy = |by: i64| move |at: Position| Position { x: at.x + by, y: at.y - by };
    let copies: Cells =
        replicator.cells.iter().flat_map(|at| [copy(-2)(at), copy(2)(at)]).collect();
    assert!(
        later == copies || later.population() == 2 * replicator.cells.population(),
        "{later:?}"
    );
}

#[test]
fn text_is_copied_eight_times() {
    let text = load("replicator-text");
    let later = after(16, &text.cells, text.rule);
    let far = [-16, 0, 16].into_iter();
    let places = far.clone().flat_map(|y| far.clone().map(move |x| (x, y)));
    let copies: Cells = places
        .filter(|place| *place != (0, 0))
        .flat_map(|(x, y)| text.cells.iter().map(move |at| Position { x: at.x + x, y: at.y + y }))
        .collect();
    assert_eq!(later, copies);
}

/// The reference populations of the patterns that change, up to a size that a test can take.
#[test]
fn populations_are_those_of_the_reference() {
    let known_as = |id: &str| match id {
        "gosper-gun" => "gosper-glider-gun".to_owned(),
        "figure-8" => "figure-eight".to_owned(),
        "switch-engine-block-laying" => "block-laying-switch-engine".to_owned(),
        "daynight-rocket" => "day-and-night-rocket".to_owned(),
        "replicator-b1357" => "replicator-text".to_owned(),
        id => id.to_owned(),
    };
    let mut compared = 0;
    for row in crate::support::table("checks.csv") {
        let (id, rule, generation, population) = (&row[0], &row[2], &row[3], &row[5]);
        let generation: u64 = generation.parse().expect("a number");
        let Ok(entry) = library::get(&known_as(id)) else { continue };
        let work = generation.saturating_mul(population.parse().expect("a number"));
        if generation > 130 || work > 10_000 {
            continue;
        }
        let pattern = entry.load().expect("well-formed");
        assert_eq!(&pattern.rule.to_string(), rule, "{id}");
        let cells = after(generation as u32, &pattern.cells, pattern.rule);
        assert_eq!(&cells.population().to_string(), population, "{id}, generation {generation}");
        assert!(
            row[11].is_empty() || crate::support::sha256(&cells) == row[11],
            "{id}, {generation}"
        );
        compared += 1;
    }
    assert!(compared > 70, "{compared}");
}
