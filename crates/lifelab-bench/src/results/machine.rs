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
    /// Memory, in bytes; zero if unknown.
    pub memory: u64,
    /// The operating system and its kernel: `Linux 6.8.0`.
    pub kernel: String,
    /// The compiler that built the program, with the target and the profile.
    pub compiler: String,
    /// Lifelab's version.
    pub version: String,
    /// The commit that was built, if it was built in a repository; `-dirty` after it if files
    /// differed from it.
    pub commit: Option<String>,
}

impl Machine {
    /// The machine that the program runs on.
    pub fn here() -> Self {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            processor: imp::processor().unwrap_or_else(|| "unknown processor".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: imp::memory().unwrap_or(0),
            kernel: kernel(),
            compiler: env!("LIFELAB_COMPILER").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: known(env!("LIFELAB_COMMIT")),
        }
    }
}

fn kernel() -> String {
    let Ok(name) = nix::sys::utsname::uname() else { return "unknown".to_owned() };
    format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy())
}

#[cfg(target_os = "linux")]
mod imp {
    use procfs::{CpuInfo, Current, Meminfo};

    pub(super) fn processor() -> Option<String> {
        CpuInfo::current().ok()?.model_name(0).map(str::to_owned)
    }

    pub(super) fn memory() -> Option<u64> {
        Some(Meminfo::current().ok()?.mem_total)
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    pub(super) fn processor() -> Option<String> {
        None
    }

    pub(super) fn memory() -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_cores_and_a_compiler() {
        let machine = Machine::here();
        assert!(machine.cores > 0);
        assert!(machine.compiler.starts_with("rustc "), "{}", machine.compiler);
    }
}
