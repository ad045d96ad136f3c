//! Every peer that is installed gives the answer in `peers/vector.json`, and waits as long as it says.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use lifelab_bench::{ContenderSpec, Ready};
use lifelab_core::{Cell, Phase, Site};
use lifelab_io::Latency;

fn vector() -> Value {
    serde_json::from_str(include_str!("../../vector.json")).unwrap()
}

/// How long each cell waits in a phase of the first generation, in nanoseconds.
fn waits(vector: &Value, phase: &str) -> Vec<Vec<u64>> {
    serde_json::from_value(vector["first_latencies_ns"][phase].clone()).unwrap()
}

#[test]
fn lifelab_draws_the_latencies_of_the_vector() {
    let (vector, latency) = (vector(), "exp(1ms)".parse::<Latency>().unwrap());
    for (name, phase) in [("neighbors", Phase::Neighbors), ("rule", Phase::Rule)] {
        for (y, row) in waits(&vector, name).into_iter().enumerate() {
            for (x, nanos) in row.into_iter().enumerate() {
                let site = Site::new(1, Cell::new(x as u32, y as u32), phase);
                let drawn = latency.at(site, 7).as_nanos() as u64;
                assert!(drawn.abs_diff(nanos) <= 1, "({x}, {y}) {name}: {drawn}, not {nanos}");
            }
        }
    }
}

#[test]
fn every_peer_gives_the_answer_of_the_vector() {
    let suite = Ready::find("languages").unwrap().suite().unwrap();
    for peer in suite.contenders {
        match answer(&peer) {
            Some(answer) => check(&peer.name, &answer),
            None => writeln!(std::io::stderr(), "skipped: {} is not installed", peer.name).unwrap(),
        }
    }
}

fn check(name: &str, answer: &Value) {
    let vector = vector();
    assert_eq!(answer["rows"], vector["rows"], "{name}: {answer}");
    let [neighbors, rule] = ["neighbors", "rule"].map(|phase| waits(&vector, phase).concat());
    let longest = neighbors.iter().zip(&rule).map(|(first, second)| first + second).max();
    let first = answer["times_ns"][0].as_u64();
    assert!(first >= longest, "{name}: a cell waits {longest:?} ns, all of them took {first:?}");
}

/// What a peer answers; `None` if its language is not installed.
fn answer(peer: &ContenderSpec) -> Option<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = peer.command.clone();
    if peer.language.as_deref() == Some("Rust") {
        command = vec![built(&command[0]).to_owned()]; // By the same build as this test.
    } else if !peer.build.iter().all(|build| succeeds(build, &root)) {
        return None;
    }
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).current_dir(&root).env("PYTHONDONTWRITEBYTECODE", "1");
    let spawned = process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let is_absent = spawned.is_err() && peer.language.as_deref() != Some("Rust");
    let mut process = if is_absent { return None } else { spawned.unwrap() };
    let request = vector()["request"].to_string() + "\n";
    process.stdin.take().unwrap().write_all(request.as_bytes()).unwrap();
    let done = process.wait_with_output().unwrap();
    assert!(done.status.success(), "{}: {}", peer.name, done.status);
    let said = String::from_utf8(done.stdout).unwrap();
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["lifelab_contender"]), (2, &Value::from(1)), "{said}");
    Some(lines[1].clone())
}

/// Whether a build command has done its work: what is not installed has not, all others have.
fn succeeds(build: &[String], root: &Path) -> bool {
    let done = Command::new(&build[0]).args(&build[1..]).current_dir(root).output().unwrap();
    assert!(done.status.success() || done.status.code() == Some(127), "{build:?}: {done:?}");
    done.status.success()
}

fn built(command: &str) -> &'static str {
    match command.rsplit('/').next().unwrap() {
        "threads" => env!("CARGO_BIN_EXE_threads"),
        "par_iter" => env!("CARGO_BIN_EXE_par_iter"),
        "join_set" => env!("CARGO_BIN_EXE_join_set"),
        "unordered" => env!("CARGO_BIN_EXE_unordered"),
        "join_all" => env!("CARGO_BIN_EXE_join_all"),
        other => panic!("no peer in Rust is called {other}"),
    }
}
