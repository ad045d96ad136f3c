//! Where a viewer looks, and how closely.

use lifelab::core::{Coordinate, Rectangle, View};

/// Columns and rows of pixels, or a pixel among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Pixels {
    pub(crate) x: u32,
    pub(crate) y: u32,
}

/// Where a viewer looks, and how closely.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Camera {
    /// The cell in the middle.
    center: (Coordinate, Coordinate),
    /// A pixel is 2^zoom x 2^zoom cells; below zero, a cell is 2^-zoom x 2^-zoom pixels.
    zoom: i16,
    size: Pixels,
}

/// A cell has 8 x 8 pixels at most.
const CLOSEST: i16 = -3;

/// Far enough for all that has coordinates.
const FARTHEST: i16 = 240;

impl Camera {
    pub(crate) fn new(size: Pixels) -> Self {
        Self { center: (Coordinate::ZERO, Coordinate::ZERO), zoom: 0, size }
    }

    /// How closely it looks: see [`zoom`](Self).
    pub(crate) fn zoom(&self) -> i16 {
        self.zoom
    }

    pub(crate) fn size(&self) -> Pixels {
        self.size
    }

    /// Another size; what is in the middle stays there.
    pub(crate) fn resize(&mut self, size: Pixels) {
        self.size = size;
    }

    /// Pixels on each side of a cell, if it looks so closely; else 1.
    pub(crate) fn magnification(&self) -> u32 {
        1 << (-self.zoom).max(0)
    }

    /// What is to be read: a pixel of the view is a pixel of the screen, or a cell if those are larger.
    pub(crate) fn view(&self) -> View {
        let scale = self.scale();
        let across = |length: u32| length.div_ceil(self.magnification());
        let first = |center: Coordinate, length: u32| self.first(center, length);
        View {
            left: first(self.center.0, self.size.x),
            top: first(self.center.1, self.size.y),
            width: across(self.size.x),
            height: across(self.size.y),
            scale,
        }
    }

    /// The cell at a pixel: the first of its square.
    pub(crate) fn cell_at(&self, at: Pixels) -> (Coordinate, Coordinate) {
        let View { left, top, scale, .. } = self.view();
        let cell = |first: Coordinate, pixel: u32| {
            let index = moved(first, i64::from(pixel / self.magnification()));
            index.checked_shl(scale).unwrap_or(Coordinate::ZERO)
        };
        (cell(left, at.x), cell(top, at.y))
    }

    /// Moves, so that a cell is at a pixel.
    pub(crate) fn put(&mut self, cell: (Coordinate, Coordinate), at: Pixels) {
        let center = |cell: Coordinate, length: u32, pixel: u32| {
            let squares = |pixels: u32| i64::from(pixels / self.magnification());
            let middle =
                moved(cell.shifted_right(self.scale()), squares(length / 2) - squares(pixel));
            middle.checked_shl(self.scale()).unwrap_or(cell)
        };
        self.center = (center(cell.0, self.size.x, at.x), center(cell.1, self.size.y, at.y));
    }

    /// Moves by as many pixels to the right and down.
    pub(crate) fn pan(&mut self, x: i64, y: i64) {
        let by = |center: Coordinate, pixels: i64| {
            let squares = match pixels / i64::from(self.magnification()) {
                0 => pixels.signum(), // At least a cell.
                squares => squares,
            };
            let square = moved(center.shifted_right(self.scale()), squares);
            square.checked_shl(self.scale()).unwrap_or(center)
        };
        self.center = (by(self.center.0, x), by(self.center.1, y));
    }

    /// Looks twice as closely `steps` times, or from afar if it is negative; what is at a pixel stays there.
    pub(crate) fn zoom_by(&mut self, steps: i16, at: Pixels) {
        let cell = self.cell_at(at);
        self.zoom = (self.zoom - steps).clamp(CLOSEST, FARTHEST);
        self.put(cell, at);
    }

    /// The pixel in the middle.
    pub(crate) fn middle(&self) -> Pixels {
        Pixels { x: self.size.x / 2, y: self.size.y / 2 }
    }

    /// Moves a rectangle into the middle.
    pub(crate) fn center_on(&mut self, rectangle: Rectangle) {
        // By squares: what is as wide as the screen is to be seen to its last one.
        let middle = |first: Coordinate, last: Coordinate| {
            let [from, to] = [first, last].map(|cell| cell.shifted_right(self.scale()));
            between(from, to).checked_shl(self.scale()).unwrap_or(first)
        };
        self.center =
            (middle(rectangle.left, rectangle.right), middle(rectangle.top, rectangle.bottom));
    }

