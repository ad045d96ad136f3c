//! The best setup of each candidate, and the best of them.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use lifelab::StepperSpec;
use lifelab::core::number::counted;
use lifelab::core::profile::InFlight;
use serde::{Serialize, Serializer};

use crate::calibration::{Calibration, Costs};
use crate::candidate::{Candidate, Setup};
use crate::model::{self, Prediction};
use crate::workload::Workload;

/// What becomes of a candidate.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Forecast {
    /// The candidate.
    pub candidate: Candidate,
    /// How it would do.
    #[serde(flatten)]
    pub outlook: Outlook,
}

/// How a candidate would do.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// It can be done, best in this way.
    Feasible {
        /// The stepper with its options.
        #[serde(serialize_with = "as_text")]
        stepper: StepperSpec,
        /// What a generation would take.
        prediction: Prediction,
    },
    /// It cannot be done.
    Infeasible(Obstacle),
}

/// Why a candidate cannot do the workload.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// The system grants fewer threads.
    Threads {
        /// What it takes.
        needed: u64,
        /// What there is.
        room: u64,
    },
    /// It takes more memory than it may.
    Memory {
        /// What it takes at least, in bytes.
        needed: u64,
        /// What it may take.
        allowed: u64,
    },
    /// Its costs are not known.
    Unknown(String),
    /// The workload lies beyond what the model can say: why.
    Beyond(String),
}

/// A difference that counts, in relation to the faster one, however uncertain it is: a user who
/// asks for the fastest does not want one that takes longer than this.
const COUNTS: f64 = 0.1;

/// What becomes of all candidates, in their order.
pub(crate) fn forecasts(workload: &Workload, calibration: &Calibration) -> Vec<Forecast> {
    let forecast = |candidate| {
        let outlook = match calibration.costs.get(&candidate) {
            Some(costs) => outlook(candidate, workload, calibration, costs),
            None => {
                Outlook::Infeasible(Obstacle::Unknown(match calibration.refused.get(&candidate) {
                    Some(why) => why.clone(),
                    None => {
                        "the calibration is from before it was there; calibrate again".to_owned()
                    }
                }))
            }
        };
        Forecast { candidate, outlook }
    };
    // Costs may be known of steppers that are in no registry.
    let mut candidates: BTreeSet<Candidate> = Candidate::all().into_iter().collect();
    candidates.extend(calibration.costs.keys().chain(calibration.refused.keys()));
    candidates.into_iter().map(forecast).collect()
}

/// Of those that are [tied](tied), the one with the fewest threads, and then the simplest; `None` if
/// none is feasible.
pub(crate) fn best(forecasts: &[Forecast]) -> Option<usize> {
    let cost = |&index: &usize| forecasts[index].prediction().map(|it| (it.threads, index));
    tied(forecasts).into_iter().min_by_key(cost)
}

/// The fastest, and all that may be as fast for all that the model can tell: the difference is no
/// more than the uncertainty of both, and would not count much.
pub(crate) fn tied(forecasts: &[Forecast]) -> Vec<usize> {
    let feasible = || {
        let feasible = forecasts.iter().map(Forecast::prediction).enumerate();
        feasible.filter_map(|(index, prediction)| Some((index, prediction?)))
    };
    let Some((_, fastest)) = feasible().min_by_key(|(_, prediction)| prediction.time) else {
        return Vec::new();
    };
    let is_tied = |prediction: &Prediction| {
        let apart = prediction.time - fastest.time;
        let uncertainty = hypotenuse(prediction.uncertainty, fastest.uncertainty);
        apart <= uncertainty.min(fastest.time.mul_f64(COUNTS / 2.0))
    };
    feasible().filter(|(_, it)| is_tied(it)).map(|(index, _)| index).collect()
}

/// The uncertainty of a difference.
fn hypotenuse(one: Duration, other: Duration) -> Duration {
    Duration::try_from_secs_f64(one.as_secs_f64().hypot(other.as_secs_f64()))
        .unwrap_or(Duration::MAX)
}

