//! `lifelab advise`: the same costs give the same answers, whatever else the machine does.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::program::{Done, lifelab, run, succeed, typed};

/// A folder with the costs of a machine, and their file.
fn machine() -> (TempDir, PathBuf) {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("costs.json");
    std::fs::write(&path, costs().to_string()).expect("a file");
    (folder, path)
}

/// Two cores, and round numbers.
fn costs() -> Value {
    let of =
        |late: f64, pass: f64, [step, unit]: [f64; 2], [still, kernel]: [f64; 2], each: f64| {
            json!({
                "late_ns": late, "begin_ns": pass, "pass_ns": pass, "pass_apart_ns": pass,
                "step_ns": step, "unit_ns": unit, "unit_apart_ns": unit, "cell_ns": 40.0,
                "still_ns": still, "kernel_ns": kernel, "large_kernel_ns": kernel,
                "each_bytes": each, "spread": 0.02,
            })
        };
    json!({
        "schema": 2, "cores": 2, "threads": 15_000, "round_ns": 2.0, "crowd": 1.1,
        "base_memory": 6_000_000,
        "costs": {
            "sequential": of(1e5, 0.0, [1e3, 50.0], [1e3, 0.02], 0.0),
            "thread_per_cell": of(2e5, 7e4, [1e5, 3e4], [2e5, 0.01], 12_000.0),
            "queue_pipeline": of(1e5, 1e4, [2e4, 1e3], [5e4, 0.01], 20_000.0),
            "thread_pool": of(1e5, 6e3, [1e4, 300.0], [1e4, 0.01], 20_000.0),
            "async_tasks": of(1e5, 300.0, [1e4, 500.0], [1e4, 0.02], 300.0),
            "async_tasks_on_all_cores": of(2e5, 150.0, [3e4, 600.0], [4e4, 0.01], 300.0),
        },
        "refused": { "process_pool": "no processes here" },
    })
}

/// Asks with these costs, in text.
#[track_caller]
fn ask(costs: &Path, arguments: &str) -> String {
    succeed(typed("advise").args(arguments.split(' ')).arg("--calibration").arg(costs)).out
}

#[test]
fn a_service_has_limits_and_observed_calls_tell_of_them() {
    let (folder, costs) = machine();
    let said = ask(&costs, "--cells 1000 --latency 5ms --capacity 64 --rate 20000");
    assert!(
        said.contains("1000 cells that wait 5ms each, for a service that takes 64 at once"),
        "{said}"
    );
    assert!(said.contains("More than 64 at once do not make it faster"), "{said}");
    assert!(said.contains("--io 'socket:5ms capacity:64 rate:20000/s'"), "{said}");

    // A thousand calls at once, and a service of eight: 5 ms, 10 ms, 15 ms, ...
    let trace = folder.path().join("calls.csv");
    let lines: String = (0..1000).map(|call| format!("0,{}\n", 5 * (call / 8 + 1))).collect();
    std::fs::write(&trace, format!("start_ms,duration_ms\n{lines}")).expect("a file");
    let path = trace.to_str().expect("text");
    let said = ask(&costs, &format!("--trace {path}"));
    assert!(said.starts_with("1000 calls observed, up to 1000 at once: each waits 5ms"), "{said}");
    assert!(said.contains("More than 8 at once do not make it faster"), "{said}");

    std::fs::write(&trace, "start,duration\n1,soon").expect("a file");
    let done = run(typed("advise --trace").arg(&trace).arg("--calibration").arg(&costs));
    let says = "line 2: duration is \"soon\", expected a number";
    assert!(done.code == Some(2) && done.err.contains(says), "{}", done.err);
}

#[test]
fn advice_names_a_stepper_with_its_options_and_says_why() {
    let (_folder, costs) = machine();
    for (arguments, stepper, why) in [
        ("--cells 1 --latency 10ms", "sequential", "one wait of 10ms"),
        ("--cells 10000 --latency 10ms", "async_tasks", "10000 cells at once"),
        ("--cells 100000 --cpu 50us", "thread_pool(workers: 2", "on 2 cores"),
        ("--cells 100 --latency 0s", "sequential", "beginning a generation"),
    ] {
        let said = ask(&costs, arguments);
        let take = said.lines().find(|line| line.starts_with("Take ")).expect("an answer");
        assert!(take.starts_with(&format!("Take {stepper}")) && take.contains(why), "{said}");
        assert!(said.contains("no processes here"), "{said}");
        assert!(said.contains("Try it:"), "{said}");
    }
    let few = ask(&costs, "--cells 10000 --latency 10ms --memory 1kB");
    assert!(few.contains("Nothing fits") && few.contains("MB at least"), "{few}");
}

