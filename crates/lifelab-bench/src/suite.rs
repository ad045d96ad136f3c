//! Suites: what is to be measured, as text.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use lifelab::core::{duration, number};
use lifelab::io::{IoSpec, Latency, Work};
use lifelab::{Grain, Rule, ScenarioError, Size, Start, StepperSpec, Topology, notation};

use crate::contender::ContenderSpec;
use crate::results::Axis;

/// What is to be measured: a workload, the steppers that race on it, what is varied, and how much
/// effort goes into it. Read from and written as RON.
///
/// A case is measured in rounds, each in a fresh process: the simulation is built, warmed up with
/// at least one generation, and then timed generation by generation until the budget is spent.
///
/// ```
/// use lifelab_bench::Suite;
///
/// let suite: Suite = r#"(
///     name: "threads or tasks",
///     start: soup(density: 0.4, seed: 1),
///     size: "40x25",
///     io: (wait: sleep(fixed("5ms"))),
///     steppers: [thread_pool(workers: 64), async_tasks],
///     sweep: (cells: [100, 1000], latency: [fixed("1ms"), exponential(mean: "10ms")]),
/// )"#.parse()?;
/// assert_eq!(suite.steppers.len(), 2);
/// assert_eq!(suite.rounds.get(), 5, "if nothing is said");
/// # assert_eq!(suite.to_ron().unwrap().parse::<Suite>()?, suite);
/// # Ok::<(), lifelab::ScenarioError>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Its name; files of results are called so.
    pub name: String,
    /// What it asks, for the reader of its report.
    #[serde(default)]
    pub about: String,
    /// What to start from.
    pub start: Start,
    /// The grid's size, as in a [`Scenario`](lifelab::Scenario).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Dead cells on every side of the pattern, instead of a size.
    #[serde(
        default,
        deserialize_with = "number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub margin: Option<u32>,
    /// What lies beyond the edges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// The rule; the pattern's if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// What every cell waits for.
    #[serde(default)]
    pub io: IoSpec,
    /// The steppers that race.
    #[serde(default)]
    pub steppers: Vec<StepperSpec>,
    /// Programs of other languages that race, too. Sweeps of workers and grains leave them as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contenders: Vec<ContenderSpec>,
    /// What is varied.
    #[serde(default)]
    pub sweep: Sweep,
    /// Generations that are timed in a round, at most.
    #[serde(default = "default_generations", deserialize_with = "number::deserialize")]
    pub generations: NonZeroU64,
    /// Processes in which each case is measured, one after the other.
    #[serde(default = "default_rounds", deserialize_with = "number::deserialize")]
    pub rounds: NonZeroU32,
    /// The time to spend on a round's measured generations; at least one is measured.
    #[serde(default = "default_budget", with = "duration")]
    pub budget: Duration,
    /// The time after which a round is ended, whatever it is at.
    #[serde(default = "default_limit", with = "duration")]
    pub limit: Duration,
    /// Decides the order of cases in each round.
    #[serde(default, deserialize_with = "number::deserialize")]
    pub seed: u64,
}

/// What a suite varies: each value of an axis with each of the others. An axis that is left empty
/// stays as the suite says elsewhere. A race has at most 10,000 cases, and the grids of a sweep at most
/// 2^30 cells together: what describes more is refused before any of it is made.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sweep {
    /// Sizes of the grid in cells; it is made as nearly square as the number allows.
    #[serde(deserialize_with = "number::list::deserialize")]
    pub cells: Vec<NonZeroU64>,
    /// What every cell waits for.
    pub io: Vec<IoSpec>,
    /// The latency of that wait.
    pub latency: Vec<Latency>,
    /// Computation in the place of the wait.
    pub cpu: Vec<Work>,
    /// The probability with which a wait fails; without a retry the case fails with it.
    #[serde(deserialize_with = "number::fraction::list::deserialize")]
    pub fault_rate: Vec<f64>,
    /// Threads or processes, of steppers that have an option `workers`; others race once.
    #[serde(deserialize_with = "number::list::deserialize")]
    pub workers: Vec<NonZeroUsize>,
    /// The unit of work.
    pub grain: Vec<Grain>,
}

