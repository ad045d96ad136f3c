//! Results as people and programs read them: a table, a page with charts, JSON and CSV.
//!
//! Nothing is measured here, and nothing left out: a case that was cut off or failed has its row and
//! its mark, and an estimate is always called one.

pub mod csv;
pub mod html;
pub mod json;
pub mod table;

mod findings;
mod sweep;

mod chart;
mod markup;
pub(crate) mod names;
pub(crate) mod units;

#[cfg(test)]
pub(crate) mod samples;
