//! What the program takes from the system.

use serde::Serialize;

/// What the program takes from the system, worker processes left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Usage {
    pub(crate) threads: u64,
    pub(crate) bytes: u64,
}

impl Usage {
    /// What it takes now; `None` where the system does not tell.
    #[cfg(target_os = "linux")]
    pub(crate) fn now() -> Option<Self> {
        let status = procfs::process::Process::myself().ok()?.status().ok()?;
        Some(Self { threads: status.threads, bytes: status.vmrss? << 10 })
    }

    /// What it takes now; `None` where the system does not tell.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn now() -> Option<Self> {
        None
    }
}
