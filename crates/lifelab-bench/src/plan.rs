//! From a suite to its cases.

use std::collections::HashSet;
use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use lifelab::core::Capabilities;
use lifelab::io::{FaultSpec, Injected, IoSpec, Latency, Trigger, Wait, Work};
use lifelab::{CancellationToken, Error, Scenario, Size, StepperSpec};

use crate::contender::{self, ContenderSpec};
use crate::error::SuiteError;
use crate::floor::{self, Drawn};
use crate::harness::Harness;
use crate::limits;
use crate::results::{Case, CaseResult, Outcome, Point};
use crate::speed::Speed;
use crate::suite::{Suite, Sweep};
use crate::universe::Universe;

/// What a race knows of a case beside what its results say.
pub(crate) struct Planned {
    pub(crate) io: IoSpec,
    pub(crate) capabilities: Capabilities,
    /// If the floor depends on which generations are measured.
    pub(crate) drawn: Option<Drawn>,
    /// Number of the universe that it runs in.
    pub(crate) universe: usize,
    /// The program, if a contender from outside computes.
    pub(crate) contender: Option<ContenderSpec>,
}

/// All that a suite asks for.
pub(crate) struct Plan {
    /// The cases, none of them begun.
    pub(crate) cases: Vec<CaseResult>,
    /// What stands behind each of them, in their order.
    pub(crate) planned: Vec<Planned>,
    pub(crate) universes: Vec<Universe>,
}

/// What computes: a stepper of the registry, one that the caller brought, or a program.
#[derive(Clone)]
enum Contender {
    Spec(StepperSpec),
    Own(String),
    Outside(ContenderSpec),
}

/// A contender with what a sweep has set.
struct Variant {
    contender: Contender,
    workers: Option<usize>,
    grain: Option<String>,
    capabilities: Capabilities,
}

impl Plan {
    /// Finds all cases, and makes sure that each can be set up as far as that can be known without
    /// running it. If the stop fires, it ends with the cases that it has.
    pub(crate) fn of(
        suite: &Suite,
        harness: &Harness,
        speed: &Speed,
        stop: &CancellationToken,
    ) -> Result<Self, SuiteError> {
        limits::check(suite, harness.contender_names().count())?;
        let contenders = contenders(suite, harness)?;
        if contenders.is_empty() {
            return Err(SuiteError::NoSteppers);
        }
        let mut plan = Self { cases: Vec::new(), planned: Vec::new(), universes: Vec::new() };
        let waits = waits(suite)?;
        for size in sizes(suite)? {
            let scenario = Scenario { size, ..scenario(suite) };
            let (scenario, universe) = Universe::of(scenario)?;
            for io in &waits {
                let scenario = Scenario { io: io.clone(), ..scenario.clone() };
                for Variant { contender, workers, grain, capabilities } in &contenders {
                    if stop.reason().is_some() {
                        break;
                    }
                    contender.check(&universe, io, harness.own_io())?;
                    let point = point(&universe, io, *workers, grain.clone(), speed);
                    let floor = floor::of(&universe, io, *capabilities, speed);
                    let case = contender.case(&scenario, harness.own_io(), point);
                    plan.cases.push(CaseResult { case, floor, outcome: Outcome::Pending });
                    plan.planned.push(Planned {
                        io: io.clone(),
                        capabilities: *capabilities,
                        drawn: Drawn::of(&universe, io, *capabilities, speed),
                        universe: plan.universes.len(),
                        contender: contender.outside().cloned(),
                    });
                }
            }
            plan.universes.push(universe);
        }
        plan.check_names()?;
        Ok(plan)
    }

    /// Results are matched by the names of their cases.
    fn check_names(&self) -> Result<(), SuiteError> {
        let mut known = HashSet::new();
        let mut names = self.cases.iter().map(|result| result.case.id());
        match names.find(|name| !known.insert(name.clone())) {
            None => Ok(()),
            Some(name) => Err(SuiteError::Twice { name }),
        }
    }
}

fn scenario(suite: &Suite) -> Scenario {
    Scenario {
        size: suite.size,
        margin: suite.margin,
        topology: suite.topology,
        rule: suite.rule,
        generations: suite.generations.get().into(),
        ..Scenario::new(suite.start.clone())
    }
}

