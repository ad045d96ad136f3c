//! Gzip, as RFC 1952 has it: members, one after the other.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;

use crate::error::ErrorKind;

/// The first two bytes of every member.
const MAGIC: &[u8] = b"\x1f\x8b";

/// Whether these bytes are compressed.
pub(crate) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Decompresses all members, but never to more than one byte beyond the limit.
///
/// Member by member, because the decoder of whole streams takes whatever follows the last member for
/// a damaged one.
pub(crate) fn decompress(bytes: &[u8], limit_bytes: u64) -> Result<Vec<u8>, ErrorKind> {
    let mut text = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if !is_gzip(rest) {
            return Err(damage(io::ErrorKind::InvalidData, "something else follows its end"));
        }
        let mut member = GzDecoder::new(rest);
        let room = limit_bytes.saturating_add(1).saturating_sub(text.len() as u64);
        let result = member.by_ref().take(room).read_to_end(&mut text);
        if text.len() as u64 > limit_bytes {
            return Err(ErrorKind::TooLong { limit_bytes });
        }
        result.map_err(|error| explain(&error, member.header().is_some()))?;
        rest = member.into_inner();
    }
    Ok(text)
}

/// Says what the decoder means. It has one message for a wrong checksum and a wrong length, and one
/// kind of error for both and for data that cannot be decompressed.
fn explain(error: &io::Error, has_header: bool) -> ErrorKind {
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it is cut off",
        _ if !has_header => "its header is damaged",
        _ => "it is damaged, or its checksum or length is wrong",
    };
    damage(error.kind(), what)
}

fn damage(kind: io::ErrorKind, what: &str) -> ErrorKind {
    ErrorKind::Gzip(io::Error::new(kind, what))
}
