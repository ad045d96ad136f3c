//! Floors: what no implementation of a stepper's kind could beat, by arithmetic.

use std::collections::BTreeMap;
use std::time::Duration;

use lifelab::core::{Capabilities, Cell, OnFault, Phase, Site, duration};
use lifelab::io::{Injected, IoPhase, IoSpec, Latency, Wait, Work};

use crate::results::Floor;
use crate::speed::Speed;
use crate::universe::Universe;

const PHASES: [Phase; 2] = [Phase::Neighbors, Phase::Rule];

/// Latencies that are drawn to find the floor of a distribution.
const DRAWS: u64 = 4_000_000;

/// Generations over which the floor of a distribution is taken before any is measured, at most.
const GENERATIONS: u64 = 8;

/// The least time of a generation of a universe whose cells do this, on a stepper with these
/// capabilities.
///
/// It is a lower bound: attempts that are cut short or repeated are not counted.
pub(crate) fn of(
    universe: &Universe,
    io: &IoSpec,
    capabilities: Capabilities,
    speed: &Speed,
) -> Floor {
    if let Some(drawn) = Drawn::of(universe, io, capabilities, speed) {
        return drawn.before_any(universe);
    }
    let cells = universe.start.area();
    match (&io.wait, &io.work) {
        (Wait::None, None) => copy(cells, capabilities, speed),
        (Wait::Cpu(Work::Rounds(rounds)), _) | (Wait::None, Some(Work::Rounds(rounds))) => {
            let work = speed.rounds(rounds.saturating_mul(u64::from(phases(io))));
            compute(cells, work, capabilities, speed)
        }
        (Wait::Cpu(Work::Time(time)), _) | (Wait::None, Some(Work::Time(time))) => {
            fixed(cells, *time, io.phase, capabilities)
        }
        (Wait::Sleep(latency) | Wait::Block(latency), _) => {
            wait(cells, io, latency.mean(), capabilities, speed)
        }
        (Wait::Socket(socket), _) => wait(cells, io, socket.latency.mean(), capabilities, speed),
        // Waits of later versions: what is not known is left out.
        _ => copy(cells, capabilities, speed),
    }
}

/// How far below a floor a median may lie: a floor that is made of work has been measured, and so is
/// not exact.
pub(crate) fn tolerance(floor: &Floor) -> f64 {
    if floor.cores.is_some() { 0.9 } else { 1.0 }
}

fn phases(io: &IoSpec) -> u32 {
    PHASES.into_iter().filter(|&phase| io.phase.contains(phase)).count() as u32
}

/// Calls that a generation makes at least, if all cells do what they should: a cell that keeps its
/// state after a fault is done with it.
pub(crate) fn calls(cells: u64, io: &IoSpec, is_own: bool) -> u64 {
    let is_idle = !is_own && io.wait == Wait::None && io.work.is_none() && io.faults.is_empty();
    match io.on_fault {
        _ if is_idle => 0,
        OnFault::Keep => cells,
        OnFault::Fail => cells * u64::from(phases(io)),
    }
}

/// The work before the waits.
struct Before {
    /// What it adds to each wait.
    each: Duration,
    /// What the cores take for all of it: nothing if it is not certain that all of it is done.
    all: Duration,
}

impl Before {
    fn of(io: &IoSpec, cells: u64, capabilities: Capabilities, speed: &Speed) -> Self {
        let is_certain = io.timeout.is_none() && io.faults.is_empty();
        match io.work {
            None => Self { each: Duration::ZERO, all: Duration::ZERO },
            // It is over when its time is, whatever else computes.
            Some(Work::Time(each)) => Self { each, all: Duration::ZERO },
            Some(Work::Rounds(rounds)) => {
                let each = speed.rounds(rounds);
                let calls = if is_certain { cells as f64 * f64::from(phases(io)) } else { 0.0 };
                Self { each, all: each.mul_f64(calls / cores(capabilities, speed) as f64) }
            }
        }
    }

    /// What a call takes that waits for `wait`.
    fn call(&self, wait: Duration, io: &IoSpec) -> Duration {
        wait.saturating_add(self.each).min(io.timeout.unwrap_or(Duration::MAX))
    }
}

