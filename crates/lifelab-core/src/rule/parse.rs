//! Rule strings in letters and digits: `B3/S23`, `23/3`, `B2-a/S12`, `B2/S013V`, `/2/3`, and relatives that
//! are not supported.
//!
//! Sources: LifeWiki, "Rulestring", "Isotropic non-totalistic rule", "Generations" and "Larger than
//! Life". Rules of a family that we cannot run are parsed nevertheless, so that a slip in it is
//! called a slip, and not a missing feature.

use super::arrangement::{self, LETTERS};
use super::error::{Feature, RuleError, RuleErrorKind, shortened};
use super::table::{CENTER, Seen, Table};
use super::{Cursor, Rule};

/// Parses a rule that is not one of the known names.
pub(super) fn rule(text: &str) -> Result<Rule, RuleError> {
    let mut letters = text.chars().map(|c| c.to_ascii_lowercase());
    match (letters.next(), letters.next()) {
        (Some('r'), Some('0'..='9')) => Err(RuleError::unsupported(text, Feature::LargerThanLife)),
        (Some('b' | 's'), None | Some('0'..='9' | '/' | '_' | 'b' | 's')) => {
            lettered(Cursor::new(text), text, None)
        }
        (Some('g' | 'c'), Some('0'..='9')) => states_first(text),
        (Some('a'..='z'), _) => Err(unknown_name(text)),
        _ => survivals_first(text),
    }
}

/// `G3/B2/S`, with or without the slashes: a number of states, and then two lists.
fn states_first(text: &str) -> Result<Rule, RuleError> {
    let mut cursor = Cursor::new(text);
    cursor.eat(|c| c.is_ascii_alphabetic());
    let states = number_of_states(&mut cursor)?;
    cursor.eat(|c| matches!(c, '/' | '_'));
    match cursor.peek() {
        Some('b' | 'B' | 's' | 'S') => lettered(cursor, text, Some(states)),
        _ => Err(cursor.unexpected("`B` and the births, or `S` and the survivals")),
    }
}

/// `B3/S23`, in either order, with or without the slash. A list that is not written is empty.
fn lettered(mut cursor: Cursor<'_>, text: &str, states: Option<u16>) -> Result<Rule, RuleError> {
    let start = cursor.at();
    let births_first = cursor.eat_letter('b');
    if !births_first {
        cursor.eat_letter('s');
    }
    let first = Counts::parse(&mut cursor)?;
    let is_lone_letter = cursor.at() == start + 1;
    let slash = cursor.eat(|c| matches!(c, '/' | '_')).is_some();
    let second = if cursor.eat_letter(if births_first { 's' } else { 'b' }) {
        Counts::parse(&mut cursor)?
    } else if ends_lists(&cursor) && (slash || !is_lone_letter) {
        Counts::NONE
    } else {
        return Err(cursor.unexpected(match (slash, births_first) {
            (true, true) => "`S` and the survivals",
            (true, false) => "`B` and the births",
            (false, true) => "a neighbor count from 0 to 8, or `/S` and the survivals",
            (false, false) => "a neighbor count from 0 to 8, or `/B` and the births",
        }));
    };
    let lists = if births_first { [first, second] } else { [second, first] };
    finish(text, cursor, lists, states)
}

/// Whether no further list can follow: the rule ends, or the letter of a smaller neighborhood comes.
fn ends_lists(cursor: &Cursor<'_>) -> bool {
    cursor.peek().is_none_or(|c| matches!(c, 'v' | 'V' | 'h' | 'H'))
}

/// The older `23/3`: survivals, slash, births.
fn survivals_first(text: &str) -> Result<Rule, RuleError> {
    let mut cursor = Cursor::new(text);
    let survivals = Counts::parse(&mut cursor)?;
    if cursor.eat(|c| c == '/').is_none() {
        return Err(cursor.unexpected(match text {
            "" => "a rule such as `B3/S23`",
            _ => "a neighbor count from 0 to 8, or `/` and the births",
        }));
    }
    let births = Counts::parse(&mut cursor)?;
    finish(text, cursor, [births, survivals], None)
}

/// One list of neighbor counts.
struct Counts {
    /// Of each count, the arrangements: bit n stands for the letter in place n.
    arrangements: [u16; 9],
    /// Whether letters pick single arrangements of some count.
    has_letters: bool,
}

