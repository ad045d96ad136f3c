//! What a run came to.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use serde::{Serialize, Serializer};

use lifelab::core::printable;
use lifelab::{Count, Cycle, Simulation};

use crate::json::Area;
use crate::run::statistics::{RunStatistics, StepSeconds};

/// Live cells up to which people are shown the SHA-256, which `info` shows too. Beyond, they get the
/// hash of the state, which takes milliseconds: Ctrl-C must end a run at once.
pub(crate) const QUICKLY_HASHED: u64 = 10_000_000;

/// Warnings that people see; the others scroll the result away.
const SHOWN_WARNINGS: usize = 10;

/// What a run came to: its last complete generation, and how fast it got there.
#[derive(Serialize)]
pub(crate) struct Outcome<'a> {
    generation: Count,
    population: Count,
    /// Counted from the pattern's own first cell.
    bounding_box: Option<Area>,
    sha256: CellsHash<'a>,
    rule: String,
    topology: String,
    width: u32,
    height: u32,
    stepper: &'a str,
    io: &'a str,
    step_seconds: StepSeconds,
    cells_per_second: f64,
    /// Cells that kept their states because their I/O failed, in all generations of the run. If there
    /// are any, this is not what the rule alone gives.
    kept_cells: u64,
    warnings: Vec<String>,
    /// Only there if it was asked for; null if none was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<Option<CycleFound>>,
}

/// The SHA-256 of the live cells, wherever they lie.
///
/// It takes seconds for a hundred million cells, so it is computed only when it is printed.
struct CellsHash<'a>(&'a Simulation);

impl Serialize for CellsHash<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.cells_sha256())
    }
}

#[derive(Clone, Copy, Serialize)]
struct CycleFound {
    start: Count,
    period: Count,
}

impl<'a> Outcome<'a> {
    /// Looks at a simulation after a run. The inner option of `cycle` is what was found, the outer
    /// one whether it was looked for.
    pub(crate) fn of(
        simulation: &'a Simulation,
        statistics: &RunStatistics,
        cycle: Option<Option<Cycle>>,
    ) -> Self {
        let grid = simulation.grid();
        let step_seconds = statistics.step_seconds();
        let cells = grid.area() as f64 * statistics.steps() as f64;
        let found = |Cycle { start, period, .. }| CycleFound { start, period };
        Self {
            generation: simulation.generation(),
            population: simulation.population(),
            bounding_box: simulation.bounding_box().map(Area::from),
            sha256: CellsHash(simulation),
            rule: simulation.rule().to_string(),
            topology: simulation.topology().unwrap_or_default().to_string(),
            width: grid.width(),
            height: grid.height(),
            stepper: simulation.stepper(),
            io: simulation.io(),
            step_seconds,
            cells_per_second: if statistics.steps() > 0 { cells / step_seconds.total } else { 0.0 },
            kept_cells: statistics.kept_cells(),
            warnings: statistics.warnings(),
            cycle: cycle.map(|cycle| cycle.map(found)),
        }
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
        match self.cycle {
            Some(Some(cycle)) => row("stable", &cycle)?,
            Some(None) => row("stable", &"not yet")?,
            None => (),
        }
        row("population", &self.population)?;
        match &self.bounding_box {
            Some(area) => row("bounding box", area)?,
            None => row("bounding box", &"empty")?,
        }
        if self.population <= QUICKLY_HASHED {
            row("sha256", &self.sha256.0.cells_sha256())?;
        } else {
            row("state hash", &self.sha256.0.state_hash())?;
        }
        row("rule", &self.rule)?;
        let universe = format_args!("{} of {} x {}", self.topology, self.width, self.height);
        row("universe", &universe)?;
        row("stepper", &self.stepper)?;
        row("cell I/O", &self.io)?;
        if self.kept_cells > 0 {
            let kept =
                format_args!("{} cells kept their states, against the rule", self.kept_cells);
            row("faults", &kept)?;
        }
        if self.step_seconds == StepSeconds::default() {
            return Ok(()); // Without a step there is no speed.
        }
        row("step time", &self.step_seconds)?;
        row("speed", &Rate(self.cells_per_second))
    }
}

impl fmt::Display for CycleFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, period } = self;
        if *period == Count::ONE {
            return write!(f, "nothing changes from generation {start} on");
        }
        write!(f, "period {period} from generation {start} on")
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
        let (scale, prefix) = match self.0 {
            rate if rate < 1e3 => (1.0, ""),
            rate if rate < 1e6 => (1e3, "k"),
            rate if rate < 1e9 => (1e6, "M"),
            _ => (1e9, "G"),
        };
        write!(f, "{:.1} {prefix}cells/s", self.0 / scale)
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
        ] {
            assert_eq!(Rate(rate).to_string(), expected);
        }
    }
}
