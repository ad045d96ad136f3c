//! What a run came to: the keys of `lifelab run --json`, and what only a job has.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use lifelab_mpi::{About, Ended};

/// What a run came to.
#[derive(Serialize)]
pub(crate) struct Outcome {
    generation: u64,
    population: u64,
    /// Counted from the pattern's own first cell.
    bounding_box: Option<Area>,
    /// Always null: for it, one must see all cells in order.
    sha256: Option<String>,
    /// The sum of the rows' hashes.
    rows_hash: String,
    rule: String,
    topology: String,
    width: u32,
    height: u32,
    engine: &'static str,
    ranks: u32,
    stepper: String,
    io: String,
    step_seconds: StepSeconds,
    cells_per_second: f64,
    generations_per_second: f64,
    kept_cells: u64,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Area {
    left: i64,
    top: i64,
    width: u64,
    height: u64,
}

#[derive(Serialize)]
struct StepSeconds {
    min: f64,
    max: f64,
    total: f64,
}

impl Outcome {
    pub(crate) fn of(
        ended: &Ended,
        about: &About,
        ranks: u32,
        stepper: String,
        warnings: Vec<String>,
    ) -> Self {
        let summary = &ended.summary;
        let first = about.first_cell;
        let area = summary.columns_and_rows.map(|[(left, right), (top, bottom)]| Area {
            left: i64::from(left) - first.x,
            top: i64::from(top) - first.y,
            width: u64::from(right - left) + 1,
            height: u64::from(bottom - top) + 1,
        });
        let (width, height) = (about.size.width.get(), about.size.height.get());
        let total = ended.took.as_secs_f64();
        let per_second = if total > 0.0 { ended.steps as f64 / total } else { 0.0 };
        Self {
            generation: summary.generation,
            population: summary.population,
            bounding_box: area,
            sha256: None,
            rows_hash: summary.hash.to_string(),
            rule: about.rule.to_string(),
            topology: about.topology.to_string(),
            width,
            height,
            engine: "mpi",
            ranks,
            stepper,
            io: about.scenario.io.to_string(),
            step_seconds: StepSeconds {
                min: ended.fastest.as_secs_f64(),
                max: ended.slowest.as_secs_f64(),
                total,
            },
            cells_per_second: f64::from(width) * f64::from(height) * per_second,
            generations_per_second: per_second,
            kept_cells: summary.kept_cells,
            warnings,
        }
    }

    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Writes the outcome for people, without the warnings.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut row = |name: &str, value: &dyn fmt::Display| writeln!(out, "{name:<12}  {value}");
        row("generation", &self.generation)?;
        row("population", &self.population)?;
        match &self.bounding_box {
            Some(area) => row("bounding box", area)?,
            None => row("bounding box", &"empty")?,
        }
        row("rows hash", &self.rows_hash)?;
        row("rule", &self.rule)?;
        row("universe", &format_args!("{} of {} x {}", self.topology, self.width, self.height))?;
        row("ranks", &format_args!("{}, each with {}", self.ranks, self.stepper))?;
        row("cell I/O", &self.io)?;
        if self.kept_cells > 0 {
            let kept =
                format_args!("{} cells kept their states, against the rule", self.kept_cells);
            row("faults", &kept)?;
        }
        if self.step_seconds.total > 0.0 {
            let StepSeconds { min, max, total } = self.step_seconds;
            row(
                "step time",
                &format_args!("min {min:.3e} s, max {max:.3e} s, total {total:.3} s"),
            )?;
            row("speed", &format_args!("{:.3e} cells/s", self.cells_per_second))?;
        }
        Ok(())
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {} from ({}, {})", self.width, self.height, self.left, self.top)
    }
}
