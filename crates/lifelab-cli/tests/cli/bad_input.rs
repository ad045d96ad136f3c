//! Bad usage and bad input: one clear message, exit code 2, no backtrace.

use std::fs;

use tempfile::tempdir;

use crate::program::{feed, lifelab, reference, run, typed};

/// Checks that a command is refused in one message that contains all of this.
#[track_caller]
fn refused(command: &mut std::process::Command, parts: &[&str]) {
    let done = run(command);
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{command:?}: {}", done.err);
    assert!(done.err.starts_with("error: "), "{}", done.err);
    assert_eq!(done.err.matches("error: ").count(), 1, "{}", done.err);
    assert_eq!(foreign(&done.err), None, "{command:?}: {}", done.err);
    for part in parts {
        assert!(done.err.contains(part), "{command:?} does not say {part:?}: {}", done.err);
    }
}

/// Words of the language and the libraries that Lifelab is written with, which say nothing to a user.
const FOREIGN: [&str; 27] = [
    "::",
    "struct ",
    "enum ",
    "tuple ",
    "newtype",
    "Option<",
    "Vec<",
    "NonZero",
    "nonzero",
    "u8",
    "u16",
    "u32",
    "u64",
    "usize",
    "f64",
    "invalid digit",
    "invalid float",
    "non-zero type",
    "raw identifier",
    "identifier",
    "missing field",
    "unknown field",
    "unknown variant",
    "invalid type",
    "panicked",
    "RUST_BACKTRACE",
    "recursion_limit",
];

/// What in a message only readers of the code understand; types are written `LikeThis`.
fn foreign(message: &str) -> Option<String> {
    let is_type = |word: &&str| {
        let letters = || word.chars();
        letters().all(char::is_alphanumeric)
            && letters().next().is_some_and(char::is_uppercase)
            && letters().any(char::is_lowercase)
    };
    let words = FOREIGN.into_iter().filter(|word| message.contains(word));
    let types = message.split('`').skip(1).step_by(2).filter(is_type);
    // Names of rules that users write look alike.
    let types = types.filter(|word| !["WireWorld", "HihgLife"].contains(word));
    words.chain(types).next().map(str::to_owned)
}

/// What is no whole number anywhere, and more than any option takes.
const NO_NUMBER: [&str; 13] = [
    "",
    " ",
    "many",
    "-1",
    "+1",
    "1.5",
    "1e-3",
    "1e400",
    "0x10",
    "1,5",
    "10 apples",
    "NaN",
    "99999999999999999999999",
];

