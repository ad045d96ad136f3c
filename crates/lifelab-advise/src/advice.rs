//! The advice: which candidate, why, and up to which workload.

use serde::Serialize;

use crate::calibration::Calibration;
use crate::forecast::{self, Forecast};
use crate::model;
use crate::switching_point::{self, SwitchingPoint};
use crate::workload::Workload;

/// What to take for a workload, on a machine.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Advice {
    /// The workload.
    pub workload: Workload,
    /// What becomes of each candidate, the simplest first.
    pub forecasts: Vec<Forecast>,
    /// Number of the candidate to take: of those that are tied, the one with the fewest threads, and
    /// then the simplest; `None` if none is feasible, or [nothing can be said](Self::cannot_say).
    pub recommended: Option<usize>,
    /// Numbers of the candidates that cannot be told from the fastest, within the uncertainty of the
    /// predictions: one alone, or the recommended one among them.
    pub tied: Vec<usize>,
    /// Number of the best candidate with another stepper.
    pub runner_up: Option<usize>,
    /// From which concurrency on more does not help the recommended candidate, if there is such a number
    /// below that of the cells.
    pub saturation: Option<Saturation>,
    /// Where the answer would change.
    #[serde(rename = "turns")]
    pub switching_points: Vec<SwitchingPoint>,
}

/// A concurrency beyond which more does not help: the rest waits in one queue or another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Saturation {
    /// Cells at once.
    pub at_once: u64,
    /// What they meet there.
    pub why: String,
}

/// Finds what to take for a workload.
///
/// ```
/// use lifelab_advise::{Calibration, Workload, advise};
///
/// # fn example(json: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let calibration: Calibration = json.parse()?; // Or `calibrate`.
/// let latency = std::time::Duration::from_millis(10);
/// let workload = Workload { latency, ..Workload::new(10_000.try_into()?) };
/// let advice = advise(&workload, &calibration);
/// if let Some(best) = advice.recommended() {
///     println!("{:?}, bound by {}", best.stepper(), best.prediction().unwrap().bound().what);
/// }
/// # Ok(()) }
/// ```
pub fn advise(workload: &Workload, calibration: &Calibration) -> Advice {
    let forecasts = forecast::forecasts(workload, calibration);
    let recommended = forecast::best(&forecasts);
    let winner = recommended.map(|index| forecasts[index].candidate.stepper());
    let runner_up = (0..forecasts.len())
        .filter(|&index| Some(forecasts[index].candidate.stepper()) != winner)
        .filter_map(|index| Some((index, forecasts[index].prediction()?.time)))
        .min_by_key(|(_, time)| *time)
        .map(|(index, _)| index);
    let memory = recommended
        .and_then(|index| forecasts[index].prediction())
        .map_or(0, |prediction| prediction.memory);
    let switching_points = switching_point::switching_points(workload, memory, calibration);
    let tied = forecast::tied(&forecasts);
    let saturation = recommended.and_then(|index| {
        let candidate = forecasts[index].candidate;
        let costs = calibration.costs.get(&candidate)?;
        let (at_once, why) = model::saturation(candidate, workload, calibration, costs)?;
        Some(Saturation { at_once, why })
    });
    Advice {
        workload: *workload,
        forecasts,
        recommended,
        tied,
        runner_up,
        saturation,
        switching_points,
    }
}

impl Advice {
    /// The candidate to take.
    pub fn recommended(&self) -> Option<&Forecast> {
        self.recommended.map(|index| &self.forecasts[index])
    }

    /// Why there is no answer, if the workload lies beyond what the model can say.
    pub fn cannot_say(&self) -> Option<&str> {
        forecast::cannot_say(&self.forecasts)
    }

    /// The best candidate with another stepper.
    pub fn runner_up(&self) -> Option<&Forecast> {
        self.runner_up.map(|index| &self.forecasts[index])
    }

    /// The other candidates that cannot be told from the recommended one.
    pub fn near(&self) -> Vec<&Forecast> {
        let others = self.tied.iter().filter(|&&index| Some(index) != self.recommended);
        others.map(|&index| &self.forecasts[index]).collect()
    }
}
