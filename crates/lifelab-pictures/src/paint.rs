//! From pixels to points.

use crate::digits;
use crate::labels::labels;
use crate::layout::Layout;
use crate::palette::Point;
use crate::pixels::Pixels;

/// The points of a picture, row by row, a byte each: the numbers of their colors.
///
/// # Panics
/// If the pixels do not show the view of the layout.
pub(crate) fn paint(layout: &Layout, pixels: &Pixels) -> Vec<u8> {
    let is_laid_out = pixels.view() == layout.view();
    assert!(is_laid_out, "a picture shows the view that it is laid out for");
    let (width, side) = (layout.width() as usize, layout.side() as usize);
    let (left, top) = layout.margin();
    let (left, lines) = (left as usize, usize::from(layout.has_lines()));
    let mut points = Vec::with_capacity(width * layout.height() as usize);
    points.resize(width * top as usize, Point::Dead as u8);
    let line = |points: &mut Vec<u8>| {
        points.resize(points.len() + left, Point::Dead as u8);
        points.resize(points.len() + width - left, Point::Line as u8);
    };
    for row in pixels.rows() {
        (0..lines).for_each(|_| line(&mut points));
        let first = points.len();
        points.resize(first + left, Point::Dead as u8);
        for &point in row {
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
