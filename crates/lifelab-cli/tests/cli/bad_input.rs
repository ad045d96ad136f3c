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
    assert!(!done.err.contains("panicked") && !done.err.contains("RUST_BACKTRACE"), "{}", done.err);
    for part in parts {
        assert!(done.err.contains(part), "{command:?} does not say {part:?}: {}", done.err);
    }
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
        ("--topology sphere", &["--topology", "sphere", "plane"]),
        ("--rule B9/S23", &["--rule", "column 2"]),
        ("--rule WireWorld", &["--rule", "WireWorld"]),
        ("--rule B3/S23:K30,20", &["--rule", "Klein"]),
        ("--grain rows:0", &["--grain", "rows:N"]),
        ("--workers 3", &["--workers", "sequential"]),
        ("--workers 0 --stepper thread_pool", &["--workers", "thread_pool"]),
        ("--seed 3", &["--seed"]),
        ("--margin -1", &["--margin"]),
        ("--margin 4000000000", &["margin of 4000000000"]),
        ("--size 2000000x2000000", &["1.0 TB", "the limit is", "memory limit"]),
        ("--memory-limit 1KiB", &["the limit is 1.0 kB"]),
        ("--rule HihgLife", &["--rule", "did you mean HighLife"]),
        ("--fault error@3:(500,7)", &["error@3:(500,7)", "outside the grid of 35 x 35"]),
        ("--save-scenario nowhere/x.ron", &["nowhere"]),
        ("--timeout 18446744073709551615s1000ms", &["--timeout"]),
        ("--workers many", &["--workers"]),
        ("--io slumber:10ms", &["--io", "column 1"]),
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
    refused(&mut typed("run --soup 2"), &["density"]);
    refused(&mut typed("run --soup 0.5 --margin 3"), &["margin"]);
    refused(&mut typed("run gosper-glider-gun --size 9x9"), &["9x9"]);
    refused(&mut typed("walk glider"), &["walk"]);
    refused(&mut typed("completions tcsh"), &["tcsh"]);
    refused(&mut typed("convert glider x.rle --to word"), &["word", "rle"]);
}

#[test]
fn a_few_cells_far_apart_are_no_reason_to_take_memory() {
    let far = b"x = 210515, y = 183739\no210513bo183738$o!";
    let done = feed(&mut typed("run - -g 1 --memory-limit 8GiB"), far);
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
        feed(&mut typed(&format!("run - --json {options}")), at(generation).as_bytes())
    };
    for (generation, options) in [
        ("18446744073709551614", "-g 5"),
        ("18446744073709551614", "-g 5 -o never-written.rle"),
        ("18446744073709551615", "-g 1"),
        ("18446744073709551615", "--until-stable"),
        ("18446744073709551616", "-g 0"),
        ("99999999999999999999999", "-g 1"),
    ] {
        let done = run(generation, options);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{generation} {options}");
        let error = done.error();
        assert_eq!(error["kind"], "generation");
        assert!(error["message"].as_str().expect("text").contains(generation), "{error}");
    }
    assert!(!std::path::Path::new("never-written.rle").exists());
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
