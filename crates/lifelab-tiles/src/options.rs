//! What can be chosen.

use std::num::{NonZeroU64, NonZeroUsize};
use std::thread;

use serde::{Deserialize, Serialize};

/// Options of the [`TileEngine`](crate::TileEngine).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The most bytes that tiles may take: 8 GiB by default. A generation that would need more is an
    /// error, and the universe stays at the last complete one.
    #[serde(deserialize_with = "lifelab_core::number::deserialize_bytes")]
    pub memory: NonZeroU64,
    /// Threads that compute, the number of processors by default. They are used when some hundred tiles
    /// are awake; fewer are computed by the thread that calls.
    #[serde(deserialize_with = "lifelab_core::number::deserialize")]
    pub threads: NonZeroUsize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory: const { NonZeroU64::new(8 << 30).expect("not zero") },
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_people_write_them() {
        let options: Options = serde_json::from_str(r#"{"memory": "500MiB"}"#).expect("good");
        assert_eq!(
            options,
            Options { memory: NonZeroU64::new(500 << 20).expect("not zero"), ..Options::default() }
        );
        for bad in [r#"{"memory": 0}"#, r#"{"threads": 0}"#, r#"{"tiles": 3}"#] {
            serde_json::from_str::<Options>(bad).expect_err(bad);
        }
    }
}
