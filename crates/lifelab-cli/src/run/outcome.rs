//! What a run came to.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use serde::{Serialize, Serializer};

use lifelab::core::{Bounds, Coordinate, Place, printable};
use lifelab::{Count, Cycle, Growth, Simulation};

use crate::json::{self, Area};
use crate::run::statistics::{RunStatistics, StepSeconds};

/// Live cells up to which people are shown the SHA-256, which `info` shows too. Beyond, they get the
/// hash of the state, which takes milliseconds: Ctrl-C must end a run at once.
pub(crate) const QUICKLY_HASHED: u64 = 10_000_000;

/// Live cells up to which programs are given the SHA-256: a minute or two of it, unless the run is ended.
/// Beyond, it is null.
const MOST_HASHED: u64 = 1_000_000_000;

/// Warnings that people see; the others scroll the result away.
const SHOWN_WARNINGS: usize = 10;

/// What a run came to: its last complete generation, and how fast it got there.
#[derive(Serialize)]
pub(crate) struct Outcome<'a> {
    #[serde(serialize_with = "json::exact")]
    generation: Count,
    #[serde(serialize_with = "json::exact")]
    population: Count,
    /// Counted from the pattern's own first cell.
    bounding_box: Option<Area>,
    sha256: CellsHash<'a>,
    rule: String,
    /// What lies beyond the edges; `infinite` if there are none. Then there are no sides either.
    topology: String,
    width: Option<u32>,
    height: Option<u32>,
    engine: &'a str,
    /// What the engine tells of how it went, if it does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    engine_notes: Vec<String>,
    /// `none` if the engine has none.
    stepper: &'a str,
    io: &'a str,
    step_seconds: StepSeconds,
    /// Of all cells of the universe, where it has edges.
    cells_per_second: Option<f64>,
    generations_per_second: f64,
    /// Cells that kept their states because their I/O failed, in all generations of the run. If there
    /// are any, this is not what the rule alone gives.
    kept_cells: u64,
    warnings: Vec<String>,
    /// Only there if it was asked for; null if none was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<Option<CycleFound>>,
    /// Only there if a pattern was found that grows for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    growth: Option<GrowthFound>,
}

/// The SHA-256 of the live cells, wherever they lie.
///
/// It takes seconds for a hundred million cells, so it is computed only when it is printed.
struct CellsHash<'a>(&'a Simulation);

impl Serialize for CellsHash<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hash = match self.0.population() {
            few if few <= QUICKLY_HASHED => Some(self.0.cells_sha256()),
            many if many <= MOST_HASHED => self.0.cells_sha256_until_stopped(),
            _ => None,
        };
        hash.serialize(serializer)
    }
}

#[derive(Clone, Serialize)]
struct CycleFound {
    /// `still life`, `oscillator` or `spaceship`; null where the universe has edges, for there they make
    /// something else of it.
    kind: Option<String>,
    /// Of the live cells; null if they have none.
    apgcode: Option<String>,
    #[serde(serialize_with = "json::exact")]
    start: Count,
    #[serde(serialize_with = "json::exact")]
    period: Count,
    displacement: Way,
    /// How fast it moves; null if it stays.
    velocity: Option<String>,
}

/// What grows for ever.
#[derive(Clone, Serialize)]
struct GrowthFound {
    /// `puffer` or `gun`.
    kind: String,
    /// The generation in which that was found.
    #[serde(serialize_with = "json::exact")]
    found: Count,
    #[serde(serialize_with = "json::exact")]
    period: Count,
    /// The number of cells that it grows by in a period.
    #[serde(serialize_with = "json::exact")]
    gained: Count,
    /// How fast its end moves, at which it grows.
    velocity: String,
}

/// How far something has moved.
#[derive(Clone, Copy, Serialize)]
struct Way {
    #[serde(serialize_with = "json::exact")]
    x: Coordinate,
    #[serde(serialize_with = "json::exact")]
    y: Coordinate,
}

impl<'a> Outcome<'a> {
    /// Looks at a simulation after a run. The inner option of `cycle` is what was found, the outer
    /// one whether it was looked for.
    pub(crate) fn of(
        simulation: &'a Simulation,
        statistics: &RunStatistics,
        cycle: Option<Option<Cycle>>,
        growth: Option<Growth>,
    ) -> Self {
        let step_seconds = statistics.step_seconds();
        let bounds = simulation.universe().world().bounds;
        let side = |length: u32| (length > 0).then_some(length); // One of 0 has no end.
        let area = bounds
            .and_then(Bounds::size)
            .map(|size| f64::from(size.width.get()) * f64::from(size.height.get()));
        let steps = statistics.steps();
        let per_second =
            |number: f64| if steps.is_zero() { 0.0 } else { number / step_seconds.total };
        Self {
            generation: simulation.generation(),
            population: simulation.population(),
            bounding_box: simulation.bounding_box().map(Area::from),
            sha256: CellsHash(simulation),
            rule: simulation.rule().to_string(),
            topology: simulation.shape().to_string(),
            width: bounds.and_then(|bounds| side(bounds.width)),
            height: bounds.and_then(|bounds| side(bounds.height)),
            engine: simulation.engine_name(),
            engine_notes: simulation.engine().notes(),
            stepper: simulation.stepper(),
            io: simulation.io(),
            step_seconds,
            cells_per_second: area.map(|area| per_second(area * steps.to_f64())),
            generations_per_second: per_second(steps.to_f64()),
            kept_cells: statistics.kept_cells(),
            warnings: statistics.warnings(),
            cycle: cycle.map(|cycle| cycle.map(|cycle| CycleFound::of(cycle, simulation))),
            growth: growth.map(GrowthFound::from),
        }
    }

