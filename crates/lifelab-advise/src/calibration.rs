//! What a machine's costs are: the coefficients of the model.

use std::collections::BTreeMap;
use std::str::FromStr;

use lifelab::core::printable;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use lifelab::core::wording;

use crate::candidate::Candidate;

/// What a machine's costs are. Measured by [`calibrate`](super::calibrate()), or read from JSON, so
/// that the same answers can be had again, or elsewhere.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// The version of the schema, [`Calibration::SCHEMA`].
    pub schema: u32,
    /// Cores that the program may use.
    pub cores: u64,
    /// Threads that the system leaves room for, if a limit is known.
    pub threads: Option<u64>,
    /// A round of a cell's work on one core, in nanoseconds.
    pub round_ns: f64,
    /// *crowd*: how many times longer work takes on a core if all cores compute.
    pub crowd: f64,
    /// Memory of the program with a simulation of one cell, in bytes.
    pub base_memory: u64,
    /// How many of the cores were had while it was measured, on average: what is missing, other
    /// programs took. `None` if nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores_had: Option<f64>,
    /// The costs of each candidate that could be measured.
    pub costs: BTreeMap<Candidate, Costs>,
    /// Why others could not.
    pub refused: BTreeMap<Candidate, String>,
}

/// The costs of a candidate on a machine. All times are wall times, on the cores that the candidate
/// uses; what they mean in the model is told on [its page](super).
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// *late*: what one cell's wait takes longer than it should, all hand-overs included.
    pub late_ns: f64,
    /// *begin*: for each cell of the first round, the time until it waits.
    pub begin_ns: f64,
    /// *pass*: for each cell, the time that it takes of all others' if no processor rests.
    pub pass_ns: f64,
    /// *pass* if cells work so long that the thread that waits for them has gone to sleep.
    pub pass_apart_ns: f64,
    /// *step*: a generation of one cell that computes nothing.
    pub step_ns: f64,
    /// *unit*: each unit that does not wait.
    pub unit_ns: f64,
    /// *unit* if units work so long that the thread that waits for them has gone to sleep.
    pub unit_apart_ns: f64,
    /// *cell*: each cell of a band that does not wait, on one core, beside its own work.
    pub cell_ns: f64,
    /// *still*: a small generation of cells without I/O.
    pub still_ns: f64,
    /// *kernel*: each cell without I/O, while the grid is [small](super#the-model).
    pub kernel_ns: f64,
    /// *kernel* for each cell beyond those of a small grid.
    pub large_kernel_ns: f64,
    /// *each*: memory for each cell that is under way, or for each worker, in bytes.
    pub each_bytes: f64,
    /// How uncertain the costs are: how far measurements of the same lay apart, in relation to them.
    pub spread: f64,
}

/// Cells of a grid that is small to the kernels: two of them fit into the caches of a core.
pub(crate) const SMALL: u64 = 2048 * 2048;

/// Work that keeps the thread that waits for it asleep, in nanoseconds: [`Costs::unit_apart_ns`].
pub(crate) const APART_NS: f64 = 20e3;

/// Why a text is no calibration.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// It is not the JSON of one.
    #[error("not a calibration: line {line}, column {column}: {message}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// Another version wrote it.
    #[error("a calibration of schema {found}, expected {}", Calibration::SCHEMA)]
    Schema {
        /// The version that it has.
        found: u32,
    },
    /// A cost that cannot be one.
    #[error("{what} is {found}, expected a number that is not negative")]
    Value {
        /// Which cost, and of which candidate.
        what: String,
        /// What it is.
        found: f64,
    },
    /// A machine without cores.
    #[error("cores is 0, expected 1 at least")]
    NoCores,
}

impl Calibration {
    /// The version of the schema that this crate reads and writes.
    pub const SCHEMA: u32 = 2;

