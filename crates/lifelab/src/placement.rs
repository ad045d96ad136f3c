//! Placing a pattern into a grid, and making a pattern of a grid.

use std::num::NonZeroU32;
use std::ops::{ControlFlow, Range};

use lifelab_core::{
    Axis, Bounds, Cell, CellState, Count, Grid, GridError, Position, Rule, Run, Size, Topology,
    Universe, World,
};
use lifelab_patterns::{
    Area, Cells, CellsBuilder, Pattern, Run as PatternRun, Size as PatternSize, StatesBuilder, Word,
};

use crate::error::Error;
use crate::live_cells::LiveCells;
use crate::memory;

/// The size of a grid that holds the pattern with `margin` dead cells on every side.
pub(crate) fn size_with_margin(pattern: &Pattern, margin: u32) -> Result<Size, Error> {
    let PatternSize { width, height } = claim(pattern).size;
    let side = |length: u64| length.max(1).checked_add(2 * u64::from(margin))?.try_into().ok();
    let size = side(width).zip(side(height)).and_then(|(width, height)| Size::new(width, height));
    size.ok_or_else(|| Error::Setup {
        message: format!(
            "a pattern of {width} x {height} cells with a margin of {margin} needs a side of more \
             than {} cells",
            u32::MAX
        ),
        remedy: "give a smaller margin, or a size and a pattern that fits it",
    })
}

/// Places the pattern's cells; also tells where its own first cell comes to lie.
///
/// In a universe of its own a pattern lies where its file says; in any other it is centered.
pub(crate) fn place(
    pattern: &Pattern,
    size: Size,
    own_universe: bool,
) -> Result<(Grid, Position), Error> {
    let offset = offset(pattern, size, own_universe);
    let grid = rows(pattern, offset, size, 0..size.height.get())?;
    Ok((grid, first_cell(pattern, offset)))
}

/// What to add to the pattern's coordinates for those of a grid of this size.
pub(crate) fn offset(pattern: &Pattern, size: Size, own_universe: bool) -> Position {
    let (width, height) = (size.width.get(), size.height.get());
    match own_universe {
        true => pattern.offset_in(width, height),
        false => centering(claim(pattern), width, height),
    }
}

/// Where the pattern's own first cell comes to lie.
pub(crate) fn first_cell(pattern: &Pattern, offset: Position) -> Position {
    let Position { x, y } = pattern.corner();
    Position { x: x.saturating_add(offset.x), y: y.saturating_add(offset.y) }
}

/// Some rows of a grid of this size with the pattern's cells, as a grid of their own.
pub(crate) fn rows(
    pattern: &Pattern,
    offset: Position,
    size: Size,
    rows: Range<u32>,
) -> Result<Grid, Error> {
    fill(pattern, offset, size, rows, "give a larger size, or a margin instead")
}

/// Places the pattern's cells in a universe without end, in a grid no larger than they need; also tells
/// where the grid's and the pattern's own first cell lie.
///
/// Along an axis without end the coordinates are the pattern's own; along another it lies where its file
/// says, in a universe of its own, or is centered.
pub(crate) fn place_without_end(
    pattern: &Pattern,
    topology: Topology,
    own_universe: bool,
    memory_limit: Option<u64>,
) -> Result<Placed, Error> {
    let across = topology.across().map_or(0, NonZeroU32::get);
    let side = |axis| if topology.is_unlimited(axis) { 0 } else { across };
    let (width, height) = (side(Axis::X), side(Axis::Y));
    let offset = match own_universe {
        true => pattern.offset_in(width, height),
        false => centering(claim(pattern), width, height),
    };
    let along = |axis, offset: i64| if topology.is_unlimited(axis) { 0 } else { offset };
    let offset = Position::new(along(Axis::X, offset.x), along(Axis::Y, offset.y));
    let (grid, origin) = window_of(pattern, topology, offset, memory_limit)?;
    Ok(Placed { grid, first: first_cell(pattern, offset), origin })
}

