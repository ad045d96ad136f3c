//! Who computed a cell, as a small number.

use std::collections::HashMap;

use lifelab_core::probe::{Lane, Slice};

/// Who computed a cell: a thread or a task of a process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Worker {
    /// The number of the process.
    pub process: u32,
    /// The thread or the task in it.
    pub lane: Lane,
}

/// Numbers workers, for colors: threads in the order in which they appear, tasks by the numbers they have,
/// of which there may be a million.
#[derive(Clone, Debug, Default)]
pub struct WorkerNumbers {
    threads: HashMap<Worker, u32>,
}

impl Worker {
    /// Who did this.
    pub fn of(slice: &Slice) -> Self {
        Self { process: slice.process, lane: slice.lane }
    }
}

impl WorkerNumbers {
    /// Workers that are told apart; later ones share the numbers.
    const MOST: u32 = 1 << 16;

    /// The number of a worker, from 0.
    pub fn number(&mut self, worker: Worker) -> u32 {
        if let Lane::Task(number) = worker.lane {
            return number;
        }
        let next = self.threads.len() as u32;
        if next >= Self::MOST {
            return *self.threads.get(&worker).unwrap_or(&worker.lane.number());
        }
        *self.threads.entry(worker).or_insert(next)
    }

    /// How many threads have appeared.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_numbered_as_they_appear_and_told_apart_by_process() {
        let mut numbers = WorkerNumbers::default();
        let thread = |process, number| Worker { process, lane: Lane::Thread(number) };
        let seen = [thread(7, 0), thread(9, 0), thread(7, 5), thread(9, 0)];
        assert_eq!(seen.map(|worker| numbers.number(worker)), [0, 1, 2, 1]);
        assert_eq!(numbers.threads(), 3);
    }

    #[test]
    fn a_million_tasks_take_no_memory() {
        let mut numbers = WorkerNumbers::default();
        for number in 0..1_000_000 {
            let task = Worker { process: 1, lane: Lane::Task(number) };
            assert_eq!(numbers.number(task), number);
        }
        assert_eq!(numbers.threads(), 0);
    }

    #[test]
    fn threads_that_come_and_go_for_ever_take_no_memory() {
        let mut numbers = WorkerNumbers::default();
        for process in 0..100_000 {
            numbers.number(Worker { process, lane: Lane::Thread(0) });
        }
        assert_eq!(numbers.threads(), WorkerNumbers::MOST as usize);
    }
}
