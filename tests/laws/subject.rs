//! What the laws are checked on: every stepper, in every arrangement that it has.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab::core::{Context, StepReport};
use lifelab::{
    CancellationToken, CellIo, Grid, IoSpec, Rule, STEPPERS, Simulation, Soup, StepError, Stepper,
    StepperSpec, Topology,
};

/// A law: a statement that holds for every stepper to which it applies.
#[derive(Clone, Copy)]
pub(crate) struct Law {
    pub(crate) name: &'static str,
    /// Whether it applies, or what the subject lacks.
    pub(crate) applies: fn(&Subject) -> Result<(), &'static str>,
    pub(crate) check: fn(&Subject),
}

/// A law for all.
pub(crate) const fn law(name: &'static str, check: fn(&Subject)) -> Law {
    Law { name, applies: |_| Ok(()), check }
}

/// A stepper and its options.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) spec: StepperSpec,
    pub(crate) label: String,
}

/// Arrangements beside each stepper's defaults. Every stepper is tested without an entry here too.
const ARRANGEMENTS: &[&str] = &[
    "thread_per_cell(threads: scoped)",
    "thread_per_cell(threads: scoped, fan_in: locked)",
    "thread_per_cell(threads: parked)",
    "queue_pipeline(workers: 1, capacity: 1)",
    "queue_pipeline(neighbors: (workers: 3, capacity: 1), rule: (workers: 2, capacity: 5))",
    "thread_pool(workers: 1)",
    "thread_pool(workers: 7)",
    "async_tasks(workers: 2)",
    "async_tasks(max_in_flight: 3)",
    "async_tasks(task_per_cell: true)",
    "process_pool(workers: 3)",
    "process_pool(arrangement: chain)",
];

const GRAINS: &[&str] = &["cell", "rows(3)"];

impl Subject {
    /// Every stepper of the registry and every arrangement, at every grain.
    pub(crate) fn all() -> Vec<Self> {
        let registered = STEPPERS.iter().map(lifelab::Entry::name);
        let arrangements = registered.chain(ARRANGEMENTS.iter().copied());
        arrangements
            .flat_map(|text| GRAINS.iter().map(move |grain| Self::new(text, grain)))
            .collect()
    }

    fn new(text: &str, grain: &str) -> Self {
        let spec: StepperSpec = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        let spec = spec.with("grain", grain).unwrap_or_else(|error| panic!("{text}: {error}"));
        Self { label: spec.to_string().replace(' ', ""), spec }
    }

    /// A stepper of this kind, fresh.
    pub(crate) fn stepper(&self) -> Box<dyn Stepper> {
        self.spec.build().expect("the options are valid")
    }

    /// A simulation of a small soup with the I/O described.
    pub(crate) fn simulation(&self, start: &Grid, topology: Topology, io: &str) -> Simulation {
        Simulation::builder()
            .grid(start.clone())
            .topology(topology)
            .stepper_spec(self.spec.clone())
            .io_spec(io_spec(io))
            .deadline(HANG)
            .build()
            .expect("the parts are valid")
    }

    /// Cells run in this process, where a test sees their I/O.
    pub(crate) fn in_process(&self) -> Result<(), &'static str> {
        if self.needs_wire() { Err("its cells run in other processes") } else { Ok(()) }
    }

    /// Cells run in other processes, to which only described I/O can travel.
    pub(crate) fn in_workers(&self) -> Result<(), &'static str> {
        if self.needs_wire() { Ok(()) } else { Err("it has no worker processes") }
    }

    fn needs_wire(&self) -> bool {
        self.stepper().capabilities().needs_wire
    }
}

/// No law takes this long. It turns a stepper that hangs into one that fails.
pub(crate) const HANG: Duration = Duration::from_secs(120);

/// A stop that ends what hangs.
pub(crate) fn guard() -> CancellationToken {
    CancellationToken::new().before(Instant::now() + HANG)
}

/// A seeded soup.
pub(crate) fn soup(width: u32, height: u32, seed: u64) -> Grid {
    Soup { density: 0.4, seed }.grid(width, height).expect("a small grid")
}

/// I/O from its description; several are separated by blanks: a wait, a phase and faults.
pub(crate) fn io_spec(text: &str) -> IoSpec {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// One step of Life on a torus, by hand: for laws about what follows an error.
pub(crate) fn step(
    stepper: &mut dyn Stepper,
    now: &Grid,
    io: Arc<dyn CellIo>,
    stop: CancellationToken,
) -> Result<(Grid, StepReport), StepError> {
    let mut now = now.clone();
    now.fill_halo(Topology::Torus);
    let mut next = Grid::new(now.width(), now.height()).expect("there is one already");
    let cx = Context::new(Rule::LIFE, 3, io, stop);
    let report = stepper.step(&Arc::new(now), &mut next, &cx)?;
    Ok((next, report))
}
