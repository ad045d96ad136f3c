//! Text files of the user: scenarios, suites, results, calibrations.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The longest text: what is larger than that is none.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file to its end, or to that of our patience: a device may have none. A byte-order mark at
/// its start is no part of the text.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let length = File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if length as u64 > MAX_BYTES {
        return Err(io::Error::other("it has more than 64 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|error| no_text(error.as_bytes()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn no_text(bytes: &[u8]) -> io::Error {
    let what = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16".to_owned(),
        [0x1f, 0x8b, ..] => "it is compressed".to_owned(),
        _ => {
            let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            let column = valid.chars().rev().take_while(|&c| c != '\n').count() + 1;
            let line = valid.matches('\n').count() + 1;
            format!("it is no text at line {line}, column {column}")
        }
    };
    io::Error::other(format!("{what}, expected UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_named_with_its_place() {
        for (bytes, says) in [
            (&b"\xff\xfea\0"[..], "UTF-16"),
            (b"\x1f\x8b\x08", "compressed"),
            (b"(\nab\xffc)", "line 2, column 3"),
        ] {
            assert!(no_text(bytes).to_string().contains(says));
        }
    }
}
