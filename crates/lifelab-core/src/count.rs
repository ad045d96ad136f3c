//! Numbers that outgrow 64 bits: generations and populations, and places on a plane without edges.

mod serialization;

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::num::IntErrorKind;
use std::ops::{Neg, RangeInclusive};
use std::str::FromStr;

use ethnum::{I256, U256};
use thiserror::Error;

/// A number of generations or of cells, from 0 to 2^256 - 1, exact.
///
/// A hashed universe goes 2^100 generations in one hop and has populations to match. Arithmetic is
/// checked: what does not fit is `None`, never another number.
///
/// ```
/// use lifelab_core::Count;
///
/// let far: Count = "1267650600228229401496703205376".parse()?;
/// assert_eq!(far, Count::power_of_two(100));
/// assert_eq!(Count::from(7).checked_add(Count::from(5)), Some(Count::from(12)));
/// assert_eq!(Count::MAX.checked_add(Count::ONE), None);
/// assert!(Count::from(12) == 12, "it compares with plain numbers");
/// # Ok::<(), lifelab_core::CountError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Count(U256);

/// A column or a row on a plane without edges, from -2^255 to 2^255 - 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Coordinate(I256);

/// Why a text is no [`Count`], or no [`Coordinate`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{text:?} is no number, expected {expected}")]
pub struct CountError {
    text: String,
    expected: &'static str,
}

const COUNT: &str = "a whole number from 0";
const SMALLER: &str = "one below 2^256";
const COORDINATE: &str = "a whole number from -2^255 to 2^255 - 1";

impl Count {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);
    /// One.
    pub const ONE: Self = Self(U256::ONE);
    /// The largest number there is: 2^256 - 1.
    pub const MAX: Self = Self(U256::MAX);

    /// 2 to the power of `exponent`.
    ///
    /// # Panics
    /// If the exponent is 256 or more.
    pub fn power_of_two(exponent: u32) -> Self {
        assert!(exponent < U256::BITS, "2^{exponent} is no 256-bit number");
        Self(U256::ONE << exponent)
    }

    /// The number. There is no `From<u128>`, for then nobody would know the type of `7` in `7.into()`.
    pub fn from_u128(number: u128) -> Self {
        Self(number.into())
    }

    /// The sum; `None` if it is too large.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` if `other` is larger.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The product; `None` if it is too large.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.0.checked_mul(other.0).map(Self)
    }

    /// The quotient, rounded down; `None` if `other` is zero.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        self.0.checked_div(other.0).map(Self)
    }

    /// What is left over of a division; `None` if `other` is zero.
    pub fn checked_rem(self, other: Self) -> Option<Self> {
        self.0.checked_rem(other.0).map(Self)
    }

    /// The difference, or zero if `other` is larger.
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether this is zero.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// The exponent of the largest power of two that is no larger; `None` for zero.
    pub fn checked_ilog2(self) -> Option<u32> {
        (!self.is_zero()).then(|| U256::BITS - 1 - self.0.leading_zeros())
    }

    /// The number of zero bits below the lowest set one; 256 for zero.
    pub fn trailing_zeros(self) -> u32 {
        self.0.trailing_zeros()
    }

    /// The number in binary, the lowest byte first.
    pub fn to_le_bytes(self) -> [u8; 32] {
        self.0.to_le_bytes()
    }

    /// The number whose [bytes](Self::to_le_bytes) these are.
    pub fn from_le_bytes(bytes: [u8; 32]) -> Self {
        Self(U256::from_le_bytes(bytes))
    }

    /// This number if it fits 64 bits.
    pub fn to_u64(self) -> Option<u64> {
        self.0.try_into().ok()
    }

    /// This number if it fits 128 bits.
    pub fn to_u128(self) -> Option<u128> {
        self.0.try_into().ok()
    }

    /// This number, or the largest of 64 bits.
    pub fn saturating_to_u64(self) -> u64 {
        self.to_u64().unwrap_or(u64::MAX)
    }

    /// This number, rounded: for rates and shares.
    pub fn to_f64(self) -> f64 {
        self.0.as_f64()
    }
}

impl Coordinate {
    /// The origin's.
    pub const ZERO: Self = Self(I256::ZERO);
    /// The next one's.
    pub const ONE: Self = Self(I256::ONE);

    /// The sum; `None` if it leaves the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` if it leaves the range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The coordinate that lies `count` after this one; `None` if that leaves the range.
    pub fn checked_add_count(self, count: Count) -> Option<Self> {
        let sum = Self(self.0.wrapping_add(count.0.as_i256()));
        // Numbers that fit neither half of the circle come out before this one.
        (sum >= self && sum.abs_diff(self) == count).then_some(sum)
    }

    /// How far the two are apart.
    pub fn abs_diff(self, other: Self) -> Count {
        let (low, high) = (self.0.min(other.0), self.0.max(other.0));
        // The difference of two signed numbers fits the unsigned type of their size.
        Count(high.wrapping_sub(low).as_u256())
    }

    /// The squares of 2^`scale` cells that lie before this one on its axis: rounded down.
    pub fn shifted_right(self, scale: u8) -> Self {
        Self(self.0 >> u32::from(scale))
    }

