//! Placing a pattern into a grid, and making a pattern of a grid.

use std::ops::ControlFlow;

use lifelab_core::{Bounds, Cell, Count, Grid, Position, Run, Size, Universe, World};
use lifelab_patterns::{
    Cells, CellsBuilder, Frame, Pattern, Run as PatternRun, Size as PatternSize, Word,
};

use crate::error::Error;

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
    let (width, height) = (size.width.get(), size.height.get());
    let offset = if own_universe {
        pattern.offset_in(width, height)
    } else {
        centering(claim(pattern), width, height)
    };
    let mut grid = Grid::new(width, height)?;
    for word in pattern.cells.words() {
        let (at, bits) = inside(word, offset, &grid).map_err(|Position { x, y }| {
            Error::Outside { x, y, size, remedy: "give a larger size, or a margin instead" }
        })?;
        grid.fill_word(at, bits);
    }
    let Position { x, y } = pattern.corner();
    let first = Position { x: x.saturating_add(offset.x), y: y.saturating_add(offset.y) };
    Ok((grid, first))
}

/// The part of the plane that a pattern needs. Where the file gives no size, that is its live cells
/// alone, for then its corner may lie far away from them.
fn claim(pattern: &Pattern) -> Frame {
    match (pattern.size, pattern.cells.bounding_box()) {
        (None, Some(area)) => area.into(),
        _ => pattern.frame(),
    }
}

/// What to add to the pattern's coordinates so that its frame lies in the middle of the grid.
fn centering(frame: Frame, width: u32, height: u32) -> Position {
    let shift = |side: u32, length: u64, start: i64| {
        i64::from(side / 2).saturating_sub_unsigned(length / 2).saturating_sub(start)
    };
    Position {
        x: shift(width, frame.size.width, frame.corner.x),
        y: shift(height, frame.size.height, frame.corner.y),
    }
}

/// A word in the grid's coordinates, from its first live cell on; or the first that lies outside.
fn inside(word: Word, offset: Position, grid: &Grid) -> Result<(Cell, u64), Position> {
    let column = |bit: u32| word.index * i64::from(u64::BITS) + i64::from(bit);
    let within = |bit: u32| {
        let x = u32::try_from(column(bit).checked_add(offset.x)?).ok()?;
        let y = u32::try_from(word.y.checked_add(offset.y)?).ok()?;
        (x < grid.width() && y < grid.height()).then_some(Cell::new(x, y))
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
    let size = bounds.map(|Bounds { width, height, .. }| PatternSize {
        width: width.into(),
        height: height.into(),
    });
    let generation = universe.generation();
    Ok(Pattern {
        bounds,
        position: None,
        size,
        generation: generation.to_u128().ok_or_else(|| too_old(generation))?,
        cells: match universe.as_grid() {
            Some(grid) => grid_cells(grid),
            None => plane_cells(universe)?,
        },
        ..about.clone()
    })
}

/// A run of a pattern's cells, on the plane.
pub(crate) fn run(run: PatternRun) -> Run {
    Run { y: run.y.into(), first: run.x.into(), last: run.last().into() }
}

/// The live cells of a grid in runs as long as possible, in reading order.
pub(crate) fn grid_runs(grid: &Grid) -> impl Iterator<Item = Run> + '_ {
    let mut cells = grid.live_cells().peekable();
    std::iter::from_fn(move || {
        let Cell { x, y } = cells.next()?;
        let mut last = x;
        while cells.next_if(|next| next.y == y && next.x == last + 1).is_some() {
            last += 1;
        }
        let [y, first, last] = [y, x, last].map(|at| i64::from(at).into());
        Some(Run { y, first, last })
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

fn plane_cells(universe: &dyn Universe) -> Result<Cells, Error> {
    let population = universe.population();
    if population > MOST_CELLS {
        return Err(too_many(population));
    }
    if universe.background() {
        return Err(live_background());
    }
    let mut cells = CellsBuilder::new(u64::MAX);
    let flow = universe.visit(None, &mut |run: Run| {
        let place = run.y.to_i64().zip(run.first.to_i64());
        match place.zip(run.last.to_i64()) {
            Some(((y, x), _)) => {
                let length = run.length().saturating_to_u64();
                let pushed = cells.push(PatternRun { x, y, length });
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

fn too_far() -> Error {
    let message = "there are live cells beyond columns or rows of 64 bits".to_owned();
    Error::Setup { message, remedy: "write an earlier generation" }
}

fn live_background() -> Error {
    let message = "all cells far away are alive, and a pattern file cannot say that".to_owned();
    Error::Setup { message, remedy: "go one generation further" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::{Soup, Topology};

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
        let runs: Vec<_> = grid_runs(&grid).collect();
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
