//! A panel: a live simulation, and what of it the page has not seen yet.

use lifelab::core::probe::Slice;
use lifelab::core::{Raster, View};
use lifelab::live::{Command, Live, Look, Mode, Recipe};
use lifelab::{IoSpec, StepperSpec};
use serde::Serialize;

use crate::answer::{self, Light};
use crate::background::start_in_background;
use crate::budget::{Budget, Share};
use crate::floor;
use crate::setup;
use crate::workers::{Workers, Workforce};

/// What the stepper of an engine without one is called.
const NO_STEPPER: &str = "none";

/// The most lights of a panel in a frame; of more, the last ones are sent.
const MOST_LIGHTS: usize = 16_384;

/// A live simulation, and what of it the page has not seen yet.
pub(crate) struct Panel {
    live: Live,
    /// The stepper as it was asked for; `None` on an engine that has none.
    stepper: Option<StepperSpec>,
    io: IoSpec,
    share: Share,
    workers: Workers,
    slices: Vec<Slice>,
    /// The number of the look and the view that the page has seen.
    seen: Option<(u64, View)>,
}

/// What a panel shows beside its cells.
#[derive(Serialize)]
pub(crate) struct Figures {
    universe: u64,
    generation: String,
    population: String,
    /// Left, top, right and bottom of what lives.
    bounds: Option<[String; 4]>,
    /// Columns and rows; 0 is without end.
    size: Option<[u32; 2]>,
    topology: Option<String>,
    rule: String,
    mode: &'static str,
    stepper: String,
    io: String,
    /// Microseconds of a generation, as measured and at least.
    took: Option<f64>,
    floor: Option<f64>,
    rate: f64,
    workforce: Workforce,
    bytes: u64,
    /// Cells of the generation in progress that are done.
    done: u64,
    cycle: Option<String>,
    past: usize,
    error: Option<String>,
    is_over: bool,
    /// What of it follows in the frame: pixels if they are new, and a number of lights, whose times
    /// count from here, in microseconds.
    has_pixels: bool,
    lights: usize,
    origin: f64,
}

/// What is new of a panel.
pub(crate) struct News {
    pub(crate) figures: Figures,
    pub(crate) pixels: Option<Vec<u8>>,
    pub(crate) lights: Vec<Light>,
    /// Whether there is anything that was not there before.
    pub(crate) is_new: bool,
}

impl Panel {
    pub(crate) fn start(
        stepper: StepperSpec,
        recipe: Recipe,
        io: &IoSpec,
        budget: &Budget,
    ) -> Result<Self, String> {
        let live = start_in_background(|| Live::start(move || recipe()));
        let live = live.map_err(|error| format!("cannot start a thread: {error}"))?;
        let live = live.map_err(|error| error.to_string())?;
        let look = live.look(NOWHERE);
        let stepper = Some(stepper).filter(|_| look.stepper != NO_STEPPER);
        let share = take(budget, stepper.as_ref(), &look, io)?;
        let workers = Workers::default();
        let io = io.clone();
        Ok(Self { live, stepper, io, share, workers, slices: Vec::new(), seen: None })
    }

    pub(crate) fn say(&self, command: Command) {
        self.live.say(command);
    }

    /// Goes on with another stepper.
    pub(crate) fn take_stepper(
        &mut self,
        stepper: StepperSpec,
        budget: &Budget,
    ) -> Result<(), String> {
        if self.stepper.is_none() {
            return Err("an engine of the plane has no stepper: take the engine `grid`".to_owned());
        }
        self.share = take(budget, Some(&stepper), &self.live.look(NOWHERE), &self.io)?;
        self.live.say(Command::Stepper(stepper.clone()));
        (self.stepper, self.workers) = (Some(stepper), Workers::default());
        Ok(())
    }

    /// What is to be seen through a view, and what cells have done since the last call.
    pub(crate) fn news(&mut self, view: View) -> News {
        self.slices.clear();
        self.live.lit(&mut self.slices);
        self.slices.sort_unstable_by_key(|slice| (slice.generation, slice.start));
        let look = self.live.look(view);
        let pixels = self.pixels(&look, view);
        let origin = self.slices.iter().map(|slice| slice.start).min().unwrap_or_default();
        let mut lights = Vec::new();
        for slice in &self.slices {
            let worker = self.workers.note(slice);
            lights.extend(Light::of(slice, worker, view, origin));
        }
        lights.drain(..lights.len().saturating_sub(MOST_LIGHTS));
        let figures = Figures {
            has_pixels: pixels.is_some(),
            lights: lights.len(),
            origin: origin.as_secs_f64() * 1e6,
            ..self.figures(&look)
        };
        let is_new = pixels.is_some() || !lights.is_empty();
        News { figures, pixels, lights, is_new }
    }

    /// The pixels, if the page has not seen them.
    fn pixels(&mut self, look: &Look, view: View) -> Option<Vec<u8>> {
        if self.seen == Some((look.number, view)) {
            return None;
        }
        let mut raster = Raster::default();
        look.read(view, &mut raster);
        if raster.view() != Some(view) {
            return None; // The next look will be through this view.
        }
        self.seen = Some((look.number, view));
        Some(raster.shares().iter().map(|&share| answer::pixel(share)).collect())
    }

    fn figures(&self, look: &Look) -> Figures {
        let bounds = look.world.bounds;
        let floor = self
            .stepper
            .as_ref()
            .and_then(|stepper| floor::of(area(look), &self.io, stepper.capabilities()));
        let micros = |time: std::time::Duration| time.as_secs_f64() * 1e6;
        Figures {
            universe: look.universe,
            generation: look.generation.to_string(),
            population: look.population.to_string(),
            bounds: look
                .bounds
                .map(|it| [it.left, it.top, it.right, it.bottom].map(|side| side.to_string())),
            size: bounds.map(|bounds| [bounds.width, bounds.height]),
            topology: bounds.map(|bounds| bounds.topology.to_string()),
            rule: look.world.rule.to_string(),
            mode: match look.mode {
                Mode::Paused => "paused",
                Mode::Stepping => "stepping",
                _ => "running",
            },
            stepper: look.stepper.clone(),
            io: look.io.clone(),
            took: look.took.map(micros),
            floor: floor.map(micros),
            rate: look.rate,
            workforce: self.workers.workforce(),
            bytes: look.footprint,
            done: look.progress.cells(),
            cycle: look.cycle.map(|cycle| match cycle.velocity() {
                Some(velocity) => format!("moves at {velocity}"),
                None => format!("repeats after {}", cycle.period),
            }),
            past: look.past,
            error: look.error.clone(),
            is_over: look.is_over,
            has_pixels: false,
            lights: 0,
            origin: 0.0,
        }
    }
}

/// A view through which nothing is seen.
const NOWHERE: View = View {
    left: lifelab::core::Coordinate::ZERO,
    top: lifelab::core::Coordinate::ZERO,
    width: 0,
    height: 0,
    scale: 0,
};

/// Takes from the budget what a stepper may need for this universe.
fn take(
    budget: &Budget,
    stepper: Option<&StepperSpec>,
    look: &Look,
    io: &IoSpec,
) -> Result<Share, String> {
    let waiting = if floor::of(1, io, lifelab::core::Capabilities::local(None)).is_some() {
        area(look)
    } else {
        0
    };
    budget.take(stepper.map_or(1, |stepper| setup::workers(stepper, waiting)))
}

/// The cells of a universe with edges; 0 of others.
fn area(look: &Look) -> u64 {
    look.world.bounds.map_or(0, |bounds| u64::from(bounds.width) * u64::from(bounds.height))
}
