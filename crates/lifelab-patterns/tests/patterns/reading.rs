//! What must be accepted, and what must be rejected where: one line per case.

use std::path::Path;

use lifelab_patterns::{Format, Limits, Loaded, Pattern, PatternError, Position, Size, Warning};

fn read(text: impl AsRef<[u8]>) -> Result<Loaded, PatternError> {
    Pattern::read(text.as_ref(), None, &Limits::default())
}

/// The text loads without a warning, and its cells are those drawn, row by row from (0, 0).
#[track_caller]
fn accepts(text: impl AsRef<[u8]>, rows: &str) -> Pattern {
    let loaded = read(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.warnings, []);
    assert_eq!(drawn(&loaded.pattern), rows);
    loaded.pattern
}

/// The text is rejected with this message, place first.
#[track_caller]
fn rejects(text: impl AsRef<[u8]>, message: &str) {
    match read(text) {
        Ok(loaded) => panic!("accepted: {loaded:?}"),
        Err(error) => assert!(error.to_string().starts_with(message), "{error}"),
    }
}

fn drawn(pattern: &Pattern) -> String {
    let Some(area) = pattern.cells.bounding_box() else { return String::new() };
    let cell = |x, y| if pattern.cells.contains(Position { x, y }) { 'O' } else { '.' };
    let row = |y| (0..=area.right).map(|x| cell(x, y)).collect::<String>();
    (0..=area.bottom).map(row).collect::<Vec<_>>().join("/")
}

const GLIDER: &str = ".O./..O/OOO";

#[test]
fn rle_that_must_be_accepted() {
    let header = "x = 3, y = 3, rule = B3/S23\n";
    accepts(format!("{header}bo$2bo$3o!"), GLIDER);
    accepts(format!("{header}bo$\r\n2bo$\r3o!\n"), GLIDER);
    accepts(format!("\n \n\r\n{header}bo$2bo$3o!"), GLIDER);
    accepts(format!("\u{feff}{header}bo$2bo$3o!"), GLIDER);
    accepts(format!("{header} b  o $\t2b\no$ 3o !"), GLIDER);
    accepts(format!("{header}.A$2.A$3A!"), GLIDER);
    accepts(format!("{header}bob$2bo$3o$$$!"), GLIDER);
    accepts(format!("{header}bo$\n#C between\n2bo$\n\n3o!"), GLIDER);
    accepts(format!("{header}bo$2bo$3o!99q 0$ x = 3\n\0"), GLIDER);
    accepts(format!("{header}bo$2bo$3o1!"), GLIDER);
    accepts("x=3,y=3\nbo$2bo$3o!", GLIDER);
    accepts("x\t=  3 , y=3 ,\trule =\tB3/S23 \nbo$2bo$3o!", GLIDER);
    accepts("  x = 3, y = 3\nbo$2bo$3o!", GLIDER);
    accepts("x = 1, y = 6\no5$o!", "O/././././O");
    accepts("x = 0, y = 0, rule = B3/S23\n!", "");
    accepts("x = 9000000000, y = 9223372036854775807\no!", "O");
    accepts("x = 3, y = 1\n3b!", "");
    accepts("#C \u{e9}\u{0}\n#\n#Q what\nx = 1, y = 1\no!", "O");
    accepts(b"#C caf\xe9\nx = 1, y = 1\no!", "O");
}

