//! What tests of steppers are made of: an oracle, I/O that does what a test says, hang guards, and
//! [laws].
//!
//! To test a stepper, turn on the feature `testing`:
//!
//! ```toml
//! [dev-dependencies]
//! lifelab-core = { version = "0.1", features = ["testing"] }
//! ```
//!
//! and compares what the stepper computes with what the game's definition says:
//!
//! ```
//! # use std::sync::Arc;
//! # use lifelab_core::{
//! #     Capabilities, Context, FanIn, Grain, Grid, StepError, StepReport, Stepper,
//! # };
//! # struct Mine;
//! # impl Stepper for Mine {
//! #     fn step(
//! #         &mut self, now: &Arc<Grid>, next: &mut Grid, cx: &Context,
//! #     ) -> Result<StepReport, StepError> {
//! #         let units = Grain::Cell.divide(now, 1, cx);
//! #         let mut fan_in = FanIn::new(units, next, cx);
//! #         for (index, unit) in units.iter().enumerate() {
//! #             if !fan_in.is_open() {
//! #                 break;
//! #             }
//! #             fan_in.accept(index, unit.run(now, fan_in.context()));
//! #         }
//! #         fan_in.finish().map(|()| StepReport::default())
//! #     }
//! #     fn capabilities(&self) -> Capabilities {
//! #         Capabilities::local(Some(1))
//! #     }
//! # }
//! use lifelab_core::{Rule, Topology, testing};
//!
//! let now = testing::soup(9, 5, Topology::Torus);
//! let cx = testing::context(testing::script(|_, _| Ok(())));
//! let next = testing::step(&mut Mine, &now, &cx)?;
//! assert_eq!(next, testing::oracle(&now, Rule::LIFE, Topology::Torus));
//!
//! testing::laws::check("mine", &mut Mine);
//! # Ok::<(), lifelab_core::StepError>(())
//! ```
//!
//! Everything here panics when something is not as a test wants it, as tests do. Unlike the rest of
//! the crate, it reads the clock and starts threads, both to end what hangs.

pub mod engine_laws;
pub mod laws;
mod plane;

use std::num::NonZeroI32;
use std::panic::{panic_any, resume_unwind, set_hook, take_hook};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Once};
use std::thread;
use std::time::{Duration, Instant};

use crate::seeded;
use crate::{
    Axis, CancellationToken, Cell, CellFailure, CellIo, CellState, Context, Fault, Grid, Idle,
    IoFuture, Neighborhood, Phase, Position, Rule, Site, Size, Soup, StepError, StepErrorKind,
    Stepper, Topology,
};

pub use crate::kernel::Kernel;
pub use plane::{SetEngine, SetOptions};

/// The generation that [`context`] is about: not the first, which could be right by accident.
pub const GENERATION: u64 = 3;

/// After this time, a test that hangs fails. No test passes by it.
pub const HANG: Duration = Duration::from_secs(60);

/// The message of panics that are part of a test.
pub const EXPECTED: &str = "this panic is part of a test";

/// The next generation by the definition of the game, a cell at a time: slow, and obviously right.
pub fn oracle(now: &Grid, rule: Rule, topology: Topology) -> Grid {
    let (width, height) = (i64::from(now.width()), i64::from(now.height()));
    let sees = |at| topology.resolve(now.size(), at).is_some_and(|cell| now.get(cell));
    // All cells, and those around them, from column and row -1 on.
    let row = |y| (-1..=width).map(move |x| u8::from(sees(Position { x, y })));
    let seen: Vec<Vec<u8>> = (-1..=height).map(|y| row(y).collect()).collect();
    let mut next = Grid::for_rule(now.width(), now.height(), rule).expect("there is one already");
    for (y, rows) in (0..).zip(seen.windows(3)) {
        for x in 0..now.width() {
            let columns = x as usize..x as usize + 3;
            let bits = |row: &Vec<u8>| {
                (0..).zip(&row[columns.clone()]).map(|(n, c)| u16::from(*c) << n).sum()
            };
            let block = Neighborhood::from_rows(bits(&rows[0]), bits(&rows[1]), bits(&rows[2]));
            let lives = rule.next(block);
            // A cell that does not live on goes through the other states, one in each generation.
            let state = match u16::from(now.state(Cell::new(x, y)).number()) {
                0 | 1 if lives => 1,
                0 => 0,
                state if state + 1 == rule.states() => 0,
                state => state + 1,
            };
            next.set_state(Cell::new(x, y), CellState::new(state as u8));
        }
    }
    next
}

