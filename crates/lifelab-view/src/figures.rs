//! Numbers for people.

use std::time::Duration;

use lifelab::Count;
use lifelab::live::Pace;

/// A number in groups of three digits; a very long one by its magnitude.
pub(crate) fn count(count: Count) -> String {
    let digits = count.to_string();
    if digits.len() > 18 {
        return format!("{}.{}e{}", &digits[..1], &digits[1..4], digits.len() - 1);
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with three digits and a letter: 1.23 k, 45.6 M.
pub(crate) fn magnitude(number: f64) -> String {
    let mut rest = number;
    for unit in ["", " k", " M", " G", " T", " P", " E"] {
        if rest < 999.5 {
            let digits = match rest {
                rest if rest < 9.995 && !unit.is_empty() => 2,
                rest if rest < 99.95 && (!unit.is_empty() || rest.fract() > 0.05) => 1,
                _ => 0,
            };
            return format!("{rest:.digits$}{unit}");
        }
        rest /= 1000.0;
    }
    format!("{number:.2e}")
}

/// A duration with three digits.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (number, unit) = match seconds {
        s if s < 1e-6 => (s * 1e9, "ns"),
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    let digits = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    format!("{number:.digits$} {unit}")
}

/// A number of bytes.
pub(crate) fn bytes(bytes: u64) -> String {
    let mut rest = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if rest < 1000.0 {
            let digits = usize::from(rest < 99.95 && unit != "B");
            return format!("{rest:.digits$} {unit}");
        }
        rest /= 1024.0;
    }
    format!("{rest:.1} TiB")
}

/// A pace as it is chosen.
pub(crate) fn pace(pace: Pace) -> String {
    match pace {
        Pace::PerSecond(rate) => format!("{}/s", count(rate.get().into())),
        _ => "full speed".to_owned(),
    }
}

/// How closely one looks: cells by pixels.
pub(crate) fn zoom(zoom: i16) -> String {
    match zoom {
        0 => "1:1".to_owned(),
        closer if closer < 0 => format!("{}:1", 1 << -closer),
        1..=20 => format!("1:{}", 1_u64 << zoom),
        _ => format!("1:2^{zoom}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_grouped_and_very_long_ones_are_magnitudes() {
        let texts = ["0", "999", "1000", "123456789"].map(|text| count(text.parse().unwrap()));
        assert_eq!(texts, ["0", "999", "1,000", "123,456,789"]);
        assert_eq!(count(Count::power_of_two(100)), "1.267e30");
    }

    #[test]
    fn magnitudes_have_three_digits() {
        let texts = [0.0, 0.25, 12.0, 999.0, 1234.0, 45_600.0, 1.3e11].map(magnitude);
        assert_eq!(texts, ["0", "0.2", "12", "999", "1.23 k", "45.6 k", "130 G"]);
    }

    #[test]
    fn durations_and_bytes_have_units() {
        let texts = [1e-8, 1.5e-5, 0.0234, 12.0].map(|s| duration(Duration::from_secs_f64(s)));
        assert_eq!(texts, ["10.0 ns", "15.0 µs", "23.4 ms", "12.0 s"]);
        assert_eq!([12, 2048, 5 << 30].map(bytes), ["12 B", "2.0 KiB", "5.0 GiB"]);
    }

    #[test]
    fn zooms_are_ratios() {
        assert_eq!([-3, 0, 4, 100].map(zoom), ["8:1", "1:1", "1:16", "1:2^100"]);
    }
}
