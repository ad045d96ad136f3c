//! What a macrocell file says besides its squares.

use lifelab_core::{Count, RuleSpec};

use crate::error::ErrorKind;
use crate::pattern::Pattern;

/// What is known about a pattern, besides its cells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Header {
    /// The name.
    pub name: Option<String>,
    /// Who found it, and often when.
    pub author: Option<String>,
    /// Further comments, one line each.
    pub comments: Vec<String>,
    /// The rule, Life if the file names none, and the finite universe that the pattern is meant for. Its
    /// middle is the tree's.
    pub rule: RuleSpec,
    /// The number of generations since the start.
    pub generation: Count,
}

impl Header {
    /// What a pattern says besides its cells and their place.
    pub fn of(pattern: &Pattern) -> Self {
        Self {
            name: pattern.name.clone(),
            author: pattern.author.clone(),
            comments: pattern.comments.clone(),
            rule: RuleSpec { rule: pattern.rule, bounds: pattern.bounds },
            generation: count(pattern.generation),
        }
    }

    /// A pattern without cells that says the same.
    pub(super) fn to_pattern(&self) -> Result<Pattern, ErrorKind> {
        let generation = self.generation.to_u128().ok_or_else(|| ErrorKind::Unexpected {
            found: format!("generation {}", self.generation),
            expected: "one below 2^128, for a list of cells".into(),
        })?;
        Ok(Pattern {
            name: self.name.clone(),
            author: self.author.clone(),
            comments: self.comments.clone(),
            rule: self.rule.rule,
            bounds: self.rule.bounds,
            generation,
            ..Pattern::default()
        })
    }
}

/// A number of 128 bits as one of 256.
fn count(number: u128) -> Count {
    let high = Count::from((number >> 64) as u64);
    let low = Count::from(number as u64);
    let sum = high.checked_mul(Count::power_of_two(64)).and_then(|high| high.checked_add(low));
    sum.unwrap_or(Count::MAX) // It fits.
}
