//! What is chosen while it runs: what is watched, the stepper, the universe.

use std::sync::Arc;

use lifelab::live::{Command, Recipe, Watch};
use lifelab::{STEPPERS, Simulation, StepperSpec};

use super::Viewer;
use super::endless::Endless;
use crate::picture::Colors;

/// The memory that a pattern from the clipboard may ask for, in bytes: anybody may have written it.
const PASTE_LIMIT: u64 = 1 << 30;

impl Viewer {
    /// Tells the simulation what is looked for.
    pub(super) fn watch(&mut self) {
        let cells = self.options.colors == Colors::Worker;
        self.commands.push(Command::Watch(Watch { cells, cycles: true }));
        self.lights.forget();
    }

    /// Goes on with the next stepper; the one it began with keeps its options.
    pub(super) fn next_stepper(&mut self) {
        let Some(text) = stepper_after(&self.look.stepper, &self.first_stepper) else {
            self.say("this engine takes no steppers");
            return;
        };
        match text.parse::<StepperSpec>() {
            Ok(stepper) => {
                self.say(format!("stepper: {stepper}"));
                self.commands.push(Command::Stepper(stepper));
            }
            Err(error) => self.say(error.to_string()),
        }
        self.lights.forget();
    }

    pub(super) fn next_universe(&mut self) {
        match self.endless.as_mut().map(Endless::next) {
            Some(recipe) => self.load(recipe),
            None => self.say("there is no next one: this is for soups"),
        }
    }

    /// Goes on with a pattern from the clipboard, in whatever format. What is none is an error of the
    /// simulation, and is shown as one.
    pub(super) fn paste(&mut self, text: String) {
        let recipe = move || {
            let pattern = Simulation::builder().inline(text.clone());
            pattern.memory_limit(PASTE_LIMIT).build()
        };
        self.message = None;
        self.load(Arc::new(recipe));
    }

    pub(super) fn load(&mut self, recipe: Recipe) {
        self.commands.push(Command::Load(recipe));
        self.lights.forget();
    }
}

/// The stepper of the registry after `now`; `first`, if it is that one, with its options. `None` if `now` is
/// none of the registry's.
fn stepper_after<'a>(now: &str, first: &'a str) -> Option<&'a str> {
    let name = |text: &'a str| text.split('(').next().unwrap_or_default();
    let now = now.split('(').next().unwrap_or_default();
    let place = STEPPERS.iter().position(|entry| entry.name() == now)?;
    let next = STEPPERS[(place + 1) % STEPPERS.len()].name();
    Some(if name(first) == next { first } else { next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steppers_come_around_and_the_first_keeps_its_options() {
        let first = "thread_pool(workers: 3)";
        let around = std::iter::successors(Some(first), |now| stepper_after(now, first));
        let names: Vec<_> = around.skip(1).take(STEPPERS.len()).collect();
        assert_eq!(names.last(), Some(&first));
        assert!(
            STEPPERS.iter().all(|entry| names.iter().any(|name| name.starts_with(entry.name())))
        );
        assert_eq!(stepper_after("none", first), None);
    }
}