impl Counts {
    const NONE: Self = Self { arrangements: [0; 9], has_letters: false };

    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, RuleError> {
        let mut counts = Self::NONE;
        while let Some(digit) = cursor.eat(|c| matches!(c, '0'..='8')) {
            let count = digit as usize - '0' as usize;
            let place = |c: char| LETTERS[count].find(c.to_ascii_lowercase());
            let has = |c: char| place(c).is_some();
            let without = cursor.eat(|c| c == '-').is_some();
            if without && !cursor.peek().is_some_and(has) {
                return Err(cursor.unexpected("a letter for an arrangement of that many neighbors"));
            }
            let mut picked = 0;
            while let Some(place) = cursor.eat(has).and_then(place) {
                picked |= 1 << place;
                counts.has_letters = true;
            }
            counts.arrangements[count] |= match picked {
                0 => ALL,
                letters if without => ALL & !letters,
                letters => letters,
            };
            if cursor.peek() == Some('-') {
                return Err(cursor.unexpected("either letters to pick, or letters to leave out"));
            }
        }
        match cursor.peek() {
            Some('9') => Err(cursor.unexpected("a neighbor count from 0 to 8")),
            _ => Ok(counts),
        }
    }

    /// The counts that are there, whatever the arrangement: bit n stands for n.
    fn bits(&self) -> u16 {
        (0..9).filter(|&n| self.arrangements[n] != 0).map(|n| 1 << n).sum()
    }
}

/// All arrangements of a count, however many it has.
const ALL: u16 = u16::MAX;

/// What may follow the two lists: a number of states, unless it came before, then a neighborhood.
fn finish(
    text: &str,
    mut cursor: Cursor<'_>,
    [births, survivals]: [Counts; 2],
    states: Option<u16>,
) -> Result<Rule, RuleError> {
    let lists = &text[..cursor.at()];
    let has_letters = births.has_letters || survivals.has_letters;
    let states = match states {
        Some(states) => states,
        None => last_states(&mut cursor)?,
    };
    let seen = if has_letters { Seen::MOORE } else { neighborhood(lists, &mut cursor)? };
    cursor.end("a neighbor count from 0 to 8, or the end of the rule")?;
    let with_states = |table: Table| Rule { states, ..table.into() };
    if !has_letters {
        return Ok(with_states(Table::counting(seen, births.bits(), survivals.bits())));
    }
    let lives = |neighborhood: u16| {
        let (count, number) = arrangement::of(neighborhood);
        let list = if neighborhood & CENTER == 0 { &births } else { &survivals };
        list.arrangements[count] >> number & 1 == 1
    };
    Ok(with_states(Table::of(lives)))
}

/// The number of states that may follow two lists: `/3`, `/C3`, `/G3` or, without the slash, `G3`. It is 2 if
/// nothing is said. (A `c` without a slash would be an arrangement.)
fn last_states(cursor: &mut Cursor<'_>) -> Result<u16, RuleError> {
    let is_set_off = cursor.eat(|c| matches!(c, '/' | '_')).is_some();
    let has_letter = cursor.eat_letter('g') || is_set_off && cursor.eat_letter('c');
    if is_set_off || has_letter { number_of_states(cursor) } else { Ok(2) }
}

fn number_of_states(cursor: &mut Cursor<'_>) -> Result<u16, RuleError> {
    let most = u32::from(Rule::MAX_STATES);
    cursor.number(2..most + 1, "a number of states from 2 to 256").map(|states| states as u16)
}

/// A suffix for a smaller neighborhood, in which no count of `lists` can be too large.
fn neighborhood(lists: &str, cursor: &mut Cursor<'_>) -> Result<Seen, RuleError> {
    let (seen, expected) = if cursor.eat_letter('v') {
        (Seen::VON_NEUMANN, "a neighbor count from 0 to 4 (suffix V)")
    } else if cursor.eat_letter('h') {
        (Seen::HEXAGONAL, "a neighbor count from 0 to 6 (suffix H)")
    } else {
        return Ok(Seen::MOORE);
    };
    match lists.find(|c: char| c.to_digit(10).is_some_and(|count| count > seen.len())) {
        Some(at) => Err(cursor.unexpected_at(at, expected)),
        None => Ok(seen),
    }
}

/// A name that is not in the table, if it can be a name at all.
fn unknown_name(text: &str) -> RuleError {
    let in_names = |c: char| c.is_ascii_alphanumeric() || " -_.'&+/()".contains(c);
    match text.find(|c| !in_names(c)) {
        Some(at) => Cursor::new(text).unexpected_at(at, "the name of a rule, or one like `B3/S23`"),
        None => {
            RuleError { span: 0..text.len(), kind: RuleErrorKind::UnknownName(shortened(text)) }
        }
    }
}
