//! The floor of cells that wait as long as they draw, each of them differently.

use std::collections::BTreeMap;
use std::time::Duration;

use lifelab::core::number::counted;
use lifelab::core::{Capabilities, Cell, OnFault, Site};
use lifelab::io::{HedgeSpec, Injected, IoSpec, Latency, SECOND, Wait, Work};

use crate::floor::service;
use crate::floor::work::{Before, PHASES, cores};
use crate::results::Floor;
use crate::speed::Speed;
use crate::universe::Universe;

/// Latencies that are drawn to find the floor of a distribution.
const DRAWS: u64 = 4_000_000;

/// Generations over which the floor of a distribution is taken before any is measured, at most.
const GENERATIONS: u64 = 8;

/// The floor of cells of which each waits as long as it draws, or not at all, over the very generations
/// that were measured: the median of what is measured cannot lie below it.
pub(crate) struct Drawn {
    io: IoSpec,
    latency: Latency,
    capabilities: Capabilities,
    before: Before,
    /// Until the last request may begin.
    rate_limited: Duration,
    /// As of [`Floor::cores`].
    cores: Option<u64>,
    /// The floor of each generation that was asked for.
    known: BTreeMap<u64, Duration>,
}

impl Drawn {
    /// `None` if the floor is the same in all generations: all cells wait, and as long.
    pub(crate) fn of(
        universe: &Universe,
        io: &IoSpec,
        capabilities: Capabilities,
        speed: &Speed,
    ) -> Option<Self> {
        if service::decides(io) {
            return None;
        }
        let latency = match (&io.wait, &io.work) {
            (Wait::Sleep(latency) | Wait::Block(latency), _) => *latency,
            (Wait::Socket(socket), _) => socket.latency,
            (Wait::Cpu(work), _) | (Wait::None, Some(work)) => Latency::Fixed(match work {
                Work::Time(time) => *time,
                Work::Rounds(rounds) => speed.rounds(*rounds),
            }),
            _ => return None,
        };
        let all_wait = io.on_fault == OnFault::Fail || io.faults.is_empty();
        if matches!(latency, Latency::Fixed(_)) && all_wait {
            return None;
        }
        let waits = !matches!(io.wait, Wait::None | Wait::Cpu(_));
        let is_measured = |work: &Work| matches!(work, Work::Rounds(_));
        let computes = match &io.wait {
            Wait::Cpu(work) => is_measured(work),
            _ => io.work.as_ref().is_some_and(is_measured),
        };
        let cores = computes.then(|| cores(capabilities, speed));
        Some(Self {
            io: io.clone(),
            latency,
            // Cells that compute share the cores.
            capabilities: match cores {
                Some(cores) if !waits => Capabilities::local(Some(cores)),
                _ => match service::capacity(io) {
                    Some(capacity) => within(capabilities, capacity),
                    None => capabilities,
                },
            },
            before: match waits {
                true => Before::of(io, universe.start.area(), capabilities, speed),
                false => Before { each: Duration::ZERO, all: Duration::ZERO },
            },
            rate_limited: service::rate_limited(universe.start.area(), io),
            cores: cores.map(|cores| cores as u64),
            known: BTreeMap::new(),
        })
    }

    /// The median over the first generations, before any is measured.
    pub(super) fn before_any(mut self, universe: &Universe) -> Floor {
        let cells = universe.start.area();
        let generations = (DRAWS / cells.max(1)).clamp(1, GENERATIONS);
        self.over(universe, (1..=generations).map(|number| universe.generation + number))
    }

    /// The median over these generations, some of which may come several times.
    pub(crate) fn over(
        &mut self,
        universe: &Universe,
        generations: impl Iterator<Item = u64>,
    ) -> Floor {
        let times = generations.map(|number| match self.known.get(&number) {
            Some(time) => *time,
            None => {
                let time = self.generation(universe, number);
                self.known.insert(number, time);
                time
            }
        });
        let time = median(times.collect());
        let mut formula = formula(universe.start.area(), self.capabilities);
        if time == self.rate_limited && !time.is_zero() {
            formula += ", at the rate of the service";
        }
        if self.io.on_fault == OnFault::Keep && !self.io.faults.is_empty() {
            formula += " that must wait";
        }
        Floor { time, formula, cores: self.cores }
    }