#[test]
fn each_option_says_what_it_expects() {
    let no_size = ["", "9", "x", "0x9", "9x0", "-1x5", "9x9x9", "1.5x9", "axb", "99999999999x1"];
    let no_duration = ["", "10", "ms", "-1s", "soon", "1 lightyear", "99999999999999999999s"];
    let no_bytes = ["", "lots", "-1", "10 apples", "MB", "99999999999999999999", "1e400"];
    let no_share = ["", "37%", "2", "-0.1", "NaN", "inf", "half", "1e999"];
    let no_word = ["", "word", "0", "-1", "\u{1F600}"];
    let no_percentage = ["", "-1", "many", "NaN", "inf", "5 apples"];
    let from_0 = "expected a whole number from 0 to ";
    let from_1 = "expected a whole number from 1 to ";
    let from_0_on = "expected a whole number from 0, such as 1000, 10k, 1e12 or 2^200, below 2^256";
    let (_, no_count) = NO_NUMBER.split_last().expect("the last is a number, if a long one");
    let cases: &[(&str, &str, &[&str], &str)] = &[
        ("run --soup 0.5", "--seed", &NO_NUMBER, from_0),
        ("run glider", "--margin", &NO_NUMBER, from_0),
        ("run glider", "--generations", no_count, from_0_on),
        ("run glider", "--workers", &NO_NUMBER, from_0),
        ("run glider --checkpoint nowhere/x", "--keep", &NO_NUMBER, from_1),
        ("run glider --checkpoint nowhere/x", "--keep", &["0"], from_1),
        ("run glider --trace nowhere/x", "--trace-sample", &NO_NUMBER, from_1),
        ("run glider --trace nowhere/x", "--trace-sample", &["0"], from_1),
        ("resume nowhere", "--generations", no_count, from_0_on),
        ("resume nowhere", "--workers", &NO_NUMBER, from_0),
        ("bench", "--rounds", &NO_NUMBER, from_1),
        ("bench", "--rounds", &["0"], from_1),
        ("bench", "--generations", &NO_NUMBER, from_1),
        ("bench", "--generations", &["0"], from_1),
        ("bench", "--seed", &NO_NUMBER, from_0),
        ("advise", "--cells", &NO_NUMBER, from_1),
        ("advise", "--cells", &["0"], from_1),
        ("advise --cells 1", "--workers", &NO_NUMBER, from_1),
        ("advise --cells 1", "--workers", &["0"], from_1),
        ("run glider", "--size", &no_size, "100x80"),
        ("bench", "--size", &no_size, "100x80"),
        ("run glider", "--timeout", &no_duration, "expected a duration such as 10ms"),
        ("resume nowhere", "--timeout", &no_duration, "expected a duration such as 10ms"),
        ("bench", "--budget", &no_duration, "expected a duration such as 10ms"),
        ("bench", "--limit", &no_duration, "expected a duration such as 10ms"),
        ("advise --cells 1", "--latency", &no_duration, "expected a duration such as 10ms"),
        ("advise --cells 1", "--cpu", &no_duration, "expected a duration such as 10ms"),
        ("advise --cells 1", "--memory", &no_bytes, "expected a number of bytes such as 512MB"),
        ("run glider", "--pattern-limit", &no_bytes, "expected a number of bytes such as 512MB"),
        ("info glider", "--pattern-limit", &no_bytes, "expected a number of bytes such as 512MB"),
        (
            "convert glider -",
            "--pattern-limit",
            &no_bytes,
            "expected a number of bytes such as 512MB",
        ),
        ("run", "--soup", &no_share, "expected a number from 0 to 1"),
        ("run glider", "--topology", &no_word, "expected"),
        ("run glider", "--rule", &["", "B9/S23", "B3/S23:Q9"], "expected"),
        (
            "run glider",
            "--grain",
            &["", "rows", "rows:0", "rows:1.5", "rows:many", "Cell"],
            "rows:N",
        ),
        ("run glider", "--io-phase", &no_word, "both"),
        ("run glider", "--on-fault", &no_word, "expected fail or keep"),
        ("run glider", "--stepper", &no_word, "expected one of sequential"),
        ("resume nowhere", "--stepper", &no_word, "expected one of sequential"),
        ("bench", "--stepper", &no_word, "expected one of sequential"),
        (
            "run glider",
            "--stepper",
            &[
                "thread_pool(",
                "thread_pool(workers: 0)",
                "thread_pool(workers: many)",
                "thread_pool(workers: 1.5)",
                "thread_pool(workers: -1)",
                "thread_pool(workers)",
                "thread_pool(7)",
                "thread_pool(workers: \"2\", x: 1)",
                "thread_pool(grain: rows(0))",
                "thread_pool(grain: rows(x))",
                "thread_pool(grain: rows)",
                "thread_pool(workers: 1 2)",
            ],
            "thread_pool",
        ),
        (
            "run glider",
            "--io",
            &[
                "",
                "sleep",
                "sleep:",
                "sleep:10",
                "sleep:-1ms",
                "sleep:exp",
                "sleep:exp(",
                "socket:",
                "socket(udp):1ms",
                "socket(tcp,0):1ms",
                "socket(tcp,1.5):1ms",
                "cpu:rounds(x)",
                "sleep:1ms retry:x",
                "sleep:1ms retry:-1",
                "sleep:1ms retry:1e99",
                "naps:1ms",
            ],
            "expected",
        ),
        ("bench", "--io", &["", "naps:1ms", "sleep:uniform(1ms)"], "expected"),
        (
            "run glider",
            "--fault",
            &[
                "",
                "error",
                "error:",
                "error:2",
                "error:-1",
                "error@",
                "error@3",
                "error@x:(1,1)",
                "error@3:(1,1",
                "error@3:(-,1)",
                "error@3:(1.5,1)",
                "error@3:(1,1)*0",
                "burn:0.1",
            ],
            "expected",
        ),
        (
            "run glider --checkpoint nowhere/x",
            "--every",
            &["", "0", "-1", "1.5", "often", "99999999999999999999"],
            "expected generations such as 1000",
        ),
        (
            "run glider --checkpoint x",
            "--checkpoint-errors",
            &no_word,
            "[possible values: fail, warn]",
        ),
        ("convert glider -", "--to", &no_word, "rle"),
        ("bench compare a b", "--least", &no_percentage, "expected a percentage"),
        ("bench compare a b", "--fail-on-regression", &no_percentage, "expected a percentage"),
    ];
    for (line, option, values, says) in cases {
        for value in *values {
            let mut command = typed(line);
            refused(command.arg(format!("{option}={value}")), &[option, says]);
            if !value.starts_with('-') {
                refused(typed(line).arg(option).arg(value), &[option, says]);
            }
        }
        refused(typed(line).arg(option), &[option, "a value is required"]);
    }
}

