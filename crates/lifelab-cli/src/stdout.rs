//! Standard output, for text of a stranger's.

use std::io::{self, IsTerminal, Write};

use lifelab::core::printable;

use crate::failure::Failure;

/// Writes what may hold a stranger's text to standard output, which is `out`. If that is a terminal,
/// which would obey it, control characters become escapes.
pub(crate) fn guarded<T>(
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if !io::stdout().is_terminal() {
        return write(out);
    }
    let mut text = Vec::new();
    let done = write(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    out.write_all(printable::lines(&text).as_bytes())?;
    Ok(done)
}
