//! The process-pool stepper: child processes that compute units of work sent over pipes.
//!
//! The children are started from the program's own executable at the first step that needs them,
//! not more of them than that step has units, and serve every step after it. Each is sent units and
//! answers them one after another, and performs the cells' I/O, which it rebuilds from its
//! [wire text](lifelab_core::CellIo::wire). A program that uses the pool begins with one call, by
//! which it finds out whether it *is* such a child:
//!
//! ```standalone_crate
//! use std::sync::Arc;
//! use lifelab_core::{CellIo, Context, Grid, Idle, Rule, Stepper, CancellationToken, Topology};
//! use lifelab_process_pool::ProcessPool;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     lifelab_process_pool::host_workers(|wire| match wire {
//!         "none" => Ok(Arc::new(Idle) as Arc<dyn CellIo>),
//!         other => Err(format!("unknown I/O {other:?}")),
//!     });
//!
//!     let mut blinker: Grid = ".....
//!                              ..O..
//!                              ..O..
//!                              ..O..
//!                              .....".parse()?;
//!     blinker.fill_halo(Topology::Torus);
//!     let mut next = Grid::new(5, 5)?;
//!     let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
//!     ProcessPool::new(2)?.step(&Arc::new(blinker), &mut next, &cx)?;
//!     assert_eq!(next, "..... ..... .OOO. ..... .....".replace(' ', "\n").parse()?);
//!     Ok(())
//! }
//! ```
//!
//! **Good for** cells whose I/O must not share a process: because it may crash, leak or hold a
//! global lock; and for work of high leverage, little data for much computation. In languages
//! whose threads cannot compute in parallel it is the only way to use all processors. In Rust,
//! threads can, so isolation is the reason to choose it.
//!
//! **Costs** a message there and one back for each unit: it is encoded, written, read, decoded,
//! and so is its answer. With one unit at a time, that is tens of microseconds, most of it spent in
//! waking the other side up. With more [in flight](Options::in_flight), frames are written and read
//! in batches, and it is a few. A row or a band costs no more messages than a cell, and its bytes
//! are copied as they are. The example `overhead` measures all this. Besides, a process costs a
//! millisecond to start, and memory that threads would share: its own, and the few bands that it
//! holds, each as it came and as its answer. Under [`Grain::Auto`] that is some megabytes, however
//! large the grid, unless its rows have more than some hundred thousand cells: bands that do not
//! wait are sent with 24 rows above and below, for 24 generations at once.
//!
//! **Fails** with the first failing cell in reading order, as all steppers do. A panic in a cell's
//! I/O is that cell's failure, and the worker lives on. A worker that dies, whether killed, by
//! `exit` or for writing something that is no frame, is noticed at once by the end of its pipe. It
//! is reaped and replaced, and its open units are done again, which is safe because what I/O does
//! depends on the site alone. The step's report [says so](lifelab_core::Warning::WorkerRestarted),
//! with exit status and last words. After [`Options::restarts`] deaths the step fails with
//! [`StepErrorKind::Worker`]; the next step starts afresh.
//!
//! # Two arrangements
//! In a [`Pool`](Arrangement::Pool), each child does both phases of a cell. In a
//! [`Chain`](Arrangement::Chain), two children are connected as in a shell's pipeline: the output
//! of the one that counts neighbors *is* the input of the one that applies the rule. What the first
//! finds wrong with a cell travels down the connection as a value, for an earlier cell can still
//! fail in the second phase. If either process dies, both are replaced, and all units that were in
//! the connection are done again. `workers` connections stand side by side; `workers: 1` is the
//! plain pipeline. Cells that wait go through a chain one by one, so that the phases of one band
//! can overlap. If no cell waits, there is no first phase to speak of: the kernel does both in one
//! pass over words, so the first process hands a band's rows on as they are, and the second
//! computes it. Such a chain is a pool whose connections have a detour. It is here to show how
//! phases stream through processes, not to be fast.
//!
//! # Classic mistakes, and what is done here
//! - *Both sides write, nobody reads.* When pipes fill up in both directions, parent and child wait
//!   for each other for ever. A worker's reading thread does nothing but read, into a queue with
//!   room for all units that the parent may have in flight. So every write ends.
//! - *The parent keeps its copy of a pipe.* Then a child never sees the end of its input, nor the
//!   other that nobody reads its output. Here the pipe between two children is moved into the
//!   second as its standard input, and closed in the parent with that.
//! - *Orphans.* A worker's reading thread ends the process when its input ends, in the middle of a
//!   wait too; the system closes the pipe however the parent ends.
//! - *Zombies.* Every process is owned by a value that reaps it when dropped.
//! - *Ctrl-C reaches the children first.* They have process groups of their own, so the terminal
//!   signals the parent alone.
//! - *A child waits for ever to say something on standard error.* A thread drains it, and keeps the
//!   last 4 KiB.
//! - *A print corrupts the protocol.* In a worker, standard output is standard error.
//! - *A fork bomb.* If the program forgets the call, its children run its ordinary `main`, and
//!   could start children. A process that was started as a worker cannot build a pool; and the
//!   parent believes no process that has not greeted it as a worker of its own version and build
//!   does.
//! - *The failure that waits behind hanging cells.* A connection takes its units in reading order,
//!   also when they are done again, and hands each on before it begins the next. So no cell waits
//!   behind a later one, which may never return.
//! - *A child that is suspended.* It neither answers nor dies. But the system knows, and is asked
//!   four times a second: a connection that is suspended for two seconds is killed and replaced.
//! - *A stop that waits for the deaf.* Workers are told to stop, and end their waits; a worker that
//!   has not done so after 25 ms is killed, and replaced at the next step. That may hit a band that
//!   is too tall for the kernel to finish in this time.
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod connection;
mod driver;
mod handler;
mod handshake;
mod meter;
mod os;
mod process;
mod role;
mod size;
mod start;
mod step;
mod unit;
mod watchdog;
mod watching;
mod wire;
mod worker;

