//! Cells that keep their states when their waits fail.

use std::fmt;
use std::sync::Arc;

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, OnFault, Phase, Site};

use crate::shorthand::{Scanner, Shorthand, ShorthandError};

/// Lets a cell [keep](OnFault::Keep) its state when the inner I/O fails: with an error, a panic or a
/// timeout. That changes the simulation.
pub struct KeepState {
    inner: Arc<dyn CellIo>,
}

impl KeepState {
    /// `inner`, forgiven.
    pub fn new(inner: Arc<dyn CellIo>) -> Self {
        Self { inner }
    }
}

impl CellIo for KeepState {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        self.inner.call(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        self.inner.call_async(site, stop)
    }

    fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        self.inner.is_idle_in(phase)
    }

    fn on_fault(&self) -> OnFault {
        OnFault::Keep
    }
}

impl fmt::Debug for KeepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepState").finish_non_exhaustive()
    }
}

impl Shorthand for OnFault {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let start = scanner.at();
        match scanner.token() {
            "fail" => Ok(Self::Fail),
            "keep" => Ok(Self::Keep),
            _ => Err(scanner.wrong(start, "fail or keep")),
        }
    }
}