#[test]
fn what_is_recommended_can_be_run_as_it_is_printed() {
    let (_folder, costs) = machine();
    for arguments in ["--cells 50 --latency 1ms --cpu 10us", "--cells 50 --cpu 10us", "--cells 50"]
    {
        let said = ask(&costs, arguments);
        let line = said.lines().find_map(|line| line.trim().strip_prefix("lifelab run "));
        let words = line.expect("a command").split('\'').enumerate();
        let words = words.flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        succeed(lifelab(["run", "-g", "1"]).args(words));
    }
}

#[test]
fn costs_of_a_busy_machine_are_told_for_what_they_are() {
    let (folder, _) = machine();
    let path = folder.path().join("busy.json");
    for (had, is_busy) in [(1.9, false), (1.2, true)] {
        let mut costs = costs();
        costs["cores_had"] = had.into();
        std::fs::write(&path, costs.to_string()).expect("a file");
        let done = run(typed("advise --cells 9 --calibration").arg(&path));
        assert_eq!(done.code, Some(0), "{}", done.err);
        let says = "other programs took 0.8 of 2 cores";
        assert_eq!(done.err.contains(says), is_busy, "{}", done.err);
    }
}

#[test]
fn the_json_tells_all_of_it() {
    let (_folder, costs) = machine();
    let arguments = "advise --cells 400 --latency 10ms --cpu 20us --json --calibration";
    let answer = succeed(typed(arguments).arg(&costs)).json();
    let forecasts = answer["forecasts"].as_array().expect("a list");
    assert_eq!(forecasts.len(), 7);
    let recommended = answer["recommended"].as_u64().expect("one fits");
    assert!(answer["tied"].as_array().expect("a list").contains(&json!(recommended)));
    let prediction = &forecasts[recommended as usize]["feasible"]["prediction"];
    let terms = prediction["terms"].as_array().expect("a list");
    let sum: u64 = terms.iter().map(|term| term["time_ns"].as_u64().expect("a time")).sum();
    assert_eq!(prediction["time_ns"], sum, "{prediction}");
    assert!(prediction["uncertainty_ns"].as_u64().expect("a time") > 0);
    assert_eq!(answer["workload"]["cells"], 400);
    assert_eq!(answer["calibration"]["crowd"], 1.1);
    assert_eq!(answer["check"], Value::Null);
}