/// Reading one grid and writing another.
fn copy(cells: u64, capabilities: Capabilities, speed: &Speed) -> Floor {
    let cores = cores(capabilities, speed);
    let time = speed.copy(cells.div_ceil(8)).div_f64(cores as f64);
    let formula = format!("{cells} cells of one bit, copied by {}", count(cores, "core"));
    Floor { time, formula, cores: Some(cores as u64) }
}

/// Work that cores share.
fn compute(cells: u64, work: Duration, capabilities: Capabilities, speed: &Speed) -> Floor {
    let cores = cores(capabilities, speed);
    let time = work.mul_f64(cells as f64 / cores as f64);
    let work = duration::show(Duration::from_nanos(work.as_nanos() as u64));
    let formula = format!("{cells} cells x {work} of work on {}", count(cores, "core"));
    Floor { time, formula, cores: Some(cores as u64) }
}

/// Cores that compute.
fn cores(capabilities: Capabilities, speed: &Speed) -> usize {
    speed.cores.min(capabilities.concurrency.unwrap_or(usize::MAX)).max(1)
}

/// Every cell waits as long, and perhaps works before.
fn wait(
    cells: u64,
    io: &IoSpec,
    latency: Duration,
    capabilities: Capabilities,
    speed: &Speed,
) -> Floor {
    let before = Before::of(io, cells, capabilities, speed);
    let mut floor = fixed(cells, before.call(latency, io), io.phase, capabilities);
    if !before.each.is_zero() {
        floor.formula += ", work included";
    }
    // Work comes before its wait, so the last of it has a whole wait to follow.
    let time = before.all.saturating_add(latency);
    if !before.all.is_zero() && time > floor.time {
        let cores = cores(capabilities, speed);
        let formula =
            format!("the work of {cells} cells on {}, and the last wait", count(cores, "core"));
        floor = Floor { time, formula, cores: None };
    }
    // Rounds of work have been measured, and so has what they are part of.
    floor.cores =
        matches!(io.work, Some(Work::Rounds(_))).then(|| cores(capabilities, speed) as u64);
    floor
}

/// Every cell waits as long.
fn fixed(cells: u64, latency: Duration, phase: IoPhase, capabilities: Capabilities) -> Floor {
    let rounds_of = |workers: usize| cells.div_ceil(workers.max(1) as u64);
    let shown = duration::show(latency);
    let times = |rounds: u64| latency.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
    let phases = if phase == IoPhase::Both { 2 } else { 1 };
    let twice = if phases == 2 { ", in both phases" } else { "" };
    let workers = match (capabilities.stages, phase) {
        (Some([neighbors, rule]), IoPhase::Both) => {
            let workers = neighbors.min(rule);
            let rounds = rounds_of(workers);
            // The second stage begins when the first has its first cell.
            let time = times(rounds + 1);
            let formula = format!(
                "1 + {rounds} rounds of {workers} waits of {shown}, the phases side by side"
            );
            return Floor { time, formula, cores: None };
        }
        (Some([neighbors, _]), IoPhase::Neighbors) => Some(neighbors),
        (Some([_, rule]), IoPhase::Rule) => Some(rule),
        (None, _) => capabilities.concurrency,
    };
    let rounds = workers.map_or(1, rounds_of);
    let time = times(rounds.saturating_mul(phases));
    let formula = match workers {
        None => format!("one wait of {shown}{twice}"),
        Some(1) => format!("{cells} waits of {shown}, one after the other{twice}"),
        Some(workers) => {
            let rounds = count(rounds as usize, "round");
            format!("{rounds} of {workers} waits of {shown}{twice}")
        }
    };
    Floor { time, formula, cores: None }
}

fn formula(cells: u64, capabilities: Capabilities) -> String {
    match capabilities.concurrency {
        Some(workers) => format!("the waits of {cells} cells, {workers} at a time"),
        None => format!("the longest of {cells} waits"),
    }
}

