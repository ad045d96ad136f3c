//! Computation before the wait: a request that is built, signed or compressed, and then sent.

use std::sync::Arc;

use lifelab_core::{CancellationToken, CellIo, Fault, IoFuture, Phase, Site};

use crate::cpu::{Cpu, Work};

/// Computes before each call of the inner I/O.
///
/// The asynchronous form computes while it is polled, as [`Cpu`] does, and so keeps its thread from
/// other tasks meanwhile.
pub(crate) struct Working {
    cpu: Cpu,
    inner: Arc<dyn CellIo>,
}

impl Working {
    /// The computation `work`, and then `inner`.
    pub(crate) fn new(work: Work, inner: Arc<dyn CellIo>) -> Self {
        Self { cpu: Cpu::new(work), inner }
    }
}

impl CellIo for Working {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        self.cpu.call(site, stop)?;
        self.inner.call(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new(async move {
            self.cpu.call(site, stop)?;
            self.inner.call_async(site, stop).await
        })
    }

    fn is_idle_in(&self, _: Phase) -> bool {
        false // It computes in every phase, whatever the inner I/O does.
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::Cell;

    use super::*;
    use crate::recording::Recording;

    #[tokio::test]
    async fn the_inner_call_is_made_once_and_only_after_the_work() {
        let site = Site::new(1, Cell::new(0, 0), Phase::Rule);
        let inner = Arc::new(Recording::default());
        let io = Working::new(Work::Rounds(1), inner.clone());
        io.call(site, &CancellationToken::new()).unwrap();
        io.call_async(site, &CancellationToken::new()).await.unwrap();
        assert_eq!(inner.sites(), [site; 2]);

        let stopped = CancellationToken::new();
        stopped.cancel();
        assert!(io.call(site, &stopped).is_err());
        assert!(io.call_async(site, &stopped).await.is_err());
        assert_eq!(inner.sites(), [site; 2], "a stop during the work leaves nothing to wait for");
    }
}