use std::env;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use lifelab_core::profile::{Cores, InFlight, Profile, ThreadCount};
use lifelab_core::{
    AddressSpace, Capabilities, Context, FanIn, Grain, Grid, StartError, StepError, StepErrorKind,
    StepReport, Stepper, StepperFactory, Units,
};

use connection::{Connection, WorkerCommand};
use role::Role;
use step::{SchedulerState, Work};
use watching::Watching;
use wire::HEADER_LIMIT;

pub use worker::{host_workers, read_anything};

/// The environment variable that makes a program a worker, and says of which kind.
///
/// A cell's I/O that itself starts programs which host workers removes it from their environment.
pub const WORKER_VARIABLE: &str = "LIFELAB_PROCESS_POOL_WORKER";

/// Options of the [`ProcessPool`] stepper.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What one unit of work is. A unit is a message there and one back, so cells that do not wait
    /// want bands; [`Grain::Auto`] makes them a mebibyte at most, or a row if that takes more, or,
    /// for several generations at once, 48 rows and as many around them. In a
    /// [chain](Arrangement::Chain), cells that wait are units whatever this says.
    pub grain: Grain,
    /// How many connections of worker processes work side by side, at most
    /// [`Options::MAX_WORKERS`]. The default is the number of processors.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub workers: NonZeroUsize,
    /// Whether a connection is one process, or one for each phase.
    pub arrangement: Arrangement,
    /// How many units a connection holds at most, from 1 to [`Options::MAX_IN_FLIGHT`]. With 1, it
    /// is idle while the parent takes an answer and sends the next unit; with more, units wait in
    /// the connection, in memory: so of bands it holds no more than 4 MiB, or two if those are
    /// larger. A connection never holds more than its share of the units left, so that towards the
    /// end of a generation none waits while another connection is idle.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub in_flight: NonZeroUsize,
    /// How many connections that died may be replaced in one step, before the step fails.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub restarts: u32,
    /// How long a worker process may take to start.
    #[serde(with = "lifelab_core::duration")]
    pub start_timeout: Duration,
    /// How long a connection may take from one answer to the next, before it is killed and its work
    /// done again by another. By default it is for ever, for cells may wait for long; where
    /// processes may hang, make it longer than the longest wait of a unit. A process that is
    /// suspended (SIGSTOP) is found out without it: its connection is replaced within three
    /// seconds.
    #[serde(with = "lifelab_core::duration::optional", skip_serializing_if = "Option::is_none")]
    pub answer_timeout: Option<Duration>,
    /// A program that hosts workers; by default it is this one, and must be of the same build.
    /// Another need only be built from the same version of this crate.
    pub program: Option<PathBuf>,
}

