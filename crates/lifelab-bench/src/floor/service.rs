//! What a service of limited capacity does to a floor.

use std::num::NonZeroU32;
use std::time::Duration;

use lifelab::core::number::counted;
use lifelab::core::{OnFault, duration};
use lifelab::io::{IoSpec, Latency, Wait};

use crate::floor::work::phases;
use crate::results::Floor;

/// The latency of requests to a service that may have limits.
fn latency(io: &IoSpec) -> Option<Latency> {
    match &io.wait {
        Wait::Sleep(latency) => Some(*latency),
        Wait::Socket(socket) => Some(socket.latency),
        _ => None,
    }
}

/// Whether a service decides by refusals how long cells wait: if those that it refuses keep their states,
/// or ask again and draw another latency. Then nothing is known of the waits.
pub(super) fn decides(io: &IoSpec) -> bool {
    let Some(latency) = latency(io).filter(|_| io.limits.queue.is_some()) else { return false };
    io.on_fault == OnFault::Keep || !matches!(latency, Latency::Fixed(_))
}

/// The floor, or what the service takes if that is more: it serves no more at once, whoever asks.
pub(super) fn limited(floor: Floor, cells: u64, io: &IoSpec) -> Floor {
    let floor = at_the_rate(floor, cells, io);
    let (Some(latency), Some(capacity)) = (latency(io), io.limits.capacity) else { return floor };
    // Whoever gives up waiting needs no service.
    if io.timeout.is_some() || io.on_fault == OnFault::Keep {
        return floor;
    }
    let rounds = cells.saturating_mul(phases(io).into()).div_ceil(capacity.get().into());
    let latency = latency.mean();
    let time = latency.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
    if time <= floor.time {
        return floor;
    }
    let (rounds, shown) = (counted(rounds, "round"), duration::show(latency));
    let formula =
        format!("{rounds} of {capacity} requests of {shown} that the service takes at once");
    Floor { time, formula, ..floor }
}

/// The floor, or what passes until the last request may begin if that is more. Before a generation the
/// bucket may be full.
fn at_the_rate(floor: Floor, cells: u64, io: &IoSpec) -> Floor {
    let time = rate_limited(cells, io);
    let Some(rate) = io.limits.rate.filter(|_| time > floor.time) else { return floor };
    let calls = cells.saturating_mul(phases(io).into());
    let burst = io.limits.burst.map_or(1, NonZeroU32::get);
    let formula = format!("{calls} requests at {rate} per second, after a burst of {burst}");
    Floor { time, formula, ..floor }
}

/// How long a generation's requests take at least to begin, if their rate is limited.
pub(super) fn rate_limited(cells: u64, io: &IoSpec) -> Duration {
    let Some(rate) = io.limits.rate.filter(|_| latency(io).is_some()) else {
        return Duration::ZERO;
    };
    if io.timeout.is_some() || io.on_fault == OnFault::Keep {
        return Duration::ZERO;
    }
    let burst = io.limits.burst.map_or(1, NonZeroU32::get);
    let later = cells.saturating_mul(phases(io).into()).saturating_sub(burst.into());
    Duration::from_secs_f64(later as f64 / f64::from(rate.get()))
}

/// How many cells a service serves at once, if that is limited.
pub(super) fn capacity(io: &IoSpec) -> Option<usize> {
    let capacity = latency(io).and(io.limits.capacity)?;
    // Work is done before a request, whatever the service does.
    (io.work.is_none() && io.timeout.is_none()).then_some(capacity.get() as usize)
}
