//! Universes without end, against the definition.

use std::sync::{Arc, Mutex};

use super::*;
use crate::testing::{SetEngine, engine_laws, live_after, oracle_after, script, soup, topologies};
use crate::{
    Capabilities, Cell, CellIo, Coordinate, EditError, Idle, Place, StepErrorKind, Universe,
};

/// Computes whole grids: in hops, or a cell at a time.
struct Whole {
    hops: bool,
}

impl Stepper for Whole {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let stopped = |reason| StepError::new(cx.generation, StepErrorKind::Stopped(reason));
        cx.stop.check().map_err(stopped)?;
        if cx.is_idle() {
            let rows = now.height();
            for mut band in next.bands_mut(rows) {
                now.advance_into(&mut band, cx).map_err(stopped)?;
            }
            return Ok(StepReport::default());
        }
        for at in (0..now.height()).flat_map(|y| (0..now.width()).map(move |x| Cell::new(x, y))) {
            let job = now.job(at);
            let state = job.run(cx).map_err(|first| {
                StepError::new(cx.generation, StepErrorKind::Cell { first, more: 0 })
            })?;
            next.set_state(at, state);
        }
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { hops: self.hops, ..Capabilities::local(Some(1)) }
    }
}

fn engine_of(
    start: Grid,
    rule: Rule,
    topology: Topology,
    io: Arc<dyn CellIo>,
    hops: bool,
) -> FiniteEngine {
    FiniteEngine::new(start, 0, rule, topology, io, Box::new(Whole { hops })).expect("a small grid")
}

/// An engine of the plane on which these cells live, made by an edit.
fn plane(rule: Rule, cells: &[(i64, i64)], io: Arc<dyn CellIo>, hops: bool) -> FiniteEngine {
    let start = Grid::new(1, 1).expect("a small grid");
    let mut engine = engine_of(start, rule, Topology::Infinite, io, hops);
    let differs = !engine.background();
    let place = |&(x, y): &(i64, i64)| (Place { x: x.into(), y: y.into() }, differs);
    engine.edit(&cells.iter().map(place).collect::<Vec<_>>()).expect("it is near");
    engine
}

fn run(engine: &mut FiniteEngine, generations: u64) {
    let end = engine.generation + generations;
    while engine.generation < end {
        engine.hop(end - engine.generation, &CancellationToken::new()).expect("nothing fails");
    }
}

fn cells(engine: &FiniteEngine) -> Vec<Position> {
    let origin = engine.origin();
    let place = |at: Cell| Position::new(origin.x + i64::from(at.x), origin.y + i64::from(at.y));
    engine.grid().live_cells().map(place).collect()
}

fn waiting() -> Arc<dyn CellIo> {
    script(|_, _| Ok(()))
}

const GLIDER: [(i64, i64); 5] = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];

#[test]
fn the_plane_is_that_of_the_definition() {
    for (io, hops) in
        [(Arc::new(Idle) as Arc<dyn CellIo>, true), (Arc::new(Idle), false), (waiting(), true)]
    {
        engine_laws::check_plane("finite", &move |rule, cells| {
            Box::new(plane(rule, cells, io.clone(), hops))
        });
    }
}

#[test]
fn every_topology_is_followed() {
    for (width, height) in [(5, 5), (9, 4), (70, 3)] {
        let start = Grid::clone(&soup(width, height, Topology::Plane));
        for topology in topologies(width, height) {
            for (io, hops) in [(Arc::new(Idle) as Arc<dyn CellIo>, true), (waiting(), false)] {
                let mut engine = engine_of(start.clone(), Rule::LIFE, topology, io, hops);
                for generations in [1, 2, 40] {
                    let ahead = generations - engine.generation;
                    run(&mut engine, ahead);
                    let expected = live_after(&start, generations, Rule::LIFE, topology);
                    assert_eq!(cells(&engine), expected, "{topology} after {generations}");
                    engine_laws::check_universe(&topology.to_string(), &engine);
                }
            }
        }
    }
}

/// So large that hops pay, with life at all edges, against single steps and the definition.
#[test]
fn hops_grow_before_life_comes_to_the_edge() {
    let (width, height) = (3000, 150);
    let start = Grid::clone(&soup(width, height, Topology::Plane));
    for topology in topologies(width, height).into_iter().filter(|it| it.is_endless()) {
        let mut hopping = engine_of(start.clone(), Rule::LIFE, topology, Arc::new(Idle), true);
        let mut hops = 0;
        for end in [24, 49] {
            while hopping.generation < end {
                let most = end - hopping.generation;
                let before = hopping.generation;
                hopping.hop(most, &CancellationToken::new()).expect("nothing fails");
                hops += u64::from(hopping.generation - before > 1);
            }
        }
        assert!(hops >= 2, "{topology}: {hops} hops");
        assert_eq!(cells(&hopping), live_after(&start, 49, Rule::LIFE, topology), "{topology}");
    }
}

