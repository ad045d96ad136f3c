//! Contenders from outside: programs of any language that race by the protocol in `docs/contender.md`.

mod belief;
mod build;
mod leftovers;
mod lines;
mod program;
mod protocol;
mod trouble;
mod turn;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use lifelab::core::number;

use crate::results::Program;

pub(crate) use build::Builds;
pub(crate) use protocol::flaw;
pub(crate) use trouble::Trouble;
pub(crate) use turn::{Answer, Effort, Ended, turn};

/// A contender from outside: a program that speaks the protocol of `docs/contender.md`. It is started
/// as it stands here, without a shell, in the folder in which the race runs.
///
/// ```
/// use lifelab_bench::ContenderSpec;
///
/// let threads: ContenderSpec = "threads=python3 'my peers/threads.py'".parse()?;
/// assert_eq!(threads.name, "threads");
/// assert_eq!(threads.command, ["python3", "my peers/threads.py"]);
/// # Ok::<(), lifelab_bench::ContenderError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContenderSpec {
    /// What results call it.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Threads or processes that it shall have, if it has a fixed number of them; 64 by default.
    #[serde(default = "default_workers", deserialize_with = "number::deserialize")]
    pub workers: NonZeroUsize,
    /// Commands that build it, one after the other, before anything is measured.
    #[serde(default)]
    pub build: Vec<Vec<String>>,
    /// Its language, by which reports group contenders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The file whose lines of code are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PathBuf>,
}

/// Why a text is not a [`ContenderSpec`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("found {found:?}, expected a name, = and a command, such as 'mine=python3 mine.py': {why}")]
pub struct ContenderError {
    found: String,
    why: &'static str,
}

impl ContenderSpec {
    /// A contender that says nothing but this.
    pub fn new(name: impl Into<String>, command: Vec<String>) -> Self {
        Self {
            name: name.into(),
            command,
            workers: default_workers(),
            build: Vec::new(),
            language: None,
            source: None,
        }
    }

    /// What is missing, if the contender makes no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        let is_empty = |command: &Vec<String>| command.first().is_none_or(String::is_empty);
        if self.name.trim().is_empty() {
            Some("a contender has a name")
        } else if is_empty(&self.command) || self.build.iter().any(is_empty) {
            Some("a command begins with a program")
        } else {
            None
        }
    }

    /// What results tell of it.
    pub(crate) fn facts(&self) -> Program {
        Program {
            command: self.command.clone(),
            language: self.language.clone(),
            lines: self.source.as_deref().and_then(lines::of_code),
        }
    }
}

impl FromStr for ContenderSpec {
    type Err = ContenderError;

    fn from_str(text: &str) -> Result<Self, ContenderError> {
        let wrong = |why| ContenderError { found: text.to_owned(), why };
        let (name, command) = text.split_once('=').ok_or_else(|| wrong("there is no ="))?;
        let command = shlex::split(command).ok_or_else(|| wrong("a quote does not end"))?;
        let contender = Self::new(name.trim(), command);
        contender.flaw().map_or(Ok(contender), |why| Err(wrong(why)))
    }
}

fn default_workers() -> NonZeroUsize {
    NonZeroUsize::new(64).expect("not zero")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_contender_is_answered_with_what_is_missing() {
        for (text, says) in [
            ("python3", "no ="),
            ("=python3 x.py", "has a name"),
            ("mine=", "begins with a program"),
            ("mine=''", "begins with a program"),
            ("mine=python3 'x.py", "does not end"),
        ] {
            let error = text.parse::<ContenderSpec>().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