/// A grid that holds the pattern's cells, moved by the offset, and where its first cell lies: no larger
/// than they need along an axis without end, and all cells across along another.
fn window_of(
    pattern: &Pattern,
    topology: Topology,
    offset: Position,
    memory_limit: Option<u64>,
) -> Result<(Grid, Position), Error> {
    let across = topology.across().map_or(0, NonZeroU32::get);
    let area = pattern.cells.bounding_box();
    // In a grid's coordinates along an axis with an end, and from the first live cell along another.
    let span = |axis, first: Option<i64>, last: Option<i64>| match first.zip(last) {
        _ if !topology.is_unlimited(axis) => Some((0, across)),
        Some((first, last)) => {
            let length: u32 = last.abs_diff(first).checked_add(1)?.try_into().ok()?;
            first.checked_add(length.into()).map(|_| (first, length))
        }
        None => Some((0, 1)),
    };
    let columns = span(Axis::X, area.map(|area| area.left), area.map(|area| area.right));
    let rows = span(Axis::Y, area.map(|area| area.top), area.map(|area| area.bottom));
    let ((left, width), (top, height)) = columns.zip(rows).ok_or_else(too_wide)?;
    memory::check(width, height, pattern.rule, memory_limit)?;
    let size = Size::new(width, height).ok_or(GridError::Empty { width, height })?;
    let offset = Position::new(offset.x.saturating_sub(left), offset.y.saturating_sub(top));
    let grid = fill(pattern, offset, size, 0..height, OUTSIDE)?;
    Ok((grid, Position::new(left, top)))
}

/// The cells of a universe without end in a grid no larger than they need, and where its first cell
/// lies.
pub(crate) fn window(
    cells: &LiveCells,
    rule: Rule,
    topology: Topology,
    memory_limit: Option<u64>,
) -> Result<(Grid, Position), Error> {
    let mut states = StatesBuilder::new(u64::MAX, rule);
    for run in cells.runs() {
        let ends = (run.first.to_i64(), run.y.to_i64(), run.length().to_u64());
        let (Some(x), Some(y), Some(length)) = ends else { return Err(too_far()) };
        states.push(PatternRun { y, x, length }, run.state).map_err(|_| too_far())?;
    }
    let (cells, ages) = states.finish();
    let pattern = Pattern { rule, cells, ages, ..Pattern::default() };
    window_of(&pattern, topology, Position::default(), memory_limit)
}

/// A pattern in a grid.
pub(crate) struct Placed {
    pub(crate) grid: Grid,
    /// Where the pattern's own first cell lies.
    pub(crate) first: Position,
    /// Where the grid's first cell lies.
    pub(crate) origin: Position,
}

const OUTSIDE: &str = "give a topology with more cells across";

/// The part of the plane that a pattern needs. Where the file gives no size, that is its live cells
/// alone, for then its corner may lie far away from them.
fn claim(pattern: &Pattern) -> Area {
    match (pattern.size, pattern.cells.bounding_box()) {
        (None, Some(area)) => area.into(),
        _ => pattern.area(),
    }
}

/// What to add to the pattern's coordinates so that its area lies in the middle of the grid.
fn centering(area: Area, width: u32, height: u32) -> Position {
    let shift = |side: u32, length: u64, start: i64| {
        i64::from(side / 2).saturating_sub_unsigned(length / 2).saturating_sub(start)
    };
    Position {
        x: shift(width, area.size.width, area.corner.x),
        y: shift(height, area.size.height, area.corner.y),
    }
}

/// Rows of a grid with the pattern's cells, whose coordinates differ from the grid's by the offset.
fn fill(
    pattern: &Pattern,
    offset: Position,
    size: Size,
    rows: Range<u32>,
    remedy: &'static str,
) -> Result<Grid, Error> {
    let mut grid = Grid::for_rule(size.width.get(), rows.len() as u32, pattern.rule)?;
    for word in pattern.cells.words() {
        let (at, bits) = inside(word, offset, size)
            .map_err(|Position { x, y }| Error::Outside { x, y, size, remedy })?;
        if rows.contains(&at.y) {
            grid.fill_word(Cell::new(at.x, at.y - rows.start), bits);
        }
    }
    // All cells are inside, or there would have been an error.
    for (run, state) in pattern.state_runs().filter(|(_, state)| state.is_dying()) {
        let y = (run.y.saturating_add(offset.y)) as u32;
        let first = run.x.saturating_add(offset.x) as u32;
        if rows.contains(&y) {
            let columns = first..first + run.length as u32;
            columns.for_each(|x| grid.set_state(Cell::new(x, y - rows.start), state));
        }
    }
    Ok(grid)
}

/// A word in the grid's coordinates, from its first live cell on; or the first that lies outside.
fn inside(word: Word, offset: Position, size: Size) -> Result<(Cell, u64), Position> {
    let column = |bit: u32| word.index * i64::from(u64::BITS) + i64::from(bit);
    let within = |bit: u32| {
        let x = u32::try_from(column(bit).checked_add(offset.x)?).ok()?;
        let y = u32::try_from(word.y.checked_add(offset.y)?).ok()?;
        (x < size.width.get() && y < size.height.get()).then_some(Cell::new(x, y))
    };
    let (first, last) = (word.bits.trailing_zeros(), word.bits.ilog2());
    match (within(first), within(last)) {
        (Some(at), Some(_)) => Ok((at, word.bits >> first)),
        _ => {
            let alive = |bit: &u32| word.bits >> bit & 1 == 1;
            let stray = (first..=last).filter(alive).find(|&bit| within(bit).is_none());
            Err(Position { x: column(stray.unwrap_or(first)), y: word.y })
        }
    }
}

