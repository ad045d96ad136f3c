//! The universe as it is drawn.

use std::ops::Range;

use lifelab::core::{Bounds, Coordinate, Raster, View};
use lifelab::live::{Ages, Lights};
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::Style;

use crate::camera::{Camera, Pixels};
use crate::glyphs::{Dot, Glyphs};
use crate::palette::Depth;

/// What the colors of cells say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Colors {
    /// For how long a cell has lived, from white to blue; from afar, how many cells of a square live.
    #[default]
    Age,
    /// Which thread or task has computed it, while it computes.
    Worker,
    /// Nothing.
    None,
}

impl Colors {
    pub(crate) const ALL: [Self; 3] = [Self::Age, Self::Worker, Self::None];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Worker => "worker",
            Self::None => "none",
        }
    }
}

/// All that a picture is made of.
pub(crate) struct Picture<'a> {
    pub(crate) raster: &'a Raster,
    pub(crate) camera: &'a Camera,
    /// The universe's edges, if it has any.
    pub(crate) bounds: Option<Bounds>,
    pub(crate) ages: &'a Ages,
    pub(crate) lights: &'a Lights,
    pub(crate) colors: Colors,
    pub(crate) glyphs: Glyphs,
    pub(crate) depth: Depth,
    /// The cell under the cursor, if there is one.
    pub(crate) cursor: Option<(Coordinate, Coordinate)>,
}

/// What all pixels of a picture have in common, in squares of the camera's view.
struct Layout {
    /// How far the raster's view is from the camera's, which has moved since; `None` if it shows something
    /// else.
    offset: Option<(i64, i64)>,
    /// Columns and rows that lie inside of the universe.
    inside: (Range<i64>, Range<i64>),
    cursor: Option<(i64, i64)>,
}

impl Picture<'_> {
    /// Draws into an area, which has the camera's size.
    pub(crate) fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let layout = self.layout();
        let size = self.glyphs.pixels();
        let mut dots = vec![Dot::Dark; (size.x * size.y) as usize];
        for row in 0..area.height {
            for column in 0..area.width {
                let corner = Pixels { x: u32::from(column) * size.x, y: u32::from(row) * size.y };
                let mut is_beyond = true;
                for (dot, index) in dots.iter_mut().zip(0..) {
                    let at = Pixels { x: corner.x + index % size.x, y: corner.y + index / size.x };
                    let square = self.square(at);
                    let (columns, rows) = &layout.inside;
                    is_beyond &= !(columns.contains(&square.0) && rows.contains(&square.1));
                    *dot = self.dot(square, &layout);
                }
                let Some(target) = buffer.cell_mut((area.x + column, area.y + row)) else {
                    continue;
                };
                let glyph = self.glyphs.glyph(&dots);
                target.set_char(glyph.symbol).set_style(glyph.style);
                if is_beyond && glyph.symbol == ' ' {
                    match self.depth.beyond() {
                        Some(color) => target.set_style(Style::new().bg(color)),
                        None => target.set_char('░'),
                    };
                }
            }
        }
    }

    fn layout(&self) -> Layout {
        let wanted = self.camera.view();
        let distance = |from: Coordinate, to: Coordinate| to.checked_sub(from)?.to_i64();
        let seen = self.raster.view().filter(|seen| seen.scale == wanted.scale);
        let offset = seen.and_then(|seen| {
            Some((distance(seen.left, wanted.left)?, distance(seen.top, wanted.top)?))
        });
        let inside = |first: Coordinate, length: Option<u32>| {
            let Some(length) = length else { return i64::MIN..i64::MAX };
            let last = Coordinate::from(i64::from(length) - 1).shifted_right(wanted.scale);
            match (distance(first, Coordinate::ZERO), distance(first, last)) {
                (Some(first), Some(last)) => first..last.saturating_add(1),
                _ => 0..0,
            }
        };
        let square =
            |cell: Coordinate, first: Coordinate| distance(first, cell.shifted_right(wanted.scale));
        Layout {
            offset,
            inside: (
                inside(wanted.left, self.bounds.map(|bounds| bounds.width)),
                inside(wanted.top, self.bounds.map(|bounds| bounds.height)),
            ),
            cursor: self
                .cursor
                .and_then(|(x, y)| Some((square(x, wanted.left)?, square(y, wanted.top)?))),
        }
    }

    /// The square of cells at a pixel, counted from the first of the camera's view.
    fn square(&self, at: Pixels) -> (i64, i64) {
        let magnification = self.camera.magnification();
        ((at.x / magnification).into(), (at.y / magnification).into())
    }

    fn dot(&self, square: (i64, i64), layout: &Layout) -> Dot {
        if layout.cursor == Some(square) {
            return Dot::Live(self.depth.cursor());
        }
        let (Some((right, down)), Some(view)) = (layout.offset, self.raster.view()) else {
            return Dot::Dark;
        };
        let within = |at: i64, by: i64, length: u32| {
            let at = u32::try_from(at.checked_add(by)?).ok()?;
            (at < length).then_some(at)
        };
        let x = within(square.0, right, view.width);
        let y = within(square.1, down, view.height);
        let (Some(x), Some(y)) = (x, y) else { return Dot::Dark };
        let pixel = y as usize * view.width as usize + x as usize;
        self.color(pixel, self.raster.shares()[pixel], view)
    }

    fn color(&self, pixel: usize, share: f32, view: View) -> Dot {
        let is_alive = share > 0.0;
        match self.colors {
            Colors::Worker => match (self.lights.at(pixel), is_alive) {
                (Some(worker), true) => Dot::Live(self.depth.worker(worker, true)),
                (Some(worker), false) if self.depth != Depth::Mono => {
                    Dot::Glow(self.depth.worker(worker, false))
                }
                (None, true) => Dot::Live(self.depth.plain()),
                (_, false) => Dot::Dark,
            },
            _ if !is_alive => Dot::Dark,
            // A cell that is dying has less than a whole share.
            Colors::Age if view.scale > 0 || share < 1.0 => Dot::Live(self.depth.share(share)),
            Colors::Age => Dot::Live(self.depth.age(self.ages.at(pixel))),
            Colors::None => Dot::Live(Depth::Mono.plain()),
        }
    }
}
