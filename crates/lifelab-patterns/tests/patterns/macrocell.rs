//! Macrocell: what must be accepted, what must be rejected where, and what is written.

use std::collections::HashSet;
use std::fs;

use crate::support::{at_origin, reference};
use lifelab_core::{Coordinate, Count};
use lifelab_patterns::macrocell::{EMPTY, Header, MAX_LEVEL, Node, Tree, TreeBuilder};
use lifelab_patterns::{
    Cells, Content, Document, ErrorKind, Format, Limits, Loaded, Pattern, PatternError, Position,
    Warning, library,
};
use proptest::prelude::*;

fn read(text: impl AsRef<[u8]>) -> Result<Loaded, PatternError> {
    Pattern::read(text.as_ref(), None, &Limits::default())
}

fn tree(text: impl AsRef<[u8]>) -> Tree {
    let document = Document::read(text.as_ref(), None, &Limits::default());
    match document.unwrap_or_else(|error| panic!("{error}")).content {
        Content::Tree(tree) => tree,
        other => panic!("no tree: {other:?}"),
    }
}

/// The text, after its first line, loads, and has these cells at this place.
#[track_caller]
fn accepts(text: &str, corner: [i64; 2], rows: &str) -> Pattern {
    let loaded = read(format!("[M2] (a program)\n{text}")).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((loaded.format, &*loaded.warnings), (Format::Macrocell, &[][..]));
    let (cells, at) = at_origin(&loaded.pattern.cells);
    assert_eq!((drawn(&cells), [at.x, at.y]), (rows.to_owned(), corner));
    assert_eq!(loaded.pattern.position, (!cells.is_empty()).then_some(at));
    loaded.pattern
}

/// The text, after its first line, is rejected with this message, place first.
#[track_caller]
fn rejects(text: &str, message: &str) {
    match read(format!("[M2]\n{text}")) {
        Ok(loaded) => panic!("accepted: {loaded:?}"),
        Err(error) => assert!(error.to_string().starts_with(message), "{error}"),
    }
}

fn drawn(cells: &Cells) -> String {
    let Some(area) = cells.bounding_box() else { return String::new() };
    let cell = |x, y| if cells.contains(Position { x, y }) { 'O' } else { '.' };
    let row = |y| (0..=area.right).map(|x| cell(x, y)).collect::<String>();
    (0..=area.bottom).map(row).collect::<Vec<_>>().join("/")
}

const GLIDER: &str = ".O./..O/OOO";
const GLIDER_LINE: &str = "$$..*$...*$.***$$$$";

#[test]
fn squares_are_drawn_or_divided() {
    accepts("", [0, 0], "");
    accepts("#R B3/S23\n#G 0\n", [0, 0], "");
    accepts("$\n", [0, 0], "");
    accepts("4 0 0 0 0", [0, 0], "");
    accepts("$\n4 1 0 0 1\n5 2 2 0 0", [0, 0], "");
    // The middle of the last square is the origin.
    accepts(GLIDER_LINE, [-3, -2], GLIDER);
    accepts(&format!("{GLIDER_LINE}\n4 0 0 0 1"), [1, 2], GLIDER);
    accepts(&format!("{GLIDER_LINE}\n4 1 0 0 0"), [-7, -6], GLIDER);
    accepts(&format!("{GLIDER_LINE}\n4 0 0 0 1\n5 0 2 0 0"), [9, -6], GLIDER);
    accepts("*", [-4, -4], "O");
    accepts("$$$$$$$.......*", [3, 3], "O");
    accepts(
        "********$$$$$$$*......*",
        [-4, -4],
        "OOOOOOOO/......../......../......../......../......../......../O......O",
    );
    accepts(
        "********$********$********$********$********$********$********$********$",
        [-4, -4],
        &["OOOOOOOO"; 8].join("/"),
    );
    // A line that nothing refers to is no part of the pattern.
    accepts(&format!("***\n{GLIDER_LINE}"), [-3, -2], GLIDER);
}