/// All that race, with all that the sweep sets of each.
fn contenders(suite: &Suite, harness: &Harness) -> Result<Vec<Variant>, SuiteError> {
    let specs = suite.steppers.iter().cloned().map(Contender::Spec);
    let own = harness.contender_names().map(Contender::Own);
    let outside = suite.contenders.iter().cloned().map(Contender::Outside);
    let mut contenders = Vec::new();
    for contender in specs.chain(own).chain(outside) {
        contenders.extend(contender.varied(&suite.sweep, harness)?);
    }
    Ok(contenders)
}

fn sizes(suite: &Suite) -> Result<Vec<Option<Size>>, SuiteError> {
    if suite.sweep.cells.is_empty() {
        return Ok(vec![suite.size]);
    }
    if suite.margin.is_some() {
        return Err(SuiteError::Contradiction {
            one: "margin",
            other: "sweep.cells",
            why: "both decide the size of the grid",
        });
    }
    suite.sweep.cells.iter().map(|&cells| nearly_square(cells).map(Some)).collect()
}

/// The size of `cells` cells whose sides differ least.
fn nearly_square(cells: NonZeroU64) -> Result<Size, SuiteError> {
    let count = cells.get();
    let root = count.isqrt();
    // Beyond a quarter of the root the sides would differ by more than a factor of 16.
    let height =
        (root.div_ceil(4).max(1)..=root).rev().find(|height| count.is_multiple_of(*height));
    let sides = height.and_then(|height| {
        Size::new(u32::try_from(count / height).ok()?, u32::try_from(height).ok()?)
    });
    sides.ok_or(SuiteError::NoSuchGrid { cells: count })
}

/// Every wait with every latency, work and fault rate.
fn waits(suite: &Suite) -> Result<Vec<IoSpec>, SuiteError> {
    let Sweep { io, latency, cpu, fault_rate, .. } = &suite.sweep;
    if !latency.is_empty() && !cpu.is_empty() {
        return Err(SuiteError::Contradiction {
            one: "sweep.latency",
            other: "sweep.cpu",
            why: "a cell either waits or computes",
        });
    }
    let base = if io.is_empty() { std::slice::from_ref(&suite.io) } else { io };
    let mut waits = Vec::new();
    for io in base {
        let latencies = latency.iter().map(|&latency| with_latency(io, latency));
        let work = cpu.iter().map(|&work| Ok(IoSpec { wait: Wait::Cpu(work), ..io.clone() }));
        let mut varied: Vec<IoSpec> = latencies.chain(work).collect::<Result<_, _>>()?;
        if varied.is_empty() {
            varied.push(io.clone());
        }
        for io in varied {
            if fault_rate.is_empty() {
                waits.push(io);
            } else {
                waits.extend(fault_rate.iter().map(|&rate| with_faults(&io, rate)));
            }
        }
    }
    waits.iter().try_for_each(|io| io.check().map_err(Error::from))?;
    Ok(waits)
}

fn with_latency(io: &IoSpec, latency: Latency) -> Result<IoSpec, SuiteError> {
    let wait = match &io.wait {
        Wait::None | Wait::Sleep(_) => Wait::Sleep(latency),
        Wait::Block(_) => Wait::Block(latency),
        Wait::Socket(socket) => Wait::Socket(lifelab::io::SocketSpec { latency, ..socket.clone() }),
        _ => {
            return Err(SuiteError::Contradiction {
                one: "sweep.latency",
                other: "io",
                why: "a cell either waits or computes",
            });
        }
    };
    Ok(IoSpec { wait, ..io.clone() })
}

fn with_faults(io: &IoSpec, rate: f64) -> IoSpec {
    let mut io = io.clone();
    if rate != 0.0 {
        let when = Trigger::Probability(rate);
        io.faults.push(FaultSpec { kind: Injected::Error, when });
    }
    io
}

