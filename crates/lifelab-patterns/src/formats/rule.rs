//! Rules in the lines of several formats.

use lifelab_core::{RuleError, RuleSpec};

use crate::error::{ErrorKind, Fault};
use crate::text::{Scanner, trim};

/// Reads the rest of a line as a rule, with blanks around it.
pub(super) fn read_rule(scanner: &mut Scanner<'_>) -> Result<RuleSpec, Fault> {
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