#[test]
fn rle_says_who_and_where() {
    let text = "#CXRLE Pos=-5,7 Gen=42 Foo=1\n#N Glider\n#O Guy\n#C one\n#c two\n#C\n#D three\nx=1,y=1\no!\nfour";
    let pattern = read(text).expect("well-formed").pattern;
    assert_eq!(pattern.name.as_deref(), Some("Glider"));
    assert_eq!(pattern.author.as_deref(), Some("Guy"));
    assert_eq!(pattern.comments, ["#CXRLE Foo=1", "one", "two", "", "#D three", "four"]);
    assert_eq!(pattern.position, Some(Position { x: -5, y: 7 }));
    assert_eq!(pattern.size, Some(Size { width: 1, height: 1 }));
    assert_eq!(pattern.generation, 42);
    assert_eq!(pattern.cells.iter().collect::<Vec<_>>(), [Position { x: -5, y: 7 }]);

    let older = read("#P -1 2\n#r 23/36\nx = 1, y = 1\no!").expect("well-formed").pattern;
    assert_eq!(older.position, Some(Position { x: -1, y: 2 }));
    assert_eq!(older.rule.name(), Some("HighLife"));
    let newer =
        read("#CXRLE Pos=0,0\n#R 1 1\n#r 23/36\nx = 1, y = 1, rule = B2/S\no!").expect("fine");
    assert_eq!(newer.pattern.position, Some(Position { x: 0, y: 0 }));
    assert_eq!(newer.pattern.rule.name(), Some("Seeds"));
    let huge = read("#CXRLE Gen=99999999999999999999999\nx = 1, y = 1\no!").expect("fine");
    assert_eq!(huge.pattern.generation, 99_999_999_999_999_999_999_999);
    let latin = read(b"#C caf\xe9\nx = 1, y = 1\no!").expect("fine");
    assert_eq!(latin.pattern.comments, ["café"]);
}

#[test]
fn a_letter_that_is_glued_to_text_is_no_word_of_a_format() {
    let comments = |text: &str| {
        let pattern = read(text).unwrap_or_else(|error| panic!("{error}")).pattern;
        assert_eq!((pattern.name, pattern.author, pattern.position), (None, None, None));
        assert_eq!(pattern.rule, lifelab_core::Rule::LIFE);
        pattern.comments
    };
    let glued = [
        "#Name: Glider",
        "#Original drawing",
        "#Comment: copied",
        "#comment",
        "#CXRLEPos=1,1",
        "#Phase 2 of 3",
        "#Rule: the ordinary one",
        "#rotated",
        "#Puffer",
    ];
    let text = glued.join("\n");
    assert_eq!(comments(&format!("{text}\nx = 1, y = 1\n{text}\no!\n{text}")).len(), 27);
    assert_eq!(comments(&format!("{text}\nx = 1, y = 1\no!")), glued);
    assert_eq!(comments(&format!("x = 1, y = 1\no!\n{text}")), glued);
    let glued = ["#Description: x", "#Comment: y", "#Phase 2", "#Rule: 23/36", "#Name"];
    let text = glued.join("\n");
    assert_eq!(comments(&format!("#Life 1.05\n{text}\n*")), glued);
    let glued = ["#Data: x", "#D\u{a0}y"];
    let loaded = read(format!("#Life 1.06\n{}\n0 0", glued.join("\n"))).expect("fine");
    assert_eq!(loaded.pattern.comments, glued);

    let near = read("#N\tGlider\n#O\n#P-1 +2\nx = 1, y = 1\no!").expect("fine").pattern;
    assert_eq!((near.name.as_deref(), near.author), (Some("Glider"), None));
    assert_eq!(near.position, Some(Position { x: -1, y: 2 }));
    rejects("#P see below\nx = 1, y = 1\no!", "1:4: found 's', expected a column");
}

#[test]
fn rle_that_is_odd_comes_with_a_warning() {
    let warnings = |text: &str| read(text).expect(text).warnings;
    assert_eq!(warnings("bo$2bo$3o!"), [Warning::NoHeader]);
    assert_eq!(warnings("x = 3, y = 3\nbo$2bo$3o"), [Warning::NoEnd]);
    assert_eq!(warnings("x = 3, y = 3\n"), [Warning::NoEnd]);
    let declared = Size { width: 2, height: 2 };
    let actual = Size { width: 3, height: 3 };
    let larger = Warning::LargerThanHeader { declared, actual };
    assert_eq!(warnings("x = 2, y = 2\nbo$2bo$3o!"), [larger]);
    assert_eq!(larger.to_string(), "the header says 2 x 2 cells, but they take 3 x 3");
}

