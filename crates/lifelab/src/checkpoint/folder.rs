//! A folder of checkpoints: written so that whatever happens, a valid one is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lifelab_core::Count;

use super::locked::LockedFolder;
use super::parts;
use super::{Cadence, Checkpoint, CheckpointError, CheckpointErrorKind as Kind, Every};

/// The end of a checkpoint's name; before it stands the generation, in 20 digits if it has no more, so
/// that names sort by it.
const EXTENSION: &str = ".checkpoint";

/// A folder that a run leaves its checkpoints in.
///
/// A checkpoint is written to a temporary file, which is synchronized with the disk and then renamed;
/// the folder is synchronized too. So at every moment, whether the program is killed or the power
/// fails, each name is that of a whole checkpoint. Only then older ones are removed. The folder is
/// locked while this value lives, and the system ends the lock with the process. Should it be moved
/// meanwhile, checkpoints go where it is now, and [`save`](Self::save) says so. Links in it are not followed.
///
/// # Blocking
/// Everything here waits for the disk, so keep it off an event loop. A [`Checkpoint`] is a value
/// for that reason: take one, and save it on a thread where blocking is allowed.
///
/// ```
/// use lifelab::{Cadence, Checkpoint, Checkpoints, Scenario, Simulation};
///
/// # let parent = tempfile::tempdir()?;
/// # let folder = parent.path().join("run");
/// let scenario: Scenario = "(start: named(\"acorn\"), generations: 20)".parse()?;
/// let mut simulation = Simulation::builder().scenario(&scenario).build()?;
/// let mut checkpoints = Checkpoints::create(&folder, Cadence::default())?;
/// simulation.run(8)?;
/// checkpoints.save(&Checkpoint::of(&simulation, scenario)?)?;
/// drop(checkpoints); // Or the program is killed.
///
/// let resumed = Checkpoints::resume(&folder)?;
/// assert_eq!(resumed.checkpoint.generation, 8);
/// let simulation = Simulation::builder().checkpoint(&resumed.checkpoint).build()?;
/// # assert!(simulation.generation() == 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Checkpoints {
    folder: LockedFolder,
    cadence: Cadence,
    /// The generation of the last checkpoint, and when it was written or found.
    last: Option<(Count, Instant)>,
    /// The attempt to write one that has failed since.
    failed: Option<Failed>,
    /// When this value was made.
    start: Instant,
}

/// A checkpoint that could not be written.
#[derive(Clone, Copy, Debug)]
struct Failed {
    generation: Count,
    when: Instant,
    /// How long not to try again.
    pause: Duration,
}

/// What [`Checkpoints::resume`] has found.
#[derive(Debug)]
pub struct Resumed {
    /// The newest valid checkpoint.
    pub checkpoint: Checkpoint,
    /// The folder, in which the run can go on to leave checkpoints.
    pub checkpoints: Checkpoints,
    /// What is wrong with newer ones, which are left as they are.
    pub skipped: Vec<CheckpointError>,
}

