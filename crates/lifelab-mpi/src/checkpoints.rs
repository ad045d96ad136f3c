//! Checkpoints of a job: each rank saves its rows, and then the first one says that all have.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lifelab::core::Position;
use lifelab::{
    Cadence, Checkpoint, CheckpointBody, CheckpointError, CheckpointErrorKind as Kind,
    CheckpointPart, Checkpoints, Every, Grid, Resumed, Rule, Scenario, Size, Topology,
};

use crate::failure::{Exit, Failure};
use crate::ranks::Ranks;
use crate::rows::Rows;
use crate::shares::Shares;

/// What to do when a checkpoint cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnError {
    /// End the run, on all ranks.
    Fail,
    /// Say so, and go on.
    Warn,
}

/// A run, but for its rows.
#[derive(Clone, Debug)]
pub struct About {
    /// How it started, and how many generations it takes from there.
    pub scenario: Scenario,
    /// The generation with which it started.
    pub start: u64,
    /// Columns and rows of the universe.
    pub size: Size,
    /// What lies beyond its edges.
    pub topology: Topology,
    /// Its rule.
    pub rule: Rule,
    /// Where the pattern's own first cell lies.
    pub first_cell: Position,
}

/// The checkpoints that a job leaves behind.
///
/// A checkpoint is a file of [rows](CheckpointPart) of each rank, which it synchronizes with the disk,
/// and a small one that names these, with their checksums. The first rank writes that when all ranks
/// have said that theirs are there, and renames it into its place. So a checkpoint is whole, or is none.
#[derive(Debug)]
pub struct Saves {
    folder: PathBuf,
    /// On the first rank, which alone has locked the folder.
    manifests: Option<Checkpoints>,
    cadence: Cadence,
    on_error: OnError,
    /// The generation of the last one that was saved or resumed.
    last: Option<u64>,
    /// The generation of the last attempt to save one.
    tried: Option<u64>,
    /// Those that could not be written, in a run that goes on nevertheless, and why not the first.
    failures: u64,
    first_failure: String,
    /// One has ended the run; none shall come after it.
    has_failed: bool,
}

/// What a run goes on from.
#[derive(Debug)]
pub struct Taken {
    /// The run.
    pub about: About,
    /// The last complete generation.
    pub generation: u64,
    /// Cells that have kept their states because of faults before.
    pub kept_cells: u64,
    /// The rows of this rank.
    pub rows: Grid,
    /// Where the run goes on to leave checkpoints.
    pub saves: Saves,
    /// What is wrong with newer ones; known to the first rank.
    pub skipped: Vec<String>,
}

impl Saves {
    /// Checkpoints of a new run, in a folder that all ranks see; it is made if it is missing.
    /// Collective.
    ///
    /// # Errors
    /// If there are checkpoints in it already, or any rank cannot use it.
    pub fn create(
        ranks: &Ranks,
        folder: &Path,
        cadence: Cadence,
        on_error: OnError,
    ) -> Result<Self, Failure> {
        let manifests = ranks.is_first().then(|| Checkpoints::create(folder, cadence)).transpose();
        let manifests = ranks.agree(manifests.map_err(Failure::from))?;
        ranks.agree(check_seen(folder))?;
        Ok(Self::new(folder, manifests, cadence, on_error))
    }

    /// The newest checkpoint in a folder whose parts are all whole. Collective.
    ///
    /// # Errors
    /// If there is none, or any rank cannot use the folder.
    pub fn resume(ranks: &Ranks, folder: &Path, on_error: OnError) -> Result<Taken, Failure> {
        ranks.agree(check_seen(folder))?;
        let found = match ranks.is_first() {
            true => lead(ranks, folder),
            false => follow(ranks, folder),
        };
        let Found { checkpoint, rows, manifests, skipped } = ranks.agree(found)?;
        let CheckpointBody::Parts { size, topology, .. } = checkpoint.body else {
            unreachable!("others are not taken");
        };
        let number = |count: lifelab::Count| count.saturating_to_u64(); // Of a grid, 64 bits count.
        let generation = number(checkpoint.generation);
        let mut saves = Self::new(folder, manifests, checkpoint.cadence, on_error);
        (saves.last, saves.tried) = (Some(generation), Some(generation));
        let about = About {
            start: number(checkpoint.start),
            scenario: checkpoint.scenario,
            size,
            topology,
            rule: checkpoint.rule,
            first_cell: checkpoint.first_cell,
        };
        let kept_cells = checkpoint.kept_cells;
        Ok(Taken { about, generation, kept_cells, rows, saves, skipped })
    }

