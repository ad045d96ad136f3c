//! Whether the model was right: its predictions beside measurements.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use lifelab::core::Soup;
use lifelab::{CancellationToken, Start, StepperSpec};
use lifelab_bench::results::{Outcome, Results};
use lifelab_bench::{Event, Harness, Suite, SuiteError, nanos};
use serde::{Serialize, Serializer};

use crate::advice::Advice;
use crate::calibration::Calibration;
use crate::forecast::Forecast;
use crate::workload::Workload;

/// Predictions beside measurements: of the recommended stepper, and of the runner-up.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Check {
    /// Each of them.
    pub checked: Vec<Checked>,
    /// Whether the runner-up was not faster, or by so little that it counts as equal; `None` if one
    /// of them could not be measured.
    pub held: Option<bool>,
}

/// A prediction beside a measurement.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Checked {
    /// The stepper with its options.
    #[serde(serialize_with = "as_text")]
    pub stepper: StepperSpec,
    /// The predicted time of a generation.
    #[serde(rename = "predicted_ns", with = "nanos")]
    pub predicted: Duration,
    /// The predicted memory, in bytes.
    pub predicted_memory: u64,
    /// What was measured, or why nothing was.
    pub outcome: Outcome,
}

/// How much slower than the other a stepper may be and count as equal, in a measurement.
const EQUAL: f64 = 0.1;

/// Measures the recommended stepper and the runner-up. It takes some seconds, or longer if a
/// generation does, up to a minute for each.
///
/// # Errors
/// If nothing can be measured: no grid is so large, or no process can be started.
pub fn check(
    advice: &Advice,
    calibration: &Calibration,
    harness: &Harness,
    stop: &CancellationToken,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Check, SuiteError> {
    let forecasts: Vec<&Forecast> =
        [advice.recommended(), advice.runner_up()].into_iter().flatten().collect();
    let known = |it: &&Forecast| Some((it.stepper()?.clone(), it.prediction()?.clone()));
    let known: Vec<_> = forecasts.iter().filter_map(known).collect();
    if known.is_empty() {
        return Ok(Check { checked: Vec::new(), held: None });
    }
    let steppers = known.iter().map(|(stepper, _)| stepper.clone()).collect();
    let results = measure(&advice.workload, calibration, steppers, harness, stop, watch)?;
    let checked =
        known.into_iter().zip(results.cases).map(|((stepper, prediction), case)| Checked {
            stepper,
            predicted: prediction.time,
            predicted_memory: prediction.memory,
            outcome: case.outcome,
        });
    let checked: Vec<Checked> = checked.collect();
    Ok(Check { held: held(&checked), checked })
}

/// Measures steppers on a workload, in their order.
///
/// # Errors
/// As [`check`].
pub fn measure(
    workload: &Workload,
    calibration: &Calibration,
    steppers: Vec<StepperSpec>,
    harness: &Harness,
    stop: &CancellationToken,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Results, SuiteError> {
    let suite = Suite {
        size: Some(workload.size()),
        io: workload.io(calibration.round_ns),
        generations: GENERATIONS,
        rounds: ROUNDS,
        budget: BUDGET,
        limit: LIMIT,
        ..Suite::new("advice", Start::Soup(SOUP), steppers)
    };
    harness.race(&suite, stop, watch)
}

const SOUP: Soup = Soup { density: 0.4, seed: 1 };
const GENERATIONS: NonZeroU64 = NonZeroU64::new(50).expect("not zero");
const ROUNDS: NonZeroU32 = NonZeroU32::new(3).expect("not zero");
const BUDGET: Duration = Duration::from_millis(300);
const LIMIT: Duration = Duration::from_secs(20);

fn held(checked: &[Checked]) -> Option<bool> {
    let [recommended, runner_up] = checked else { return None };
    let [recommended, runner_up] = [recommended.measured()?, runner_up.measured()?];
    Some(recommended <= runner_up.mul_f64(1.0 + EQUAL))
}

impl Checked {
    /// The median time of a generation, if it was measured.
    pub fn measured(&self) -> Option<Duration> {
        Some(self.outcome.measured()?.time.median)
    }

    /// The measured time over the predicted one.
    pub fn ratio(&self) -> Option<f64> {
        let predicted = self.predicted.as_secs_f64().max(f64::MIN_POSITIVE);
        Some(self.measured()?.as_secs_f64() / predicted)
    }
}

fn as_text<S: Serializer>(stepper: &StepperSpec, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(stepper)
}
