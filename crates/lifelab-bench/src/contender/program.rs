//! A contender's process: requests go in, lines come out, and when it is over nothing of it is left.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};

use lifelab::CancellationToken;

use crate::contender::leftovers::{self, Mark};
use crate::tree::Pid;

/// How often to look for a stop.
const LOOK: Duration = Duration::from_millis(20);

/// How long a program may take to end when its input has.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long standard error may stay open when the program has ended: only processes that it has left
/// behind hold it open.
const LAST_GASP: Duration = Duration::from_secs(5);

/// The end of what it said on standard error that is kept, in bytes.
const LAST_WORDS: usize = 2000;

/// A program that runs, in a process group of its own: Ctrl-C in a terminal is for the harness, which
/// then ends it. Dropped, it is killed, with all that it has started.
pub(super) struct Program {
    child: Child,
    mark: Mark,
    /// Dropped, it closes the program's standard input.
    requests: Option<SyncSender<Vec<u8>>>,
    lines: Receiver<Line>,
    complaints: Complaints,
}

/// What a program says on standard error.
struct Complaints {
    /// The end of it, written by the thread that reads.
    kept: Arc<Mutex<Vec<u8>>>,
    /// Disconnected when there is no more to read.
    end: Receiver<()>,
}

/// Something that a program said.
enum Line {
    Whole(Vec<u8>),
    /// Than this number of bytes.
    TooLong(usize),
}

/// Why there is no line.
pub(super) enum Silence {
    Stopped,
    /// It was still running at the deadline.
    Hung,
    /// It has closed its output; its status, if it has ended, too.
    Ended(Option<ExitStatus>),
    /// It has said more than this number of bytes in a line.
    TooMuch(usize),
}

impl Program {
    /// Starts a program whose lines have at most `longest` bytes.
    pub(super) fn start(command: &[String], longest: usize) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mark = Mark::new();
        let mut command = Command::new(program);
        command.args(arguments).process_group(0).env(leftovers::VARIABLE, mark.text());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = pipes else {
            unreachable!("all three were asked for");
        };
        let (requests, to_write) = mpsc::sync_channel(1);
        thread::spawn(move || write_all(input, &to_write));
        // One line ahead: who says more than was asked waits until somebody reads.
        let (said, lines) = mpsc::sync_channel(1);
        thread::spawn(move || read_lines(output, longest, &said));
        let complaints = Complaints::keep(errors);
        Ok(Self { child, mark, requests: Some(requests), lines, complaints })
    }

    pub(super) fn pid(&self) -> Pid {
        self.child.id() as Pid
    }

    /// Sends a request; nothing is known of what becomes of it.
    pub(super) fn request(&self, line: Vec<u8>) {
        if let Some(requests) = &self.requests {
            let _ = requests.send(line); // Who has gone will not answer, which tells more.
        }
    }

    /// The next line, without its end.
    pub(super) fn line(
        &mut self,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<Vec<u8>, Silence> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(LOOK)) {
                Ok(line) => return line.whole(),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Silence::Ended(self.status_within(FAREWELL)));
                }
                Err(RecvTimeoutError::Timeout) if stop.reason().is_some() => {
                    return Err(Silence::Stopped);
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Err(Silence::Hung),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// What it has said though nobody has asked.
    pub(super) fn unasked(&mut self) -> Option<Result<Vec<u8>, Silence>> {
        match self.lines.try_recv() {
            Ok(line) => Some(line.whole()),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
        }
    }

    /// The end of what it has said on standard error; of a program that has ended, all of that.
    pub(super) fn last_words(&mut self) -> String {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.complaints.end.recv_timeout(LAST_GASP); // What is there is told all the same.
        }
        let kept = self.complaints.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).trim().to_owned()
    }

    /// Ends its input, and then the program. Tells what was wrong with its end.
    pub(super) fn end(mut self) -> Vec<String> {
        self.requests = None;
        let mut warnings = Vec::new();
        match self.status_within(FAREWELL) {
            None => warnings.push(format!(
                "it had not ended {} s after its input had, and was killed",
                FAREWELL.as_secs()
            )),
            Some(status) if !status.success() => {
                warnings
                    .push(format!("at the end of its input it ended with a failure ({status})"));
            }
            Some(_) => {}
        }
        let left = self.clean_up();
        if !left.is_empty() {
            let names = left.join(", ");
            warnings.push(format!("it left processes behind, which were killed: {names}"));
        }
        warnings
    }

    /// How it has ended, if it does so in this time.
    fn status_within(&mut self, time: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + time;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                _ => return None,
            }
        }
    }

    /// Kills all that is left. Returns the names of those whom the program itself has left behind.
    fn clean_up(&mut self) -> Vec<String> {
        let has_ended = matches!(self.child.try_wait(), Ok(Some(_)));
        if !has_ended {
            // Its number is its group's as long as nobody has waited for it.
            let _ = killpg(nix::unistd::Pid::from_raw(self.pid()), Signal::SIGKILL);
            let _ = self.child.wait();
        }
        let left = leftovers::kill(&self.mark);
        if has_ended { left } else { Vec::new() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.clean_up();
    }
}

impl Complaints {
    /// Reads until the end, on a thread, so that the program need not wait.
    fn keep(errors: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (at_end, end) = mpsc::sync_channel(0);
        let to_write = kept.clone();
        thread::spawn(move || {
            keep_the_end(errors, &to_write);
            drop(at_end);
        });
        Self { kept, end }
    }
}

impl Line {
    fn whole(self) -> Result<Vec<u8>, Silence> {
        match self {
            Self::Whole(line) => Ok(line),
            Self::TooLong(limit) => Err(Silence::TooMuch(limit)),
        }
    }
}

/// Writes requests until there are no more, or the program has gone.
fn write_all(mut input: ChildStdin, requests: &Receiver<Vec<u8>>) {
    for request in requests {
        if input.write_all(&request).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

/// Hands on lines until there are no more, one is too long, or nobody wants them.
fn read_lines(output: ChildStdout, longest: usize, said: &SyncSender<Line>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        let read = output.by_ref().take(longest as u64 + 1).read_until(b'\n', &mut line);
        let is_over = !matches!(read, Ok(1..));
        let is_too_long = line.len() > longest;
        let line = if is_too_long { Line::TooLong(longest) } else { Line::Whole(line) };
        if is_over || said.send(line).is_err() || is_too_long {
            return;
        }
    }
}

/// Reads all, and keeps only the end.
fn keep_the_end(mut errors: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut bytes = [0; LAST_WORDS];
    while let Ok(read @ 1..) = errors.read(&mut bytes) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&bytes[..read]);
        let surplus = kept.len().saturating_sub(LAST_WORDS);
        kept.drain(..surplus);
    }
}
