//! From cells to extended Wechsler format, in each of the eight orientations of a square.

use super::{DIGITS, LONG_GAP, STRIP_ROWS};
use crate::cells::{BoundingBox, Cells};

/// The longest side of a pattern that gets a code, in cells.
pub(super) const LONGEST_SIDE: u64 = 4096;

/// A way to turn and mirror a pattern.
#[derive(Clone, Copy)]
pub(super) struct Orientation {
    mirrors_columns: bool,
    mirrors_rows: bool,
    swaps_axes: bool,
}

impl Orientation {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|bits| Self {
            mirrors_columns: bits & 1 != 0,
            mirrors_rows: bits & 2 != 0,
            swaps_axes: bits & 4 != 0,
        })
    }
}

/// The code of cells that lie in this box, without a prefix. Sides are at most [`LONGEST_SIDE`].
pub(super) fn encode(cells: &Cells, area: BoundingBox, orientation: Orientation) -> String {
    let (width, height) = (area.width() as usize, area.height() as usize);
    let (columns, rows) = if orientation.swaps_axes { (height, width) } else { (width, height) };
    // The columns of all strips, one strip after the other.
    let mut strips = vec![0_u8; columns * rows.div_ceil(STRIP_ROWS)];
    for at in cells {
        let mut x = at.x.abs_diff(area.left) as usize;
        let mut y = at.y.abs_diff(area.top) as usize;
        if orientation.mirrors_columns {
            x = width - 1 - x;
        }
        if orientation.mirrors_rows {
            y = height - 1 - y;
        }
        let (x, y) = if orientation.swaps_axes { (y, x) } else { (x, y) };
        strips[y / STRIP_ROWS * columns + x] |= 1 << (y % STRIP_ROWS);
    }
    let strips: Vec<String> = strips.chunks(columns).map(encode_strip).collect();
    strips.join("z").trim_end_matches('z').to_owned()
}

fn encode_strip(strip: &[u8]) -> String {
    let mut code = String::new();
    let mut empty = 0;
    for &column in strip {
        if column == 0 {
            empty += 1;
        } else {
            push_gap(empty, &mut code);
            empty = 0;
            code.push(DIGITS[usize::from(column)].into());
        }
    }
    code
}

/// Adds a number of empty columns.
fn push_gap(mut columns: usize, code: &mut String) {
    let [fewest, most] = LONG_GAP;
    while columns > 0 {
        let gap = columns.min(most);
        match gap {
            1 => code.push('0'),
            2 => code.push('w'),
            3 => code.push('x'),
            _ => code.extend(['y', DIGITS[gap - fewest].into()]),
        }
        columns -= gap;
    }
}
