//! The checkpoints that a run leaves behind.

use std::num::NonZeroU32;
use std::path::PathBuf;

use lifelab::{
    Cadence, Checkpoint, CheckpointError, CheckpointErrorKind, Checkpoints, Count, CycleFinder,
    Every, Scenario, Simulation,
};

use crate::failure::{Exit, Failure, Place};
use crate::report;
use crate::run::statistics::RunStatistics;
use crate::values::whole;

/// Where checkpoints go.
#[derive(clap::Args)]
#[command(next_help_heading = "Checkpoints")]
pub(crate) struct CheckpointArgs {
    /// Leave checkpoints in this folder, from which `lifelab resume` goes on; also when the run
    /// ends, by Ctrl-C too. It is made if it is missing
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,

    #[command(flatten)]
    cadence: CadenceArgs,
}

/// When, how many, and what if not.
#[derive(clap::Args)]
#[command(next_help_heading = "Checkpoints")]
pub(crate) struct CadenceArgs {
    /// How often: after so many generations, 1000, or so much time, 30s [default: 1m]
    #[arg(long, value_name = "N|DURATION", requires = "checkpoint")]
    every: Option<Every>,

    /// How many checkpoints to keep: the last ones [default: 3]
    #[arg(long, value_name = "K", requires = "checkpoint", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<NonZeroU32>)]
    keep: Option<NonZeroU32>,

    /// What to do when a checkpoint cannot be written: end the run, or warn and go on without
    #[arg(long, value_name = "fail|warn", requires = "checkpoint", default_value = "fail")]
    checkpoint_errors: OnError,
}

/// What to do when a checkpoint cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OnError {
    Fail,
    Warn,
}

/// The checkpoints that a run leaves behind.
pub(crate) struct CheckpointWriter {
    checkpoints: Checkpoints,
    on_error: OnError,
    /// The error that ends the run has been told; no later checkpoint shall make it wrong.
    has_failed: bool,
    /// How many could not be written, in a run that goes on nevertheless.
    failures: u64,
    /// The first of these errors.
    first_failure: String,
    /// Whether to tell of it at once, besides at the end.
    pub(crate) warns_at_once: bool,
}

impl CheckpointWriter {
    /// That of a new run, if it leaves any.
    pub(crate) fn open(args: &CheckpointArgs) -> Result<Option<Self>, Failure> {
        let Some(folder) = &args.checkpoint else { return Ok(None) };
        let cadence = args.cadence.over(Cadence::default());
        let checkpoints = Checkpoints::create(folder, cadence)?;
        Ok(Some(Self::new(checkpoints, &args.cadence)))
    }

    /// That of a run that goes on.
    pub(crate) fn go_on(mut checkpoints: Checkpoints, args: &CadenceArgs) -> Self {
        checkpoints.set_cadence(args.over(checkpoints.cadence()));
        Self::new(checkpoints, args)
    }

    fn new(checkpoints: Checkpoints, args: &CadenceArgs) -> Self {
        Self {
            checkpoints,
            on_error: args.checkpoint_errors,
            has_failed: false,
            failures: 0,
            first_failure: String::new(),
            warns_at_once: false,
        }
    }

    pub(crate) fn is_due(&self, generation: Count) -> bool {
        self.checkpoints.is_due(generation)
    }

    /// The generation before which none can be due.
    pub(crate) fn due(&self, generation: Count) -> Count {
        generation.checked_add(self.checkpoints.ahead(generation)).unwrap_or(Count::MAX)
    }

    /// Leaves a checkpoint of the last complete generation, if there is none of it.
    pub(crate) fn leave(
        &mut self,
        simulation: &Simulation,
        (scenario, start): (&Scenario, Count),
        finder: Option<&CycleFinder>,
        statistics: &RunStatistics,
    ) -> Result<(), Failure> {
        let is_there = self.checkpoints.last_generation() == Some(simulation.generation());
        if is_there || self.has_failed {
            return Ok(());
        }
        let saved = Checkpoint::of(simulation, scenario.clone()).and_then(|checkpoint| {
            self.checkpoints.save(&Checkpoint {
                start,
                finder: finder.cloned(),
                cadence: self.checkpoints.cadence(),
                kept_cells: statistics.kept_cells(),
                ..checkpoint
            })
        });
        match (saved, self.on_error) {
            (Err(error), OnError::Warn) => self.note_failure(&error),
            (Err(error), OnError::Fail) => {
                self.has_failed = true;
                let message = self.tell(&error);
                return Err(Failure::from(error).saying(message));
            }
            (Ok(()), _) => {}
        }
        Ok(())
    }

    /// Tells of the checkpoints that are missing, when the run is over.
    pub(crate) fn conclude(&self, statistics: &mut RunStatistics) {
        let error = &self.first_failure;
        match self.failures {
            0 => {}
            1 => statistics.warn(format!("a checkpoint could not be written: {error}")),
            n => {
                statistics
                    .warn(format!("{n} checkpoints could not be written; the first: {error}"));
            }
        }
    }

    fn note_failure(&mut self, error: &CheckpointError) {
        self.failures += 1;
        if self.failures > 1 {
            return;
        }
        self.first_failure = self.tell(error);
        if self.warns_at_once {
            report::warning(&self.first_failure);
        }
    }

    /// What to say of a checkpoint that could not be written.
    fn tell(&self, error: &CheckpointError) -> String {
        match self.checkpoints.last_path() {
            _ if matches!(error.kind(), CheckpointErrorKind::Moved { .. }) => error.to_string(),
            Some(path) => format!("{error}; the last good checkpoint is {}", path.display()),
            None => format!("{error}; there is no earlier one"),
        }
    }
}

impl CadenceArgs {
    fn over(&self, cadence: Cadence) -> Cadence {
        Cadence {
            every: self.every.unwrap_or(cadence.every),
            keep: self.keep.unwrap_or(cadence.keep),
        }
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        let exit = match error.kind() {
            CheckpointErrorKind::Write(_)
            | CheckpointErrorKind::Busy
            | CheckpointErrorKind::Moved { .. } => Exit::Failed,
            _ => Exit::BadInput,
        };
        let place = error.path().map(Place::file).unwrap_or_default();
        Self::new(exit, "checkpoint", error.to_string()).at(place)
    }
}
