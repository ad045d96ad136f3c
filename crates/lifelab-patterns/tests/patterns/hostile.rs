//! No input panics, takes memory without bound, or takes forever.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use lifelab_patterns::{ErrorKind, Limits, Pattern, PatternError};
use proptest::prelude::*;

const GLIDER: &[u8] = b"x = 3, y = 3\nbo$2bo$3o!";

fn read(bytes: &[u8]) -> Result<Pattern, PatternError> {
    Pattern::read(bytes, None, &Limits::default()).map(|loaded| loaded.pattern)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).and_then(|()| encoder.finish()).expect("memory does not fail")
}

#[test]
fn gzip_is_recognized_by_its_first_bytes() {
    let one = gzip(GLIDER);
    assert_eq!(read(&one).expect("one member").cells.population(), 5);
    let members = [gzip(&GLIDER[..7]), gzip(b""), gzip(&GLIDER[7..])].concat();
    assert_eq!(read(&members).expect("three members").cells.population(), 5);
}

#[test]
fn damaged_gzip_is_rejected_wherever_the_damage_is() {
    let whole = gzip(GLIDER);
    let rejected = |bytes: &[u8]| {
        let error = read(bytes).expect_err("damaged");
        assert!(matches!(error.kind(), ErrorKind::Gzip(_)), "{error}");
    };
    for length in 2..whole.len() {
        rejected(&whole[..length]);
        rejected(&[&whole[..], &whole[..length]].concat());
    }
    for tail in 1..=8 {
        let mut wrong = whole.clone();
        wrong[whole.len() - tail] ^= 1; // The last eight bytes are checksum and length.
        rejected(&wrong);
    }
    rejected(&[&whole[..], b"trailing"].concat());
    assert!(matches!(read(&gzip(b"")).expect_err("empty").kind(), ErrorKind::Empty));
}

#[test]
fn the_damage_of_gzip_is_named() {
    let whole = gzip(GLIDER);
    let says = |bytes: &[u8], message: &str| {
        let error = read(bytes).expect_err(message).to_string();
        assert_eq!(error, format!("bad gzip data: {message}"));
    };
    let damaged = |at: usize, bits: u8| {
        let mut bytes = whole.clone();
        bytes[at] ^= bits;
        bytes
    };
    let wrong = "it is damaged, or its checksum or length is wrong";
    says(&whole[..5], "it is cut off");
    says(&whole[..whole.len() - 1], "it is cut off");
    says(&damaged(2, 1), "its header is damaged"); // The method of compression.
    says(&damaged(10, 0b110), wrong); // The type of the first block, which then is none.
    says(&damaged(whole.len() - 8, 1), wrong); // The checksum.
    says(&damaged(whole.len() - 4, 1), wrong); // The length.
    says(&[&whole[..], b"?"].concat(), "something else follows its end");
    says(&[&whole[..], &whole[..9]].concat(), "it is cut off");
}

#[test]
fn text_is_limited_before_and_after_decompression() {
    let limits = Limits { text_bytes: 1 << 16, ..Limits::default() };
    let bomb = gzip(&vec![b' '; 10 << 20]);
    assert!(bomb.len() < 1 << 16);
    let error = Pattern::read(&bomb, None, &limits).expect_err("a bomb");
    assert!(matches!(error.kind(), ErrorKind::TooLong { limit_bytes: 65_536 }), "{error}");
    let mut exact = GLIDER.to_vec();
    exact.resize(1 << 16, b' ');
    assert!(Pattern::read_from(&exact[..], None, &limits).is_ok(), "the limit itself is allowed");
    assert!(Pattern::read(&gzip(&exact), None, &limits).is_ok());
    exact.push(b' ');
    for input in [exact.clone(), gzip(&exact)] {
        let error = Pattern::read_from(&input[..], None, &limits).expect_err("one byte more");
        assert!(matches!(error.kind(), ErrorKind::TooLong { .. }), "{error}");
    }
    let endless = std::io::repeat(b'.');
    let error =
        Pattern::read_from(endless, Some(Path::new("dots.cells")), &limits).expect_err("endless");
    assert_eq!(error.to_string(), "dots.cells: the text is longer than the limit of 65536 bytes");
}

