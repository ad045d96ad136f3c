//! The reference files read as the reference table says.

use std::path::Path;

use crate::support::{reference, sha256, states_sha256, table};
use lifelab_patterns::{Content, Document, ErrorKind, Format, Limits, Pattern, PatternError};

/// A macrocell file of a rule with more than two states.
fn is_for_later(row: &[String]) -> bool {
    row[1].starts_with("macrocell") && row[2] == "/2/3"
}

#[test]
fn supported_files_give_the_cells_of_the_table() {
    let mut read = 0;
    for row in table("formats.csv") {
        let [file, format, rule, generation, population, left, top, width, height, hash] = &row[..]
        else {
            panic!("ten columns: {row:?}");
        };
        if format.starts_with("macrocell") {
            continue;
        }
        let loaded = Pattern::open(reference().join(file)).expect(file);
        let pattern = loaded.pattern;
        let gzip = if loaded.gzipped { "+gzip" } else { "" };
        assert_eq!(&format!("{}{gzip}", loaded.format), format, "{file}");
        let bounds = pattern.bounds.map(|bounds| format!(":{bounds}")).unwrap_or_default();
        assert_eq!(&format!("{}{bounds}", pattern.rule), rule, "{file}");
        assert_eq!(&pattern.generation.to_string(), generation, "{file}");
        assert_eq!(&pattern.cells.population().to_string(), population, "{file}");
        assert_eq!(&states_sha256(&pattern), hash, "{file}");

        let place = match pattern.bounds {
            Some(bounds) => pattern.offset_in(bounds.width, bounds.height),
            None => Default::default(),
        };
        let found = match pattern.cells.bounding_box() {
            Some(area) => [
                (area.left + place.x).to_string(),
                (area.top + place.y).to_string(),
                area.width().to_string(),
                area.height().to_string(),
            ],
            None => ["".into(), "".into(), "0".into(), "0".into()],
        };
        assert_eq!(found.each_ref(), [left, top, width, height], "{file}");
        read += 1;
    }
    assert_eq!(read, 18);
}

#[test]
fn files_for_later_are_refused_by_name() {
    let mut refused = 0;
    for row in table("formats.csv").iter().filter(|row| is_for_later(row)) {
        let error = Pattern::open(reference().join(&row[0])).expect_err(&row[0]);
        let message = error.to_string();
        assert!(message.contains("the rule /2/3, with 3 states"), "{message}");
        assert!(message.ends_with("save the pattern as RLE"), "{message}");
        refused += 1;
    }
    assert_eq!(refused, 1);
}

#[test]
fn macrocell_files_have_the_cells_of_the_table() {
    let (mut listed, mut counted) = (0, 0);
    for row in table("formats.csv") {
        let [file, format, rule, generation, population, _, _, width, height, hash] = &row[..]
        else {
            panic!("ten columns: {row:?}");
        };
        if is_for_later(&row) || !format.starts_with("macrocell") {
            continue;
        }
        let document = Document::open(reference().join(file)).expect(file);
        let gzip = if document.gzipped { "+gzip" } else { "" };
        assert_eq!(&format!("{}{gzip}", document.format), format, "{file}");
        let Content::Tree(tree) = &document.content else { panic!("{file}: {document:?}") };
        assert_eq!(&tree.header.rule.to_string(), rule, "{file}");
        assert_eq!(&tree.header.generation.to_string(), generation, "{file}");
        assert_eq!(tree.population(), population.parse().ok(), "{file}");
        let area = tree.bounds().expect(file);
        assert_eq!([area.width().to_string(), area.height().to_string()], [&**width, height]);
        counted += 1;
        if hash.is_empty() {
            let error = document.list(&Limits::default()).expect_err(file);
            assert!(matches!(error.kind(), ErrorKind::TooManyCells { .. }), "{error}");
            assert!(error.to_string().contains(&format!("the {population} live cells")), "{error}");
        } else {
            let loaded = document.list(&Limits::default()).expect(file);
            assert_eq!(&sha256(&loaded.pattern.cells), hash, "{file}");
            listed += 1;
        }
    }
    assert_eq!((counted, listed), (4, 2));
}

/// The starting patterns of `checks.csv`: read without error, or refused for their rule or universe.
#[test]
fn starting_patterns_are_read_or_refused_for_their_rule() {
    let (mut read, mut refused) = (0, 0);
    for row in table("checks.csv").iter().filter(|row| row[3] == "0") {
        let (file, rule) = (&row[1], &row[2]);
        match Pattern::open(reference().join(file)) {
            Ok(loaded) => {
                assert_eq!(loaded.pattern.cells.population().to_string(), row[5], "{file}");
                assert_eq!(states_sha256(&loaded.pattern), row[11], "{file}");
                assert_eq!(loaded.format, Format::Rle);
                assert_eq!(loaded.warnings, [], "{file}");
                read += 1;
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Rule(_)), "{file}: {error}");
                assert!(rule.parse::<lifelab_core::RuleSpec>().is_err(), "{file}");
                refused += 1;
            }
        }
    }
    assert!(read > 58 && refused > 0, "{read} read, {refused} refused");
}

#[test]
fn opening_what_is_no_pattern_file_tells_why() {
    let message = |path: &Path| Pattern::open(path).expect_err("no pattern").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    assert!(message(folder.path()).ends_with(": this is a directory, expected a pattern file"));
    assert!(message(&folder.path().join("none.rle")).contains("none.rle: "));
    assert!(message(&file("empty.rle", b"")).ends_with("empty.rle: empty input"));
    assert!(message(&file("abc", b"abc")).contains("1:1: found 'a', expected a pattern in one of"));
    let binary = [0x7f, b'E', b'L', b'F', 0, 1];
    assert!(message(&file("binary.rle", &binary)).contains("binary.rle:1:1: found byte 0x7f"));
    assert!(message(&file("binary", &binary)).contains("1:1: found byte 0x7f"));
    assert!(
        message(&file("cut.rle", b"x = 3, y = 3\nbo$2bo$3")).contains("cut.rle:2:9: found the end")
    );
    assert!(message(&file("blank.rle", b"\n \n")).ends_with("empty input"));
}

#[test]
fn errors_are_small_and_travel_between_threads() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<PatternError>();
    assert!(size_of::<PatternError>() <= size_of::<usize>());
}
