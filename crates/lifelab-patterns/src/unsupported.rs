//! What people give for a pattern file and is none of ours: named for what it is, by how it starts.

use crate::error::{ErrorKind, Fault};
use crate::gzip::is_gzip;

/// Something that is recognized, and not read.
pub(crate) struct Unsupported {
    /// What it is, with its article.
    name: &'static str,
    /// Whether a text with this first line is one; `text` starts with that line.
    recognizes: fn(line: &[u8], text: &[u8]) -> bool,
    /// What to give instead, and what to do for that.
    remedy: &'static str,
}

const UNPACK: &str = "a pattern; unpack it, and give the pattern file in it";
const UNCOMPRESS: &str = "a pattern, as it is or compressed by gzip";
const PICTURE: &str = "a pattern; a picture of one cannot be read";
const EXPORT: &str = "a pattern; save it as plain text";

const fn thing(
    name: &'static str,
    recognizes: fn(&[u8], &[u8]) -> bool,
    remedy: &'static str,
) -> Unsupported {
    Unsupported { name, recognizes, remedy }
}

const UNSUPPORTED: &[Unsupported] = &[
    thing(
        "a rule file of Golly",
        |line, _| starts(line, b"@RULE"),
        "a pattern; a rule file holds no cells",
    ),
    thing(
        "a web page",
        |line, _| {
            let tags: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<pre"];
            tags.iter().any(|tag| starts(line, tag))
        },
        "a pattern; download the file itself, not the page that shows it",
    ),
    thing("an SVG or other XML file", |line, _| is_xml(line), PICTURE),
    thing(
        "the markup of a forum",
        |line, _| {
            let tags: [&[u8]; 5] = [b"[code", b"[rle", b"[quote", b"[spoiler", b"code:"];
            tags.iter().any(|tag| starts(line, tag))
        },
        "a pattern; keep only the lines between [code] and [/code]",
    ),
    thing(
        "a code block of Markdown",
        |line, _| line.starts_with(b"```"),
        "a pattern; keep only the lines between the fences",
    ),
    thing("a JSON object", is_json, "a pattern"),
    thing("an RTF document", |line, _| line.starts_with(b"{\\rtf"), EXPORT),
    thing("a checkpoint of Lifelab", |line, _| line.starts_with(b"lifelab checkpoint"), {
        "a pattern; `lifelab resume` goes on from the folder of a checkpoint"
    }),
    thing(
        "UTF-16 text",
        |_, text| is_utf_16(text),
        "a pattern in ASCII or UTF-8; save it with that encoding",
    ),
    thing("a zip archive", |_, text| matches!(text, [b'P', b'K', 3 | 5, 4 | 6, ..]), UNPACK),
    thing("a 7z archive", |_, text| text.starts_with(b"7z\xbc\xaf\x27\x1c"), UNPACK),
    thing("a RAR archive", |_, text| text.starts_with(b"Rar!\x1a\x07"), UNPACK),
    thing("a tar archive", |_, text| text.get(257..262) == Some(b"ustar"), UNPACK),
    thing("a file that was compressed twice", |_, text| is_gzip(text), UNPACK),
    thing("a file compressed by bzip2", |_, text| is_bzip2(text), UNCOMPRESS),
    thing("a file compressed by xz", |_, text| text.starts_with(b"\xfd7zXZ\0"), UNCOMPRESS),
    thing("a file compressed by zstd", |_, t| t.starts_with(b"\x28\xb5\x2f\xfd"), UNCOMPRESS),
    thing("a PDF document", |_, text| text.starts_with(b"%PDF-"), EXPORT),
    thing("a PNG picture", |_, text| text.starts_with(b"\x89PNG"), PICTURE),
    thing("a GIF picture", |_, text| text.starts_with(b"GIF8"), PICTURE),
    thing("a JPEG picture", |_, text| text.starts_with(b"\xff\xd8\xff"), PICTURE),
];

/// What has this first line, if it is one of these.
pub(crate) fn by_content(line: &[u8], text: &[u8]) -> Option<&'static Unsupported> {
    UNSUPPORTED.iter().find(|one| (one.recognizes)(line, text))
}

impl Unsupported {
    /// Why the text from byte `start` on is not read; its first line ends at `end`.
    pub(crate) fn refuse(&self, start: usize, end: usize) -> Fault {
        let (found, expected) = (self.name.into(), self.remedy.into());
        ErrorKind::Unexpected { found, expected }.at(start..end)
    }
}

/// Whether a line starts with `start`, in any case, after blanks.
fn starts(line: &[u8], start: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

fn is_xml(line: &[u8]) -> bool {
    let tags: [&[u8]; 3] = [b"<?xml", b"<svg", b"<!doctype"];
    tags.iter().any(|tag| starts(line, tag))
}

/// Whether this is an object: `{`, then a name in quotes, perhaps on the next line.
fn is_json(line: &[u8], text: &[u8]) -> bool {
    line.starts_with(b"{") && text[1..].trim_ascii_start().starts_with(b"\"")
}

/// By its byte-order mark, or because every second byte of ASCII is zero in it.
fn is_utf_16(text: &[u8]) -> bool {
    let ascii = 1..=0x7f;
    match *text {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] => ascii.contains(&a) && ascii.contains(&b),
        _ => false,
    }
}

fn is_bzip2(text: &[u8]) -> bool {
    matches!(text, [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..])
}
