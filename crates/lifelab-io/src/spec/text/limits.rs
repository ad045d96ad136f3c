//! The limits of a service, in shorthand.

use super::{once, valued};
use crate::service_limits::{ServiceLimits, SlowShare};
use crate::shorthand::{Scanner, ShorthandError};

/// The names of all limits.
const NAMES: [&str; 9] = [
    "capacity",
    "queue",
    "rate",
    "burst",
    "slow",
    "contention",
    "coherency",
    "max_connections",
    "connect",
];

/// Whether what comes next is a limit.
pub(super) fn are_next(scanner: &Scanner<'_>) -> bool {
    NAMES.contains(&scanner.peek_token())
}

/// Reads one of them.
pub(super) fn scan(
    limits: &mut ServiceLimits,
    scanner: &mut Scanner<'_>,
) -> Result<(), ShorthandError> {
    let requests = |scanner: &mut Scanner<'_>| scanner.number("a number of requests, from 1");
    match scanner.peek_token() {
        "capacity" => once(&mut limits.capacity, scanner, valued(requests)),
        "queue" => once(&mut limits.queue, scanner, valued(|s| s.number("a number of requests"))),
        "rate" => once(&mut limits.rate, scanner, valued(scan_rate)),
        "burst" => once(&mut limits.burst, scanner, valued(requests)),
        "slow" => once(&mut limits.slow, scanner, valued(scan_slow)),
        "contention" => once_factor(&mut limits.contention, scanner),
        "coherency" => once_factor(&mut limits.coherency, scanner),
        "max_connections" => {
            let scan = |s: &mut Scanner<'_>| s.number("a number of connections, from 1");
            once(&mut limits.max_connections, scanner, valued(scan))
        }
        _ => once(&mut limits.connect, scanner, valued(Scanner::duration)),
    }
}

/// Reads `1000/s`; the unit may be left out.
fn scan_rate(scanner: &mut Scanner<'_>) -> Result<std::num::NonZeroU32, ShorthandError> {
    let start = scanner.at();
    let text = scanner.token();
    let number = lifelab_core::number::parse(text.strip_suffix("/s").unwrap_or(text));
    number.ok_or_else(|| scanner.wrong(start, "a number of requests per second such as 1000/s"))
}

/// Reads `0.01(100ms)`.
fn scan_slow(scanner: &mut Scanner<'_>) -> Result<SlowShare, ShorthandError> {
    const EXPECTED: &str = "a share of requests from 0 to 1";
    let start = scanner.at();
    let share: f64 = scanner.value(EXPECTED)?;
    if !(0.0..=1.0).contains(&share) {
        return Err(scanner.wrong(start, EXPECTED));
    }
    scanner.open()?;
    let extra = scanner.duration()?;
    scanner.close()?;
    Ok(SlowShare { share, extra })
}

/// Reads a factor that is 0 if it is not given.
fn once_factor(factor: &mut f64, scanner: &mut Scanner<'_>) -> Result<(), ShorthandError> {
    const EXPECTED: &str = "a factor from 0 such as 0.02";
    let mut given = (*factor != 0.0).then_some(*factor);
    once(&mut given, scanner, |scanner| {
        scanner.need(':', "`:` and a value")?;
        let start = scanner.at();
        let value: f64 = scanner.value(EXPECTED)?;
        let makes_sense = value.is_finite() && value >= 0.0;
        if makes_sense { Ok(value) } else { Err(scanner.wrong(start, EXPECTED)) }
    })?;
    *factor = given.unwrap_or_default();
    Ok(())
}