    fn new(
        folder: &Path,
        manifests: Option<Checkpoints>,
        cadence: Cadence,
        on_error: OnError,
    ) -> Self {
        Self {
            folder: folder.to_owned(),
            manifests,
            cadence,
            on_error,
            last: None,
            tried: None,
            failures: 0,
            first_failure: String::new(),
            has_failed: false,
        }
    }

    /// How often, and how many are kept.
    pub fn cadence(&self) -> Cadence {
        self.cadence
    }

    /// Changes how often, and how many are kept.
    pub fn set_cadence(&mut self, cadence: Cadence) {
        self.cadence = cadence;
        if let Some(manifests) = &mut self.manifests {
            manifests.set_cadence(cadence);
        }
    }

    /// How many generations after `generation` the next one is due, as far as generations decide that.
    pub fn ahead(&self, generation: u64) -> u64 {
        let Every::Generations(every) = self.cadence.every else { return u64::MAX };
        let due = self.tried.map_or(generation, |tried| tried.saturating_add(every.get()));
        due.saturating_sub(generation)
    }

    /// Whether this rank, which knows the time, wishes one now.
    pub fn is_due(&self, generation: u64) -> bool {
        matches!(self.cadence.every, Every::Time(_))
            && self.manifests.as_ref().is_some_and(|manifests| manifests.is_due(generation))
    }

    /// Saves the last complete generation, if that has not been tried. `kept_cells` is the sum over all ranks.
    /// Collective.
    ///
    /// # Errors
    /// If any rank cannot write, and the run shall end then.
    pub fn save(
        &mut self,
        ranks: &Ranks,
        rows: &dyn Rows,
        about: &About,
        kept_cells: u64,
    ) -> Result<(), Failure> {
        let generation = rows.generation();
        if self.tried == Some(generation) || self.has_failed {
            return Ok(());
        }
        self.tried = Some(generation);
        let width = rows.width();
        let range = rows.range();
        let words = (0..range.len() as u32).map(|y| rows.row(y));
        let part =
            CheckpointPart::write(&self.folder, generation.into(), width, range.start, words);
        let part = part.map_err(|error| unwritten(&self.folder, &error));
        let mine = part.as_ref().ok().cloned();
        let saved = ranks.agree(part).and_then(|part| {
            let texts = ranks.gather_texts(&serde_json::to_string(&part).expect("plain data"));
            let saved = self.save_manifest(&texts, about, generation, kept_cells);
            ranks.agree(saved.map_err(Failure::from))
        });
        match saved {
            Ok(()) => {
                self.last = Some(generation);
                Ok(())
            }
            Err(failure) => {
                if let Some(part) = mine {
                    part.remove(&self.folder, generation.into());
                }
                self.note(failure)
            }
        }
    }

    /// Those that could not be written, if the run has gone on.
    pub fn warning(&self) -> Option<String> {
        let first = &self.first_failure;
        match self.failures {
            0 => None,
            1 => Some(format!("a checkpoint could not be written: {first}")),
            n => Some(format!("{n} checkpoints could not be written; the first: {first}")),
        }
    }

    /// On the first rank: says which parts there are.
    fn save_manifest(
        &mut self,
        parts: &[String],
        about: &About,
        generation: u64,
        kept_cells: u64,
    ) -> Result<(), CheckpointError> {
        let Some(manifests) = &mut self.manifests else { return Ok(()) };
        let part = |text: &String| serde_json::from_str(text).expect("a rank has written it");
        let About { scenario, start, size, topology, rule, first_cell } = about.clone();
        manifests.save(&Checkpoint {
            scenario,
            start: start.into(),
            generation: generation.into(),
            body: CheckpointBody::Parts { size, topology, parts: parts.iter().map(part).collect() },
            rule,
            first_cell,
            name: None,
            author: None,
            comments: Vec::new(),
            finder: None,
            cadence: self.cadence,
            kept_cells,
            met_edge: None,
        })
    }

    /// Ends the run, or remembers the failure, as the user has asked.
    fn note(&mut self, mut failure: Failure) -> Result<(), Failure> {
        failure.message += &match self.last {
            Some(last) => format!("; the last good checkpoint is that of generation {last}"),
            None => "; there is no earlier one".to_owned(),
        };
        if self.on_error == OnError::Fail {
            self.has_failed = true;
            return Err(failure);
        }
        if self.failures == 0 {
            self.first_failure = failure.message;
        }
        self.failures += 1;
        Ok(())
    }
}

