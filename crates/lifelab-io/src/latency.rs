//! How long a wait takes: distributions of latencies.

use std::f64::consts::TAU;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use lifelab_core::{Position, Site};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::draw::{Draws, Purpose};
use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};
use lifelab_core::duration;

/// How long a wait takes. Each is given by its mean where it has one to choose, so that models can
/// be compared: the same mean, another tail.
///
/// A latency is drawn from a hash of seed and [`Site`], never from a generator that calls share:
/// every stepper, thread and process sees the same delay for the same cell. Two processors may
/// differ in the last bit of a logarithm, and so in a nanosecond.
///
/// | shorthand | RON | formula, with *u* and *v* uniform in [0, 1) |
/// | --- | --- | --- |
/// | `10ms` | `fixed("10ms")` | 10 ms |
/// | `uniform(5ms,15ms)` | `uniform(from: "5ms", to: "15ms")` | from + (to - from) *u* |
/// | `exp(10ms)` | `exponential(mean: "10ms")` | -mean ln(1 - *u*) |
/// | `lognormal(10ms,0.5)` | `log_normal(mean: "10ms", sigma: 0.5)` | mean exp(sigma *z* - sigma²/2), *z* = sqrt(-2 ln(1 - *u*)) cos(2π*v*) |
/// | `pareto(10ms,2.5)` | `pareto(mean: "10ms", shape: 2.5)` | mean (1 - 1/shape) (1 - *u*)^(-1/shape) |
///
/// Sources: inversion as in Devroye, *Non-Uniform Random Variate Generation* (1986), section II.2;
/// *z* by Box and Muller, "A note on the generation of random normal deviates" (1958); the means of
/// log-normal, exp(mu + sigma²/2), and Pareto, shape * scale / (shape - 1), as in Johnson, Kotz and
/// Balakrishnan, *Continuous Univariate Distributions*, volume 1 (1994), chapters 14 and 20.
///
/// ```
/// use lifelab_io::Latency;
///
/// let latency: Latency = "exp(1.5ms)".parse()?;
/// assert_eq!(latency.to_string(), "exp(1ms500us)");
/// assert_eq!("10 ms".parse::<Latency>().unwrap_err().column, 1);
/// # Ok::<(), lifelab_io::ShorthandError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Latency {
    /// Always this time.
    Fixed(#[serde(with = "lifelab_core::duration")] Duration),
    /// Anything between two bounds, equally likely.
    Uniform {
        /// The lower bound.
        #[serde(with = "lifelab_core::duration")]
        from: Duration,
        /// The upper bound.
        #[serde(with = "lifelab_core::duration")]
        to: Duration,
    },
    /// The time to the next of many independent events.
    Exponential {
        /// The mean.
        #[serde(with = "lifelab_core::duration")]
        mean: Duration,
    },
    /// Many small factors multiplied: most services, most of the time.
    LogNormal {
        /// The mean; the median is exp(-sigma²/2) times it.
        #[serde(with = "lifelab_core::duration")]
        mean: Duration,
        /// The standard deviation of the logarithm, 0 to 10.
        sigma: f64,
    },
    /// A heavy tail: a few waits take as long as all others together.
    Pareto {
        /// The mean.
        #[serde(with = "lifelab_core::duration")]
        mean: Duration,
        /// How fast the tail falls, above 1; up to 2 the variance is infinite.
        shape: f64,
    },
}

impl Serialize for Latency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer) // As derived: `remote` makes it a function of its own.
    }
}

impl<'de> Deserialize<'de> for Latency {
    /// Refuses what makes no sense, so that the error has its place.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let latency = Self::deserialize(deserializer)?; // As derived, too.
        match latency.flaw() {
            None => Ok(latency),
            Some(expected) => {
                Err(D::Error::custom(format!("found {latency}, expected {expected}")))
            }
        }
    }
}

impl Latency {
    /// The latency at a site.
    pub fn at(&self, site: Site, seed: u64) -> Duration {
        self.drawn(site, Draws::new(seed, site.generation))
    }

