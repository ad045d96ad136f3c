//! One turn of a contender from outside: start, warm up, measure, end.
//!
//! It is timed twice, by its own clock around fan-out and fan-in of each generation, and by the
//! harness' from a request to its answer. Its own times are the samples, for what lies between them,
//! such as reading and writing rows, is no concurrency model's; the harness' time is there to check them.

use std::time::{Duration, Instant};

use lifelab::CancellationToken;
use lifelab::core::number::counted;
use lifelab::core::{Capabilities, StateHash};
use lifelab::io::{EchoService, IoSpec, Service, Transport, Wait};

use crate::child::Threads;
use crate::contender::ContenderSpec;
use crate::contender::belief::{Timed, checked, disbelief};
use crate::contender::program::{Program, Silence};
use crate::contender::protocol::{self, Hello, Reply, Request, RequestedIo, VERSION};
use crate::contender::trouble::{Trouble, cannot_start, garbage, protocol_error};
use crate::floor;
use crate::results::{Round, Usage};
use crate::tree::{Consumed, Tree};
use crate::universe::Universe;

/// The warm-up is this fraction of what is timed.
const WARM_UP: u32 = 5;

/// The share of the time that is left for which generations are asked.
const SHARE: f64 = 0.8;

/// Bytes that a line may have beside the rows: times of generations, and whatever names they have.
const LINE: usize = 1 << 16;
const LINE_PER_GENERATION: usize = 32;

/// How often the clocks may disagree before a contender is not believed.
const DOUBTS: u64 = 3;

/// How much effort goes into a turn.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) generations: u64,
    pub(crate) budget: Duration,
    pub(crate) limit: Duration,
}

/// How a turn ends.
pub(crate) enum Ended {
    Measured(Box<Answer>),
    Failed(Trouble),
    Stopped,
}

/// What a contender came to.
pub(crate) struct Answer {
    pub(crate) round: Round,
    /// The last generation, by its number in the universe.
    pub(crate) generation: u64,
    pub(crate) capabilities: Capabilities,
    pub(crate) warnings: Vec<String>,
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

/// Gives a contender its turn. All its processes are gone when this returns.
pub(crate) fn turn(
    contender: &ContenderSpec,
    universe: &Universe,
    io: &IoSpec,
    effort: Effort,
    stop: &CancellationToken,
) -> Ended {
    let service = match service(io) {
        Ok(service) => service,
        Err(error) => return Trouble { kind: "start", error }.into(),
    };
    let reaped = Consumed::of_reaped();
    let begun = Instant::now();
    let program = match Program::start(&contender.command, longest(universe, effort)) {
        Ok(program) => program,
        Err(error) => return cannot_start(&contender.command, &error).into(),
    };
    let mut turn = Turn {
        program,
        universe,
        requested: RequestedIo::of(io, service.as_ref().map(EchoService::address)),
        workers: contender.workers.get(),
        deadline: begun + effort.limit,
        limit: effort.limit,
        stop,
        state: State { rows: protocol::rows(&universe.start), generation: universe.generation },
    };
    match turn.measure(begun, effort) {
        Err(ended) => ended,
        Ok(seen) => {
            let warnings = turn.program.end();
            let switches = Consumed::of_reaped().since(&reaped).since(&seen.before_any);
            conclude(universe, io, service.as_ref(), seen, &switches, warnings)
        }
    }
}

/// A contender that runs, and how far it is.
struct Turn<'a> {
    program: Program,
    universe: &'a Universe,
    requested: RequestedIo,
    workers: usize,
    deadline: Instant,
    limit: Duration,
    stop: &'a CancellationToken,
    state: State,
}

/// A universe as it travels.
struct State {
    rows: Vec<String>,
    generation: u64,
}

/// All that was seen in a turn.
struct Seen {
    start_up: Duration,
    warm_up: u64,
    timed: Timed,
    last: u64,
    threads: u64,
    base_memory: u64,
    tree: Tree,
    before_any: Consumed,
    consumed: Consumed,
}