#[test]
fn numbers_and_sizes_are_taken_as_people_write_them() {
    for line in [
        "run glider -q -g 1e1 --size 0.1kx1e2",
        "run glider -q -g 1e1 --margin 1_000 --pattern-limit 500MB",
        "run glider -q -g 1e1 --pattern-limit 1.5GiB --stepper thread_pool --workers 2.0",
        "run --soup 0.5 -q -g 0.01k --seed 1,000,000 --io cpu:rounds(1e2)",
        "info glider --json --pattern-limit 500MiB",
        "bench --print-scenario --rounds 1e1 -g 10k --seed 1_000 --size 1kx1k",
    ] {
        let done = run(&mut typed(line));
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{line}");
    }
}

#[test]
fn a_file_of_the_wrong_kind_is_named_and_told_apart() {
    let folder = tempdir().expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    };
    let files = [
        folder.path().join("missing.x"),
        folder.path().to_owned(),
        file("empty.x", b""),
        file("latin1.x", b"(name: \"caf\xe9\")"),
        file("utf16.x", b"\xff\xfe(\0)\0"),
        file("page.x", b"<!DOCTYPE html><html></html>"),
        file("list.x", b"[1, 2, 3]"),
        file("number.x", b"3"),
        file("null.x", b"null"),
        file("object.x", b"{\"schema\": 1}"),
        file("open.x", b"{\"schema\": 1"),
        file("word.x", b"{\"schema\": \"one\"}"),
        file("ron.x", b"(start: 3)"),
        file("zip.x", b"PK\x03\x04\0\0\0\0"),
        file("gzip.x", b"\x1f\x8b\x08\0\0"),
        file("bom.x", b"\xef\xbb\xbf(stat: 3)"),
    ];
    let good = file("good.json", b"{}");
    for path in &files {
        let name = path.file_name().expect("it has one").to_string_lossy();
        refused(lifelab(["run", "--scenario"]).arg(path), &[&name]);
        refused(lifelab(["bench"]).arg(path), &[&name]);
        refused(lifelab(["bench", "report"]).arg(path), &[&name]);
        refused(lifelab(["bench", "compare"]).arg(path).arg(&good), &[&name]);
        refused(lifelab(["resume"]).arg(path), &[&name]);
        if !name.starts_with("missing") {
            refused(lifelab(["advise", "--cells", "1", "--calibration"]).arg(path), &[&name]);
        }
        for command in ["run", "info"] {
            refused(lifelab([command]).arg(path), &[&name]);
        }
    }
}

