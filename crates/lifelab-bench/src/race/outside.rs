//! The part of a race in which contenders from outside are built and have their turns.

use lifelab::CancellationToken;
use lifelab::core::Capabilities;

use super::{Event, Race};
use crate::contender::{self, Answer, Builds, Ended, Trouble};
use crate::floor::{self, Drawn};
use crate::plan::Planned;
use crate::results::Outcome;
use crate::task::Task;

impl Race {
    /// Makes all contenders from outside ready to be started, or says why they are not. Returns false
    /// if the stop has fired.
    pub(super) fn build(
        &mut self,
        stop: &CancellationToken,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> bool {
        let mut builds = Builds::default();
        for (result, planned) in self.results.cases.iter_mut().zip(&self.planned) {
            let Some(contender) = &planned.contender else { continue };
            watch(Event::Building { case: &result.case });
            match builds.make(contender, stop) {
                Some(Ok(())) => {}
                Some(Err(trouble)) => result.outcome = failed(trouble),
                None => {
                    self.results.interrupted = true;
                    return false;
                }
            }
        }
        true
    }

    /// The turn of a contender from outside.
    pub(super) fn turn_outside(&mut self, index: usize, task: &Task, stop: &CancellationToken) {
        let Planned { contender: Some(contender), universe, io, .. } = &self.planned[index] else {
            return;
        };
        let effort = contender::Effort {
            generations: task.generations,
            budget: task.budget,
            limit: task.limit,
        };
        let universe = &self.universes[*universe].universe;
        let outcome = match contender::turn(contender, universe, io, effort, stop) {
            Ended::Stopped => return,
            Ended::Failed(trouble) => failed(trouble),
            Ended::Measured(answer) => {
                let Answer { round, generation, capabilities, warnings } = *answer;
                self.learn(index, capabilities);
                self.verified(index, round, generation, 0, warnings)
            }
        };
        self.results.cases[index].outcome = outcome;
        self.lower(index);
        self.refuse_below_the_floor(index);
    }

    /// Takes the floor of a contender from outside from what it says of itself.
    fn learn(&mut self, index: usize, capabilities: Capabilities) {
        let planned = &mut self.planned[index];
        if planned.capabilities == capabilities {
            return;
        }
        let universe = &self.universes[planned.universe].universe;
        planned.capabilities = capabilities;
        planned.drawn = Drawn::of(universe, &planned.io, capabilities, &self.speed);
        self.results.cases[index].floor =
            floor::of(universe, &planned.io, capabilities, &self.speed);
    }
}

fn failed(trouble: Trouble) -> Outcome {
    Outcome::Failed { kind: trouble.kind.to_owned(), error: trouble.error }
}
