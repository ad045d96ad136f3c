//! Apgcodes: the codes of the reference table, both ways, and what must be rejected where.

use crate::support::{next, reference, sha256, table};
use lifelab_patterns::apgcode::{self, Kind, canonical};
use lifelab_patterns::{Cells, ErrorKind, Format, Limits, Pattern, PatternError, Position};

fn read(code: &str) -> Result<Pattern, PatternError> {
    Pattern::read(code.as_bytes(), None, &Limits::default()).map(|loaded| {
        assert_eq!((loaded.format, loaded.warnings), (Format::Apgcode, vec![]));
        loaded.pattern
    })
}

/// What a code says of the object's period.
fn kind(code: &str) -> Kind {
    let period = || code[2..].split('_').next().and_then(|n| n.parse().ok()).expect("a number");
    match &code[..2] {
        "xs" => Kind::StillLife,
        "xp" => Kind::Oscillator { period: period() },
        _ => Kind::Spaceship { period: period() },
    }
}

/// The object in each generation of its period.
fn phases(pattern: &Pattern, period: usize) -> Vec<Cells> {
    let first = Some(pattern.cells.clone());
    let phases = std::iter::successors(first, |cells| Some(next(cells, pattern.rule)));
    phases.take(period).collect()
}

/// A quarter turn, and a few cells away.
fn turned(cells: &Cells) -> Cells {
    cells.iter().map(|at| Position { x: 9 - at.y, y: at.x - 7 }).collect()
}

fn mirrored(cells: &Cells) -> Cells {
    cells.iter().map(|at| Position { x: -at.x, y: at.y }).collect()
}

#[test]
fn codes_of_the_table_have_its_cells() {
    let rows = table("apgcodes.csv");
    assert_eq!(rows.len(), 184);
    for row in &rows {
        let code = &row[0];
        let cells = read(code).unwrap_or_else(|error| panic!("{error}")).cells;
        let area = cells.bounding_box().expect(code);
        let found = [cells.population(), area.width(), area.height()].map(|n| n.to_string());
        assert_eq!(found, row[5..8], "{code}");
        assert_eq!(sha256(&cells), row[8], "{code}");
    }
}

#[test]
fn objects_of_the_table_get_its_codes() {
    for row in table("apgcodes.csv") {
        let (code, period) = (&row[0], row[1].parse().expect("a period"));
        let text = format!("x = 0, y = 0\n{}", row[4]);
        let pattern = Pattern::read(text.as_bytes(), None, &Limits::default()).expect(code).pattern;
        let mut phases = phases(&pattern, period);
        assert_eq!(canonical(kind(code), &phases).as_ref(), Some(code));

        // Whatever comes first, and however it lies.
        phases.rotate_left(period / 2);
        for turns in 0..8 {
            phases = phases.iter().map(if turns == 4 { mirrored } else { turned }).collect();
            assert_eq!(canonical(kind(code), &phases).as_ref(), Some(code), "{turns} turns");
        }
        let decoded = read(code).expect(code);
        assert_eq!(canonical(kind(code), self::phases(&decoded, period)).as_ref(), Some(code));
    }
}

#[test]
fn patterns_of_the_motion_table_get_its_codes() {
    let mut coded = 0;
    for row in table("motion.csv").iter().filter(|row| !row[7].is_empty()) {
        let pattern = Pattern::open(reference().join(&row[1])).expect(&row[1]).pattern;
        let phases = phases(&pattern, row[4].parse().expect("a period"));
        assert_eq!(canonical(kind(&row[7]), phases).as_ref(), Some(&row[7]));
        coded += 1;
    }
    assert_eq!(coded, 17);
}

#[test]
fn long_gaps_take_several_signs() {
    for (gap, code) in [
        (1, "v0v"),
        (2, "vwv"),
        (3, "vxv"),
        (4, "vy0v"),
        (13, "vy9v"),
        (14, "vyav"),
        (38, "vyyv"),
        (39, "vyzv"),
        (40, "vyz0v"),
        (41, "vyzwv"),
        (43, "vyzy0v"),
        (78, "vyzyzv"),
        (79, "vyzyz0v"),
    ] {
        let column = |x| (0..5).map(move |y| Position { x, y });
        let cells: Cells = [0, gap + 1].into_iter().flat_map(column).collect();
        let code = format!("xs10_{code}");
        assert_eq!(canonical(Kind::StillLife, [&cells]), Some(code.clone()));
        assert_eq!(read(&code).expect("well-formed").cells, cells);
    }
    let rows: Cells = [0, 16].map(|y| Position { x: 0, y }).into_iter().collect();
    assert_eq!(read("xp2_1zzz2").expect("well-formed").cells, rows);
    assert_eq!(read("xp2_1wyzzzz2xzz").expect("what is empty may be written").cells, rows);
}

