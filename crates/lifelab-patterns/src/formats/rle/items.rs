//! The cells of RLE: items of a count and a tag.

use std::ops::Range;

use lifelab_core::{Bounds, CellState, Rule};

use super::tags;
use crate::cells::{Position, Run, StatesBuilder, Word};
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::unexpected;

/// Cells per word.
const WORD: u32 = u64::BITS;

/// The coordinate after the last one of the plane.
const BEYOND: i128 = i64::MAX as i128 + 1;

/// The most bytes for whose cells memory is asked for at once.
const PIECE: usize = 1 << 12;

/// Reads items, and knows the place of the next cell.
pub(in crate::formats) struct Items {
    states: StatesBuilder,
    rule: Rule,
    /// The column in which rows start.
    left: i128,
    /// The next cell. Wider than coordinates are: it may lie one beyond the last of them.
    x: i128,
    y: i128,
    /// The universe that all live cells must lie in, with the offset of its first cell.
    bounds: Option<(Bounds, Position)>,
    /// The column after the last one, of that universe or of the plane.
    right: i128,
    ended: bool,
}

impl Items {
    /// Cells are placed as the rest of the pattern says.
    pub(in crate::formats) fn new(pattern: &Pattern, limits: &Limits) -> Self {
        let Position { x, y } = pattern.corner();
        // Without a size the cells must be known before they can be placed.
        let bounds =
            pattern.bounds.filter(|_| pattern.position.is_some() || pattern.size.is_some());
        let bounds = bounds.map(|bounds| (bounds, pattern.offset_in(bounds.width, bounds.height)));
        Self {
            states: StatesBuilder::new(limits.memory_bytes, pattern.rule),
            rule: pattern.rule,
            left: x.into(),
            x: x.into(),
            y: y.into(),
            bounds,
            right: match bounds {
                Some((bounds, offset)) if bounds.width != 0 => {
                    i128::from(bounds.width) - i128::from(offset.x)
                }
                _ => BEYOND,
            },
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
            at += self.read_short(&text[at..line.end]).map_err(|kind| kind.at(start..line.end))?;
            if at == line.end {
                break;
            }
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
                b'o' | b'A' => {
                    let live = self.occupied(count, CellState::ALIVE);
                    live.map_err(|kind| kind.at(start..at))?;
                }
                b'B'..=b'X' | b'p'..=b'y' if !self.rule.has_two_states() => {
                    let state = read_state(text, &mut at, line.end, self.rule)?;
                    self.occupied(count, state).map_err(|kind| kind.at(start..at))?;
                }
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

    /// Reads items of cells whose counts have one digit at most, and returns their length.
    ///
    /// In a dense pattern most are such. Asking whether an item has a count, and whether its cells
    /// live, would be branches that no processor can predict; here the only one is at the end of a
    /// word. Where something might be wrong nothing is read: [`read_line`](Self::read_line) does all
    /// the rest.
    fn read_short(&mut self, line: &[u8]) -> Result<usize, ErrorKind> {
        let (Ok(x), Ok(y)) = (i64::try_from(self.x), i64::try_from(self.y)) else { return Ok(0) };
        let line = &line[..line.len().min(PIECE)];
        if self.states.cells().left_bytes() < most_bytes(line) || !self.is_inside() {
            return Ok(0);
        }
        let (mut index, mut bit) = (x >> WORD.ilog2(), x as u32 % WORD);
        // How many cells there are from the word's first one on.
        let room = self.right - self.x + i128::from(bit);
        let mut room = i64::try_from(room).unwrap_or(i64::MAX);
        let (mut at, mut bits) = (0, 0);
        loop {
            let end = room.min(WORD.into()) as u32;
            'word: while let Some(&window) = line[at..].first_chunk() {
                // It holds four items at least. They come from a register: code that loads the next
                // item from where this one ends must wait for the load.
                let mut window = u64::from_le_bytes(window);
                for _ in 0..4 {
                    let item = Short::of(window as u8, (window >> 8) as u8);
                    if bit + item.count > end {
                        break 'word;
                    }
                    bits |= item.cells() << bit;
                    bit += item.count;
                    at += item.length;
                    window >>= 8 * item.length;
                }
            }
            let rest = line[at..].first_chunk().map(|&[first, second]| Short::of(first, second));
            let rest = rest.filter(|item| item.is_short() && i64::from(bit + item.count) <= room);
            let Some(item) = rest else {
                self.states.cells().push_word(Word { y, index, bits })?;
                self.x = i128::from(index) * i128::from(WORD) + i128::from(bit);
                return Ok(at);
            };
            // It reaches into the next word, or is one of the line's last.
            let (start, cells) = (bit, item.cells());
            bits |= cells.checked_shl(start).unwrap_or(0);
            bit += item.count;
            at += item.length;
            if bit >= WORD {
                self.states.cells().push_word(Word { y, index, bits })?;
                bits = cells >> (WORD - start);
                (index, bit, room) = (index + 1, bit - WORD, room - i64::from(WORD));
            }
        }
    }

    /// Whether the next cell lies in the universe.
    fn is_inside(&self) -> bool {
        self.bounds.is_none_or(|(bounds, offset)| {
            let (x, y) = (self.x + i128::from(offset.x), self.y + i128::from(offset.y));
            check_bounds(x, y, 1, bounds).is_ok()
        })
    }

    /// Gives the pattern its cells, and returns whether the final `!` has been seen.
    pub(in crate::formats) fn finish(self, pattern: &mut Pattern) -> bool {
        (pattern.cells, pattern.ages) = self.states.finish();
        self.ended
    }

    fn occupied(&mut self, count: i64, state: CellState) -> Result<(), ErrorKind> {
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
        self.states.push(Run { y, x, length: count.unsigned_abs() }, state)?;
        self.x = beyond;
        Ok(())
    }
}

/// An item of cells whose count has one digit at most; or any other, with more cells than fit.
#[derive(Clone, Copy)]
struct Short {
    count: u32,
    /// A mask: whether the cells live.
    live: u64,
    /// In bytes.
    length: usize,
}

impl Short {
    /// The item that starts with these two characters.
    #[inline(always)]
    fn of(first: u8, second: u8) -> Self {
        let is_counted = first.is_ascii_digit();
        let tag = TAGS[usize::from(if is_counted { second } else { first })];
        let count = COUNTS[usize::from(first)] | tag.count;
        Self { count: count.into(), live: tag.live, length: 1 + usize::from(is_counted) }
    }

