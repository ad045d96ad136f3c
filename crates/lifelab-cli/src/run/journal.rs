//! The checkpoints that a run leaves behind.

use std::num::NonZeroU32;
use std::path::PathBuf;

use lifelab::{
    Cadence, Checkpoint, CheckpointError, CheckpointErrorKind, Checkpoints, CycleFinder, Every,
    Scenario, Simulation,
};

use crate::failure::{Exit, Failure, Place};
use crate::run::record::Record;

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
    #[arg(long, value_name = "K", requires = "checkpoint")]
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
pub(crate) struct Journal {
    checkpoints: Checkpoints,
    on_error: OnError,
    /// The error that ends the run has been told; no later checkpoint shall make it wrong.
    has_failed: bool,
}

impl Journal {
    /// That of a new run, if it leaves any.
    pub(crate) fn open(args: &CheckpointArgs) -> Result<Option<Self>, Failure> {
        let Some(folder) = &args.checkpoint else { return Ok(None) };
        let cadence = args.cadence.over(Cadence::default());
        let checkpoints = Checkpoints::create(folder, cadence)?;
        let on_error = args.cadence.checkpoint_errors;
        Ok(Some(Self { checkpoints, on_error, has_failed: false }))
    }

    /// That of a run that goes on.
    pub(crate) fn go_on(mut checkpoints: Checkpoints, args: &CadenceArgs) -> Self {
        checkpoints.set_cadence(args.over(checkpoints.cadence()));
        Self { checkpoints, on_error: args.checkpoint_errors, has_failed: false }
    }

    pub(crate) fn is_due(&self, generation: u64) -> bool {
        self.checkpoints.is_due(generation)
    }

    /// How many generations may be computed before a checkpoint can be due.
    pub(crate) fn ahead(&self, generation: u64) -> u64 {
        self.checkpoints.ahead(generation)
    }

    /// Leaves a checkpoint of the last complete generation, if there is none of it.
    pub(crate) fn leave(
        &mut self,
        simulation: &Simulation,
        (scenario, start, finder): (&Scenario, u64, Option<&CycleFinder>),
        record: &mut Record,
    ) -> Result<(), Failure> {
        let is_there = self.checkpoints.last_generation() == Some(simulation.generation());
        if is_there || self.has_failed {
            return Ok(());
        }
        let saved = self.checkpoints.save(&Checkpoint {
            start,
            finder: finder.cloned(),
            cadence: self.checkpoints.cadence(),
            kept_cells: record.kept_cells(),
            ..Checkpoint::of(simulation, scenario.clone())
        });
        match (saved, self.on_error) {
            (Err(error), OnError::Warn) => record.warn(self.tell(&error)),
            (Err(error), OnError::Fail) => {
                self.has_failed = true;
                let message = self.tell(&error);
                return Err(Failure::from(error).saying(message));
            }
            (Ok(()), _) => {}
        }
        Ok(())
    }

    /// What to say of a checkpoint that could not be written.
    fn tell(&self, error: &CheckpointError) -> String {
        match self.checkpoints.last_path() {
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
            CheckpointErrorKind::Write(_) | CheckpointErrorKind::Busy => Exit::Failed,
            _ => Exit::BadInput,
        };
        let place = error.path().map(Place::file).unwrap_or_default();
        Self::new(exit, "checkpoint", error.to_string()).at(place)
    }
}
