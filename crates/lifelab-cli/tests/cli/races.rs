//! `lifelab bench`: races from the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::tempdir;

use crate::program::{lifelab, run, succeed, typed};

/// As little effort as a race can be.
const QUICK: &str = "--rounds 1 --budget 1ms --generations 1";

/// Adds each stepper as it is by default.
fn all_steppers(command: &mut Command) -> &mut Command {
    lifelab::STEPPERS.iter().fold(command, |command, it| command.args(["--stepper", it.name()]))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

#[test]
fn a_race_prints_a_table_and_saves_what_it_measured() {
    let folder = tempdir().unwrap();
    let line = format!("bench {QUICK} --io sleep:100us --size 38x11");
    let done = run(all_steppers(&mut typed(&line)).current_dir(&folder));
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.err.contains("round 1 of 1"), "{}", done.err);
    for entry in lifelab::STEPPERS {
        assert!(done.out.contains(entry.name()), "{}", done.out);
    }
    assert!(done.out.lines().all(|line| line.chars().count() <= 100), "{}", done.out);

    let results = folder.path().join("lifelab-results");
    for ending in ["json", "html", "csv"] {
        assert_eq!(files(&results, ending).len(), 1, "{ending}");
    }
    let saved = fs::read_to_string(&files(&results, "json")[0]).unwrap();
    let saved: Value = serde_json::from_str(&saved).unwrap();
    let cases = saved["cases"].as_array().unwrap();
    assert_eq!(cases.len(), lifelab::STEPPERS.len());
    for case in cases {
        let measured = &case["outcome"]["measured"];
        assert_eq!(measured["time"]["samples"], 1, "{case}");
        assert_eq!(measured["usage"]["io_calls"], 38.0 * 11.0, "{case}");
    }
}

#[test]
fn suites_are_listed_for_people_and_for_programs() {
    let text = succeed(&mut typed("bench --list")).out;
    let json = succeed(&mut typed("bench --list --json")).json();
    let names = json.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap());
    let ready: Vec<_> = lifelab_bench::READY.iter().map(|ready| ready.name()).collect();
    assert_eq!(names.collect::<Vec<_>>(), ready);
    assert!(json[0]["about"].as_str().is_some_and(|about| text.contains(about)), "{json}");
}

#[test]
fn json_is_all_there_is_on_standard_output() {
    let folder = tempdir().unwrap();
    let line = format!("bench five-waits {QUICK} --stepper async_tasks --io none --json --quiet");
    let done = succeed(typed(&line).current_dir(&folder));
    let results = done.json();
    assert_eq!(results["cases"].as_array().unwrap().len(), 1);
}

#[test]
fn a_scenario_that_options_change_loses_its_name_and_its_description() {
    let print = |options: &str| {
        let printed = succeed(&mut typed(&format!("bench {options} --print-scenario"))).out;
        printed.parse::<lifelab_bench::Suite>().expect("a scenario")
    };
    for options in
        ["--stepper sequential", "--io sleep:1ms", "--io none", "--size 40x21", "--generations 3"]
    {
        let suite = print(options);
        assert!(suite.name == "custom" && suite.about.starts_with("default, but"), "{suite:?}");
    }
    let size = print("latency --size 100x100 --stepper async_tasks");
    assert_eq!(size.about, "latency, but with another set of steppers and another size.");
    // What is asked stays the same, and so does its name.
    let ready = lifelab_bench::READY[0].suite().expect("a scenario");
    for options in ["--io sleep:2ms", "--size 40x20", "--rounds 1 --budget 1ms --limit 1s --seed 3"]
    {
        let suite = print(options);
        assert_eq!((suite.name, suite.about), (ready.name.clone(), ready.about.clone()));
    }
}

/// Of two cases one may fail, unless the user is strict; of one, none.
#[test]
fn a_race_in_which_nothing_could_be_measured_fails_and_is_saved_all_the_same() {
    let folder = tempdir().unwrap();
    let both = r#"(name: "x", start: soup(density: 0.5, seed: 1), size: "3x2",
        steppers: [sequential], sweep: (fault_rate: [0, 1]), rounds: 1, generations: 1)"#;
    fs::write(folder.path().join("both.ron"), both).unwrap();
    fs::write(folder.path().join("none.ron"), both.replace("[0, 1]", "[1]")).unwrap();
    for (line, code) in
        [("both.ron", 0), ("both.ron --strict", 1), ("none.ron", 1), ("none.ron --strict", 1)]
    {
        let out = tempdir().unwrap();
        let mut command = typed(&format!("bench {line} -q --out"));
        let done = run(command.arg(out.path()).current_dir(&folder));
        assert_eq!(done.code, Some(code), "{line}: {}", done.err);
        assert_eq!(files(out.path(), "json").len(), 1, "{line}");
        assert!(code == 0 || done.err.contains("injected error"), "{line}: {}", done.err);
    }
}