#[test]
fn rle_that_must_be_rejected() {
    let header = "x = 3, y = 3\n";
    let data = |data: &str| format!("{header}{data}");
    rejects(data("bo$2bq$3o!"), "2:7: found '$', expected a letter from A to X");
    rejects(data("bo$2bz$3o!"), "2:6: found 'z', expected a count, or one of the tags");
    rejects(data("bo$0bo!"), "2:4: found the count 0, expected a count without leading zeros");
    rejects(data("bo$02bo!"), "2:4: found the count 02");
    rejects(data("bo$-2bo!"), "2:4: found '-'");
    rejects(data("bo$+2bo!"), "2:4: found '+'");
    rejects(data("bo$2 bo!"), "2:5: found a space, expected one of the tags b o $ ! right after");
    rejects(data("bo$2\nbo!"), "2:5: found the end of the line, expected one of the tags");
    rejects(data("bo$2"), "2:5: found the end of the input");
    rejects(data("bo$p"), "2:5: found the end of the input, expected a letter from A to X");
    rejects(data("bo$p\nA!"), "2:5: found the end of the line, expected a letter from A to X");
    rejects(data("bo$2#"), "2:5: found '#'");
    rejects(data("bo$é!"), "2:4: found 'é'");
    rejects(data("bo$\0!"), "2:4: found byte 0x00");
    rejects(b"x = 3, y = 3\nbo\xff!", "2:3: found byte 0xff");
    rejects(data("b\u{7f}o!"), "2:2: found byte 0x7f");
    rejects(data("bB!"), "2:2: found `B`, a cell of a further state, expected cells of two states");
    rejects(data("bX!"), "2:2: found `X`");
    rejects(data("b3yO!"), "2:3: found `yO`, a cell of a further state");
    rejects(
        data("9223372036854775808b!"),
        "2:1: found the count 9223372036854775808, expected a count that",
    );
    rejects(data(&"9".repeat(100_000)), "2:1: found the count 999999999999999999999999...");
    rejects(data("9223372036854775807b2o!"), "2:21: found a coordinate beyond 64 bits");
    rejects(data("9223372036854775807b2b!"), "2:21: found a coordinate beyond 64 bits");
    rejects(data("9223372036854775807$9$"), "2:21: found a coordinate beyond 64 bits");
    rejects(
        data("bo$9223372036854775807o!"),
        "2:4: the pattern needs more memory than the limit of",
    );
}

