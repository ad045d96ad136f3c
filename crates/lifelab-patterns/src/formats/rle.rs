//! RLE, the format most patterns are published in: `#` comments, a header line with size and rule,
//! and the cells as runs, `bo$2bo$3o!`.
//!
//! Sources: LifeWiki, "Run Length Encoded", and Golly's help page "File formats" for `#CXRLE`.

pub(super) mod encoder;
mod header;
pub(super) mod items;
mod states;
pub(super) mod tags;
pub(super) mod write;

use lifelab_core::RuleSpec;

use self::header::Header;
use self::items::Items;
use super::comments::{Comments, Label};
use super::rule::read_rule;
use crate::cells::Position;
use crate::codec::{Codec, Draft};
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::{Line, Lines, Scanner, unexpected};
use crate::warning::Warning;

pub(crate) const CODEC: Codec = Codec {
    recognizes: |_, text| recognizes(text),
    read,
    fits: write::fits,
    write: Some(write::write),
};

/// Whether a header or nothing but items comes after the comments.
fn recognizes(text: &[u8]) -> bool {
    let mut lines = Lines::new(text);
    loop {
        let rest = lines.rest();
        match lines.next() {
            None => return false,
            Some(line) if line.is_blank() || line.bytes().starts_with(b"#") => {}
            Some(line) => {
                let line = line.bytes();
                let is_header = header::starts(line) || header::resembles(line);
                return is_header || has_only_items_to_the_end(rest);
            }
        }
    }
}

/// Whether the text is items up to a final `!`; it may go on behind that.
fn has_only_items_to_the_end(text: &[u8]) -> bool {
    let end = text.iter().position(|&byte| byte == b'!' || !is_in_items(byte));
    end.is_some_and(|end| matches!(text[end], b'!' | b'#'))
}

/// Whether cells are written with this character.
fn is_in_items(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'X' | b'b' | b'o' | b'p'..=b'y' | b'.' | b'$' | b'!')
        || byte.is_ascii_whitespace()
}

fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let mut reader = Reader {
        comments: Comments::new(limits),
        old_rule: None,
        old_position: None,
        position: None,
        generation: None,
    };
    let mut lines = Lines::new(text);
    let header = reader.read_leading_lines(&mut lines)?;
    let mut warnings = Vec::new();
    if header.is_none() {
        if lines.rest().is_empty() {
            return Err(unexpected(text, text.len(), "`x =` and the rest of a header, or cells"));
        }
        check_first_line(text, lines.clone())?;
        warnings.push(Warning::NoHeader);
    }
    let mut pattern = reader.start_pattern(header)?;
    let mut items = Items::new(&pattern, limits);
    let start = lines.at();
    reader.read_cells(text, &mut lines, &mut items)?;
    let ended = items.finish(&mut pattern);
    items::check_placed(&pattern).map_err(|kind| kind.at(start..text.len()))?;
    if !ended {
        warnings.push(Warning::NoEnd);
    }
    warnings.extend(larger_than_header(&pattern));
    Ok(Draft { content: reader.comments.into_pattern(pattern).into(), warnings })
}

/// Whether cells can start here, where a header or comments could, too.
fn check_first_line(text: &[u8], mut lines: Lines<'_>) -> Result<(), Fault> {
    let Some(mut start) = lines.next().map(|line| line.scan()) else { return Ok(()) };
    start.skip_blanks();
    if start.rest().starts_with(b"version https://git-lfs") {
        let found = "a pointer of Git LFS in the place of the file".into();
        let expected = "the file itself, as `git lfs pull` brings it".into();
        return Err(ErrorKind::Unexpected { found, expected }.at(start.at..start.at + 7));
    }
    // A word starts with letters that could be cells: what comes after them tells.
    start.take_while(|byte| byte != b'!' && is_in_items(byte));
    if start.peek().is_none_or(is_in_items) {
        return Ok(());
    }
    let expected = "a header such as `x = 3, y = 3`, a comment after `#`, or cells";
    Err(unexpected(text, start.at, expected))
}

/// What the lines with `#` say.
struct Reader<'a> {
    comments: Comments,
    /// `#r`, from older programs.
    old_rule: Option<Scanner<'a>>,
    /// `#P` or `#R`, from older programs.
    old_position: Option<Position>,
    position: Option<Position>,
    generation: Option<u128>,
}

impl<'a> Reader<'a> {
    /// Reads comments and, if there is one, the header.
    fn read_leading_lines(&mut self, lines: &mut Lines<'a>) -> Result<Option<Header>, Fault> {
        loop {
            let mut ahead = lines.clone();
            let Some(line) = ahead.next() else { return Ok(None) };
            if line.bytes().starts_with(b"#") {
                self.read_hash(&line)?;
            } else if !line.is_blank() {
                if !header::starts(line.bytes()) {
                    if header::resembles(line.bytes()) {
                        let mut scanner = line.scan();
                        scanner.skip_blanks();
                        return Err(scanner.unexpected("a header such as `x = 3, y = 3`"));
                    }
                    return Ok(None);
                }
                *lines = ahead;
                return Header::read(line).map(Some);
            }
            *lines = ahead;
        }
    }