/// A glider goes a cell in four generations, in each diagonal direction.
#[test]
fn gliders_leave_in_all_directions() {
    for (across, down) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
        let turned = GLIDER.map(|(x, y)| (x * across, y * down));
        for (io, generations) in [(Arc::new(Idle) as Arc<dyn CellIo>, 4000), (waiting(), 200)] {
            let mut engine = plane(Rule::LIFE, &turned, io, true);
            run(&mut engine, generations);
            let far = i64::try_from(generations / 4).expect("near");
            let mut expected: Vec<_> = turned
                .iter()
                .map(|(x, y)| Position::new(x + across * far, y + down * far))
                .collect();
            expected.sort();
            assert_eq!(cells(&engine), expected);
            assert!(engine.grid().area() < 100_000, "the window goes with it");
        }
    }
}

#[test]
fn a_window_shrinks_when_life_does() {
    // A long row dies out from its ends, and leaves next to nothing.
    let row: Vec<_> = (0..3000).map(|x| (x, 0)).chain([(0, 2000)]).collect();
    let mut engine = plane("B/S".parse().expect("a rule"), &row, Arc::new(Idle), true);
    run(&mut engine, 2);
    assert!(engine.grid().area() > 6_000_000);
    run(&mut engine, 300);
    assert!(engine.population() == Count::ZERO && engine.grid().area() < 100_000);
    let (grid, origin) = engine.cut_out();
    assert_eq!((grid.area(), origin), (1, Position::default()));
}

/// Which cells wait: the box of the live ones and one cell more, whatever was before.
#[test]
fn the_cells_that_wait_are_a_function_of_the_live_ones() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let io = script(move |site, _| {
        noted.lock().expect("nobody panics").push((site.at, site.phase));
        Ok(())
    });
    let mut engine = plane(Rule::LIFE, &GLIDER, io, true);
    engine.step(&CancellationToken::new()).expect("nothing fails");
    let first = std::mem::take(&mut *seen.lock().expect("nobody panics"));
    let places = (-1..=3).flat_map(|y| (-1..=3).map(move |x| Position::new(x, y)));
    let mut called: Vec<_> = first.iter().map(|(at, _)| *at).collect();
    called.dedup();
    assert!(called.into_iter().eq(places));

    // An empty universe has one cell that waits.
    let mut empty = plane(Rule::LIFE, &[], waiting(), true);
    empty.step(&CancellationToken::new()).expect("nothing fails");
    assert_eq!((empty.grid().area(), empty.origin()), (1, Position::default()));
}

