//! Saved results: compared, shown again, written as CSV and as a page.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::program::{lifelab, run, succeed};

/// Results of a small race, and a folder for them.
struct Raced {
    folder: TempDir,
    results: Value,
}

impl Raced {
    /// A race of two steppers, whose generations all take a millisecond: no test may depend on how
    /// long they took.
    fn new() -> Self {
        let folder = tempdir().expect("a folder");
        let mut command = lifelab(["bench", "--stepper", "sequential", "--stepper", "async_tasks"]);
        command.args(["--io", "none", "--size", "38x11", "--rounds", "2", "--generations", "3"]);
        let mut results =
            succeed(command.args(["--quiet", "--json", "--out"]).arg(folder.path())).json();
        set_times(&mut results, 1_000_000);
        Self { folder, results }
    }

    /// Saves results under a name.
    fn save(&self, name: &str, results: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, results.to_string()).expect("it can be written");
        path
    }
}

fn set_times(results: &mut Value, nanos: u64) {
    for case in results["cases"].as_array_mut().expect("cases") {
        let measured = &mut case["outcome"]["measured"];
        for field in ["median_ns", "mean_ns", "min_ns", "p10_ns", "p90_ns", "max_ns"] {
            measured["time"][field] = nanos.into();
        }
        for round in measured["rounds"].as_array_mut().expect("rounds") {
            for sample in round["samples_ns"].as_array_mut().expect("samples") {
                *sample = nanos.into();
            }
        }
    }
}

fn compare(before: &Path, after: &Path) -> std::process::Command {
    let mut command = lifelab(["bench", "compare"]);
    command.arg(before).arg(after);
    command
}

#[test]
fn a_regression_fails_the_gate_and_is_named() {
    let raced = Raced::new();
    let before = raced.save("before.json", &raced.results);
    let mut slower = raced.results.clone();
    set_times(&mut slower, 1_100_000);
    let after = raced.save("after.json", &slower);

    let done = run(compare(&before, &after).args(["--fail-on-regression", "5%"]));
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("2 cases got slower by more than 5%: "), "{}", done.err);
    assert!(done.err.contains("sequential on 38x11, none (+10.0 %)"), "{}", done.err);
    assert!(done.out.contains("slower by 1.10x"), "{}", done.out);

    succeed(compare(&before, &after).args(["--fail-on-regression", "20%"]));
    succeed(compare(&after, &before).args(["--fail-on-regression", "5%"]));
    let done = succeed(compare(&before, &after).args(["--least", "15%"]));
    assert!(done.out.starts_with("No difference seen in any of 2 cases"), "{}", done.out);
}

#[test]
fn results_without_a_measured_case_in_common_are_not_compared() {
    let raced = Raced::new();
    let (mut empty, mut pending, mut others) =
        (raced.results.clone(), raced.results.clone(), raced.results.clone());
    empty["cases"] = Value::Array(Vec::new());
    for case in pending["cases"].as_array_mut().expect("cases") {
        case["outcome"] = "pending".into();
    }
    for case in others["cases"].as_array_mut().expect("cases") {
        case["case"]["stepper"] = format!("my_{}", case["case"]["stepper"]).into();
    }
    let all = raced.save("all.json", &raced.results);
    for (name, results, says) in [
        ("empty.json", empty, "share no case"),
        ("pending.json", pending, "none of the 2 cases"),
        ("others.json", others, "share no case"),
    ] {
        let file = raced.save(name, &results);
        for (before, after) in [(&all, &file), (&file, &all), (&file, &file)] {
            let done = run(&mut compare(before, after));
            let is_same = name == "others.json" && before == after;
            assert_eq!(done.code, Some(i32::from(!is_same)), "{name}: {}", done.err);
            assert!(is_same || done.err.contains(says), "{name}: {}", done.err);
            assert!(is_same || done.out.contains("Nothing was compared"), "{}", done.out);
        }
    }
}

#[test]
fn a_comparison_is_one_object_for_programs() {
    let raced = Raced::new();
    let file = raced.save("results.json", &raced.results);
    let report = succeed(compare(&file, &file).arg("--json")).json();
    assert_eq!(report["worst"], Value::Null);
    assert_eq!(report["cases"].as_array().expect("cases").len(), 2);
    assert_eq!(report["cases"][0]["comparison"]["verdict"], "no_difference");
    let refused = run(compare(&file, &file).args(["--least", "-1"]));
    assert_eq!(refused.code, Some(2), "{}", refused.err);
}

#[test]
fn saved_results_are_shown_again() {
    let raced = Raced::new();
    let file = raced.save("results.json", &raced.results);
    let done = succeed(lifelab(["bench", "report"]).arg(&file));
    for part in ["sequential", "async_tasks", "median", "1.00 ms"] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }

    let [page, rows, samples] =
        ["page.html", "rows.csv", "samples.csv"].map(|name| raced.folder.path().join(name));
    let mut command = lifelab(["bench", "report"]);
    command.arg(&file).arg("--html").arg(&page).arg("--csv").arg(&rows);
    let done = succeed(command.arg("--samples-csv").arg(&samples));
    assert_eq!(done.out, "");
    let page = fs::read_to_string(page).expect("a page");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    let count = |path| csv::Reader::from_path(path).expect("a table").into_records().count();
    assert_eq!((count(rows), count(samples)), (2, 2 * 2 * 3));
}

#[test]
fn what_is_no_results_is_refused_with_its_place() {
    let raced = Raced::new();
    let mut other = raced.results.clone();
    other["schema"] = 999.into();
    let other = raced.save("other.json", &other);
    let broken = raced.save("broken.json", &Value::Null);
    fs::write(&broken, "{ \"schema\": 1,\n  \"nam\": 1 }").expect("it can be written");
    let missing = raced.folder.path().join("missing.json");
    for (file, says) in
        [(&other, "schema version 999"), (&broken, "line 2, column"), (&missing, "cannot read")]
    {
        let done = run(lifelab(["bench", "report"]).arg(file));
        assert_eq!(done.code, Some(2), "{}", done.err);
        assert!(done.err.contains(says), "{says}: {}", done.err);
    }
    let error = run(compare(&broken, &broken).arg("--json")).error();
    assert_eq!((&error["kind"], &error["line"]), (&"results".into(), &2.into()));
}
