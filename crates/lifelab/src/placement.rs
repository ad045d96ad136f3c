//! Placing a pattern into a grid, and making a pattern of a grid.

use lifelab_core::{Bounds, Cell, Grid, Topology};
use lifelab_patterns::{Cells, Frame, Pattern, Position, Run, Size as PatternSize};

use crate::error::Error;
use crate::size::Size;

/// Dead cells on every side of a pattern that names no universe, if the user names none either.
pub(crate) const DEFAULT_MARGIN: u32 = 16;

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
    for run in pattern.cells.runs() {
        let (at, length) = inside(run, offset, &grid).ok_or(Error::Outside {
            x: run.x,
            y: run.y,
            size,
            remedy: "give a larger size, or a margin instead",
        })?;
        grid.fill_run(at, length);
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

/// A run in the grid's coordinates; `None` if any of it lies outside.
fn inside(run: Run, offset: Position, grid: &Grid) -> Option<(Cell, u32)> {
    let x = u32::try_from(run.x.checked_add(offset.x)?).ok()?;
    let y = u32::try_from(run.y.checked_add(offset.y)?).ok()?;
    let length = u32::try_from(run.length).ok()?;
    let fits = u64::from(x) + u64::from(length) <= grid.width().into() && y < grid.height();
    fits.then_some((Cell::new(x, y), length))
}

/// The grid as a pattern, with the name, author and comments of `about`.
pub(crate) fn to_pattern(
    grid: &Grid,
    topology: Topology,
    generation: u64,
    about: &Pattern,
) -> Pattern {
    let cells: Cells =
        grid.live_cells().map(|at| Position { x: at.x.into(), y: at.y.into() }).collect();
    let (width, height) = (grid.width(), grid.height());
    Pattern {
        bounds: Some(Bounds { topology, width, height }),
        position: None,
        size: Some(PatternSize { width: width.into(), height: height.into() }),
        generation: generation.into(),
        cells,
        ..about.clone()
    }
}
