//! The dialect of RON that Lifelab reads and writes.

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Serialize;

/// RON without ceremony: `Some(...)` may be left out, and a variant's struct needs no second pair
/// of parentheses, as in `thread_pool(workers: 64)`.
pub(crate) fn ron() -> ron::Options {
    ron::Options::default().with_default_extension(
        Extensions::IMPLICIT_SOME
            | Extensions::UNWRAP_NEWTYPES
            | Extensions::UNWRAP_VARIANT_NEWTYPES,
    )
}

/// A value on one line.
pub(crate) fn to_line<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    let style = PrettyConfig::new().new_line("").indentor("").separator(" ");
    Ok(ron().to_string_pretty(value, style)?.replace(",)", ")").replace(",", ", "))
}

/// A value on many lines, as a person would write it.
pub(crate) fn to_page<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    ron().to_string_pretty(value, PrettyConfig::new())
}
