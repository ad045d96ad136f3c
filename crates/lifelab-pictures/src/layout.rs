//! How large a picture is.

use lifelab_core::View;

use crate::error::PictureError;

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
}

impl Layout {
    /// A picture of `view`, each of its pixels a square with `side` points on a side, with lines between
    /// them if there is room, which takes three points.
    ///
    /// # Errors
    /// If it has no point, more than 65,535 on a side, or more than 2^28 in all.
    pub fn new(view: View, side: u32, has_lines: bool) -> Result<Self, PictureError> {
        let layout = Self { view, side, has_lines: has_lines && side >= 3 };
        if view.width == 0 || view.height == 0 || side == 0 {
            return Err(PictureError::Empty);
        }
        let (width, height) = (layout.length(view.width), layout.length(view.height));
        if width.max(height) > MOST_SIDE.into() || width * height > MOST_POINTS {
            let (most_side, most_points) = (MOST_SIDE, MOST_POINTS);
            return Err(PictureError::TooLarge { width, height, most_side, most_points });
        }
        Ok(layout)
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

    /// Columns of points.
    pub fn width(&self) -> u32 {
        self.length(self.view.width) as u32
    }

    /// Rows of points.
    pub fn height(&self) -> u32 {
        self.length(self.view.height) as u32
    }

    /// Lines are on both sides of each cell.
    fn length(&self, pixels: u32) -> u64 {
        u64::from(pixels) * u64::from(self.side) + u64::from(self.has_lines)
    }
}
