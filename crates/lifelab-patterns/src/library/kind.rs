//! What sorts of patterns there are.

use std::fmt;

/// What becomes of a pattern under its rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// It never changes.
    StillLife,
    /// It comes back after this many generations, and not before.
    Oscillator {
        /// In generations.
        period: u32,
    },
    /// It comes back elsewhere.
    Spaceship {
        /// In generations.
        period: u32,
        /// How many columns to the right it moves in a period.
        x: i32,
        /// How many rows down it moves in a period.
        y: i32,
    },
    /// It sends out a spaceship in each period.
    Gun {
        /// In generations.
        period: u32,
    },
    /// It travels, and leaves debris behind.
    Puffer,
    /// Its population grows without limit, in another way than a gun's or a puffer's.
    InfiniteGrowth,
    /// It is small, and takes long to settle.
    Methuselah,
    /// It becomes copies of itself after this many generations.
    Replicator {
        /// In generations.
        period: u32,
    },
}

impl Kind {
    /// What it is called: `spaceship`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StillLife => "still life",
            Self::Oscillator { .. } => "oscillator",
            Self::Spaceship { .. } => "spaceship",
            Self::Gun { .. } => "gun",
            Self::Puffer => "puffer",
            Self::InfiniteGrowth => "infinite growth",
            Self::Methuselah => "methuselah",
            Self::Replicator { .. } => "replicator",
        }
    }

    /// After how many generations it repeats what it does, if that is known; 1 for a still life.
    pub const fn period(self) -> Option<u32> {
        match self {
            Self::StillLife => Some(1),
            Self::Oscillator { period }
            | Self::Spaceship { period, .. }
            | Self::Gun { period }
            | Self::Replicator { period } => Some(period),
            Self::Puffer | Self::InfiniteGrowth | Self::Methuselah => None,
        }
    }

    /// How fast a spaceship is, in the usual notation: `c/2`, `c/4 diagonal`, `(2,1)c/6`.
    pub fn speed(self) -> Option<String> {
        let Self::Spaceship { period, x, y } = self else { return None };
        let (long, short) =
            (x.unsigned_abs().max(y.unsigned_abs()), x.unsigned_abs().min(y.unsigned_abs()));
        let common = gcd(gcd(long, short), period);
        let (long, short, period) = (long / common, short / common, period / common);
        let times = if long == 1 { String::new() } else { long.to_string() };
        Some(match short {
            0 => format!("{times}c/{period}"),
            _ if short == long => format!("{times}c/{period} diagonal"),
            _ => format!("({long},{short})c/{period}"),
        })
    }
}

/// `oscillator, period 3`; `spaceship, c/4 diagonal`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        f.pad(&match (self, self.speed(), self.period()) {
            (Self::StillLife, ..) => name.to_owned(),
            (_, Some(speed), _) => format!("{name}, {speed}"),
            (_, None, Some(period)) => format!("{name}, period {period}"),
            (_, None, None) => name.to_owned(),
        })
    }
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_written_as_usual() {
        for (period, x, y, speed) in [
            (4, 1, 1, "c/4 diagonal"),
            (4, -2, 0, "c/2"),
            (40, 0, 20, "c/2"),
            (5, 0, -2, "2c/5"),
            (6, -1, -2, "(2,1)c/6"),
        ] {
            assert_eq!(Kind::Spaceship { period, x, y }.speed().as_deref(), Some(speed));
        }
        assert_eq!(Kind::Oscillator { period: 3 }.to_string(), "oscillator, period 3");
        assert_eq!(Kind::StillLife.to_string(), "still life");
    }
}
