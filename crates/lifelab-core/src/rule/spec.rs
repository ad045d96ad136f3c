//! A rule together with the finite universe it is meant for.

use std::fmt;
use std::str::FromStr;

use super::{Rule, RuleError};
use crate::topology::Bounds;

/// A rule with an optional suffix for a finite universe: `B3/S23`, `B3/S23:T30,20`.
///
/// ```
/// use lifelab_core::{Rule, RuleSpec, Topology};
///
/// let spec: RuleSpec = "b3s23:p30".parse()?;
/// assert_eq!(spec.rule, Rule::LIFE);
/// assert_eq!(spec.bounds.map(|bounds| bounds.topology), Some(Topology::Plane));
/// assert_eq!(spec.to_string(), "B3/S23:P30,30");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct RuleSpec {
    /// What the next state of a cell is.
    pub rule: Rule,
    /// The universe, if the string names one.
    pub bounds: Option<Bounds>,
}

impl From<Rule> for RuleSpec {
    fn from(rule: Rule) -> Self {
        Self { rule, bounds: None }
    }
}

impl fmt::Display for RuleSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule)?;
        self.bounds.map_or(Ok(()), |bounds| write!(f, ":{bounds}"))
    }
}

impl FromStr for RuleSpec {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let Some((rule, bounds)) = text.trim_end().split_once(':') else {
            return text.parse().map(|rule: Rule| rule.into());
        };
        // A misspelled topology is the better news than a rule that is not supported.
        let bounds = bounds.parse::<Bounds>().map_err(|error| error.moved_by(rule.len() + 1));
        Ok(Self { rule: rule.parse()?, bounds: Some(bounds?) })
    }
}