#[test]
fn a_mistake_in_a_scenario_or_a_suite_has_a_place_and_no_foreign_word() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("x.ron");
    let run_it = "start: named(\"glider\")";
    let bench_it = "name: \"x\", start: named(\"glider\"), steppers: [sequential]";
    for fields in [
        "io: sleep(\"10ms\")",
        "io: 3",
        "io: (wait: sleep(3))",
        "io: (wait: nap)",
        "io: (phase: rules)",
        "io: (timeout: 3)",
        "io: (timeout: \"soon\")",
        "io: (retry: 3)",
        "io: (retry: (limit: -1))",
        "io: (faults: 3)",
        "io: (faults: [(kind: burn, when: probability(1))])",
        "io: (seed: 1.5)",
        "io: (wait: socket(latency: 3))",
        "io: (work: cpu)",
        "io: (offload: 1)",
        "size: 9",
        "size: \"9\"",
        "margin: -1",
        "margin: wide",
        "topology: spheric",
        "topology: \"torus\"",
        "rule: 3",
        "rule: \"B9/S\"",
        "generations: -1",
        "generations: 1.5",
        "generations: 0x",
        "generations: \"many\"",
        "generations: \"2^256\"",
        "start: named(3)",
        "start: nmed(\"x\")",
        "start: soup(density: x)",
        "start: soup(3)",
        "unheard: 3",
        "un-heard: 3",
        "size: \"9x9\", size: \"9x9\"",
        "io",
        "io:",
        "io: (",
        "3",
        "\"x\"",
        "'x'",
        "[",
        "/* ",
        "b\"x\"",
        "margin: Some(x)",
        "margin: None(3)",
        "margin: ()",
        "margin: 'x'",
        "r#io: 3",
        "margin: _1",
    ] {
        for (command, all) in [(&["run", "--scenario"][..], run_it), (&["bench"], bench_it)] {
            fs::write(&path, format!("(\n{all},\n{fields}\n)")).expect("a file");
            refused(lifelab(command).arg(&path), &["x.ron:"]);
        }
    }
    for fields in [
        "rounds: 0",
        "rounds: x",
        "budget: 3",
        "steppers: 3",
        "steppers: [3]",
        "steppers: [nobody]",
        "steppers: [thread-pool]",
        "sweep: 3",
        "sweep: (cells: 3)",
        "sweep: (cells: [0])",
        "sweep: (cells: [x])",
        "sweep: (latency: [3])",
        "sweep: (fault_rate: [x])",
        "name: 3",
        "seed: -1",
        "sweep: (workers: [0])",
        "sweep: (grain: [cells])",
        "sweep: (cpu: [x])",
        "sweep: (un: 1)",
    ] {
        let known = fields.split(':').next().expect("a name");
        let all = bench_it.replace(&format!("{known}: "), "about: ");
        let all = all.replace("about: [sequential]", "about: \"\"");
        fs::write(&path, format!("(\n{all},\n{fields}\n)")).expect("a file");
        refused(lifelab(["bench"]).arg(&path), &["x.ron:"]);
    }
}

#[test]
fn what_contradicts_itself_is_refused_with_both_sides() {
    for (line, parts) in [
        ("run glider --soup 0.5", &["--soup", "[PATTERN]"][..]),
        ("run glider --size 9x9 --margin 1", &["--size", "--margin"]),
        ("run glider --trace-sample 3", &["--trace"]),
        ("run glider --every 3", &["--checkpoint"]),
        ("run glider --keep 3", &["--checkpoint"]),
        ("run glider --rule B3/S23:T9,9 --size 9x9", &["--rule", "--size"]),
        ("run glider --rule B3/S23:T9,9 --topology plane", &["--rule", "--topology"]),
        ("run glider --grain cell --stepper process_pool --workers 0", &["--workers"]),
        ("advise", &["--cells"]),
        ("advise --latency 1ms", &["--cells"]),
        ("convert", &["<INPUT>"]),
        ("convert glider", &["<OUTPUT>"]),
        ("info", &["<PATTERN>"]),
        ("resume", &["<DIR>"]),
        ("bench compare", &["<BEFORE>"]),
        ("bench compare x", &["<AFTER>"]),
        ("completions", &["<SHELL>"]),
        ("run glider --show=yes", &["--show"]),
        ("run glider glider", &["glider"]),
        ("run glider --size 9x9 --size 9x9", &["--size"]),
        ("bench --list extra", &["extra"]),
        ("bench nothing", &["nothing", "expected"]),
        ("patterns nothing", &["nothing"]),
        ("nothing", &["nothing"]),
        ("--nothing", &["--nothing"]),
    ] {
        let done = run(&mut typed(line));
        if line == "bench --list extra" && done.code == Some(0) {
            continue; // A scenario beside a list: nothing is lost by it.
        }
        refused(&mut typed(line), parts);
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_text() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("x.ron");
    fs::write(&path, "\u{feff}(start: named(\"glider\"), topology: torus, generations: 4)")
        .unwrap();
    crate::program::succeed(lifelab(["run", "-q", "--scenario"]).arg(&path));
    let suite = run(&mut typed("bench --print-scenario"));
    fs::write(&path, format!("\u{feff}{}", suite.out)).unwrap();
    let again = crate::program::succeed(lifelab(["bench", "--print-scenario"]).arg(&path));
    assert_eq!(again.out, suite.out);
}

#[test]
fn a_bad_file_is_refused_by_every_command() {
    let folder = tempdir().expect("a folder");
    let bad = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    };
    let cases = [
        (bad("cut.rle", b"x = 36, y = 9, rule = B3/S23\n24bo$22bobo$12"), "cut.rle:2:"),
        (bad("three.rle", b"abc"), "three.rle"),
        (bad("empty.rle", b""), "empty input"),
        (bad("binary", &[0, 159, 146, 150, 0, 7, 255, 254]), "binary"),
        (bad("half.rle.gz", &[0x1f, 0x8b, 8, 0, 0]), "gzip"),
        (bad("wire.rle", b"x = 1, y = 1, rule = WireWorld\no!"), "WireWorld"),
        (bad("huge.rle", b"x = 1, y = 1\n99999999999999999999o!"), "huge.rle:2:1"),
        (folder.path().to_owned(), "directory"),
        (folder.path().join("missing.rle"), "missing.rle"),
    ];
    for (path, part) in &cases {
        for command in ["run", "info"] {
            refused(lifelab([command]).arg(path), &[part]);
        }
        refused(lifelab(["convert"]).arg(path).arg("-"), &[part]);
    }
}