/// The grid that `start` becomes in `generations` generations of the [`oracle`].
pub fn oracle_after(start: &Grid, generations: u64, rule: Rule, topology: Topology) -> Grid {
    (0..generations).fold(start.clone(), |now, _| oracle(&now, rule, topology))
}

/// The live cells of the [`oracle`] after some generations, in reading order, where `start` lies with its
/// first cell at (0, 0). A universe without end goes on beyond the grid.
pub fn live_after(start: &Grid, generations: u64, rule: Rule, topology: Topology) -> Vec<Position> {
    let cells = cells_after(start, generations, rule, topology).into_iter();
    cells.filter(|(_, state)| state.is_alive()).map(|(at, _)| at).collect()
}

/// The cells of the [`oracle`] that are not dead after some generations, and their states, as
/// [`live_after`].
pub fn cells_after(
    start: &Grid,
    generations: u64,
    rule: Rule,
    topology: Topology,
) -> Vec<(Position, CellState)> {
    // Nothing is faster than a cell per generation.
    let margin = |axis| if topology.is_unlimited(axis) { generations as u32 } else { 0 };
    let (right, down) = (margin(Axis::X), margin(Axis::Y));
    let size = Size::new(start.width() + 2 * right, start.height() + 2 * down).expect("a size");
    let (right, down) = (i64::from(right), i64::from(down));
    let room = start.moved(size, right, down).expect("a small grid");
    let end = oracle_after(&room, generations, rule, topology);
    let cells = (0..end.height()).flat_map(|y| (0..end.width()).map(move |x| Cell::new(x, y)));
    let place = |at: Cell| Position::new(i64::from(at.x) - right, i64::from(at.y) - down);
    let occupied = cells.map(|at| (place(at), end.state(at)));
    occupied.filter(|(_, state)| !state.is_dead()).collect()
}

/// Every kind of topology that a grid of this size can have or, where there is no end, be a window
/// of: the list for tests of what lies beyond the edges.
///
/// # Panics
/// If there is no such size.
pub fn topologies(width: u32, height: u32) -> Vec<Topology> {
    let size = Size::new(width, height).expect("a size");
    let axes = [Axis::X, Axis::Y];
    let shifted = axes.into_iter().zip([2, -3]).map(|(axis, shift)| Topology::ShiftedTorus {
        axis,
        shift: NonZeroI32::new(shift).expect("an offset"),
    });
    let klein = [0, 1].map(|shift| axes.map(|axis| Topology::KleinBottle { axis, shift }));
    let across = |along| if along == Axis::X { size.height } else { size.width };
    let tubes = axes.map(|along| Topology::Tube { along, across: across(along) });
    let strips = axes.map(|along| Topology::Strip { along, across: across(along) });
    ([Topology::Torus, Topology::Plane, Topology::CrossSurface, Topology::Sphere].into_iter())
        .chain(shifted)
        .chain(klein.into_iter().flatten())
        .chain([Topology::Infinite])
        .chain(tubes)
        .chain(strips)
        .filter(|topology| topology.check(size).is_ok())
        .collect()
}

/// A seeded soup of all states of a rule; about a third of the cells are dead, and a third alive.
///
/// # Panics
/// If there is no such grid.
pub fn soup_of_states(width: u32, height: u32, rule: Rule, seed: u64) -> Grid {
    let mut grid = Grid::for_rule(width, height, rule).expect("a small grid");
    for at in (0..height).flat_map(|y| (0..width).map(move |x| Cell::new(x, y))) {
        let hash = seeded::hash(&[seed, at.x.into(), at.y.into()]);
        let state = match hash % 3 {
            2 => hash / 3 % u64::from(rule.states()),
            dead_or_alive => dead_or_alive,
        };
        grid.set_state(at, CellState::new(state as u8));
    }
    grid
}

/// A seeded soup, frozen: its halo is filled.
///
/// # Panics
/// If there is no such grid.
pub fn soup(width: u32, height: u32, topology: Topology) -> Arc<Grid> {
    let mut grid = Soup { density: 0.4, seed: 7 }.grid(width, height).expect("a small grid");
    grid.fill_halo(topology);
    Arc::new(grid)
}

/// I/O made of a closure, which is called in each phase of each cell.
///
/// It may block the thread, and then suits only steppers that make blocking calls.
pub fn script(
    script: impl Fn(Site, &CancellationToken) -> Result<(), Fault> + Send + Sync + 'static,
) -> Arc<dyn CellIo> {
    Arc::new(Script(script))
}

