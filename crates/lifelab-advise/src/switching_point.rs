//! Where the answer would change.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use lifelab::core::duration;
use serde::Serialize;

use crate::calibration::Calibration;
use crate::forecast::{best, cannot_say, forecasts};
use crate::workload::Workload;

/// The nearest place, in one direction, where another stepper would be recommended.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SwitchingPoint {
    /// What would have to change.
    #[serde(rename = "knob")]
    pub parameter: Parameter,
    /// The last workload on the way for which the answer is the same, as far as was looked.
    pub last: Workload,
    /// The first for which it is another.
    pub first: Workload,
    /// The stepper that is recommended there, with its options; `None` if there is none that can.
    pub stepper: Option<String>,
    /// Whether that stepper is the answer for all that lies beyond, as far as was looked; else there
    /// are more of them on the way.
    pub lasts: bool,
}

/// What can change about a workload.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Parameter {
    /// The number of cells.
    Cells,
    /// How long a cell waits.
    Latency,
    /// How long a cell computes.
    Cpu,
    /// The memory that may be taken.
    Memory,
}

/// How far to look: a workload that is larger or smaller by this factor is another question.
const REACH: f64 = 1000.0;

/// The first step from a time of zero, in nanoseconds.
const FIRST: f64 = 1e3;

/// Two places closer than this are one, in relation to their distance from zero.
const RESOLUTION: f64 = 0.02;

/// The turns on all sides of a workload. `memory` is what its recommendation takes.
pub(crate) fn switching_points(
    workload: &Workload,
    memory: u64,
    calibration: &Calibration,
) -> Vec<SwitchingPoint> {
    let parameters = [Parameter::Cells, Parameter::Latency, Parameter::Cpu, Parameter::Memory];
    let search = Search { start: *workload, calibration };
    let mut switching_points = Vec::new();
    for parameter in parameters {
        let here = match parameter {
            Parameter::Memory => workload.memory.unwrap_or(memory),
            _ => parameter.of(workload),
        };
        switching_points.extend(search.walk(parameter, here, Direction::Down));
        // Without a limit, more memory changes nothing.
        if parameter != Parameter::Memory || workload.memory.is_some() {
            switching_points.extend(search.walk(parameter, here, Direction::Up));
        }
    }
    switching_points
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

struct Search<'a> {
    start: Workload,
    calibration: &'a Calibration,
}

impl Search<'_> {
    /// Walks away from the start by growing steps until the answer is another, and then closes in on
    /// the place.
    fn walk(
        &self,
        parameter: Parameter,
        here: u64,
        direction: Direction,
    ) -> Option<SwitchingPoint> {
        let at = |value: u64| self.answer(&parameter.set(&self.start, value));
        let answer = self.answer(&self.start);
        let mut last = here;
        let places = |here, direction| {
            // What nothing can be said of is no other answer.
            let is_known = |&value: &u64| {
                let workload = parameter.set(&self.start, value);
                cannot_say(&forecasts(&workload, self.calibration)).is_none()
            };
            places(here, direction).into_iter().take_while(is_known).collect::<Vec<u64>>()
        };
        for value in places(here, direction) {
            if at(value) != answer {
                let (last, first) = close_in(last, value, |value| at(value) == answer);
                // A place of few digits is easier to say, if it lies on the same side.
                let plain = plain(first, direction);
                let first = if at(plain) == at(first) { plain } else { first };
                let is_beyond = |value: &u64| match direction {
                    Direction::Down => *value < first,
                    Direction::Up => *value > first,
                };
                let mut beyond = places(here, direction).into_iter().filter(is_beyond);
                let lasts = beyond.all(|value| at(value) == at(first));
                return Some(self.switching_point(parameter, last, first, lasts));
            }
            last = value;
        }
        None
    }

    fn switching_point(
        &self,
        parameter: Parameter,
        last: u64,
        first: u64,
        lasts: bool,
    ) -> SwitchingPoint {
        let (last, first) = (parameter.set(&self.start, last), parameter.set(&self.start, first));
        let forecasts = forecasts(&first, self.calibration);
        let stepper = best(&forecasts).and_then(|index| forecasts[index].stepper());
        SwitchingPoint { parameter, last, first, stepper: stepper.map(ToString::to_string), lasts }
    }

    /// The stepper's name.
    fn answer(&self, workload: &Workload) -> Option<&'static str> {
        let forecasts = forecasts(workload, self.calibration);
        best(&forecasts).map(|index| forecasts[index].candidate.stepper())
    }
}

/// Places to look at, each farther than the one before by half; on the way down, the last is zero.
fn places(here: u64, direction: Direction) -> Vec<u64> {
    const GROWTH: f64 = 1.5;
    let steps = REACH.log(GROWTH).ceil() as i32;
    let factors = (1..=steps).map(|step| GROWTH.powi(step));
    let mut places: Vec<u64> = match direction {
        Direction::Up if here == 0 => factors.map(|factor| (FIRST * factor) as u64).collect(),
        Direction::Up => factors.map(|factor| (here as f64 * factor).ceil() as u64).collect(),
        Direction::Down => factors.map(|factor| (here as f64 / factor) as u64).chain([0]).collect(),
    };
    places.dedup();
    places.retain(|&place| place != here);
    places
}

/// Halves the way between two places until they are neighbors, or nearly.
fn close_in(mut last: u64, mut first: u64, same: impl Fn(u64) -> bool) -> (u64, u64) {
    while last.abs_diff(first) > 1
        && last.abs_diff(first) as f64 > RESOLUTION * last.max(first) as f64
    {
        let middle = last.midpoint(first);
        if same(middle) { last = middle } else { first = middle }
    }
    (last, first)
}

