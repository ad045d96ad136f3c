//! The least time of a generation whose cells wait.

use std::time::Duration;

use lifelab::core::Capabilities;
use lifelab::io::{IoSpec, Wait};

/// What no stepper with these capabilities could beat: rounds of waits, as many at a time as it can. Cells
/// wait while they apply the rule. `None` if they do not wait.
pub(crate) fn of(cells: u64, io: &IoSpec, capabilities: Capabilities) -> Option<Duration> {
    let wait = match &io.wait {
        Wait::Sleep(latency) | Wait::Block(latency) => latency.mean(),
        Wait::Socket(socket) => socket.latency.mean(),
        _ => return None,
    };
    let at_once = capabilities.stages.map(|[_, rule]| rule).or(capabilities.concurrency);
    let rounds = at_once.map_or(1, |workers| cells.div_ceil(workers.max(1) as u64));
    Some(wait.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_the_rounds_of_waits() {
        let io: IoSpec = "sleep:20ms".parse().unwrap();
        let floor = |capabilities| of(4800, &io, capabilities).unwrap().as_millis();
        assert_eq!(floor(Capabilities::local(Some(1))), 96_000);
        assert_eq!(floor(Capabilities::local(Some(64))), 1_500);
        assert_eq!(floor(Capabilities::local(Some(66)).in_stages(2, 64)), 1_500);
        assert_eq!(floor(Capabilities::local(None)), 20);
        assert_eq!(of(4800, &IoSpec::default(), Capabilities::local(None)), None);
    }
}