impl Suite {
    /// A suite that says nothing but this.
    pub fn new(name: impl Into<String>, start: Start, steppers: Vec<StepperSpec>) -> Self {
        Self {
            name: name.into(),
            about: String::new(),
            start,
            size: None,
            margin: None,
            topology: None,
            rule: None,
            io: IoSpec::default(),
            steppers,
            contenders: Vec::new(),
            sweep: Sweep::default(),
            generations: default_generations(),
            rounds: default_rounds(),
            budget: default_budget(),
            limit: default_limit(),
            seed: 0,
        }
    }

    /// The suite as RON; `None` if it names a path that is not text.
    pub fn to_ron(&self) -> Option<String> {
        notation::to_ron(self)
    }
}

impl FromStr for Suite {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        notation::from_ron(text)
    }
}

impl Sweep {
    /// The axes that have values.
    pub fn axes(&self) -> Vec<Axis> {
        let axes = [
            (Axis::Cells, self.cells.len()),
            (Axis::Io, self.io.len()),
            (Axis::Latency, self.latency.len()),
            (Axis::Cpu, self.cpu.len()),
            (Axis::FaultRate, self.fault_rate.len()),
            (Axis::Workers, self.workers.len()),
            (Axis::Grain, self.grain.len()),
        ];
        axes.into_iter().filter(|(_, values)| *values > 0).map(|(axis, _)| axis).collect()
    }
}

fn default_generations() -> NonZeroU64 {
    NonZeroU64::new(200).expect("not zero")
}

fn default_rounds() -> NonZeroU32 {
    NonZeroU32::new(5).expect("not zero")
}

fn default_budget() -> Duration {
    Duration::from_millis(500)
}

fn default_limit() -> Duration {
    Duration::from_secs(20)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"(name: "x", start: named("acorn"), steppers: [sequential])"#;

    #[test]
    fn little_needs_to_be_said() {
        let suite: Suite = MINIMAL.parse().unwrap();
        assert_eq!(suite, Suite::new("x", Start::Named("acorn".into()), suite.steppers.clone()));
        assert!(suite.sweep.axes().is_empty());
    }

    #[test]
    fn a_mistake_is_answered_with_its_place_and_what_is_known() {
        for (text, line, column, says) in [
            ("(\n name: \"x\",\n start: named(\"acorn\"),\n stepper: [],\n)", 4, 2, "`steppers`"),
            ("(\n name: \"x\",\n start: nmed(\"acorn\"),\n)", 3, 9, "`named`"),
            (
                "(\n name: \"x\",\n start: named(\"acorn\"),\n steppers: [thread_pol],\n)",
                4,
                23, // After the name.
                "thread_pool",
            ),
            (
                "(name: \"x\", start: named(\"acorn\"), steppers: [], sweep: (cell: []))",
                1,
                58,
                "`cells`",
            ),
            (
                "(name: \"x\", start: named(\"acorn\"), steppers: [], rounds: 0)",
                1,
                58,
                "a whole number from 1 to 4294967295",
            ),
            ("(name: \"x\"", 1, 9, "expected comma"),
            (
                "(\n name: \"x\",\n start: soup(density: 2, seed: 1),\n steppers: [],\n)",
                3,
                23,
                "density 2, expected a number from 0 to 1",
            ),
            (
                "(\n name: \"x\",\n start: named(\"acorn\"),\n steppers: [],\n sweep: (\n  \
                 fault_rate: [0.5, 2],\n ),\n)",
                6,
                21,
                "found 2, expected a number from 0 to 1",
            ),
            (
                "(\n name: \"x\",\n start: named(\"acorn\"),\n steppers: [],\n sweep: (\n  \
                 latency: [\n   uniform(from: \"2s\", to: \"1s\")],\n ),\n)",
                7,
                32,
                "bounds in ascending order",
            ),
            (
                "(\n name: \"x\",\n start: named(\"acorn\"),\n steppers: [],\n io: (wait: \
                 sleep(pareto(mean: \"1s\", shape: 0.5))),\n)",
                5,
                48,
                "a shape above 1",
            ),
        ] {
            let error = text.parse::<Suite>().unwrap_err();
            assert!(error.message.contains(says), "{error}");
            assert_eq!((error.line, error.column), (line, column), "{error}");
        }
    }
}
