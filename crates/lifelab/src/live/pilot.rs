//! What takes a live simulation forward: a state machine, whose clock others read.

mod gauge;
mod obey;
mod stride;

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{
    CancelReason, CancellationToken, Count, FrozenUniverse, Probe, Raster, Rectangle, Rule,
    StepErrorKind, View,
};

use super::command::{Pace, Recipe, Watch};
use super::look::{Look, Mode};
use super::metronome::Metronome;
use super::past::Past;
use crate::cycle::CycleFinder;
use crate::error::Error;
use crate::simulation::Simulation;
use crate::spec::StepperSpec;

use gauge::Gauge;
use stride::Stride;

/// The pace of a simulation that nobody has told another.
const DEFAULT_PACE: Pace = Pace::PerSecond(NonZeroU64::new(20).expect("it is not zero"));

/// At such a pace and below, each generation can be gone back to: people can see it.
const SEEN_ONE_BY_ONE: u64 = 32;

/// After a look, the simulation runs for this many times what the look took: looks cost 4 % of the time.
const COST_OF_LOOKS: u32 = 25;

/// What is to be done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Compute something.
    Advance,
    /// Rest for this time.
    Wait(Duration),
    /// Rest until there is an order.
    Rest,
}

/// What it is up to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Course {
    Rest,
    To(Count),
    On,
}

/// Takes a live simulation forward, and obeys commands between its steps.
pub(super) struct Pilot {
    simulation: Simulation,
    recipe: Recipe,
    course: Course,
    pace: Pace,
    watch: Watch,
    probe: Option<Arc<Probe>>,
    /// Chosen by commands: what is built again from the recipe gets them, too.
    stepper: Option<StepperSpec>,
    rule: Option<Rule>,
    /// The generation it starts with, and the state then, edits included, if the engine shares it.
    start: (Count, Option<FrozenUniverse>),
    past: Past,
    finder: CycleFinder,
    /// The generation that the finder has seen last.
    noted: Option<Count>,
    metronome: Metronome,
    stride: Stride,
    gauge: Gauge,
    error: Option<String>,
    /// Population and bounds of the state of now, once somebody has looked.
    figures: Option<(Count, Option<Rectangle>)>,
    /// How many universes were loaded.
    universe: u64,
    /// The number of the last look, its view, and whether anything has happened since.
    looks: u64,
    last_view: Option<View>,
    has_news: bool,
    /// When the next look is welcome.
    next_look: Duration,
}

impl Pilot {
    pub(super) fn new(recipe: Recipe) -> Result<Self, Error> {
        let simulation = recipe()?;
        let start = (simulation.generation(), simulation.engine().freeze());
        Ok(Self {
            simulation,
            recipe,
            course: Course::Rest,
            pace: DEFAULT_PACE,
            watch: Watch::default(),
            probe: None,
            stepper: None,
            rule: None,
            start,
            past: Past::default(),
            finder: CycleFinder::default(),
            noted: None,
            metronome: Metronome::default(),
            stride: Stride::default(),
            gauge: Gauge::default(),
            error: None,
            figures: None,
            universe: 0,
            looks: 0,
            last_view: None,
            has_news: true,
            next_look: Duration::ZERO,
        })
    }

    /// What is to be done at this time.
    pub(super) fn next(&self, now: Duration) -> Next {
        match (self.course, self.pace) {
            (Course::Rest, _) => Next::Rest,
            (Course::To(_), _) | (Course::On, Pace::Full) => Next::Advance,
            (Course::On, Pace::PerSecond(rate)) => match self.metronome.due(rate, now) {
                0 => Next::Wait(self.metronome.rest(rate, now)),
                _ => Next::Advance,
            },
        }
    }

    /// Computes for a short time, or a generation that takes longer, until `stop` is cancelled.
    pub(super) fn advance(&mut self, stop: CancellationToken, clock: &dyn Fn() -> Duration) {
        let begin = clock();
        let (before, ahead) = (self.simulation.generation(), self.ahead(begin));
        if self.course == Course::On
            && matches!(self.pace, Pace::PerSecond(rate) if rate.get() <= SEEN_ONE_BY_ONE)
        {
            self.past.remember(self.simulation.engine());
        }
        self.simulation.set_stop(stop);
        let goal = before.checked_add(ahead).unwrap_or(Count::MAX);
        let (mut hops, mut outcome) = (0, Ok(()));
        while hops < self.stride.hops() && outcome.is_ok() && self.simulation.generation() < goal {
            let left = goal.saturating_sub(self.simulation.generation());
            outcome = self.simulation.advance(left.min(self.stride.most())).map(drop);
            hops += 1;
        }
        let done = self.simulation.generation().saturating_sub(before);
        self.note_done(done, hops, (begin, clock()));
        if let Err(error) = outcome {
            self.fail(&error);
        } else if self.course == Course::To(self.simulation.generation()) {
            self.pause();
        }
    }

