//! Wide numbers in files: as numbers where formats have them, and else as text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Coordinate, Count};
use crate::number;

/// A number where 128 bits hold it, and else its decimal digits as text: formats like JSON have numbers
/// of any size, but few of their readers do.
impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.to_u64(), self.to_u128()) {
            (Some(number), _) => serializer.serialize_u64(number),
            (None, Some(number)) => serializer.serialize_u128(number),
            (None, None) => serializer.collect_str(self),
        }
    }
}

/// As a [`Count`].
impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.to_i64(), i128::try_from(self.0)) {
            (Some(number), _) => serializer.serialize_i64(number),
            (None, Ok(number)) => serializer.serialize_i128(number),
            (None, Err(_)) => serializer.collect_str(self),
        }
    }
}

/// From a number or from text, as [`number::count`] reads it.
impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number::deserialize_count(deserializer)
    }
}

/// From a number or from text.
impl<'de> Deserialize<'de> for Coordinate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number::deserialize_with(
            deserializer,
            |text| text.parse().ok(),
            || "a whole number from -2^255 to 2^255 - 1".to_owned(),
        )
    }
}
