//! What travels between the harness and a contender from outside: JSON, a line each. `docs/contender.md`
//! explains every field.

use serde::{Deserialize, Serialize};

use lifelab::core::{Counts, OnFault, Phase};
use lifelab::io::{Address, IoSpec, Latency, Service, Wait, Work};
use lifelab::{Grid, Rule};

use crate::universe::Universe;

/// The version of the protocol.
pub(super) const VERSION: u32 = 1;

/// What a contender says when it is ready for requests.
#[derive(Deserialize)]
pub(super) struct Hello {
    pub(super) lifelab_contender: u32,
}

/// Some generations to compute: all that there is to know, each time.
#[derive(Serialize)]
pub(super) struct Request<'a> {
    generations: u64,
    generation: u64,
    width: u32,
    height: u32,
    rows: &'a [String],
    topology: String,
    rule: String,
    birth: Vec<u8>,
    survival: Vec<u8>,
    workers: usize,
    io: &'a RequestedIo,
}

/// What every cell does in each of the phases.
#[derive(Serialize)]
pub(super) struct RequestedIo {
    #[serde(flatten)]
    wait: RequestedWait,
    phases: Vec<&'static str>,
    seed: u64,
}

#[derive(Serialize)]
#[serde(tag = "wait", rename_all = "snake_case")]
enum RequestedWait {
    None,
    Sleep { latency: RequestedLatency },
    Socket { latency: RequestedLatency, address: String },
    Cpu { rounds: u64 },
}

/// Durations in nanoseconds.
#[derive(Serialize)]
#[serde(untagged)]
enum RequestedLatency {
    Fixed { fixed_ns: u64 },
    Uniform { uniform_ns: [u64; 2] },
    Exponential { exponential_ns: u64 },
    LogNormal { log_normal_ns: u64, sigma: f64 },
    Pareto { pareto_ns: u64, shape: f64 },
}

/// What a contender answers.
#[derive(Deserialize)]
pub(super) struct Reply {
    /// Why it cannot do what is asked, if so; then nothing else counts.
    pub(super) error: Option<String>,
    #[serde(default)]
    pub(super) times_ns: Vec<u64>,
    #[serde(default)]
    pub(super) rows: Vec<String>,
    pub(super) concurrency: Option<usize>,
    pub(super) stages: Option<[usize; 2]>,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        universe: &Universe,
        io: &'a RequestedIo,
        workers: usize,
        rows: &'a [String],
        generation: u64,
        generations: u64,
    ) -> Self {
        let listed = |set: u16| (0..=8).filter(|count| set >> count & 1 == 1).collect();
        let none = Counts { births: 0, survivals: 0 }; // Other rules were refused.
        let Counts { births, survivals } = universe.rule.counts().unwrap_or(none);
        Self {
            generations,
            generation,
            width: universe.start.width(),
            height: universe.start.height(),
            rows,
            topology: universe.topology.to_string(),
            rule: universe.rule.to_string(),
            birth: listed(births),
            survival: listed(survivals),
            workers,
            io,
        }
    }

    pub(super) fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

impl RequestedIo {
    /// The I/O for contenders, with the address of the service if it needs one.
    pub(super) fn of(io: &IoSpec, service: Option<&Address>) -> Self {
        let wait = match &io.wait {
            Wait::Sleep(latency) => RequestedWait::Sleep { latency: (*latency).into() },
            Wait::Socket(socket) => RequestedWait::Socket {
                latency: socket.latency.into(),
                address: service.map(ToString::to_string).unwrap_or_default(),
            },
            Wait::Cpu(Work::Rounds(rounds)) => RequestedWait::Cpu { rounds: *rounds },
            _ => RequestedWait::None, // Whatever else there is was refused.
        };
        let phases = [(Phase::Neighbors, "neighbors"), (Phase::Rule, "rule")];
        let phases = phases.into_iter().filter(|(phase, _)| io.phase.contains(*phase));
        Self { wait, phases: phases.map(|(_, name)| name).collect(), seed: io.seed }
    }
}

impl From<Latency> for RequestedLatency {
    fn from(latency: Latency) -> Self {
        let nanos = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match latency {
            Latency::Uniform { from, to } => Self::Uniform { uniform_ns: [nanos(from), nanos(to)] },
            Latency::Exponential { mean } => Self::Exponential { exponential_ns: nanos(mean) },
            Latency::LogNormal { mean, sigma } => {
                Self::LogNormal { log_normal_ns: nanos(mean), sigma }
            }
            Latency::Pareto { mean, shape } => Self::Pareto { pareto_ns: nanos(mean), shape },
            Latency::Fixed(latency) => Self::Fixed { fixed_ns: nanos(latency) },
            other => Self::Fixed { fixed_ns: nanos(other.mean()) },
        }
    }
}

/// What contenders from outside are not asked to do, if the work needs that.
pub(crate) fn flaw(rule: Rule, io: &IoSpec) -> Option<&'static str> {
    let has_policies = io.work.is_some()
        || !io.faults.is_empty()
        || io.timeout.is_some()
        || io.retry.is_some()
        || io.hedge.is_some()
        || io.in_flight.is_some()
        || io.breaker.is_some()
        || io.offload
        || io.on_fault == OnFault::Keep;
    let is_asked = match &io.wait {
        Wait::None | Wait::Sleep(_) | Wait::Cpu(Work::Rounds(_)) => true,
        // The harness counts the requests to a service of its own.
        Wait::Socket(socket) => matches!(socket.service, Service::Tcp | Service::Unix),
        _ => false,
    };
    if rule.counts().is_none() {
        Some("the protocol knows only rules that count neighbors")
    } else if has_policies {
        Some("policies, such as faults, timeouts and retries, are those of Lifelab's own steppers")
    } else if io.is_simulated_service() {
        Some("a service that is simulated lives in this process: take `socket` for `sleep`")
    } else if !is_asked {
        Some(
            "the protocol knows none, sleep, cpu:rounds(N), and sockets to the harness' own service",
        )
    } else {
        None
    }
}

/// A grid as rows of `.` and `O`.
pub(super) fn rows(grid: &Grid) -> Vec<String> {
    grid.to_string().lines().map(str::to_owned).collect()
}

/// The grid that rows show.
///
/// # Errors
/// What is wrong with them.
pub(super) fn grid(rows: &[String], universe: &Universe) -> Result<Grid, String> {
    let (width, height) = (universe.start.width() as usize, universe.start.height() as usize);
    if rows.len() != height {
        return Err(format!("it answered with {} rows, expected {height}", rows.len()));
    }
    let is_row = |row: &String| row.len() == width && row.bytes().all(|cell| b".O".contains(&cell));
    if let Some(y) = rows.iter().position(|row| !is_row(row)) {
        return Err(format!("row {y} of its answer is none of {width} cells, each `.` or `O`"));
    }
    rows.join("\n").parse().map_err(|_| "its rows make no grid".to_owned())
}
