//! The laws that every universe and every engine obey, for the tests of new ones.

use std::ops::ControlFlow;

use super::plane::SetEngine;
use crate::{
    CancellationToken, Coordinate, Count, Engine, EngineFactory, EngineStart, EngineWork, Place,
    Raster, Rectangle, Rule, Run, Universe, View,
};

/// Rules that differ in what happens to emptiness and to crowds.
const RULES: [&str; 6] = ["B3/S23", "B36/S23", "B2/S", "B1357/S1357", "B0/S8", "B03/S23"];

/// Makes sure that all ways to look at a universe agree.
///
/// # Panics
/// If they do not.
pub fn check_universe(what: &str, universe: &dyn Universe) {
    let all = runs(universe, None);
    let in_order = |pair: &[Run]| (pair[0].y, pair[0].last) < (pair[1].y, pair[1].first);
    assert!(all.windows(2).all(in_order), "{what}: reading order");
    let apart = |pair: &[Run]| {
        pair[0].y != pair[1].y || pair[0].last.checked_add(Coordinate::ONE) != Some(pair[1].first)
    };
    assert!(all.windows(2).all(apart), "{what}: runs are as long as possible");
    let population: Count = all.iter().map(Run::length).sum();
    assert_eq!(universe.population(), population, "{what}: population");
    let boxes = all.iter().map(|run| Rectangle {
        left: run.first,
        top: run.y,
        right: run.last,
        bottom: run.y,
    });
    let bounds = boxes.reduce(Rectangle::union);
    assert_eq!(universe.bounds(), bounds, "{what}: bounds");
    if let Some(bounds) = bounds {
        check_windows(what, universe, &all, bounds);
        check_views(what, universe, bounds);
    }
    let mut seen = 0;
    let flow = universe.visit(None, &mut |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!((flow.is_break(), seen), (!all.is_empty(), all.len().min(1)), "{what}: a break");
}

/// A window shows the parts of all runs that lie in it.
fn check_windows(what: &str, universe: &dyn Universe, all: &[Run], bounds: Rectangle) {
    let moved = |at: Coordinate, by: i64| at.checked_add(by.into()).expect("far from the end");
    for (left, top, right, bottom) in
        [(0, 0, 0, 0), (1, 2, -3, -1), (-70, -5, -1, 9), (3, 1, 90, 2)]
    {
        let columns = moved(bounds.left, left)..=moved(bounds.right, right);
        let rows = moved(bounds.top, top)..=moved(bounds.bottom, bottom);
        let Some(window) = Rectangle::new(columns, rows) else { continue };
        let expected: Vec<_> = all.iter().filter_map(|&run| window.clip(run)).collect();
        assert_eq!(runs(universe, Some(window)), expected, "{what}: {window:?}");
    }
}

/// A view shows what one draws by visiting the cells.
fn check_views(what: &str, universe: &dyn Universe, bounds: Rectangle) {
    for scale in [0, 1, 3, 6, 70, 200] {
        let (left, top) = (bounds.left.shifted_right(scale), bounds.top.shifted_right(scale));
        let view = View { left, top, width: 37, height: 11, scale };
        let (mut expected, mut found) = (Raster::default(), Raster::default());
        expected.clear(view);
        for run in runs(universe, None) {
            expected.add(run);
        }
        universe.read(view, &mut found);
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-4 && (*a > 0.0) == (*b > 0.0);
        let alike = expected.shares().iter().zip(found.shares()).all(near);
        assert!(alike && expected.shares().len() == found.shares().len(), "{what}: scale {scale}");
    }
}

/// Makes an engine of the plane on which these cells, as columns and rows, live in generation 0.
pub type MakeEngine = dyn Fn(Rule, &[(i64, i64)]) -> Box<dyn Engine>;

/// Makes sure that an engine of the plane without edges does what the [`SetEngine`] does.
///
/// # Panics
/// If it does not.
pub fn check_plane(name: &str, make: &MakeEngine) {
    for (text, far) in RULES.iter().zip([0, 1 << 40, -(1 << 40), 5, -63, 64]) {
        let rule: Rule = text.parse().expect("a rule");
        let cells = soup(far);
        let what = format!("{name} {rule} at {far}");
        let mut expected = SetEngine::new(rule, cells.iter().copied());
        let mut engine = make(rule, &cells);
        assert_eq!(engine.world(), expected.world(), "{what}");
        for hop in [1, 1, 2, 7, 24] {
            advance(&mut expected, hop);
            advance(&mut *engine, hop);
            check_like(&what, &*engine, &expected);
            check_universe(&what, &*engine);
        }
        let place = Place { x: far.into(), y: (far + 3).into() };
        for alive in [true, false] {
            expected.edit(&[(place, alive)]).expect("the plane has no end");
            engine.edit(&[(place, alive)]).expect("the plane has no end");
            check_like(&what, &*engine, &expected);
        }
    }
    check_frozen(name, &mut *make(Rule::LIFE, &soup(0)));
    check_end(name, &mut *make(Rule::LIFE, &soup(0)));
}

/// Makes sure that an engine of the plane can be built from what another universe shows, and goes on as
/// that does: in any generation, on a background that lives, too.
///
/// # Panics
/// If it does not.
pub fn check_factory<E: EngineFactory>(options: &E::Options) {
    for (text, far) in RULES.iter().zip([7, -(1 << 40), 63, 0, -1, 1 << 40]) {
        let rule: Rule = text.parse().expect("a rule");
        let mut expected = SetEngine::new(rule, soup(far));
        let world = expected.world();
        E::supports(options, &world, EngineWork::default()).expect("it is an engine of the plane");
        for hop in [0, 1, 2, 30] {
            advance(&mut expected, hop);
            let what = format!("{} {rule} at {far}, from {}", E::NAME, expected.generation());
            let mut cells = runs(&expected, None).into_iter();
            let (generation, background) = (expected.generation(), expected.background());
            let start = EngineStart { generation, background, cells: &mut cells };
            let built = E::build(options.clone(), world, start);
            let mut engine = built.unwrap_or_else(|error| panic!("{what}: {error}"));
            check_like(&what, &engine, &expected);
            let mut further = expected.clone();
            advance(&mut further, 5);
            advance(&mut engine, 5);
            check_like(&what, &engine, &further);
        }
    }
}

/// A state that is frozen stays, and can be come back to; an engine need not freeze any.
///
/// # Panics
/// If it does not.
pub fn check_frozen(name: &str, engine: &mut dyn Engine) {
    advance(engine, 2);
    let Some(frozen) = engine.freeze() else { return };
    let (generation, before) = (engine.generation(), runs(engine, None));
    advance(engine, 5);
    let after = runs(engine, None);
    check_universe(name, &*frozen);
    assert_eq!((frozen.generation(), runs(&*frozen, None)), (generation, before.clone()), "{name}");
    for _ in 0..2 {
        assert!(engine.restore(&*frozen), "{name} cannot go back");
        assert_eq!(
            (engine.generation(), runs(engine, None)),
            (generation, before.clone()),
            "{name}"
        );
        assert_eq!(engine.world(), frozen.world(), "{name}");
        advance(engine, 5);
        assert_eq!(runs(engine, None), after, "{name} goes on from there");
    }
}

/// Nothing is computed once the stop has fired, and the universe stays.
fn check_end(name: &str, engine: &mut dyn Engine) {
    let (generation, before) = (engine.generation(), engine.fingerprint());
    let stop = CancellationToken::new();
    stop.cancel();
    engine.advance(Count::from(1000), &stop).expect_err("it was stopped");
    assert_eq!((engine.generation(), engine.fingerprint()), (generation, before), "{name}");
}

/// Goes so far, in hops of the engine's choosing.
fn advance(engine: &mut dyn Engine, generations: u64) {
    let end = engine.generation().checked_add(generations.into()).expect("far from the end");
    while engine.generation() < end {
        let (now, most) = (engine.generation(), end.saturating_sub(engine.generation()));
        let hop =
            engine.advance(most, &CancellationToken::new()).expect("nothing stops it").generations;
        assert!(hop > Count::ZERO && hop <= most, "a hop of {hop}, at most {most}");
        assert_eq!(engine.generation(), now.checked_add(hop).expect("far from the end"));
    }
}

fn check_like(what: &str, engine: &dyn Engine, expected: &SetEngine) {
    let what = format!("{what}, generation {}", expected.generation());
    assert_eq!(engine.generation(), expected.generation(), "{what}");
    assert_eq!(engine.background(), expected.background(), "{what}: background");
    assert_eq!(runs(engine, None), runs(expected, None), "{what}");
}

fn runs(universe: &dyn Universe, window: Option<Rectangle>) -> Vec<Run> {
    let mut runs = Vec::new();
    let _ = universe.visit(window, &mut |run| {
        runs.push(run);
        ControlFlow::Continue(())
    });
    runs
}

/// Random cells around a place on the diagonal.
fn soup(far: i64) -> Vec<(i64, i64)> {
    let places = (0..12).flat_map(|y| (0..17).map(move |x| (x, y)));
    let alive = |&(x, y): &(i64, i64)| crate::seeded::hash(&[x as u64, y as u64]).is_multiple_of(3);
    places.filter(alive).map(|(x, y)| (far + x, far + y)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::{SetOptions, live_after, soup as grid, topologies};
    use crate::{FiniteEngine, Grid, Idle, StepError, StepReport, Stepper};

    #[test]
    fn the_reference_obeys_its_own_laws() {
        check_plane("set", &|rule, cells| Box::new(SetEngine::new(rule, cells.iter().copied())));
        check_factory::<SetEngine>(&SetOptions::default());
    }

    /// Computes the next generation by the kernel.
    struct Whole;

    impl Stepper for Whole {
        fn step(
            &mut self,
            now: &Arc<Grid>,
            next: &mut Grid,
            cx: &crate::Context,
        ) -> Result<StepReport, StepError> {
            let rows = now.height();
            for mut band in next.bands_mut(rows) {
                now.advance_into(&mut band, cx).map_err(|reason| {
                    StepError::new(cx.generation, crate::StepErrorKind::Stopped(reason))
                })?;
            }
            Ok(StepReport::default())
        }

        fn capabilities(&self) -> crate::Capabilities {
            crate::Capabilities::local(Some(1))
        }
    }

    #[test]
    fn all_ways_to_look_at_a_grid_agree() {
        for (width, height) in [(1, 1), (9, 9), (64, 3), (130, 7)] {
            for topology in topologies(width, height) {
                let start = Grid::clone(&grid(width, height, topology));
                let engine = FiniteEngine::new(
                    start,
                    3,
                    Rule::LIFE,
                    topology,
                    Arc::new(Idle),
                    Box::new(Whole),
                );
                let mut engine = engine.expect("there is memory");
                for _ in 0..3 {
                    check_universe(&format!("{topology} {width} x {height}"), &engine);
                    advance(&mut engine, 1);
                }
                let start = grid(width, height, topology);
                let expected = live_after(&start, 3, Rule::LIFE, topology);
                let mut cells = expected.iter().map(|at| Place { x: at.x.into(), y: at.y.into() });
                let seen = runs(&engine, None);
                let seen = seen.iter().flat_map(|run| {
                    let length = run.length().to_u64().expect("a small grid") as i64;
                    let first = run.first.to_i64().expect("a small grid");
                    (first..first + length).map(|x| Place { x: x.into(), y: run.y })
                });
                assert!(cells.by_ref().eq(seen), "{topology} {width} x {height}");
                check_frozen("a grid", &mut engine);
            }
        }
    }

    #[test]
    fn an_edit_outside_of_a_grid_changes_nothing() {
        let start = Grid::new(5, 5).expect("a small grid");
        let (topology, io) = (crate::Topology::Torus, Arc::new(Idle));
        let engine = FiniteEngine::new(start, 0, Rule::LIFE, topology, io, Box::new(Whole));
        let mut engine = engine.expect("there is memory");
        let place = |x: i64, y: i64| Place { x: x.into(), y: y.into() };
        engine.edit(&[(place(1, 1), true), (place(5, 1), true)]).expect_err("no such column");
        assert!(engine.population() == 0);
        engine
            .edit(&[(place(0, 2), true), (place(1, 2), true), (place(2, 2), true)])
            .expect("inside");
        advance(&mut engine, 1);
        assert_eq!(engine.grid().to_string(), ".....\n.O...\n.O...\n.O...\n.....\n");
    }
}