    /// The floor of one generation: no cell takes less than its own waits, and no workers less than
    /// their share of all.
    fn generation(&self, universe: &Universe, generation: u64) -> Duration {
        let (width, height) = (universe.start.width(), universe.start.height());
        let mut longest = Duration::ZERO;
        let mut sums = [Duration::ZERO; 2];
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut own = Duration::ZERO;
            for (sum, phase) in sums.iter_mut().zip(PHASES) {
                if self.io.phase.contains(phase) {
                    let (wait, is_sure) = self.wait(Site::new(generation, Cell::new(x, y), phase));
                    own = own.saturating_add(wait);
                    *sum = sum.saturating_add(wait);
                    if !is_sure && self.io.on_fault == OnFault::Keep {
                        break; // It keeps its state, and does nothing in the next phase.
                    }
                }
            }
            longest = longest.max(own);
        }
        let share = |sum: Duration, workers: usize| sum.div_f64(workers.max(1) as f64);
        let shared = match self.capabilities {
            Capabilities { stages: Some([neighbors, rule]), .. } => {
                share(sums[0], neighbors).max(share(sums[1], rule))
            }
            Capabilities { concurrency: Some(workers), .. } => {
                share(sums[0].saturating_add(sums[1]), workers)
            }
            _ => Duration::ZERO,
        };
        longest.max(shared).max(self.before.all).max(self.rate_limited)
    }

    /// How long the answer takes at least: with a second request, the earlier one.
    fn answered(&self, site: Site) -> Duration {
        let first = self.latency.at(site, self.io.seed);
        let Some(hedge) = self.io.hedge else { return first };
        let second = Site { attempt: site.attempt | SECOND, ..site };
        let delay = if let HedgeSpec::After(delay) = hedge { delay } else { Duration::ZERO };
        first.min(delay.saturating_add(self.latency.at(second, self.io.seed)))
    }

    /// How long a cell waits at least, all attempts together, and whether it surely comes to a wait
    /// that no fault replaces.
    fn wait(&self, site: Site) -> (Duration, bool) {
        let io = &self.io;
        // With a budget it may end after any attempt but the first.
        let retry = io.retry.filter(|retry| retry.budget.is_none());
        let mut waited = Duration::ZERO;
        for attempt in 0..=retry.map_or(0, |retry| retry.limit) {
            let site = Site { attempt, ..site };
            match io.injected(site) {
                None => {
                    let wait = self.before.call(self.answered(site), io);
                    return (waited.saturating_add(wait), true);
                }
                Some(Injected::Error) => {}
                // The second request takes its place.
                Some(Injected::Hang) if io.hedge.is_some() => return (waited, true),
                Some(Injected::Hang) => {
                    waited = waited.saturating_add(io.timeout.unwrap_or_default());
                }
                Some(_) => break, // A panic is not tried again, and what is not known is left out.
            }
        }
        (waited, false)
    }
}

/// Capabilities of which no more than `most` cells are served at once.
fn within(capabilities: Capabilities, most: usize) -> Capabilities {
    let cells = capabilities.concurrency.map_or(most, |cells| cells.min(most));
    match capabilities.stages {
        Some([neighbors, rule]) => {
            Capabilities::local(Some(cells)).in_stages(neighbors.min(most), rule.min(most))
        }
        None => Capabilities::local(Some(cells)),
    }
}

fn formula(cells: u64, capabilities: Capabilities) -> String {
    match capabilities.concurrency {
        Some(workers) => {
            format!("the waits of {}, {workers} at a time", counted(cells, "cell"))
        }
        None => format!("the longest of {}", counted(cells, "wait")),
    }
}

/// The lower one, if there are two in the middle.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}
