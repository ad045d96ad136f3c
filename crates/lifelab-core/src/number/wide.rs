//! Numbers of any size up to 2^256: `2^200`, `10^12`, `1e60`.

use serde::de::Deserializer;

use super::{deserialize_with, parse};
use crate::count::Count;

/// What an error says was expected of a [`count`].
pub const EXPECTED_COUNT: &str =
    "a whole number from 0, such as 1000, 10k, 1e12 or 2^200, below 2^256";

/// Reads a whole number as [`parse`] does, a power such as `2^200`, or one with an exponent of any
/// size; `None` if it is none, or not below 2^256.
///
/// ```
/// use lifelab_core::{Count, number};
///
/// assert_eq!(number::count("2^200"), Some(Count::power_of_two(200)));
/// assert_eq!(number::count("10^3"), Some(1000.into()));
/// assert_eq!(number::count("1.5e1"), Some(15.into()));
/// assert_eq!(number::count("2^256"), None);
/// ```
pub fn count(text: &str) -> Option<Count> {
    let text = text.trim();
    if let Some((base, exponent)) = text.split_once('^') {
        return power(parse::<u64>(base)?.into(), parse(exponent)?);
    }
    parse(text).or_else(|| scientific(text))
}

/// Reads a whole number from a number or from text, as [`count`] does.
///
/// # Errors
/// If there is no such number.
pub fn deserialize_count<'de, D: Deserializer<'de>>(de: D) -> Result<Count, D::Error> {
    deserialize_with(de, count, || EXPECTED_COUNT.to_owned())
}

/// A number whose digits or whose exponent are too many for [`parse`].
fn scientific(text: &str) -> Option<Count> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_cut = mantissa.ends_with('.') || whole.is_empty();
    if is_cut || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let digits: Count = format!("{whole}{fraction}").parse().ok()?;
    let exponent: u32 = parse(exponent.strip_prefix('+').unwrap_or(exponent))?;
    let zeros = exponent.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    digits.checked_mul(power(10.into(), zeros)?)
}

/// A power; `None` if it is not below 2^256.
fn power(base: Count, exponent: u32) -> Option<Count> {
    if base <= 1 {
        return Some(if exponent == 0 { Count::ONE } else { base });
    }
    let mut product = Count::ONE;
    // It ends after 256 rounds at the latest.
    for _ in 0..exponent {
        product = product.checked_mul(base)?;
    }
    Some(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_number_is_read_as_people_write_it() {
        let ten = |exponent: usize| format!("1{}", "0".repeat(exponent)).parse().ok();
        assert_eq!(count("10k"), Some(10_000.into()));
        assert_eq!(count("1_000_000"), Some(1_000_000.into()));
        assert_eq!(count(" 10^12 "), ten(12));
        assert_eq!(count("1e60"), ten(60));
        assert_eq!(count("10.00e+59"), ten(60));
        assert_eq!(count(&Count::MAX.to_string()), Some(Count::MAX));
        assert_eq!(count("0^0"), Some(Count::ONE));
        assert_eq!(count("0^7"), Some(Count::ZERO));
        assert_eq!(count("1^4000000000"), Some(Count::ONE));
        assert_eq!(count("2^255"), Some(Count::power_of_two(255)));
    }

    #[test]
    fn what_is_no_wide_number_is_refused() {
        for text in [
            "",
            "^",
            "2^",
            "^2",
            "2^256",
            "2^4000000000",
            "10^78",
            "1e78",
            "2^-1",
            "-2^3",
            "2^2^2",
            "1e",
            "e9",
            ".5e1",
            "1.e50",
            "1.55e1",
            "0x10",
            "many",
            "1e4000000000",
            "1e-60",
        ] {
            assert_eq!(count(text), None, "{text}");
        }
    }
}
