//! For tests: an I/O that notes its calls and fails as often as it is told.

use std::sync::{Mutex, PoisonError};

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Site};

/// Notes every call. Attempts below [`failing`](Self::failing) end with its fault.
#[derive(Default)]
pub(crate) struct Recording {
    sites: Mutex<Vec<Site>>,
    failing: Option<(u32, Fault)>,
}

impl Recording {
    /// The first `attempts` of a cell fail.
    pub(crate) fn failing(attempts: u32, fault: Fault) -> Self {
        Self { failing: Some((attempts, fault)), ..Self::default() }
    }

    /// The sites of all calls so far, in order.
    pub(crate) fn sites(&self) -> Vec<Site> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl CellIo for Recording {
    fn call(&self, site: Site, _: &CancellationToken) -> Result<(), Fault> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner).push(site);
        match &self.failing {
            Some((attempts, fault)) if site.attempt < *attempts => Err(fault.clone()),
            _ => Ok(()),
        }
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(self.call(site, stop))
    }
}