    /// The calibration as JSON, to be read by people too.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a calibration is plain data");
        printable::json(&text).into_owned()
    }

    /// How many cores other programs took while it was measured, if that was a tenth of all or more:
    /// costs look higher then than they are.
    pub fn busy_cores(&self) -> Option<f64> {
        const IDLE: f64 = 0.9;
        let cores = self.cores as f64;
        self.cores_had.filter(|had| *had < IDLE * cores).map(|had| cores - had)
    }

    fn check(&self) -> Result<(), CalibrationError> {
        if self.schema != Self::SCHEMA {
            return Err(CalibrationError::Schema { found: self.schema });
        }
        if self.cores == 0 {
            return Err(CalibrationError::NoCores);
        }
        let machine =
            [("round_ns", self.round_ns), ("crowd", self.crowd)].map(|(a, b)| (a.to_owned(), b));
        let costs = self.costs.iter().flat_map(|(candidate, costs)| {
            costs.named().map(|(name, cost)| (format!("{name} of {candidate}"), cost))
        });
        let had = self.cores_had.map(|had| ("cores_had".to_owned(), had));
        let machine = machine.into_iter().chain(had);
        match machine.chain(costs).find(|(_, cost)| !cost.is_finite() || *cost < 0.0) {
            Some((what, found)) => Err(CalibrationError::Value { what, found }),
            None => Ok(()),
        }
    }
}

impl Costs {
    /// Each by its name.
    fn named(&self) -> [(&'static str, f64); 13] {
        [
            ("late_ns", self.late_ns),
            ("begin_ns", self.begin_ns),
            ("pass_ns", self.pass_ns),
            ("pass_apart_ns", self.pass_apart_ns),
            ("step_ns", self.step_ns),
            ("unit_ns", self.unit_ns),
            ("unit_apart_ns", self.unit_apart_ns),
            ("cell_ns", self.cell_ns),
            ("still_ns", self.still_ns),
            ("kernel_ns", self.kernel_ns),
            ("large_kernel_ns", self.large_kernel_ns),
            ("each_bytes", self.each_bytes),
            ("spread", self.spread),
        ]
    }

    /// What handing on a cell costs that has worked for `work_ns` nanoseconds.
    pub(crate) fn pass(&self, work_ns: f64) -> f64 {
        between(self.pass_ns, self.pass_apart_ns, work_ns)
    }

    /// What a unit costs that works for `work_ns` nanoseconds.
    pub(crate) fn unit(&self, work_ns: f64) -> f64 {
        between(self.unit_ns, self.unit_apart_ns, work_ns)
    }

    /// What the kernel takes for `cells` cells, in nanoseconds.
    pub(crate) fn kernel(&self, cells: u64) -> f64 {
        let small = cells.min(SMALL);
        small as f64 * self.kernel_ns + (cells - small) as f64 * self.large_kernel_ns
    }
}

fn between(busy: f64, apart: f64, work_ns: f64) -> f64 {
    busy + (apart - busy) * (work_ns / APART_NS).min(1.0)
}

impl CalibrationError {
    fn of(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let message = wording::message(&error.to_string().replace(&place, ""));
        Self::Json { line, column, message }
    }
}

impl FromStr for Calibration {
    type Err = CalibrationError;

    /// Reads JSON.
    fn from_str(text: &str) -> Result<Self, CalibrationError> {
        let calibration: Self =
            serde_json::from_str(text).map_err(|error| CalibrationError::of(&error))?;
        calibration.check()?;
        Ok(calibration)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::calibration;

    use super::*;

    #[test]
    fn a_calibration_is_read_as_it_was_written() {
        let calibration = calibration();
        assert_eq!(calibration.to_json().parse::<Calibration>().unwrap(), calibration);
    }

    #[test]
    fn a_machine_is_busy_if_others_take_a_tenth_of_it() {
        let mut calibration = calibration();
        for (had, busy) in [(None, None), (Some(1.9), None), (Some(1.5), Some(0.5))] {
            calibration.cores_had = had;
            assert_eq!(calibration.busy_cores(), busy);
            assert_eq!(calibration.to_json().parse::<Calibration>().unwrap(), calibration);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        let json = calibration().to_json();
        for (from, to, says) in [
            ("\"schema\": 2", "\"schema\": 1", "schema 1, expected 2"),
            ("\"cores\": 2", "\"cores\": 0", "cores is 0"),
            ("\"late_ns\": 100000.0", "\"late_ns\": -1.0", "late_ns of sequential is -1"),
            ("\"cores\"", "\"core\"", "there is no `core`"),
            ("{", "", "line 2"),
        ] {
            let text = json.replacen(from, to, 1);
            assert_ne!(text, json, "{from}");
            let error = text.parse::<Calibration>().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