    /// Whether a look would cost too much of the time of a simulation that runs.
    pub(super) fn affords_look(&self, now: Duration) -> bool {
        now >= self.next_look
    }

    /// Notes what a look has cost.
    pub(super) fn note_cost(&mut self, begin: Duration, end: Duration) {
        self.next_look = end.saturating_add(end.saturating_sub(begin) * COST_OF_LOOKS);
    }

    /// Whether there is anything to be seen through this view that has not been seen.
    pub(super) fn has_news(&self, view: View) -> bool {
        self.has_news || self.last_view != Some(view) && !self.waits()
    }

    /// Whether a look is to be taken though nobody has asked for one: before a step that may take long, for
    /// until it is over there will be no other.
    pub(super) fn is_to_be_told(&self) -> bool {
        self.has_news && self.waits()
    }

    /// What there is to be seen.
    pub(super) fn look(&mut self, view: Option<View>, now: Duration) -> Look {
        let universe = self.simulation.universe();
        let (population, bounds) =
            *self.figures.get_or_insert_with(|| (universe.population(), universe.bounds()));
        let generation = self.simulation.generation();
        if self.watch.cycles && self.finder.cycle().is_none() && self.noted != Some(generation) {
            self.finder.note(self.simulation.universe());
            self.noted = Some(generation);
        }
        let frozen = if self.waits() { self.simulation.engine().freeze() } else { None };
        let mut raster = Raster::default();
        if let (Some(view), None) = (view, &frozen) {
            self.simulation.universe().read(view, &mut raster);
        }
        self.looks += 1;
        self.last_view = view;
        self.has_news = false;
        Look {
            number: self.looks,
            universe: self.universe,
            generation,
            population,
            bounds,
            world: self.simulation.universe().world(),
            mode: self.mode(),
            pace: self.pace,
            stepper: self.simulation.stepper().to_owned(),
            io: self.simulation.io().to_owned(),
            took: self.gauge.took(),
            rate: if self.course == Course::Rest { 0.0 } else { self.gauge.rate(now) },
            footprint: self.simulation.engine().footprint(),
            cycle: self.finder.cycle(),
            met_edge: self.simulation.met_edge(),
            past: self.past.len(),
            error: self.error.clone(),
            is_over: false,
            progress: self.simulation.progress(),
            raster,
            frozen,
        }
    }

    /// What watches the cells.
    pub(super) fn probe(&self) -> Option<Arc<Probe>> {
        self.probe.clone()
    }

    fn mode(&self) -> Mode {
        match self.course {
            Course::Rest => Mode::Paused,
            Course::To(_) => Mode::Stepping,
            Course::On => Mode::Running,
        }
    }

    /// Whether cells wait, so that steps may take long.
    fn waits(&self) -> bool {
        self.simulation.engine().as_finite().is_some_and(|finite| !finite.io().is_idle())
    }

    /// How many generations are to be computed now.
    fn ahead(&self, now: Duration) -> Count {
        match (self.course, self.pace) {
            (Course::Rest, _) => Count::ZERO,
            (Course::To(goal), _) => goal.saturating_sub(self.simulation.generation()),
            (Course::On, Pace::Full) => Count::MAX,
            (Course::On, Pace::PerSecond(rate)) => self.metronome.due(rate, now).into(),
        }
    }

    fn note_done(&mut self, generations: Count, hops: u32, (begin, end): (Duration, Duration)) {
        if generations.is_zero() {
            return;
        }
        if let (Course::On, Pace::PerSecond(rate)) = (self.course, self.pace) {
            self.metronome.note(generations.saturating_to_u64(), rate, end);
        }
        let took = end.saturating_sub(begin);
        self.stride.adapt(hops, took);
        self.gauge.note(generations.to_f64(), took, end);
        self.figures = None;
        self.has_news = true;
    }

    /// A step has failed: that is shown, unless somebody has ended it.
    fn fail(&mut self, error: &Error) {
        self.has_news = true;
        let ends = StepErrorKind::Stopped(CancelReason::Canceled);
        if matches!(error, Error::Step(step) if step.kind == ends) {
            return;
        }
        self.error = Some(error.to_string());
        self.pause();
    }
}