#[test]
fn too_much_memory_is_refused_and_the_last_generation_stays() {
    // Two gliders that go apart.
    let apart: Vec<_> = GLIDER.into_iter().chain(GLIDER.map(|(x, y)| (-20 - x, -20 - y))).collect();
    for (io, hops) in [(Arc::new(Idle) as Arc<dyn CellIo>, true), (waiting(), true)] {
        let limit = 2 * Grid::bytes(500, 500) as u64;
        let mut engine = plane(Rule::LIFE, &apart, io, hops).with_memory_limit(limit);
        let stop = CancellationToken::new();
        let error = loop {
            match engine.hop(1000, &stop) {
                Ok(_) => assert!(engine.generation < 10_000, "there is no limit"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error.kind, StepErrorKind::Resources { .. }), "{error}");
        assert!(error.to_string().contains("the limit is"), "{error}");
        assert_eq!(error.generation, engine.generation().checked_add(Count::ONE).expect("near"));
        let mut expected = SetEngine::new(Rule::LIFE, apart.iter().copied());
        for _ in 0..engine.generation {
            expected.advance(Count::ONE, &stop).expect("nothing stops it");
        }
        assert_eq!(engine.fingerprint(), expected.fingerprint());
        assert!(engine.generation > 400, "{} generations", engine.generation);
        let mut more = engine.with_memory_limit(u64::MAX);
        more.step(&stop).expect("there is memory");
    }
}

#[test]
fn places_beyond_a_grid_are_refused() {
    let place = |x: i64, y: i64| (Place { x: x.into(), y: y.into() }, true);
    let mut engine = plane(Rule::LIFE, &GLIDER, Arc::new(Idle), true);
    let before = engine.fingerprint();
    for far in [i64::MAX, i64::MIN, 1 << 40] {
        let error = engine.edit(&[place(far, 0)]).expect_err("too far from the others");
        assert!(matches!(error, EditError::Memory { .. }), "{error}");
        assert_eq!(engine.fingerprint(), before);
    }
    let farther = Place { x: Coordinate::from(i64::MAX), y: Coordinate::ZERO };
    let farther = Place { x: farther.x.checked_add(Coordinate::ONE).expect("256 bits"), ..farther };
    assert_eq!(engine.edit(&[(farther, true)]), Err(EditError::Outside(farther)));

    // At the end of what 64 bits hold, a step is refused that would go beyond.
    let end = i64::MAX - 2;
    let block = [(end, 0), (end + 1, 0), (end, 1), (end + 1, 1)];
    let blinker = [(i64::MIN, 0), (i64::MIN, 1), (i64::MIN, 2)];
    for cells in [&block[..], &blinker[..]] {
        let start = Grid::new(1, 1).expect("a small grid");
        let origin = Position::new(cells[0].0.min(i64::MAX - 1), 0);
        let engine = engine_of(start, Rule::LIFE, Topology::Infinite, waiting(), true);
        let mut engine = engine.with_origin(origin);
        let cells: Vec<_> = cells.iter().map(|&(x, y)| place(x, y)).collect();
        let refused = match engine.edit(&cells) {
            Ok(()) => engine.step(&CancellationToken::new()).is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
}

#[test]
fn a_strip_has_no_blinking_background() {
    let start = Grid::new(5, 5).expect("a small grid");
    let (rule, topology) = ("B03/S23".parse().expect("a rule"), "P0,5".parse().expect("a strip"));
    let io = Arc::new(Idle);
    let refused = FiniteEngine::new(start, 0, rule, topology, io, Box::new(Whole { hops: true }));
    let error = refused.expect_err("no background").to_string();
    assert!(error.contains("B03/S23") && error.contains("P0,5"), "{error}");
}

/// A tube long enough to end nowhere within some generations is as good as one without end, also where
/// all cells far away blink.
#[test]
fn a_background_goes_around_a_tube() {
    let rule: Rule = "B03/S23".parse().expect("a rule");
    let generations = 12;
    for (text, width, height, long) in [("T0,6", 9, 6, (61, 6)), ("T6,0", 6, 9, (6, 61))] {
        let start = Grid::clone(&soup(width, height, Topology::Plane));
        let topology = text.parse().expect("a tube");
        let mut engine = engine_of(start.clone(), rule, topology, waiting(), true);
        let (right, down) = ((long.0 - width) / 2, (long.1 - height) / 2);
        let size = crate::Size::new(long.0, long.1).expect("a size");
        let room = start.moved(size, right.into(), down.into()).expect("a small grid");
        for generation in 1..=generations {
            run(&mut engine, 1);
            let torus = oracle_after(&room, generation, rule, Topology::Torus);
            let is_alive = |at: &Cell| torus.get(*at) != engine.background();
            let all = (0..long.1).flat_map(|y| (0..long.0).map(move |x| Cell::new(x, y)));
            let place = |at: Cell| {
                Position::new(i64::from(at.x) - i64::from(right), i64::from(at.y) - i64::from(down))
            };
            let expected: Vec<_> = all.filter(is_alive).map(place).collect();
            assert_eq!(cells(&engine), expected, "{text} generation {generation}");
            assert_eq!(engine.background(), generation % 2 == 1);
        }
    }
}

/// A step that is computed elsewhere is about the window as it was when it left.
#[test]
fn a_detached_step_knows_its_window() {
    let mut engine = plane(Rule::LIFE, &GLIDER, waiting(), true);
    for _ in 0..8 {
        let step = engine.detach(&CancellationToken::new()).expect("it is here");
        engine.step(&CancellationToken::new()).expect_err("the stepper is away");
        engine.attach(step.run()).expect("nothing fails");
    }
    let step = engine.detach(&CancellationToken::new()).expect("it is here");
    engine.recover(step);
    run(&mut engine, 4);
    let expected = [(4, 3), (5, 4), (3, 5), (4, 5), (5, 5)];
    assert_eq!(cells(&engine), expected.map(|(x, y)| Position::new(x, y)));
}
