//! The thread that drives one connection: it claims units, sends them, and takes the answers.

use std::collections::VecDeque;
use std::sync::PoisonError;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use lifelab_core::{Outcome, StepErrorKind, Surroundings};

use crate::connection::{Connection, StartFailure};
use crate::step::{ActiveHandle, Event, Work};
use crate::wire::{self, Message, WireError};

/// Bytes of frames that are written at once.
const BATCH: usize = 1 << 16;

/// The pause after a start that failed; each further failure in a row doubles it, up to a limit.
const BACKOFF: Duration = Duration::from_millis(10);
const MAX_DOUBLINGS: u32 = 4;

/// Drives one connection for one step.
pub(crate) struct Driver<'a> {
    work: &'a Work<'a>,
    /// The connection's place among all connections.
    index: usize,
    /// The connection, kept from step to step; empty before the first, and after a death.
    slot: &'a mut Option<Connection>,
    active_handle: &'a ActiveHandle,
    events: SyncSender<Event>,
    /// Units claimed and not answered. Answers come in this order.
    held: VecDeque<usize>,
    /// How many of them, from the front, the connection has been sent.
    sent: usize,
    failed_starts: u32,
}

/// Why a connection cannot go on.
enum Trouble {
    /// The step is over.
    Stopped,
    /// It died. Another may do its work.
    Died(String),
    /// Another would fare no better.
    Hopeless(StepErrorKind),
}

/// Why there is no answer.
enum Broken {
    Wire(WireError),
    Refused(String),
}

impl<'a> Driver<'a> {
    pub(crate) fn new(
        work: &'a Work<'a>,
        index: usize,
        slot: &'a mut Option<Connection>,
        active_handle: &'a ActiveHandle,
        events: SyncSender<Event>,
    ) -> Self {
        let held = VecDeque::new();
        Self { work, index, slot, active_handle, events, held, sent: 0, failed_starts: 0 }
    }

    /// Works until no unit is left, or the step is over.
    pub(crate) fn run(mut self) {
        loop {
            self.held.extend(self.claim(self.held.len()));
            if self.held.is_empty() {
                return;
            }
            match self.shift() {
                Ok(()) | Err(Trouble::Stopped) => return,
                Err(Trouble::Died(message)) if self.work.state.may_restart() => {
                    self.tell(Event::Restarted(message));
                    self.back_off();
                }
                Err(Trouble::Died(message)) => {
                    let message = format!("{message}; no more restarts are allowed in this step");
                    return self.tell(Event::Lost(StepErrorKind::Worker { message }));
                }
                Err(Trouble::Hopeless(kind)) => return self.tell(Event::Lost(kind)),
            }
        }
    }

    /// Works with one connection, which is started if there is none, and kept if it stays healthy.
    fn shift(&mut self) -> Result<(), Trouble> {
        let mut connection = match self.slot.take() {
            Some(connection) => connection,
            None => self.start()?,
        };
        self.hold(Some(&connection));
        self.sent = 0;
        match self.serve(&mut connection) {
            Ok(()) => {
                *self.slot = Some(connection);
                Ok(())
            }
            Err(broken) => Err(self.examine(connection, broken)),
        }
    }

    fn start(&mut self) -> Result<Connection, Trouble> {
        let failure = match Connection::start(self.work.command, &self.work.cx.stop) {
            Ok(connection) => {
                self.failed_starts = 0;
                return Ok(connection);
            }
            Err(failure) => failure,
        };
        self.failed_starts += 1;
        Err(match failure {
            StartFailure::Stopped => Trouble::Stopped,
            StartFailure::Died(text) => Trouble::Died(format!("{text}, before it greeted; {CALL}")),
            StartFailure::NoWorker(message) => {
                Trouble::Hopeless(StepErrorKind::Unsupported { message, remedy: CALL.into() })
            }
            StartFailure::Refused(error) => Trouble::Hopeless(StepErrorKind::Resources {
                message: format!("cannot start a worker process: {error}"),
                remedy: "check the option `program`, take fewer workers, or raise the limits on \
                         processes, open files and address space (ulimit -u, -n, -v)"
                    .into(),
            }),
        })
    }

    /// Sends units and takes answers, until nothing is left to claim.
    fn serve(&mut self, connection: &mut Connection) -> Result<(), Broken> {
        connection.out.clear();
        self.put_preamble(connection);
        self.send_units(connection)?;
        if self.sent > 0 {
            connection.io = Some(self.work.io.clone()); // It went ahead of the first unit.
        }
        while !self.held.is_empty() {
            self.take_answer(connection)?;
            // Answers that are there already are taken together, and their successors sent
            // together: fewer system calls.
            if self.held.is_empty() || !connection.replies.has_more() {
                self.send_units(connection)?;
            }
        }
        Ok(())
    }

    /// What the units of this step have in common.
    fn put_preamble(&self, connection: &mut Connection) {
        let Work { cx, io, payload_limit, watching, .. } = self.work;
        if connection.io.as_ref() != Some(io) {
            wire::put(&mut connection.out, &Message::Io(io.clone()), |_| {});
        }
        let topology = cx.hop_topology().map(Surroundings::topology);
        let step = Message::Step {
            generation: cx.generation,
            origin: cx.origin(),
            rule: cx.rule,
            payload_limit: *payload_limit,
            hop: (cx.generations(), topology.unwrap_or_default()),
            watching: *watching,
        };
        wire::put(&mut connection.out, &step, |_| {});
        connection.replies.limit_payload(*payload_limit);
    }

