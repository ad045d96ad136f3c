//! What the fuzz targets check.
//!
//! `cargo +nightly fuzz run rle fuzz/corpus/rle fuzz/seeds/rle`, from the repository's root, runs one
//! target; new inputs go to the corpus, and the seeds stay as they are.
#![forbid(unsafe_code)]

use std::path::Path;

use lifelab::{Checkpoint, Scenario};
use lifelab_core::{Bounds, RuleSpec};
use lifelab_patterns::{Content, Document, Format, Limits, Pattern};
use twox_hash::XxHash3_128;

/// Tight, so that the fuzzer finds what exceeds them.
const LIMITS: Limits = Limits { text_bytes: 1 << 20, memory_bytes: 1 << 20 };

/// Whatever these bytes are, they read or are refused; and what was read and can be written reads back
/// with the same cells.
pub fn read_pattern(extension: &str, bytes: &[u8]) {
    let name = format!("input.{extension}");
    match Pattern::read(bytes, Some(Path::new(&name)), &LIMITS) {
        Ok(loaded) => Format::ALL.into_iter().for_each(|format| write(&loaded.pattern, format)),
        Err(error) => assert!(!error.render().is_empty()),
    }
}

fn write(pattern: &Pattern, format: Format) {
    // Drawings and lists of cells can be much longer than what was read, and dead rows count.
    let size = pattern.area().size;
    let is_small = size.height < 1_000 && size.width < 1_000;
    let mut text = Vec::new();
    if !is_small || pattern.write(format, &mut text).is_err() {
        return;
    }
    let again =
        Pattern::read(&text, None, &Limits::default()).expect("we read what we write").pattern;
    let shape = |pattern: &Pattern| {
        let area = pattern.cells.bounding_box();
        (area.map(|area| (area.width(), area.height())), pattern.cells.population())
    };
    assert_eq!(shape(&again), shape(pattern), "{format}");
    assert_eq!((again.rule, again.bounds), (pattern.rule, pattern.bounds), "{format}");
}

/// As [`read_pattern`]; and the tree, however large, is written and read back with the same shape.
pub fn read_macrocell(bytes: &[u8]) {
    read_pattern("mc", bytes);
    let name = Some(Path::new("input.mc"));
    let Ok(Document { content: Content::Tree(tree), .. }) = Document::read(bytes, name, &LIMITS)
    else {
        return;
    };
    let mut text = Vec::new();
    tree.write(&mut text).expect("memory takes all");
    match Document::read(&text, None, &Limits::default()).expect("we read what we write").content {
        Content::Tree(again) => {
            assert_eq!((again.population(), again.bounds()), (tree.population(), tree.bounds()));
            assert_eq!(again.header.rule, tree.header.rule);
            assert_eq!(again.header.generation, tree.header.generation);
        }
        other => panic!("a tree became {other:?}"),
    }
}

/// Whatever this text is, it reads or is refused in place; and what was read is printed as the text
/// of the same rule.
pub fn read_rule(text: &str) {
    match text.parse::<RuleSpec>() {
        Ok(spec) => assert_eq!(spec.to_string().parse(), Ok(spec)),
        Err(error) => assert!(text.get(error.span).is_some()),
    }
    if let Err(error) = text.parse::<Bounds>() {
        assert!(text.get(error.span).is_some());
    }
}

/// Whatever these bytes are, they are a checkpoint or are refused, also when the checksum is made to
/// match them; and what was read is written and read back.
pub fn read_checkpoint(bytes: &[u8]) {
    let mut sealed = bytes[..bytes.len().saturating_sub(16)].to_vec();
    sealed.extend(XxHash3_128::oneshot(&sealed).to_le_bytes());
    for bytes in [bytes, &sealed] {
        let Ok(checkpoint) = Checkpoint::read(bytes) else { continue };
        let (mut first, mut second) = (Vec::new(), Vec::new());
        checkpoint.write(&mut first).expect("what was read is text");
        let again = Checkpoint::read(&first).expect("we read what we write");
        again.write(&mut second).expect("memory takes all");
        assert_eq!(first, second);
    }
}

/// Whatever this text is, it is a scenario or is refused in place; and what was read is printed so
/// that it reads as the same scenario.
pub fn read_scenario(text: &str) {
    if let Ok(scenario) = text.parse::<Scenario>() {
        let printed = scenario.to_ron().expect("it was text");
        assert_eq!(
            printed.parse::<Scenario>().expect("we read what we write").to_ron(),
            Some(printed)
        );
    }
}

/// Whatever comes through a pipe between a process pool and its workers, either side gets to its end.
pub fn read_frames(bytes: &[u8]) {
    lifelab::steppers::process_pool::read_anything(bytes);
}
