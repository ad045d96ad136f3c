//! The formats, a file each.

pub mod apgcode;
mod comments;
mod drawing;
pub(crate) mod life_105;
pub(crate) mod life_106;
pub mod macrocell;
pub(crate) mod plaintext;
pub(crate) mod rle;
pub(crate) mod ron;

use lifelab_core::{RuleError, RuleSpec};

use crate::error::{ErrorKind, Fault};
use crate::text::{Scanner, trim};

/// Reads the rest of a line as a rule, with blanks around it.
fn read_rule(scanner: &mut Scanner<'_>) -> Result<RuleSpec, Fault> {
    scanner.skip_blanks();
    let start = scanner.at;
    let rule = trim(scanner.rest());
    scanner.take_while(|byte| byte.is_ascii() && !byte.is_ascii_control());
    match std::str::from_utf8(rule) {
        Ok(rule) if scanner.at >= start + rule.len() => rule.parse().map_err(|error: RuleError| {
            let span = start + error.span.start..start + error.span.end;
            ErrorKind::Rule(error).at(span)
        }),
        _ => Err(scanner.unexpected("a rule such as B3/S23")),
    }
}
