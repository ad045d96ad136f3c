//! Which part of a cell's work a worker process does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which part of a cell's work a worker process does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Role {
    /// Both phases: the only process of a connection.
    Both,
    /// The first phase: it sends counted cells to the next process of its connection, and bands
    /// whose cells do not wait as they are.
    Neighbors,
    /// The second phase, of the cells that the process before it has counted; and both phases of
    /// bands whose cells do not wait.
    Rule,
}

impl Role {
    const ALL: [Self; 3] = [Self::Both, Self::Neighbors, Self::Rule];

    /// How the parent spells it in the child's environment.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Neighbors => "neighbors",
            Self::Rule => "rule",
        }
    }

    /// The name of a process of this role in the connection of this number, from 0.
    pub(crate) fn worker(self, connection: usize) -> String {
        match self {
            Self::Both => format!("worker {}", connection + 1),
            Self::Neighbors | Self::Rule => format!("worker {}, {}", connection + 1, self.name()),
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        (Self::ALL.into_iter().find(|role| role.name() == text)).ok_or_else(|| {
            format!("unknown worker role {text:?}, expected `both`, `neighbors` or `rule`")
        })
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => "worker process",
            Self::Neighbors => "worker process that counts neighbors",
            Self::Rule => "worker process that applies the rule",
        })
    }
}