/// A checkpoint that all ranks have read their rows of.
struct Found {
    checkpoint: Checkpoint,
    rows: Grid,
    manifests: Option<Checkpoints>,
    skipped: Vec<String>,
}

/// On the first rank: shows the others one checkpoint after the other, until all can use it.
fn lead(ranks: &Ranks, folder: &Path) -> Result<Found, Failure> {
    let mut rows = None;
    let resumed = Checkpoints::resume_in_parts(folder, |checkpoint| {
        if !matches!(checkpoint.body, CheckpointBody::Parts { .. }) {
            let message = "a single process has left it; go on with `lifelab resume`";
            return Err(Kind::Malformed(message.to_owned()));
        }
        let mut bytes = Vec::new(); // Few, for the rows lie elsewhere.
        checkpoint.write(&mut bytes).map_err(CheckpointError::into_kind)?;
        ranks.broadcast(0, &bytes);
        rows = Some(read(ranks, folder, checkpoint)?);
        Ok(())
    });
    ranks.broadcast(0, &[]); // There is nothing more to look at.
    let Resumed { checkpoint, checkpoints, skipped } = resumed?;
    let rows = rows.expect("a checkpoint that is found was read");
    let skipped = skipped.iter().map(ToString::to_string).collect();
    Ok(Found { checkpoint, rows, manifests: Some(checkpoints), skipped })
}

/// On any other rank: looks at what the first one shows.
fn follow(ranks: &Ranks, folder: &Path) -> Result<Found, Failure> {
    let mut found = Err(Failure::new(Exit::BadInput, "checkpoint", "there is no checkpoint"));
    loop {
        let bytes = ranks.broadcast(0, &[]);
        if bytes.is_empty() {
            return found;
        }
        let checkpoint = Checkpoint::read(&bytes).expect("the first rank has read it");
        if let Ok(rows) = read(ranks, folder, &checkpoint) {
            found = Ok(Found { checkpoint, rows, manifests: None, skipped: Vec::new() });
        }
    }
}

/// Reads the rows of this rank. Collective: all ranks must be able to.
fn read(ranks: &Ranks, folder: &Path, checkpoint: &Checkpoint) -> Result<Grid, Kind> {
    let rows = read_mine(ranks, folder, checkpoint);
    let rows = rows.map_err(|kind| Failure::new(Exit::BadInput, "checkpoint", kind.to_string()));
    ranks.agree(rows).map_err(|failure| Kind::Read(io::Error::other(failure.message)))
}

fn read_mine(ranks: &Ranks, folder: &Path, checkpoint: &Checkpoint) -> Result<Grid, Kind> {
    let CheckpointBody::Parts { size, parts, .. } = &checkpoint.body else {
        return Err(Kind::Malformed("it has no parts".to_owned()));
    };
    let (width, height) = (size.width.get(), size.height.get());
    let shares = Shares::new(height, ranks.size());
    let shares = shares.map_err(|failure| Kind::Malformed(failure.message))?;
    let mine = shares.of(ranks.rank());
    let is_mine =
        |part: &&CheckpointPart| part.rows().start < mine.end && mine.start < part.rows().end;
    let parts = || parts.iter().filter(is_mine);
    parts().try_for_each(|part| part.check_length(folder, checkpoint.generation, width))?;
    let mut rows = Grid::new(width, mine.len() as u32)?;
    for part in parts() {
        part.read(folder, checkpoint.generation, mine.clone(), &mut rows)?;
    }
    Ok(rows)
}

/// Whether this rank has the folder.
fn check_seen(folder: &Path) -> Result<(), Failure> {
    let why = match fs::metadata(folder) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => "it is no folder".to_owned(),
        Err(error) => error.to_string(),
    };
    let message = format!(
        "{}: cannot use the folder: {why}; all hosts must see it, on a file system that they share",
        folder.display()
    );
    Err(Failure::new(Exit::BadInput, "checkpoint", message))
}

fn unwritten(folder: &Path, error: &io::Error) -> Failure {
    let message = format!("{}: cannot write the checkpoint: {error}", folder.display());
    Failure::new(Exit::Failed, "checkpoint", message)
}
