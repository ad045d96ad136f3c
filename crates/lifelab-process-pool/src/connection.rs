//! A connection of worker processes: one, or two that are connected output to input.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use lifelab_core::{CancelReason, CancellationToken};

use crate::handshake::{Handshake, Mismatch};
use crate::meter::{Meter, Metered};
use crate::os;
use crate::process::Process;
use crate::role::Role;
use crate::start;
use crate::watchdog;
use crate::wire::{self, Frames, WireError};

/// How long the processes of a connection may take to end by themselves when one of them has, before
/// they are killed. A healthy one takes a millisecond, but on a machine that has time.
const DYING: Duration = Duration::from_secs(1);

/// How many bytes of something that is no handshake are shown.
const EXCERPT: usize = 60;

/// How connections are started.
#[derive(Debug)]
pub(crate) struct WorkerCommand {
    /// Another program that hosts workers; `None` is this one.
    pub(crate) program: Option<PathBuf>,
    /// The processes of one connection, first to last.
    pub(crate) roles: &'static [Role],
    /// How long the connection may take for its handshake.
    pub(crate) start_timeout: Duration,
    /// How long it may take from one answer to the next; `None` is for ever.
    pub(crate) answer_timeout: Option<Duration>,
    /// Counts what goes through their pipes.
    pub(crate) meter: Arc<Meter>,
}

/// A running connection of worker processes.
///
/// Messages go into the first process and come out of the last. In a connection of two the first one's
/// output *is* the second one's input: the parent has given its own copy of that pipe's ends away,
/// so that the end of either process is seen by the other, and through it by the parent.
#[derive(Debug)]
pub(crate) struct Connection {
    /// What comes out. Read by the thread that drives the connection, and by no other.
    pub(crate) replies: Frames<Metered<ChildStdout>>,
    /// The I/O that the processes have been told to perform; `None` if none yet.
    pub(crate) io: Option<Option<String>>,
    /// Frames to be written, and the answer that was read last; kept for their memory.
    pub(crate) out: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) handle: Arc<Handle>,
}

/// What several threads share of a connection: the thread that drives it writes units; the one that
/// watches for the stop writes too; and the step's own thread kills.
#[derive(Debug)]
pub(crate) struct Handle {
    /// `None` when closed. Field order is drop order: closing the input lets the processes end by
    /// themselves before they are waited for.
    input: Mutex<Option<Metered<ChildStdin>>>,
    processes: Mutex<Vec<Process>>,
    /// Answers taken so far: counted by the thread that drives the connection, looked at by the watch.
    answers: AtomicU64,
    /// Why the connection was killed, if it hung: set by the thread that watched it, once.
    hang: OnceLock<&'static str>,
    /// Whether it was killed: by then it may have given its last answer, and look healthy.
    killed: AtomicBool,
}

/// Why a connection could not be started.
#[derive(Debug)]
pub(crate) enum StartFailure {
    /// The system refused a process or a thread.
    Refused(io::Error),
    /// It ended before it greeted. Another attempt may succeed.
    Died(String),
    /// It did not shake hands as a worker does, and never will.
    NoWorker(String),
    /// The step was stopped first.
    Stopped,
}

impl Connection {
    /// Starts the processes, and returns when each has greeted.
    pub(crate) fn start(
        command: &WorkerCommand,
        stop: &CancellationToken,
    ) -> Result<Self, StartFailure> {
        if stop.reason().is_some() {
            return Err(StartFailure::Stopped);
        }
        let (handle, output) = spawn(command).map_err(StartFailure::Refused)?;
        let handle = Arc::new(handle);
        let mut connection = Self {
            replies: Frames::new(Metered::new(output, &command.meter)),
            io: None,
            out: Vec::new(),
            body: Vec::new(),
            handle,
        };
        let timeout = command.start_timeout;
        let greeted =
            connection.handle.clone().kill_after(timeout, stop, || connection.shake_hands(command));
        match greeted.map_err(StartFailure::Refused)? {
            (Ok(()), _) => Ok(connection),
            (_, Some(CancelReason::Canceled)) => Err(StartFailure::Stopped),
            (_, Some(CancelReason::Deadline)) if stop.reason().is_some() => {
                Err(StartFailure::Stopped)
            }
            (_, Some(CancelReason::Deadline)) => {
                let silent = format!("did not shake hands within {timeout:?}");
                Err(StartFailure::NoWorker(format!("{silent}: {}", connection.reap(stop))))
            }
            (Err(Silence::Closed), None) => {
                let hang = connection.handle.hang().unwrap_or_default();
                Err(StartFailure::Died(connection.reap(stop) + &hang))
            }
            (Err(Silence::Mismatch(text)), None) => {
                connection.handle.kill();
                Err(StartFailure::NoWorker(format!("{text}: {}", connection.reap(stop))))
            }
        }
    }

    /// Ends the processes, and says how each ended, with its last words.
    ///
    /// Each sees its input or its output closed, and ends by itself; `stop` ends the waiting for it.
    pub(crate) fn reap(self, stop: &CancellationToken) -> String {
        self.handle.close();
        let patience = stop.before(Instant::now() + DYING);
        let mut processes = self.handle.processes();
        let obituaries: Vec<_> = processes.iter_mut().map(|each| each.reap(&patience)).collect();
        obituaries.join("; ")
    }

