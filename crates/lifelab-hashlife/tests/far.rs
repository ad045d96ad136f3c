//! Journeys and sizes beyond 64 bits.

use std::ops::ControlFlow;

use lifelab_core::{
    CancellationToken, Coordinate, Count, Engine, Place, QuadNode, Raster, Rectangle, Rule, Run,
    StepErrorKind, Universe, View,
};
use lifelab_hashlife::{BuildError, Builder, HashLife, Options, Part};

fn hash_life(cells: impl IntoIterator<Item = Place>) -> HashLife {
    HashLife::new(Options::default(), Rule::LIFE, cells).expect("there is memory")
}

fn place(x: i64, y: i64) -> Place {
    Place { x: x.into(), y: y.into() }
}

/// A spaceship that flies west or north-west, the live cells of a drawing.
struct Ship {
    drawing: &'static str,
    /// Generations after which it is itself again, one or two cells further.
    period: u32,
    /// Cells that it flies north, and west, in a period.
    north: i64,
    west: i64,
}

const GLIDER: Ship = Ship { drawing: "OOO\nO..\n.O.", period: 4, north: 1, west: 1 };
const LIGHTWEIGHT: Ship =
    Ship { drawing: ".O..O\nO....\nO...O\nOOOO.", period: 4, north: 0, west: 2 };

/// What becomes of the column and row of a cell.
type Turn = fn(i64, i64) -> (i64, i64);

/// The ways to turn west to one of the four directions, and north-west likewise.
const TURNS: [Turn; 4] = [|x, y| (x, y), |x, y| (-y, x), |x, y| (-x, -y), |x, y| (y, -x)];

impl Ship {
    fn cells(&self) -> impl Iterator<Item = (i64, i64)> {
        let rows = self.drawing.lines().zip(0..);
        let cells =
            rows.flat_map(|(row, y)| row.bytes().zip(0..).map(move |(cell, x)| (cell, x, y)));
        cells.filter(|(cell, ..)| *cell == b'O').map(|(_, x, y)| (x, y))
    }
}

/// Whatever the length of the step: nothing that leaves is lost.
#[test]
fn spaceships_leave_in_all_eight_directions() {
    for ship in [&GLIDER, &LIGHTWEIGHT] {
        for turn in TURNS {
            let start = (-20 * ship.west, -20 * ship.north);
            let fleet: Vec<_> =
                ship.cells().map(|(x, y)| turn(start.0 + x - 1, start.1 + y - 1)).collect();
            for exponent in 2..=200 {
                let mut engine = hash_life(fleet.iter().map(|&(x, y)| place(x, y)));
                let hop = Count::power_of_two(exponent);
                let advance = engine.advance(hop, &CancellationToken::new()).expect("it is free");
                assert_eq!(advance.generations, hop);
                let (x, y) = turn(-ship.west, -ship.north);
                // Periods are 4, so a step is 2^(exponent - 2) of them.
                let way = |cells: i64| {
                    let scale = (exponent - 2) as u8;
                    Coordinate::from(cells).checked_shl(scale).expect("below 2^255")
                };
                let moved = fleet.iter().map(|&(at_x, at_y)| Place {
                    x: way(x).checked_add(at_x.into()).expect("below 2^255"),
                    y: way(y).checked_add(at_y.into()).expect("below 2^255"),
                });
                assert_eq!(ship.period, 4);
                assert_eq!(runs(&engine), runs(&hash_life(moved)), "2^{exponent}, {x}, {y}");
            }
        }
    }
}

fn runs(universe: &HashLife) -> Vec<Run> {
    let mut runs = Vec::new();
    let _ = universe.visit(None, &mut |run| {
        runs.push(run);
        ControlFlow::Continue(())
    });
    runs
}