fn point(
    universe: &Universe,
    io: &IoSpec,
    workers: Option<usize>,
    grain: Option<String>,
    speed: &Speed,
) -> Point {
    let (latency, cpu) = match &io.wait {
        Wait::Sleep(latency) | Wait::Block(latency) => (latency.mean(), Duration::ZERO),
        Wait::Socket(socket) => (socket.latency.mean(), Duration::ZERO),
        Wait::Cpu(Work::Time(time)) => (Duration::ZERO, *time),
        Wait::Cpu(Work::Rounds(rounds)) => (Duration::ZERO, speed.rounds(*rounds)),
        _ => (Duration::ZERO, Duration::ZERO),
    };
    let rate = |fault: &FaultSpec| match fault.when {
        Trigger::Probability(rate) => rate,
        Trigger::At { .. } => 0.0,
    };
    Point {
        width: universe.start.width(),
        height: universe.start.height(),
        cells: universe.start.area(),
        io: io.to_string(),
        latency,
        cpu,
        fault_rate: io.faults.iter().map(rate).fold(0.0, |sum, rate| sum + rate), // Not -0.
        workers,
        grain,
    }
}

impl Contender {
    /// The contender with every number of workers and every grain, as far as it takes them.
    fn varied(&self, sweep: &Sweep, harness: &Harness) -> Result<Vec<Variant>, SuiteError> {
        let variant = |contender: Self, workers, grain| {
            let capabilities = contender.capabilities(harness)?;
            Ok::<_, SuiteError>(Variant { contender, workers, grain, capabilities })
        };
        let Self::Spec(spec) = self else { return Ok(vec![variant(self.clone(), None, None)?]) };
        let mut counts = vec![(spec.clone(), None)];
        if !sweep.workers.is_empty() && spec.takes("workers") {
            let with = |count: &NonZeroUsize| {
                Ok((spec.with("workers", count).map_err(Error::from)?, Some(count.get())))
            };
            counts = sweep.workers.iter().map(with).collect::<Result<_, SuiteError>>()?;
        }
        let mut varied = Vec::new();
        for (spec, workers) in counts {
            if sweep.grain.is_empty() || !spec.takes("grain") {
                varied.push(variant(Self::Spec(spec), workers, None)?);
                continue;
            }
            for grain in &sweep.grain {
                let spec = spec.with_grain(*grain).map_err(Error::from)?;
                varied.push(variant(Self::Spec(spec), workers, Some(grain.to_string()))?);
            }
        }
        Ok(varied)
    }

    /// What it can do. Only a stepper of the caller's own must be built to tell; if the system does not
    /// let it start, it will be asked again when measured.
    fn capabilities(&self, harness: &Harness) -> Result<Capabilities, SuiteError> {
        let name = match self {
            Self::Spec(spec) => return Ok(spec.capabilities()),
            Self::Own(name) => name,
            // It tells when it answers; until then, the lowest floor is the right one.
            Self::Outside(_) => return Ok(Capabilities::local(None)),
        };
        match harness.build(name).expect("it is in the list") {
            Ok(stepper) => Ok(stepper.capabilities()),
            Err(Error::Start(_)) => Ok(Capabilities::local(None)),
            Err(error) => Err(error.into()),
        }
    }

    fn outside(&self) -> Option<&ContenderSpec> {
        if let Self::Outside(contender) = self { Some(contender) } else { None }
    }

    /// Makes sure that a program can be asked to do this.
    fn check(
        &self,
        universe: &Universe,
        io: &IoSpec,
        own_io: Option<&str>,
    ) -> Result<(), SuiteError> {
        let Some(contender) = self.outside() else { return Ok(()) };
        let own = own_io.map(|_| "it cannot call an I/O of the caller's");
        let flaw = contender.flaw().or(own).or_else(|| contender::flaw(universe.rule, io));
        flaw.map_or(Ok(()), |why| {
            Err(SuiteError::Contender { name: contender.name.clone(), why: why.to_owned() })
        })
    }

    fn case(&self, scenario: &Scenario, own_io: Option<&str>, point: Point) -> Case {
        let (stepper, scenario) = match self {
            Self::Own(name) => (name.clone(), scenario.clone()),
            Self::Outside(contender) => (contender.name.clone(), scenario.clone()),
            Self::Spec(spec) => {
                (spec.to_string(), Scenario { stepper: spec.clone(), ..scenario.clone() })
            }
        };
        let scenario = scenario.to_ron().expect("the suite's paths have been read");
        let program = self.outside().map(ContenderSpec::facts);
        Case { stepper, own_io: own_io.map(str::to_owned), scenario, point, program }
    }
}