impl Turn<'_> {
    fn measure(&mut self, begun: Instant, effort: Effort) -> Result<Seen, Ended> {
        self.greet()?;
        let start_up = begun.elapsed();
        let pid = self.program.pid();
        let (base_memory, before_any) = (Tree::under(pid).memory, Consumed::under(pid));
        let threads = Threads::start(pid);
        let mut warm_up = 1;
        let mut pace = self.ask(1)?.took;
        let more =
            generations(effort.generations / u64::from(WARM_UP), effort.budget / WARM_UP, pace);
        if effort.budget / WARM_UP > pace && more > 0 {
            pace = self.ask(more)?.took.div_f64(more as f64);
            warm_up += more;
        }
        let threads = threads.peak();
        let left = self.deadline.saturating_duration_since(Instant::now()).mul_f64(SHARE);
        let asked = generations(effort.generations, effort.budget.min(left), pace).max(1);
        let (timed, consumed, discarded) = self.believed(asked)?;
        warm_up += discarded;
        let tree = Tree::under(pid);
        let last = self.state.generation;
        Ok(Seen {
            start_up,
            warm_up,
            timed,
            last,
            threads,
            base_memory,
            tree,
            before_any,
            consumed,
        })
    }

    /// Has generations computed until the two clocks agree, for a busy machine may keep the harness from
    /// looking at its own in time. Who leaves out time always does. Tells what was used up, and how many
    /// generations do not count.
    fn believed(&mut self, generations: u64) -> Result<(Timed, Consumed, u64), Ended> {
        let (pid, cells) = (self.program.pid(), self.universe.start.area());
        let mut discarded = 0;
        loop {
            let before = Consumed::under(pid);
            let timed = self.ask(generations)?;
            let consumed = Consumed::under(pid).since(&before);
            match disbelief(&timed.times, timed.took, cells) {
                None => return Ok((timed, consumed, discarded)),
                Some(_) if discarded < DOUBTS * generations => discarded += generations,
                Some(error) => return Err(Trouble { kind: "clock", error }.into()),
            }
        }
    }

    /// Waits until the program is ready.
    fn greet(&mut self) -> Result<(), Ended> {
        let line = self.line("start")?;
        let hello: Hello = serde_json::from_slice(&line).map_err(|_| {
            garbage(&line, "{\"lifelab_contender\": 1}, which says that it is ready")
        })?;
        if hello.lifelab_contender == VERSION {
            return Ok(());
        }
        let error = format!(
            "it speaks version {} of the protocol, and this is version {VERSION}",
            hello.lifelab_contender
        );
        Err(Trouble { kind: "protocol", error }.into())
    }

    /// Has generations computed.
    fn ask(&mut self, generations: u64) -> Result<Timed, Ended> {
        if let Some(said) = self.program.unasked() {
            let said = said.unwrap_or_default();
            return Err(garbage(&said, "nothing, for nothing was asked").into());
        }
        let State { rows, generation } = &self.state;
        let request = Request::new(
            self.universe,
            &self.requested,
            self.workers,
            rows,
            *generation,
            generations,
        );
        let request = request.to_line().map_err(|error| protocol_error(error.to_string()))?;
        let begin = Instant::now();
        self.program.request(request);
        let line = self.line(&counted(generations, "generation"))?;
        let took = begin.elapsed();
        let reply: Reply = serde_json::from_slice(&line)
            .map_err(|_| garbage(&line, "a JSON object with times_ns and rows, or error"))?;
        let timed = checked(reply, took, generations, self.universe).map_err(Ended::from)?;
        self.state = State {
            rows: protocol::rows(&timed.grid),
            generation: self.state.generation + generations,
        };
        Ok(timed)
    }

    fn line(&mut self, awaited: &str) -> Result<Vec<u8>, Ended> {
        let silence = match self.program.line(self.deadline, self.stop) {
            Ok(line) => return Ok(line),
            Err(silence) => silence,
        };
        let (kind, error) = match silence {
            Silence::Stopped => return Err(Ended::Stopped),
            Silence::Hung => (
                "limit",
                format!("no answer within {:?} (to {awaited}), and it was killed", self.limit),
            ),
            Silence::Ended(Some(status)) => ("crashed", format!("its process ended ({status})")),
            Silence::Ended(None) => ("crashed", "it closed its output".to_owned()),
            Silence::TooMuch(bytes) => {
                ("protocol", format!("it said more than {bytes} bytes in a line, and was killed"))
            }
        };
        let words = self.program.last_words();
        let error =
            if words.is_empty() { error } else { format!("{error}; its last words: {words:?}") };
        Err(Trouble { kind, error }.into())
    }
}

/// Makes a result of what was seen, if it can be believed.
fn conclude(
    universe: &Universe,
    io: &IoSpec,
    service: Option<&EchoService>,
    seen: Seen,
    switches: &Consumed,
    warnings: Vec<String>,
) -> Ended {
    let Seen { start_up, warm_up, timed, last, threads, base_memory, tree, consumed, .. } = seen;
    let (samples, cells) = (timed.times.len() as u32, universe.start.area());
    let all = warm_up + u64::from(samples);
    let requests = service.map_or(0, EchoService::requests);
    let least = floor::calls(cells, io, false).saturating_mul(all);
    if service.is_some() && requests < least {
        let error = format!(
            "the service was asked {requests} times, and {least} requests at least were expected: one \
             for every cell in every generation"
        );
        return Trouble { kind: "calls", error }.into();
    }
    let usage = Usage {
        user: consumed.user / samples,
        system: consumed.system / samples,
        peak_memory: tree.peak_memory,
        base_memory,
        peak_threads: threads,
        processes: tree.processes,
        voluntary_switches: switches.voluntary as f64 / all as f64,
        involuntary_switches: switches.involuntary as f64 / all as f64,
        io_calls: requests as f64 / all as f64,
        start_up,
        wall: timed.took / samples,
        ..Usage::default()
    };
    let state_hash = StateHash::of(&timed.grid).to_string();
    Ended::Measured(Box::new(Answer {
        round: Round { warm_up, samples: timed.times, state_hash, usage },
        generation: last,
        capabilities: timed.capabilities,
        warnings,
    }))
}

/// How many generations fit in a time.
fn generations(most: u64, time: Duration, pace: Duration) -> u64 {
    let fitting = time.as_secs_f64() / pace.as_secs_f64().max(1e-9);
    (fitting as u64).min(most)
}

/// Bytes of the longest line that a contender may say.
fn longest(universe: &Universe, effort: Effort) -> usize {
    let (width, height) = (universe.start.width() as usize, universe.start.height() as usize);
    let times = usize::try_from(effort.generations).unwrap_or(usize::MAX);
    let rows = height.saturating_mul(width.saturating_add(8));
    LINE.saturating_add(rows).saturating_add(times.saturating_mul(LINE_PER_GENERATION))
}

/// The service that cells ask, if they do.
fn service(io: &IoSpec) -> Result<Option<EchoService>, String> {
    let Wait::Socket(socket) = &io.wait else { return Ok(None) };
    let transport = if socket.service == Service::Unix { Transport::Unix } else { Transport::Tcp };
    EchoService::limited(transport, io.limits).map(Some).map_err(|error| error.to_string())
}
