//! What a cell waits for: the interface.

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use lifelab_fanout::{Delay, Sleep};

use serde::{Deserialize, Serialize};

use crate::cancellation_token::{CancelReason, CancellationToken};
use crate::cell::{Phase, Site};

/// What each cell waits for: once in a generation, when it applies the rule, unless
/// [`is_idle_in`](Self::is_idle_in) says otherwise.
///
/// One implementation serves every stepper, so it has two forms of the same wait: one that blocks
/// the calling thread, one that suspends the calling task. An I/O that has only one of them gets
/// the other from the adapters of `lifelab-io`, which cross between threads and tasks.
///
/// Two rules keep all steppers in step. The outcome depends on the [`Site`] alone, never on timing
/// or order: all steppers then see the same faults at the same cells. And a wait ends soon after
/// `stop` fires, with [`Fault::stopped`]; a blocking wait that ignores `stop` delays the whole
/// generation's end, for no thread can be killed.
///
/// A panic in either form is caught and becomes the cell's [`Fault`].
pub trait CellIo: Send + Sync {
    /// Waits by blocking the thread.
    ///
    /// # Errors
    /// What went wrong, or that `stop` fired first.
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault>;

    /// Waits as a future, which must not block its thread. Dropping it cancels the wait.
    ///
    /// A caller may drop the future instead of firing `stop`; only a future that leaves work
    /// behind elsewhere, on a blocking thread say, needs to watch `stop` itself.
    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a>;

    /// Makes the calls of `cells` cells of a row at once, from the site `first` to the east, if each
    /// of them waits for nothing but time: adds to `delays` how long, as
    /// [`call_async`](Self::call_async) would tell of each. Otherwise returns `false`, as it does by
    /// default, and the calls are made one by one.
    ///
    /// It is worth its place for cells that sleep by the million: a call of each costs half of all
    /// that is done for it. Policies that change nothing about a sleep pass it on.
    fn row_delays(&self, first: Site, cells: u32, delays: &mut Vec<Delay>) -> bool {
        let _ = (first, cells, delays);
        false
    }

    /// Whether no call ever waits or fails. Steppers then compute whole bands at once and make no
    /// calls.
    fn is_idle(&self) -> bool {
        false
    }

    /// Whether a cell has nothing to wait for in this phase. Then no call is made.
    ///
    /// By default a cell waits once in a generation, when it applies the rule, whatever the I/O is.
    /// I/O for both phases says so here, or is wrapped: `IoSpec::around` of `lifelab-io` gives it the
    /// `phase` of the description, which is `rule` by default, too.
    fn is_idle_in(&self, phase: Phase) -> bool {
        phase == Phase::Neighbors || self.is_idle()
    }

    /// What becomes of a cell whose call ends in a [`Fault`], other than that it was stopped. If
    /// there are several layers, the outermost one decides.
    fn on_fault(&self) -> OnFault {
        OnFault::Fail
    }

    /// The text from which another process can build the same I/O; `None` if there is none, and
    /// then no process pool can run it.
    fn wire(&self) -> Option<String> {
        None
    }
}

impl<I: CellIo + ?Sized> CellIo for Arc<I> {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        (**self).call(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        (**self).call_async(site, stop)
    }

    fn row_delays(&self, first: Site, cells: u32, delays: &mut Vec<Delay>) -> bool {
        (**self).row_delays(first, cells, delays)
    }

    fn is_idle(&self) -> bool {
        (**self).is_idle()
    }

    fn is_idle_in(&self, phase: Phase) -> bool {
        (**self).is_idle_in(phase)
    }

    fn on_fault(&self) -> OnFault {
        (**self).on_fault()
    }

    fn wire(&self) -> Option<String> {
        (**self).wire()
    }
}

/// What becomes of a cell whose I/O fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFault {
    /// The cell fails, and with it the generation, which can be tried again.
    #[default]
    Fail,
    /// The cell keeps the state that it has, and is [counted](crate::StepReport::kept_cells).
    ///
    /// **This changes the simulation**: the generation is complete, but it is not the one that the
    /// rule gives. It is the same in all steppers as long as what fails depends on the
    /// [`Site`] alone.
    Keep,
}

/// No I/O: the simulation is a matter of computing alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Idle;

impl CellIo for Idle {
    fn call(&self, _: Site, _: &CancellationToken) -> Result<(), Fault> {
        Ok(())
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Ok(()))
    }

    fn is_idle(&self) -> bool {
        true
    }

    fn wire(&self) -> Option<String> {
        Some("none".to_owned())
    }
}

/// What an [`IoFuture`] waits for.
#[derive(Debug)]
pub enum WaitsFor<'a> {
    /// It is over already, and well.
    Nothing,
    /// It ends, and well, when this delay has passed.
    Time(Delay),
    /// What only polling will tell.
    More(IoFuture<'a>),
}

/// The future of one wait: on the heap only if there is more to wait for than time.
#[must_use = "futures do nothing unless awaited"]
pub struct IoFuture<'a>(Inner<'a>);

enum Inner<'a> {
    Ready(Option<Result<(), Fault>>),
    Sleep(Sleep, fn(Duration) -> IoFuture<'static>),
    Boxed(Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>>),
}

impl<'a> IoFuture<'a> {
    /// A wait that waits for nothing; allocates nothing.
    #[inline]
    pub fn ready(outcome: Result<(), Fault>) -> Self {
        Self(Inner::Ready(Some(outcome)))
    }

    /// A wait for nothing but time; allocates nothing where a [fan-out](lifelab_fanout) polls it.
    /// Elsewhere it is what `otherwise` makes of the same duration: a timer of the executor's.
    #[inline]
    pub fn sleep(duration: Duration, otherwise: fn(Duration) -> IoFuture<'static>) -> Self {
        Self(Inner::Sleep(Sleep::new(duration), otherwise))
    }

