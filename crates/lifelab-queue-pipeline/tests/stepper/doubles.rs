//! The pipelines of these tests, and what their cells wait for.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;

use lifelab_core::testing::script;
use lifelab_core::{CancellationToken, CellIo, Fault, Grain, StepperFactory};
use lifelab_queue_pipeline::{Options, QueuePipeline};

/// I/O that succeeds at once, but not without being called.
pub(crate) fn brief() -> Arc<dyn CellIo> {
    script(|_, _| Ok(()))
}

/// Waits until the step is asked to end: what a cell that hangs does.
pub(crate) fn hang(stop: &CancellationToken) -> Result<(), Fault> {
    Err(Fault::stopped(stop.wait()))
}

pub(crate) fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

pub(crate) fn rows(rows: u32) -> Grain {
    Grain::Rows(NonZeroU32::new(rows).unwrap())
}

pub(crate) fn pipeline(options: Options) -> QueuePipeline {
    QueuePipeline::with_options(options).unwrap()
}