#[test]
fn rle_headers_that_must_be_rejected() {
    rejects("x = -3, y = 3\no!", "1:5: found '-', expected a number of cells");
    rejects("x = +3, y = 3\no!", "1:5: found '+'");
    rejects("x = 3\no!", "1:6: found the end of the line, expected `,`");
    rejects("x = 3 y = 3\no!", "1:7: found 'y', expected `,`");
    rejects("x = 3, z = 3\no!", "1:8: found 'z', expected `y =`");
    for text in
        ["rule = B3/S23\no!", "x\u{a0}= 3, y = 3\no!", "Glider\nx = 3, y = 3\no!", "404: Not Found"]
    {
        let error = read(text).expect_err(text).to_string();
        let header = error.contains("expected a header such as `x = 3, y = 3`, a comment");
        assert!(header || error.contains("expected a pattern in one of the formats"), "{error}");
    }
    rejects("X = 3, Y = 3\no!", "1:1: found 'X', expected a header such as `x = 3, y = 3`");
    rejects("#C\n  y=3, x=3\no!", "2:3: found 'y', expected a header such as `x = 3, y = 3`");
    rejects("x = 3, Y = 3\no!", "1:8: found 'Y', expected `y =`");
    rejects("x = 3, y 3\no!", "1:10: found '3', expected `=`");
    rejects("x = three, y = 3\no!", "1:5: found 't'");
    rejects("x = 3.5, y = 3\no!", "1:6: found '.'");
    rejects("x = , y = 3\no!", "1:5: found ','");
    rejects("x = 3, y = \no!", "1:12: found the end of the line");
    rejects("x = 3, y = 3 rule = B3/S23\no!", "1:14: found 'r', expected `, rule =`");
    rejects("x = 3, y = 3,\no!", "1:14: found the end of the line, expected `rule =`");
    rejects("x = 3, y = 3, rool = B3/S23\no!", "1:15: found 'r', expected `rule =`");
    rejects("x = 3, y = 3, rule =\no!", "1:21: found the end, expected a rule such as");
    rejects("x = 3, y = 9223372036854775808\no!", "1:12: found 9223372036854775808, expected");
    rejects("x = 3, y = 3, rule = B9/S23\no!", "1:23: found '9', expected a neighbor count");
    rejects(
        "x = 3, y = 3, rule = WireWorld\no!",
        "1:22: the rule `WireWorld` is not supported yet",
    );
    rejects("x = 3, y = 3, rule = B3\u{0}S\no!", "1:24: found byte 0x00, expected a rule");
    rejects("x = 3, y = 3, rule = B3/S23é\no!", "1:28: found 'é'");
    rejects("x = 3, y = 3, rule = B2-z/S12\no!", "1:25: found 'z', expected a letter for");
    rejects("x = 3, y = 3, rule = 345/2/1\no!", "1:28: found 1, expected a number of states");
    rejects("x = 3, y = 3, rule = 345/2/4\nAD!", "2:2: found `D`, a cell in state 4, expected a");
    rejects("x = 3, y = 3, rule = 345/2/4\nA2pA!", "2:3: found `pA`, a cell in state 25");
    rejects("x = 3, y = 3, rule = 2/3/256\nApZ!", "2:3: found 'Z', expected a letter from A to X");
    rejects("x = 3, y = 3, rule = 2/3/256\nyP!", "2:2: found 'P', expected a letter from A to X");
    rejects(
        "x = 3, y = 3, rule = B2/S015V\no!",
        "1:28: found '5', expected a neighbor count from 0 to 4",
    );
    rejects("x = 3, y = 3, rule = R5,C0,M1,S34..58,B34..45,NM\no!", "1:22: Larger than Life rules");
    rejects("x = 3, y = 3, rule = B3/S23:P0+1,20\no!", "1:31: found '+'");
    rejects("x = 3, y = 3, rule = B3/S23:T0,20-3\no!", "1:34: found '-', expected no offset");
    rejects("x = 1, y = 3, rule = B3/S23:P0,2\no$o$o!", "2:5: found a live cell at column 0");
    rejects("x = 3, y = 3, rule = B3/S23:T30,-2\no!", "1:33: found '-', expected a length");
    rejects("#r 23\nx = 3, y = 3\no!", "1:6: found the end, expected a neighbor count");
    rejects("#CXRLE Pos=1\nx = 3, y = 3\no!", "1:13: found the end of the line, expected a comma");
    rejects(
        "#CXRLE Pos=a,1\nx = 3, y = 3\no!",
        "1:12: found 'a', expected the column of the position",
    );
    rejects("#CXRLE Pos=1,1.5\nx = 3, y = 3\no!", "1:15: found '.'");
    rejects("#CXRLE Pos=1,1;\nx = 3, y = 3\no!", "1:15: found ';'");
    rejects("#CXRLE Gen=x\nx = 3, y = 3\no!", "1:12: found 'x', expected a generation number");
    rejects("#CXRLE Gen=-1\nx = 3, y = 3\no!", "1:12: found '-'");
    rejects(
        "#CXRLE Pos=9223372036854775808,0\nx = 3, y = 3\no!",
        "1:12: found 9223372036854775808",
    );
    rejects("#P 3\nx = 3, y = 3\no!", "1:5: found the end of the line, expected a space and a row");
    rejects(
        "#CXRLE Pos=9223372036854775807,0\nx = 2, y = 1\n2o!",
        "3:1: found a coordinate beyond",
    );
}

