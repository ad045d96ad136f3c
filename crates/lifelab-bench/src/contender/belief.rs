//! Whether an answer is one, and whether its times can be believed.

use std::time::Duration;

use lifelab::Grid;
use lifelab::core::Capabilities;
use lifelab::core::number::counted;

use crate::contender::protocol::{self, Reply};
use crate::contender::trouble::{Trouble, protocol_error};
use crate::universe::Universe;

/// How much longer than by its own clock a request may take, beside as long again: what it takes to
/// read a universe and to write one, for any program and for each cell.
const ALLOWANCE: Duration = Duration::from_millis(200);
const ALLOWANCE_PER_CELL: Duration = Duration::from_micros(2);

/// What two clocks may differ by.
const CLOCKS: Duration = Duration::from_millis(1);

/// An answer to a request, and how long it took from outside.
pub(super) struct Timed {
    pub(super) times: Vec<Duration>,
    pub(super) took: Duration,
    pub(super) capabilities: Capabilities,
    pub(super) grid: Grid,
}

/// The reply, if it is what was asked for.
pub(super) fn checked(
    reply: Reply,
    took: Duration,
    generations: u64,
    universe: &Universe,
) -> Result<Timed, Trouble> {
    if let Some(error) = reply.error {
        return Err(Trouble { kind: "refused", error });
    }
    if reply.times_ns.len() as u64 != generations {
        let times = counted(reply.times_ns.len() as u64, "time");
        let asked = counted(generations, "generation");
        return Err(protocol_error(format!("it told {times} for {asked}")));
    }
    let grid = protocol::grid(&reply.rows, universe).map_err(protocol_error)?;
    let times = reply.times_ns.into_iter().map(Duration::from_nanos).collect();
    let mut capabilities = Capabilities::local(reply.concurrency.filter(|cells| *cells > 0));
    if let Some([neighbors, rule]) = reply.stages {
        capabilities = capabilities.in_stages(neighbors, rule);
    }
    Ok(Timed { times, took, capabilities, grid })
}

/// Why the times that a program tells cannot be right, if they cannot.
pub(super) fn disbelief(times: &[Duration], took: Duration, cells: u64) -> Option<String> {
    let told: Duration = times.iter().sum();
    let per_cell = ALLOWANCE_PER_CELL.saturating_mul(u32::try_from(cells).unwrap_or(u32::MAX));
    let compared = format!(
        "{} took {told:.1?} by its own clock, and {took:.1?} by the harness'",
        counted(times.len() as u64, "generation")
    );
    if told > took + CLOCKS {
        Some(format!("{compared}: it did not take the time that it tells of"))
    } else if took > told.saturating_mul(2) + ALLOWANCE + per_cell {
        Some(format!("{compared}: its clock leaves out most of what it does"))
    } else {
        None
    }
}
