//! Numbers as people write them: `1000`, `1_000`, `10k`, `1e6`; and bytes: `500MB`, `8GiB`.
//!
//! One spelling for options, scenarios and the command line. Whole numbers are exact: `1.5k` is 1500,
//! and `1.5` is none.

mod wide;

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};

pub use wide::{EXPECTED_COUNT, count, deserialize_count};

/// What an error says was expected of a number of bytes.
pub const EXPECTED_BYTES: &str = "a number of bytes such as 512MB, with kB, MB, GB, TB, KiB, MiB, GiB, \
                                  TiB or no unit, below 2^64";

/// Reads a whole number; `None` if it is none, or `T` does not hold it.
///
/// ```
/// use std::num::NonZeroU32;
/// use lifelab_core::number;
///
/// assert_eq!(number::parse("1.5M"), Some(1_500_000_u64));
/// assert_eq!(number::parse::<NonZeroU32>("0"), None);
/// ```
pub fn parse<T: FromStr>(text: &str) -> Option<T> {
    let text = text.trim();
    let (number, factor) = match text.chars().next_back()? {
        'k' | 'K' => (&text[..text.len() - 1], 1_000),
        'M' => (&text[..text.len() - 1], 1_000_000),
        'G' => (&text[..text.len() - 1], 1_000_000_000),
        'T' => (&text[..text.len() - 1], 1_000_000_000_000),
        _ => (text, 1),
    };
    let (product, rest) = Decimal::read(number.trim_end())?.times(factor)?;
    if rest == 0 { product.to_string().parse().ok() } else { None }
}

/// Reads a whole number that may have a minus; `None` if it is none, or 64 bits do not hold it.
///
/// ```
/// # use lifelab_core::number;
/// assert_eq!(number::parse_signed("-1_000"), Some(-1000));
/// assert_eq!(number::parse_signed("2k"), Some(2000));
/// ```
pub fn parse_signed(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(rest) => parse::<u64>(rest).and_then(|number| 0_i64.checked_sub_unsigned(number)),
        None => parse(text),
    }
}

/// Reads a number of bytes, rounded down to whole ones; `None` if `text` is no number. Beside `k`
/// and `M`, which are those of a computer, there are `kB` and `MB`, which are thousands.
pub fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u128 = match text[number.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        _ => return None,
    };
    let (product, _) = Decimal::read(number.trim_end())?.times(factor)?;
    product.try_into().ok()
}

/// Fractions: probabilities, densities, rates. What lies outside 0 to 1 is refused where it is read, so
/// that the error has its place.
pub mod fraction {
    use super::{Deserialize, Deserializer, de};

    /// What an error says was expected.
    pub const EXPECTED: &str = "a number from 0 to 1";

    /// Reads a number from 0 to 1.
    ///
    /// # Errors
    /// If it is another, or none.
    pub fn deserialize<'de, D: Deserializer<'de>>(de: D) -> Result<f64, D::Error> {
        let fraction = f64::deserialize(de)?;
        let refused = || de::Error::custom(format!("found {fraction}, expected {EXPECTED}"));
        if (0.0..=1.0).contains(&fraction) { Ok(fraction) } else { Err(refused()) }
    }

    /// Many of them.
    pub mod list {
        use super::{Deserialize, Deserializer};

        struct Fraction(f64);

        impl<'de> Deserialize<'de> for Fraction {
            fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
                super::deserialize(de).map(Self)
            }
        }

        /// Reads numbers from 0 to 1.
        ///
        /// # Errors
        /// If one is another, or none.
        pub fn deserialize<'de, D: Deserializer<'de>>(de: D) -> Result<Vec<f64>, D::Error> {
            let fractions = Vec::<Fraction>::deserialize(de)?;
            Ok(fractions.into_iter().map(|Fraction(fraction)| fraction).collect())
        }
    }
}

/// A number with its noun: `1 cell`, `2 cells`, `2 processes`.
///
/// ```
/// use lifelab_core::number::counted;
///
/// assert_eq!([counted(1, "wait"), counted(0, "wait")], ["1 wait", "0 waits"]);
/// assert_eq!([counted(1, "process"), counted(2, "process")], ["1 process", "2 processes"]);
/// ```
pub fn counted(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}{}", if noun.ends_with('s') { "es" } else { "s" }),
    }
}

