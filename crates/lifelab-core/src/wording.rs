//! What serde, RON and JSON say, in the words of the file's author: no type of ours or Rust's.

/// Says what serde expected: `a nonzero u32` becomes `a whole number from 1 to 4294967295`.
pub fn expected(phrase: &str) -> String {
    let words = match phrase {
        "a boolean" | "bool" => "`true` or `false`",
        "a string" | "path string" | "a borrowed string" | "a character" => "text in quotes",
        "a sequence" => "a list",
        "a map" => "names with values",
        "unit" | "a unit value" => "nothing more",
        "variant identifier" | "unit variant" => "a name",
        "field identifier" => "the name of a field",
        "option" | "any value" | "any valid RON value" => "a value",
        "f32" | "f64" => "a number",
        _ => "",
    };
    if !words.is_empty() {
        return words.to_owned();
    }
    let (least, number) = match phrase.strip_prefix("a nonzero ") {
        Some(number) => (1, number),
        None => (0, phrase),
    };
    if let Some(most) = most_of(number) {
        return format!("a whole number from {least} to {most}");
    }
    if number.starts_with(['i', 'u']) && number[1..].parse::<u32>().is_ok() {
        return "a whole number".to_owned();
    }
    let kind = phrase.split_once(" with ").map_or(phrase, |(kind, _)| kind);
    match kind.rsplit_once(' ').map(|(kind, _)| kind) {
        Some("struct") => "names with values in parentheses or braces".to_owned(),
        Some("enum") => "a name".to_owned(),
        Some("unit variant" | "unit struct") => "a name alone".to_owned(),
        Some("newtype variant" | "newtype struct") => "a value".to_owned(),
        Some("tuple variant" | "tuple struct") => "values in parentheses".to_owned(),
        Some("struct variant") => "names with values in parentheses".to_owned(),
        _ => phrase.to_owned(),
    }
}

/// Says what serde found: `the unsigned integer `0`` becomes `` `0` ``.
pub fn found(phrase: &str) -> String {
    let kinds = [
        "the unsigned integer ",
        "the signed integer ",
        "the floating point number ",
        "the UTF-8 character ",
        "the boolean ",
        "the string ",
        "integer ",
        "floating point ",
        "boolean ",
        "character ",
        "string ",
    ];
    if let Some(value) = kinds.iter().find_map(|kind| phrase.strip_prefix(kind)) {
        return value.to_owned();
    }
    match phrase {
        "a unit value" | "unit value" | "null" => "nothing".to_owned(),
        "an optional value" | "Option value" => "`None` or `Some`".to_owned(),
        "a sequence" | "sequence" => "a list".to_owned(),
        "a map" | "map" => "names with values".to_owned(),
        "unit variant" | "a unit variant" | "enum" | "an enum" => "a name alone".to_owned(),
        "newtype variant" | "tuple variant" | "struct variant" | "a newtype variant"
        | "a tuple variant" | "a struct variant" => "a name with values".to_owned(),
        "newtype struct" | "a newtype struct" => "a value".to_owned(),
        _ => phrase.to_owned(),
    }
}

/// Says what serde or its reader of JSON has to say, without a place.
pub fn message(text: &str) -> String {
    for kind in ["invalid type: ", "invalid value: ", "invalid length "] {
        let parts = text.strip_prefix(kind).and_then(|parts| parts.rsplit_once(", expected "));
        if let Some((what, wanted)) = parts {
            return format!("found {}, expected {}", found(what), expected(wanted));
        }
    }
    if let Some(name) = text.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(name) = text.strip_prefix("duplicate field ") {
        return format!("{name} is there twice");
    }
    for kind in ["unknown field ", "unknown variant "] {
        if let Some(rest) = text.strip_prefix(kind) {
            return format!("there is no {}", rest.replacen(", there are no fields", "", 1));
        }
    }
    match text {
        text if text.starts_with("EOF while parsing") => {
            "the text ends too early, expected JSON that is complete".to_owned()
        }
        "expected value" | "expected ident" => "expected JSON".to_owned(),
        "trailing characters" => "expected the end".to_owned(),
        "number out of range" => "the number is too large".to_owned(),
        _ => text.to_owned(),
    }
}