#[test]
fn a_place_is_shown_with_its_line_and_a_caret() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("bad.rle");
    fs::write(&path, "x = 3, y = 3\nbo$2zo$3o!").expect("a file");
    refused(lifelab(["run"]).arg(&path), &["bad.rle:2:5", "bo$2zo$3o!", "^", "'z'", "expected"]);
    let done = run(lifelab(["run", "--json"]).arg(&path));
    let error = done.error();
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""));
    assert_eq!((&error["kind"], &error["line"]), (&"pattern".into(), &2.into()));
    assert_eq!(error["column"], 5);
    assert!(error["file"].as_str().expect("a path").ends_with("bad.rle"), "{}", done.err);
    assert!(error["message"].as_str().expect("text").contains("expected"), "{}", done.err);
}

#[test]
fn bad_standard_input_is_refused() {
    for (input, part) in [(&b""[..], "empty input"), (b"abc", "<stdin>"), (b"\0\0\0", "<stdin>")] {
        let done = feed(&mut typed("run -"), input);
        assert_eq!(done.code, Some(2));
        assert!(done.err.contains(part), "{}", done.err);
    }
}

#[test]
fn an_unknown_name_is_answered_with_near_ones() {
    let near = ["gosper-gun", "gosper-glider-gun", "lifelab patterns"];
    refused(&mut typed("run gosper-gun"), &near);
    refused(&mut typed("patterns gosper-gun"), &near);
    let done = run(&mut typed("run gosper-gun --json"));
    assert_eq!(done.error()["kind"], "unknown_pattern");
}

#[test]
fn an_unknown_stepper_is_answered_with_the_known_ones() {
    let mut parts: Vec<_> = lifelab::STEPPERS.iter().map(lifelab::Entry::name).collect();
    parts.push("threads");
    refused(&mut typed("run glider --stepper threads"), &parts);
    refused(&mut typed("run glider --stepper thread_pool(worker:3)"), &["worker", "workers"]);
    refused(&mut typed("run glider --stepper thread_pool(workers:3"), &["parenthesis"]);
    refused(&mut typed("run glider --stepper thread_pool(workers:0)"), &["workers"]);
}