#[test]
fn text_may_be_laid_out_freely() {
    accepts(&format!("\n\n{GLIDER_LINE} \t\n \n4  0\t0 0 1  \n\n"), [1, 2], GLIDER);
    accepts(&format!("#C x\r\n{GLIDER_LINE}\r\n4 0 0 0 1\r\n"), [1, 2], GLIDER);
    accepts(&format!("{GLIDER_LINE}\r4 0 0 0 1\r"), [1, 2], GLIDER);
    accepts(&format!("{GLIDER_LINE}\n#C between\n04 00 0 0 001"), [1, 2], GLIDER);
    let marked = format!("\u{feff}\n[M2]\n{GLIDER_LINE}");
    assert_eq!(read(marked).expect("a mark may precede it").pattern.cells.population(), 5);
    let bytes = [&b"[M2] caf\xe9\0\n#C caf\xe9\n"[..], GLIDER_LINE.as_bytes()].concat();
    assert_eq!(read(bytes).expect("comments hold any byte").pattern.comments, ["café"]);
}

#[test]
fn two_states_may_be_written_as_states() {
    let states = "1 0 1 0 0\n1 0 0 1 0\n1 1 1 0 0\n1 1 0 0 0\n2 1 2 3 4\n";
    accepts(states, [-2, -2], GLIDER);
    accepts(&format!("{states}3 5 0 0 0"), [-4, -4], GLIDER);
    accepts(&format!("{states}3 0 5 0 0\n4 0 0 6 0"), [-4, 0], GLIDER);
    accepts("1 1 0 0 1", [-1, -1], "O./.O");
    accepts("1 0 0 0 0\n2 1 1 1 1\n3 2 2 2 2", [0, 0], "");
    rejects("1 0 0 0 2", "2:9: found the state 2, expected 0 or 1, for the rule has two states");
    rejects("1 1 0 0 0\n2 1 0 0 2", "3:9: found the number 2, expected 0, or one up to 1");
}

#[test]
fn a_file_says_who_and_when() {
    let text = "#N Glider\n#O Guy\n#R 23/36\n#C one\n#G 42\n#D two\n#C\n#Rule: no\n*\n#C last";
    let pattern = accepts(text, [-4, -4], "O");
    assert_eq!(pattern.name.as_deref(), Some("Glider"));
    assert_eq!(pattern.author.as_deref(), Some("Guy"));
    assert_eq!(pattern.comments, ["one", "#D two", "", "#Rule: no", "last"]);
    assert_eq!((pattern.rule.name(), pattern.generation), (Some("HighLife"), 42));
    let torus = accepts("#R B3/S23:T30,20\n*", [-4, -4], "O");
    assert_eq!(torus.bounds.map(|bounds| bounds.to_string()).as_deref(), Some("T30,20"));

    let generation = Count::power_of_two(200);
    let later = format!("[M2]\n#G {generation}\n*");
    assert_eq!(tree(&later).header.generation, generation);
    let error = read(&later).expect_err("cells have a generation of 128 bits");
    assert!(
        error.to_string().ends_with("expected one below 2^128, for a list of cells"),
        "{error}"
    );
}

#[test]
fn snapshots_are_left_out_and_told() {
    let text = "[M2]\n#FRAMES 2 0 1\n*\n#FRAME 0 1\n**\n#FRAME 1 2\n***\n";
    let loaded = read(text).expect("the last square is the pattern");
    assert_eq!(loaded.warnings, [Warning::Frames]);
    assert_eq!((loaded.pattern.cells.population(), &*loaded.pattern.comments), (3, &[][..]));
    assert_eq!(read("[M2]\n#FRAMEWORK\n*").expect("a comment").pattern.comments, ["#FRAMEWORK"]);
}