    /// The latencies at the sites of `cells` cells of a row, from `first` to the east. What they have
    /// in common is computed once.
    pub(crate) fn row(self, first: Site, cells: u32, seed: u64) -> impl Iterator<Item = Duration> {
        let draws = Draws::new(seed, first.generation);
        let Position { x, y } = first.at;
        let row = (0..cells).map(move |column| Position { x: x.wrapping_add(column.into()), y });
        row.map(move |at| self.drawn(Site { at, ..first }, draws))
    }

    #[inline]
    fn drawn(&self, site: Site, draws: Draws) -> Duration {
        let unit = |purpose| draws.unit(site, purpose);
        let u = || unit(Purpose::Latency);
        match *self {
            Self::Fixed(latency) => latency,
            Self::Uniform { from, to } => from + times(to.saturating_sub(from), u()),
            // ln(1 - u) is finite, for u is never 1.
            Self::Exponential { mean } => times(mean, -(1.0 - u()).ln()),
            Self::LogNormal { mean, sigma } => {
                let radius = (-2.0 * (1.0 - u()).ln()).sqrt();
                let z = radius * (TAU * unit(Purpose::SecondOfLatency)).cos();
                times(mean, (sigma * z - sigma * sigma / 2.0).exp())
            }
            Self::Pareto { mean, shape } => {
                times(mean, (1.0 - shape.recip()) * (1.0 - u()).powf(-shape.recip()))
            }
        }
    }

    /// The mean, over sites or seeds.
    pub fn mean(&self) -> Duration {
        match *self {
            Self::Fixed(mean)
            | Self::Exponential { mean }
            | Self::LogNormal { mean, .. }
            | Self::Pareto { mean, .. } => mean,
            Self::Uniform { from, to } => from + to.saturating_sub(from) / 2,
        }
    }

    /// What the latency would have to be, if it makes no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        let (sense, expected) = match *self {
            Self::Fixed(_) | Self::Exponential { .. } => return None,
            Self::Uniform { from, to } => (from <= to, "bounds in ascending order"),
            Self::LogNormal { sigma, .. } => {
                ((0.0..=10.0).contains(&sigma), "a sigma from 0 to 10")
            }
            Self::Pareto { shape, .. } => {
                (shape > 1.0 && shape.is_finite(), "a shape above 1: below, there is no mean")
            }
        };
        (!sense).then_some(expected)
    }
}

/// A duration times a factor that is not negative; the longest duration if it is too long.
fn times(duration: Duration, factor: f64) -> Duration {
    let seconds = duration.as_secs_f64() * factor;
    let nanos = seconds * 1e9;
    if nanos < u64::MAX as f64 {
        return Duration::from_nanos(nanos as u64); // In a third of the time.
    }
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

const EXPECTED: &str = "a duration such as 10ms, uniform(5ms,15ms), exp(10ms), \
                        lognormal(10ms,0.5) or pareto(10ms,2.5)";

impl Shorthand for Latency {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let start = scanner.at();
        let name = scanner.token();
        if let Some(fixed) = duration::parse(name) {
            return Ok(Self::Fixed(fixed));
        }
        if !matches!(name, "uniform" | "exp" | "exponential" | "lognormal" | "pareto") {
            return Err(scanner.wrong(start, EXPECTED));
        }
        scanner.open()?;
        let first = scanner.duration()?;
        let latency = match name {
            "uniform" => {
                scanner.comma()?;
                Self::Uniform { from: first, to: scanner.duration()? }
            }
            "lognormal" => {
                scanner.comma()?;
                Self::LogNormal { mean: first, sigma: scanner.value("a number: sigma")? }
            }
            "pareto" => {
                scanner.comma()?;
                Self::Pareto { mean: first, shape: scanner.value("a number: the shape")? }
            }
            _ => Self::Exponential { mean: first },
        };
        scanner.close()?;
        latency.flaw().map_or(Ok(latency), |expected| Err(scanner.wrong(start, expected)))
    }
}