#[test]
fn a_scenario_that_is_printed_can_be_raced() {
    let folder = tempdir().unwrap();
    let line = format!("bench latency {QUICK} --stepper sequential --size 3x2 --print-scenario");
    let printed = succeed(&mut typed(&line)).out;
    let path = folder.path().join("mine.ron");
    fs::write(&path, &printed).unwrap();
    let mut bench = lifelab(["bench", "--json", "--quiet", "--out"]);
    let results = succeed(bench.arg(folder.path()).arg(&path)).json();
    assert_eq!(results["cases"].as_array().unwrap().len(), 5, "five latencies");
    assert_eq!(results["axes"][0], "latency");
    // What is stored is what was read.
    let stored = results["suite"].as_str().unwrap();
    assert_eq!(stored.trim(), printed.trim());
}

/// A program that answers what it was asked: right, for a still life.
const STILL: &str = r#"
    echo '{"lifelab_contender": 1}'
    while read -r request; do
        rows=$(echo "$request" | sed 's/.*"rows":\(\[[^]]*\]\).*/\1/')
        echo '{"times_ns": [100000], "rows": '"$rows"'}'
    done
"#;

#[test]
fn a_program_races_if_the_user_names_it_or_allows_it() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("still.sh"), STILL).unwrap();
    let still =
        r#"(name: "still", language: "Shell", source: "still.sh", command: ["sh", "still.sh"])"#;
    let suite = |contenders: &str| {
        format!(
            r#"(name: "x", start: named("block"), size: "6x5", steppers: [sequential],
                contenders: [{contenders}])"#
        )
    };
    fs::write(folder.path().join("named.ron"), suite("")).unwrap();
    fs::write(folder.path().join("allowed.ron"), suite(still)).unwrap();
    for (line, heading) in [
        ("named.ron --contender 'still=sh still.sh'", "Other programs"),
        ("allowed.ron --allow-programs", "Shell"),
    ] {
        let command = format!("exec $0 bench {line} {QUICK} --strict");
        let mut shell = Command::new("sh");
        shell.args(["-c", &command, env!("CARGO_BIN_EXE_lifelab")]).current_dir(&folder);
        let done = run(&mut shell);
        assert_eq!(done.code, Some(0), "{line}: {}", done.err);
        for shown in ["Lifelab", heading, "still", "start-up"] {
            assert!(done.out.contains(shown), "{line}: {shown:?} in {}", done.out);
        }
    }
    let pages = files(&folder.path().join("lifelab-results"), "html");
    let page = |pages: &[PathBuf], text: &str| {
        pages.iter().any(|page| fs::read_to_string(page).unwrap().contains(text))
    };
    assert!(page(&pages, ">Shell<") && page(&pages, "--allow-programs"));
}

#[test]
fn every_ready_scenario_is_listed() {
    let listed = succeed(&mut typed("bench --list")).out;
    for ready in lifelab_bench::READY {
        assert!(listed.contains(ready.name()), "{}", ready.name());
    }
}

#[test]
fn a_timeline_shows_every_case() {
    let folder = tempdir().unwrap();
    let line = format!("bench {QUICK} --io sleep:100us --size 38x11 --quiet --trace t.json");
    succeed(all_steppers(&mut typed(&line)).current_dir(&folder));
    let trace = fs::read_to_string(folder.path().join("t.json")).unwrap();
    let trace: Value = serde_json::from_str(&trace).unwrap();
    assert_eq!(trace["otherData"]["cases"].as_array().unwrap().len(), 6);
    let events = trace["traceEvents"].as_array().unwrap();
    let generations = events.iter().filter(|event| event["name"] == "generation");
    assert_eq!(generations.count(), 6);
}