    fn shake_hands(&mut self, command: &WorkerCommand) -> Result<(), Silence> {
        let ours = Handshake::new(command.program.is_none());
        let mut frame = Vec::new();
        wire::put_frame(&mut frame, |out| ours.put(out));
        // If this fails the process has ended, which the reading below finds out, with the reason.
        let _ = write(&mut self.handle.input(), &frame);
        for _ in command.roles {
            let found = self.replies.peek().map_err(|_| Silence::Closed)?;
            let found = String::from_utf8_lossy(&found[..found.len().min(EXCERPT)]).into_owned();
            match self.replies.read(&mut frame) {
                Ok(()) => {}
                Err(WireError::Closed) => return Err(Silence::Closed),
                Err(_) => return Err(Silence::Mismatch(format!("wrote {found:?}"))),
            }
            match Handshake::parse(&frame).and_then(|theirs| ours.accepts(&theirs)) {
                Ok(()) => {}
                Err(Mismatch::Magic) => {
                    return Err(Silence::Mismatch(format!("wrote {found:?}")));
                }
                Err(mismatch) => return Err(Silence::Mismatch(mismatch.to_string())),
            }
        }
        Ok(())
    }
}

/// Why a handshake was not heard.
enum Silence {
    Closed,
    Mismatch(String),
}

/// Starts the processes of a connection, each reading what the one before it writes.
fn spawn(command: &WorkerCommand) -> io::Result<(Handle, ChildStdout)> {
    let program = command.program.clone().map_or_else(os::own_program, Ok)?;
    let taken = || io::Error::other("a new process without its pipes");
    let mut processes: Vec<Process> = Vec::new();
    for &role in command.roles {
        let input = match processes.last_mut() {
            None => Stdio::piped(),
            Some(before) => before.take_output().ok_or_else(taken)?.into(),
        };
        processes.push(Process::spawn(&program, role, input)?);
    }
    let input = processes.first_mut().and_then(Process::take_input).ok_or_else(taken)?;
    let output = processes.last_mut().and_then(Process::take_output).ok_or_else(taken)?;
    let input = Metered::new(input, &command.meter);
    let handle = Handle {
        input: Some(input).into(),
        processes: processes.into(),
        answers: AtomicU64::new(0),
        hang: OnceLock::new(),
        killed: AtomicBool::new(false),
    };
    Ok((handle, output))
}

impl Handle {
    /// Notes an answer.
    pub(crate) fn answered(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// How many answers there have been.
    pub(crate) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    /// Whether one of the processes is suspended.
    pub(crate) fn is_suspended(&self) -> bool {
        self.processes().iter().any(Process::is_suspended)
    }

    /// Kills a connection that hangs, and remembers the cause.
    pub(crate) fn end_hang(&self, cause: &'static str) {
        self.hang.get_or_init(|| cause);
        self.kill();
    }

    /// Why it was killed, if it hung; as the end of a sentence.
    pub(crate) fn hang(&self) -> Option<String> {
        self.hang.get().map(|cause| format!(", and was killed because {cause}"))
    }

    /// Writes frames, unless `stop` has fired: then it returns false.
    ///
    /// The look at `stop` and the write are one, under the lock: a stop frame that is written when
    /// `stop` has fired then never comes before the step that it ends.
    pub(crate) fn send(&self, frames: &[u8], stop: &CancellationToken) -> io::Result<bool> {
        let mut input = self.input();
        if stop.reason().is_some() {
            return Ok(false);
        }
        write(&mut input, frames)?;
        Ok(true)
    }

    /// Tells the processes to end the waits of the step.
    pub(crate) fn send_stop(&self) -> io::Result<()> {
        let mut frame = Vec::new();
        wire::put(&mut frame, &wire::Message::Stop, |_| {});
        write(&mut self.input(), &frame)
    }

    /// Closes the input, so that the processes end.
    pub(crate) fn close(&self) {
        // A thread that holds the lock is blocked in writing to a process that does not read; that
        // process must be killed, and cannot be closed.
        if let Ok(mut input) = self.input.try_lock() {
            *input = None;
        }
    }

    /// Kills all processes.
    pub(crate) fn kill(&self) {
        self.killed.store(true, Ordering::Release);
        self.processes().iter_mut().for_each(Process::kill);
    }

    /// Whether it was killed, so that no later step can use it.
    pub(crate) fn is_killed(&self) -> bool {
        self.killed.load(Ordering::Acquire)
    }

    /// Does `work`, and kills the processes if it takes longer than `limit` or `stop` fires: then
    /// the reason is returned too. They are killed as well if they hang.
    fn kill_after<T>(
        &self,
        limit: Duration,
        stop: &CancellationToken,
        work: impl FnOnce() -> T,
    ) -> io::Result<(T, Option<CancelReason>)> {
        let done = AtomicBool::new(false);
        let watched = match Instant::now().checked_add(limit) {
            Some(deadline) => stop.child().before(deadline),
            None => stop.child(),
        };
        thread::scope(|scope| {
            let watch = || {
                watchdog::end_suspension(self, &watched);
                let reason = watched.wait();
                let late = !done.load(Ordering::Acquire);
                late.then(|| self.kill()).map(|()| reason)
            };
            let watch = start::start("lifelab-watch", |thread, started| {
                thread.spawn_scoped(scope, move || {
                    started.tell();
                    watch()
                })
            })?;
            let result = work();
            done.store(true, Ordering::Release);
            watched.cancel();
            Ok((result, watch.join().expect("the watch does not panic")))
        })
    }

    fn input(&self) -> MutexGuard<'_, Option<Metered<ChildStdin>>> {
        self.input.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn processes(&self) -> MutexGuard<'_, Vec<Process>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(input: &mut Option<impl Write>, frames: &[u8]) -> io::Result<()> {
    input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(frames)
}
