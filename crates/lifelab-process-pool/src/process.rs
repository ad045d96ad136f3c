//! One child process: started, watched, ended and reaped.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use lifelab_core::CancellationToken;

use crate::WORKER_VARIABLE;
use crate::os;
use crate::role::Role;
use crate::start;

/// How long a child may take to end by itself when its input is closed, before it is killed.
const PATIENCE: Duration = Duration::from_millis(100);

/// A child process. Dropped, it is ended and reaped: no zombie remains.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    role: Role,
    /// `None` only if no thread could be started; the process is then ended at once.
    stderr_tail: Option<StderrTail>,
}

impl Process {
    /// Starts `program` as a worker that reads `input`.
    ///
    /// Its settings are in its environment rather than among its arguments, which belong to the
    /// program: a program that does not know of workers must not mistake them for its own.
    pub(crate) fn spawn(program: &Path, role: Role, input: Stdio) -> io::Result<Self> {
        let mut command = Command::new(program);
        // Of a panic, the message is what its last words have room for.
        command.env(WORKER_VARIABLE, role.name()).env("RUST_BACKTRACE", "0");
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        os::separate(&mut command);
        // The command ends here, and with it the parent's copy of `input`: where that is another
        // child's output, only the two children hold the pipe, and each sees the other's end.
        let child = command.spawn()?;
        drop(command);
        let mut process = Self { child, role, stderr_tail: None };
        process.stderr_tail = process.child.stderr.take().map(StderrTail::collect).transpose()?;
        Ok(process)
    }

    /// The ends of its pipes that are the parent's; each can be taken once.
    pub(crate) fn take_input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// See [`take_input`](Self::take_input).
    pub(crate) fn take_output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Kills the child if it still runs.
    pub(crate) fn kill(&mut self) {
        // A child that has been waited for may have left its number to another process.
        if matches!(self.child.try_wait(), Ok(None)) {
            os::kill(&mut self.child);
        }
    }

    /// Whether the child is suspended; it then neither works nor ends by itself.
    pub(crate) fn is_suspended(&self) -> bool {
        os::is_suspended(&self.child)
    }

    /// Ends the child, and says which one it was, how it ended, and its last words.
    ///
    /// It is given a while to end by itself, so that what is told is its own end; a child that
    /// outlasts it is killed, of which nothing is said, for the trouble has another cause.
    pub(crate) fn reap(&mut self, patience: &CancellationToken) -> String {
        let status = self.wait(patience);
        self.kill();
        let _ = self.child.wait(); // Now it is dead: this only reaps it.
        let mut text = format!("{} {}", self.role, self.child.id());
        if let Some(status) = status {
            text += &format!(" ended with {status}");
        }
        match self.stderr_tail.as_mut().map(StderrTail::take) {
            Some(words) if !words.is_empty() => text + &format!(", its last words: {words:?}"),
            _ => text,
        }
    }

    /// Waits for the child to end by itself, until `patience` ends.
    fn wait(&mut self, patience: &CancellationToken) -> Option<ExitStatus> {
        // There is no portable wait with a timeout, and an exiting process takes about this long.
        const POLL: Duration = Duration::from_millis(1);
        loop {
            match self.child.try_wait() {
                Ok(None) => patience.sleep(POLL).ok()?,
                Ok(status) => return status,
                Err(_) => return None, // It has been reaped behind our back: nothing to learn.
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.wait(&CancellationToken::new().before(Instant::now() + PATIENCE));
        self.kill();
        let _ = self.child.wait(); // An error means that there is nothing to reap.
        self.stderr_tail.iter_mut().for_each(StderrTail::finish);
    }
}

/// The end of what a child wrote to its standard error.
///
/// A thread drains the pipe for as long as the child lives, so that a talkative child never blocks.
#[derive(Debug)]
struct StderrTail {
    tail: Arc<Mutex<VecDeque<u8>>>,
    /// The thread, and a channel that it disconnects when it has closed the pipe.
    drain: Option<(Receiver<()>, JoinHandle<()>)>,
}

impl StderrTail {
    const KEPT: usize = 4096;

    /// How long the pipe may stay open after the child's end. Only a process that the child has
    /// started, and that outlives it, can hold it open; the thread then ends with that process.
    const PATIENCE: Duration = Duration::from_secs(2);

    fn collect(mut stderr: ChildStderr) -> io::Result<Self> {
        let tail = Arc::new(Mutex::new(VecDeque::new()));
        let (at_end, end) = sync_channel(0);
        let kept = tail.clone();
        let drain = move || {
            let mut buffer = [0; 1024];
            while let Ok(length @ 1..) = stderr.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&buffer[..length]);
                let excess = kept.len().saturating_sub(Self::KEPT);
                kept.drain(..excess);
            }
            drop(stderr);
            drop(at_end);
        };
        let thread = start::start("lifelab-last-words", |thread, started| {
            thread.spawn(move || {
                started.tell();
                drain();
            })
        })?;
        Ok(Self { tail, drain: Some((end, thread)) })
    }

    /// Waits for the end of the pipe, so that neither thread nor descriptor is left.
    fn finish(&mut self) {
        if let Some((end, thread)) = self.drain.take()
            && end.recv_timeout(Self::PATIENCE) == Err(RecvTimeoutError::Disconnected)
        {
            let _ = thread.join(); // It has nothing left to do, so nothing to panic about.
        }
    }

    fn take(&mut self) -> String {
        self.finish();
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(tail.make_contiguous()).trim().to_owned()
    }
}