#[test]
fn what_has_no_code_gets_none() {
    assert_eq!(canonical(Kind::StillLife, [&Cells::new()]), None);
    assert_eq!(canonical::<Cells>(Kind::StillLife, []), None);
    let far = |x| -> Cells { [0, x].map(|x| Position { x, y: 0 }).into_iter().collect() };
    assert!(canonical(Kind::StillLife, [far(4095)]).is_some());
    assert_eq!(canonical(Kind::StillLife, [far(4096)]), None);
    assert_eq!(canonical(Kind::StillLife, [far(i64::MAX)]), None);
}

/// The text is rejected with this message, place first.
#[track_caller]
fn rejects(code: &str, message: &str) {
    assert!(apgcode::resembles(code), "{code}");
    match read(code) {
        Ok(pattern) => panic!("accepted: {pattern:?}"),
        Err(error) => assert!(error.to_string().starts_with(message), "{error}"),
    }
}

#[test]
fn what_must_be_rejected() {
    rejects("xq4_1A3", "1:6: found 'A', expected 0-9 or a-z, or the end of the code");
    rejects("xq4_1-3", "1:6: found '-'");
    rejects("xq4_1 3", "1:7: found '3'");
    rejects("xq4_15é", "1:7: found 'é'");
    rejects(
        "xq4_15y",
        "1:8: found the end of the input, expected 0-9 or a-z after `y`, for a number",
    );
    rejects("xq4_15y\n", "1:8: found the end of the line, expected 0-9 or a-z after `y`");
    rejects("xq4_15yA", "1:8: found 'A', expected 0-9 or a-z after `y`");
    rejects("xq4", "1:4: found the end of the input, expected `_`, and the cells after it");
    rejects("xq4153", "1:7: found the end of the input, expected `_`");
    rejects("xq4-153", "1:4: found '-', expected `_`");
    rejects("xq4a_153", "1:4: found 'a', expected the period in generations");
    rejects("xq4_", "1:5: found the end of the input, expected the cells, in 0-9 and a-z");
    rejects("xp2_\n7", "1:5: found the end of the line, expected the cells");
    rejects("xp0_7", "1:3: found the number 0, expected the period in generations, at least 1");
    rejects("xs99999999999999999999_33", "1:3: found 99999999999999999999, expected the number");
    rejects(
        "xs5_33",
        "1:3: found a still life of 5 cells, expected one of 4, as the code after it",
    );
    rejects("xs4_33_11", "1:7: found a layer of a further state, expected the end: a code of two");
    rejects(
        "xs4_33\n\nxq4_153",
        "3:1: found 'x', expected the end of the input, after one apgcode",
    );
    for code in
        ["yl144_1_16_afb5f3db909e60548f086e22ee3353ac", "zz_LINEAR", "ov_p30", "PATHOLOGICAL"]
    {
        rejects(code, "1:1: found the apgcode of a pattern ");
    }
}

#[test]
fn codes_are_recognized_by_their_prefix() {
    for text in
        ["xq4_153", " xq4_153", "xs", "xp_7", "x = 3, y = 3", "xyz1_1", "ylide", "overflow", "zz"]
    {
        assert_eq!(apgcode::resembles(text), text == "xq4_153", "{text}");
    }
    let block = read("\u{feff}\n\nxs4_33 \r\n\n").expect("blanks around it do not matter");
    assert_eq!(block.cells.population(), 4);
    let error = block.write(Format::Apgcode, Vec::new()).expect_err("it is only read");
    assert!(matches!(error.kind(), ErrorKind::ReadOnly(Format::Apgcode)));
    let message = "apgcode can be read, and not be written; life 1.05, life 1.06, macrocell, ";
    assert!(error.to_string().starts_with(message), "{error}");
}