#[test]
fn the_plane_ends_where_coordinates_do() {
    let far = |bits: u8, less: i64| {
        let edge = Coordinate::ONE.checked_shl(bits).expect("a coordinate");
        edge.checked_sub(less.into()).expect("it is large")
    };
    let fleet = GLIDER.cells().map(|(x, y)| Place { x: -far(254, x), y: -far(254, y) });
    let mut engine = hash_life(fleet);
    let before = runs(&engine);
    let hop = Count::power_of_two(255);
    engine.advance(hop, &CancellationToken::new()).expect("2^253 cells further is inside");
    assert_eq!(engine.population(), 5);
    engine.advance(hop, &CancellationToken::new()).expect_err("generations end at 2^256 - 1");
    assert_ne!(runs(&engine), before);
    let mut engine = engine.at(Count::ZERO);
    engine.advance(hop, &CancellationToken::new()).expect("to the last place");
    let mut engine = engine.at(Count::ZERO);
    let at_the_end = (engine.generation(), runs(&engine));
    let error = engine.advance(hop, &CancellationToken::new()).expect_err("it flies out");
    assert!(matches!(error.kind, StepErrorKind::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("coordinates"), "{error}");
    assert_eq!((engine.generation(), runs(&engine)), at_the_end);
}

#[test]
fn cells_at_the_ends_of_the_plane_are_seen() {
    let first = Coordinate::from(-1).checked_shl(255).expect("the first coordinate");
    let last = -first.checked_add(Coordinate::ONE).expect("it is small");
    let corners = [(first, first), (last, first), (first, last), (last, last)];
    let engine = hash_life(corners.map(|(x, y)| Place { x, y }));
    let whole = Rectangle { left: first, top: first, right: last, bottom: last };
    assert_eq!((engine.population(), engine.bounds()), (4.into(), Some(whole)));
    let expected = corners.map(|(x, y)| Run::alive(y, x, x));
    assert_eq!(runs(&engine), expected);
    let mut raster = Raster::default();
    engine.read(
        View { left: (-2).into(), top: (-2).into(), width: 4, height: 4, scale: 254 },
        &mut raster,
    );
    let lit: Vec<usize> = (0..16).filter(|&i| raster.shares()[i] > 0.0).collect();
    // The view's end is no coordinate, so that nothing is seen; one less is.
    assert_eq!(lit, []);
    engine.read(
        View { left: (-2).into(), top: (-2).into(), width: 3, height: 3, scale: 254 },
        &mut raster,
    );
    let lit: Vec<usize> = (0..9).filter(|&i| raster.shares()[i] > 0.0).collect();
    assert_eq!(lit, [0]);
}

/// A square of 2^200 cells a side whose four quarters are equal, down to a block of four cells.
fn blocks() -> HashLife {
    let mut builder = Builder::new(Options::default(), Rule::LIFE);
    let mut part = Part::bitmap(0x0303);
    for level in 4..=200 {
        part = builder.part(level, [part; 4]).expect("a square");
    }
    builder.finish(part, Count::ZERO).expect("there is memory")
}

#[test]
fn a_pattern_of_2_to_the_200_cells_a_side_is_looked_at() {
    let mut engine = blocks();
    // A block in each square of 8 x 8 cells: 2^394 of them. What no count holds is the largest.
    assert_eq!(engine.population(), Count::MAX);
    let start = Coordinate::from(-1).checked_shl(199).expect("a coordinate");
    let end = -start.checked_add(7.into()).expect("small");
    let bounds = Rectangle { left: start, top: start, right: end, bottom: end };
    assert_eq!(engine.bounds(), Some(bounds));
    engine.advance(Count::power_of_two(90), &CancellationToken::new()).expect("still lifes");
    assert_eq!(engine.bounds(), Some(bounds));

    let window = Rectangle::new((-9).into()..=1.into(), 16.into()..=17.into());
    let mut seen = Vec::new();
    let _ = engine.visit(window, &mut |run| {
        seen.push((run.y.to_i64(), run.first.to_i64(), run.last.to_i64()));
        ControlFlow::Continue(())
    });
    let row = |y| [(Some(y), Some(-8), Some(-7)), (Some(y), Some(0), Some(1))];
    assert_eq!(seen, [row(16), row(17)].concat());

    let mut raster = Raster::default();
    for scale in [3, 4, 20, 64, 120] {
        engine.read(
            View { left: (-3).into(), top: 5.into(), width: 9, height: 4, scale },
            &mut raster,
        );
        let even = |&share: &f32| (share - 4.0 / 64.0).abs() < 1e-6;
        assert!(raster.shares().iter().all(even), "scale {scale}");
    }
}

#[test]
fn an_edit_reaches_any_place() {
    let mut engine = blocks();
    let far = Coordinate::ONE.checked_shl(250).expect("a coordinate");
    let edge = Place { x: far, y: -far };
    engine.edit(&[(edge, true), (place(0, 0), false), (edge, false), (edge, true)]).expect("room");
    let window = Rectangle::new(far..=far, (-far)..=(-far));
    let mut runs = 0;
    let _ = engine.visit(window, &mut |_| {
        runs += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(runs, 1);
    engine.edit(&[(edge, false), (place(0, 0), true)]).expect("room");
    assert_eq!(walked(&engine), walked(&blocks()), "the same squares");
}

/// The number of squares of each level that a universe consists of, and whether quarters come first.
fn walked(engine: &HashLife) -> Vec<usize> {
    let mut levels = vec![0; 257];
    let mut seen = 0;
    let _ = engine.walk(&mut |visited| {
        match visited {
            QuadNode::Bitmap(cells) => {
                assert_ne!(cells, 0);
                levels[3] += 1;
            }
            QuadNode::Quarters { level, quarters } => {
                assert!(quarters.iter().all(|&quarter| quarter <= seen));
                levels[level as usize] += 1;
            }
        }
        seen += 1;
        ControlFlow::Continue(())
    });
    levels
}

/// What is walked, built again: the same universe.
#[test]
fn a_walk_says_all_that_a_builder_needs() {
    let soup = (0..4000).map(|i: i64| place(i * 7919 % 311 - 90, i * 104_729 % 293 + 3));
    let mut engine = hash_life(soup);
    engine.advance(Count::from(64), &CancellationToken::new()).expect("it is free");
    let mut builder = Builder::new(Options::default(), Rule::LIFE);
    let mut parts = vec![Part::EMPTY];
    let _ = engine.walk(&mut |visited| {
        parts.push(match visited {
            QuadNode::Bitmap(cells) => Part::bitmap(cells),
            QuadNode::Quarters { level, quarters } => {
                let quarters = quarters.map(|quarter| parts[quarter as usize]);
                builder.part(level, quarters).expect("a square")
            }
        });
        ControlFlow::Continue(())
    });
    let built = builder.finish(parts[parts.len() - 1], engine.generation()).expect("room");
    assert_eq!(built.generation(), engine.generation());
    assert_eq!(built.fingerprint(), engine.fingerprint());
    assert_eq!(walked(&built), walked(&engine));
    assert_eq!(walked(&hash_life([])), [0; 257]);
}

#[test]
fn small_squares_have_their_middle_at_the_origin() {
    let build = |level: u32| {
        let mut builder = Builder::new(Options::default(), Rule::LIFE);
        let mut part = Part::bitmap(1 | 1 << 63); // Two opposite corners.
        for level in 4..=level {
            part = builder.part(level, [part; 4]).expect("a square");
        }
        builder.finish(part, Count::ZERO).expect("there is memory")
    };
    for level in 3..=7 {
        let half = 1 << (level - 1);
        let bounds =
            Rectangle::new((-half).into()..=(half - 1).into(), (-half).into()..=(half - 1).into());
        assert_eq!(build(level).bounds(), bounds, "level {level}");
        assert_eq!(build(level).population(), 2 << (2 * (level - 3)));
    }
}

#[test]
fn squares_that_do_not_fit_are_refused() {
    let mut builder = Builder::new(Options::default(), Rule::LIFE);
    let bitmap = Part::bitmap(1);
    let error = builder.part(5, [bitmap; 4]).expect_err("too small");
    assert_eq!(error, BuildError::Quarter { level: 5, found: 3 });
    assert_eq!(
        error.to_string(),
        "a square of level 5 consists of squares of level 4, and not of level 3"
    );
    for level in [0, 3, 257, u32::MAX] {
        builder.part(level, [Part::EMPTY; 4]).expect_err("no such level");
    }
    assert_eq!(builder.part(256, [Part::EMPTY; 4]), Ok(Part::EMPTY));

    let leaf = builder.part(4, [bitmap; 4]).expect("a square");
    let node = builder.part(5, [leaf; 4]).expect("a square");
    let mut other = Builder::new(Options::default(), Rule::LIFE);
    assert_eq!(other.part(5, [leaf; 4]), Err(BuildError::Foreign { level: 4 }));
    assert_eq!(other.part(6, [node; 4]), Err(BuildError::Foreign { level: 5 }));
    other.finish(node, Count::ZERO).expect_err("another builder's");
}
