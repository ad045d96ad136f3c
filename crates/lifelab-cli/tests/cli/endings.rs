//! Runs that end before their end: by a failing cell, a timeout, or Ctrl-C. Each leaves the last
//! complete generation, and says which it is.

use std::process::Command;

use lifelab::STEPPERS;
use serde_json::Value;
use tempfile::tempdir;

use crate::program::{Done, lifelab, run, succeed, typed};

/// A soup in which every cell waits for an hour.
const FOREVER: &str = "run --soup 0.5 --size 6x5 --io sleep:1h --json";

/// Checks that a run ended with this code and kind of error, and that what it printed and wrote is
/// the same complete generation of `start`, undisturbed. Its number.
#[track_caller]
fn ended(done: &Done, code: i32, kind: &str, start: &str, output: &std::path::Path) -> u64 {
    assert_eq!(done.code, Some(code), "{}", done.err);
    assert_eq!(done.error()["kind"], kind);
    let run = done.json();
    let generation = run["generation"].as_u64().expect("a number");
    let mut undisturbed = typed(&format!("run {start} --json -g {generation}"));
    let expected = succeed(&mut undisturbed).json();
    for key in ["generation", "population", "bounding_box", "sha256"] {
        assert_eq!(run[key], expected[key], "{key}");
    }
    let written = succeed(lifelab(["info", "--json"]).arg(output)).json();
    for key in ["generation", "population", "sha256"] {
        assert_eq!(run[key], written[key], "{key}");
    }
    generation
}

