//! Floors: what no implementation of a stepper's kind could beat, by arithmetic.

mod drawn;
mod service;
mod work;

use std::time::Duration;

use lifelab::core::number::counted;
use lifelab::core::{Capabilities, OnFault, duration};
use lifelab::io::{IoPhase, IoSpec, Wait, Work};

use crate::floor::work::{Before, cores, phases};
use crate::results::Floor;
use crate::speed::Speed;
use crate::universe::Universe;

pub(crate) use drawn::Drawn;

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
    let cells = universe.start.area();
    if service::decides(io) {
        return copy(cells, capabilities, speed);
    }
    if let Some(drawn) = Drawn::of(universe, io, capabilities, speed) {
        return drawn.before_any(universe);
    }
    let floor = match (&io.wait, &io.work) {
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
    };
    service::limited(floor, cells, io)
}

/// How far below a floor a median may lie: a floor that is made of work has been measured, and so is
/// not exact.
pub(crate) fn tolerance(floor: &Floor) -> f64 {
    if floor.cores.is_some() { 0.9 } else { 1.0 }
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

/// Reading one grid and writing another.
fn copy(cells: u64, capabilities: Capabilities, speed: &Speed) -> Floor {
    let cores = cores(capabilities, speed);
    let time = speed.copy(cells.div_ceil(8)).div_f64(cores as f64);
    let formula = format!(
        "{} of one bit, copied by {}",
        counted(cells, "cell"),
        counted(cores as u64, "core")
    );
    Floor { time, formula, cores: Some(cores as u64) }
}

/// Work that cores share.
fn compute(cells: u64, work: Duration, capabilities: Capabilities, speed: &Speed) -> Floor {
    let cores = cores(capabilities, speed);
    let time = work.mul_f64(cells as f64 / cores as f64);
    let work = duration::show(Duration::from_nanos(work.as_nanos() as u64));
    let formula =
        format!("{} x {work} of work on {}", counted(cells, "cell"), counted(cores as u64, "core"));
    Floor { time, formula, cores: Some(cores as u64) }
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
        let formula = format!(
            "the work of {} on {}, and the last wait",
            counted(cells, "cell"),
            counted(cores as u64, "core")
        );
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
                "1 + {rounds} rounds of {} of {shown}, the phases side by side",
                counted(workers as u64, "wait")
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
        Some(1) if cells == 1 => format!("one wait of {shown}{twice}"),
        Some(1) => format!("{cells} waits of {shown}, one after the other{twice}"),
        Some(workers) => {
            let rounds = counted(rounds, "round");
            format!("{rounds} of {workers} waits of {shown}{twice}")
        }
    };
    Floor { time, formula, cores: None }
}

#[cfg(test)]
mod tests;
