//! Cells as items, eight cells at a time.
//!
//! Where runs are short, as in a soup, asking where each one ends is a branch that no processor can
//! predict, and takes longer than writing its item. So of the eight cells of a byte, a table knows
//! the items of all runs that begin and end among them. What is left to do is one item for the run
//! that came from before, and to remember the last run, which may go on:
//!
//! ```text
//!   . O O O  |  O O . O O . . .  |         3 live cells are open
//!               ^^^                        `5o` is counted
//!                   ^^^^^                  `b2o` is looked up
//!                         ^^^^^            3 dead cells are open
//! ```

use std::io::{self, Write};

use crate::cells::{Cells, Position, Word};

/// The longest line of cells, in characters.
pub(super) const LINE: usize = 70;

/// Bytes that are written at once.
const BLOCK: usize = 1 << 14;

/// Room for what a word of cells may add to a block: for each byte a short item, seven characters
/// from the table and the end of a line, and four times the 20 digits and the tag of a long item.
const ROOM: usize = 8 * (3 + 7 + 1) + 4 * (21 + 1);

/// Writes the cells as seen from `corner`, which none of them precedes, and the final `!`.
pub(in crate::formats) fn write_cells(
    cells: &Cells,
    corner: Position,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Lines { block: vec![0; BLOCK + ROOM], line: 0, end: 0, out };
    let (mut at, mut open) = (corner, Run::START);
    for Word { y, index, bits } in cells.words() {
        if y > at.y {
            lines.put_live(open);
            lines.put(y.abs_diff(at.y), Tag::Row);
            (at, open) = (Position { x: corner.x, y }, Run::START);
        }
        let x = index << u64::BITS.ilog2();
        if x != at.x {
            if open.is_live {
                lines.put_live(open);
                open = Run::START;
            }
            // The corner may lie within the word. Then there are less than no cells before it,
            // which the word's first cells make up for.
            open.length = open.length.wrapping_add_signed(x.wrapping_sub(at.x));
        }
        for byte in bits.to_le_bytes() {
            open = lines.put_byte(byte, open);
        }
        at.x = x.wrapping_add(u64::BITS.into()); // Beyond the plane's last column no word follows.
        lines.write_full_block()?;
    }
    lines.put_live(open);
    lines.finish()
}

/// Cells side by side that are alike.
#[derive(Clone, Copy)]
struct Run {
    is_live: bool,
    length: u64,
}

impl Run {
    /// No cell yet; and dead, because it is the live ones that cannot be left out.
    const START: Self = Self { is_live: false, length: 0 };
}

/// What an item counts.
#[derive(Clone, Copy)]
enum Tag {
    Dead,
    Live,
    Row,
}

/// Items, gathered into lines, and lines into a block.
struct Lines<'a> {
    block: Vec<u8>,
    /// Where the last line starts.
    line: usize,
    end: usize,
    out: &'a mut dyn Write,
}

impl Lines<'_> {
    /// Puts the items that a byte of cells completes, and returns the run that it leaves open.
    #[inline(always)]
    fn put_byte(&mut self, byte: u8, open: Run) -> Run {
        let piece = &PIECES[usize::from(open.is_live)][usize::from(byte)];
        let length = open.length.wrapping_add(piece.first.into());
        if piece.last == 0 {
            return Run { length, ..open };
        }
        self.put_count(length, if open.is_live { Tag::Live } else { Tag::Dead });
        self.push(piece.inner, piece.inner_length.into());
        self.wrap();
        Run { is_live: byte >> 7 == 1, length: piece.last.into() }
    }

    /// Puts a run if it is live; dead cells at the end of a row need not be written.
    fn put_live(&mut self, run: Run) {
        if run.is_live {
            self.put(run.length, Tag::Live);
        }
    }

    fn put(&mut self, count: u64, tag: Tag) {
        self.put_count(count, tag);
        self.wrap();
    }

    /// Puts an item, unless it counts nothing. The line may become too long.
    #[inline(always)]
    fn put_count(&mut self, count: u64, tag: Tag) {
        match count {
            0..100 => {
                let item = ITEMS[tag as usize][count as usize];
                self.push(item, item[3].into());
            }
            _ => self.put_long(count, tag),
        }
    }

    /// Puts an item with a count of several digits.
    #[cold]
    fn put_long(&mut self, count: u64, tag: Tag) {
        let digits = count.ilog10() as usize + 1;
        let mut left = count;
        for place in self.block[self.end..self.end + digits].iter_mut().rev() {
            *place = b'0' + (left % 10) as u8;
            left /= 10;
        }
        self.block[self.end + digits] = tag.letter();
        self.end += digits + 1;
    }

    /// Appends the first bytes of some. All are copied: that takes no loop.
    #[inline(always)]
    fn push<const N: usize>(&mut self, bytes: [u8; N], length: usize) {
        self.block[self.end..self.end + N].copy_from_slice(&bytes);
        self.end += length;
    }

    /// Ends a line that has become too long before the first item that does not fit.
    #[inline(always)]
    fn wrap(&mut self) {
        if self.end - self.line > LINE {
            self.break_line();
        }
    }

    #[inline(never)]
    fn break_line(&mut self) {
        let mut at = self.line + LINE;
        while self.block[at - 1].is_ascii_digit() {
            at -= 1;
        }
        self.block.copy_within(at..self.end, at + 1);
        self.block[at] = b'\n';
        self.line = at + 1;
        self.end += 1;
    }

    /// Writes what is complete, if the block is full.
    fn write_full_block(&mut self) -> io::Result<()> {
        if self.end >= BLOCK {
            self.out.write_all(&self.block[..self.line])?;
            self.block.copy_within(self.line..self.end, 0);
            self.end -= self.line;
            self.line = 0;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.push(*b"!", 1);
        self.wrap();
        self.push(*b"\n", 1);
        self.out.write_all(&self.block[..self.end])
    }
}

