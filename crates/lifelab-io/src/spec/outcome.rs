//! What becomes of a cell's call, told without making it.

use std::time::Duration;

use lifelab_core::Site;

use crate::cpu::Work;
use crate::fault::Injected;
use crate::spec::IoSpec;
use crate::wait::Wait;

impl IoSpec {
    /// Whether a cell's call fails, all its attempts included: by the faults on purpose that are drawn
    /// for it, and by waits that are longer than the timeout. A hang without a timeout, which never
    /// ends, counts as failed.
    ///
    /// ```
    /// use lifelab_core::{Cell, Phase, Site};
    /// use lifelab_io::IoSpec;
    ///
    /// let spec: IoSpec = "sleep:10ms error@3:(5,7)".parse()?;
    /// assert!(spec.fails(Site::new(3, Cell::new(5, 7), Phase::Rule)));
    /// assert!(!spec.fails(Site::new(4, Cell::new(5, 7), Phase::Rule)));
    /// # Ok::<(), lifelab_io::IoError>(())
    /// ```
    pub fn fails(&self, site: Site) -> bool {
        if !self.phase.contains(site.phase) {
            return false;
        }
        let mut paused = Duration::ZERO;
        for retry in 0..=self.retry.map_or(0, |retry| retry.limit) {
            let site = Site { attempt: site.attempt.saturating_add(retry), ..site };
            match self.injected(site) {
                None if !self.is_too_long(site) => return false,
                Some(Injected::Panic) => return true, // It is not tried again.
                None | Some(Injected::Error | Injected::Hang) => {}
            }
            if let Some(spec) = self.retry {
                paused = paused.saturating_add(spec.pause(retry, site, self.seed));
                if spec.budget.is_some_and(|budget| paused > budget) {
                    return true;
                }
            }
        }
        true
    }

    /// Whether [`fails`](Self::fails) is all that decides. It is not where a timeout may end a wait that
    /// is shorter, on a machine with other work, nor where another program answers or a service refuses
    /// whoever comes late.
    pub fn is_certain(&self) -> bool {
        let takes_no_time = self.wait == Wait::None && self.work.is_none();
        let is_own =
            matches!(self.wait, Wait::None | Wait::Sleep(_) | Wait::Block(_) | Wait::Cpu(_));
        let refuses = self.limits.queue.is_some();
        // Which cells' retries there are none left for, or which find a breaker open, their order decides;
        // and of two requests, time.
        let has_order =
            self.breaker.is_some() || self.retry_budget.is_some() || self.hedge.is_some();
        let cannot_fail = self.faults.is_empty() && self.timeout.is_none();
        is_own
            && !refuses
            && (!has_order || cannot_fail)
            && (self.timeout.is_none() || takes_no_time)
    }

    /// Whether an attempt that no fault replaces is timed out.
    fn is_too_long(&self, site: Site) -> bool {
        let Some(timeout) = self.timeout else { return false };
        let time = |work: &Work| match work {
            Work::Time(time) => *time,
            Work::Rounds(_) => Duration::ZERO, // How long they take, the machine decides.
        };
        let wait = match &self.wait {
            Wait::None => Duration::ZERO,
            Wait::Sleep(latency) | Wait::Block(latency) => latency.at(site, self.seed),
            Wait::Socket(socket) => socket.latency.at(site, self.seed),
            Wait::Cpu(work) => time(work),
        };
        wait.saturating_add(self.work.as_ref().map_or(Duration::ZERO, time)) > timeout
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::{CancellationToken, Cell, Phase};

    use super::*;

    /// Every spec here is decided by hashes, by waits that take no time, or by an hour of them.
    #[test]
    fn calls_fail_where_it_was_told() {
        for (text, some) in [
            ("none error:0.3", true),
            ("none error:0.5 retry:2(1us,1us) phase:both seed:4", true),
            ("none panic:0.2 error:0.5 retry:3(1us,1us)", true),
            ("none error:0.7 retry:9(10us,20us,60us)", true),
            ("none hang:0.3 timeout:2ms", true),
            ("none error@1:(2,3) phase:neighbors", true),
            ("none error@1:(2,3)*2 retry:1(1us,1us)", true),
            ("none error@1:(2,3) retry:1(1us,1us)", false),
            ("none", false),
        ] {
            let spec: IoSpec = text.parse().unwrap();
            assert!(spec.is_certain(), "{text}");
            let io = spec.build().unwrap();
            let mut failed = 0;
            for (x, y) in (0..6).flat_map(|x| (0..6).map(move |y| (x, y))) {
                for phase in [Phase::Neighbors, Phase::Rule] {
                    let site = Site::new(1, Cell::new(x, y), phase);
                    let called = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        io.call(site, &CancellationToken::new()).is_err()
                    }));
                    assert_eq!(spec.fails(site), called.unwrap_or(true), "{text}: {site:?}");
                    failed += u32::from(spec.fails(site));
                }
            }
            assert!(failed < 72 && (failed > 0) == some, "{text}: {failed}");
        }
    }

    #[test]
    fn a_wait_longer_than_its_timeout_fails_and_what_time_decides_is_not_certain() {
        let site = Site::new(1, Cell::new(0, 0), Phase::Rule);
        for (text, fails, is_certain) in [
            ("sleep:1h timeout:1ms", true, false),
            ("sleep:1ms timeout:1h", false, false),
            ("sleep:1h work:1h", false, true),
            ("cpu:2h timeout:1h retry:4", true, false),
            ("socket:1ms", false, false),
            ("sleep:1ms capacity:3", false, true),
            ("sleep:1ms in_flight:3 hedge:p95 breaker:1(1s)", false, true),
            ("sleep:1ms hang:0.1 hedge:1ms", false, false),
            ("sleep:1ms capacity:3 queue:9", false, false),
        ] {
            let spec: IoSpec = text.parse().unwrap();
            assert_eq!((spec.fails(site), spec.is_certain()), (fails, is_certain), "{text}");
        }
    }
}