#[test]
fn memory_is_limited_whatever_asks_for_it() {
    let limits = Limits { memory_bytes: 1 << 12, ..Limits::default() };
    let too_large = |text: &str| {
        let error = Pattern::read(text.as_bytes(), None, &limits).expect_err(text);
        assert!(matches!(error.kind(), ErrorKind::TooLarge { limit_bytes: 4096 }), "{error}");
        assert!(error.location().is_some());
    };
    too_large("x = 1, y = 1\n1000000o!");
    too_large(&format!("x = 1, y = 1\n{}!", "o$".repeat(1000)));
    too_large(&format!("x = 1, y = 1\n{}!", "o99b".repeat(1000)));
    too_large(&"#C\n".repeat(1000));
    too_large(&format!("x = 1, y = 1\no!{}", "\nx".repeat(1000)));
    too_large(&format!("#N {}\nx = 1, y = 1\no!", "x".repeat(5000)));
    too_large(&format!("(cells: [{}])", "\"\",".repeat(100)));
    too_large(&format!("(comments: [{}], cells: [])", "\"\",".repeat(100)));
    too_large(&"O\n".repeat(1000));
    too_large(&format!("#Life 1.05\n{}", "#P 0 0\n*\n".repeat(1000)));
    too_large(&format!(
        "#Life 1.06\n{}",
        (0..1000).map(|i| format!("0 {}\n", -i)).collect::<String>()
    ));
    let row = |n: u32| (0..8).map(|x| if n >> x & 1 == 1 { '*' } else { '.' }).collect::<String>();
    too_large(&format!("[M2]\n{}", (1..256).map(|n| row(n) + "\n").collect::<String>()));
    too_large(&format!("[M2]\n{}", ".*\n".repeat(1000)));
    too_large(&format!("[M2]\n{}", "#C\n".repeat(1000)));
    too_large(&format!("xp2_{}1", "1z".repeat(1000)));
    assert!(Pattern::read(b"x = 9999999999, y = 9999999999\no!", None, &limits).is_ok());
}

#[test]
fn cells_in_hostile_order_are_sorted_once() {
    let lines = (0..200_000).rev().map(|i| format!("{} 0\n", i * 64)).collect::<String>();
    let pattern = read(format!("#Life 1.06\n{lines}").as_bytes()).expect("within limits");
    assert_eq!(pattern.cells.population(), 200_000);
}

#[test]
fn an_error_is_shown_with_its_line_and_a_caret() {
    let name = Some(Path::new("glider.rle"));
    let error = Pattern::read(b"#C\nx = 3, y = 3\nbo$2bq$3o!", name, &Limits::default());
    let shown = error.expect_err("a slip").render();
    assert_eq!(
        shown,
        "error: glider.rle:3:7: found '$', expected a letter from A to X\n  \
          |\n\
         3 | bo$2bq$3o!\n  \
          |       ^ expected a letter from A to X"
    );
}

#[test]
fn an_error_in_a_long_line_is_shown_around_its_place() {
    let text = format!("x = 3, y = 3\n{}z", "o".repeat(10_000_000));
    let error = read(text.as_bytes()).expect_err("a slip");
    assert_eq!(error.location().map(|at| (at.line, at.column)), Some((2, 10_000_001)));
    let shown = error.render();
    assert!(shown.len() < 1_000 && shown.contains(" 2:10000001: found 'z'"), "{shown}");
    assert!(error.render_colored().contains("\u{1b}["));
}

#[test]
fn errors_hold_nothing_that_commands_a_terminal() {
    let name = Path::new("a\u{1b}[31m\n\u{202e}.rle");
    for text in ["x = 3, y = 3\nb\u{202e}", "x = 3, y = 3\nb\u{9b}3o!\u{1b}[2J", "\u{1b}]0;x\u{7}"]
    {
        let error = Pattern::read(text.as_bytes(), Some(name), &Limits::default()).expect_err(text);
        for shown in [error.to_string(), error.render()] {
            let hidden = |c: char| c != '\n' && lifelab_core::printable::is_hidden(c);
            assert!(!shown.contains(hidden), "{shown:?}");
            assert!(shown.contains(r"a\u{1b}[31m\n\u{202e}.rle"), "{shown:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn almost_patterns_never_panic(
        start in prop_oneof![
            Just("x = 3, y = 3\n"), Just("#Life 1.05\n"), Just("#Life 1.06\n"), Just("!\n"), Just("#"),
            Just("#CXRLE "), Just("(cells: [\""), Just("x = 3, y = 3, rule = "), Just("\u{1f}\u{8b}"),
            Just("[M2]\n"), Just("[M2]\n#"), Just("[M2]\n.*$\n4 "), Just("xq4_"), Just("xs"),
            Just("#P "), Just("#Life 1.05\n#P "), Just("(rule: \""), Just("\u{feff}"),
        ],
        rest in "([0-9bo$!. \n]|[!-~]|9223372036854775807|é|\r|\t|\\PC){0,30}",
    ) {
        check(format!("{start}{rest}").as_bytes());
    }

    #[test]
    fn rule_strings_never_panic(text in "([BbSs/0-9:TPKCS,+*-]|\\PC){0,20}") {
        let _ = text.parse::<lifelab_core::RuleSpec>();
        let _ = text.parse::<lifelab_core::Bounds>();
    }
}

/// Reads under tight limits; whatever comes out can be shown.
fn check(bytes: &[u8]) {
    let limits = Limits { text_bytes: 1 << 16, memory_bytes: 1 << 16 };
    for name in ["a.rle", "a.cells", "a.lif", "a.ron", "a.mc", "a"] {
        match Pattern::read(bytes, Some(Path::new(name)), &limits) {
            Ok(loaded) => drop(format!("{:?} {:?}", loaded.pattern, loaded.pattern.area())),
            Err(error) => drop(format!("{error}{}{}", error.render(), error.render_colored())),
        }
    }
}
