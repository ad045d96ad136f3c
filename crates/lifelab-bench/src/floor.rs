//! Floors: what no implementation of a stepper's kind could beat, by arithmetic.

use std::collections::BTreeMap;
use std::time::Duration;

use lifelab::core::{Capabilities, Cell, Phase, Site, duration};
use lifelab::io::{IoSpec, Latency, Wait, Work};

use crate::plan::Universe;
use crate::results::Floor;
use crate::speed::Speed;

const PHASES: [Phase; 2] = [Phase::Neighbors, Phase::Rule];

/// Latencies that are drawn to find the floor of a distribution.
const DRAWS: u64 = 4_000_000;

/// Generations over which the floor of a distribution is taken before any is measured, at most.
const GENERATIONS: u64 = 8;

/// The least time of a generation of a universe whose cells do this, on a stepper that can do so
/// much at once.
///
/// It is a lower bound: attempts that are cut short or repeated are not counted.
pub(crate) fn of(
    universe: &Universe,
    io: &IoSpec,
    capabilities: Capabilities,
    speed: &Speed,
) -> Floor {
    let cells = universe.start.area();
    let phases = phases(io);
    match (&io.wait, &io.work) {
        (Wait::None, None) => copy(cells, capabilities, speed),
        (Wait::Cpu(Work::Rounds(rounds)), _) | (Wait::None, Some(Work::Rounds(rounds))) => {
            let work = speed.rounds(rounds.saturating_mul(u64::from(phases)));
            compute(cells, work, capabilities, speed)
        }
        (Wait::Cpu(Work::Time(time)), _) | (Wait::None, Some(Work::Time(time))) => {
            fixed(cells, *time, phases, capabilities)
        }
        (Wait::Sleep(latency) | Wait::Block(latency), _) => {
            wait(universe, io, latency, capabilities, speed)
        }
        (Wait::Socket(socket), _) => wait(universe, io, &socket.latency, capabilities, speed),
        // Waits of later versions: what is not known is left out.
        _ => copy(cells, capabilities, speed),
    }
}

fn phases(io: &IoSpec) -> u32 {
    PHASES.into_iter().filter(|&phase| io.phase.contains(phase)).count() as u32
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
            // It is over when its time is, whoever else computes.
            Some(Work::Time(each)) => Self { each, all: Duration::ZERO },
            Some(Work::Rounds(rounds)) => {
                let each = speed.rounds(rounds);
                let calls = if is_certain { cells as f64 * f64::from(phases(io)) } else { 0.0 };
                Self { each, all: each.mul_f64(calls / cores(capabilities, speed) as f64) }
            }
        }
    }

    /// What a call takes that waits so long.
    fn call(&self, wait: Duration, io: &IoSpec) -> Duration {
        wait.saturating_add(self.each).min(io.timeout.unwrap_or(Duration::MAX))
    }
}

/// Reading one grid and writing another.
fn copy(cells: u64, capabilities: Capabilities, speed: &Speed) -> Floor {
    let cores = cores(capabilities, speed);
    let time = speed.copy(cells.div_ceil(8)).div_f64(cores as f64);
    let formula = format!("{cells} cells of one bit, copied by {}", count(cores, "core"));
    Floor { time, formula }
}

/// Work that cores share.
fn compute(cells: u64, work: Duration, capabilities: Capabilities, speed: &Speed) -> Floor {
    let cores = cores(capabilities, speed);
    let time = work.mul_f64(cells as f64 / cores as f64);
    let work = duration::show(Duration::from_nanos(work.as_nanos() as u64));
    let formula = format!("{cells} cells x {work} of work on {}", count(cores, "core"));
    Floor { time, formula }
}

/// Cores that compute.
fn cores(capabilities: Capabilities, speed: &Speed) -> usize {
    speed.cores.min(capabilities.concurrency.unwrap_or(usize::MAX)).max(1)
}

fn wait(
    universe: &Universe,
    io: &IoSpec,
    latency: &Latency,
    capabilities: Capabilities,
    speed: &Speed,
) -> Floor {
    let cells = universe.start.area();
    let before = Before::of(io, cells, capabilities, speed);
    let Latency::Fixed(latency) = latency else {
        return drawn(universe, io, latency, capabilities, &before);
    };
    let mut floor = fixed(cells, before.call(*latency, io), phases(io), capabilities);
    if !before.each.is_zero() {
        floor.formula += ", work included";
    }
    // Work comes before its wait, so the last of it has a whole wait to follow.
    let time = before.all.saturating_add(*latency);
    if !before.all.is_zero() && time > floor.time {
        let cores = count(cores(capabilities, speed), "core");
        let formula = format!("the work of {cells} cells on {cores}, and the last wait");
        floor = Floor { time, formula };
    }
    floor
}

