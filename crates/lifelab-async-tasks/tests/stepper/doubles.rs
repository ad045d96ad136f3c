//! I/O that does what a test wants, and the ways to drive the stepper.

use std::future::Future;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use lifelab_async_tasks::{AsyncTasks, Options};
use lifelab_core::testing::{context, oracle, soup};
use lifelab_core::{
    AsyncStepper, CancellationToken, CellIo, Context, Fault, Grain, Grid, IoFuture, Phase, Rule,
    Site, StepError, StepReport, Stepper, StepperFactory, Topology,
};

/// I/O made of an async closure.
struct Script<F>(F);

impl<F, Wait> CellIo for Script<F>
where
    F: Fn(Site, CancellationToken) -> Wait + Send + Sync,
    Wait: Future<Output = Result<(), Fault>> + Send + 'static,
{
    fn call(&self, _: Site, _: &CancellationToken) -> Result<(), Fault> {
        Err(Fault::failed("a task must not block"))
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::new((self.0)(site, stop.clone()))
    }

    fn is_idle_in(&self, _: Phase) -> bool {
        false
    }
}

pub(crate) fn script<Wait>(
    script: impl Fn(Site, CancellationToken) -> Wait + Send + Sync + 'static,
) -> Arc<dyn CellIo>
where
    Wait: Future<Output = Result<(), Fault>> + Send + 'static,
{
    Arc::new(Script(script))
}

/// I/O that lets others go first, and then succeeds.
pub(crate) fn brief() -> Arc<dyn CellIo> {
    script(|_, _| async {
        tokio::task::yield_now().await;
        Ok(())
    })
}

/// What a cell that hangs does: it does not even look whether it should stop.
pub(crate) async fn hang() -> Result<(), Fault> {
    std::future::pending().await
}

pub(crate) fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

pub(crate) fn rows(rows: u32) -> Grain {
    Grain::Rows(NonZeroU32::new(rows).unwrap())
}

pub(crate) fn stepper(options: Options) -> AsyncTasks {
    AsyncTasks::with_options(options).unwrap()
}

pub(crate) fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

pub(crate) fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap()
}

/// A runtime whose clock hops to the next timer when no task has anything to do.
pub(crate) fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// A stepper, and the runtime that drives it.
pub(crate) struct Driven {
    stepper: AsyncTasks,
    /// `None` if the stepper uses its own runtime.
    runtime: Option<Runtime>,
}

impl Driven {
    /// Every way to drive a stepper with these options.
    pub(crate) fn all(options: &Options) -> impl Iterator<Item = Self> {
        let own = |workers| (Options { workers, ..options.clone() }, None);
        let callers = |runtime| (options.clone(), Some(runtime));
        [own(None), own(Some(count(2))), callers(current_thread()), callers(multi_thread())]
            .into_iter()
            .map(|(options, runtime)| Self { stepper: stepper(options), runtime })
    }

    /// Steps, and makes sure that no task is left: tasks hold the I/O, and bands the grid.
    pub(crate) fn step(&mut self, now: &Arc<Grid>, cx: &Context) -> Result<Grid, StepError> {
        self.report(now, cx).map(|(next, _)| next)
    }

    pub(crate) fn report(
        &mut self,
        now: &Arc<Grid>,
        cx: &Context,
    ) -> Result<(Grid, StepReport), StepError> {
        let before = (Arc::strong_count(now), Arc::strong_count(&cx.io));
        let mut next = Grid::new(now.width(), now.height()).unwrap();
        let outcome = match &self.runtime {
            None => self.stepper.step(now, &mut next, cx),
            Some(runtime) => runtime.block_on(self.stepper.step_async(now, &mut next, cx)),
        };
        assert_eq!((Arc::strong_count(now), Arc::strong_count(&cx.io)), before, "leftovers");
        outcome.map(|report| (next, report))
    }

    /// Makes sure that the stepper still works.
    pub(crate) fn assert_reusable(&mut self) {
        let now = soup(9, 7, Topology::Torus);
        let next = self.step(&now, &context(brief())).unwrap();
        assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    }
}
