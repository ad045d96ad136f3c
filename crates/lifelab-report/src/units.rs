//! Figures as people read them: three digits and a unit.

use std::time::Duration;

/// A time: `812 ns`, `2.31 ms`, `12.3 s`, `2h 46min`.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..100 => TimeUnit::of(duration).show(duration),
        100..3600 => format!("{}min {}s", seconds / 60, seconds % 60),
        3600..172_800 => format!("{}h {}min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {}h", count(seconds / 86_400), seconds % 86_400 / 3600),
    }
}

/// A time with its interval, all in one unit: `2.28–2.33` beside `2.31 ms`.
pub(crate) fn interval(middle: Duration, low: Duration, high: Duration) -> String {
    let unit = TimeUnit::of(middle);
    format!("{}–{}", unit.number(low), unit.number(high))
}

/// A time on an axis, never in minutes: `10 µs`, `1,000 s`.
pub(crate) fn time_tick(seconds: f64) -> String {
    let duration = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let unit = TimeUnit::of(duration);
    format!("{} {}", tick(seconds / unit.seconds), unit.name)
}

/// A number on an axis: `0.5`, `10`, `1,000,000`, without digits that say nothing.
pub(crate) fn tick(value: f64) -> String {
    let shown = number(value);
    match shown.contains('.') {
        true => shown.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => shown,
    }
}

/// Bytes, in powers of a thousand, so that round numbers on axes stay round: `812 B`, `5.12 MB`.
pub(crate) fn bytes(bytes: f64) -> String {
    const NAMES: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut name = 0;
    while value >= 999.5 && name + 1 < NAMES.len() {
        value /= 1000.0;
        name += 1;
    }
    let value = if name == 0 { count(value.round() as u64) } else { number(value) };
    format!("{value} {}", NAMES[name])
}

/// Bytes on an axis: `1 kB`, `0.5 MB`.
pub(crate) fn bytes_tick(value: f64) -> String {
    let shown = bytes(value);
    match shown.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => shown,
    }
}

/// How many times: `1.15x`, `690x`.
pub(crate) fn factor(factor: f64) -> String {
    format!("{}x", number(factor))
}

/// A share: `0.4 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", tick(share * 100.0))
}

/// A whole number with its thousands apart: `1,000,000`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number with three digits that count, more if it is whole: `0.0123`, `1.15`, `12.3`, `1,234`.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if !size.is_finite() {
        return "?".to_owned();
    }
    if size >= 99.95 {
        return count(value.round() as u64);
    }
    let decimals = match size {
        0.0 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.9995 => 2,
        _ => (2.0 - size.log10().floor()).min(99.0) as usize,
    };
    format!("{value:.decimals$}")
}

/// A noun after its number: `1 core`, `2 cores`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A list as in a sentence: `a, b and c`.
pub(crate) fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<_> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

/// The unit that leaves one to three digits before the point.
#[derive(Clone, Copy)]
struct TimeUnit {
    name: &'static str,
    seconds: f64,
}

impl TimeUnit {
    fn of(duration: Duration) -> Self {
        let (name, seconds) = match duration.as_nanos() {
            0..1000 => ("ns", 1e-9),
            1000..1_000_000 => ("µs", 1e-6),
            1_000_000..1_000_000_000 => ("ms", 1e-3),
            _ => ("s", 1.0),
        };
        Self { name, seconds }
    }

    fn number(self, duration: Duration) -> String {
        match self.name {
            "ns" => duration.as_nanos().to_string(),
            _ => number(duration.as_secs_f64() / self.seconds),
        }
    }

    fn show(self, duration: Duration) -> String {
        format!("{} {}", self.number(duration), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_the_unit_that_fits() {
        for (nanos, expected) in [
            (0, "0 ns"),
            (812, "812 ns"),
            (12_345, "12.3 µs"),
            (2_310_000, "2.31 ms"),
            (123_400_000, "123 ms"),
            (1_850_000_000, "1.85 s"),
            (125_000_000_000, "2min 5s"),
            (10_000_000_000_000, "2h 46min"),
            (1_000_000_000_000_000, "11d 13h"),
        ] {
            assert_eq!(time(Duration::from_nanos(nanos)), expected);
        }
    }

    #[test]
    fn numbers_keep_what_counts() {
        for (value, expected) in
            [(0.0, "0"), (0.0123, "0.0123"), (1.146, "1.15"), (11.94, "11.9"), (1234.4, "1,234")]
        {
            assert_eq!(number(value), expected);
        }
        assert_eq!(bytes(5_123_000.0), "5.12 MB");
        assert_eq!(bytes_tick(1000.0), "1 kB");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(time_tick(1e-5), "10 µs");
        assert_eq!(time_tick(1000.0), "1,000 s");
        assert_eq!(tick(0.5), "0.5");
        assert_eq!(tick(1.5e-9), "0.0000000015");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
