//! MCell: what people write, and what is wrong with it.

use lifelab_patterns::{Format, Limits, Pattern, Warning};

fn read(text: &str) -> Pattern {
    let loaded = Pattern::read(text.as_bytes(), None, &Limits::default());
    let loaded = loaded.unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(loaded.format, Format::Mcell);
    loaded.pattern
}

#[track_caller]
fn rejects(text: &str, message: &str) {
    let text = format!("#MCell 4.00\n{text}");
    let error = Pattern::read(text.as_bytes(), None, &Limits::default()).expect_err(&text);
    assert!(error.to_string().starts_with(message), "{text}: {error}");
}

/// Row, column, length and state of each run.
fn runs(pattern: &Pattern) -> Vec<(i64, i64, u64, u8)> {
    pattern.state_runs().map(|(run, state)| (run.y, run.x, run.length, state.number())).collect()
}

#[test]
fn a_board_is_not_read_and_that_is_said() {
    for line in ["#BOARD 20x20", "#WRAP 1"] {
        let text = format!("#MCell 4.00\n{line}\n#L A\n");
        let loaded = Pattern::read(text.as_bytes(), None, &Limits::default()).expect(line);
        assert_eq!(loaded.warnings, [Warning::Board], "{line}");
    }
    let loaded = Pattern::read(b"#MCell 4.00\n#BOARDS\n#L A\n", None, &Limits::default());
    assert_eq!(loaded.expect("it says nothing").warnings, []);
}

#[test]
fn cells_are_read_with_their_rule() {
    let pattern = read(
        "#MCell 4.20\n#GAME Generations\n#RULE 345/2/30\n#BOARD 40x40\n#SPEED 10\n#WRAP 1\n\
         #CCOLORS 30\n#D Oscillators\n#D\n#L ABC$2.2AaA$\n#L 2$aE\n",
    );
    assert_eq!(pattern.rule.to_string(), "345/2/30");
    let expected =
        [(0, 0, 1, 1), (0, 1, 1, 2), (0, 2, 1, 3), (1, 2, 2, 1), (1, 4, 1, 25), (4, 0, 1, 29)];
    assert_eq!(runs(&pattern), expected);
    assert_eq!(pattern.comments[..2], ["#BOARD 40x40", "#SPEED 10"]);
    assert!(pattern.comments.contains(&"Oscillators".to_owned()));
    let glider = read("#MCell 2.00\r\n#L .A$..A$AAA\r\n");
    assert_eq!(glider, Pattern { cells: glider.cells.clone(), ..Pattern::default() });
    let rle = Pattern::read(b"x = 3, y = 3\nbo$2bo$3o!", None, &Limits::default()).expect("RLE");
    assert_eq!(glider.cells, rle.pattern.cells);
    assert_eq!(read("#MCell 4.00\n#GAME Life\n#RULE 23/36\n").rule.to_string(), "B36/S23");
    let most = read("#MCell 4.00\n#GAME Generations\n#RULE 2/3/256\n#L jOX");
    assert_eq!(runs(&most), [(0, 0, 1, 255), (0, 1, 1, 24)]);
}

#[test]
fn what_is_wrong_is_placed() {
    rejects("#GAME Cyclic CA", "2:7: found the game `Cyclic CA`, expected Life or Generations");
    rejects("#RULE 29/3", "2:8: found '9', expected a neighbor count");
    rejects("#RULE 23/3:T20", "2:7: found T20,20, expected a rule without a finite universe");
    rejects("#RULE 23/3\n#RULE 2/3", "3:7: found '2', expected one rule, before the cells");
    rejects("#L A\n#RULE 2/3", "3:7: found '2', expected one rule, before the cells");
    rejects("#L AB", "2:5: found a cell in state 2, expected a state from 0 to 1, as B3/S23 has");
    rejects("#RULE 2/3/4\n#L .3aA", "3:6: found a cell in state 25, expected a state from 0 to 3");
    rejects("#L .o", "2:5: found 'o', expected a count, or one of the tags");
    rejects("#L 0A", "2:4: found '0', expected a count of at least 1");
    rejects("#L 3", "2:5: found the end of the input, expected a count, or one of the tags");
    rejects("#L 99999999999999999999A", "2:4: found the count 99999999999999999999, expected a");
    rejects("#L 9223372036854775807.9223372036854775807.", "2:24: ");
    rejects("#L 9223372036854775807$9223372036854775807$", "2:24: ");
    rejects("x = 3", "2:1: found 'x', expected `#` and a keyword of MCell");
}
