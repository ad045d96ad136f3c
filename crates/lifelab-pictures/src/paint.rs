//! From shares of live cells to points.

use lifelab_core::Raster;

use crate::digits;
use crate::labels::labels;
use crate::layout::Layout;

/// What a point shows: its number is that of its color in the palette.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Point {
    Dead,
    Line,
    Sparse,
    Live,
}

impl Point {
    /// What a pixel of the view shows.
    pub(crate) fn of(share: f32) -> Self {
        match share {
            0.0 => Self::Dead,
            share if share < 0.5 => Self::Sparse,
            _ => Self::Live,
        }
    }
}

/// The points of a picture, row by row, a byte each: the numbers of their colors.
///
/// # Panics
/// If the raster does not show the view of the layout.
pub(crate) fn paint(layout: &Layout, raster: &Raster) -> Vec<u8> {
    assert_eq!(
        raster.view(),
        Some(layout.view()),
        "a picture shows the view that it is laid out for"
    );
    let (width, side) = (layout.width() as usize, layout.side() as usize);
    let (left, top) = layout.margin();
    let (left, lines) = (left as usize, usize::from(layout.has_lines()));
    let mut points = Vec::with_capacity(width * layout.height() as usize);
    points.resize(width * top as usize, Point::Dead as u8);
    let line = |points: &mut Vec<u8>| {
        points.resize(points.len() + left, Point::Dead as u8);
        points.resize(points.len() + width - left, Point::Line as u8);
    };
    for row in raster.shares().chunks(layout.view().width as usize) {
        (0..lines).for_each(|_| line(&mut points));
        let first = points.len();
        points.resize(first + left, Point::Dead as u8);
        for &share in row {
            let point = Point::of(share) as u8;
            points.resize(points.len() + lines, Point::Line as u8);
            points.resize(points.len() + side - lines, point);
        }
        points.resize(first + width, Point::Line as u8);
        // The other rows of these pixels look the same.
        for _ in 1..side - lines {
            points.extend_from_within(first..first + width);
        }
    }
    (0..lines).for_each(|_| line(&mut points));
    for label in labels(layout) {
        for (x, y) in digits::points(&label.text) {
            points[(label.y + y) as usize * width + (label.x + x) as usize] = Point::Live as u8;
        }
    }
    points
}