#[test]
fn bad_scenarios_are_refused_with_their_place_before_anything_is_measured() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("bad.ron");
    let refuse = |text: &str, says: &[&str]| {
        fs::write(&path, text).unwrap();
        let done = run(lifelab(["bench", "bad.ron"]).current_dir(&folder));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
        assert!(!done.err.contains("round 1"), "{}", done.err);
        for said in says {
            assert!(done.err.contains(said), "{said:?} in {}", done.err);
        }
    };
    let start = r#"name: "x", start: named("acorn")"#;
    refuse(&format!("({start},\n stepper: [])"), &["bad.ron:2:2", "`stepper`", "`steppers`", "^"]);
    refuse(&format!("({start},\n steppers: [threads])"), &["bad.ron:2", "threads", "async_tasks"]);
    refuse(&format!("({start}, steppers: [])"), &["steppers and contenders: there are none"]);
    refuse(
        &format!("({start}, steppers: [sequential], sweep: (cells: [10007]))"),
        &["sweep.cells: 10007"],
    );
    refuse(
        &format!(r#"({start}, steppers: [sequential], sweep: (workers: [0]))"#),
        &["bad.ron:1", "a whole number from 1"],
    );
    refuse(&format!(r#"({start}, steppers: [sequential], size: "3x3")"#), &["lies outside"]);
    refuse("", &["bad.ron:1:1"]);
    refuse(r#"(start: named("acorn"))"#, &["bad.ron: ", "lifelab run --scenario bad.ron"]);
    fs::write(&path, lifelab_bench::READY[0].text()).unwrap();
    let done = run(lifelab(["run", "--scenario", "bad.ron"]).current_dir(&folder));
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
    assert!(done.err.contains("lifelab bench bad.ron"), "{}", done.err);
    // What a stranger's file must not decide.
    refuse(&format!(r#"({start}, steppers: [process_pool(program: "/x")])"#), &["/x", "--stepper"]);
    let there = r#"(wait: socket(latency: fixed("1ms"), service: at("127.0.0.1:9")))"#;
    refuse(&format!("({start}, steppers: [sequential], io: {there})"), &["127.0.0.1:9", "--io"]);
    refuse(
        &format!("({start}, steppers: [sequential], sweep: (io: [{there}]))"),
        &["127.0.0.1:9", "--io"],
    );
    let program = r#"contenders: [(name: "mine", command: ["/x"])]"#;
    refuse(&format!("({start}, {program})"), &["/x", "mine", "--allow-programs"]);
    for (line, says) in [
        ("bench --contender python3", "mine=python3 mine.py"),
        ("bench latencies", "latency"),
        ("bench nowhere.ron", "nowhere.ron"),
        ("bench --rounds 0", "rounds"),
        ("bench --stepper threads", "thread_pool"),
    ] {
        let done = run(typed(line).current_dir(&folder));
        assert_eq!(done.code, Some(2), "{line}: {}", done.err);
        assert!(done.err.contains(says), "{line}: {}", done.err);
    }
}

#[test]
fn results_that_cannot_be_written_are_an_error_before_anything_is_measured() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let done = run(typed("bench --out file/results").current_dir(&folder));
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("cannot write to file/results"), "{}", done.err);
    let done = run(typed("bench --trace no/such/t.json").current_dir(&folder));
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("cannot write to no/such/t.json"), "{}", done.err);
}

#[cfg(unix)]
#[test]
fn results_that_cannot_be_saved_are_printed_all_the_same() {
    let folder = tempdir().unwrap();
    let program = lifelab(["x"]).get_program().to_string_lossy().into_owned();
    // As on a disk that fills up during the race: no file of more than a block can be written.
    let line = format!("bench five-waits {QUICK} --stepper sequential --size 2x1 --json");
    let script = format!("ulimit -f 1; exec {program} {line}");
    let done = run(Command::new("sh").args(["-c", &script]).current_dir(&folder));
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("File too large"), "{}", done.err);
    assert!(done.json()["cases"][0]["outcome"]["measured"].is_object(), "{}", done.out);
}

#[test]
fn races_begun_in_the_same_second_leave_a_result_each() {
    let folder = tempdir().unwrap();
    let line = format!("bench five-waits {QUICK} --stepper sequential --size 2x1 --quiet --out .");
    let begin = || typed(&line).current_dir(&folder).spawn().unwrap();
    let races: Vec<_> = (0..7).map(|_| begin()).collect();
    for mut race in races {
        assert!(race.wait().unwrap().success());
    }
    let stems = |ending| {
        let stems = files(folder.path(), ending).into_iter().map(|path| path.with_extension(""));
        stems.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(stems("json").len(), 7);
    assert_eq!(stems("html"), stems("json"));
    assert_eq!(stems("csv"), stems("json"));
}

#[test]
fn a_name_too_long_for_files_is_refused_before_anything_is_measured() {
    let folder = tempdir().unwrap();
    let suite = format!(
        r#"(name: "{}", start: named("block"), size: "9x9", io: (wait: sleep(fixed("1h"))),
            steppers: [sequential])"#,
        "n".repeat(300)
    );
    fs::write(folder.path().join("long.ron"), suite).unwrap();
    let done = run(typed("bench long.ron").current_dir(&folder));
    assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
    assert!(done.err.contains("name: ") && done.err.contains("too long"), "{}", done.err);
}

#[test]
fn a_timeline_that_cannot_be_drawn_leaves_the_one_that_was_there() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("t.json"), "precious").unwrap();
    fs::write(folder.path().join("bad.ron"), "(").unwrap();
    for line in ["bench bad.ron --trace t.json", "bench --out t.json/no --trace t.json"] {
        assert_ne!(run(typed(line).current_dir(&folder)).code, Some(0), "{line}");
        assert_eq!(fs::read_to_string(folder.path().join("t.json")).unwrap(), "precious");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_race_keeps_what_it_has_and_says_so() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;

    use crate::endings::signals::interrupt;

    let folder = tempdir().unwrap();
    // The first case ends at once, and the second never.
    fs::write(
        folder.path().join("long.ron"),
        r#"(name: "long", start: soup(density: 0.5, seed: 1), size: "2x1", steppers: [sequential],
           sweep: (latency: [fixed("1us"), fixed("1h")]), limit: "1h", generations: 1, budget: "1ms")"#,
    )
    .unwrap();
    let mut bench = lifelab(["bench", "long.ron"]);
    let bench = bench.current_dir(&folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = bench.spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    assert!(line.contains("round 1"), "{line}");
    interrupt(&child);
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("interrupted") && rest.contains("of 2 cases"), "{rest}");
    let saved = &files(&folder.path().join("lifelab-results"), "json")[0];
    let saved: Value = serde_json::from_str(&fs::read_to_string(saved).unwrap()).unwrap();
    assert_eq!(saved["interrupted"], true);
}
