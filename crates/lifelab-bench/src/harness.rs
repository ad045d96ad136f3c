//! The harness: the contenders that can race. How they race stands in `race.rs`, how a process measures one
//! of them in `child.rs`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifelab::{CellIo, Error, Stepper};

/// Runs suites. It knows Lifelab's steppers, and whatever the caller brings.
///
/// Cases run in processes of their own, which are copies of the running program. They must know
/// what the program knows: so a program builds its harness first, lets it
/// [host](Self::host) cases, and then goes on.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use lifelab::CancellationToken;
/// use lifelab_bench::{Harness, READY};
///
/// let harness = Harness::new();
/// harness.host();
/// let results = harness.race(&READY[0].suite()?, &CancellationToken::new(), &mut |_| {})?;
/// for result in &results.cases {
///     println!("{}: {:?}", result.case.id(), result.outcome);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Harness {
    contenders: Vec<(String, BuildStepper)>,
    io: Option<(String, BuildIo)>,
    trace: Option<PathBuf>,
}

type BuildStepper = Box<dyn Fn() -> Result<Box<dyn Stepper>, Error> + Send + Sync>;
type BuildIo = Box<dyn Fn() -> Arc<dyn CellIo> + Send + Sync>;

impl Harness {
    /// A harness that knows Lifelab's steppers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a stepper of the caller's to every race, under this name.
    pub fn contender<S: Stepper + 'static>(
        mut self,
        name: impl Into<String>,
        build: impl Fn() -> Result<S, Error> + Send + Sync + 'static,
    ) -> Self {
        let build: BuildStepper = Box::new(move || Ok(Box::new(build()?)));
        self.contenders.push((name.into(), build));
        self
    }

    /// Makes cells wait for an I/O of the caller's in every race, in the place of what suites wait
    /// for; a suite's policies and phase stay: once in a generation if it says nothing. Its floor is
    /// unknown, so the suite's own is taken: let it wait for what resembles the I/O. The process pool
    /// cannot run it, unless it has [wire text](CellIo::wire).
    pub fn io<I: CellIo + 'static>(
        self,
        name: impl Into<String>,
        build: impl Fn() -> I + Send + Sync + 'static,
    ) -> Self {
        let build: BuildIo = Box::new(move || Arc::new(build()));
        Self { io: Some((name.into(), build)), ..self }
    }

    /// Draws the first warm-up of every case in one [timeline](crate::trace), which is written when
    /// a race is over, finished or not. All of them begin at time zero.
    pub fn trace(self, path: impl Into<PathBuf>) -> Self {
        Self { trace: Some(path.into()), ..self }
    }

    pub(crate) fn traced(&self) -> Option<&Path> {
        self.trace.as_deref()
    }

    pub(crate) fn contender_names(&self) -> impl Iterator<Item = String> + '_ {
        self.contenders.iter().map(|(name, _)| name.clone())
    }

    /// Builds a contender of the caller's; `None` if it is none.
    pub(crate) fn build(&self, name: &str) -> Option<Result<Box<dyn Stepper>, Error>> {
        let (_, build) = self.contenders.iter().find(|(known, _)| known == name)?;
        Some(build())
    }

    pub(crate) fn own_io(&self) -> Option<&str> {
        self.io.as_ref().map(|(name, _)| name.as_str())
    }

    /// Builds the I/O that the caller brought; `None` if it has another name, or there is none.
    pub(crate) fn build_io(&self, name: &str) -> Option<Arc<dyn CellIo>> {
        self.io.as_ref().filter(|(known, _)| known == name).map(|(_, build)| build())
    }
}