/// What a connection of worker processes is made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Arrangement {
    /// One process, which does both phases of each cell.
    #[default]
    Pool,
    /// Two processes, connected like a pipeline in a shell: `parent | count neighbors | apply the
    /// rule | parent`.
    Chain,
}

impl Options {
    /// The most connections: each takes a thread, and each of its processes another, and three
    /// pipes.
    pub const MAX_WORKERS: usize = 1024;

    /// The most units in a connection: a worker's queue has room for no more.
    pub const MAX_IN_FLIGHT: usize = 1024;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            grain: Grain::Auto,
            workers: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            arrangement: Arrangement::Pool,
            in_flight: const { NonZeroUsize::new(16).expect("not zero") },
            restarts: 8,
            start_timeout: Duration::from_secs(10),
            answer_timeout: None,
            program: None,
        }
    }
}

impl Arrangement {
    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Pool => &[Role::Both],
            Self::Chain => &[Role::Neighbors, Role::Rule],
        }
    }
}

/// Steps cells in worker processes.
#[derive(Debug)]
pub struct ProcessPool {
    grain: Grain,
    in_flight: usize,
    restarts: u32,
    command: WorkerCommand,
    connections: Vec<Option<Connection>>,
}

impl Stepper for ProcessPool {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let refused = |kind| StepError::new(cx.generation, kind);
        let io = wire_text(cx).map_err(refused)?;
        let units = self.units(now, cx);
        let payload_limit = size::payload(units, now, cx.generations()).map_err(refused)?;
        let fan_in = FanIn::new(units, next, cx);
        let connections = self.connections.len().min(units.len());
        let work = Work {
            now,
            units,
            cx: fan_in.context().clone(),
            io,
            watching: cx.probe.as_deref().map(Watching::with),
            payload_limit,
            command: &self.command,
            connections,
            in_flight: self.in_flight.min(size::window(payload_limit)),
            state: SchedulerState::new(self.restarts),
        };
        let meter = &self.command.meter;
        meter.take(); // What a step has left behind that failed.
        let report = step::run(&work, &mut self.connections[..connections], fan_in)?;
        Ok(report.with_traffic(meter.take()))
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(self.connections.len(), self.command.roles, self.grain)
    }
}

impl ProcessPool {
    /// A pool of `workers` processes, each started by the first step that needs it;
    /// [`with_options`](StepperFactory::with_options) takes more options.
    ///
    /// # Errors
    /// If there are none, or more than [`Options::MAX_WORKERS`], or this process is itself a
    /// worker.
    pub fn new(workers: usize) -> Result<Self, StartError> {
        let workers = StartError::check_workers(workers)?;
        Self::with_options(Options { workers, ..Options::default() })
    }

    /// The units of this step.
    ///
    /// A band goes from one process of a chain to the next as a whole. If its cells wait, one that
    /// hangs in the first phase would hold up an earlier one whose failure in the second phase
    /// ends the generation.
    fn units(&self, now: &Grid, cx: &Context) -> Units {
        let divide = |grain: Grain| grain.divide(now, self.connections.len(), cx);
        let is_chain = self.command.roles.len() > 1;
        if is_chain && !cx.is_idle() {
            return divide(Grain::Cell);
        }
        divide(size::limit(self.grain, divide(self.grain), now, cx.generations()))
    }
}