#[test]
fn live_cells_outside_the_universe_are_rejected() {
    accepts("x = 3, y = 3, rule = B3/S23:T3,3\nbo$2bo$3o!", GLIDER);
    accepts("x = 9, y = 9, rule = B3/S23:P3\nbo$2bo$3o!", GLIDER);
    let message = "2:1: found a live cell at column 3, row 0 of T3,3, expected cells within it";
    rejects("x = 4, y = 3, rule = B3/S23:T3,3\n4o!", message);
    rejects(
        "x = 1, y = 1, rule = B3/S23:T3,3\n2$o!",
        "2:3: found a live cell at column 1, row 3 of T3,3",
    );
    rejects(
        "#CXRLE Pos=-2,0\nx = 1, y = 1, rule = B3/S23:T3,3\no!",
        "3:1: found a live cell at column -1",
    );
}

#[test]
fn plaintext() {
    accepts(".O.\n..O\nOOO\n", GLIDER);
    accepts(".*\n..*\r\n***", GLIDER);
    accepts("!Name: x\n\n\n..O\n\nO", ".../.../..O/.../O..");
    accepts("!\n.O \t\n  \n..O", ".O./.../..O");
    accepts("\n\n.O.\n..O\n!between\nOOO", GLIDER);
    accepts("!", "");
    let named = read("!Name: Glider\n!Author: Guy\n! one\n!two\n!Name: other\n!\nO").expect("fine");
    assert_eq!(named.format, Format::Plaintext);
    assert_eq!(named.pattern.name.as_deref(), Some("Glider"));
    assert_eq!(named.pattern.author.as_deref(), Some("Guy"));
    assert_eq!(named.pattern.comments, ["one", "two", "Name: other", ""]);
    rejects(".O.\n.x.", "2:2: found 'x', expected `.`, `O` or `*`");
    rejects(".O.\n.o.", "2:2: found 'o'");
    rejects(".O.\n. O", "2:2: found a space");
    rejects(".O.\n .O", "2:1: found a space");
    rejects(".O.\n.0.", "2:2: found '0'");
    rejects("!\n.é", "2:2: found 'é'");
    rejects("!\n.\0", "2:2: found byte 0x00");
}

#[test]
fn life_105() {
    accepts("#Life 1.05\n#D glider\n#N\n#P 0 0\n.*\n..*\n***\n", GLIDER);
    accepts("#Life 1.05\n.*\n..*\n***", GLIDER);
    accepts("#Life 1.05\n#P\n.*\n#P 2 1\n*\n#P 0 2\n***", GLIDER);
    accepts("#Life 1.05\n#P 0 2\n***\n#P 0 2\n.**\n#P 2 1\n*\n#P 1 0\n*", GLIDER);
    accepts("#Life 1.05\n#P 1 0\n*\n.*\n#P 0 2\n***", GLIDER);
    let pattern = accepts("#Life 1.05\n#D Name: x\n#D one\n#Q two\n#R 23/36\n*", "O");
    assert_eq!(pattern.rule.name(), Some("HighLife"));
    assert_eq!(pattern.name.as_deref(), Some("x"));
    assert_eq!(pattern.comments, ["one", "#Q two"]);
    assert_eq!(pattern.position, None);
    rejects("#Life 1.05\n#P 1\n*", "2:5: found the end of the line, expected a space and a row");
    rejects("#Life 1.05\n#P x y\n*", "2:4: found 'x', expected a column");
    rejects("#Life 1.05\n#P 1 2 3\n*", "2:8: found '3', expected the end of the line");
    rejects("#Life 1.05\n#P 1.5 2\n*", "2:5: found '.'");
    rejects("#Life 1.05\n#P 9223372036854775808 0\n*", "2:4: found 9223372036854775808");
    rejects("#Life 1.05\n#P 9223372036854775807 0\n**", "3:1: found a coordinate beyond 64 bits");
    rejects("#Life 1.05\n#P 0 9223372036854775807\n*\n*", "4:1: found a coordinate beyond 64 bits");
    rejects("#Life 1.05\n#R 29/3\n*", "2:5: found '9'");
    rejects(
        "#Life 1.05\n#R 23/3:T9\n*",
        "2:4: found T9,9, expected a rule without a finite universe",
    );
    rejects("#Life 1.05\n.O.\n", "2:2: found 'O', expected `.` or `*`");
    rejects("#Life 1.05\n.*.\n  *", "3:1: found a space");
}