impl Checkpoints {
    /// The folder for the checkpoints of a new run; it is made if it is missing.
    ///
    /// # Errors
    /// If there are checkpoints in it already, another run is using it, or the system refuses it.
    pub fn create(folder: &Path, cadence: Cadence) -> Result<Self, CheckpointError> {
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(CheckpointError::new(folder, Kind::Folder(error)));
            }
            _ => {}
        }
        let checkpoints = Self::lock(folder, cadence)?;
        match checkpoints.listed()?.last() {
            None => Ok(checkpoints),
            Some(&generation) => Err(checkpoints.unfit(Kind::Occupied { generation })),
        }
    }

    /// Finds the newest valid checkpoint in a folder, to go on from with its own cadence.
    ///
    /// # Errors
    /// If there is none, another run is using the folder, or the system refuses it.
    pub fn resume(folder: &Path) -> Result<Resumed, CheckpointError> {
        Self::find(folder, |folder, checkpoint| {
            parts::assemble(checkpoint, |name| folder.read(name))
        })
    }

    /// As [`resume`](Self::resume), but leaves the [parts](crate::CheckpointBody::Parts) of a checkpoint to
    /// `take`, which looks whether they can be used.
    ///
    /// # Errors
    /// As `resume`.
    pub fn resume_in_parts(
        folder: &Path,
        mut take: impl FnMut(&Checkpoint) -> Result<(), Kind>,
    ) -> Result<Resumed, CheckpointError> {
        Self::find(folder, |_, checkpoint| take(&checkpoint).map(|()| checkpoint))
    }

    /// The newest checkpoint that is valid and that `take` makes something of.
    fn find(
        folder: &Path,
        mut take: impl FnMut(&LockedFolder, Checkpoint) -> Result<Checkpoint, Kind>,
    ) -> Result<Resumed, CheckpointError> {
        let mut checkpoints = Self::lock(folder, Cadence::default())?;
        let generations = checkpoints.listed()?;
        let mut skipped = Vec::new();
        for &generation in generations.iter().rev() {
            let taken = checkpoints.read(generation).and_then(|checkpoint| {
                take(&checkpoints.folder, checkpoint)
                    .map_err(|kind| CheckpointError::new(&checkpoints.path(generation), kind))
            });
            match taken {
                Ok(checkpoint) => {
                    checkpoints.cadence = checkpoint.cadence;
                    checkpoints.last = Some((generation, Instant::now()));
                    return Ok(Resumed { checkpoint, checkpoints, skipped });
                }
                Err(error) => skipped.push(error),
            }
        }
        let found = skipped.len();
        Err(checkpoints.unfit(match skipped.into_iter().next() {
            None => Kind::Missing,
            Some(newest) => Kind::Unusable { found, newest: Box::new(newest) },
        }))
    }

    /// Saves a checkpoint, and removes the oldest ones beyond the number to keep.
    ///
    /// # Errors
    /// If the system cannot write it; what was there before is untouched. If the folder is no longer
    /// where it was ([`Moved`](Kind::Moved)), the checkpoint has been saved nevertheless, in the
    /// folder.
    pub fn save(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let saved = self.try_to_save(checkpoint);
        self.failed = saved.is_err().then(|| Failed {
            generation: checkpoint.generation,
            when: Instant::now(),
            pause: next_pause(self.failed.map(|failed| failed.pause)),
        });
        saved
    }

    /// Whether the next checkpoint is due when `generation` is complete. After a failure that is as
    /// long as after a success, and for a growing time, up to a minute, nothing is due at all.
    pub fn is_due(&self, generation: impl Into<Count>) -> bool {
        let generation = generation.into();
        if self.failed.is_some_and(|failed| failed.when.elapsed() < failed.pause) {
            return false;
        }
        let attempt = self.last_attempt();
        match self.cadence.every {
            Every::Generations(generations) => {
                attempt.is_none_or(|(last, _)| generation.saturating_sub(last) >= generations.get())
            }
            Every::Time(time) => attempt.map_or(self.start, |(_, when)| when).elapsed() >= time,
        }
    }

    /// How many generations after `generation` the next checkpoint can be due at the earliest: the
    /// number that may be computed at once. At least 1.
    pub fn ahead(&self, generation: impl Into<Count>) -> Count {
        match (self.cadence.every, self.last_attempt()) {
            (Every::Generations(generations), Some((last, _))) => {
                let due = last.checked_add(generations.get().into()).unwrap_or(Count::MAX);
                due.saturating_sub(generation.into()).max(Count::ONE)
            }
            (Every::Generations(_), None) => Count::ONE,
            (Every::Time(_), _) => Count::MAX,
        }
    }

    /// The generation of the last checkpoint that was saved or resumed.
    pub fn last_generation(&self) -> Option<Count> {
        self.last.map(|(generation, _)| generation)
    }

    /// The file of the last checkpoint that was saved or resumed.
    pub fn last_path(&self) -> Option<PathBuf> {
        self.last_generation().map(|generation| self.path(generation))
    }

    /// How often, and how many.
    pub fn cadence(&self) -> Cadence {
        self.cadence
    }

    /// Changes how often, and how many.
    pub fn set_cadence(&mut self, cadence: Cadence) {
        self.cadence = cadence;
    }

    fn lock(folder: &Path, cadence: Cadence) -> Result<Self, CheckpointError> {
        let folder =
            LockedFolder::open(folder).map_err(|kind| CheckpointError::new(folder, kind))?;
        Ok(Self { folder, cadence, last: None, failed: None, start: Instant::now() })
    }

    fn try_to_save(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let generation = checkpoint.generation;
        let saved = checkpoint.describe().and_then(|description| {
            let encode = |file: &fs::File| checkpoint.encode(&description, file);
            self.folder.write(&file_name(generation), encode).map_err(Kind::Write)
        });
        saved.map_err(|kind| CheckpointError::new(&self.path(generation), kind))?;
        self.last = Some((generation, Instant::now()));
        self.prune(generation)?;
        match self.folder.is_in_place() {
            true => Ok(()),
            false => Err(self.unfit(Kind::Moved { generation })),
        }
    }

    /// The last checkpoint that was written, or should have been, and when.
    fn last_attempt(&self) -> Option<(Count, Instant)> {
        self.failed.map(|failed| (failed.generation, failed.when)).or(self.last)
    }

    fn read(&self, generation: Count) -> Result<Checkpoint, CheckpointError> {
        let path = self.path(generation);
        let bytes = self.folder.read(&file_name(generation));
        let bytes = bytes.map_err(|error| CheckpointError::new(&path, Kind::Read(error)))?;
        Checkpoint::read(&bytes).map_err(|error| error.in_file(&path))
    }

    /// Removes checkpoints before the last one, so that no more are left than are to be kept.
    ///
    /// Checkpoints behind the last one were skipped when the run was resumed. They stay, for they
    /// may be another run's.
    fn prune(&self, last: Count) -> Result<(), CheckpointError> {
        let refused = |path: &Path, error| CheckpointError::new(path, Kind::Write(error));
        let generations = self.generations();
        let mut generations = generations.map_err(|error| refused(self.folder.path(), error))?;
        generations.retain(|&generation| generation <= last);
        let keep = self.cadence.keep.get() as usize;
        for &generation in &generations[..generations.len().saturating_sub(keep)] {
            let removed = self.folder.remove(&file_name(generation));
            removed.map_err(|error| refused(&self.path(generation), error))?;
        }
        let kept = &generations[generations.len().saturating_sub(keep)..];
        self.prune_parts(last, kept).map_err(|error| refused(self.folder.path(), error))
    }

    /// Removes the parts of checkpoints that are not kept, and those of saves that were not completed.
    fn prune_parts(&self, last: Count, kept: &[Count]) -> io::Result<()> {
        for name in self.folder.names()? {
            let generation = parts::generation(&name);
            if generation.is_some_and(|it| it <= last && !kept.contains(&it)) {
                self.folder.remove(&name)?;
            }
        }
        Ok(())
    }

    fn listed(&self) -> Result<Vec<Count>, CheckpointError> {
        self.generations().map_err(|error| self.unfit(Kind::Folder(error)))
    }

    /// The generations of all checkpoints, whether they are valid or not, in order.
    fn generations(&self) -> io::Result<Vec<Count>> {
        let number = |name: String| {
            let generation = name.strip_suffix(EXTENSION)?.parse().ok()?;
            (name == file_name(generation)).then_some(generation)
        };
        let names = self.folder.names()?;
        let mut generations: Vec<Count> = names.into_iter().filter_map(number).collect();
        generations.sort_unstable();
        Ok(generations)
    }

    fn path(&self, generation: Count) -> PathBuf {
        self.folder.path().join(file_name(generation))
    }

    fn unfit(&self, kind: Kind) -> CheckpointError {
        CheckpointError::new(self.folder.path(), kind)
    }
}

fn file_name(generation: Count) -> String {
    format!("{generation:020}{EXTENSION}")
}

/// How long not to try again after a failure, the pause before it being this.
fn next_pause(last: Option<Duration>) -> Duration {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(60);
    last.map_or(FIRST, |last| (last * 2).min(LONGEST))
}

#[cfg(test)]
mod tests;
