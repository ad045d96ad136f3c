//! [Results](lifelab_bench::Results) of a race as people and programs read them: a table, a page with
//! charts, JSON and CSV; and two of them compared.
//!
//! Nothing is measured here, and nothing left out: a case that was cut off or failed has its row and
//! its mark, and an estimate is always called one.
//!
//! ```
//! use lifelab_report::{json, table::Table};
//!
//! fn show(saved: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let results = json::read(saved)?;
//!     Table { width: 100, color: false }.write(&results, &mut std::io::stdout())?;
//!     Ok(())
//! }
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

pub mod csv;
pub mod html;
pub mod json;
pub mod table;

mod findings;
mod service;
mod sweep;

mod chart;
mod markup;
mod names;
mod units;

pub mod compare;

#[cfg(test)]
mod samples;
