//! From values to places, and the values that are written beside an axis.

/// How values lie along an axis.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Scale {
    /// Equal distances are equal differences; from zero.
    Linear {
        /// The greatest value.
        to: f64,
    },
    /// Equal distances are equal factors.
    Log {
        /// The least value, above zero.
        from: f64,
        /// The greatest value.
        to: f64,
    },
    /// Values in their order, evenly spaced: the value is its place.
    Ordinal {
        /// How many there are.
        count: usize,
    },
}

impl Scale {
    /// From zero to a round number.
    pub(super) fn linear(values: &[f64]) -> Self {
        let most = values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
        Self::Linear { to: if most > 0.0 { above(most) } else { 1.0 } }
    }

    /// From a round number to a round number. Values that have no logarithm take no part.
    pub(super) fn log(values: &[f64]) -> Self {
        let known = values.iter().copied().filter(|value| value.is_finite() && *value > 0.0);
        let (least, most) = known.fold((f64::INFINITY, 0.0_f64), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        if most == 0.0 {
            return Self::Log { from: 1.0, to: 10.0 };
        }
        let (from, to) = (below(least), above(most));
        if from < to { Self::Log { from, to } } else { Self::Log { from, to: above(to * 1.5) } }
    }

    /// Logarithmic if the values span more than a factor.
    pub(super) fn fitting(values: &[f64], factor: f64) -> Self {
        let positive: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
        let least = positive.iter().copied().fold(f64::INFINITY, f64::min);
        let most = positive.iter().copied().fold(0.0, f64::max);
        if most > least * factor { Self::log(values) } else { Self::linear(values) }
    }

    /// Where a value lies: 0 at the start, 1 at the end. What lies beyond them is drawn there.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = match *self {
            Self::Linear { to } => value / to,
            Self::Log { from, to } => (value.max(from) / from).ln() / (to / from).ln(),
            Self::Ordinal { count } => (value + 0.5) / count.max(1) as f64,
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Round values to write beside the axis, about as many as asked for, in rising order.
    pub(super) fn ticks(&self, about: usize) -> Vec<f64> {
        match *self {
            Self::Linear { to } => {
                let step = above(to / about.max(1) as f64);
                let count = (to / step * (1.0 + 1e-9)).floor() as usize;
                (0..=count).map(|tick| tick as f64 * step).collect()
            }
            Self::Log { from, to } => {
                let exponents = from.log10().floor() as i32..=to.log10().ceil() as i32;
                let within =
                    |value: &f64| (from * (1.0 - 1e-9)..=to * (1.0 + 1e-9)).contains(value);
                let decades: Vec<f64> = exponents.clone().map(ten).filter(within).collect();
                if decades.len() >= 3 {
                    let step = decades.len().div_ceil(about.max(1));
                    return decades.into_iter().step_by(step).collect();
                }
                let finer = exponents.flat_map(|exponent| ROUND.map(|digit| digit * ten(exponent)));
                finer.filter(within).collect()
            }
            Self::Ordinal { count } => (0..count).map(|value| value as f64).collect(),
        }
    }

    /// What to add to the axis' title.
    pub(super) fn note(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "",
            Self::Log { .. } => " (log scale)",
            Self::Ordinal { .. } => " (evenly spaced)",
        }
    }
}

/// The digits of round numbers.
const ROUND: [f64; 3] = [1.0, 2.0, 5.0];

/// The next round number from here.
fn above(value: f64) -> f64 {
    let exponent = value.log10().floor() as i32;
    let mut round = (exponent..=exponent + 1).flat_map(|exp| ROUND.map(|digit| digit * ten(exp)));
    round.find(|round| *round >= value * (1.0 - 1e-9)).unwrap_or(value)
}

/// The last round number up to here.
fn below(value: f64) -> f64 {
    let exponent = value.log10().floor() as i32;
    let mut round = (exponent - 1..=exponent).flat_map(|exp| ROUND.map(|digit| digit * ten(exp)));
    round.rfind(|round| *round <= value * (1.0 + 1e-9)).unwrap_or(value)
}

/// Exact where it can be, unlike `powi`.
fn ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use crate::units;

    use super::*;

    #[test]
    fn axes_begin_and_end_with_round_numbers() {
        assert_eq!(Scale::linear(&[0.3, 37.0]), Scale::Linear { to: 50.0 });
        assert_eq!(Scale::log(&[0.03, 700.0]), Scale::Log { from: 0.02, to: 1000.0 });
        assert_eq!(Scale::log(&[1.0, 1e6]), Scale::Log { from: 1.0, to: 1e6 });
        assert_eq!(Scale::linear(&[37.0]).ticks(5), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        assert_eq!(Scale::log(&[1.0, 1e6]).ticks(4), [1.0, 100.0, 1e4, 1e6]);
        assert_eq!(Scale::log(&[2.0, 30.0]).ticks(5), [2.0, 5.0, 10.0, 20.0, 50.0]);
    }

    #[test]
    fn wide_ranges_are_logarithmic() {
        assert!(matches!(Scale::fitting(&[1.0, 9.0], 10.0), Scale::Linear { .. }));
        assert!(matches!(Scale::fitting(&[0.0, 1.0, 90.0], 10.0), Scale::Log { .. }));
        assert_eq!(Scale::fitting(&[], 10.0), Scale::Linear { to: 1.0 });
    }

    proptest! {
        #[test]
        fn ticks_lie_on_the_axis_in_order_and_are_told_apart(
            low in -9.0..9.0_f64, span in 0.0..9.0_f64, about in 2_usize..9,
        ) {
            let values = [10_f64.powf(low), 10_f64.powf(low + span)];
            for scale in [Scale::linear(&values), Scale::log(&values)] {
                let ticks = scale.ticks(about);
                prop_assert!(ticks.len() >= 2, "{scale:?}: {ticks:?}");
                prop_assert!(ticks.len() <= 3 * about.max(3), "{scale:?}: {ticks:?}");
                let places: Vec<f64> = ticks.iter().map(|tick| scale.place(*tick)).collect();
                prop_assert!(places.is_sorted_by(|one, other| one < other), "{scale:?}: {ticks:?}");
                let end = match scale {
                    Scale::Linear { to } | Scale::Log { to, .. } => to,
                    Scale::Ordinal { .. } => unreachable!(),
                };
                prop_assert!(ticks.iter().all(|tick| *tick <= end * 1.000001));
                let labels: HashSet<String> = ticks.iter().map(|tick| units::tick(*tick)).collect();
                prop_assert_eq!(labels.len(), ticks.len(), "{:?}", ticks);
            }
        }

        #[test]
        fn values_keep_their_order(mut values in prop::collection::vec(1e-9..1e9_f64, 2..20)) {
            values.sort_by(f64::total_cmp);
            for scale in [Scale::linear(&values), Scale::log(&values)] {
                let places: Vec<f64> = values.iter().map(|value| scale.place(*value)).collect();
                prop_assert!(places.is_sorted());
                prop_assert!(places.iter().all(|place| (0.0..=1.0).contains(place)));
            }
        }
    }
}