/// The best feasible setup; else what stands in the way of the most modest one.
fn outlook(
    candidate: Candidate,
    workload: &Workload,
    calibration: &Calibration,
    costs: &Costs,
) -> Outlook {
    if let Some(why) = beyond(candidate, workload) {
        return Outlook::Infeasible(Obstacle::Beyond(why));
    }
    let mut best: Option<(Setup, Prediction)> = None;
    let mut obstacle = None;
    for setup in model::setups(candidate, workload, calibration) {
        let prediction = model::predict(candidate, setup, workload, calibration, costs);
        match in_the_way(&prediction, workload, calibration) {
            Some(found) => obstacle = obstacle.or(Some(found)),
            None => {
                if best.as_ref().is_none_or(|(_, best)| prediction.time < best.time) {
                    best = Some((setup, prediction));
                }
            }
        }
    }
    match (best, obstacle) {
        (Some((setup, prediction)), _) => {
            Outlook::Feasible { stepper: candidate.spec(setup, calibration.cores), prediction }
        }
        (None, Some(obstacle)) => Outlook::Infeasible(obstacle),
        (None, None) => Outlook::Infeasible(Obstacle::Unknown("it has no setup".to_owned())),
    }
}

/// Cells beyond which nothing is said: caches that all cores share end far below, and what comes then
/// has not been calibrated.
const MOST_CELLS: u64 = 100_000_000;

/// Why the model says nothing of a candidate on this workload, if it does not.
fn beyond(candidate: Candidate, workload: &Workload) -> Option<String> {
    let cells = workload.cells.get();
    if cells > MOST_CELLS {
        return Some(format!("{cells} cells, and the model is good up to {MOST_CELLS}"));
    }
    let InFlight::Workers(most) = candidate.profile().in_flight else { return None };
    let workers = workload.workers.map(|workers| workers.get() as u64).filter(|&it| it > most)?;
    Some(format!("{workers} workers, and its costs are known up to {most}"))
}

/// Why nothing can be said of a workload at all, if nothing can.
pub(crate) fn cannot_say(forecasts: &[Forecast]) -> Option<&str> {
    if forecasts.iter().any(|forecast| forecast.prediction().is_some()) {
        return None;
    }
    forecasts.iter().find_map(|forecast| match &forecast.outlook {
        Outlook::Infeasible(Obstacle::Beyond(why)) => Some(why.as_str()),
        _ => None,
    })
}

fn in_the_way(
    prediction: &Prediction,
    workload: &Workload,
    calibration: &Calibration,
) -> Option<Obstacle> {
    if prediction.time >= model::CENTURY {
        return Some(Obstacle::Beyond("a generation would take a century or more".to_owned()));
    }
    let needed = prediction.threads;
    if let Some(room) = calibration.threads.filter(|&room| needed > room) {
        return Some(Obstacle::Threads { needed, room });
    }
    let needed = prediction.memory;
    let allowed = workload.memory.filter(|&allowed| needed > allowed)?;
    Some(Obstacle::Memory { needed, allowed })
}

impl Forecast {
    /// What a generation would take; `None` if it cannot be done.
    pub fn prediction(&self) -> Option<&Prediction> {
        match &self.outlook {
            Outlook::Feasible { prediction, .. } => Some(prediction),
            Outlook::Infeasible(_) => None,
        }
    }

    /// The stepper with its options; `None` if it cannot be done.
    pub fn stepper(&self) -> Option<&StepperSpec> {
        match &self.outlook {
            Outlook::Feasible { stepper, .. } => Some(stepper),
            Outlook::Infeasible(_) => None,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threads { needed, room } => {
                let needed = counted(*needed, "thread");
                write!(f, "it takes {needed}, and the system has room for {room}")
            }
            Self::Memory { needed, allowed } => {
                let megabytes = |bytes: u64| bytes as f64 / 1e6;
                let (needed, allowed) = (megabytes(*needed), megabytes(*allowed));
                write!(f, "it takes {needed:.1} MB at least, and may take {allowed:.1} MB")
            }
            Self::Beyond(why) => write!(f, "cannot say: {why}"),
            Self::Unknown(why) => write!(f, "its costs are unknown: {why}"),
        }
    }
}

fn as_text<S: Serializer>(stepper: &StepperSpec, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(stepper)
}