#[test]
fn what_must_be_rejected() {
    rejects("4 0 0 0\n", "2:8: found the end of the line, expected the number of the south-east");
    rejects("4", "2:2: found the end of the input, expected the number of the north-west quarter");
    rejects("4 0 0 0 0 0", "2:11: found '0', expected the end of the line after five numbers");
    rejects("*\n4 0 0 0 1 ?", "3:11: found '?', expected the end of the line after");
    rejects(
        "*\n4 0 0 0 2",
        "3:9: found the number 2, expected 0, or one up to 1, of a square before",
    );
    rejects(
        "4 0 0 0 1",
        "2:9: found the number 1, expected 0, for no square comes before this line",
    );
    rejects("*\n4 0 18446744073709551615 0 0", "3:5: found the number 18446744073709551615, exp");
    rejects("*\n4 0 18446744073709551616 0 0", "3:5: found 18446744073709551616, expected the n");
    rejects("*\n5 0 0 0 1", "3:9: found square 1, of side 2^3, expected a square of side 2^4");
    rejects("$\n5 0 0 0 1", "3:9: found square 1, of side 2^3");
    rejects("*\n4 1 0 0 0\n4 2 0 0 0", "4:3: found square 2, of side 2^4, expected a square of");
    rejects("*\n4 1 0 0 0\n5 2 0 1 0", "4:7: found square 1, of side 2^3");
    rejects("0 0 0 0 0", "2:1: found the level 0, expected one from 1 to 250");
    rejects("251 0 0 0 0", "2:1: found the level 251");
    rejects("9999999999999999999 0 0 0 0", "2:1: found the level 9999999999999999999");
    rejects("-1 0 0 0 0", "2:1: found '-', expected a square: 8x8 cells in `.`, `*` and `$`, or");
    rejects("4 0 -1 0 0", "2:5: found '-', expected the number of the north-east quarter, the");
    rejects("4 0 +1 0 0", "2:5: found '+'");
    rejects("4 0 1.0 0 0", "2:6: found '.'");
    rejects("4 0 0x1 0 0", "2:6: found 'x'");
    rejects("4,0,0,0,0", "2:2: found ','");
    rejects("$$$$$$$$$", "2:9: found '$', expected the end of the line after eight rows");
    rejects("$$$$$$$$*", "2:9: found '*'");
    rejects("*........$", "2:9: found '.', expected `$` after the eight cells of a row");
    rejects("*$*********", "2:11: found '*', expected `$`");
    rejects("*.O", "2:3: found 'O', expected `.`, `*` or `$`");
    rejects("*. *", "2:4: found '*', expected `.`, `*` or `$`");
    rejects("*.\0", "2:3: found byte 0x00");
    rejects("x", "2:1: found 'x', expected a square");
    rejects("é", "2:1: found 'é'");
    rejects("#R B9/S23\n*", "2:5: found '9', expected a neighbor count");
    rejects("#R /2/3\n*", "2:4: found the rule /2/3, with 3 states, expected one with two");
    rejects("#R WireWorld\n*", "2:4: the rule `WireWorld` is not supported yet");
    rejects("#G x\n*", "2:4: found 'x', expected a generation number");
    rejects("#G -1\n*", "2:4: found '-'");
    rejects("#G 1 2\n*", "2:6: found '2', expected the end of the line");
    rejects("#R B3/S23:T4,4\n$$$$$$.*", "found a live cell at column -1, row 4 of T4,4");
}

/// Squares of one cell, then of four times the last one each: `children` tells which quarters.
fn tower(top: u8, children: &str) -> String {
    let mut text = "[M2]\n*\n".to_owned();
    for (number, level) in (1..).zip(4..=top) {
        let line = children.replace('n', &format!("{number}"));
        text += &format!("{level} {line}\n");
    }
    text
}

#[test]
fn populations_and_boxes_are_exact_at_any_size() {
    for level in [4, 5, 31, 32, 33, 63, 64, 65, 100, 127, 131] {
        let full = tree(tower(level, "n n n n"));
        let expected = (level < 131).then(|| Count::power_of_two(2 * (u32::from(level) - 3)));
        assert_eq!(full.population(), expected, "level {level}");
        assert_eq!((full.level(), full.nodes().len()), (level, usize::from(level) - 2));
        let area = full.bounds().expect("cells");
        let seven = Count::from(7);
        // The last 8x8 square has its cell in its first column.
        let reach = Count::power_of_two(level.into()).checked_sub(seven);
        assert_eq!([Some(area.width()), Some(area.height())], [reach; 2], "level {level}");
        let edge = -Coordinate::ONE.checked_shl(level - 1).expect("it fits");
        assert_eq!([area.left, area.top], [edge; 2], "level {level}");
    }
    let almost = tower(131, "n n n n").replace("131 128 128 128 128", "131 0 128 128 128");
    let expected = Count::power_of_two(254).checked_mul(3.into());
    assert_eq!(tree(almost).population(), expected);
}