/// The universe as a pattern, with the name, author and comments of `about`.
pub(crate) fn to_pattern(universe: &dyn Universe, about: &Pattern) -> Result<Pattern, Error> {
    let World { bounds, .. } = universe.world();
    let size = bounds.and_then(Bounds::size).map(|Size { width, height }| PatternSize {
        width: u64::from(width.get()),
        height: u64::from(height.get()),
    });
    let generation = universe.generation();
    let place = match universe.as_grid() {
        Some(_) => None,
        None => place_of(universe)?,
    };
    let (cells, ages) = match universe.as_grid() {
        Some(grid) if grid.planes() == 1 => (grid_cells(grid), Vec::new()),
        _ => plane_cells(universe, place.map(|(_, shift)| shift).unwrap_or_default())?,
    };
    Ok(Pattern {
        bounds,
        position: place.filter(|place| *place != Default::default()).map(|(corner, _)| corner),
        size,
        generation: generation.to_u128().ok_or_else(|| too_old(generation))?,
        cells,
        ages,
        ..about.clone()
    })
}

/// Runs of a pattern's cells, on the plane: those in states of a rule.
pub(crate) fn pattern_runs(pattern: &Pattern, rule: Rule) -> impl Iterator<Item = Run> + '_ {
    let runs = pattern.state_runs().map(|(run, state)| Run {
        y: run.y.into(),
        first: run.x.into(),
        last: run.last().into(),
        state,
    });
    runs.filter(move |run| u16::from(run.state.number()) < rule.states())
}

/// The cells of a grid that are in states of a rule, and not dead, in runs as long as possible, in reading
/// order.
pub(crate) fn grid_runs(grid: &Grid, rule: Rule) -> impl Iterator<Item = Run> + '_ {
    let is_state = move |state: CellState| u16::from(state.number()) < rule.states();
    let cells = grid.occupied_cells().filter(move |(_, state)| is_state(*state));
    let mut cells = cells.peekable();
    std::iter::from_fn(move || {
        let (Cell { x, y }, state) = cells.next()?;
        let mut last = x;
        while cells.next_if(|(at, s)| at.y == y && at.x == last + 1 && *s == state).is_some() {
            last += 1;
        }
        let [y, first, last] = [y, x, last].map(|at| i64::from(at).into());
        Some(Run { y, first, last, state })
    })
}

fn grid_cells(grid: &Grid) -> Cells {
    let mut cells = CellsBuilder::new(u64::MAX);
    for y in 0..grid.height() {
        for (index, bits) in grid.row(y).enumerate() {
            let word = Word { y: y.into(), index: index as i64, bits };
            cells.push_word(word).expect("it is on the plane, and there is no limit");
        }
    }
    cells.finish()
}

/// The most cells that are made a pattern where there is no grid: more of them are refused before they
/// are listed.
const MOST_CELLS: u64 = 1_000_000_000;

/// Where the first cell of a universe without end lies in a pattern file, and what to add to all
/// coordinates for that; `None` if no cell lives.
///
/// In a file, coordinates along an axis with an end count from the middle.
fn place_of(universe: &dyn Universe) -> Result<Option<(Position, Position)>, Error> {
    let Some(area) = universe.bounds() else { return Ok(None) };
    let middle = |length: u32| -i64::from(length / 2);
    let shift = universe.world().bounds.map_or(Position::default(), |bounds| Position {
        x: middle(bounds.width),
        y: middle(bounds.height),
    });
    let corner = area.left.to_i64().zip(area.top.to_i64()).ok_or_else(too_far)?;
    let (x, y) = (corner.0.checked_add(shift.x), corner.1.checked_add(shift.y));
    let (x, y) = x.zip(y).ok_or_else(too_far)?;
    Ok(Some((Position { x, y }, shift)))
}