    fn is_short(self) -> bool {
        self.count < OTHER.into()
    }

    #[inline(always)]
    fn cells(self) -> u64 {
        ((1 << (self.count % WORD)) - 1) & self.live
    }
}

/// The count of items that are not short: no word has this number of cells.
const OTHER: u8 = 128;

/// The counts of items that start with these bytes.
static COUNTS: [u8; 256] = {
    let mut counts = [1; 256];
    counts[b'0' as usize] = OTHER;
    let mut digit = 1;
    while digit < 10 {
        counts[b'0' as usize + digit] = digit as u8;
        digit += 1;
    }
    counts
};

/// What items with a tag have in common.
#[derive(Clone, Copy)]
struct Tag {
    live: u64,
    /// Bits that their counts have.
    count: u8,
}

static TAGS: [Tag; 256] = {
    let mut tags = [Tag { live: 0, count: OTHER }; 256];
    tags[b'b' as usize] = Tag { live: 0, count: 0 };
    tags[b'.' as usize] = Tag { live: 0, count: 0 };
    tags[b'o' as usize] = Tag { live: u64::MAX, count: 0 };
    tags[b'A' as usize] = Tag { live: u64::MAX, count: 0 };
    tags
};

/// The most memory, in bytes, that the cells of `line` take: of each word at least two bytes tell,
/// `9b` or `9o`, and it takes a segment of its own at worst.
fn most_bytes(line: &[u8]) -> u64 {
    32 * (line.len() as u64 / 2 + 2)
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
    if next > BEYOND { Err(ErrorKind::OutOfRange) } else { Ok(next) }
}

/// Names the first of `count` live cells that lies outside the universe.
fn check_bounds(x: i128, y: i128, count: i64, bounds: Bounds) -> Result<(), ErrorKind> {
    let end = |length: u32| if length == 0 { i128::MAX } else { i128::from(length) };
    let within = |at: i128, length: u32| length == 0 || (0..end(length)).contains(&at);
    let width = end(bounds.width);
    let inside = within(x, bounds.width) && within(y, bounds.height);
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

/// The state that the tag says which ends before byte `at`, or goes on there.
fn read_state(text: &[u8], at: &mut usize, end: usize, rule: Rule) -> Result<CellState, Fault> {
    let start = *at - 1;
    let Some((state, length)) = tags::state(&text[start..end], tags::PREFIXES) else {
        return Err(unexpected(text, *at, "a letter from A to X"));
    };
    *at = start + length;
    if u16::from(state.number()) < rule.states() {
        return Ok(state);
    }
    let tag = String::from_utf8_lossy(&text[start..*at]);
    let found = format!("`{tag}`, a cell in state {state}");
    let expected = format!("a state from 0 to {}, as {rule} has them", rule.states() - 1);
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