impl Tag {
    const fn letter(self) -> u8 {
        match self {
            Self::Dead => b'b',
            Self::Live => b'o',
            Self::Row => b'$',
        }
    }
}

/// Short items by tag and count, each with its length behind it.
static ITEMS: [[[u8; 4]; 100]; 3] = {
    let mut items = [[[0; 4]; 100]; 3];
    let tags = [Tag::Dead, Tag::Live, Tag::Row];
    let mut i = 0;
    while i < 300 {
        items[i / 100][i % 100] = short_item((i % 100) as u8, tags[i / 100]);
        i += 1;
    }
    items
};

const fn short_item(count: u8, tag: Tag) -> [u8; 4] {
    let (tens, ones) = (b'0' + count / 10, b'0' + count % 10);
    match count {
        0 => [0; 4],
        1 => [tag.letter(), 0, 0, 1],
        2..10 => [ones, tag.letter(), 0, 2],
        _ => [tens, ones, tag.letter(), 3],
    }
}

/// What a byte of cells is to a run that comes before it.
#[derive(Clone, Copy)]
struct Piece {
    /// How many cells go on with that run.
    first: u8,
    /// How many cells, from another run on, are alike at the end; none if all go on with the first.
    last: u8,
    /// The items between the two.
    inner: [u8; 8],
    inner_length: u8,
}

/// The pieces, by the state of the cells before, and the byte.
static PIECES: [[Piece; 256]; 2] = {
    let mut pieces = [[Piece::of(0, false); 256]; 2];
    let mut i = 0;
    while i < 512 {
        pieces[i / 256][i % 256] = Piece::of((i % 256) as u8, i / 256 == 1);
        i += 1;
    }
    pieces
};

impl Piece {
    const fn of(byte: u8, after_live: bool) -> Self {
        let first = alike(byte, 0, after_live);
        let mut piece = Self { first, last: 0, inner: [0; 8], inner_length: 0 };
        let (mut cell, mut is_live) = (first, !after_live);
        while cell < 8 {
            let length = alike(byte, cell, is_live);
            cell += length;
            if cell == 8 {
                piece.last = length;
            } else {
                let item = short_item(length, if is_live { Tag::Live } else { Tag::Dead });
                let mut i = 0;
                while i < item[3] {
                    piece.inner[piece.inner_length as usize] = item[i as usize];
                    piece.inner_length += 1;
                    i += 1;
                }
            }
            is_live = !is_live;
        }
        piece
    }
}

/// How many cells from `cell` on are in this state.
const fn alike(byte: u8, cell: u8, is_live: bool) -> u8 {
    let others = if is_live { !byte } else { byte } >> cell;
    if others == 0 { 8 - cell } else { others.trailing_zeros() as u8 }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::{Limits, Pattern};

    /// The items run by run, as the format is defined, without line ends.
    fn plain(cells: &Cells, corner: Position) -> String {
        let mut text = String::new();
        let mut put = |count: u64, tag: char| match count {
            0 => {}
            1 => text.push(tag),
            _ => write!(text, "{count}{tag}").expect("memory"),
        };
        let mut at = corner;
        for run in cells.runs() {
            if run.y > at.y {
                put(run.y.abs_diff(at.y), '$');
                at = Position { x: corner.x, y: run.y };
            }
            put(run.x.abs_diff(at.x), 'b');
            put(run.length, 'o');
            at.x = run.last().saturating_add(1);
        }
        text + "!"
    }

    /// Rows of words of all sorts, some far away from each other.
    fn words() -> impl Strategy<Value = Vec<(i64, i64, u64)>> {
        let bits = prop_oneof![
            any::<u64>(),
            any::<u64>().prop_flat_map(|one| any::<u64>().prop_map(move |other| one & other)),
            Just(u64::MAX),
            (0..64_u32).prop_map(|bit| 1 << bit),
        ];
        let index = prop_oneof![8 => -3..4_i64, 1 => Just(1 << 40), 1 => Just(i64::MAX >> 7)];
        prop::collection::vec((prop_oneof![-2..3_i64, Just(1 << 50)], index, bits), 0..60)
    }

    proptest! {
        #[test]
        fn the_items_are_those_of_the_runs(words in words(), before in 0..70_i64) {
            let mut builder = crate::CellsBuilder::new(u64::MAX);
            for &(y, index, bits) in &words {
                builder.push_word(Word { y, index, bits }).expect("no limit");
            }
            let cells = builder.finish();
            let area = cells.bounding_box().map_or((0, 0), |area| (area.left, area.top));
            let corner = Position { x: area.0 - before, y: area.1 - before % 3 };
            let mut text = Vec::new();
            write_cells(&cells, corner, &mut text).expect("memory");
            let text = String::from_utf8(text).expect("characters");
            prop_assert_eq!(text.replace('\n', ""), plain(&cells, corner));
            prop_assert!(text.ends_with("!\n") && text.lines().all(|line| line.len() <= LINE));

            let placed = format!("#CXRLE Pos={},{}\nx = 0, y = 0\n{text}", corner.x, corner.y);
            let read = Pattern::read(placed.as_bytes(), None, &Limits::default()).expect("RLE");
            prop_assert_eq!(read.pattern.cells, cells);
        }
    }
}