#[test]
fn a_bad_value_is_refused_with_its_option() {
    for (options, parts) in [
        ("--size 9", &["--size", "100x80"][..]),
        ("--size 0x9", &["--size"]),
        ("--size 9x9 --margin 3", &["--size", "--margin"]),
        ("--margin -1", &["-1"]),
        ("--topology moebius", &["--topology", "moebius", "plane", "cross-surface"]),
        ("--topology torus:5", &["--topology", "'5'", "x or y"]),
        ("--topology sphere --size 9x8", &["sphere", "9x8", "equal sides"]),
        ("--topology klein:x+1 --size 9x8", &["Klein bottle", "even number", "9"]),
        ("--rule B9/S23", &["--rule", "column 2"]),
        ("--rule WireWorld", &["--rule", "WireWorld"]),
        ("--rule B3/S23:T0+1,5", &["--rule", "column 10", "'+'"]),
        ("--grain rows:0", &["--grain", "rows:N"]),
        ("--workers 3", &["--workers", "sequential"]),
        ("--workers 0 --stepper thread_pool", &["--workers", "thread_pool"]),
        ("--seed 3", &["--seed"]),
        ("--margin -1", &["--margin"]),
        ("--margin 4000000000", &["margin of 4000000000"]),
        ("--size 2000000x2000000", &["1.0 TB", "the limit is", "memory limit"]),
        ("--margin 16 --memory-limit 1KiB", &["the limit is 1.0 kB"]),
        ("--rule HihgLife", &["--rule", "did you mean HighLife"]),
        (
            "--margin 16 --fault error@3:(500,7)",
            &["error@3:(500,7)", "outside the grid of 35 x 35"],
        ),
        (
            "--topology T0,9 --fault error@3:(-5,9)",
            &["error@3:(-5,9)", "outside the universe T0,9"],
        ),
        ("--save-scenario nowhere/x.ron", &["nowhere"]),
        ("--timeout 18446744073709551615s1000ms", &["--timeout"]),
        ("--workers many", &["--workers"]),
        ("--io slumber:10ms", &["--io", "column 1"]),
        ("--engine steam", &["--engine", "unknown engine", "finite"]),
        ("--engine finite(workers:3)", &["--engine", "workers"]),
        ("--engine finite(", &["--engine", "closing parenthesis"]),
        ("--io sleep:10", &["--io"]),
        ("--io-phase never", &["--io-phase", "never", "both"]),
        ("--fault error@3", &["--fault", "column"]),
        ("--fault error:2", &["--fault", "0 to 1"]),
        ("--fault explode:0.1", &["--fault", "explode", "panic"]),
        ("--soup 0.5", &["--soup"]),
        ("--seed 7", &["--seed"]),
        ("--generations -3", &["-3"]),
        ("--timeout soon", &["--timeout"]),
        ("--output x.doc", &["x.doc", ".rle"]),
        ("--output nowhere/at/all/x.rle", &["nowhere/at/all"]),
        ("--output x.cells --rule HighLife", &["x.cells", "rle"]),
        ("--pattern-limit lots", &["--pattern-limit"]),
        ("--unheard-of", &["--unheard-of"]),
    ] {
        refused(&mut typed(&format!("run glider {options}")), parts);
    }
    refused(&mut typed("run"), &["pattern file"]);
    refused(&mut typed("run --soup 2"), &["--soup", "from 0 to 1"]);
    refused(&mut typed("run --soup 0.5 --margin 3"), &["margin"]);
    refused(&mut typed("run gosper-glider-gun --size 9x9"), &["9x9"]);
    refused(&mut typed("walk glider"), &["walk"]);
    refused(&mut typed("completions tcsh"), &["tcsh"]);
    refused(&mut typed("convert glider x.rle --to word"), &["word", "rle"]);
}

#[test]
fn a_few_cells_far_apart_are_no_reason_to_take_memory() {
    let far = b"x = 210515, y = 183739\no210513bo183738$o!";
    let done = feed(&mut typed("run - -g 1 --margin 16 --memory-limit 8GiB"), far);
    assert_eq!(done.code, Some(2));
    for part in ["210547 x 183771 cells", "9.7 GB", "a higher memory limit"] {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
}

#[test]
fn generations_that_cannot_be_counted_are_refused_before_any_is_computed() {
    let at = |generation: &str| {
        format!("#CXRLE Pos=0,0 Gen={generation}\nx = 3, y = 3, rule = B3/S23\nbo$2bo$3o!")
    };
    let run = |generation: &str, options: &str| {
        let line = format!("run - --json --engine finite {options}");
        feed(&mut typed(&line), at(generation).as_bytes())
    };
    for (generation, options) in [
        ("18446744073709551614", "-g 5"),
        ("18446744073709551614", "-g 5 -o never-written.rle"),
        ("18446744073709551615", "-g 1"),
        ("18446744073709551615", "--until-stable"),
        ("18446744073709551616", "-g 0"),
        ("99999999999999999999999", "-g 1"),
        ("1", "-g 18446744073709551615"),
        ("1", "-g 2^64"),
    ] {
        let done = run(generation, options);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{generation} {options}");
        let error = done.error();
        assert_eq!(error["kind"], "generation");
        assert!(error["message"].as_str().expect("text").contains(generation), "{error}");
    }
    assert!(!std::path::Path::new("never-written.rle").exists());
    for many in ["2^200", "10^60", "1e60", "18446744073709551616"] {
        let done = run("0", &format!("-g {many}"));
        assert_eq!((done.code, &done.error()["kind"]), (Some(2), &"generation".into()), "{many}");
    }
    let done = run("0", "-g 10^2");
    assert_eq!(done.json()["generation"], 100);
    let done = run("18446744073709551610", "-g 5");
    assert_eq!(done.json()["generation"], u64::MAX);
    let done = feed(&mut typed("convert - -"), at("99999999999999999999999").as_bytes());
    assert!(done.out.contains("Gen=99999999999999999999999"), "{}", done.out);
}

#[test]
fn bad_usage_is_an_object_too() {
    let done = run(&mut typed("run glider --size 9 --json"));
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""));
    let error = done.error();
    assert_eq!(error["kind"], "usage");
    assert!(error["message"].as_str().expect("text").contains("--size"), "{error}");
    let done = run(&mut typed("run glider --json --show"));
    assert_eq!((done.code, &done.error()["kind"]), (Some(2), &"usage".into()));
}