/// What an error says was expected of a `T`: what it can hold, and how it can be written.
pub fn expected<T: FromStr>() -> String {
    let least = u8::from("0".parse::<T>().is_err());
    let most = u128::MAX >> (u128::BITS as usize - 8 * size_of::<T>());
    format!("a whole number from {least} to {most}, such as 1000, 10k or 1e6")
}

/// Reads a whole number from a number or from text, as [`parse`] does.
///
/// # Errors
/// If there is no such number, or `T` does not hold it.
pub fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(de: D) -> Result<T, D::Error> {
    de.deserialize_any(Any { read: parse::<T>, expected: expected::<T> })
}

/// Reads a whole number that may have a minus from a number or from text, as [`parse_signed`] does.
///
/// # Errors
/// If there is no such number, or 64 bits do not hold it.
pub fn deserialize_signed<'de, D: Deserializer<'de>>(de: D) -> Result<i64, D::Error> {
    let expected =
        || format!("a whole number from {} to {}, such as -3 or 10k", i64::MIN, i64::MAX);
    de.deserialize_any(Any { read: parse_signed, expected })
}

/// Reads a number of bytes from a number or from text, as [`bytes`] does.
///
/// # Errors
/// If there is no such number, or `T` does not hold it.
pub fn deserialize_bytes<'de, T: FromStr, D: Deserializer<'de>>(de: D) -> Result<T, D::Error> {
    let read = |text: &str| bytes(text)?.to_string().parse().ok();
    de.deserialize_any(Any { read, expected: || EXPECTED_BYTES.to_owned() })
}

/// Reads a value from a number or from text by a function of the caller's.
pub(crate) fn deserialize_with<'de, T, D: Deserializer<'de>>(
    de: D,
    read: fn(&str) -> Option<T>,
    expected: fn() -> String,
) -> Result<T, D::Error> {
    de.deserialize_any(Any { read, expected })
}

struct Number<T>(T);

impl<'de, T: FromStr> Deserialize<'de> for Number<T> {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        deserialize(de).map(Self)
    }
}

/// Whole numbers in a list.
pub mod list {
    use super::{Deserialize, Deserializer, FromStr, Number};

    /// Reads whole numbers.
    ///
    /// # Errors
    /// If one is no such number, or `T` does not hold it.
    pub fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(de: D) -> Result<Vec<T>, D::Error> {
        let numbers = Vec::<Number<T>>::deserialize(de)?;
        Ok(numbers.into_iter().map(|Number(number)| number).collect())
    }
}

/// A whole number that may be missing.
pub mod optional {
    use super::{Deserialize, Deserializer, FromStr, Number};

    /// Reads a whole number, if there is one.
    ///
    /// # Errors
    /// If there is no such number, or `T` does not hold it.
    pub fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        de: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::<Number<T>>::deserialize(de)?.map(|Number(number)| number))
    }
}

/// A decimal number that is not negative: `digits` divided by ten to the power of `decimals`, or
/// times it if that is negative.
struct Decimal {
    digits: u128,
    decimals: i32,
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, digits(exponent.strip_prefix('+').unwrap_or(exponent))?)
            }
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction.trim_end_matches('0')),
            None => (mantissa, ""),
        };
        let exponent = i32::try_from(exponent).ok().filter(|&exponent| exponent <= 40)?;
        let shift = u32::try_from(fraction.len()).ok()?;
        let fraction = if fraction.is_empty() { 0 } else { digits(fraction)? };
        let whole = grouped(whole)?.checked_mul(10_u128.checked_pow(shift)?)?;
        let decimals = i32::try_from(shift).ok()? - exponent;
        Some(Self { digits: whole.checked_add(fraction)?, decimals })
    }

    /// The whole part of the product, and what is left over.
    fn times(self, factor: u128) -> Option<(u128, u128)> {
        let power = 10_u128.checked_pow(self.decimals.unsigned_abs())?;
        let product = self.digits.checked_mul(factor)?;
        if self.decimals <= 0 {
            return Some((product.checked_mul(power)?, 0));
        }
        Some((product / power, product % power))
    }
}