    /// This many squares of 2^`scale` cells; `None` if that leaves the range.
    pub fn checked_shl(self, scale: u8) -> Option<Self> {
        let scale = u32::from(scale);
        let shifted = self.0 << scale;
        (shifted >> scale == self.0).then_some(Self(shifted))
    }

    /// The coordinate in two's complement, the lowest byte first.
    pub fn to_le_bytes(self) -> [u8; 32] {
        self.0.to_le_bytes()
    }

    /// The coordinate whose [bytes](Self::to_le_bytes) these are.
    pub fn from_le_bytes(bytes: [u8; 32]) -> Self {
        Self(I256::from_le_bytes(bytes))
    }

    /// This coordinate if it fits 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        self.0.try_into().ok()
    }
}

impl From<u64> for Count {
    fn from(number: u64) -> Self {
        Self(number.into())
    }
}

impl From<i64> for Coordinate {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl PartialEq<u64> for Count {
    fn eq(&self, other: &u64) -> bool {
        self.0 == U256::from(*other)
    }
}

impl PartialOrd<u64> for Count {
    fn partial_cmp(&self, other: &u64) -> Option<Ordering> {
        self.0.partial_cmp(&U256::from(*other))
    }
}

impl PartialEq<i64> for Coordinate {
    fn eq(&self, other: &i64) -> bool {
        self.0 == I256::from(*other)
    }
}

impl Neg for Coordinate {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// # Panics
/// If the sum is too large, as with plain numbers.
impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, |sum, number| sum.checked_add(number).expect("a sum below 2^256"))
    }
}

impl FromStr for Count {
    type Err = CountError;

    fn from_str(text: &str) -> Result<Self, CountError> {
        let error = |expected| CountError { text: text.to_owned(), expected };
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(error(COUNT));
        }
        text.parse().map(Self).map_err(|failure: std::num::ParseIntError| {
            error(if *failure.kind() == IntErrorKind::PosOverflow { SMALLER } else { COUNT })
        })
    }
}

impl FromStr for Coordinate {
    type Err = CountError;

    fn from_str(text: &str) -> Result<Self, CountError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let number = digits.parse::<Count>().ok().and_then(|_| text.parse().ok());
        number.map(Self).ok_or_else(|| CountError { text: text.to_owned(), expected: COORDINATE })
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number of whole numbers in a range of coordinates.
pub(crate) fn length(range: &RangeInclusive<Coordinate>) -> Count {
    if range.is_empty() {
        return Count::ZERO;
    }
    let length = range.end().abs_diff(*range.start()).checked_add(Count::ONE);
    length.unwrap_or(Count::MAX) // The whole axis, 2^256 of them, counts as one less.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_from_its_text() {
        let largest = Count::MAX.to_string();
        for text in ["0", "1", "18446744073709551616", &largest] {
            assert_eq!(text.parse::<Count>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_number_says_what_was_expected() {
        for text in ["", "-1", "+1", "1e6", "0x10", " 1", "1_000"] {
            let error = text.parse::<Count>().unwrap_err().to_string();
            assert!(error.ends_with("expected a whole number from 0"), "{error}");
        }
        let error = format!("{}0", Count::MAX).parse::<Count>().unwrap_err();
        assert!(error.to_string().ends_with("expected one below 2^256"), "{error}");
    }

    #[test]
    fn nothing_wraps_around() {
        assert_eq!(Count::ZERO.checked_sub(Count::ONE), None);
        assert_eq!(Count::power_of_two(255).checked_mul(2.into()), None);
        assert_eq!(Count::power_of_two(64).to_u64(), None);
        assert_eq!(Count::power_of_two(64).saturating_to_u64(), u64::MAX);
        let end = Coordinate(I256::MAX);
        assert_eq!(end.checked_add(1.into()), None);
        assert_eq!(end.abs_diff(Coordinate(I256::MIN)), Count::MAX);
    }

    #[test]
    fn a_coordinate_moves_by_a_count() {
        let (low, high) = (Coordinate(I256::MIN), Coordinate(I256::MAX));
        assert_eq!(low.checked_add_count(Count::MAX), Some(high));
        assert_eq!(Coordinate::from(-5).checked_add_count(7.into()), Some(2.into()));
        assert_eq!(high.checked_add_count(Count::ONE), None);
        assert_eq!(Coordinate::ZERO.checked_add_count(Count::MAX), None);
        assert_eq!(Coordinate::ONE.checked_add_count(Count::power_of_two(255)), None);
    }

    #[test]
    fn a_coordinate_comes_back_from_its_text() {
        for text in ["0", "-1", "12", "-170141183460469231731687303715884105729"] {
            assert_eq!(text.parse::<Coordinate>().unwrap().to_string(), text);
        }
        for text in ["", "-", "+1", "--1", "1.0", &Count::MAX.to_string()] {
            assert!(text.parse::<Coordinate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_logarithm_rounds_down() {
        let log = |number: u64| Count::from(number).checked_ilog2();
        assert_eq!(
            [log(0), log(1), log(2), log(3), log(4)],
            [None, Some(0), Some(1), Some(1), Some(2)]
        );
        assert_eq!(Count::MAX.checked_ilog2(), Some(255));
    }
}