/// Every cell waits as long.
fn fixed(cells: u64, latency: Duration, phases: u32, capabilities: Capabilities) -> Floor {
    let rounds_of = |workers: usize| cells.div_ceil(workers.max(1) as u64);
    let shown = duration::show(latency);
    let times = |rounds: u64| latency.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
    let twice = if phases == 2 { ", in both phases" } else { "" };
    match capabilities {
        Capabilities { stages: Some([neighbors, rule]), .. } if phases == 2 => {
            let rounds = rounds_of(neighbors.min(rule));
            // The second stage begins when the first has its first cell.
            let time = times(rounds + 1);
            let formula = format!(
                "1 + {rounds} rounds of {} waits of {shown}, the phases side by side",
                neighbors.min(rule)
            );
            Floor { time, formula }
        }
        Capabilities { stages: Some([_, workers]), .. }
        | Capabilities { concurrency: Some(workers), .. } => {
            let rounds = rounds_of(workers);
            let time = times(rounds.saturating_mul(u64::from(phases)));
            let formula = match workers {
                1 => format!("{cells} waits of {shown}, one after the other{twice}"),
                _ => {
                    let rounds = count(rounds as usize, "round");
                    format!("{rounds} of {workers} waits of {shown}{twice}")
                }
            };
            Floor { time, formula }
        }
        _ => {
            Floor { time: times(u64::from(phases)), formula: format!("one wait of {shown}{twice}") }
        }
    }
}

/// Every cell draws its own latency; they are known, for they follow from the site.
fn drawn(
    universe: &Universe,
    io: &IoSpec,
    latency: &Latency,
    capabilities: Capabilities,
    before: &Before,
) -> Floor {
    let cells = universe.start.area();
    let generations = (DRAWS / cells.max(1)).clamp(1, GENERATIONS);
    let times = (1..=generations)
        .map(|i| generation(universe, io, latency, capabilities, before, universe.generation + i));
    Floor { time: median(times.collect()), formula: formula(cells, capabilities) }
}

fn formula(cells: u64, capabilities: Capabilities) -> String {
    match capabilities.concurrency {
        Some(workers) => format!("the waits of {cells} cells, {workers} at a time"),
        None => format!("the longest of {cells} waits"),
    }
}

/// The floor of cells that draw their latencies, over the very generations that were measured: the
/// median of what is measured cannot lie below it.
pub(crate) struct Drawn {
    io: IoSpec,
    latency: Latency,
    capabilities: Capabilities,
    before: Before,
    /// Of each generation that was asked for.
    known: BTreeMap<u64, Duration>,
}

impl Drawn {
    /// `None` if the floor is the same in all generations.
    pub(crate) fn of(
        universe: &Universe,
        io: &IoSpec,
        capabilities: Capabilities,
        speed: &Speed,
    ) -> Option<Self> {
        let latency = match &io.wait {
            Wait::Sleep(latency) | Wait::Block(latency) => *latency,
            Wait::Socket(socket) => socket.latency,
            _ => return None,
        };
        let is_fixed = matches!(latency, Latency::Fixed(_));
        let before = Before::of(io, universe.start.area(), capabilities, speed);
        let known = BTreeMap::new();
        (!is_fixed).then(|| Self { io: io.clone(), latency, capabilities, before, known })
    }

    /// The median over these generations, some of which may come several times.
    pub(crate) fn over(
        &mut self,
        universe: &Universe,
        generations: impl Iterator<Item = u64>,
    ) -> Floor {
        let Self { io, latency, capabilities, before, known } = self;
        let time = |number| {
            let find = || generation(universe, io, latency, *capabilities, before, number);
            *known.entry(number).or_insert_with(find)
        };
        let times = generations.map(time).collect();
        Floor { time: median(times), formula: formula(universe.start.area(), *capabilities) }
    }
}

/// The lower one, if there are two in the middle.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

/// The floor of one generation: no cell takes less than its own waits, and no workers less than
/// their share of all.
fn generation(
    universe: &Universe,
    io: &IoSpec,
    latency: &Latency,
    capabilities: Capabilities,
    before: &Before,
    generation: u64,
) -> Duration {
    let (width, height) = (universe.start.width(), universe.start.height());
    let mut longest = Duration::ZERO;
    let mut sums = [Duration::ZERO; 2];
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let mut own = Duration::ZERO;
        for (sum, phase) in sums.iter_mut().zip(PHASES) {
            if io.phase.contains(phase) {
                let site = Site::new(generation, Cell::new(x, y), phase);
                let wait = before.call(latency.at(site, io.seed), io);
                own += wait;
                *sum += wait;
            }
        }
        longest = longest.max(own);
    }
    let share = |sum: Duration, workers: usize| sum.div_f64(workers.max(1) as f64);
    let shared = match capabilities {
        Capabilities { stages: Some([neighbors, rule]), .. } => {
            share(sums[0], neighbors).max(share(sums[1], rule))
        }
        Capabilities { concurrency: Some(workers), .. } => share(sums[0] + sums[1], workers),
        _ => Duration::ZERO,
    };
    longest.max(shared).max(before.all)
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
