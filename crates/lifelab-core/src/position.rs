//! A place on the plane.

use serde::{Deserialize, Serialize};

/// A place on the plane, or beyond the edges of a finite grid: x grows to the right, y grows
/// downwards.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The column.
    pub x: i64,
    /// The row.
    pub y: i64,
}
