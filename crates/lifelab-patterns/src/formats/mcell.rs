//! MCell: keywords after `#`, and the cells in its own kind of RLE. It is only read.
//!
//! Source: M. Wojtowicz, "Cellular Automata files formats", the help page of Mirek's Cellebration. Of the
//! families that the program knows, these are read: Life and Generations. What lines say about the board, the
//! colors and the speed is kept as comments; of the board there is a warning.

use lifelab_core::{CellState, Rule};

use super::comments::Comments;
use super::rle::tags;
use super::rule::read_rule;
use crate::cells::{Run, StatesBuilder};
use crate::codec::{Codec, Draft};
use crate::error::{ErrorKind, Fault};
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::text::{Line, Lines, Scanner, trim, unexpected};
use crate::warning::Warning;

/// What the first line starts with.
const MAGIC: &[u8] = b"#MCell";

pub(crate) const CODEC: Codec =
    Codec { recognizes: |line, _| line.starts_with(MAGIC), read, fits: |_| true, write: None };

fn read(text: &[u8], limits: &Limits) -> Result<Draft, Fault> {
    let mut reader = Reader {
        comments: Comments::new(limits),
        has_board: false,
        rule: None,
        cells: None,
        x: 0,
        y: 0,
        memory_bytes: limits.memory_bytes,
    };
    for line in Lines::new(text).skip(1).filter(|line| !line.is_blank()) {
        reader.read_line(text, &line)?;
    }
    let Reader { comments, has_board, rule, cells, .. } = reader;
    let mut pattern = Pattern { rule: rule.unwrap_or_default(), ..Pattern::default() };
    if let Some(cells) = cells {
        (pattern.cells, pattern.ages) = cells.finish();
    }
    let warnings = if has_board { vec![Warning::Board] } else { vec![] };
    Ok(Draft { content: comments.into_pattern(pattern).into(), warnings })
}

struct Reader {
    comments: Comments,
    /// Whether a line tells of the board.
    has_board: bool,
    /// `None` before the line that names it, and then it is Life.
    rule: Option<Rule>,
    /// `None` before the first line of cells.
    cells: Option<StatesBuilder>,
    /// The place of the next cell.
    x: i64,
    y: i64,
    memory_bytes: u64,
}

impl Reader {
    fn read_line(&mut self, text: &[u8], line: &Line<'_>) -> Result<(), Fault> {
        let keyword = |word: &[u8]| line.after(word).filter(Scanner::is_set_off);
        if let Some(game) = keyword(b"#GAME") {
            check_family(game)
        } else if let Some(rule) = keyword(b"#RULE") {
            self.read_rule(text, rule)
        } else if let Some(cells) = keyword(b"#L") {
            self.read_cells(text, cells)
        } else if let Some(about) = keyword(b"#D") {
            self.comments.add(about.rest(), line.start..line.end)
        } else if line.bytes().starts_with(b"#") {
            self.has_board |= keyword(b"#BOARD").or_else(|| keyword(b"#WRAP")).is_some();
            self.comments.add(line.bytes(), line.start..line.end)
        } else {
            Err(unexpected(text, line.start, "`#` and a keyword of MCell, such as `#L` and cells"))
        }
    }

    fn read_rule(&mut self, text: &[u8], mut scanner: Scanner<'_>) -> Result<(), Fault> {
        scanner.skip_blanks();
        if self.rule.is_some() || self.cells.is_some() {
            return Err(unexpected(text, scanner.at, "one rule, before the cells"));
        }
        let start = scanner.at;
        let spec = read_rule(&mut scanner)?;
        if let Some(bounds) = spec.bounds {
            let expected = "a rule without a finite universe".into();
            return Err(ErrorKind::Unexpected { found: bounds.to_string(), expected }
                .at(start..scanner.end));
        }
        self.rule = Some(spec.rule);
        Ok(())
    }

    /// Reads the items of one line: `.` is dead, `A` to `X` are the states from 1 to 24, `aA` to `aX` the next
    /// 24, and so on to `jO`; `$` ends a row.
    fn read_cells(&mut self, text: &[u8], mut scanner: Scanner<'_>) -> Result<(), Fault> {
        let rule = self.rule.unwrap_or_default();
        let bytes = self.memory_bytes;
        let cells = self.cells.get_or_insert_with(|| StatesBuilder::new(bytes, rule));
        loop {
            scanner.skip_blanks();
            let start = scanner.at;
            let count = match scanner.peek() {
                None => return Ok(()),
                Some(b'0'..=b'9') => read_count(text, &mut scanner)?,
                Some(_) => 1,
            };
            let moved = |at: i64| {
                let end = scanner.at;
                at.checked_add(count).ok_or_else(|| ErrorKind::OutOfRange.at(start..end))
            };
            match scanner.peek() {
                Some(b'$') => (self.x, self.y) = (0, moved(self.y)?),
                Some(b'.') => self.x = moved(self.x)?,
                _ => {
                    let (state, length) = read_state(text, &scanner, rule)?;
                    let after = moved(self.x)?;
                    let run = Run { y: self.y, x: self.x, length: count.unsigned_abs() };
                    let end = scanner.at + length;
                    cells.push(run, state).map_err(|kind| kind.at(start..end))?;
                    self.x = after;
                    scanner.at += length - 1;
                }
            }
            scanner.at += 1;
        }
    }
}

/// The families that are read.
const FAMILIES: [&[u8]; 2] = [b"Life", b"Generations"];

fn check_family(mut scanner: Scanner<'_>) -> Result<(), Fault> {
    scanner.skip_blanks();
    let name = trim(scanner.rest());
    if FAMILIES.iter().any(|family| family.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let found = format!("the game `{}`", crate::text::decode(name));
    let expected = "Life or Generations; other games of MCell are not supported".into();
    Err(ErrorKind::Unexpected { found, expected }.at(scanner.at..scanner.at + name.len()))
}

/// Steps over a count, at least 1.
fn read_count(text: &[u8], scanner: &mut Scanner<'_>) -> Result<i64, Fault> {
    let start = scanner.at;
    let digits = scanner.take_while(|byte| byte.is_ascii_digit());
    let count = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    match count {
        Some(count @ 1..) => Ok(count),
        Some(_) => Err(unexpected(text, start, "a count of at least 1")),
        None => {
            let found = format!("the count {}", crate::text::shortened(digits));
            let expected = "a count that fits in 64 bits".into();
            Err(ErrorKind::Unexpected { found, expected }.at(start..scanner.at))
        }
    }
}

/// The state that comes next, and the length of its tag.
fn read_state(text: &[u8], scanner: &Scanner<'_>, rule: Rule) -> Result<(CellState, usize), Fault> {
    let expected = "a count, or one of the tags . $ A to X, the latter after a to j, too";
    let Some((state, length)) = tags::state(scanner.rest(), b'a'..=b'j') else {
        return Err(unexpected(text, scanner.at, expected));
    };
    match u16::from(state.number()) < rule.states() {
        true => Ok((state, length)),
        false => {
            let found = format!("a cell in state {state}");
            let expected = format!("a state from 0 to {}, as {rule} has them", rule.states() - 1);
            let span = scanner.at..scanner.at + length;
            Err(ErrorKind::Unexpected { found, expected: expected.into() }.at(span))
        }
    }
}
