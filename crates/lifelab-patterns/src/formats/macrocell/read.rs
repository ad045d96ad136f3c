//! From text to a tree, line by line.

use lifelab_core::Rule;

use super::builder::TreeBuilder;
use super::square::Square;
use super::{EMPTY, Header, Tree};
use crate::error::{ErrorKind, Fault};
use crate::formats::comments::{Comments, Label};
use crate::formats::rule::read_rule;
use crate::limits::Limits;
use crate::text::{Line, Lines, Scanner, unexpected};
use crate::warning::Warning;

/// What the first line starts with.
pub(super) const MAGIC: &[u8] = b"[M2]";

/// Reads a tree. Memory is bounded by the limits and by the length of the text, whatever numbers it names.
pub(super) fn read_tree(text: &[u8], limits: &Limits) -> Result<(Tree, Vec<Warning>), Fault> {
    let mut lines = Lines::new(text);
    let start = lines.at();
    if !lines.next().is_some_and(|line| line.bytes().starts_with(MAGIC)) {
        return Err(unexpected(text, start, "`[M2]` in the first line, as in macrocell files"));
    }
    let mut reader = Reader {
        header: Header::default(),
        comments: Comments::new(limits),
        squares: Vec::new(),
        builder: TreeBuilder::new(limits.memory_bytes),
        has_frames: false,
    };
    for line in lines {
        match line.bytes() {
            [b'#', ..] => reader.read_hash(&line)?,
            _ if line.is_blank() => {}
            _ => reader.read_square(&line)?,
        }
    }
    reader.finish().map_err(|kind| kind.at(start..text.len()))
}

struct Reader {
    header: Header,
    comments: Comments,
    /// The squares so far; the first one is number 1.
    squares: Vec<Square>,
    builder: TreeBuilder,
    has_frames: bool,
}

impl Reader {
    fn read_hash(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        let (text, span) = (line.bytes(), line.start..line.end);
        match line.hash() {
            Some((b'R', mut rest)) if rest.is_set_off() => {
                rest.skip_blanks();
                let start = rest.at;
                self.header.rule = read_rule(&mut rest)?;
                check_states(self.header.rule.rule).map_err(|kind| kind.at(start..rest.at))?;
                Ok(())
            }
            Some((b'G', rest)) if rest.is_set_off() => self.read_generation(rest),
            Some((b'F', _)) if is_frame(text) => {
                self.has_frames = true;
                Ok(())
            }
            Some((b'N', rest)) if rest.is_set_off() => {
                self.comments.set(Label::Name, rest.rest(), text, span)
            }
            Some((b'O', rest)) if rest.is_set_off() => {
                self.comments.set(Label::Author, rest.rest(), text, span)
            }
            Some((b'C', rest)) if rest.is_set_off() => self.comments.add(rest.rest(), span),
            _ => self.comments.add(text, span),
        }
    }

    fn read_generation(&mut self, mut rest: Scanner<'_>) -> Result<(), Fault> {
        rest.skip_blanks();
        self.header.generation = rest.natural("a generation number")?;
        rest.end("the end of the line")
    }

    fn read_square(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        let mut scanner = line.scan();
        scanner.skip_blanks();
        let square = match scanner.peek() {
            Some(b'.' | b'*' | b'$') => Square::drawn(&mut scanner, &mut self.builder)?,
            Some(b'0'..=b'9') => Square::divided(&mut scanner, &self.squares, &mut self.builder)?,
            _ => {
                let expected = "a square: 8x8 cells in `.`, `*` and `$`, or five numbers";
                return Err(scanner.unexpected(expected));
            }
        };
        let charged = self.builder.charge(size_of::<Square>() as u64);
        charged.map_err(|kind| kind.at(line.start..line.end))?;
        self.squares.push(square);
        Ok(())
    }

    /// The tree whose root is the last square.
    fn finish(self) -> Result<(Tree, Vec<Warning>), crate::error::ErrorKind> {
        let Self { mut header, comments, squares, mut builder, has_frames } = self;
        let root = match squares.last() {
            Some(square) => square.number(&mut builder)?,
            None => EMPTY,
        };
        (header.name, header.author, header.comments) = comments.into_parts();
        let warnings = has_frames.then_some(Warning::Frames).into_iter().collect();
        Ok((builder.finish(header, root)?, warnings))
    }
}

/// Refuses a rule with more than two states, whose squares are others.
fn check_states(rule: Rule) -> Result<(), ErrorKind> {
    match rule.has_two_states() {
        true => Ok(()),
        false => Err(ErrorKind::Unexpected {
            found: format!("the rule {rule}, with {} states", rule.states()),
            expected: "one with two, for others are not supported in macrocell files; save the \
                       pattern as RLE"
                .into(),
        }),
    }
}

/// `#FRAMES 3 100 8` or `#FRAME 0 17`: snapshots of earlier generations, which share the squares.
fn is_frame(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"#FRAMES").or_else(|| text.strip_prefix(b"#FRAME"));
    rest.is_some_and(|rest| rest.first().is_none_or(|&byte| crate::text::is_blank(byte)))
}