    /// What it waits for. A caller that knows that it is time alone need not poll it.
    #[inline]
    pub fn waits_for(self) -> WaitsFor<'a> {
        match self.0 {
            Inner::Ready(Some(Ok(()))) => WaitsFor::Nothing,
            Inner::Sleep(sleep, _) => WaitsFor::Time(sleep.delay()),
            _ => WaitsFor::More(self),
        }
    }

    /// A wait that `future` performs.
    pub fn new(future: impl Future<Output = Result<(), Fault>> + Send + 'a) -> Self {
        Self(Inner::Boxed(Box::pin(future)))
    }
}

impl Future for IoFuture<'_> {
    type Output = Result<(), Fault>;

    /// # Panics
    /// If polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Inner::Ready(outcome) => Poll::Ready(outcome.take().expect("polled after it was done")),
            Inner::Sleep(sleep, otherwise) => match sleep.try_poll(cx) {
                Some(polled) => polled.map(Ok),
                None => {
                    *self = otherwise(sleep.remaining());
                    self.poll(cx)
                }
            },
            Inner::Boxed(future) => future.as_mut().poll(cx),
        }
    }
}

impl fmt::Debug for IoFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IoFuture").finish_non_exhaustive()
    }
}

/// Why a cell's wait did not end well.
///
/// It is text and a kind rather than an error value, because it travels between processes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fault(Box<Facts>); // A pointer: a result without a fault travels in a register.

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Facts {
    kind: FaultKind,
    message: String,
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum FaultKind {
    /// The I/O failed.
    Failed,
    /// The I/O panicked.
    Panicked,
    /// The I/O took longer than it may.
    TimedOut,
    /// The stepper asked the wait to end.
    Stopped,
}

impl Fault {
    /// A fault of any kind, as another process reported it.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self(Box::new(Facts { kind, message: message.into() }))
    }

    /// The I/O failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Failed, message)
    }

    /// The I/O took longer than it may.
    pub fn timed_out(message: impl Into<String>) -> Self {
        Self::new(FaultKind::TimedOut, message)
    }

    /// The wait was asked to end.
    pub fn stopped(reason: CancelReason) -> Self {
        Self::new(FaultKind::Stopped, reason.to_string())
    }

    /// The kind.
    pub fn kind(&self) -> FaultKind {
        self.0.kind
    }

    /// What happened, in words.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    #[cold]
    fn panicked(payload: &(dyn Any + Send)) -> Self {
        let message = (payload.downcast_ref::<&str>().copied())
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("a panic without a message");
        Self::new(FaultKind::Panicked, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { kind, message } = &*self.0;
        match kind {
            FaultKind::Failed => f.write_str(message),
            FaultKind::Panicked => write!(f, "panicked: {message}"),
            FaultKind::TimedOut => write!(f, "timed out: {message}"),
            FaultKind::Stopped => write!(f, "stopped: {message}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<CancelReason> for Fault {
    fn from(reason: CancelReason) -> Self {
        Self::stopped(reason)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}

/// Calls `io`, and turns a panic into a fault.
#[inline]
pub(crate) fn call(
    io: &dyn CellIo,
    site: impl Fn() -> Site,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    // Unwind safety: nothing of ours is borrowed mutably here, and an implementation that shares
    // state must keep it sound under panics, as any code behind `&self` must.
    catch_unwind(AssertUnwindSafe(|| io.call(site(), stop)))
        .unwrap_or_else(|payload| Err(Fault::panicked(&*payload)))
}

/// Makes the call of `io`, and turns a panic into a fault.
///
/// It looks at the future where that was made: to move it first costs a tenth of what a cell that
/// sleeps costs, for a processor waits before it reads as a whole what was just written in pieces.
#[inline]
pub(crate) fn make<'a>(
    io: &'a dyn CellIo,
    site: Site,
    stop: &'a CancellationToken,
) -> WaitsFor<'a> {
    let failed = |fault| WaitsFor::More(IoFuture::ready(Err(fault)));
    catch_unwind(AssertUnwindSafe(|| io.call_async(site, stop).waits_for()))
        .unwrap_or_else(|payload| failed(Fault::panicked(&*payload)))
}

/// Makes the calls of a row at once. After a panic they are to be made one by one, which makes it
/// the fault of a cell.
#[inline]
pub(crate) fn make_row(io: &dyn CellIo, first: Site, cells: u32, delays: &mut Vec<Delay>) -> bool {
    delays.clear();
    let made = catch_unwind(AssertUnwindSafe(|| io.row_delays(first, cells, delays)));
    made.unwrap_or(false) && delays.len() == cells as usize
}

/// Awaits `io`, and turns a panic into a fault.
pub(crate) async fn call_async(
    io: &dyn CellIo,
    site: Site,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let mut call = None;
    poll_fn(|cx| poll(&mut call, || io.call_async(site, stop), cx)).await
}

/// Polls a call, which is made first if it is not under way; it no longer is when it is ready. A
/// panic in either becomes a fault.
pub(crate) fn poll<'a>(
    call: &mut Option<IoFuture<'a>>,
    make: impl FnOnce() -> IoFuture<'a>,
    cx: &mut task::Context<'_>,
) -> Poll<Result<(), Fault>> {
    let poll = || Pin::new(call.get_or_insert_with(make)).poll(cx);
    let polled = catch_unwind(AssertUnwindSafe(poll))
        .unwrap_or_else(|payload| Poll::Ready(Err(Fault::panicked(&*payload))));
    if polled.is_ready() {
        *call = None;
    }
    polled
}
