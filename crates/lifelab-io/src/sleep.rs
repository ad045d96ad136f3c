//! A wait that is nothing but time: the plainest stand-in for a disk, a database, a colleague.

use std::time::Duration;

use lifelab_core::{CancellationToken, CellIo, Delay, Fault, IoFuture, Site};

use crate::latency::Latency;
use crate::{precise_sleep, runtime};

/// DelayQueue for a [`Latency`].
///
/// **Costs** in blocking form a sleeping thread, whose timer slack is turned off while it sleeps.
/// As a future it costs four bytes in the timers of the [fan-out](lifelab_core::IoFuture::sleep) that
/// polls it, with ticks of 131 us; elsewhere a tokio timer, which rounds up to whole milliseconds:
/// `sleep:50us` takes 1 to 2 ms.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sleep {
    latency: Latency,
    seed: u64,
}

impl Sleep {
    /// DelayQueue for latencies drawn with this seed.
    pub fn new(latency: Latency, seed: u64) -> Self {
        Self { latency, seed }
    }

    fn duration(&self, site: Site) -> Duration {
        self.latency.at(site, self.seed)
    }
}

impl CellIo for Sleep {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        precise_sleep::sleep(self.duration(site), stop)?;
        Ok(())
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::sleep(self.duration(site), |rest| IoFuture::new(runtime::sleep(rest)))
    }

    fn row_delays(&self, first: Site, cells: u32, delays: &mut Vec<Delay>) -> bool {
        delays.extend(self.latency.row(first, cells, self.seed).map(Delay::new));
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use lifelab_core::{Cell, Phase};

    use super::*;

    fn sites() -> impl Iterator<Item = Site> {
        (0..50).map(|x| Site::new(1, Cell::new(x, 0), Phase::Rule))
    }

    #[tokio::test(start_paused = true)]
    async fn both_forms_sleep_for_the_same_time() {
        let sleep = Sleep::new("exp(1ms)".parse().unwrap(), 1);
        for site in sites() {
            let latency = sleep.latency.at(site, 1);
            let start = tokio::time::Instant::now();
            sleep.call_async(site, &CancellationToken::new()).await.unwrap();
            // The paused clock is exact, the timer's grain a millisecond.
            assert!(start.elapsed() >= latency);
            assert!(start.elapsed() <= latency + Duration::from_millis(1));

            let start = Instant::now();
            sleep.call(site, &CancellationToken::new()).unwrap();
            assert!(start.elapsed() >= latency);
        }
    }

    #[test]
    fn awaited_outside_a_runtime_it_says_what_it_needs() {
        let sleep = Sleep::new("1ms".parse().unwrap(), 1);
        let stop = CancellationToken::new();
        let site = sites().next().unwrap();
        let outcome = crate::park::block_on(sleep.call_async(site, &stop), &stop).unwrap();
        assert!(outcome.unwrap_err().message().contains("tokio runtime"));
    }
}
