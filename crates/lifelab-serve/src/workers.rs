//! Who has computed a generation.

use std::collections::HashSet;

use lifelab::core::probe::{Lane, Slice};
use lifelab::live::{Worker, WorkerNumbers};
use serde::Serialize;

/// Who has computed a generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Workforce {
    pub(crate) threads: usize,
    pub(crate) tasks: u32,
    pub(crate) processes: usize,
}

/// Numbers workers and counts those of each generation.
#[derive(Default)]
pub(crate) struct Workers {
    numbers: WorkerNumbers,
    /// The generation that is being computed, and who has been seen in it.
    generation: u64,
    threads: HashSet<Worker>,
    processes: HashSet<u32>,
    tasks: u32,
    last: Option<Workforce>,
}

impl Workers {
    /// The number of the worker, which is counted. Slices come by generation, but for a few of the one before
    /// that were late.
    pub(crate) fn note(&mut self, slice: &Slice) -> u32 {
        if slice.generation.checked_add(1) == Some(self.generation) {
            return self.numbers.number(Worker::of(slice));
        }
        if slice.generation != self.generation {
            self.last = Some(self.now()).filter(|now| *now != Workforce::default());
            self.generation = slice.generation;
            self.threads.clear();
            self.processes.clear();
            self.tasks = 0;
        }
        let worker = Worker::of(slice);
        self.processes.insert(slice.process);
        match worker.lane {
            Lane::Task(number) => self.tasks = self.tasks.max(number.saturating_add(1)),
            Lane::Thread(_) => {
                self.threads.insert(worker);
            }
        }
        self.numbers.number(worker)
    }

    /// Who has computed the last complete generation, or the one in progress if it is the first.
    pub(crate) fn workforce(&self) -> Workforce {
        self.last.unwrap_or_else(|| self.now())
    }

    fn now(&self) -> Workforce {
        Workforce {
            threads: self.threads.len(),
            tasks: self.tasks,
            processes: self.processes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lifelab::core::Position;
    use lifelab::core::probe::Activity;

    use super::*;

    fn slice(generation: u64, process: u32, lane: Lane) -> Slice {
        let activity = Activity::Cell(Position { x: 0, y: 0 });
        Slice { process, lane, activity, generation, start: Duration::ZERO, end: Duration::ZERO }
    }

    #[test]
    fn workers_are_counted_by_generation() {
        let mut workers = Workers::default();
        let seen = [
            slice(1, 7, Lane::Thread(0)),
            slice(1, 8, Lane::Thread(0)),
            slice(1, 7, Lane::Thread(0)),
            slice(1, 7, Lane::Task(41)),
        ];
        assert_eq!(seen.map(|slice| workers.note(&slice)), [0, 1, 0, 41]);
        let first = Workforce { threads: 2, tasks: 42, processes: 2 };
        assert_eq!(workers.workforce(), first);
        workers.note(&slice(2, 7, Lane::Thread(0)));
        assert_eq!(workers.workforce(), first, "that of the last complete one");
        assert_eq!(workers.note(&slice(1, 9, Lane::Thread(0))), 2, "it is late");
        assert_eq!(workers.workforce(), first);
        workers.note(&slice(3, 7, Lane::Thread(0)));
        assert_eq!(workers.workforce(), Workforce { threads: 1, tasks: 0, processes: 1 });
    }
}
