//! The process that measures one case.
//!
//! Generations are computed in two parts. The first part is watched: a probe counts I/O calls and a
//! thread looks at the number of threads again and again. It is the warm-up, and nothing in it is
//! timed. The second part is timed, and not watched.

mod build;
mod service;
mod watch;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::mem::{self, Discriminant};
use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab::core::number::counted;
use lifelab::core::{Probe, Sampling, StepErrorKind, StepReport, Warning};
use lifelab::{CancelReason, CancellationToken, Error, Scenario, Simulation};

pub(crate) use build::NOTHING;
use service::ServiceWatch;
pub(crate) use watch::Threads;

use crate::floor;
use crate::harness::Harness;
use crate::results::{Case, Round, ServiceUse, Usage};
use crate::task::{Drawing, Reply, Task};
use crate::trace::{self, About};
use crate::tree::{self, Consumed, Tree};
use crate::universe::generation;

/// The environment variable that makes a program measure one case.
pub(crate) const CASE_VARIABLE: &str = "LIFELAB_BENCH_CASE";

/// The warm-up is this fraction of what is timed, in time or in generations, whichever is less; it
/// has one generation at least.
const WARM_UP: u32 = 5;

/// Generations of a warm-up that a timeline is made to fit.
const DRAWN: u64 = 4;

impl Harness {
    /// Makes this program a host of cases, and of worker processes. Call it at the start of `main`,
    /// before anything else.
    ///
    /// In a process that was started to measure a case this call never returns. In any other it
    /// returns at once.
    pub fn host(&self) {
        lifelab::host_workers();
        answer_if_asked(self);
    }
}

/// Measures a case and ends the process, if it was started for that.
fn answer_if_asked(harness: &Harness) {
    if std::env::var_os(CASE_VARIABLE).is_none() {
        return;
    }
    let ended = answer(harness);
    process::exit(i32::from(ended.is_err())); // The harness sees that there was no reply.
}

fn answer(harness: &Harness) -> io::Result<()> {
    let mut task = String::new();
    io::stdin().read_to_string(&mut task)?;
    let task: Task = serde_json::from_str(&task)?;
    let reply = serde_json::to_string(&measure(harness, &task))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{reply}")?;
    out.flush()
}

fn measure(harness: &Harness, task: &Task) -> Reply {
    let deadline = Instant::now() + task.limit;
    let base_memory = Tree::look().memory;
    let mut run = match build::simulation(harness, &task.case) {
        Ok((simulation, service)) => Run::new(simulation, service, deadline),
        Err(error) => return failed(&error),
    };
    let watched = match run.warm_up(task) {
        Ok(watched) => watched,
        Err(reply) => return reply,
    };
    if let Err(reply) = check_calls(&watched, &task.case) {
        return reply;
    }
    let before = Consumed::before();
    let samples = match run.time(task) {
        Ok(samples) => samples,
        Err(reply) => return reply,
    };
    let consumed = Consumed::after().since(&before);
    let service = run.service_use(task, samples.len());
    let usage = usage(&watched, &run, &consumed, samples.len());
    let round = Round {
        warm_up: watched.generations,
        samples,
        state_hash: run.simulation.state_hash().to_string(),
        usage: Usage { base_memory, service, ..usage },
    };
    Reply::Measured {
        round: Box::new(round),
        generation: generation(&run.simulation),
        kept: run.kept,
        warnings: run.warnings,
    }
}

/// Makes sure that the cells' I/O was called: a stepper that leaves it out is no rival.
fn check_calls(watched: &Watched, case: &Case) -> Result<(), Reply> {
    if case.stepper == NOTHING {
        return Ok(());
    }
    let scenario: Scenario = case.scenario.parse().map_err(|error| failed(&Error::from(error)))?;
    let least = floor::calls(case.point.cells, &scenario.io, case.own_io.is_some());
    let least = least.saturating_mul(watched.generations);
    let made = watched.probe.tally().calls;
    if made >= least {
        return Ok(());
    }
    let error = format!(
        "{} of the cells' I/O seen in the warm-up, and {least} at least expected: a stepper calls it \
         for every cell, by `Unit::run` or a `CellJob`",
        counted(made, "call")
    );
    Err(Reply::Failed { kind: "calls".to_owned(), error })
}

/// A simulation under measurement.
struct Run {
    simulation: Simulation,
    first: u64,
    warnings: Vec<String>,
    warned: HashSet<Discriminant<Warning>>,
    pipe_bytes: u64,
    /// Cells that kept their states because their I/O failed.
    kept: u64,
    /// As many of them before anything was timed.
    kept_before: u64,
    service: Option<ServiceWatch>,
}

/// What was seen during the warm-up.
struct Watched {
    generations: u64,
    threads: u64,
    probe: Arc<Probe>,
}

impl Run {
    fn new(mut simulation: Simulation, service: Option<ServiceWatch>, deadline: Instant) -> Self {
        simulation.set_stop(CancellationToken::new().before(deadline));
        let first = generation(&simulation);
        let (warnings, warned) = (Vec::new(), HashSet::new());
        Self {
            simulation,
            first,
            warnings,
            warned,
            pipe_bytes: 0,
            kept: 0,
            kept_before: 0,
            service,
        }
    }

