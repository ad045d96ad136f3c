//! From a tree, or anything that can name its squares, to text.

use std::io::{self, Write};

use lifelab_core::Count;

use super::{EMPTY, Header, Node, Tree};
use crate::formats::comments;

/// Writes a macrocell file square by square: for whoever has a quadtree, in whatever form.
///
/// Quarters come first; what is written last is the pattern. Writes are small, so they should be buffered.
///
/// ```
/// use lifelab_patterns::macrocell::{EMPTY, Header, Writer};
///
/// let mut writer = Writer::new(Vec::new(), &Header::default())?;
/// let glider = writer.leaf(0b_0000_0111_0000_0100_0000_0010)?;
/// writer.inner(4, [EMPTY, EMPTY, EMPTY, glider])?;
/// let text = String::from_utf8(writer.finish()?)?;
/// assert!(text.ends_with("\n#R B3/S23\n.*$..*$***$\n4 0 0 0 1\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    /// The number of the last square.
    last: u32,
}

impl<W: Write> Writer<W> {
    /// Writes everything that comes before the squares.
    ///
    /// # Errors
    /// If the output cannot be written, here and below.
    pub fn new(mut out: W, header: &Header) -> io::Result<Self> {
        writeln!(out, "[M2] (lifelab {})", env!("CARGO_PKG_VERSION"))?;
        writeln!(out, "#R {}", header.rule)?;
        if header.generation != Count::ZERO {
            writeln!(out, "#G {}", header.generation)?;
        }
        for (letter, text) in [('N', &header.name), ('O', &header.author)] {
            if let Some(text) = text {
                writeln!(out, "#{letter} {}", comments::one_line(text))?;
            }
        }
        for line in comments::lines(&header.comments) {
            comments::write_comment("#C", line, &mut out)?;
        }
        Ok(Self { out, last: EMPTY })
    }

    /// Writes a square of 8x8 cells, bit 8 * row + column set where a cell is live, and returns its
    /// number. The empty one needs no line.
    ///
    /// # Errors
    /// If the output cannot be written, or there are 2^32 squares.
    pub fn leaf(&mut self, cells: u64) -> io::Result<u32> {
        if cells == 0 {
            return Ok(EMPTY);
        }
        let mut line = [0; 8 * 9 + 1];
        let mut end = 0;
        let mut put = |byte| {
            line[end] = byte;
            end += 1;
        };
        let rows = 8 - cells.leading_zeros() / 8;
        for y in 0..rows {
            let row = (cells >> (8 * y)) as u8;
            for x in 0..u8::BITS - row.leading_zeros() {
                put(if row >> x & 1 == 1 { b'*' } else { b'.' });
            }
            put(b'$');
        }
        put(b'\n');
        self.out.write_all(&line[..end])?;
        self.next()
    }

    /// Writes a square of side 2^level, from the numbers of its north-west, north-east, south-west and
    /// south-east quarter, and returns its own. If all are empty it needs no line.
    ///
    /// # Errors
    /// As [`leaf`](Self::leaf).
    pub fn inner(&mut self, level: u8, children: [u32; 4]) -> io::Result<u32> {
        if children == [EMPTY; 4] {
            return Ok(EMPTY);
        }
        let mut digits = itoa::Buffer::new();
        self.out.write_all(digits.format(level).as_bytes())?;
        for child in children {
            self.out.write_all(b" ")?;
            self.out.write_all(digits.format(child).as_bytes())?;
        }
        self.out.write_all(b"\n")?;
        self.next()
    }

    /// Gives the output back.
    ///
    /// # Errors
    /// If the output cannot be flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn next(&mut self) -> io::Result<u32> {
        let next = self.last.checked_add(1);
        self.last = next.ok_or_else(|| io::Error::other("there are 2^32 different squares"))?;
        Ok(self.last)
    }
}

/// Writes a tree in the order in which its squares are met from north-west to south-east.
pub(super) fn write_tree(tree: &Tree, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::new(out, &tree.header)?;
    // Numbers in the file, by numbers in the tree; those of squares not yet written are 0.
    let mut numbers = vec![EMPTY; tree.nodes.len() + 1];
    let mut path = vec![tree.root];
    while let Some(&number) = path.last() {
        let is_written = numbers[number as usize] != EMPTY;
        let node = tree.node(number).filter(|_| !is_written);
        match node {
            None => {}
            Some(Node::Leaf(cells)) => numbers[number as usize] = writer.leaf(cells)?,
            Some(Node::Inner { level, children }) => {
                let is_missing =
                    |&&child: &&u32| child != EMPTY && numbers[child as usize] == EMPTY;
                if let Some(&child) = children.iter().find(is_missing) {
                    path.push(child);
                    continue;
                }
                let children = children.map(|child| numbers[child as usize]);
                numbers[number as usize] = writer.inner(level, children)?;
            }
        }
        path.pop();
    }
    writer.finish().map(drop)
}