    /// Whether the cells are too many to be hashed once somebody has ended the run.
    pub(crate) fn is_long_to_hash(&self) -> bool {
        self.population > QUICKLY_HASHED && self.population <= MOST_HASHED
    }

    /// The first warnings, for people.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let more = self.warnings.len().saturating_sub(SHOWN_WARNINGS);
        let more = (more > 0).then(|| format!("and {more} more, which --json shows"));
        self.warnings.iter().take(SHOWN_WARNINGS).cloned().chain(more)
    }

    /// Writes the outcome for people, without the warnings.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut row = |name: &str, value: &dyn fmt::Display| {
            writeln!(out, "{name:<12}  {}", printable::line(&value.to_string()))
        };
        row("generation", &self.generation)?;
        match &self.cycle {
            Some(Some(cycle)) => {
                row("stable", cycle)?;
                cycle.apgcode.iter().try_for_each(|code| row("apgcode", code))?;
            }
            Some(None) => match &self.growth {
                Some(growth) => row("growth", growth)?,
                None => row("stable", &"not yet")?,
            },
            None => (),
        }
        row("population", &self.population)?;
        match &self.bounding_box {
            Some(area) => row("bounding box", area)?,
            None => row("bounding box", &"empty")?,
        }
        if self.population <= QUICKLY_HASHED {
            row("sha256", &self.sha256.0.cells_sha256())?;
        } else if self.sha256.0.universe().as_grid().is_some() {
            row("state hash", &self.sha256.0.state_hash())?;
        } // Other engines would list cells, for hours or for ever.
        row("rule", &self.rule)?;
        match (self.width, self.height) {
            (Some(width), Some(height)) => {
                row("universe", &format_args!("{} of {width} x {height}", self.topology))?;
            }
            _ => row("universe", &self.topology)?,
        }
        if self.engine == "finite" {
            row("stepper", &self.stepper)?;
            row("cell I/O", &self.io)?;
        } else {
            row("engine", &self.engine)?;
            self.engine_notes.iter().try_for_each(|note| row("", note))?;
        }
        if self.kept_cells > 0 {
            let kept =
                format_args!("{} cells kept their states, against the rule", self.kept_cells);
            row("faults", &kept)?;
        }
        if self.step_seconds == StepSeconds::default() {
            return Ok(()); // Without a step there is no speed.
        }
        row("step time", &self.step_seconds)?;
        match self.cells_per_second {
            Some(cells) => row("speed", &Rate(cells)),
            None => row("speed", &Scaled(self.generations_per_second, "generations/s")),
        }
    }
}

impl CycleFound {
    fn of(cycle: Cycle, simulation: &Simulation) -> Self {
        let Cycle { start, period, displacement: Place { x, y } } = cycle;
        let is_plane = simulation.topology().is_none();
        Self {
            kind: is_plane.then(|| cycle.kind().to_string()),
            apgcode: simulation.apgcode(&cycle),
            start,
            period,
            displacement: Way { x, y },
            velocity: cycle.velocity().map(|velocity| velocity.to_string()),
        }
    }
}

impl From<Growth> for GrowthFound {
    fn from(growth: Growth) -> Self {
        let Growth { kind, found, period, gained, velocity, .. } = growth;
        let (kind, velocity) = (kind.to_string(), velocity.to_string());
        Self { kind, found, period, gained, velocity }
    }
}

impl fmt::Display for GrowthFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, found, period, gained, velocity } = self;
        write!(f, "{kind}, grows at {velocity} by {gained} cells every {period} generations")?;
        write!(f, ", for ever, as found in generation {found}")
    }
}

impl fmt::Display for CycleFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, start, period, velocity, .. } = self;
        if let Some(kind) = kind {
            write!(f, "{kind}, ")?;
        }
        match velocity {
            Some(velocity) => {
                write!(f, "moves {velocity} with period {period} from generation {start} on")
            }
            None if *period == Count::ONE => {
                write!(f, "nothing changes from generation {start} on")
            }
            None => write!(f, "period {period} from generation {start} on"),
        }
    }
}

impl fmt::Display for StepSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [min, median, max, total] = [self.min, self.median, self.max, self.total]
            .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
        write!(f, "min {min:.1?}, median {median:.1?}, max {max:.1?}, total {total:.1?}")
    }
}

/// Cells per second, for people.
pub(crate) struct Rate(pub(crate) f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Scaled(self.0, "cells/s").fmt(f)
    }
}

/// A number with its unit, for people.
pub(crate) struct Scaled(pub(crate) f64, pub(crate) &'static str);

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scale, prefix) = match self.0 {
            number if number < 1e3 => (1.0, ""),
            number if number < 1e6 => (1e3, "k"),
            number if number < 1e9 => (1e6, "M"),
            number if number < 1e15 => (1e9, "G"),
            number => return write!(f, "{number:.1e} {}", self.1),
        };
        write!(f, "{:.1} {prefix}{}", self.0 / scale, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_readable() {
        for (rate, expected) in [
            (0.0, "0.0 cells/s"),
            (999.9, "999.9 cells/s"),
            (1_234_567.0, "1.2 Mcells/s"),
            (2e12, "2000.0 Gcells/s"),
            (2.5e60, "2.5e60 cells/s"),
        ] {
            assert_eq!(Rate(rate).to_string(), expected);
        }
    }
}
