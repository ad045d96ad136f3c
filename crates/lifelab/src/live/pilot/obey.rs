//! Doing what viewers say.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use lifelab_core::{Count, Place, Probe, Sampling};

use super::{Course, Pilot, Stride};
use crate::cycle::CycleFinder;
use crate::error::Error;
use crate::live::command::{Command, Recipe, Watch};
use crate::live::metronome::Metronome;
use crate::simulation::Simulation;

/// What cells have done waits for a viewer in some 20 MB at most.
const LIT_LIMIT: u64 = 1 << 18;

impl Pilot {
    /// Does what it is told; what goes wrong is for the next look to say.
    pub(in crate::live) fn obey(&mut self, command: Command, now: Duration) {
        self.has_news = true;
        self.error = self.try_to(command, now).err();
    }

    fn try_to(&mut self, command: Command, now: Duration) -> Result<(), String> {
        match command {
            Command::Run => self.set_out(Course::On, now),
            Command::Step(generations) => {
                let goal = self.simulation.generation().checked_add(generations);
                self.set_out(Course::To(goal.unwrap_or(Count::MAX)), now);
            }
            Command::Pause => self.pause(),
            Command::Pace(pace) => {
                self.pace = pace;
                self.metronome = Metronome::starting(now);
            }
            Command::Watch(watch) => self.set_watch(watch)?,
            Command::Edit(cells) => self.edit(&cells)?,
            Command::Stepper(stepper) => {
                told(self.simulation.set_stepper(&stepper))?;
                self.stride = Stride::default();
                self.stepper = Some(stepper);
            }
            Command::Rule(rule) => {
                told(self.simulation.set_rule(rule))?;
                self.rule = Some(rule);
                self.note_change();
            }
            Command::Back => self.back()?,
            Command::Rewind => self.rewind()?,
            Command::Load(recipe) => self.load(recipe)?,
        }
        Ok(())
    }

    fn set_out(&mut self, course: Course, now: Duration) {
        self.past.remember(self.simulation.engine());
        if self.course == Course::Rest {
            self.gauge.start(now);
        }
        self.course = course;
        self.metronome = Metronome::starting(now);
    }

    pub(super) fn pause(&mut self) {
        self.course = Course::Rest;
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), String> {
        self.past.remember(self.simulation.engine());
        self.simulation.edit(cells).map_err(|error| error.to_string())?;
        if self.simulation.generation() == self.start.0 {
            self.start.1 = self.simulation.engine().freeze();
        }
        self.note_change();
        Ok(())
    }

    fn back(&mut self) -> Result<(), String> {
        self.pause();
        let Some(state) = self.past.pop() else {
            let keeps_any = self.simulation.engine().freeze().is_some();
            return Err(match keeps_any {
                true => "this is the earliest state that is remembered".to_owned(),
                false => "this engine cannot go back; rewind to its start instead".to_owned(),
            });
        };
        self.note_change();
        match self.simulation.restore(&*state) {
            true => Ok(()),
            false => Err("the state before was another universe's".to_owned()),
        }
    }

    fn rewind(&mut self) -> Result<(), String> {
        self.pause();
        self.past.remember(self.simulation.engine());
        self.note_change();
        if let Some(start) = &self.start.1
            && self.simulation.restore(&**start)
        {
            return Ok(());
        }
        let simulation = told((self.recipe)())?;
        self.take_over(simulation)
    }

    fn load(&mut self, recipe: Recipe) -> Result<(), String> {
        let simulation = told(recipe())?;
        self.recipe = recipe;
        self.past.forget();
        self.rule = None;
        self.universe += 1;
        self.take_over(simulation)
    }

    /// Goes on with another simulation, with all that was chosen by commands.
    fn take_over(&mut self, simulation: Simulation) -> Result<(), String> {
        self.simulation = simulation;
        self.start = (self.simulation.generation(), self.simulation.engine().freeze());
        self.stride = Stride::default();
        self.note_change();
        if let Some(rule) = self.rule {
            told(self.simulation.set_rule(rule))?;
        }
        if let Some(stepper) = &self.stepper {
            told(self.simulation.set_stepper(stepper))?;
        }
        match self.probe.clone() {
            Some(probe) => told(self.simulation.set_probe(Some(probe))),
            None => Ok(()),
        }
    }

    fn set_watch(&mut self, watch: Watch) -> Result<(), String> {
        if watch.cycles != self.watch.cycles {
            self.forget_states();
        }
        self.watch.cycles = watch.cycles;
        if watch.cells == self.watch.cells {
            return Ok(());
        }
        let sampling = Sampling { every: NonZeroU64::MIN, limit: LIT_LIMIT };
        let probe = watch.cells.then(|| Arc::new(Probe::new(Some(sampling))));
        told(self.simulation.set_probe(probe.clone()))?;
        self.probe = probe;
        self.watch.cells = watch.cells;
        self.stride = Stride::default();
        Ok(())
    }

    /// The state is not the one that follows from those before.
    fn note_change(&mut self) {
        self.figures = None;
        self.has_news = true;
        self.forget_states();
    }

    fn forget_states(&mut self) {
        self.finder = CycleFinder::default();
        self.noted = None;
    }
}

/// The result of a command: a message, for a viewer, if something went wrong.
fn told<T>(result: Result<T, Error>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}
