//! The steppers by name: the one table from which parsing, help, listings and tests derive.

use std::fmt;

use lifelab_core::profile::Profile;
use lifelab_core::{Capabilities, Stepper, StepperFactory};

use crate::error::{Error, SpecError};
use crate::notation;
use crate::spec::{Row, StepperSpec, refuse};

/// All steppers, from the plainest to the most elaborate. Each but the first has a feature of its name.
pub const STEPPERS: &[Entry] = &[
    Entry::of::<lifelab_sequential::Sequential>(),
    #[cfg(feature = "thread-per-cell")]
    Entry::of::<lifelab_thread_per_cell::ThreadPerCell>(),
    #[cfg(feature = "queue-pipeline")]
    Entry::of::<lifelab_queue_pipeline::QueuePipeline>(),
    #[cfg(feature = "thread-pool")]
    Entry::of::<lifelab_thread_pool::ThreadPool>(),
    #[cfg(feature = "async-tasks")]
    Entry::of::<lifelab_async_tasks::AsyncTasks>(),
    #[cfg(feature = "process-pool")]
    Entry::of::<lifelab_process_pool::ProcessPool>(),
];

/// A stepper that can be built by name.
#[derive(Clone, Copy)]
pub struct Entry {
    name: &'static str,
    summary: &'static str,
    profiles: &'static [Profile],
    defaults: fn() -> String,
    check: fn(&str) -> Result<(), SpecError>,
    capabilities: fn(&str) -> Result<Capabilities, SpecError>,
    build: fn(&str) -> Result<Box<dyn Stepper>, Error>,
}

impl Entry {
    /// The entry of a stepper: its own row, which a registry of other steppers can have too.
    pub const fn of<M: StepperFactory>() -> Self {
        Self {
            name: M::NAME,
            summary: M::SUMMARY,
            profiles: M::PROFILES,
            defaults: defaults::<M>,
            check: |options| options_of::<M>(options).map(drop),
            capabilities: |options| {
                Ok(<M as StepperFactory>::capabilities(&options_of::<M>(options)?))
            },
            build: build_from::<M>,
        }
    }

    /// Its name, in snake case.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in one line.
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// The ways in which it is used; none if nothing is predicted of it.
    pub fn profiles(&self) -> &'static [Profile] {
        self.profiles
    }

    /// The stepper with options in RON, `(workers: 64)`, or without if the text is empty.
    ///
    /// # Errors
    /// If the stepper has no such options.
    pub fn spec(&'static self, options: &str) -> Result<StepperSpec, SpecError> {
        StepperSpec::of(self, options)
    }

    /// All its options with their default values, in RON: `(workers: 2, ...)`.
    pub fn defaults(&self) -> String {
        (self.defaults)()
    }

    /// What the stepper can do with these options, in RON.
    pub(crate) fn capabilities(&self, options: &str) -> Result<Capabilities, SpecError> {
        (self.capabilities)(options)
    }

    /// Builds the stepper from options in RON.
    pub(crate) fn build(&self, options: &str) -> Result<Box<dyn Stepper>, Error> {
        (self.build)(options)
    }

    /// The entry with this name, in snake case or kebab case.
    ///
    /// # Errors
    /// The names there are.
    pub fn find(name: &str) -> Result<&'static Self, SpecError> {
        Row::find(name)
    }
}

impl Row for Entry {
    const WHAT: &'static str = "stepper";
    const ALL: &'static [Self] = STEPPERS;

    fn name(&self) -> &'static str {
        self.name
    }

    fn defaults(&self) -> String {
        (self.defaults)()
    }

    fn check(&self, options: &str) -> Result<(), SpecError> {
        (self.check)(options)
    }
}

/// Builds a stepper by value, from its options.
///
/// ```
/// use lifelab::steppers::thread_pool::{Options, ThreadPool};
///
/// let workers = 64.try_into()?;
/// let pool = lifelab::build::<ThreadPool>(Options { workers, ..Options::default() })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the options make no sense together, or the system refuses a resource.
pub fn build<M: StepperFactory>(options: M::Options) -> Result<M, Error> {
    Ok(M::with_options(options)?)
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.name).finish()
    }
}

fn options_of<M: StepperFactory>(options: &str) -> Result<M::Options, SpecError> {
    notation::read(options).map_err(|mistake| refuse(Entry::WHAT, M::NAME, mistake))
}

fn build_from<M: StepperFactory>(options: &str) -> Result<Box<dyn Stepper>, Error> {
    Ok(Box::new(build::<M>(options_of::<M>(options)?)?))
}

fn defaults<M: StepperFactory>() -> String {
    notation::to_line(&M::Options::default()).expect("options are plain data")
}