    fn warm_up(&mut self, task: &Task) -> Result<Watched, Reply> {
        let sampling = task.trace.as_ref().map(|drawing| {
            let fitting = Sampling::fitting(task.case.point.cells, DRAWN);
            Sampling { limit: drawing.limit, ..fitting }
        });
        let probe = Arc::new(Probe::new(sampling));
        self.simulation.set_probe(Some(probe.clone())).map_err(|error| failed(&error))?;
        let threads = Threads::start(tree::own());
        let generations = self.warm_up_generations(task);
        self.simulation.set_probe(None).map_err(|error| failed(&error))?;
        if let Some(drawing) = &task.trace {
            draw(&probe, &task.case, drawing).map_err(|error| Reply::Failed {
                kind: "trace".to_owned(),
                error: format!("cannot write {}: {error}", drawing.path.display()),
            })?;
        }
        Ok(Watched { generations: generations?, threads: threads.peak(), probe })
    }

    fn warm_up_generations(&mut self, task: &Task) -> Result<u64, Reply> {
        let most = task.generations.div_ceil(WARM_UP.into());
        let begin = Instant::now();
        let mut generations = 0;
        while generations == 0 || (generations < most && begin.elapsed() < task.budget / WARM_UP) {
            self.step()?;
            generations += 1;
        }
        Ok(generations)
    }

    /// Times generations until the budget is spent. If the limit ends one of them, the others count.
    fn time(&mut self, task: &Task) -> Result<Vec<Duration>, Reply> {
        let mut samples = Vec::new();
        self.pipe_bytes = 0;
        self.kept_before = self.kept;
        if let Some(service) = &mut self.service {
            service.begin();
        }
        let begin = Instant::now();
        while samples.is_empty()
            || (begin.elapsed() < task.budget && (samples.len() as u64) < task.generations)
        {
            match self.step() {
                Ok(took) => samples.push(took),
                Err(Reply::CutOff { .. }) if !samples.is_empty() => break,
                Err(reply) => return Err(reply),
            }
        }
        Ok(samples)
    }

    /// What the service did while generations were timed, if there is one to watch.
    fn service_use(&self, task: &Task, generations: usize) -> Option<ServiceUse> {
        let service = self.service.as_ref()?;
        let calls = floor::calls(task.case.point.cells, &task.case.point.io.parse().ok()?, false);
        let kept = self.kept - self.kept_before;
        let answered = calls.saturating_mul(generations as u64).saturating_sub(kept);
        Some(service.end(generations, answered))
    }

    fn step(&mut self) -> Result<Duration, Reply> {
        if let Some(service) = &self.service {
            service.begin_generation();
        }
        let begin = Instant::now();
        let outcome = self.simulation.step();
        let took = begin.elapsed();
        match outcome {
            Ok(report) => {
                self.note(&report);
                Ok(took)
            }
            Err(Error::Step(error))
                if matches!(error.kind, StepErrorKind::Stopped(CancelReason::Deadline)) =>
            {
                Err(Reply::CutOff {
                    generations: generation(&self.simulation) - self.first,
                    cells: self.simulation.progress().cells(),
                    running: took,
                })
            }
            Err(error) => Err(failed(&error)),
        }
    }

    fn note(&mut self, report: &StepReport) {
        let traffic = report.traffic();
        self.pipe_bytes += traffic.sent + traffic.received;
        self.kept += report.kept_cells();
        for warning in report.warnings() {
            // Each names its cell and time: one of a kind is enough.
            if self.warned.insert(mem::discriminant(warning)) {
                self.warnings.push(warning.to_string());
            }
        }
    }
}

fn draw(probe: &Probe, case: &Case, drawing: &Drawing) -> io::Result<()> {
    let Some(timeline) = probe.timeline() else { return Ok(()) };
    let about = About { scenario: case.scenario.clone(), stepper: case.stepper.clone() };
    let mut file = BufWriter::new(File::create(&drawing.path)?);
    trace::write(&timeline, &about, &mut file)?;
    file.flush()
}

fn usage(watched: &Watched, run: &Run, consumed: &Consumed, samples: usize) -> Usage {
    let samples = samples.max(1);
    let tally = watched.probe.tally();
    let watched_generations = watched.generations.max(1);
    let tree = Tree::look();
    Usage {
        user: consumed.user / samples as u32,
        system: consumed.system / samples as u32,
        peak_memory: tree.peak_memory,
        base_memory: 0,
        peak_threads: watched.threads,
        processes: tree.processes,
        voluntary_switches: consumed.voluntary as f64 / samples as f64,
        involuntary_switches: consumed.involuntary as f64 / samples as f64,
        pipe_bytes: run.pipe_bytes as f64 / samples as f64,
        io_calls: tally.calls as f64 / watched_generations as f64,
        io_waited: tally.waited.div_f64(watched_generations as f64),
        ..Usage::default()
    }
}

fn failed(error: &Error) -> Reply {
    let kind = match error {
        Error::Start(_) => "start",
        Error::Io(_) => "io",
        Error::Step(error) => match error.kind {
            StepErrorKind::Cell { .. } => "cell",
            StepErrorKind::Resources { .. } => "resources",
            StepErrorKind::Worker { .. } => "worker",
            StepErrorKind::Unsupported { .. } => "unsupported",
            _ => "step",
        },
        _ => "setup",
    };
    Reply::Failed { kind: kind.to_owned(), error: error.to_string() }
}
