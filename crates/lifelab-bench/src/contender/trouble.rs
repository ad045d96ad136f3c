//! What can be wrong with a contender, and how it is told.

use std::io;

use lifelab::core::printable;

/// Why there is nothing to measure.
#[derive(Clone)]
pub(crate) struct Trouble {
    pub(crate) kind: &'static str,
    pub(crate) error: String,
}

/// What to say of a program that the system does not start.
pub(super) fn cannot_start(command: &[String], error: &io::Error) -> Trouble {
    let program = command.first().map_or("", String::as_str);
    match error.kind() {
        io::ErrorKind::NotFound => {
            Trouble { kind: "not_installed", error: format!("not installed: {program}") }
        }
        _ => Trouble { kind: "start", error: format!("cannot start {program}: {error}") },
    }
}

/// It said something else.
pub(super) fn garbage(said: &[u8], expected: &str) -> Trouble {
    /// As much of it as one wants to read.
    const SHOWN: usize = 80;
    let said: String = String::from_utf8_lossy(said).trim_end().chars().take(SHOWN).collect();
    protocol_error(format!("it said {:?}, expected {expected}", printable::line(&said)))
}

/// What it said is not what the protocol asks for.
pub(super) fn protocol_error(error: String) -> Trouble {
    Trouble { kind: "protocol", error }
}