/// Says what the reader of RON has to say, without a place.
pub fn of_ron(code: &ron::Error) -> String {
    use ron::Error as E;
    let says = match code {
        E::Message(text) => return message(text),
        E::InvalidValueForType { expected, found } => {
            return format!("found {}, expected {}", self::found(found), self::expected(expected));
        }
        E::ExpectedDifferentLength { expected, found } => {
            return format!("found {found} values, expected {}", self::expected(expected));
        }
        E::NoSuchEnumVariant { expected, found, .. } => {
            return format!("there is no `{found}`, expected one of {}", quoted(expected));
        }
        E::NoSuchStructField { expected, found, .. } => {
            return format!("there is no field `{found}`, expected one of {}", quoted(expected));
        }
        E::MissingStructField { field, .. } => return format!("the field `{field}` is missing"),
        E::DuplicateStructField { field, .. } => {
            return format!("the field `{field}` is there twice");
        }
        E::ExpectedDifferentStructName { found, .. } => {
            return format!(
                "found `{found}`, expected opening `(` and fields as in `(name: value)`"
            );
        }
        E::SuggestRawIdentifier(found) | E::InvalidIdentifier(found) => {
            if found.starts_with(|c: char| c.is_ascii_digit()) {
                return format!(
                    "found `{found}`, expected a name and a value as in `(name: value)`"
                );
            }
            let plain = found.replace(|c: char| !c.is_alphanumeric(), "_");
            return format!(
                "found `{found}`, expected a name such as `{plain}`, or text in quotes"
            );
        }
        E::UnexpectedChar(found) => return format!("found {found:?}, expected a value"),
        E::InvalidIntegerDigit { digit, .. } => {
            return format!("found {digit:?}, expected a digit");
        }
        E::NoSuchExtension(name) => return format!("there is no extension `{name}` of RON"),
        E::Eof => "the text ends here, expected more",
        E::ExpectedStructLike | E::ExpectedNamedStructLike(_) | E::ExpectedStructName(_) => {
            "expected opening `(`"
        }
        E::ExpectedInteger => "expected a whole number",
        E::IntegerOutOfBounds => "the number is too large, or negative where it must not be",
        E::ExpectedFloat => "expected a number",
        E::FloatUnderscore | E::UnderscoreAtBeginning => "found `_`, expected a digit",
        E::ExpectedBoolean => "expected `true` or `false`",
        E::ExpectedString | E::ExpectedChar => "expected text in quotes",
        E::ExpectedStringEnd => "the text in quotes has no end, expected `\"`",
        E::ExpectedIdentifier => "expected a name",
        E::ExpectedOption | E::ExpectedRawValue | E::ExpectedUnit => "expected a value",
        E::ExceededRecursionLimit => "there are too many parentheses, one inside the other",
        E::UnclosedBlockComment | E::UnclosedLineComment => "the comment has no end",
        E::TrailingCharacters => "the value ends before this, expected nothing more",
        other => return uncapitalized(&other.to_string()),
    };
    says.to_owned()
}

/// Names, each in backticks.
pub fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn uncapitalized(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect()
}

/// The largest whole number of this type.
fn most_of(number: &str) -> Option<u128> {
    let bits = match number {
        "usize" => usize::BITS,
        _ => number.strip_prefix('u')?.parse().ok()?,
    };
    u128::MAX.checked_shr(u128::BITS.checked_sub(bits)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_type_is_left() {
        for (phrase, words) in [
            ("a nonzero u32", "a whole number from 1 to 4294967295"),
            ("u8", "a whole number from 0 to 255"),
            ("u128", "a whole number from 0 to 340282366920938463463374607431768211455"),
            ("i64", "a whole number"),
            ("f64", "a number"),
            ("struct IoSpec", "names with values in parentheses or braces"),
            ("struct IoSpec with 9 elements", "names with values in parentheses or braces"),
            ("unit variant Wait::None", "a name alone"),
            ("a duration such as 10ms", "a duration such as 10ms"),
            ("u", "u"),
        ] {
            assert_eq!(expected(phrase), words);
        }
    }

    #[test]
    fn what_was_found_is_shown_without_its_kind() {
        for (text, words) in [
            (
                r#"invalid type: string "x", expected u8"#,
                r#"found "x", expected a whole number from 0 to 255"#,
            ),
            ("invalid type: null, expected a string", "found nothing, expected text in quotes"),
            ("missing field `cases`", "`cases` is missing"),
            ("unknown field `a`, expected `b` or `c`", "there is no `a`, expected `b` or `c`"),
            (
                "unknown variant `a`, expected one of `b`, `c`",
                "there is no `a`, expected one of `b`, `c`",
            ),
            (
                "EOF while parsing a value",
                "the text ends too early, expected JSON that is complete",
            ),
            ("of our own", "of our own"),
        ] {
            assert_eq!(message(text), words);
        }
    }
}