    /// Sends the units that are held but unsent, and as many others as the connection may hold.
    fn send_units(&mut self, connection: &mut Connection) -> Result<(), Broken> {
        let mut put = self.sent;
        loop {
            if put == self.held.len() {
                self.held.extend(self.claim(put));
            }
            let Some(&unit) = self.held.get(put) else { break };
            self.work.put_unit(unit, &mut connection.out);
            put += 1;
            if connection.out.len() >= BATCH {
                self.send(put, connection)?;
            }
        }
        self.send(put, connection)
    }

    /// Claims the next unit that has to be computed, if the connection should take another.
    fn claim(&self, held: usize) -> Option<usize> {
        loop {
            let unit = self.work.claim(held)?;
            if !self.work.is_unchanged(unit) {
                return Some(unit);
            }
            self.tell(Event::Done(unit, Ok(Outcome::Written)));
        }
    }

    /// Writes what is to be written: with it, the first `put` held units are sent.
    fn send(&mut self, put: usize, connection: &mut Connection) -> Result<(), Broken> {
        if put == self.sent {
            return Ok(());
        }
        let sent = connection.handle.send(&connection.out, &self.work.cx.stop);
        connection.out.clear();
        match sent {
            Ok(true) => self.sent = put,
            Ok(false) => self.held.truncate(self.sent), // The step is over: they never start.
            // Nobody reads any more. What was written last says why, or else the end of the pipe.
            Err(_) => loop {
                self.take_answer(connection)?;
            },
        }
        Ok(())
    }

    /// Takes an answer, or something else that the connection has to say.
    fn take_answer(&mut self, connection: &mut Connection) -> Result<(), Broken> {
        connection.replies.read(&mut connection.body)?;
        let (message, payload) = wire::parse(&connection.body)?;
        let message = match (message, &self.work.cx.probe) {
            (Message::Refused(reason), _) => return Err(Broken::Refused(reason)),
            (Message::Seen { process, role, seen }, Some(probe)) => {
                probe.absorb(process, &role.worker(self.index), seen);
                return Ok(());
            }
            (message, _) => message,
        };
        let unit = match self.held.front() {
            Some(&unit) if self.sent > 0 => unit,
            _ => return Err(WireError::unexpected(&message).into()),
        };
        let outcome = self.work.outcome(unit, &message, payload)?;
        self.held.pop_front();
        self.sent -= 1;
        connection.handle.answered();
        if outcome.is_ok() && !self.work.cx.is_idle() {
            self.work.cx.progress.add(self.work.cells(unit));
            self.work.cx.progress.add_kept(self.work.kept(unit, &message));
        }
        self.tell(Event::Done(unit, outcome));
        Ok(())
    }

    /// Ends a connection that is of no more use, and says what that means for the step.
    fn examine(&self, connection: Connection, broken: Broken) -> Trouble {
        self.hold(None);
        if let Broken::Refused(reason) = broken {
            return Trouble::Hopeless(StepErrorKind::Unsupported {
                message: format!("a worker process cannot rebuild the cells' I/O: {reason}"),
                remedy: "let the call of `host_workers` understand what `CellIo::wire` says".into(),
            });
        }
        if self.work.cx.stop.reason().is_some() {
            connection.handle.kill();
            return Trouble::Stopped;
        }
        let cause = match broken {
            _ if connection.handle.hang().is_some() => connection.handle.hang().unwrap_or_default(),
            Broken::Wire(WireError::Closed) | Broken::Refused(_) => String::new(),
            Broken::Wire(WireError::Truncated { .. }) => " in the middle of an answer".into(),
            Broken::Wire(error) => {
                connection.handle.kill(); // It is alive, and not to be trusted.
                format!(", and was killed because it sent {error}")
            }
        };
        let unit = self.held.front().map_or("nothing".into(), |&unit| self.work.name(unit));
        Trouble::Died(format!(
            "{}{cause}, with {unit} in work",
            connection.reap(&self.work.cx.stop)
        ))
    }

    /// Waits before a start that follows one that failed.
    fn back_off(&self) {
        if let Some(doublings) = self.failed_starts.checked_sub(1) {
            // A stop ends the pause, and the next start.
            let _ = self.work.cx.stop.sleep(BACKOFF * 2_u32.pow(doublings.min(MAX_DOUBLINGS)));
        }
    }

    fn hold(&self, connection: Option<&Connection>) {
        let mut active_handle = self.active_handle.lock().unwrap_or_else(PoisonError::into_inner);
        *active_handle = connection.map(|connection| connection.handle.clone());
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event); // Nobody listens only if the calling thread panics.
    }
}

impl Drop for Driver<'_> {
    /// Reports the end, that of a panic too: the calling thread counts on it.
    fn drop(&mut self) {
        self.hold(None);
        self.tell(Event::Ended);
    }
}

impl From<WireError> for Broken {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

/// What a program must do whose workers do not shake hands.
const CALL: &str = "call `lifelab_process_pool::host_workers` first in `main` of the program that \
                    is to host workers";