    /// Reads a leading line that starts with `#`.
    fn read_hash(&mut self, line: &Line<'a>) -> Result<(), Fault> {
        let (text, span) = (line.bytes(), line.start..line.end);
        let Some((letter, mut rest)) = line.hash() else { return Ok(()) };
        match letter {
            b'C' if is_extended(&rest) => self.read_extended(line, rest),
            b'N' if rest.is_set_off() => self.comments.set(Label::Name, rest.rest(), text, span),
            b'O' if rest.is_set_off() => self.comments.set(Label::Author, rest.rest(), text, span),
            b'P' | b'R' if rest.may_start_numbers() => {
                self.old_position = Some(rest.position_or_origin()?);
                Ok(())
            }
            b'r' if rest.may_start_numbers() && self.old_rule.is_none() => {
                self.old_rule = Some(rest);
                Ok(())
            }
            _ => self.comments.add(comment(line), span),
        }
    }

    /// `#CXRLE Pos=-5,7 Gen=42`.
    fn read_extended(&mut self, line: &Line<'a>, mut scanner: Scanner<'a>) -> Result<(), Fault> {
        scanner.at += b"XRLE".len();
        loop {
            scanner.skip_blanks();
            let is_known = |key: &[u8]| scanner.rest().starts_with(key);
            if scanner.at == scanner.end {
                return Ok(());
            } else if is_known(b"Pos=") {
                scanner.at += b"Pos=".len();
                let x = scanner.integer("the column of the position")?;
                scanner.expect(b',', "a comma and the row of the position")?;
                let y = scanner.integer("the row of the position")?;
                self.position = Some(Position { x, y });
            } else if is_known(b"Gen=") {
                scanner.at += b"Gen=".len();
                self.generation = Some(scanner.natural("a generation number")?);
            } else {
                let key = scanner.take_while(|byte| byte != b' ' && byte != b'\t');
                let comment = [b"#CXRLE ", key].concat();
                self.comments.add(&comment, line.start..line.end)?;
                continue;
            }
            let ends = scanner.peek().is_none_or(crate::text::is_blank);
            if !ends {
                return Err(scanner.unexpected("a space or the end of the line"));
            }
        }
    }

    /// All but the cells and comments.
    fn start_pattern(&mut self, header: Option<Header>) -> Result<Pattern, Fault> {
        let size = header.as_ref().map(|header| header.size);
        let rule = match (header.and_then(|header| header.rule), &mut self.old_rule) {
            (Some(rule), _) => rule,
            (None, Some(old)) => read_rule(old)?,
            (None, None) => RuleSpec::default(),
        };
        Ok(Pattern {
            rule: rule.rule,
            bounds: rule.bounds,
            position: self.position.or(self.old_position),
            generation: self.generation.unwrap_or(0),
            size,
            ..Pattern::default()
        })
    }

    /// Reads the cells, comments between them, and what follows the final `!`.
    fn read_cells(
        &mut self,
        text: &'a [u8],
        lines: &mut Lines<'a>,
        items: &mut Items,
    ) -> Result<(), Fault> {
        for line in lines {
            if line.bytes().starts_with(b"#") {
                self.comments.add(comment(&line), line.start..line.end)?;
            } else if let Some(end) = items.read_line(text, line.start..line.end)? {
                return self.read_epilog(text, end);
            }
        }
        Ok(())
    }

    fn read_epilog(&mut self, text: &[u8], end: usize) -> Result<(), Fault> {
        let lines = Lines::from(text, end).filter(|line| !line.is_blank());
        for line in lines {
            self.comments.add(comment(&line), line.start..line.end)?;
        }
        Ok(())
    }
}

/// A comment: what follows `#C`, or else the whole line.
fn comment<'a>(line: &Line<'a>) -> &'a [u8] {
    match line.hash() {
        Some((b'C' | b'c', rest)) if rest.is_set_off() => rest.rest(),
        _ => line.bytes(),
    }
}

/// Whether a comment `#C...` is a line of extended RLE.
fn is_extended(rest: &Scanner<'_>) -> bool {
    let after = rest.rest().strip_prefix(b"XRLE");
    after.is_some_and(|after| after.first().is_none_or(|&byte| crate::text::is_blank(byte)))
}

/// The size in the header is advice. Smaller patterns are normal: dead cells need not be written.
fn larger_than_header(pattern: &Pattern) -> Option<Warning> {
    let (declared, actual) = (pattern.size?, pattern.area().size);
    (actual != declared).then_some(Warning::LargerThanHeader { declared, actual })
}
