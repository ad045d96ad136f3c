//! Bars of characters.

use std::time::Duration;

/// Where the range is wider than this, bars are logarithmic: short ones would vanish.
const LINEAR: f64 = 30.0;

/// How long bars are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Ruler {
    columns: usize,
    /// Where a logarithmic bar begins; `None` for linear ones, which begin at zero.
    pub(super) from: Option<f64>,
    to: f64,
}

impl Ruler {
    /// A ruler for all of these times, in `columns` columns.
    pub(super) fn over(times: impl Iterator<Item = Duration>, columns: usize) -> Self {
        let seconds: Vec<f64> = times.map(|time| time.as_secs_f64()).filter(|s| *s > 0.0).collect();
        let least = seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let to = seconds.iter().copied().fold(0.0, f64::max);
        // Below the least, so that its bar is seen.
        let from = (to > least * LINEAR).then(|| least / 1.5);
        Self { columns, from, to }
    }

    /// A bar up to a time: full up to the floor, the floor's mark, and lighter above it.
    pub(super) fn bar(&self, time: Duration, floor: Duration) -> String {
        let end = self.place(time).max(1);
        if floor.is_zero() {
            return "▒".repeat(end);
        }
        // The mark has a column of its own, the last at the latest.
        let mark = self.place(floor).min(self.columns.saturating_sub(1));
        let above = end.saturating_sub(mark + 1);
        format!("{}│{}", "█".repeat(mark), "▒".repeat(above))
    }

    fn place(&self, time: Duration) -> usize {
        let seconds = time.as_secs_f64();
        let share = match self.from {
            Some(from) => (seconds / from).ln() / (self.to / from).ln(),
            None => seconds / self.to,
        };
        // Not a number where nothing took any time.
        (share.clamp(0.0, 1.0) * self.columns as f64).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn a_bar_shows_floor_and_time_in_proportion() {
        let ruler = Ruler::over([MS(10), MS(20)].into_iter(), 20);
        assert_eq!(ruler.bar(MS(20), MS(10)), format!("{}│{}", "█".repeat(10), "▒".repeat(9)));
        assert_eq!(ruler.bar(MS(10), MS(10)), format!("{}│", "█".repeat(10)));
        assert_eq!(ruler.bar(MS(10), Duration::ZERO), "▒".repeat(10));
        assert_eq!(ruler.from, None);
    }

    #[test]
    fn wide_ranges_are_logarithmic_and_no_bar_leaves_its_columns() {
        let times = [MS(1), MS(100), MS(10_000)];
        let ruler = Ruler::over(times.into_iter(), 12);
        assert!(ruler.from.is_some());
        for time in times {
            for floor in [Duration::ZERO, MS(1), time] {
                let bar = ruler.bar(time, floor);
                assert!((1..=12).contains(&bar.chars().count()), "{bar}");
            }
        }
    }
}