/// Each sentence about another answer, put to the test as a question of its own.
#[test]
fn where_the_answer_would_change_it_does() {
    let (_folder, costs) = machine();
    let mut seen = 0;
    for (cells, latency, cpu) in
        [("1", "1ms", "0s"), ("400", "10ms", "0s"), ("5000", "0s", "20us"), ("100", "5ms", "30us")]
    {
        let said = ask(&costs, &format!("--cells {cells} --latency {latency} --cpu {cpu}"));
        let turns = said.lines().skip_while(|line| !line.starts_with("The answer would be"));
        for turn in turns.skip(1).take_while(|line| !line.is_empty()) {
            let (place, stepper) = turn.trim().split_once(": ").expect("a place and a stepper");
            let words: Vec<&str> = place.split(' ').collect();
            let question = match words[..] {
                ["with", cells, "cell" | "cells", ..] => {
                    [cells, latency, cpu, "100GB"].map(str::to_owned)
                }
                ["without", "a", "wait"] => [cells, "0s", cpu, "100GB"].map(str::to_owned),
                ["without", "work"] => [cells, latency, "0s", "100GB"].map(str::to_owned),
                ["if", "a", "cell", "waits", latency, ..] => {
                    [cells, latency, cpu, "100GB"].map(str::to_owned)
                }
                ["if", "a", "cell", "computes", cpu, ..] => {
                    [cells, latency, cpu, "100GB"].map(str::to_owned)
                }
                ["with", memory, "MB", ..] => {
                    [cells, latency, cpu, &format!("{memory}MB")].map(str::to_owned)
                }
                _ => panic!("{turn}"),
            };
            let [cells, latency, cpu, memory] = question;
            let question =
                format!("--cells {cells} --latency {latency} --cpu {cpu} --memory {memory}");
            let answer = ask(&costs, &question);
            let expected = match stepper {
                "nothing fits" => "Nothing fits".to_owned(),
                _ => format!("Take {stepper}: "),
            };
            assert!(answer.contains(&expected), "{turn}, but {question}: {answer}");
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen} turns only");
}

#[test]
fn a_check_measures_what_was_recommended_and_the_runner_up() {
    let (_folder, costs) = machine();
    let arguments = "advise --cells 9 --latency 1ms --check --json --calibration";
    let answer = succeed(typed(arguments).arg(&costs)).json();
    let checked = answer["check"]["checked"].as_array().expect("a list");
    assert_eq!(checked.len(), 2, "{}", answer["check"]);
    for checked in checked {
        assert!(checked["predicted_ns"].as_u64() > Some(0), "{checked}");
        let text = checked["outcome"].to_string();
        assert!(text.contains("median_ns"), "{text}");
    }
    // Which was faster is the machine's affair; that it is told is ours.
    assert!(answer["check"]["held"].is_boolean(), "{}", answer["check"]);
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    #[track_caller]
    fn refused(done: &Done, part: &str) {
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
        assert!(done.err.starts_with("error: ") && done.err.contains(part), "{}", done.err);
        assert!(!done.err.contains("panicked"), "{}", done.err);
    }
    for (arguments, part) in [
        ("", "--cells"),
        ("--cells", "--cells"),
        ("--cells 0", "--cells"),
        ("--cells=-5", "-5"),
        ("--cells 1e", "1e"),
        ("--cells 99999999999999999999", "99999999999999999999"),
        ("--cells 9 --latency=-1ms", "-1ms"),
        ("--cells 9 --latency soon", "10ms"),
        ("--cells 9 --cpu 5", "5"),
        ("--cells 9 --workers 0", "--workers"),
        ("--cells 9 --memory lots", "512MB"),
        ("--cells 9 --memory=-1MB", "512MB"),
        ("--cells 9 extra", "extra"),
    ] {
        refused(&run(&mut typed(&format!("advise {arguments}"))), part);
    }
    let (folder, path) = machine();
    for (text, part) in [
        ("{}".to_owned(), "is missing"),
        ("not JSON".to_owned(), "line 1"),
        (costs().to_string().replace("\"schema\":2", "\"schema\":9"), "schema 9"),
        (costs().to_string().replace("\"crowd\":1.1", "\"crowd\":-1"), "crowd is -1"),
        (costs().to_string().replace("\"cores\":2", "\"cores\":0"), "cores is 0"),
    ] {
        std::fs::write(&path, text).expect("a file");
        let done = run(typed("advise --cells 9 --calibration").arg(&path));
        refused(&done, part);
        assert!(done.err.contains("costs.json"), "{}", done.err);
    }
    refused(&run(typed("advise --cells 9 --calibration").arg(folder.path())), "directory");
    // Before the costs are measured that could not be saved.
    for path in ["none/costs.json", "/proc/costs.json"] {
        refused(&run(typed("advise --cells 9 --calibration").arg(path)), path);
    }
}

#[test]
fn an_absurd_workload_gets_an_answer_too() {
    let (_folder, costs) = machine();
    for (arguments, says) in [
        ("--cells 18446744073709551615 --latency 1h --cpu 1h", "Cannot say: 18446744073709551615"),
        ("--cells 18446744073709551615", "Cannot say: 18446744073709551615 cells"),
        ("--cells 100000001", "good up to 100000000"),
        ("--cells 100000000", "Take "),
        ("--cells 1 --latency 100000000h", "Cannot say: a generation would take a century"),
        ("--cells 1 --cpu 1ns --workers 1000000000", "cannot say: 1000000000 workers"),
    ] {
        let said = ask(&costs, arguments);
        assert!(said.contains(says), "{arguments}: {said}");
    }
}
