//! Computation in the place of a wait: what threads and tasks on one core cannot overlap.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};
use serde::{Deserialize, Serialize};

use crate::shorthand::{Scanner, Shorthand, ShorthandError};
use lifelab_core::duration;

/// How much to compute.
///
/// | shorthand | RON |
/// | --- | --- |
/// | `cpu:50us` | `cpu(time("50us"))` |
/// | `cpu:rounds(10000)` | `cpu(rounds(10000))` |
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Until this time has passed by the clock. The time stays the same on a crowded machine, where
    /// less is computed in it: a load, but no measure of parallelism.
    Time(#[serde(with = "lifelab_core::duration")] Duration),
    /// This number of rounds of a mixing function, a few nanoseconds each. The amount stays the
    /// same, so what several cores gain becomes visible.
    Rounds(#[serde(deserialize_with = "lifelab_core::number::deserialize")] u64),
}

/// Computes, and waits for nothing.
///
/// **As a future it computes while it is polled**, so it keeps its thread from all other tasks.
/// That is deliberate: it is the mistake that detection of a blocked event loop is there to find.
/// The remedy is to send the blocking form to other threads, where it belongs, as the policy
/// [`offload`](crate::IoSpec::offload) does:
///
/// ```
/// use lifelab_core::{Cell, CellIo, Phase, Site, CancellationToken};
/// use lifelab_io::IoSpec;
///
/// let io = "cpu:rounds(10000) offload".parse::<IoSpec>().unwrap().build().unwrap();
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let site = Site::new(1, Cell::new(0, 0), Phase::Rule);
/// io.call_async(site, &CancellationToken::new()).await // The event loop goes on meanwhile.
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cpu {
    work: Work,
}

/// Rounds between two looks at the clock and the stop: about a microsecond.
const STRIDE: u64 = 256;

impl Cpu {
    /// Computes `work` for each call.
    pub fn new(work: Work) -> Self {
        Self { work }
    }

    fn compute(&self, stop: &CancellationToken) -> Result<(), Fault> {
        match self.work {
            Work::Time(time) => {
                let start = Instant::now();
                while start.elapsed() < time {
                    stop.check()?;
                    mix(STRIDE);
                }
            }
            Work::Rounds(mut rounds) => {
                while rounds > 0 {
                    stop.check()?;
                    mix(rounds.min(STRIDE));
                    rounds = rounds.saturating_sub(STRIDE);
                }
            }
        }
        Ok(())
    }
}

/// A chain of multiplications, each waiting for the last, which no compiler can leave out.
fn mix(rounds: u64) {
    let mixed = (0..rounds).fold(black_box(1_u64), |z, round| {
        (z ^ z >> 31).wrapping_mul(0x94d0_49bb_1331_11eb).wrapping_add(round)
    });
    black_box(mixed);
}

impl CellIo for Cpu {
    fn call(&self, _: Site, stop: &CancellationToken) -> Result<(), Fault> {
        self.compute(stop)
    }

    fn call_async<'a>(&'a self, _: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new(async move { self.compute(stop) })
    }
}

impl Shorthand for Work {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let start = scanner.at();
        match scanner.token() {
            "rounds" => {
                scanner.open()?;
                let rounds = scanner.number("a number of rounds")?;
                scanner.close()?;
                Ok(Self::Rounds(rounds))
            }
            text => (duration::parse(text).map(Self::Time))
                .ok_or_else(|| scanner.wrong(start, "a duration such as 50us, or rounds(10000)")),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => f.write_str(&duration::show(*time)),
            Self::Rounds(rounds) => write!(f, "rounds({rounds})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::{Cell, FaultKind, Phase};

    use super::*;

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    #[tokio::test]
    async fn both_forms_compute_for_the_time() {
        let time = Duration::from_millis(2);
        let cpu = Cpu::new(Work::Time(time));
        let start = Instant::now();
        cpu.call(SITE, &CancellationToken::new()).unwrap();
        assert!(start.elapsed() >= time);
        let start = Instant::now();
        cpu.call_async(SITE, &CancellationToken::new()).await.unwrap();
        assert!(start.elapsed() >= time);
    }

    #[test]
    fn rounds_of_any_number_come_to_an_end() {
        for rounds in [0, 1, STRIDE, STRIDE + 1] {
            Cpu::new(Work::Rounds(rounds)).call(SITE, &CancellationToken::new()).unwrap();
        }
    }

    #[test]
    fn a_stop_ends_either_kind_of_work() {
        for work in [Work::Time(Duration::MAX), Work::Rounds(u64::MAX)] {
            let stop = CancellationToken::new();
            let working = std::thread::spawn({
                let stop = stop.clone();
                move || Cpu::new(work).call(SITE, &stop)
            });
            stop.cancel();
            assert_eq!(working.join().unwrap().unwrap_err().kind(), FaultKind::Stopped);
        }
    }
}
