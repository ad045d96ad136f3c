//! The thread that drives one line: it claims units, sends them, and takes the answers.

use std::collections::VecDeque;
use std::sync::PoisonError;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use lifelab_core::{Outcome, StepErrorKind, Surroundings};

use crate::line::{Line, StartFailure};
use crate::step::{Event, Rein, Work};
use crate::wire::{self, Message, WireError};

/// Bytes of frames that are written at once.
const BATCH: usize = 1 << 16;

/// The pause after a start that failed; each further failure in a row doubles it, up to a limit.
const BACKOFF: Duration = Duration::from_millis(10);
const MAX_DOUBLINGS: u32 = 4;

/// Drives one line for one step.
pub(crate) struct Pump<'a> {
    work: &'a Work<'a>,
    /// The line's place among all lines.
    index: usize,
    /// The line, kept from step to step; empty before the first, and after a death.
    slot: &'a mut Option<Line>,
    rein: &'a Rein,
    events: SyncSender<Event>,
    /// Units claimed and not answered. Answers come in this order.
    held: VecDeque<usize>,
    /// How many of them, from the front, the line has been sent.
    sent: usize,
    failed_starts: u32,
}

/// Why a line cannot go on.
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

impl<'a> Pump<'a> {
    pub(crate) fn new(
        work: &'a Work<'a>,
        index: usize,
        slot: &'a mut Option<Line>,
        rein: &'a Rein,
        events: SyncSender<Event>,
    ) -> Self {
        let held = VecDeque::new();
        Self { work, index, slot, rein, events, held, sent: 0, failed_starts: 0 }
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
                Err(Trouble::Died(message)) if self.work.tally.may_restart() => {
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

    /// Works with one line, which is started if there is none, and kept if it stays healthy.
    fn shift(&mut self) -> Result<(), Trouble> {
        let mut line = match self.slot.take() {
            Some(line) => line,
            None => self.start()?,
        };
        self.hold(Some(&line));
        self.sent = 0;
        match self.serve(&mut line) {
            Ok(()) => {
                *self.slot = Some(line);
                Ok(())
            }
            Err(broken) => Err(self.examine(line, broken)),
        }
    }

    fn start(&mut self) -> Result<Line, Trouble> {
        let failure = match Line::start(self.work.recipe, &self.work.cx.stop) {
            Ok(line) => {
                self.failed_starts = 0;
                return Ok(line);
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
    fn serve(&mut self, line: &mut Line) -> Result<(), Broken> {
        line.out.clear();
        self.put_preamble(line);
        self.send_units(line)?;
        if self.sent > 0 {
            line.io = Some(self.work.io.clone()); // It went ahead of the first unit.
        }
        while !self.held.is_empty() {
            self.take_answer(line)?;
            // Answers that are there already are taken together, and their successors sent
            // together: fewer system calls.
            if self.held.is_empty() || !line.replies.has_more() {
                self.send_units(line)?;
            }
        }
        Ok(())
    }

    /// What the units of this step have in common.
    fn put_preamble(&self, line: &mut Line) {
        let Work { cx, io, payload_limit, watching, .. } = self.work;
        if line.io.as_ref() != Some(io) {
            wire::put(&mut line.out, &Message::Io(io.clone()), |_| {});
        }
        let topology = cx.hop_topology().map(Surroundings::topology);
        let step = Message::Step {
            generation: cx.generation,
            births: cx.rule.births(),
            survivals: cx.rule.survivals(),
            payload_limit: *payload_limit,
            hop: (cx.generations(), topology.unwrap_or_default()),
            watching: *watching,
        };
        wire::put(&mut line.out, &step, |_| {});
        line.replies.limit_payload(*payload_limit);
    }

    /// Sends the units that are held but unsent, and as many others as the line may hold.
    fn send_units(&mut self, line: &mut Line) -> Result<(), Broken> {
        let mut put = self.sent;
        loop {
            if put == self.held.len() {
                self.held.extend(self.claim(put));
            }
            let Some(&unit) = self.held.get(put) else { break };
            self.work.put_unit(unit, &mut line.out);
            put += 1;
            if line.out.len() >= BATCH {
                self.send(put, line)?;
            }
        }
        self.send(put, line)
    }

    /// Claims the next unit that has to be computed, if the line should take another.
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
    fn send(&mut self, put: usize, line: &mut Line) -> Result<(), Broken> {
        if put == self.sent {
            return Ok(());
        }
        let sent = line.handle.send(&line.out, &self.work.cx.stop);
        line.out.clear();
        match sent {
            Ok(true) => self.sent = put,
            Ok(false) => self.held.truncate(self.sent), // The step is over: they never start.
            // Nobody reads any more. What was written last says why, or else the end of the pipe.
            Err(_) => loop {
                self.take_answer(line)?;
            },
        }
        Ok(())
    }

    /// Takes an answer, or something else that the line has to say.
    fn take_answer(&mut self, line: &mut Line) -> Result<(), Broken> {
        line.replies.read(&mut line.body)?;
        let (message, payload) = wire::parse(&line.body)?;
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
        line.handle.answered();
        if outcome.is_ok() && !self.work.cx.is_idle() {
            self.work.cx.progress.add(self.work.cells(unit));
            self.work.cx.progress.add_kept(self.work.kept(unit, &message));
        }
        self.tell(Event::Done(unit, outcome));
        Ok(())
    }

    /// Ends a line that is of no more use, and says what that means for the step.
    fn examine(&self, line: Line, broken: Broken) -> Trouble {
        self.hold(None);
        if let Broken::Refused(reason) = broken {
            return Trouble::Hopeless(StepErrorKind::Unsupported {
                message: format!("a worker process cannot rebuild the cells' I/O: {reason}"),
                remedy: "let the call of `host_workers` understand what `CellIo::wire` says".into(),
            });
        }
        if self.work.cx.stop.reason().is_some() {
            line.handle.kill();
            return Trouble::Stopped;
        }
        let cause = match broken {
            _ if line.handle.hang().is_some() => line.handle.hang().unwrap_or_default(),
            Broken::Wire(WireError::Closed) | Broken::Refused(_) => String::new(),
            Broken::Wire(WireError::Truncated { .. }) => " in the middle of an answer".into(),
            Broken::Wire(error) => {
                line.handle.kill(); // It is alive, and not to be trusted.
                format!(", and was killed because it sent {error}")
            }
        };
        let unit = self.held.front().map_or("nothing".into(), |&unit| self.work.name(unit));
        Trouble::Died(format!("{}{cause}, with {unit} in work", line.bury(&self.work.cx.stop)))
    }

    /// Waits before a start that follows one that failed.
    fn back_off(&self) {
        if let Some(doublings) = self.failed_starts.checked_sub(1) {
            // A stop ends the pause, and the next start.
            let _ = self.work.cx.stop.sleep(BACKOFF * 2_u32.pow(doublings.min(MAX_DOUBLINGS)));
        }
    }

    fn hold(&self, line: Option<&Line>) {
        let mut rein = self.rein.lock().unwrap_or_else(PoisonError::into_inner);
        *rein = line.map(|line| line.handle.clone());
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event); // Nobody listens only if the calling thread panics.
    }
}

impl Drop for Pump<'_> {
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

/// What a program must do whose workers do not greet.
const CALL: &str = "call `lifelab_process_pool::host_workers` first in `main` of the program that \
                    is to host workers";