/// Digits alone.
fn digits(text: &str) -> Option<u128> {
    // The standard library takes a sign, too.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Digits, with `_` or `,` between groups of three, or without.
fn grouped(text: &str) -> Option<u128> {
    let Some(mark) = text.chars().find(|&c| c == '_' || c == ',') else { return digits(text) };
    let is_group = |(index, group): (usize, &str)| match index {
        0 => matches!(group.len(), 1..=3),
        _ => group.len() == 3,
    };
    let is_grouped = text.split(mark).enumerate().all(is_group);
    is_grouped.then(|| digits(&text.replace(mark, ""))).flatten()
}

/// A number, from whatever a format has for it.
struct Any<T> {
    read: fn(&str) -> Option<T>,
    expected: fn() -> String,
}

impl<T> Any<T> {
    fn read<E: de::Error>(&self, text: &str) -> Result<T, E> {
        (self.read)(text).ok_or_else(|| E::invalid_value(de::Unexpected::Other(text), self))
    }
}

impl<T> Visitor<'_> for Any<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.expected)())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.read(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.read(&number.to_string())
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<T, E> {
        self.read(&number.to_string())
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<T, E> {
        self.read(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        self.read(&number.to_string())
    }

    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        Err(E::invalid_value(de::Unexpected::Other("no number"), &self)) // A name, perhaps.
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        self.read(text)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for (text, number) in [
            ("0", 0),
            ("1000", 1000),
            ("1_000_000", 1_000_000),
            ("12,345", 12_345),
            ("10k", 10_000),
            ("10 K", 10_000),
            ("1.5M", 1_500_000),
            ("2G", 2_000_000_000),
            ("3T", 3_000_000_000_000),
            ("1e6", 1_000_000),
            ("1E+6", 1_000_000),
            ("1.25e2", 125),
            ("100.0", 100),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_whole_number_is_refused() {
        for text in [
            "",
            "k",
            "-1",
            "+1",
            "1.5",
            "1.",
            ".5",
            "1e-3",
            "1e",
            "e6",
            "1e999",
            "0x10",
            "1 2",
            "1m",
            "1,5",
            "1_00",
            ",100",
            "1,000_000",
            "many",
            "10kk",
            "18446744073709551616",
            "1e20",
            "١",
        ] {
            assert_eq!(parse::<u64>(text), None, "{text}");
        }
        assert_eq!(parse::<NonZeroU32>("0"), None);
        assert_eq!(parse::<NonZeroU32>("4G"), NonZeroU32::new(4_000_000_000));
        assert_eq!(parse::<NonZeroU32>("5G"), None);
    }

    #[test]
    fn a_number_may_have_a_minus() {
        for (text, number) in [("-3", -3), ("0", 0), ("-1k", -1000), (" -1_000 ", -1000)] {
            assert_eq!(parse_signed(text), Some(number), "{text}");
        }
        let ends = [i64::MIN, i64::MAX];
        ends.iter().for_each(|end| assert_eq!(parse_signed(&end.to_string()), Some(*end)));
        for text in ["", "-", "--3", "+3", "- -3", "-1.5", "9223372036854775808"] {
            assert_eq!(parse_signed(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_have_units() {
        for (text, number) in [
            ("0", 0),
            ("17B", 17),
            ("2k", 2048),
            ("3 MiB", 3 << 20),
            ("500MB", 500_000_000),
            ("1.5kB", 1500),
            ("8GiB", 8 << 30),
            ("1e6", 1_000_000),
            ("1_000kb", 1_000_000),
            ("0.1KiB", 102),
        ] {
            assert_eq!(bytes(text), Some(number), "{text}");
        }
        for text in ["", "k", "-1", "1..2MB", "5 apples", "99999999999999999999", "16777216TiB"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_expected_is_what_a_type_holds() {
        assert!(expected::<NonZeroU32>().starts_with("a whole number from 1 to 4294967295,"));
        assert!(expected::<u64>().starts_with("a whole number from 0 to 18446744073709551615,"));
        assert!(expected::<u128>().contains(&u128::MAX.to_string()));
    }
}