#[test]
fn sides_may_be_2_to_250_cells() {
    let corner = tree(tower(MAX_LEVEL, "0 0 0 n"));
    assert_eq!(corner.population(), Some(Count::ONE));
    let area = corner.bounds().expect("a cell");
    let last =
        Coordinate::ONE.checked_shl(MAX_LEVEL - 1).and_then(|half| half.checked_sub(8.into()));
    assert_eq!([Some(area.left), Some(area.bottom)], [last; 2]);
    let error = corner.to_pattern(&Limits::default()).expect_err("beyond 64 bits");
    assert!(matches!(error, ErrorKind::OutOfRange), "{error}");

    let near = tower(MAX_LEVEL, "n 0 0 0").replace("250 247 0 0 0", "250 0 0 0 247");
    let pattern = read(near).expect("one cell at the origin").pattern;
    assert_eq!(pattern.cells.iter().collect::<Vec<_>>(), [Position { x: 0, y: 0 }]);

    // The plane of 64 bits, from corner to corner.
    let far = Pattern {
        cells: [i64::MIN, -1, 0, i64::MAX]
            .map(|at| Position { x: at, y: at })
            .into_iter()
            .collect(),
        ..Pattern::default()
    };
    let mut text = Vec::new();
    far.write(Format::Macrocell, &mut text).expect("memory takes all");
    assert_eq!(read(&text).expect("we wrote it").pattern.cells, far.cells);
    assert_eq!(tree(&text).level(), 64);
}

#[test]
fn a_list_that_is_too_long_is_refused_before_it_is_made() {
    let full = tree(tower(60, "n n n n"));
    let limits = Limits::default();
    let error = full.to_pattern(&limits).expect_err("2^114 cells");
    let expected = format!("a list of the {} live cells would take", Count::power_of_two(114));
    assert!(error.to_string().starts_with(&expected), "{error}");
    // 128 rows of words, half of which have no cell.
    let eight = tower(7, "n n n n");
    let bytes = |bytes: u64| Limits { memory_bytes: bytes, ..limits };
    let refused = tree(&eight).to_pattern(&bytes(8 * 2 * 16 - 1)).expect_err("32 words");
    assert!(matches!(refused, ErrorKind::TooManyCells { .. }), "{refused}");
    let refused = tree(&eight).to_pattern(&bytes(8 * 2 * 16)).expect_err("16 rows");
    assert!(matches!(refused, ErrorKind::TooLarge { .. }), "{refused}");
    let pattern = tree(&eight).to_pattern(&bytes(16 * (24 + 2 * 8))).expect("16 rows of 2 words");
    assert_eq!(pattern.cells.population(), 256);
}

#[test]
fn each_distinct_square_is_written_once_and_quarters_first() {
    let glider = library::get("glider").expect("known").load().expect("well-formed");
    let pattern = Pattern { author: None, comments: vec!["a".into()], generation: 7, ..glider };
    let mut text = Vec::new();
    pattern.write(Format::Macrocell, &mut text).expect("memory takes all");
    let text = String::from_utf8(text).expect("ASCII");
    let (first, rest) = text.split_once('\n').expect("lines");
    assert!(first.starts_with("[M2] (lifelab "), "{first}");
    let name = pattern.name.as_deref().map_or(String::new(), |name| format!("#N {name}\n"));
    assert_eq!(rest, format!("#R B3/S23\n#G 7\n{name}#C a\n.*$..*$***$\n4 0 0 0 1\n"));
    let mut empty = Vec::new();
    Pattern::default().write(Format::Macrocell, &mut empty).expect("memory takes all");
    assert_eq!(empty.strip_prefix(first.as_bytes()), Some(&b"\n#R B3/S23\n"[..]));
}