#[cfg(unix)]
#[test]
fn a_name_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = tempdir().expect("a folder");
    refused(
        lifelab(["run", "glider", "--rule"]).arg(OsStr::from_bytes(b"B3\xff")),
        &["B3", "UTF-8"],
    );
    let path = folder.path().join(OsStr::from_bytes(b"gl\xffider.rle"));
    fs::copy(reference("patterns/glider.rle"), &path).expect("a file");
    let output = folder.path().join(OsStr::from_bytes(b"\xfe.rle"));
    let done =
        crate::program::succeed(lifelab(["run", "--json"]).arg(&path).arg("-o").arg(&output));
    assert_eq!(done.json()["population"], 5);
    assert!(output.exists());
    let scenario = folder.path().join("run.ron");
    refused(lifelab(["run", "--save-scenario"]).arg(scenario).arg(&path), &["rename"]);
    fs::write(&path, "x = ?").expect("a file");
    refused(lifelab(["run"]).arg(&path), &["'?'"]);
}

#[test]
fn a_hostile_scenario_ends_in_an_error() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("evil.ron");
    let deep = "[".repeat(1 << 20);
    let line = " ".repeat(100_000_000);
    for (text, part) in [
        (deep.clone(), "evil.ron"),
        (format!("(start: named({deep}"), "evil.ron"),
        (format!("(start: named(\"glider\"), stepper: thread_pool({deep}"), "evil.ron"),
        (format!("(start: soup(density: 1{}, seed: 1))", "0".repeat(1 << 16)), "density"),
        (line, "64 MiB"),
    ] {
        fs::write(&path, text).expect("a file");
        let done = run(lifelab(["run", "--json", "--scenario"]).arg(&path));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", &done.err[..200]);
        let error = done.error().to_string();
        assert!(error.contains(part) && error.len() < 10_000, "{}", &error[..200]);
    }
    refused(lifelab(["run", "--scenario", "/dev/zero"]).arg("--quiet"), &["64 MiB"]);
}

#[test]
fn hostile_patterns_take_bounded_memory() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("evil.rle");
    let program = lifelab(["x"]).get_program().to_string_lossy().into_owned();
    for (name, text) in [
        ("the largest run count", "x = 1, y = 1\n18446744073709551615o!".to_owned()),
        ("the largest row", "x = 1, y = 1\n18446744073709551615$o!".to_owned()),
        ("the largest size", "x = 18446744073709551615, y = 18446744073709551615\no!".to_owned()),
        ("the largest universe", "x = 1, y = 1, rule = B3/S23:T4294967295,4294967295\no!".into()),
        ("one line of 100 MB", format!("x = 1, y = 1\n{}", "bo".repeat(50_000_000))),
        ("the deepest RON", "(".repeat(1 << 20)),
    ] {
        fs::write(&path, text).expect("a file");
        // Four times what the limits allow for text and cells.
        let script = format!("ulimit -v 4194304; exec {program} run -q -g 1 \"$0\"");
        let done = run(std::process::Command::new("sh").args(["-c", &script]).arg(&path));
        let fits = name.contains("100 MB"); // It is a pattern, and within the limits.
        assert_eq!(done.code, Some(if fits { 0 } else { 2 }), "{name}: {}", done.err);
        assert!(fits || done.err.starts_with("error: "), "{name}: {}", done.err);
    }
}
