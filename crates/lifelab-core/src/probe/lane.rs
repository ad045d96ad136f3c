//! Lanes: the rows of a timeline. On one lane, nothing overlaps.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use serde::{Deserialize, Serialize};

use super::{Probe, lock};

/// Where something is drawn: a row of the timeline of one process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Lane {
    /// A thread. When it has ended, a later thread has its number: there are as many lanes as
    /// threads that live at once.
    Thread(u32),
    /// A task, which may go from thread to thread. The number is the lowest that no other task had
    /// when it began.
    Task(u32),
}

impl Lane {
    /// Its number among the lanes of its kind.
    pub fn number(self) -> u32 {
        match self {
            Self::Thread(number) | Self::Task(number) => number,
        }
    }
}

/// Numbers that are given out and come back; always the lowest that is free.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Those that came back.
    free: BTreeSet<u32>,
    /// All from here on are free.
    next: u32,
}

impl Slots {
    const fn new() -> Self {
        Self { free: BTreeSet::new(), next: 0 }
    }

    pub(super) fn take(&mut self) -> u32 {
        self.free.pop_first().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }

    pub(super) fn give_back(&mut self, slot: u32) {
        self.free.insert(slot);
    }

    pub(super) fn taken(&self) -> usize {
        self.next as usize - self.free.len()
    }
}

/// The numbers of this process's threads, for all probes: a thread takes one when it is drawn for
/// the first time, and gives it back when it ends.
static SEATS: Mutex<Slots> = Mutex::new(Slots::new());

thread_local! {
    static SEAT: Seat = Seat { number: lock(&SEATS).take(), introduced_to: Cell::new(0) };
}

struct Seat {
    number: u32,
    /// The number of the probe that heard the thread's name last.
    introduced_to: Cell<u64>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&SEATS).give_back(self.number);
    }
}

impl Probe {
    /// The lane of the calling thread.
    pub(super) fn thread_lane(&self) -> Lane {
        SEAT.with(|seat| {
            if let Some(recorder) = &self.recorder
                && seat.introduced_to.replace(recorder.number) != recorder.number
            {
                let name = thread::current().name().map(str::to_owned);
                let threads = &mut lock(&recorder.rare).threads;
                let known = threads.entry(seat.number).or_insert_with(|| name.clone());
                if *known != name {
                    *known = None;
                }
            }
            Lane::Thread(seat.number)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_is_given_out() {
        let mut slots = Slots::default();
        assert_eq!([slots.take(), slots.take(), slots.take()], [0, 1, 2]);
        slots.give_back(1);
        slots.give_back(0);
        assert_eq!(slots.taken(), 1);
        assert_eq!([slots.take(), slots.take(), slots.take()], [0, 1, 3]);
        assert_eq!(slots.taken(), 4);
    }
}