#[test]
fn a_failing_cell_is_named_by_every_stepper() {
    let folder = tempdir().expect("a folder");
    let output = folder.path().join("last.rle");
    let start = "acorn --size 20x15";
    let mut messages = Vec::new();
    for entry in STEPPERS {
        for fault in ["error@3:(5,7)", "panic@3:(5,7)"] {
            let line = format!("run {start} -g 9 --io sleep:10us --json --fault {fault} --stepper");
            let done = run(typed(&line).arg(entry.name()).arg("-o").arg(&output));
            assert_eq!(ended(&done, 1, "cell", start, &output), 2, "{}", entry.name());
            let error = done.error();
            assert_eq!(error["generation"], 3);
            assert_eq!((&error["x"], &error["y"]), (&Value::from(5), &Value::from(7)));
            assert_eq!(error["phase"], "rule");
            assert!(!done.err.contains("backtrace"), "{}", done.err);
        }
        let line = format!("run {start} --fault error@3:(5,7) --stepper {}", entry.name());
        let done = run(&mut typed(&line));
        assert_eq!(done.code, Some(1));
        assert!(done.err.starts_with("error: cell (5, 7) of generation 3"), "{}", done.err);
        messages.push(done.err);
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[test]
fn a_timeout_ends_every_stepper() {
    let folder = tempdir().expect("a folder");
    let output = folder.path().join("last.rle");
    for entry in STEPPERS {
        let mut command = typed(FOREVER);
        command.args(["--timeout", "200ms", "--stepper", entry.name(), "-o"]).arg(&output);
        let start = "--soup 0.5 --size 6x5";
        assert_eq!(ended(&run(&mut command), 124, "timeout", start, &output), 0);
    }
}

#[test]
fn a_timeout_leaves_the_last_complete_generation() {
    let folder = tempdir().expect("a folder");
    let output = folder.path().join("last.ron");
    let start = "acorn --size 20x15";
    let line = format!("run {start} -g 9 --json --fault hang@4:(0,0) --timeout 1s -o");
    let done = run(typed(&line).arg(&output));
    let generation = ended(&done, 124, "timeout", start, &output);
    assert!(generation <= 3, "{generation} cannot be complete");
    let last = format!("the last complete generation is {generation}");
    assert!(done.err.contains(&last), "{}", done.err);
}

#[cfg(target_os = "linux")]
pub(crate) mod signals {
    use std::fs;
    use std::process::{Child, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::{Pid, mkfifo};

    use super::*;
    use crate::program;

    /// After so long a test has hung.
    const HUNG: Duration = Duration::from_secs(120);

    #[test]
    fn an_interrupt_ends_every_stepper() {
        let folder = tempdir().expect("a folder");
        let output = folder.path().join("last.rle");
        for entry in STEPPERS {
            let mut command = typed(FOREVER);
            let child = start(command.args(["--stepper", entry.name(), "-o"]).arg(&output));
            let workers = match entry.name() {
                "process_pool" => wait_for(|| Some(children(&child)).filter(|c| !c.is_empty())),
                _ => Vec::new(),
            };
            interrupt(&child);
            let done = end(child);
            assert_eq!(ended(&done, 130, "interrupted", "--soup 0.5 --size 6x5", &output), 0);
            for worker in workers {
                wait_for(|| (!is_alive(worker)).then_some(()));
            }
        }
    }

    #[test]
    fn an_interrupt_leaves_the_last_complete_generation() {
        let folder = tempdir().expect("a folder");
        let output = folder.path().join("last.rle.gz");
        let trace = folder.path().join("trace.json");
        let line = "run acorn --size 20x15 -g 9 --json --fault hang@4:(0,0)";
        let child = start(typed(line).arg("-o").arg(&output).arg("--trace").arg(&trace));
        interrupt(&child);
        let done = end(child);
        let generation = ended(&done, 130, "interrupted", "acorn --size 20x15", &output);
        assert!(generation <= 3, "{generation} cannot be complete");
        let last = format!("the last complete generation is {generation}");
        assert!(done.err.contains(&last), "{}", done.err);
        let trace = fs::read(&trace).expect("the timeline is written, too");
        let trace: Value = serde_json::from_slice(&trace).expect("and is whole");
        let frames = trace["traceEvents"].as_array().into_iter().flatten();
        let frames = frames.filter(|event| event["cat"] == "generation").count() as u64;
        assert!((generation..=generation + 1).contains(&frames), "{frames} of {generation}");
    }

    #[test]
    fn a_second_interrupt_ends_at_once() {
        // The first one ends the run; then the program waits for somebody to read its output.
        let folder = tempdir().expect("a folder");
        let output = folder.path().join("nobody-reads.rle");
        mkfifo(&output, nix::sys::stat::Mode::S_IRWXU).expect("a pipe with a name");
        let mut child = start(typed(FOREVER).arg("-o").arg(&output));
        let status = wait_for(|| {
            interrupt(&child);
            child.try_wait().expect("the child is ours")
        });
        assert_eq!(status.code(), Some(130));
    }

    /// Starts a program, and waits until it watches for interrupts.
    pub(crate) fn start(command: &mut Command) -> Child {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.expect("the program starts");
        wait_for(|| catches_interrupts(&child).then_some(()));
        child
    }

    fn catches_interrupts(child: &Child) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        caught.is_some_and(|mask| mask >> (Signal::SIGINT as u64 - 1) & 1 == 1)
    }

    pub(crate) fn interrupt(child: &Child) {
        // It may have ended in between; it is not reaped before, so this hits nobody else.
        let _ = kill(Pid::from_raw(child.id() as i32), Signal::SIGINT);
    }

    pub(crate) fn end(mut child: Child) -> Done {
        wait_for(|| child.try_wait().expect("the child is ours"));
        program::done(child.wait_with_output().expect("it has ended"))
    }

    fn children(parent: &Child) -> Vec<u32> {
        let id = parent.id();
        // A thread lists the processes that it has started.
        let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let lists = tasks.map(|task| fs::read_to_string(task.path().join("children")));
        let lists: Vec<String> = lists.map(Result::unwrap_or_default).collect();
        lists.iter().flat_map(|list| list.split_whitespace()).flat_map(str::parse).collect()
    }

    /// Whether a process runs; one that has ended and waits to be reaped does not.
    fn is_alive(process: u32) -> bool {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
    }

    #[track_caller]
    pub(crate) fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(start.elapsed() < HUNG, "nothing happens");
            thread::sleep(Duration::from_millis(10));
        }
    }
}