struct Script<F>(F);

impl<F: Fn(Site, &CancellationToken) -> Result<(), Fault> + Send + Sync> CellIo for Script<F> {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        (self.0)(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(self.call(site, stop))
    }

    fn is_idle_in(&self, _: Phase) -> bool {
        false
    }
}

/// A context of Life with this I/O, and a deadline that is only reached by what hangs.
pub fn context(io: Arc<dyn CellIo>) -> Context {
    Context::new(Rule::LIFE, GENERATION, io, CancellationToken::new().before(Instant::now() + HANG))
}

/// Steps, and makes sure that the stepper keeps nothing of the generation: neither the frozen grid
/// nor the I/O.
///
/// # Errors
/// Those of the stepper.
///
/// # Panics
/// If it keeps something.
pub fn step(stepper: &mut dyn Stepper, now: &Arc<Grid>, cx: &Context) -> Result<Grid, StepError> {
    let held = || (Arc::strong_count(now), Arc::strong_count(&cx.io));
    let before = held();
    let mut next = now.dead(now.size()).expect("there is one already");
    let result = stepper.step(now, &mut next, cx);
    assert_eq!(held(), before, "leftovers of the grid, or of the I/O");
    result.map(|_| next)
}

/// Makes sure that the stepper can be used, whatever has happened before.
///
/// # Panics
/// If a step fails or its grid is wrong.
pub fn assert_works(stepper: &mut dyn Stepper) {
    let now = soup(9, 7, Topology::Torus);
    for io in [Arc::new(Idle) as Arc<dyn CellIo>, script(|_, _| Ok(()))] {
        let next = step(stepper, &now, &context(io)).expect("no cell fails");
        assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    }
}

/// The first failing cell of a step that failed by one.
///
/// # Panics
/// If it failed in another way.
pub fn first_failure(error: &StepError) -> &CellFailure {
    match &error.kind {
        StepErrorKind::Cell { first, .. } => first,
        kind => panic!("not a cell's failure: {kind:?}"),
    }
}

/// Runs a test that might hang beyond the reach of any [`CancellationToken`], and then fails after a minute.
///
/// # Panics
/// If the test panics, or hangs.
pub fn within_a_minute<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = channel();
    let test = thread::spawn(move || done.send(test()));
    // The steps' own deadlines come first, and say more.
    match wait.recv_timeout(HANG + HANG / 2) {
        Ok(value) => value,
        Err(RecvTimeoutError::Timeout) => panic!("still running after more than {HANG:?}"),
        Err(RecvTimeoutError::Disconnected) => match test.join() {
            Err(payload) => resume_unwind(payload),
            Ok(_) => unreachable!("the thread sends before it ends"),
        },
    }
}

/// Keeps panics whose message is [`EXPECTED`] out of the test's output.
pub fn expect_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&EXPECTED) {
                hook(info);
            }
        }));
    });
}

/// A panic's payload that panics again, with [`EXPECTED`], when it is dropped: outside of all that
/// catches the panics of a cell's I/O. For a stepper it is a panic of its worker's own code.
#[derive(Debug)]
pub struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic_any(EXPECTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glider_walks() {
        let glider: Grid = ".O...\n..O..\nOOO..\n.....\n.....".parse().unwrap();
        let walked: Grid = ".....\n..O..\n...O.\n.OOO.\n.....".parse().unwrap();
        assert_eq!(oracle_after(&glider, 4, Rule::LIFE, Topology::Torus), walked);
    }

    #[test]
    fn a_plane_ends_at_its_edges_and_a_torus_does_not() {
        let bar: Grid = "OOO".parse().unwrap();
        assert_eq!(oracle(&bar, Rule::LIFE, Topology::Plane), ".O.".parse().unwrap());
        // Every cell of a 3 x 1 torus sees all cells in all three rows: nine, itself excluded.
        assert_eq!(oracle(&bar, Rule::LIFE, Topology::Torus), "...".parse().unwrap());
    }

    #[test]
    fn a_panic_within_a_minute_is_the_tests_own() {
        expect_panics();
        let test = || within_a_minute(|| panic_any(EXPECTED));
        let payload = std::panic::catch_unwind(test).expect_err("it panics");
        assert_eq!(payload.downcast_ref(), Some(&EXPECTED));
    }
}