fn capabilities(connections: usize, roles: &[Role], grain: Grain) -> Capabilities {
    let capabilities = match roles {
        [_] => Capabilities::remote(connections),
        _ => Capabilities::remote(2 * connections).in_stages(connections, connections),
    };
    capabilities.hopping(grain.hops())
}

/// From what the workers rebuild the cells' I/O; `None` if the cells do not wait.
fn wire_text(cx: &Context) -> Result<Option<String>, StepErrorKind> {
    if cx.is_idle() {
        return Ok(None);
    }
    let unsupported = |message: &str| StepErrorKind::Unsupported {
        message: message.into(),
        remedy:
            "implement `CellIo::wire`, and let the call of `host_workers` understand its text; \
                 or take a stepper that stays in this process"
                .into(),
    };
    let text = cx.io.wire().ok_or_else(|| {
        unsupported("the cells' I/O has no wire text from which a worker process could rebuild it")
    })?;
    if text.len() > HEADER_LIMIT / 2 {
        return Err(unsupported("the wire text of the cells' I/O is longer than 512 KiB"));
    }
    Ok(Some(text))
}

impl Drop for ProcessPool {
    /// Ends all processes at once: they see their input's end together, then are reaped in turn.
    fn drop(&mut self) {
        self.connections.iter().flatten().for_each(|it| it.handle.close());
    }
}

impl StepperFactory for ProcessPool {
    const NAME: &'static str = "process_pool";
    const SUMMARY: &'static str = "cells in child processes that are sent units of work over pipes";
    type Options = Options;
    /// For each worker the pool has a thread that drives it and one that reads its errors, and the
    /// worker one that reads and one that works.
    const PROFILES: &'static [Profile] = &[Profile {
        in_flight: InFlight::Workers(128),
        cores: Cores::All,
        takes_bands: true,
        threads: ThreadCount { base: 1, each: 4, per_core: 0 },
        carrier: "process",
        ..Profile::PLAIN
    }];

    fn capabilities(options: &Options) -> Capabilities {
        capabilities(options.workers.get(), options.arrangement.roles(), options.grain)
    }

    fn with_options(options: Options) -> Result<Self, StartError> {
        let Options {
            grain,
            workers,
            arrangement,
            in_flight,
            restarts,
            start_timeout,
            answer_timeout,
            program,
        } = options;
        let within = |name: &str, number: NonZeroUsize, limit: usize| {
            let error = || StartError {
                message: format!("{name} is {number}"),
                remedy: format!("it can be {limit} at most"),
            };
            if number.get() <= limit { Ok(number.get()) } else { Err(error()) }
        };
        let workers = within("workers", workers, Options::MAX_WORKERS)?;
        let in_flight = within("in_flight", in_flight, Options::MAX_IN_FLIGHT)?;
        // Without this, a program that forgets to host its workers would start itself for ever.
        if env::var_os(WORKER_VARIABLE).is_some() {
            return Err(StartError {
                message: "this process is itself a worker of a process pool, and may start none"
                    .into(),
                remedy: "call `lifelab_process_pool::host_workers` first in `main`".into(),
            });
        }
        // A thread drives each connection, one watches while it starts, and one listens to each
        // process.
        let threads = 2 + arrangement.roles().len();
        AddressSpace::check_workers(workers, threads, start::STACK)?;
        let meter = Arc::default();
        let command = WorkerCommand {
            program,
            roles: arrangement.roles(),
            start_timeout,
            answer_timeout,
            meter,
        };
        let connections = (0..workers).map(|_| None).collect();
        Ok(Self { grain, in_flight, restarts, command, connections })
    }
}