    /// Looks at all of a rectangle, as closely as it fits, but no closer than `closest`.
    pub(crate) fn fit(&mut self, rectangle: Rectangle, closest: i16) {
        let fits = |zoom: i16| {
            let camera = Self { zoom, ..*self };
            let side = |first: Coordinate, last: Coordinate, length: u32| {
                let scale = camera.scale();
                let squares = last.shifted_right(scale).abs_diff(first.shifted_right(scale));
                squares < u64::from(length / camera.magnification())
            };
            side(rectangle.left, rectangle.right, self.size.x)
                && side(rectangle.top, rectangle.bottom, self.size.y)
        };
        let zooms = closest.max(CLOSEST)..=FARTHEST;
        self.zoom = zooms.into_iter().find(|&zoom| fits(zoom)).unwrap_or(FARTHEST);
        self.center_on(rectangle);
    }

    fn scale(&self) -> u8 {
        self.zoom.max(0) as u8
    }

    /// The first square on a side of `length` pixels.
    fn first(&self, center: Coordinate, length: u32) -> Coordinate {
        let half = i64::from(length / 2 / self.magnification());
        moved(center.shifted_right(self.scale()), -half)
    }
}

/// A coordinate farther on; the same one where there are none farther on.
fn moved(at: Coordinate, by: i64) -> Coordinate {
    at.checked_add(by.into()).unwrap_or(at)
}

/// The coordinate half way between two.
fn between(first: Coordinate, last: Coordinate) -> Coordinate {
    // Rounded up, for the middle of a view of even size is the first one of its second half.
    let half = last.checked_sub(first).map(|length| moved(length, 1).shifted_right(1));
    half.and_then(|half| first.checked_add(half)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Pixels = Pixels { x: 80, y: 46 };

    fn rectangle(left: i64, top: i64, right: i64, bottom: i64) -> Rectangle {
        let (columns, rows) = (left.into()..=right.into(), top.into()..=bottom.into());
        Rectangle::new(columns, rows).unwrap()
    }

    fn is_seen(camera: &Camera, rectangle: Rectangle) -> bool {
        let window = camera.view().window().unwrap();
        window.union(rectangle) == window
    }

    #[test]
    fn what_is_fitted_is_seen_as_closely_as_possible() {
        for (what, zoom) in [
            (rectangle(0, 0, 79, 45), 0),
            (rectangle(-7, 3, 72, 48), 0),
            (rectangle(0, 0, 80, 45), 1),
            (rectangle(0, 0, 1000, 700), 4),
            (rectangle(7, 7, 8 + 79 * 8 - 1, 20), 3),
            (rectangle(5, 5, 7, 7), -3),
            (rectangle(i64::MIN, i64::MIN, i64::MAX, i64::MAX), 59),
        ] {
            let mut camera = Camera::new(SIZE);
            camera.fit(what, -3);
            assert!(is_seen(&camera, what), "{what:?} in {:?}", camera.view());
            assert_eq!(camera.zoom(), zoom, "{what:?}");
        }
        let mut camera = Camera::new(SIZE);
        camera.fit(rectangle(5, 5, 7, 7), 0);
        assert_eq!(camera.zoom(), 0, "no closer than asked for");
    }

    #[test]
    fn what_is_at_the_pointer_stays_there() {
        let mut camera = Camera::new(SIZE);
        camera.pan(12, -7);
        let at = Pixels { x: 61, y: 17 };
        let cell = camera.cell_at(at);
        for steps in [1, 1, -2, 1, 1] {
            camera.zoom_by(steps, at);
            let found = camera.cell_at(at);
            assert_eq!(found, cell, "zoom {}", camera.zoom());
        }
        camera.zoom_by(-10, at);
        let square = |at: Coordinate| at.shifted_right(camera.zoom() as u8);
        let found = camera.cell_at(at);
        assert_eq!((square(found.0), square(found.1)), (square(cell.0), square(cell.1)));
    }

    #[test]
    fn it_pans_by_pixels_and_at_least_by_a_cell() {
        for (zoom, by, expected) in [(0, 10, 10), (3, 10, 80), (-2, 10, 2), (-3, 1, 1), (0, -4, -4)]
        {
            let mut camera = Camera::new(SIZE);
            camera.zoom_by(-zoom, camera.middle());
            camera.pan(by, 0);
            assert_eq!(camera.center.0, Coordinate::from(expected), "zoom {zoom}");
        }
    }

    #[test]
    fn there_is_an_end_to_looking_closely_and_from_afar() {
        let mut camera = Camera::new(SIZE);
        (0..1000).for_each(|_| camera.zoom_by(1, camera.middle()));
        assert_eq!((camera.zoom(), camera.magnification()), (CLOSEST, 8));
        (0..1000).for_each(|_| camera.zoom_by(-1, camera.middle()));
        assert_eq!(camera.zoom(), FARTHEST);
        camera.pan(1000, 1000);
        let _ = (camera.view(), camera.cell_at(SIZE));
    }
}