/// The nearest place in a direction that is said in three digits.
fn plain(place: u64, direction: Direction) -> u64 {
    let unit = 10_u64.pow(place.max(1).ilog10().saturating_sub(2));
    match direction {
        Direction::Down => place / unit * unit,
        Direction::Up => place.div_ceil(unit).saturating_mul(unit),
    }
}

impl Parameter {
    fn of(self, workload: &Workload) -> u64 {
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match self {
            Self::Cells => workload.cells.get(),
            Self::Latency => nanoseconds(workload.latency),
            Self::Cpu => nanoseconds(workload.cpu),
            Self::Memory => workload.memory.unwrap_or(u64::MAX),
        }
    }

    fn set(self, workload: &Workload, value: u64) -> Workload {
        match self {
            Self::Cells => {
                Workload { cells: NonZeroU64::new(value).unwrap_or(NonZeroU64::MIN), ..*workload }
            }
            Self::Latency => Workload { latency: Duration::from_nanos(value), ..*workload },
            Self::Cpu => Workload { cpu: Duration::from_nanos(value), ..*workload },
            Self::Memory => Workload { memory: Some(value), ..*workload },
        }
    }
}

impl SwitchingPoint {
    fn beyond(&self, less: &str) -> String {
        match self.parameter.of(&self.first) < self.parameter.of(&self.last) {
            _ if !self.lasts => String::new(),
            true => format!(" or {less}"),
            false => " or more".to_owned(),
        }
    }
}

impl fmt::Display for SwitchingPoint {
    /// A sentence: `with 31 cells or fewer: sequential`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.parameter.of(&self.first);
        let time = duration::show(Duration::from_nanos(value));
        let at = match self.parameter {
            Parameter::Latency if value == 0 => "without a wait".to_owned(),
            Parameter::Cpu if value == 0 => "without work".to_owned(),
            Parameter::Cells if value == 1 => "with 1 cell".to_owned(),
            Parameter::Cells => format!("with {value} cells{}", self.beyond("fewer")),
            Parameter::Latency => format!("if a cell waits {time}{}", self.beyond("less")),
            Parameter::Cpu => format!("if a cell computes {time}{}", self.beyond("less")),
            Parameter::Memory => format!("with {} MB{}", value as f64 / 1e6, self.beyond("less")),
        };
        match &self.stepper {
            Some(stepper) => write!(f, "{at}: {stepper}"),
            None => write!(f, "{at}: nothing fits"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::advise;
    use crate::testing::{calibration, workload};

    fn answer(workload: &Workload) -> Option<String> {
        let forecasts = forecasts(workload, &calibration());
        best(&forecasts).map(|index| forecasts[index].candidate.stepper().to_owned())
    }

    #[test]
    fn on_the_two_sides_of_a_turn_the_answers_differ() {
        let mut seen = 0;
        for (cells, latency, cpu, memory) in [
            (1, 1_000, 0, None),
            (400, 10_000, 0, None),
            (10_000, 300, 0, Some(100_000_000)),
            (100_000, 10_000, 50, Some(20_000_000)),
            (5_000, 0, 20, None),
            (40_000, 0, 0, None),
        ] {
            let start = Workload { memory, ..workload(cells, latency, cpu) };
            for point in switching_points(&start, 50_000_000, &calibration()) {
                assert_eq!(answer(&point.last), answer(&start), "{point}");
                assert_ne!(answer(&point.first), answer(&start), "{point}");
                let [last, first] = [point.last, point.first].map(|side| point.parameter.of(&side));
                let apart = last.abs_diff(first) as f64;
                // Said in three digits, it lies farther away by a hundredth at most.
                let near = (RESOLUTION + 0.01) * last.max(first) as f64;
                assert!(apart <= 1.0 || apart <= near, "{point}");
                seen += 1;
            }
        }
        assert!(seen >= 6, "{seen} switching points only");
    }

    #[test]
    fn a_turn_is_a_sentence() {
        let switching_points =
            switching_points(&workload(400, 10_000, 0), 50_000_000, &calibration());
        let sentences: Vec<String> = switching_points.iter().map(ToString::to_string).collect();
        assert!(sentences.contains(&"without a wait: sequential".to_owned()), "{sentences:?}");
    }

    #[test]
    fn a_plain_place_has_three_digits_and_lies_farther_away() {
        for (place, down, up) in [
            (0, 0, 0),
            (7, 7, 7),
            (999, 999, 999),
            (12_345, 12_300, 12_400),
            (1_999_999, 1_990_000, 2_000_000),
        ] {
            assert_eq!((plain(place, Direction::Down), plain(place, Direction::Up)), (down, up));
        }
    }

    fn workloads() -> impl Strategy<Value = Workload> {
        let time = || prop_oneof![Just(0), 1_u64..300_000];
        let memory = prop_oneof![Just(None), (7_000_000_u64..200_000_000).prop_map(Some)];
        (1_u64..300_000, time(), time(), memory).prop_map(|(cells, latency, cpu, memory)| {
            Workload { memory, ..workload(cells, latency, cpu) }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whoever_asks_again_at_a_turn_is_given_its_answer(start in workloads()) {
            let advice = advise(&start, &calibration());
            let stepper = |workload: &Workload| {
                let advice = advise(workload, &calibration());
                advice.recommended().and_then(|it| it.stepper()).map(ToString::to_string)
            };
            for point in &advice.switching_points {
                prop_assert_eq!(&stepper(&point.first), &point.stepper, "{}", point);
                prop_assert_eq!(answer(&point.last), answer(&start), "{}", point);
                prop_assert_ne!(answer(&point.first), answer(&start), "{}", point);
            }
        }
    }
}
