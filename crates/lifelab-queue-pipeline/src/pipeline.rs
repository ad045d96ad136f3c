//! The queues and the driver, which feeds the first and empties the last.

use std::any::Any;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use crossbeam::channel::Receiver;
use crossbeam::select;

use lifelab_core::{AddressSpace, CellFailure, FanIn, Grid, Outcome, StartError};

use crate::item::Item;
use crate::phases::{self, Task};
use crate::queue::{self, Inlet, Peak};
use crate::reorder_buffer::ReorderBuffer;
use crate::workers::Workers;
use crate::{Options, Peaks};

/// The workers and the driver's ends of the queues.
///
/// The order of the fields is the order in which they drop. First the ends of the queues: that
/// ends the workers, stage after stage, even those that wait to put in a result nobody will take.
/// Then the workers, which are waited for.
#[derive(Debug)]
pub(crate) struct Pipeline {
    units: Inlet<Item<Task>>,
    results: Receiver<Item<Result<Outcome, CellFailure>>>,
    /// How many items have entered since the start.
    entered: u64,
    /// How many may be under way: as many as workers can have in hand and queues can hold. Without
    /// this bound, all units could pile up behind one that is slow to be counted; see [`ReorderBuffer`].
    credits: usize,
    /// The peaks of the units, the rule and the results queue.
    peaks: [Peak; 3],
    _workers: Workers,
}

impl Pipeline {
    /// Makes the queues and starts the workers.
    pub(crate) fn start(options: &Options) -> Result<Self, StartError> {
        let (counters, appliers) = (options.counters(), options.appliers());
        let both = counters.workers + appliers.workers;
        AddressSpace::check_workers(both, 1, options.stack_size.get())?;
        // Declared before the queues, and so dropped after them: should a thread be refused, the
        // queues close, and those that did start end.
        let mut workers = Workers::new(options.stack_size);
        let (units, uncounted) = queue::bounded(counters.capacity);
        let (counted, unruled) = queue::bounded(appliers.capacity);
        let (done, results) = queue::bounded(appliers.capacity);
        let peaks = [units.peak(), counted.peak(), done.peak()];
        let counted = ReorderBuffer::new(counted);
        let (count, apply) = (phases::count, phases::apply);
        let pass_on = move |item| counted.send(item);
        workers.start_stage("count", counters.workers, uncounted, count, pass_on)?;
        let pass_on = move |item| done.send(item);
        workers.start_stage("rule", appliers.workers, unruled, apply, pass_on)?;
        let credits = counters.workers + counters.capacity + appliers.workers + appliers.capacity;
        Ok(Self { units, results, entered: 0, credits, peaks, _workers: workers })
    }

    /// Takes one generation through the stages. Returns when every unit that went in has come back.
    ///
    /// # Panics
    /// If a worker's own code panicked: with that panic.
    pub(crate) fn run(&mut self, now: &Arc<Grid>, fan_in: &mut FanIn<'_>) {
        self.peaks.iter().for_each(Peak::reset);
        let cx = Arc::new(fan_in.context().clone());
        let item = |turn, index, unit| Item::new(turn, index, Task::new(unit, now), &cx);
        let mut units = fan_in.units().iter().enumerate().peekable();
        let mut under_way = 0;
        let mut panic = None;
        loop {
            let next = units.peek().filter(|_| fan_in.is_open() && under_way < self.credits);
            let has_room = next.is_some() && !self.units.sender().is_full();
            if !has_room && self.results.is_empty() {
                // A thread that blocks is woken for each result. While thousands of threads want a
                // processor, one that yields comes back to a whole lot of results.
                thread::yield_now();
            }
            let result = match next {
                Some(&(index, unit)) => select! {
                    // The item is made only when there is room for it.
                    send(self.units.sender(), item(self.entered, index, unit)) -> sent => {
                        if sent.is_err() {
                            break;
                        }
                        self.units.note();
                        self.entered += 1;
                        under_way += 1;
                        units.next();
                        continue;
                    }
                    recv(self.results) -> result => result,
                },
                None if under_way == 0 => break,
                None => self.results.recv(),
            };
            // A closed queue means that all workers of a stage are gone. They never go before the
            // queues do; if they did, the fan-in would report the units as lost.
            let Ok(result) = result else { break };
            under_way -= 1;
            panic = panic.or(accept(result, fan_in));
        }
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }

    pub(crate) fn peaks(&self) -> Peaks {
        let [neighbors, rule, results] = self.peaks.each_ref().map(Peak::get);
        Peaks { neighbors, rule, results }
    }
}

/// Takes back one unit. Returns the panic, if there was one; it ends the generation.
fn accept(
    result: Item<Result<Outcome, CellFailure>>,
    fan_in: &mut FanIn<'_>,
) -> Option<Box<dyn Any + Send>> {
    match result.load {
        Ok(outcome) => {
            fan_in.accept(result.unit, outcome);
            None
        }
        Err(payload) => {
            fan_in.context().stop.cancel();
            Some(payload)
        }
    }
}