#[test]
fn life_106() {
    accepts("#Life 1.06\n1 0\n2 1\n0 2\n1 2\n2 2\n", GLIDER);
    accepts("#Life 1.06\r\n 2\t2 \r\n1 2\n#\n0 2\n\n2 1\n1 0\n1 0", GLIDER);
    accepts("#Life 1.06\n", "");
    let far = read(
        "#Life 1.06\n-9223372036854775808 9223372036854775807\n9223372036854775807 -9223372036854775808",
    );
    assert_eq!(far.expect("in range").pattern.cells.population(), 2);
    rejects("#Life 1.06\n1\n", "2:2: found the end of the line, expected a space and a row");
    rejects("#Life 1.06\n1 2 3\n", "2:5: found '3', expected the end of the line");
    rejects("#Life 1.06\n1.5 2\n", "2:2: found '.'");
    rejects("#Life 1.06\n1 2e3\n", "2:4: found 'e'");
    rejects("#Life 1.06\n1, 2\n", "2:2: found ','");
    rejects("#Life 1.06\n1-2\n", "2:2: found '-', expected a space and a row");
    rejects(
        "#Life 1.06\n1 9223372036854775808\n",
        "2:3: found 9223372036854775808, expected a row",
    );
    rejects("#Life 1.06\n1 --2\n", "2:4: found '-'");
    rejects("#Life 1.06\n*\n", "2:1: found '*'");
}

#[test]
fn ron() {
    accepts("(cells: [\"bo$2bo$3o!\"])", GLIDER);
    accepts(
        "\n// a glider\nPattern(\n    rule: \"23/3\",\n    cells: [\"bo$2bo$\", \"3o!\"],\n)",
        GLIDER,
    );
    let pattern = accepts(
        "(name: \"x\", generation: 340282366920938463463374607431768211455, cells: [\"o\"])",
        "O",
    );
    assert_eq!((pattern.name.as_deref(), pattern.generation), (Some("x"), u128::MAX));
    rejects("(cells: [\"bo$\",\n \"2bq$3o!\"])", "2:6: found '$', expected a letter from A to X");
    rejects("(cells: [\"bo$2\",\n \"bo!\"])", "1:15: found '\"', expected one of the tags");
    rejects("(cells: [\"o!\"], color: 3)", "1:17: there is no field `color`");
    rejects("(rule: \"B9/S\", cells: [\"o!\"])", "1:");
    rejects("(cells: [\"o!\"]", "1:14: expected comma");
    rejects("()", "1:2: ");
    rejects("(cells: [\"o\\u{24}o!\"])", "1:");
    rejects(b"(cells: [\"o\xff\"])", "1:12: found byte 0xff, expected UTF-8");
}