impl FromStr for Latency {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = duration::show;
        match *self {
            Self::Fixed(latency) => f.write_str(&show(latency)),
            Self::Uniform { from, to } => write!(f, "uniform({},{})", show(from), show(to)),
            Self::Exponential { mean } => write!(f, "exp({})", show(mean)),
            Self::LogNormal { mean, sigma } => write!(f, "lognormal({},{sigma})", show(mean)),
            Self::Pareto { mean, shape } => write!(f, "pareto({},{shape})", show(mean)),
        }
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::{Cell, Phase};

    use super::*;

    const SAMPLES: u32 = 200_000;

    fn mean_in_seconds(latency: Latency) -> f64 {
        let at = |x| latency.at(Site::new(1, Cell::new(x, 0), Phase::Rule), 7).as_secs_f64();
        (0..SAMPLES).map(at).sum::<f64>() / f64::from(SAMPLES)
    }

    #[test]
    fn every_distribution_has_its_mean() {
        // Tolerances: about five standard errors of the mean of the samples.
        for (text, tolerance) in [
            ("10ms", 1e-9),
            ("uniform(5ms,15ms)", 0.004),
            ("exp(10ms)", 0.012),
            ("lognormal(10ms,0.5)", 0.006),
            ("lognormal(10ms,0)", 1e-6),
            ("pareto(10ms,3.5)", 0.006),
        ] {
            let latency: Latency = text.parse().unwrap();
            assert_eq!(latency.mean(), Duration::from_millis(10));
            let mean = mean_in_seconds(latency);
            assert!((mean / 0.010 - 1.0).abs() < tolerance, "{text}: {mean}");
        }
    }

    #[test]
    fn latencies_stay_within_the_support_of_their_distribution() {
        let [uniform, pareto]: [Latency; 2] =
            ["uniform(5ms,15ms)", "pareto(10ms,2.5)"].map(|text| text.parse().unwrap());
        for x in 0..SAMPLES {
            let site = Site::new(1, Cell::new(x, 0), Phase::Rule);
            let between = Duration::from_millis(5)..=Duration::from_millis(15);
            assert!(between.contains(&uniform.at(site, 1)));
            assert!(pareto.at(site, 1) >= Duration::from_millis(6)); // 10 ms * (1 - 1/2.5)
        }
    }

    #[test]
    fn the_middle_of_a_skewed_distribution_lies_below_its_mean() {
        // Medians: ln 2 times the mean, exp(-1/8) times the mean, 0.6 * 2^0.4 times the mean.
        for (text, median) in
            [("exp(10ms)", 6.93), ("lognormal(10ms,0.5)", 8.82), ("pareto(10ms,2.5)", 7.92)]
        {
            let latency: Latency = text.parse().unwrap();
            let median = Duration::from_secs_f64(median / 1000.0);
            let below = (0..SAMPLES)
                .filter(|&x| latency.at(Site::new(1, Cell::new(x, 0), Phase::Rule), 3) < median)
                .count();
            let share = below as f64 / f64::from(SAMPLES);
            assert!((0.49..0.51).contains(&share), "{text}: {share}");
        }
    }

    #[test]
    fn the_latencies_of_a_row_are_those_of_its_sites() {
        for text in
            ["10ms", "uniform(5ms,15ms)", "exp(10ms)", "lognormal(10ms,0.5)", "pareto(10ms,2.5)"]
        {
            let latency: Latency = text.parse().unwrap();
            let site = |x| Site { attempt: 2, ..Site::new(3, Cell::new(x, 5), Phase::Neighbors) };
            let row = latency.row(site(7), 50, 9);
            assert!(row.eq((7..57).map(|x| latency.at(site(x), 9))), "{text}");
        }
    }

    #[test]
    fn a_latency_beyond_all_bounds_is_the_longest_duration() {
        assert_eq!(times(Duration::MAX, 2.0), Duration::MAX);
        assert_eq!(times(Duration::from_secs(1), f64::INFINITY), Duration::MAX);
    }
}
