//! What travels down the queues.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use lifelab_core::Context;

/// One unit of work on its way through the stages.
///
/// It is a value that carries all it needs, so that a worker owns what it works on, and keeps
/// nothing of a generation when it has passed the item on.
#[derive(Debug)]
pub(crate) struct Item<T> {
    /// Its place among all items that ever entered the pipeline.
    pub(crate) turn: u64,
    /// The unit's number.
    pub(crate) unit: usize,
    /// The generation it belongs to.
    cx: Arc<Context>,
    /// What the last stage has made of it; an error if the stage's code panicked.
    pub(crate) load: thread::Result<T>,
}

impl<T> Item<T> {
    pub(crate) fn new(turn: u64, unit: usize, load: T, cx: &Arc<Context>) -> Self {
        Self { turn, unit, cx: cx.clone(), load: Ok(load) }
    }

    /// The work of one stage on one item.
    ///
    /// A panic becomes part of the item. It must not end the worker, for then the item would never
    /// come back, and the driver would wait for it for ever.
    pub(crate) fn map<U>(self, work: impl FnOnce(T, &Context) -> U) -> Item<U> {
        let Self { turn, unit, cx, load } = self;
        // Unwind safety: the load is consumed, and the context is only read.
        let load = load.and_then(|load| catch_unwind(AssertUnwindSafe(|| work(load, &cx))));
        Item { turn, unit, cx, load }
    }
}
