//! Suites that are ready to run: one for each question that the harness was made for.

use std::fmt;

use lifelab::ScenarioError;
use thiserror::Error;

use crate::suite::Suite;

/// A suite that comes with the harness; a file in the repository's `benches/scenarios/`, to which
/// this crate has a link, so that its archive has them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    name: &'static str,
    text: &'static str,
}

/// No ready suite has this name.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("there is no suite {name:?}, expected a file or one of {known}")]
pub struct UnknownSuite {
    /// The name.
    pub name: String,
    /// The names there are.
    pub known: String,
}

macro_rules! ready {
    ($($name:literal),+ $(,)?) => {
        &[$(Ready {
            name: $name,
            text: include_str!(concat!("../scenarios/", $name, ".ron")),
        }),+]
    };
}

/// All ready suites; the first is what runs if nobody asks for another.
pub const READY: &[Ready] = ready![
    "default",
    "cells",
    "latency",
    "workers",
    "tail",
    "phases",
    "compute",
    "cpu",
    "overhead",
    "serialization",
    "faults",
    "blocking",
    "crossings",
    "five-waits",
    "capacity",
    "overload",
    "retry-storm",
    "hedging",
    "languages",
];

impl Ready {
    /// The suite of this name.
    ///
    /// # Errors
    /// The names there are.
    pub fn find(name: &str) -> Result<Self, UnknownSuite> {
        READY.iter().find(|ready| ready.name == name).copied().ok_or_else(|| UnknownSuite {
            name: name.to_owned(),
            known: READY.iter().map(|ready| ready.name).collect::<Vec<_>>().join(", "),
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its text: a start for suites of one's own.
    pub fn text(self) -> &'static str {
        self.text
    }

    /// The suite.
    ///
    /// # Errors
    /// None, for suites that a test has read; the type is that of any text.
    pub fn suite(self) -> Result<Suite, ScenarioError> {
        self.text.parse()
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ready").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use lifelab::CancellationToken;

    use super::*;
    use crate::harness::Harness;
    use crate::plan::Plan;
    use crate::speed::Speed;

    #[test]
    fn every_ready_suite_is_called_like_its_file_and_can_be_planned() {
        let speed = Speed::measure();
        for ready in READY {
            let suite = ready.suite().unwrap_or_else(|error| panic!("{ready:?}: {error}"));
            assert_eq!(suite.name, ready.name());
            assert!(!suite.about.is_empty());
            let plan = Plan::of(&suite, &Harness::new(), &speed, &CancellationToken::new());
            plan.unwrap_or_else(|error| panic!("{ready:?}: {error}"));
        }
    }

    #[test]
    fn every_file_is_ready() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut known: Vec<_> = READY.iter().map(|ready| format!("{}.ron", ready.name)).collect();
        known.sort();
        assert_eq!(files, known);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = Ready::find("latencies").unwrap_err().to_string();
        assert!(READY.iter().all(|ready| error.contains(ready.name)), "{error}");
    }
}
