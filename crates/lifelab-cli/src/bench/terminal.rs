//! What the terminal has room for.

use std::env;
use std::io::{self, IsTerminal};

use lifelab_report::table::Table;

/// A table that fits the terminal, with colors if they are welcome; see no-color.org.
pub(super) fn table() -> Table {
    if !io::stdout().is_terminal() {
        return Table { width: Table::WIDTH, color: false };
    }
    let columns = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    let color = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Table { width: columns.unwrap_or(Table::WIDTH).min(Table::WIDTH), color }
}
