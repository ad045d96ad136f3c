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
        command.args(["--timeout", "500ms", "--stepper", entry.name(), "-o"]).arg(&output);
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
    use std::fs::{self, OpenOptions};
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::PathBuf;
    use std::process::{Child, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::{Pid, mkfifo};
    use tempfile::TempDir;

    use super::*;
    use crate::program;

    /// After this time a test has hung.
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
        let output = pipe(&folder, "nobody-reads.rle");
        let _reader = OpenOptions::new().read(true).write(true).open(&output).expect("a reader");
        let line = "run --soup 0.5 --size 700x700 --io sleep:1h";
        let mut child = start(typed(line).arg("-o").arg(&output));
        let status = wait_for(|| {
            interrupt(&child);
            child.try_wait().expect("the child is ours")
        });
        assert_eq!(status.code(), Some(130));
    }

    #[test]
    fn two_signals_at_once_are_one_request() {
        // As of `timeout`, which asks a program and then its group.
        let folder = tempdir().expect("a folder");
        let output = folder.path().join("last.rle");
        let line = "run --soup 0.5 --size 900x900 --io sleep:1h --json";
        for signals in [[Signal::SIGTERM, Signal::SIGTERM], [Signal::SIGHUP, Signal::SIGTERM]] {
            let child = start(typed(line).arg("-o").arg(&output));
            signals.iter().for_each(|signal| send(&child, *signal));
            let done = end(child);
            assert_eq!(ended(&done, 130, "interrupted", "--soup 0.5 --size 900x900", &output), 0);
            fs::remove_file(&output).expect("it is written");
            assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 0);
        }
    }

    #[test]
    fn a_signal_that_is_ignored_at_the_start_stays_so() {
        let folder = tempdir().expect("a folder");
        let newest = || {
            let names = fs::read_dir(folder.path()).expect("a folder").flatten();
            let names = names.filter_map(|entry| entry.file_name().into_string().ok());
            names.filter_map(|name| name.strip_suffix(".checkpoint")?.parse().ok()).max()
        };
        let program = lifelab(["x"]).get_program().to_string_lossy().into_owned();
        let run = "run acorn --size 9x7 -g 1000000 --io sleep:1ms --every 1 -q --checkpoint";
        let script = format!("trap '' HUP INT; exec {program} {run} \"$0\"");
        let mut command = Command::new("sh");
        let child = spawn(command.args(["-c", &script]).arg(folder.path()));
        let before: u64 = wait_for(newest);
        [Signal::SIGHUP, Signal::SIGINT].iter().for_each(|signal| send(&child, *signal));
        wait_for(|| newest().filter(|&newest| newest > before + 5));
        send(&child, Signal::SIGTERM);
        assert_eq!(end(child).code, Some(130));
    }

    /// Command lines that wait for input from this path.
    const WAITING: [&str; 4] = ["run -g 1", "run --scenario", "info", "bench"];

    #[test]
    fn an_interrupt_ends_waiting_for_input() {
        let folder = tempdir().expect("a folder");
        for line in WAITING {
            let input = pipe(&folder, "input");
            let child = spawn(typed(line).arg(&input));
            let mut unwaiting = OpenOptions::new();
            unwaiting.write(true).custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits());
            let _writer = wait_for(|| unwaiting.open(&input).ok()); // There is one if it waits.
            interrupt(&child);
            let done = end(child);
            // It has nothing to lose yet, and may be killed.
            assert!(done.code.is_none_or(|code| code == 130), "{line}: {:?}", done.code);
            assert_eq!(done.out, "", "{line}");
            fs::remove_file(folder.path().join("input")).expect("it is ours");
        }
    }

    #[test]
    fn a_timeout_counts_from_the_start_and_ends_waiting_for_input() {
        let folder = tempdir().expect("a folder");
        let input = pipe(&folder, "input");
        let line = "run --json --timeout 300ms";
        let piped = spawn(typed(line).arg("-").stdin(Stdio::piped()));
        for child in [spawn(typed(line).arg(&input)), piped] {
            let mut child = child;
            let _open = child.stdin.take();
            let done = end(child);
            assert_eq!((done.code, done.out.as_str()), (Some(124), ""), "{}", done.err);
            assert_eq!(done.error()["kind"], "timeout");
        }
    }

    #[test]
    fn a_pipe_that_nobody_reads_from_is_refused_before_the_run() {
        let folder = tempdir().expect("a folder");
        let output = pipe(&folder, "out.rle");
        let done = end(spawn(typed(FOREVER).arg("-o").arg(&output)));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
        assert!(done.err.contains("nobody has read from this pipe"), "{}", done.err);
        let reader = Command::new("cat").arg(&output).stdout(Stdio::piped()).spawn();
        let reader = reader.expect("it starts");
        let done = end(spawn(typed("run glider -g 4 -q -o").arg(&output)));
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
        let read = end(reader).out;
        assert_eq!(read, succeed(&mut typed("run glider -g 4 -q -o -")).out);
    }

    #[test]
    fn a_timeout_ends_waiting_for_a_reader() {
        let folder = tempdir().expect("a folder");
        for (option, name) in [("-o", "out.rle"), ("--trace", "out.json")] {
            let output = pipe(&folder, name);
            let line = "run glider --json --timeout 300ms";
            let done = end(spawn(typed(line).arg(option).arg(&output)));
            assert_eq!((done.code, done.out.as_str()), (Some(124), ""), "{}", done.err);
            assert_eq!(done.error()["kind"], "timeout");
        }
    }

    #[test]
    fn a_pipe_whose_reader_leaves_early_is_an_error() {
        let folder = tempdir().expect("a folder");
        let output = pipe(&folder, "out.rle");
        let reader = Command::new("head").args(["-c", "10"]).arg(&output).spawn();
        let reader = reader.expect("it starts");
        // More than a pipe holds.
        let line = "run --soup 0.5 --size 1500x1500 -g 0 -q -o";
        let done = end(spawn(typed(line).arg(&output)));
        end(reader);
        assert_eq!(done.code, Some(1), "{}", done.err);
        assert!(done.err.contains("cannot write the pattern"), "{}", done.err);
    }

    fn pipe(folder: &TempDir, name: &str) -> PathBuf {
        let path = folder.path().join(name);
        mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a pipe with a name");
        path
    }

    fn spawn(command: &mut Command) -> Child {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        child.expect("the program starts")
    }

    /// Starts a program, and waits until it watches for interrupts.
    pub(crate) fn start(command: &mut Command) -> Child {
        let child = spawn(command);
        wait_for(|| catches(&child, request()).then_some(()));
        child
    }

    /// What asks a program to end: Ctrl-C, unless that is ignored by all that is started here.
    fn request() -> Signal {
        let ours = fs::read_to_string("/proc/self/status").unwrap_or_default();
        if contains(&ours, "SigIgn:", Signal::SIGINT) { Signal::SIGTERM } else { Signal::SIGINT }
    }

    fn catches(child: &Child, signal: Signal) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        contains(&status, "SigCgt:", signal)
    }

    /// Whether a set of signals in the status of a process contains this one.
    fn contains(status: &str, set: &str, signal: Signal) -> bool {
        let mask = status.lines().find_map(|line| line.strip_prefix(set));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask >> (signal as u64 - 1) & 1 == 1)
    }

    pub(crate) fn interrupt(child: &Child) {
        send(child, request());
    }

    fn send(child: &Child, signal: Signal) {
        // It may have ended in between; it is not reaped before, so this hits nobody else.
        let _ = kill(Pid::from_raw(child.id() as i32), signal);
    }

    pub(crate) fn end(mut child: Child) -> Done {
        wait_for(|| child.try_wait().expect("the child is ours"));
        program::done(child.wait_with_output().expect("it has ended"))
    }

    pub(crate) fn children(parent: &Child) -> Vec<u32> {
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
