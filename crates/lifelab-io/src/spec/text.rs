//! The shorthand of a whole description.

mod limits;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::IoSpec;
use crate::circuit_breaker::BreakerSpec;
use crate::cpu::Work;
use crate::fault::{FaultSpec, Injected};
use crate::hedge_spec::HedgeSpec;
use crate::in_flight_spec::InFlightSpec;
use crate::phase::IoPhase;
use crate::retry::RetrySpec;
use crate::service_limits::ServiceLimits;
use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};
use crate::wait::Wait;
use lifelab_core::number::fraction;
use lifelab_core::{OnFault, duration};

impl Shorthand for IoSpec {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let wait = Wait::scan(scanner)?;
        let mut options = Options::default();
        loop {
            let end = scanner.at();
            scanner.skip_spaces();
            if scanner.rest().is_empty() {
                break;
            }
            if scanner.at() == end {
                return Err(scanner.unexpected("a space, or the end"));
            }
            if limits::are_next(scanner) && !matches!(wait, Wait::Sleep(_) | Wait::Socket(_)) {
                return Err(scanner.unexpected("limits behind a sleep or a socket only"));
            }
            options.scan_one(scanner)?;
        }
        Ok(options.around(wait))
    }
}

/// What may follow the wait, in any order: faults as often as one likes, the rest once.
#[derive(Default)]
struct Options {
    limits: ServiceLimits,
    faults: Vec<FaultSpec>,
    phase: Option<IoPhase>,
    seed: Option<u64>,
    work: Option<Work>,
    timeout: Option<Duration>,
    retry: Option<RetrySpec>,
    hedge: Option<HedgeSpec>,
    in_flight: Option<InFlightSpec>,
    breaker: Option<BreakerSpec>,
    retry_budget: Option<f64>,
    on_fault: Option<OnFault>,
    offload: Option<()>,
}

impl Options {
    fn around(self, wait: Wait) -> IoSpec {
        let Self { limits, faults, work, timeout, retry, hedge, in_flight, breaker, .. } = self;
        IoSpec {
            wait,
            limits,
            phase: self.phase.unwrap_or_default(),
            seed: self.seed.unwrap_or_default(),
            work,
            faults,
            timeout,
            retry,
            hedge,
            in_flight,
            breaker,
            retry_budget: self.retry_budget,
            on_fault: self.on_fault.unwrap_or_default(),
            offload: self.offload.is_some(),
        }
    }

    fn scan_one(&mut self, scanner: &mut Scanner<'_>) -> Result<(), ShorthandError> {
        match scanner.peek_token() {
            _ if limits::are_next(scanner) => limits::scan(&mut self.limits, scanner),
            "phase" => once(&mut self.phase, scanner, valued(IoPhase::scan)),
            "seed" => once(&mut self.seed, scanner, valued(|s| s.value("a number: the seed"))),
            "work" => once(&mut self.work, scanner, valued(Work::scan)),
            "timeout" => once(&mut self.timeout, scanner, valued(Scanner::duration)),
            "retry" => once(&mut self.retry, scanner, valued(RetrySpec::scan)),
            "hedge" => once(&mut self.hedge, scanner, valued(HedgeSpec::scan)),
            "in_flight" => once(&mut self.in_flight, scanner, valued(InFlightSpec::scan)),
            "breaker" => once(&mut self.breaker, scanner, valued(BreakerSpec::scan)),
            "retry_budget" => once(&mut self.retry_budget, scanner, valued(scan_share)),
            "on_fault" => once(&mut self.on_fault, scanner, valued(OnFault::scan)),
            "offload" => once(&mut self.offload, scanner, |_| Ok(())),
            name if Injected::find(name).is_some() => {
                self.faults.push(FaultSpec::scan(scanner)?);
                Ok(())
            }
            _ => Err(scanner.unexpected(
                "phase, seed, work, timeout, hedge, in_flight, breaker, retry, retry_budget, \
                 on_fault, offload, a fault (error, panic, hang), or a limit of the service \
                 (capacity, queue, rate, burst, slow, contention, coherency, max_connections, connect)",
            )),
        }
    }
}

/// Reads a number from 0 to 1.
fn scan_share(scanner: &mut Scanner<'_>) -> Result<f64, ShorthandError> {
    let start = scanner.at();
    let share = scanner.value(fraction::EXPECTED)?;
    let is_share = (0.0..=1.0).contains(&share);
    if is_share { Ok(share) } else { Err(scanner.wrong(start, fraction::EXPECTED)) }
}

/// Reads an option that must not be given twice: its name, and then what `scan` reads.
fn once<'a, T>(
    option: &mut Option<T>,
    scanner: &mut Scanner<'a>,
    scan: impl FnOnce(&mut Scanner<'a>) -> Result<T, ShorthandError>,
) -> Result<(), ShorthandError> {
    if option.is_some() {
        return Err(scanner.unexpected("an option that was not given before"));
    }
    scanner.token();
    *option = Some(scan(scanner)?);
    Ok(())
}

/// Reads `:` and a value.
fn valued<'a, T>(
    scan: impl FnOnce(&mut Scanner<'a>) -> Result<T, ShorthandError>,
) -> impl FnOnce(&mut Scanner<'a>) -> Result<T, ShorthandError> {
    |scanner| {
        scanner.need(':', "`:` and a value")?;
        scan(scanner)
    }
}

impl FromStr for IoSpec {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for IoSpec {
    /// Prints what differs from the defaults.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.wait, self.limits)?;
        if self.phase != IoPhase::default() {
            write!(f, " phase:{}", self.phase)?;
        }
        if let Some(work) = self.work {
            write!(f, " work:{work}")?;
        }
        for fault in &self.faults {
            write!(f, " {fault}")?;
        }
        if let Some(timeout) = self.timeout {
            write!(f, " timeout:{}", duration::show(timeout))?;
        }
        if let Some(retry) = self.retry {
            write!(f, " retry:{retry}")?;
        }
        if let Some(hedge) = self.hedge {
            write!(f, " hedge:{hedge}")?;
        }
        if let Some(limit) = self.in_flight {
            write!(f, " in_flight:{limit}")?;
        }
        if let Some(breaker) = self.breaker {
            write!(f, " breaker:{breaker}")?;
        }
        if let Some(share) = self.retry_budget {
            write!(f, " retry_budget:{share}")?;
        }
        if self.on_fault == OnFault::Keep {
            f.write_str(" on_fault:keep")?;
        }
        if self.offload {
            f.write_str(" offload")?;
        }
        if self.seed != 0 {
            write!(f, " seed:{}", self.seed)?;
        }
        Ok(())
    }
}