/// The lines of squares.
fn squares(text: &str) -> Vec<&str> {
    text.lines().skip(1).filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn files_of_another_program_are_written_as_they_were() {
    for name in ["gosper-gun-3000", "switch-engine-2to32", "spacefiller-2to24"] {
        let path = reference().join("formats").join(name).with_extension("mc");
        let text = fs::read_to_string(path).expect(name);
        let mut written = Vec::new();
        tree(&text).write(&mut written).expect("memory takes all");
        let written = String::from_utf8(written).expect("ASCII");
        assert_eq!(squares(&written), squares(&text), "{name}");
    }
}

#[test]
fn a_builder_gives_equal_squares_one_number() {
    let mut builder = TreeBuilder::new(u64::MAX);
    assert_eq!(builder.leaf(0).expect("room"), EMPTY);
    assert_eq!(builder.inner(9, [EMPTY; 4]).expect("room"), EMPTY);
    // Many more than a new table has room for.
    let leaves: Vec<_> = (1..=5000).map(|cells| builder.leaf(cells).expect("room")).collect();
    assert_eq!(leaves, (1..=5000).collect::<Vec<_>>());
    for (cells, number) in (1..=5000).zip(&leaves) {
        assert_eq!(builder.leaf(cells).expect("room"), *number);
    }
    let pairs: Vec<_> = leaves.windows(2).map(|pair| [pair[0], EMPTY, EMPTY, pair[1]]).collect();
    let numbers: Vec<_> = pairs.iter().map(|&pair| builder.inner(4, pair).expect("room")).collect();
    assert_eq!(numbers, (5001..=9999).collect::<Vec<_>>());
    let tree = builder.finish(Header::default(), 9999).expect("room");
    assert_eq!(tree.node(9999), Some(Node::Inner { level: 4, children: [4999, 0, 0, 5000] }));
    assert_eq!((tree.root(), tree.node(EMPTY), tree.node(10_000)), (9999, None, None));
}

fn any_cells() -> impl Strategy<Value = Cells> {
    let small = (-40_i64..40, -40_i64..40);
    let far = (any::<i64>(), any::<i64>());
    let medium = (-3000_i64..3000, -3000_i64..3000);
    let at = prop_oneof![8 => small, 4 => medium, 1 => far];
    proptest::collection::vec(at, 0..200)
        .prop_map(|cells| cells.into_iter().map(|(x, y)| Position { x, y }).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_tree_has_the_cells_that_it_was_made_of(cells in any_cells()) {
        let pattern = Pattern { cells, ..Pattern::default() };
        let tree = Tree::of(&pattern, u64::MAX).expect("memory");
        let again = tree.to_pattern(&Limits::default()).expect("few cells");
        prop_assert_eq!(&again.cells, &pattern.cells);
        prop_assert_eq!(tree.population(), Some(pattern.cells.population().into()));
        let area = pattern.cells.bounding_box();
        let found = tree.bounds();
        prop_assert_eq!(
            found.map(|area| [area.left, area.top, area.right, area.bottom]),
            area.map(|area| [area.left, area.top, area.right, area.bottom].map(Coordinate::from))
        );
    }

    #[test]
    fn no_square_is_written_twice(cells in any_cells()) {
        let pattern = Pattern { cells, ..Pattern::default() };
        let mut text = Vec::new();
        pattern.write(Format::Macrocell, &mut text).expect("memory");
        let text = String::from_utf8(text).expect("ASCII");
        let squares = squares(&text);
        prop_assert_eq!(squares.iter().collect::<HashSet<_>>().len(), squares.len());
        let mut again = Vec::new();
        tree(&text).write(&mut again).expect("memory");
        prop_assert_eq!(String::from_utf8(again).expect("ASCII"), text);
    }
}