#[test]
fn formats_are_told_apart_by_content_and_then_by_extension() {
    let format = |text: &str, name: &str| {
        let name = (!name.is_empty()).then_some(Path::new(name));
        Pattern::read(text.as_bytes(), name, &Limits::default()).map(|loaded| loaded.format)
    };
    let is = |text: &str, name: &str, expected: Format| {
        assert_eq!(format(text, name).ok(), Some(expected), "{text:?} in {name:?}");
    };
    is("#Life 1.05\n*", "a.rle", Format::Life105);
    is("#Life 1.06\n0 0", "a.rle", Format::Life106);
    is("x = 1, y = 1\no!", "a.cells", Format::Rle);
    is("#C\nx = 1, y = 1\no!", "", Format::Rle);
    is("3o$\nbo!", "", Format::Rle);
    is("#Life is short.\nx = 1, y = 1\no!", "", Format::Rle);
    is("3o", "a.RLE", Format::Rle);
    is("3o", "a.rle.gz", Format::Rle);
    is("!\n", "", Format::Plaintext);
    is("**.O", "", Format::Plaintext);
    is("O ", "a.cells", Format::Plaintext);
    is("Pattern(cells: [])", "", Format::Ron);
    let unknown = format("3o", "").expect_err("could be anything").to_string();
    assert!(unknown.starts_with("1:1: found '3', expected a pattern in one of the formats "));
    assert!(unknown.ends_with("macrocell, mcell, apgcode, plaintext, ron, rle"), "{unknown}");
    let unknown = format("#Life 1.07\n0 0", "a.lif").expect_err("a later version").to_string();
    assert_eq!(unknown, "a.lif:1:7: found the unknown version 1.07 of Life, expected 1.05 or 1.06");
    is("[M2] (golly 4.0)\n", "a.rle", Format::Macrocell);
    is("\r\n[M2]", "", Format::Macrocell);
    is("xq4_153", "a.rle", Format::Apgcode);
    let error = |text: &str, name: &str| format(text, name).expect_err(text).to_string();
    for text in ["whatever", "$$..*$", "#R B3/S23\n$$..*$\n4 0 0 0 1", "4 0 0 0 1", "[M1]"] {
        let error = error(text, "a.mc.gz");
        assert!(error.contains("expected `[M2]` in the first line"), "{text:?}: {error}");
    }
    assert_eq!(
        error("#\n  \n~", "a.rle"),
        "a.rle:3:1: found '~', expected a header such as `x = 3, y = 3`, a comment after `#`, or cells"
    );
}

#[test]
fn a_life_file_without_its_first_line_is_told_so() {
    let message = |text: &str, name: &str| {
        let name = (!name.is_empty()).then_some(Path::new(name));
        Pattern::read(text.as_bytes(), name, &Limits::default()).expect_err(text).to_string()
    };
    let expected = "expected `#Life 1.05` or `#Life 1.06` in the first line";
    for name in ["", "a.lif", "a.life", "a.rle"] {
        let message = message("#N Toad\n#P -2 -1\n....\n.***\n***.\n", name);
        assert!(message.ends_with(&format!("1:1: found '#', {expected}")), "{name}: {message}");
    }
    for text in ["1 0\n2 1\n", "#D x\n1 0\n", "#life 1.05\n", "  .*", "#D only comments"] {
        assert!(message(text, "a.lif").contains(expected), "{text:?}");
    }
    let named = |text: &str| {
        let loaded = Pattern::read(text.as_bytes(), Some(Path::new("a.lif")), &Limits::default());
        loaded.expect(text).format
    };
    assert_eq!(named("#C\nx = 1, y = 1\no!"), Format::Rle);
    assert_eq!(named("#C\n3o$bo!"), Format::Rle);
    assert_eq!(named(".*.\n"), Format::Plaintext);
}

