//! How large a picture is.

use lifelab_core::View;

use crate::error::PictureError;
use crate::labels;

/// The most points on a side: more do not fit into a GIF.
const MOST_SIDE: u32 = u16::MAX as u32;

/// The most points in all: a byte each while they are painted.
const MOST_POINTS: u64 = 1 << 28;

/// How large a picture is: what it shows, and how many points a pixel of that has on a side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    view: View,
    side: u32,
    has_lines: bool,
    /// Columns of points to the left of the cells, and rows above them.
    margin: (u32, u32),
}

impl Layout {
    /// A picture of `view`, each of its pixels a square with `side` points on a side, with lines between
    /// them if there is room, which takes three points.
    ///
    /// # Errors
    /// If it has no point, more than 65,535 on a side, or more than 2^28 in all.
    pub fn new(view: View, side: u32, has_lines: bool) -> Result<Self, PictureError> {
        if view.width == 0 || view.height == 0 || side == 0 {
            return Err(PictureError::Empty);
        }
        Self { view, side, has_lines: has_lines && side >= 3, margin: (0, 0) }.checked()
    }

    /// The same picture with the numbers of columns above it and of rows to its left, as many as have room.
    ///
    /// # Errors
    /// If it is too large with them.
    pub fn with_labels(self) -> Result<Self, PictureError> {
        Self { margin: labels::margin(&self), ..self }.checked()
    }

    fn checked(self) -> Result<Self, PictureError> {
        let (width, height) = self.lengths();
        if width.max(height) > MOST_SIDE.into() || width * height > MOST_POINTS {
            let (most_side, most_points) = (MOST_SIDE, MOST_POINTS);
            return Err(PictureError::TooLarge { width, height, most_side, most_points });
        }
        Ok(self)
    }

    /// What it shows.
    pub fn view(&self) -> View {
        self.view
    }

    /// Whether there are lines between cells.
    pub fn has_lines(&self) -> bool {
        self.has_lines
    }

    /// Points on the side of a pixel of the view.
    pub fn side(&self) -> u32 {
        self.side
    }

    /// Columns of points to the left of the cells, and rows of points above them: none without labels.
    pub fn margin(&self) -> (u32, u32) {
        self.margin
    }

    /// Columns of points.
    pub fn width(&self) -> u32 {
        self.lengths().0 as u32
    }

    /// Rows of points.
    pub fn height(&self) -> u32 {
        self.lengths().1 as u32
    }

    /// Columns and rows of points. Lines are on both sides of each cell.
    fn lengths(&self) -> (u64, u64) {
        let length = |pixels: u32, margin: u32| {
            let cells = u64::from(pixels) * u64::from(self.side);
            cells + u64::from(self.has_lines) + u64::from(margin)
        };
        (length(self.view.width, self.margin.0), length(self.view.height, self.margin.1))
    }
}
