//! Where results come from: a number without its machine is noise.

use serde::{Deserialize, Serialize};

/// The machine and the program.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The processor's name, as the system tells it.
    pub processor: String,
    /// Cores that the program may use.
    pub cores: usize,
    /// Memory, in bytes.
    pub memory: u64,
    /// The operating system and its kernel: `Linux 6.8.0`.
    pub kernel: String,
    /// The compiler that built the program, with the target and whether it was optimized.
    pub compiler: String,
    /// Lifelab's version.
    pub version: String,
    /// The commit that was built, if it was built in a repository; `-dirty` after it if files
    /// differed from it.
    pub commit: Option<String>,
}
