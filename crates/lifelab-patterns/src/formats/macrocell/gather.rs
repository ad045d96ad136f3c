//! From cells to a tree: eight rows become a strip of squares, and two strips become one of squares twice
//! as wide, up to four squares around the origin.

use std::borrow::Cow;

use super::{EMPTY, Header, LEAF_LEVEL, Tree, TreeBuilder};
use crate::cells::{BoundingBox, Cells, CellsBuilder, Run, Word};
use crate::error::ErrorKind;
use crate::pattern::Pattern;

/// Squares side by side, none of them empty.
struct Strip {
    /// The row, in squares.
    row: i64,
    /// Columns, in squares, and numbers.
    squares: Vec<(i64, u32)>,
}

pub(super) fn tree_of(pattern: &Pattern, max_bytes: u64) -> Result<Tree, ErrorKind> {
    let mut builder = TreeBuilder::new(max_bytes);
    let cells = placed(pattern)?;
    let root = match cells.bounding_box() {
        Some(area) => root(&cells, quarter_level(area), &mut builder)?,
        None => EMPTY,
    };
    builder.finish(Header::of(pattern), root)
}

/// The cells where the pattern has them, or, if only a finite universe tells where that is, as seen from its
/// middle.
fn placed(pattern: &Pattern) -> Result<Cow<'_, Cells>, ErrorKind> {
    let Some(bounds) = pattern.bounds.filter(|_| pattern.position.is_none()) else {
        return Ok(Cow::Borrowed(&pattern.cells));
    };
    let offset = pattern.offset_in(bounds.width, bounds.height);
    let moved = |at: i64, by: i64, length: u32| {
        let at = i128::from(at) + i128::from(by) - i128::from(length / 2);
        i64::try_from(at).map_err(|_| ErrorKind::OutOfRange)
    };
    let mut cells = CellsBuilder::new(u64::MAX);
    for run in pattern.cells.runs() {
        let y = moved(run.y, offset.y, bounds.height)?;
        let x = moved(run.x, offset.x, bounds.width)?;
        cells.push(Run { y, x, ..run })?;
    }
    Ok(Cow::Owned(cells.finish()))
}

/// The level of four squares around the origin that hold this area.
fn quarter_level(area: BoundingBox) -> u8 {
    let bits = |at: i64| u64::BITS - (if at < 0 { !at } else { at }).leading_zeros();
    let sides = [area.left, area.top, area.right, area.bottom].map(bits);
    sides.into_iter().fold(LEAF_LEVEL.into(), u32::max) as u8 // At most 63.
}

fn root(cells: &Cells, quarter_level: u8, builder: &mut TreeBuilder) -> Result<u32, ErrorKind> {
    let mut strips = leaf_strips(cells, builder)?;
    for level in LEAF_LEVEL + 1..=quarter_level {
        strips = joined(&strips, level, builder)?;
    }
    // What is left has rows and columns -1 and 0.
    let mut children = [EMPTY; 4];
    for Strip { row, squares } in strips {
        for (column, number) in squares {
            children[2 * usize::from(row == 0) + usize::from(column == 0)] = number;
        }
    }
    builder.inner(quarter_level + 1, children)
}

/// The strips of squares of 8x8.
fn leaf_strips(cells: &Cells, builder: &mut TreeBuilder) -> Result<Vec<Strip>, ErrorKind> {
    let mut strips = Vec::new();
    let mut words = cells.words().peekable();
    let mut block: Vec<Word> = Vec::new();
    while let Some(first) = words.next() {
        let row = first.y >> LEAF_LEVEL;
        block.clear();
        block.push(first);
        while let Some(word) = words.next_if(|word| word.y >> LEAF_LEVEL == row) {
            block.push(word);
        }
        block.sort_by_key(|word| word.index); // Eight rows, each of them in order.
        let mut squares = Vec::new();
        for words in block.chunk_by(|a, b| a.index == b.index) {
            push_leaves(words, &mut squares, builder)?;
        }
        strips.push(Strip { row, squares });
    }
    Ok(strips)
}

/// Adds the squares of 8x8 of up to eight words, one below the other.
fn push_leaves(
    words: &[Word],
    squares: &mut Vec<(i64, u32)>,
    builder: &mut TreeBuilder,
) -> Result<(), ErrorKind> {
    for column in 0..8 {
        let row = |word: &Word| (word.bits >> (8 * column) & 0xff) << (8 * (word.y & 7));
        let cells = words.iter().map(row).fold(0, |cells, row| cells | row);
        if cells != 0 {
            squares.push((8 * words[0].index + column, builder.leaf(cells)?));
        }
    }
    Ok(())
}

/// The strips of this level, from those of the level below.
fn joined(strips: &[Strip], level: u8, builder: &mut TreeBuilder) -> Result<Vec<Strip>, ErrorKind> {
    let pairs = strips.chunk_by(|a, b| a.row >> 1 == b.row >> 1);
    let mut next = Vec::new();
    for pair in pairs {
        let half = |parity: i64| {
            let strip = pair.iter().find(|strip| strip.row & 1 == parity);
            strip.map_or(&[][..], |strip| strip.squares.as_slice())
        };
        let squares = join(half(0), half(1), level, builder)?;
        next.push(Strip { row: pair[0].row >> 1, squares });
    }
    Ok(next)
}

/// One strip from its northern and southern half.
fn join<'a>(
    mut north: &'a [(i64, u32)],
    mut south: &'a [(i64, u32)],
    level: u8,
    builder: &mut TreeBuilder,
) -> Result<Vec<(i64, u32)>, ErrorKind> {
    let mut squares = Vec::new();
    let column = |half: &[(i64, u32)]| half.first().map(|(column, _)| column >> 1);
    while let Some(next) = [column(north), column(south)].into_iter().flatten().min() {
        let mut children = [EMPTY; 4];
        for (half, quarters) in [(&mut north, 0), (&mut south, 2)] {
            while let Some((&(column, number), rest)) = half.split_first()
                && column >> 1 == next
            {
                children[quarters + (column & 1) as usize] = number;
                *half = rest;
            }
        }
        squares.push((next, builder.inner(level, children)?));
    }
    Ok(squares)
}