/// The floor of cells of which each waits as long as it draws, or not at all, over the very generations
/// that were measured: the median of what is measured cannot lie below it.
pub(crate) struct Drawn {
    io: IoSpec,
    latency: Latency,
    capabilities: Capabilities,
    before: Before,
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
                _ => capabilities,
            },
            before: match waits {
                true => Before::of(io, universe.start.area(), capabilities, speed),
                false => Before { each: Duration::ZERO, all: Duration::ZERO },
            },
            cores: cores.map(|cores| cores as u64),
            known: BTreeMap::new(),
        })
    }

    /// The median over the first generations, before any is measured.
    fn before_any(mut self, universe: &Universe) -> Floor {
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
        longest.max(shared).max(self.before.all)
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
                    let wait = self.before.call(self.latency.at(site, io.seed), io);
                    return (waited.saturating_add(wait), true);
                }
                Some(Injected::Error) => {}
                Some(Injected::Hang) => {
                    waited = waited.saturating_add(io.timeout.unwrap_or_default());
                }
                Some(_) => break, // A panic is not tried again, and what is not known is left out.
            }
        }
        (waited, false)
    }
}

/// The lower one, if there are two in the middle.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use lifelab::core::Rule;
    use lifelab::{Grid, Topology};

    use super::*;

    fn universe(width: u32, height: u32) -> Universe {
        let start = Grid::new(width, height).unwrap();
        Universe { start, rule: Rule::LIFE, topology: Topology::Torus, generation: 0 }
    }

    fn floor(cells: (u32, u32), io: &str, capabilities: Capabilities) -> Floor {
        let speed = Speed::measure();
        of(&universe(cells.0, cells.1), &io.parse().unwrap(), capabilities, &speed)
    }

    #[test]
    fn fixed_waits_go_in_rounds() {
        let ms = Duration::from_millis;
        let pool = |workers| Capabilities::local(Some(workers));
        let pipeline = |a, b| Capabilities::local(Some(a + b)).in_stages(a, b);
        for (io, capabilities, expected) in [
            ("sleep:10ms", pool(1), ms(8000)),
            ("sleep:10ms", pool(64), ms(130)), // 800 / 64 is 12.5.
            ("sleep:10ms", Capabilities::local(None), ms(10)),
            ("sleep:10ms phase:both", Capabilities::local(None), ms(20)),
            ("sleep:10ms phase:both", pool(100), ms(160)),
            ("sleep:10ms", pipeline(4, 100), ms(80)),
            ("sleep:10ms phase:neighbors", pipeline(100, 4), ms(80)),
            ("sleep:10ms phase:both", pipeline(100, 100), ms(90)),
            ("socket:5ms", pool(800), ms(5)),
            ("cpu:1ms", pool(8), ms(100)),
        ] {
            let floor = floor((40, 20), io, capabilities);
            assert_eq!(floor.time, expected, "{io}: {}", floor.formula);
        }
        let floor = floor((40, 20), "sleep:10ms", pool(64));
        assert_eq!(floor.formula, "13 rounds of 64 waits of 10ms");
    }

    /// 800 cells on a machine where a round takes a nanosecond and that has two cores.
    #[test]
    fn work_before_a_wait_is_part_of_the_floor() {
        let micros = Duration::from_micros;
        let speed = Speed { cores: 2, round: 1e-9 };
        let (universe, pool) = (universe(40, 20), |workers| Capabilities::local(workers));
        for (io, workers, expected) in [
            // Thirteen rounds, of 10 ms and 50 us each.
            ("sleep:10ms work:rounds(50000)", Some(64), 13 * 10_050),
            // 800 x 50 us on two cores, and then the last wait.
            ("sleep:10ms work:rounds(50000)", None, 20_000 + 10_000),
            ("sleep:10ms work:rounds(50000) phase:both", None, 40_000 + 10_000),
            // One core only.
            ("sleep:10us work:rounds(50000)", Some(1), 800 * 60),
            // Time goes by for all at once.
            ("sleep:10ms work:50us", None, 10_050),
            // Cut short, by an unknown part of the work.
            ("sleep:10ms work:rounds(50000) timeout:1ms", None, 1_000),
            ("sleep:10ms work:rounds(50000) error@1:(0,0)", None, 10_050),
            ("none work:rounds(50000)", None, 20_000),
        ] {
            let floor = of(&universe, &io.parse().unwrap(), pool(workers), &speed);
            let apart = floor.time.abs_diff(micros(expected));
            assert!(apart < micros(1), "{io}: {floor:?}, expected {expected} us");
        }
        let io: IoSpec = "sleep:uniform(1ms,2ms) work:rounds(50000)".parse().unwrap();
        let floor = of(&universe, &io, pool(None), &speed);
        assert_eq!(floor.time, micros(20_000), "{}", floor.formula);
    }

    #[test]
    fn the_slowest_of_many_cells_is_the_floor_of_a_distribution() {
        // The longest of n exponential waits is H(n) means on average; H(800) is 7.26.
        let unbounded = Capabilities::local(None);
        let longest = floor((40, 20), "sleep:exp(10ms)", unbounded).time.as_secs_f64();
        assert!((0.055..0.095).contains(&longest), "{longest}");
        // With few workers, the sum counts: 800 means over 10 workers.
        let pool = Capabilities::local(Some(10));
        let shared = floor((40, 20), "sleep:exp(10ms)", pool).time.as_secs_f64();
        assert!((0.74..0.86).contains(&shared), "{shared}");
    }

    #[test]
    fn the_floor_of_drawn_waits_is_that_of_the_generations_measured() {
        let universe = universe(8, 4);
        let speed = Speed::measure();
        let drawn = |io: &str| {
            Drawn::of(&universe, &io.parse().unwrap(), Capabilities::local(None), &speed)
        };
        let mut exponential = drawn("sleep:exp(10ms)").unwrap();
        let mut over =
            |generations: &[u64]| exponential.over(&universe, generations.iter().copied()).time;
        let alone = [over(&[1]), over(&[2]), over(&[3])];
        let mut sorted = alone;
        sorted.sort();
        assert!(sorted[0] < sorted[2], "{alone:?}");
        assert_eq!(over(&[3, 1, 2]), sorted[1]);
        assert_eq!(over(&[3, 3, 3, 1, 2]), alone[2]);
        assert!(drawn("sleep:10ms").is_none());
    }

    /// Twelve cells, one of which fails in generation 1, and keeps its state.
    #[test]
    fn only_waits_that_must_happen_count() {
        let ms = Duration::from_millis;
        let one = Capabilities::local(Some(1));
        let all = Capabilities::local(None);
        for (io, capabilities, expected) in [
            ("sleep:10ms error:1 on_fault:keep", one, ms(0)),
            ("sleep:10ms error:0 on_fault:keep", one, ms(120)),
            ("sleep:10ms error@1:(0,0) on_fault:keep", one, ms(110)),
            ("sleep:10ms error@1:(0,0) on_fault:keep phase:both", one, ms(220)),
            // The second attempt waits; a budget may be spent before; a panic is not tried again.
            ("sleep:10ms error@1:(0,0) retry:1(1ms,1ms) on_fault:keep", one, ms(120)),
            ("sleep:10ms panic@1:(0,0) retry:1(1ms,1ms) on_fault:keep", one, ms(110)),
            ("sleep:10ms hang@1:(0,0) timeout:30ms on_fault:keep", one, ms(140)),
            ("sleep:10ms hang:1 timeout:30ms on_fault:keep", all, ms(30)),
            ("cpu:1ms error@1:(0,0) on_fault:keep", one, ms(11)),
        ] {
            let io: IoSpec = io.parse().unwrap();
            let universe = universe(4, 3);
            let mut drawn = Drawn::of(&universe, &io, capabilities, &Speed::measure()).unwrap();
            let floor = drawn.over(&universe, [1].into_iter());
            assert_eq!(floor.time, expected, "{io}: {}", floor.formula);
        }
        let fails: IoSpec = "sleep:10ms error:0.5 retry:9".parse().unwrap();
        assert!(Drawn::of(&universe(4, 3), &fails, one, &Speed::measure()).is_none());
    }

    #[test]
    fn a_floor_never_rises_with_more_workers() {
        for io in ["sleep:10ms", "sleep:exp(1ms) phase:both", "cpu:rounds(1000)", "none"] {
            let speed = Speed::measure();
            let (universe, io) = (universe(30, 30), io.parse().unwrap());
            let at = |workers| of(&universe, &io, Capabilities::local(workers), &speed).time;
            if io.wait == Wait::None {
                continue; // Each asks the machine anew.
            }
            let times = [Some(1), Some(2), Some(64), None].map(at);
            assert!(times.is_sorted_by(|more, less| more >= less), "{io:?}: {times:?}");
        }
    }
}
