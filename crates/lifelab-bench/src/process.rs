//! Processes to measure in.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use lifelab::CancellationToken;

use crate::child::CASE_VARIABLE;
use crate::task::{Reply, Task};

/// What becomes of a task.
#[derive(Debug)]
pub(crate) enum Ending {
    Replied(Reply),
    /// The process ended without a reply.
    Crashed {
        status: ExitStatus,
        last_words: String,
    },
    /// It had not ended long after its limit, and was killed.
    Stuck,
    /// The race was stopped.
    Stopped,
}

/// How long after its limit a process may take to say so.
const GRACE: Duration = Duration::from_secs(5);

/// How often to look for a stop.
const LOOK: Duration = Duration::from_millis(20);

/// How long after the end of a process a stop may come that goes with it.
const MOMENT: Duration = Duration::from_millis(250);

/// The end of what it said on standard error that is kept.
const LAST_WORDS: usize = 2000;

/// Runs a task in a process of its own, which is gone when this returns.
pub(crate) fn run(task: &Task, stop: &CancellationToken) -> io::Result<Ending> {
    let mut command = Command::new(own_program()?);
    // Of a panic, the message is what its last words have room for.
    command.env(CASE_VARIABLE, "1").env("RUST_BACKTRACE", "0").stdin(Stdio::piped());
    let mut process = Process(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?);
    let (sender, said) = mpsc::channel();
    let mut out = process.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut err = process.0.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let complaints = thread::spawn(move || read_all(&mut err));
    thread::spawn(move || sender.send(read_all(&mut out)));

    let mut input = process.0.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    // If it is gone already, its exit status tells more.
    let _ = input.write_all(serde_json::to_string(task)?.as_bytes());
    drop(input);

    let give_up = Instant::now() + task.limit + GRACE;
    let reply = loop {
        match said.recv_timeout(LOOK) {
            Ok(reply) => break reply,
            Err(RecvTimeoutError::Disconnected) => break String::new(),
            Err(RecvTimeoutError::Timeout) if stop.reason().is_some() => {
                return Ok(Ending::Stopped);
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() > give_up => return Ok(Ending::Stuck),
            Err(RecvTimeoutError::Timeout) => {}
        }
    };
    let status = process.0.wait()?;
    if let Ok(reply) = serde_json::from_str(&reply) {
        return Ok(Ending::Replied(reply));
    }
    // Ctrl-C goes to the whole group: what has ended this process may be about to stop the race.
    if stop.sleep(MOMENT).is_err() {
        return Ok(Ending::Stopped);
    }
    let last_words = complaints.join().unwrap_or_default();
    let from = last_words.len().saturating_sub(LAST_WORDS);
    let from = last_words.ceil_char_boundary(from);
    Ok(Ending::Crashed { status, last_words: last_words[from..].trim().to_owned() })
}

/// A child process that ends with its owner. Its workers end by themselves, with it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read_all(from: &mut dyn Read) -> String {
    let mut text = Vec::new();
    let _ = from.read_to_end(&mut text); // What came is what there is.
    String::from_utf8_lossy(&text).into_owned()
}

/// This very program, even if its file has been replaced meanwhile.
fn own_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe() }
}
