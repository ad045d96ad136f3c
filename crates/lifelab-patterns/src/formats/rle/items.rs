//! The cells of RLE: items of a count and a tag.

use std::ops::Range;

use lifelab_core::Bounds;

use crate::cells::{Cells, CellsBuilder, Position, Run};
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::unexpected;

/// Reads items, and knows the place of the next cell.
pub(in crate::formats) struct Items {
    cells: CellsBuilder,
    /// The column in which rows start.
    left: i128,
    /// The next cell. Wider than coordinates are: it may lie one beyond the last of them.
    x: i128,
    y: i128,
    /// The universe that all live cells must lie in, with the offset of its first cell.
    bounds: Option<(Bounds, Position)>,
    ended: bool,
}

impl Items {
    /// Cells are placed as the rest of the pattern says.
    pub(in crate::formats) fn new(pattern: &Pattern, limits: &Limits) -> Self {
        let Position { x, y } = pattern.corner();
        // Without a size the cells must be known before they can be placed.
        let bounds =
            pattern.bounds.filter(|_| pattern.position.is_some() || pattern.size.is_some());
        Self {
            cells: CellsBuilder::new(limits.memory_bytes),
            left: x.into(),
            x: x.into(),
            y: y.into(),
            bounds: bounds.map(|bounds| (bounds, pattern.offset_in(bounds.width, bounds.height))),
            ended: false,
        }
    }

    /// Reads the items of one line, and returns the place after the final `!` if it is there.
    pub(in crate::formats) fn read_line(
        &mut self,
        text: &[u8],
        line: Range<usize>,
    ) -> Result<Option<usize>, Fault> {
        let mut at = line.start;
        while at < line.end {
            let start = at;
            let count = match text[at] {
                b' ' | b'\t' => {
                    at += 1;
                    continue;
                }
                b'0'..=b'9' => read_count(text, &mut at, line.end)?,
                _ => 1,
            };
            let tag = if at < line.end { text[at] } else { b'\n' };
            at += 1;
            match tag {
                b'b' | b'.' => {
                    self.x = advance(self.x, count).map_err(|kind| kind.at(start..at))?;
                }
                b'o' | b'A' => self.live(count).map_err(|kind| kind.at(start..at))?,
                b'$' => {
                    self.y = advance(self.y, count).map_err(|kind| kind.at(start..at))?;
                    self.x = self.left;
                }
                b'!' => {
                    self.ended = true;
                    return Ok(Some(at));
                }
                _ => return Err(refuse(text, start, at - 1)),
            }
        }
        Ok(None)
    }

    /// The cells, and whether the final `!` has been seen.
    pub(in crate::formats) fn finish(self) -> (Cells, bool) {
        (self.cells.finish(), self.ended)
    }

    fn live(&mut self, count: i64) -> Result<(), ErrorKind> {
        let beyond = advance(self.x, count)?;
        let (Ok(x), Ok(y)) = (self.x.try_into(), self.y.try_into()) else {
            return Err(ErrorKind::OutOfRange);
        };
        if let Some((bounds, offset)) = self.bounds {
            check_bounds(
                self.x + i128::from(offset.x),
                self.y + i128::from(offset.y),
                count,
                bounds,
            )?;
        }
        self.cells.push(Run { y, x, length: count.unsigned_abs() })?;
        self.x = beyond;
        Ok(())
    }
}

/// Whether all cells lie in the universe of the pattern, now that it is complete and can be placed.
pub(in crate::formats) fn check_placed(pattern: &Pattern) -> Result<(), ErrorKind> {
    let (Some(bounds), Some(area)) = (pattern.bounds, pattern.cells.bounding_box()) else {
        return Ok(());
    };
    let offset = pattern.offset_in(bounds.width, bounds.height);
    [(area.left, area.top), (area.right, area.bottom)].into_iter().try_for_each(|(x, y)| {
        let (x, y) = (i128::from(x) + i128::from(offset.x), i128::from(y) + i128::from(offset.y));
        check_bounds(x, y, 1, bounds)
    })
}

/// The place `count` cells on. It may lie just beyond the plane, where no cell can follow.
fn advance(at: i128, count: i64) -> Result<i128, ErrorKind> {
    let next = at + i128::from(count);
    if next > i128::from(i64::MAX) + 1 { Err(ErrorKind::OutOfRange) } else { Ok(next) }
}

/// Names the first of `count` live cells that lies outside the universe.
fn check_bounds(x: i128, y: i128, count: i64, bounds: Bounds) -> Result<(), ErrorKind> {
    let (width, height) = (i128::from(bounds.width), i128::from(bounds.height));
    let inside = (0..width).contains(&x) && (0..height).contains(&y);
    if inside && x + i128::from(count) <= width {
        return Ok(());
    }
    Err(ErrorKind::OutOfBounds { x: if inside { width } else { x }, y, bounds })
}

/// Steps over a count, which has no leading zero.
fn read_count(text: &[u8], at: &mut usize, end: usize) -> Result<i64, Fault> {
    let start = *at;
    let mut count: i64 = 0;
    let mut fits = true;
    while let Some(digit) = text[*at..end].first().filter(|byte| byte.is_ascii_digit()) {
        match count.checked_mul(10).and_then(|tens| tens.checked_add(i64::from(digit - b'0'))) {
            Some(next) => count = next,
            None => fits = false,
        }
        *at += 1;
    }
    let expected = match (text[start], fits) {
        (b'0', _) => "a count without leading zeros, at least 1",
        (_, false) => "a count that fits in 64 bits",
        (_, true) => return Ok(count),
    };
    let found = format!("the count {}", crate::text::shortened(&text[start..*at]));
    Err(ErrorKind::Unexpected { found, expected: expected.into() }.at(start..*at))
}

/// What is wrong with the tag at byte `at`, in an item that starts at `start`.
#[cold]
fn refuse(text: &[u8], start: usize, at: usize) -> Fault {
    let state = match (text.get(at), text.get(at + 1)) {
        (Some(letter @ b'B'..=b'X'), _) => Some((*letter as char).to_string()),
        (Some(prefix @ b'p'..=b'y'), Some(letter @ b'A'..=b'X')) => {
            Some([*prefix as char, *letter as char].iter().collect())
        }
        (Some(b'p'..=b'y'), _) => return unexpected(text, at + 1, "a letter from A to X"),
        _ => None,
    };
    match state {
        Some(state) => ErrorKind::Unexpected {
            found: format!("`{state}`, a cell of a further state"),
            expected: "cells of two states, as the rule has them".into(),
        }
        .at(at..at + state.len()),
        None if start < at => unexpected(text, at, "one of the tags b o $ ! right after the count"),
        None => unexpected(text, at, "a count, or one of the tags b o $ !"),
    }
}