#[test]
fn what_is_no_pattern_is_named_for_what_it_is() {
    let mut tar = b"glider.rle".to_vec();
    tar.resize(257, 0);
    tar.extend(b"ustar\x0000");
    let utf_16: Vec<u8> = "x = 3, y = 3".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big_endian: Vec<u8> = "x = 3, y = 3".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, found) in [
        (&b"\n <!DOCTYPE html>\n<html>"[..], "found a web page, expected a pattern; download"),
        (b"<HTML><body>", "found a web page"),
        (b"<?xml version=\"1.0\"?>", "found an SVG or other XML file"),
        (b"[code]x = 3, y = 3\n", "found the markup of a forum, expected a pattern; keep"),
        (b"Code: Select all\nx = 3, y = 3\n", "found the markup of a forum"),
        (b"```\nx = 3, y = 3\n```", "found a code block of Markdown"),
        (b"{\n  \"rle\": 3}", "found a JSON object"),
        (b"{\\rtf1", "found an RTF document"),
        (b"@RULE Foo\n", "found a rule file of Golly"),
        (b"\xff\xfex\0 \0=\0", "found UTF-16 text, expected a pattern in ASCII or UTF-8"),
        (b"\xfe\xff\0x", "found UTF-16 text"),
        (&utf_16, "found UTF-16 text"),
        (&big_endian, "found UTF-16 text"),
        (b"PK\x03\x04\x14\0", "found a zip archive, expected a pattern; unpack it"),
        (b"7z\xbc\xaf\x27\x1c", "found a 7z archive"),
        (b"Rar!\x1a\x07\x01\0", "found a RAR archive"),
        (&tar, "found a tar archive"),
        (b"BZh91AY&SY", "found a file compressed by bzip2, expected a pattern, as it is or"),
        (b"\xfd7zXZ\0", "found a file compressed by xz"),
        (b"\x28\xb5\x2f\xfd", "found a file compressed by zstd"),
        (b"%PDF-1.7\n", "found a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "found a PNG picture"),
        (b"GIF89a", "found a GIF picture"),
        (b"\xff\xd8\xff\xe0", "found a JPEG picture"),
    ] {
        for name in ["a.rle", "a.cells", "a.lif", "a.ron", "a"] {
            let read = Pattern::read(bytes, Some(Path::new(name)), &Limits::default());
            let error = read.expect_err(found);
            assert!(error.to_string().contains(&format!(":1: {found}")), "{name}: {error}");
            assert!(error.render().contains(found));
        }
    }
}

#[test]
fn a_byte_order_mark_may_precede_every_format() {
    for text in [
        "x = 3, y = 3\nbo$2bo$3o!",
        "#C x\nx = 3, y = 3\nbo$2bo$3o!",
        ".O.\n..O\nOOO",
        "!Name: x\n.O.\n..O\nOOO",
        "#Life 1.05\n.*.\n..*\n***",
        "#Life 1.06\n1 0\n2 1\n0 2\n1 2\n2 2",
        "(cells: [\"bo$2bo$3o!\"])",
        "// x\nPattern(cells: [\"bo$2bo$3o!\"])",
    ] {
        accepts(format!("\u{feff}{text}"), GLIDER);
        accepts(format!("\u{feff}\r\n\n{text}"), GLIDER);
    }
    rejects("\u{feff}(cells: [\"bo$2bq$3o!\"])", "1:17: found '$', expected a letter from A to X");
    rejects("\u{feff}(cells: [\"o!\"], color: 3)", "1:17: ");
}

#[test]
fn names_of_formats_are_forgiving() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    assert_eq!("LIFE 1.05".parse(), Ok(Format::Life105));
    assert_eq!("life105".parse(), Ok(Format::Life105));
    assert_eq!("life-1.06".parse(), Ok(Format::Life106));
    assert_eq!("CELLS".parse(), Ok(Format::Plaintext));
    let error = "png".parse::<Format>().expect_err("no format").to_string();
    let known = "life 1.05, life 1.06, macrocell, mcell, apgcode, plaintext, ron, rle";
    assert_eq!(error, format!("unknown format `png`; known are {known}"));
    assert_eq!("MC".parse(), Ok(Format::Macrocell));
}