fn plane_cells(universe: &dyn Universe, shift: Position) -> Result<(Cells, Vec<Cells>), Error> {
    let population = universe.population();
    if population > MOST_CELLS {
        return Err(too_many(population));
    }
    if universe.background() {
        return Err(live_background());
    }
    let mut cells = StatesBuilder::new(u64::MAX, universe.world().rule);
    let flow = universe.visit(None, &mut |run: Run| {
        let place = run.y.to_i64().zip(run.first.to_i64());
        match place.zip(run.last.to_i64()) {
            Some(((y, x), _)) => {
                let (x, y) = (x.saturating_add(shift.x), y.saturating_add(shift.y));
                let length = run.length().saturating_to_u64();
                let pushed = cells.push(PatternRun { x, y, length }, run.state);
                pushed.map_or(ControlFlow::Break(()), ControlFlow::Continue)
            }
            None => ControlFlow::Break(()),
        }
    });
    if flow.is_break() { Err(too_far()) } else { Ok(cells.finish()) }
}

fn too_old(generation: Count) -> Error {
    let message = format!("generation {generation} is beyond 2^128, and pattern files end there");
    Error::Setup { message, remedy: "write an earlier generation" }
}

fn too_many(population: Count) -> Error {
    let message =
        format!("there are {population} live cells, and a pattern has {MOST_CELLS} at most");
    Error::Setup { message, remedy: "write an earlier generation" }
}

fn too_wide() -> Error {
    let message = format!(
        "the pattern's live cells lie more than {} cells apart, or at the end of what 64 bits hold",
        u32::MAX
    );
    Error::Setup { message, remedy: "take another engine, or a part of the pattern" }
}

pub(crate) fn too_far() -> Error {
    let message = "there are live cells beyond columns or rows of 64 bits".to_owned();
    Error::Setup { message, remedy: "write an earlier generation" }
}

pub(crate) fn live_background() -> Error {
    let message = "all cells far away are alive, and a pattern file cannot say that".to_owned();
    Error::Setup { message, remedy: "go one generation further" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::Soup;

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).expect("it is not empty")
    }

    #[test]
    fn a_grid_comes_back_from_its_pattern() {
        for (width, height) in [(1, 1), (63, 3), (64, 2), (65, 5), (200, 7)] {
            let grid = Soup { density: 0.5, seed: 3 }.grid(width, height).unwrap();
            let pattern = Pattern { cells: grid_cells(&grid), ..Pattern::default() };
            assert_eq!(pattern.cells.population(), grid.population());
            let (back, _) = place(&pattern, size(width, height), true).unwrap();
            assert!(back == grid, "{width} x {height}");
        }
    }

    #[test]
    fn runs_of_a_grid_hold_all_its_cells_and_do_not_touch() {
        let grid = Soup { density: 0.7, seed: 5 }.grid(130, 9).unwrap();
        let runs: Vec<_> = grid_runs(&grid, Rule::LIFE).collect();
        let population: Count = runs.iter().map(Run::length).sum();
        assert_eq!(population, grid.population());
        let apart = |pair: &[Run]| {
            let gap = pair[1].first.checked_sub(pair[0].last).unwrap();
            pair[0].y < pair[1].y || (pair[0].y == pair[1].y && gap > 1.into())
        };
        assert!(runs.windows(2).all(apart));
    }

    #[test]
    fn a_pattern_is_centered_cell_by_cell() {
        let grid = Soup { density: 0.4, seed: 8 }.grid(150, 6).unwrap();
        let cells = grid.live_cells().map(|at| Position {
            x: i64::from(at.x) - 1_000_000_007, // So that its words straddle those of the grid.
            y: i64::from(at.y) + 50,
        });
        let pattern = Pattern { cells: cells.collect(), ..Pattern::default() };
        let (placed, _) = place(&pattern, size(301, 11), false).unwrap();
        assert_eq!(relative(&placed), relative(&grid));
        let area = placed.extent().unwrap();
        assert_eq!(area.corner, Cell::new(150 - area.width / 2, 5 - area.height / 2));
    }

    /// The live cells, from the corner of their box.
    fn relative(grid: &Grid) -> Vec<(u32, u32)> {
        let corner = grid.extent().unwrap().corner;
        grid.live_cells().map(|at| (at.x - corner.x, at.y - corner.y)).collect()
    }

    #[test]
    fn the_cell_that_lies_outside_is_named() {
        let cells = [3, 60, 63, 64].map(|x| Position { x, y: 0 });
        let pattern = Pattern {
            cells: cells.into_iter().collect(),
            bounds: Some(Bounds { topology: Topology::Plane, width: 61, height: 1 }),
            ..Pattern::default()
        };
        let error = place(&pattern, size(61, 1), true).unwrap_err();
        assert!(matches!(error, Error::Outside { x: 63, y: 0, .. }), "{error}");
    }
}
