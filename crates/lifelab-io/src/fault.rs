//! Faults on purpose, described.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use lifelab_core::{Position, Site};
use serde::{Deserialize, Serialize};

use crate::draw::{self, Purpose};
use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};

/// A fault on purpose: what happens, and when.
///
/// | shorthand | RON | what happens |
/// | --- | --- | --- |
/// | `error@3:(5,7)` | `(kind: error, when: at(generation: 3, x: 5, y: 7))` | cell (5, 7) fails in generation 3, at its first attempt |
/// | `error@3:(5,7)*4` | `(kind: error, when: at(generation: 3, x: 5, y: 7, attempts: 4))` | the same, at its first four attempts |
/// | `hang:0.001` | `(kind: hang, when: probability(0.001))` | one wait in a thousand never ends |
///
/// A listed fault strikes the first attempt, unless it says how many. So without a retry the cell
/// fails; with one it recovers; and with more `attempts` than the retry makes, it exhausts them. A
/// probable fault is drawn anew for each attempt.
///
/// A fault takes the place of the wait, in each [phase](crate::IoPhase) in which cells do I/O.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    /// What happens.
    pub kind: Injected,
    /// When it happens.
    pub when: Trigger,
}

/// What a fault on purpose does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Injected {
    /// The I/O fails.
    Error,
    /// The I/O panics, without a message on standard error.
    Panic,
    /// The I/O waits until it is stopped, or timed out.
    Hang,
}

/// When a fault on purpose happens.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// At one cell of one generation.
    At {
        /// The generation; the first step computes generation 1.
        #[serde(deserialize_with = "lifelab_core::number::deserialize")]
        generation: u64,
        /// The cell's column; on a plane without edges it may be negative.
        #[serde(deserialize_with = "lifelab_core::number::deserialize_signed")]
        x: i64,
        /// The cell's row.
        #[serde(deserialize_with = "lifelab_core::number::deserialize_signed")]
        y: i64,
        /// At how many attempts, from the first on.
        #[serde(default = "once", deserialize_with = "lifelab_core::number::deserialize")]
        attempts: NonZeroU32,
    },
    /// Anywhere, with this probability, 0 to 1.
    Probability(#[serde(deserialize_with = "lifelab_core::number::fraction::deserialize")] f64),
}

fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

/// What strikes at a site: of several faults that do, the first.
pub(crate) fn first(faults: &[FaultSpec], site: Site, seed: u64) -> Option<Injected> {
    let strikes = |&(index, fault): &(usize, &FaultSpec)| fault.strikes(site, index, seed);
    faults.iter().enumerate().find(strikes).map(|(_, fault)| fault.kind)
}

impl FaultSpec {
    /// Whether the fault, which is number `index` in its list, strikes at a site.
    fn strikes(&self, site: Site, index: usize, seed: u64) -> bool {
        match self.when {
            Trigger::At { generation, x, y, attempts } => {
                site.generation == generation
                    && site.at == Position::new(x, y)
                    && site.attempt < attempts.get()
            }
            Trigger::Probability(probability) => {
                draw::unit(seed, site, Purpose::Fault(index)) < probability
            }
        }
    }

    /// What the description would have to be, if it makes no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        match self.when {
            Trigger::Probability(p) if !(0.0..=1.0).contains(&p) => Some(PROBABILITY),
            _ => None,
        }
    }
}

const PROBABILITY: &str = "a probability from 0 to 1";

impl Injected {
    /// Its name in shorthand.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Hang => "hang",
        }
    }

    pub(crate) fn find(name: &str) -> Option<Self> {
        [Self::Error, Self::Panic, Self::Hang].into_iter().find(|kind| kind.name() == name)
    }
}

impl Shorthand for FaultSpec {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let start = scanner.at();
        let kind = Injected::find(scanner.token())
            .ok_or_else(|| scanner.wrong(start, "error, panic or hang"))?;
        let when = if scanner.eat('@') {
            scan_place(scanner)?
        } else {
            scanner.need(':', "`@` and a generation, or `:` and a probability")?;
            Trigger::Probability(scanner.value(PROBABILITY)?)
        };
        let spec = Self { kind, when };
        spec.flaw().map_or(Ok(spec), |expected| Err(scanner.wrong(start, expected)))
    }
}

/// Reads what stands behind the `@`: `3:(5,7)` or `3:(5,7)*4`.
fn scan_place(scanner: &mut Scanner<'_>) -> Result<Trigger, ShorthandError> {
    let generation = scanner.number("a generation")?;
    scanner.need(':', "`:` and a cell such as (5,7)")?;
    scanner.open()?;
    let x = scanner.signed("a column such as 5 or -3")?;
    scanner.comma()?;
    let y = scanner.signed("a row such as 5 or -3")?;
    scanner.close()?;
    let attempts =
        if scanner.eat('*') { scanner.number("a number of attempts, from 1")? } else { once() };
    Ok(Trigger::At { generation, x, y, attempts })
}

impl FromStr for FaultSpec {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for FaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        match self.when {
            Trigger::Probability(probability) => write!(f, ":{probability}"),
            Trigger::At { generation, x, y, attempts } => {
                write!(f, "@{generation}:({x},{y})")?;
                if attempts == once() { Ok(()) } else { write!(f, "*{attempts}") }
            }
        }
    }
}
