//! A checkpoint as bytes; [`Checkpoint`] describes the format.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use lifelab_core::{Coordinate, Count, Place, Position, Rule, Size, StateHash, Topology};

use super::body::Kept;
use super::{Cadence, Checkpoint, CheckpointError, CheckpointErrorKind as Kind};
use crate::cycle::{CycleFinder, State};
use crate::notation::{self, Mistake};
use crate::scenario::Scenario;

const MAGIC: &[u8] = b"lifelab checkpoint ";

/// The version that is written; those before it are read, too.
const VERSION: u32 = 2;

/// In the first version, how many generations a run without an end had.
const WITHOUT_END_1: u64 = u64::MAX;

/// Bytes of a checksum, and of a state's hash.
const HASH: usize = 16;

/// Bytes of a column or a row.
const COORDINATE: usize = 32;

/// All of a checkpoint but its cells and states, as it is spelled.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    generation: Count,
    /// Not there in files of the first version, where `size` and `topology` stand for a grid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<Size>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topology: Option<Topology>,
    rule: Rule,
    first_cell: Position,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    comments: Vec<String>,
    scenario: Scenario,
    start: Count,
    cadence: Cadence,
    kept_cells: u64,
    /// Not there if there was none, and in files from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    met_edge: Option<u64>,
    /// How many states follow the cells, if the run looks for cycles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    states: Option<u32>,
}

impl Checkpoint {
    /// Writes the checkpoint. Writes are buffered.
    ///
    /// # Errors
    /// If the output cannot be written, or a file name in the scenario is not text; that is found
    /// out before anything is written.
    pub fn write(&self, out: impl Write) -> Result<(), CheckpointError> {
        let description = self.describe()?;
        self.encode(&description, out).map_err(|error| Kind::Write(error).into())
    }

    /// Reads a checkpoint. Whatever the bytes, it takes bounded time and memory.
    ///
    /// # Errors
    /// If the bytes are not what [`write`](Self::write) wrote.
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (version, content) = verified(bytes)?;
        let (length, content) = content.split_first_chunk().ok_or_else(|| cut("length"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (text, content) = content.split_at_checked(length).ok_or_else(|| cut("description"))?;
        let text = str::from_utf8(text).map_err(|error| Kind::Malformed(error.to_string()))?;
        let mut description: Description = notation::read(text).map_err(misspelled)?;
        if version == 1 && description.scenario.generations == WITHOUT_END_1 {
            description.scenario.generations = Scenario::WITHOUT_END;
        }
        Ok(description.complete(content)?)
    }

    /// The description as text.
    pub(super) fn describe(&self) -> Result<String, Kind> {
        let description = Description {
            generation: self.generation,
            body: Some(self.body.describe()),
            size: None,
            topology: None,
            rule: self.rule,
            first_cell: self.first_cell,
            name: self.name.clone(),
            author: self.author.clone(),
            comments: self.comments.clone(),
            scenario: self.scenario.clone(),
            start: self.start,
            cadence: self.cadence,
            kept_cells: self.kept_cells,
            met_edge: self.met_edge,
            states: self.finder.as_ref().map(|finder| finder.states().len() as u32),
        };
        notation::to_ron(&description).ok_or(Kind::Scenario)
    }

    /// Writes the description and everything behind it.
    pub(super) fn encode(&self, description: &str, out: impl Write) -> io::Result<()> {
        let mut out = Hashing { out: io::BufWriter::new(out), hasher: XxHash3_128::with_seed(0) };
        writeln!(out, "{}{VERSION}", str::from_utf8(MAGIC).expect("it is ASCII"))?;
        out.write_all(&(description.len() as u64).to_le_bytes())?;
        out.write_all(description.as_bytes())?;
        self.body.encode(&mut out)?;
        let has_places = self.body.describe().has_places();
        for State { hash, corner } in self.finder.iter().flat_map(CycleFinder::states) {
            out.write_all(&hash.to_bytes())?;
            if has_places {
                out.write_all(&corner.x.to_le_bytes())?;
                out.write_all(&corner.y.to_le_bytes())?;
            }
        }
        let checksum = out.hasher.finish_128();
        out.out.write_all(&checksum.to_le_bytes())?;
        out.out.flush()
    }
}

impl Description {
    /// The checkpoint with these cells and states.
    fn complete(self, content: &[u8]) -> Result<Checkpoint, Kind> {
        let body = match (self.body, self.size, self.topology) {
            (Some(body), None, None) => body,
            (None, Some(size), Some(topology)) => Kept::Grid { size, topology },
            _ => return Err(Kind::Malformed("it has no cells, or twice".to_owned())),
        };
        let states = self.states.unwrap_or(0) as usize;
        if states > CycleFinder::MAX_PERIOD {
            return Err(too_many_states());
        }
        let state_bytes = HASH + if body.has_places() { 2 * COORDINATE } else { 0 };
        let expected = body.bytes(self.rule) + (state_bytes * states) as u128;
        if content.len() as u128 != expected {
            let found = content.len();
            let message = format!("{found} bytes of cells and states, where {expected} are due");
            return Err(Kind::Malformed(message));
        }
        let (cells, states) = content.split_at(body.bytes(self.rule) as usize); // No more than there are.
        let states = states.chunks_exact(state_bytes).map(state);
        let remembered = || CycleFinder::remember(states, self.generation);
        let finder = (self.states.is_some()).then(|| remembered().ok_or_else(too_many_states));
        Ok(Checkpoint {
            scenario: self.scenario,
            start: self.start,
            generation: self.generation,
            body: body.complete(self.rule, cells)?,
            rule: self.rule,
            first_cell: self.first_cell,
            name: self.name,
            author: self.author,
            comments: self.comments,
            finder: finder.transpose()?,
            cadence: self.cadence,
            kept_cells: self.kept_cells,
            met_edge: self.met_edge,
        })
    }
}

/// A state of these bytes, with a place or without.
fn state(bytes: &[u8]) -> State {
    let mut hash = [0; HASH];
    hash.copy_from_slice(&bytes[..HASH]);
    let mut places = bytes[HASH..].chunks_exact(COORDINATE).map(|bytes| {
        let mut coordinate = [0; COORDINATE];
        coordinate.copy_from_slice(bytes);
        Coordinate::from_le_bytes(coordinate)
    });
    let mut place = || places.next().unwrap_or_default();
    State { hash: StateHash::from_bytes(hash), corner: Place { x: place(), y: place() } }
}

/// The version, and what stands between the first line and the checksum, which matches.
fn verified(bytes: &[u8]) -> Result<(u32, &[u8]), Kind> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(Kind::Foreign)?;
    let end = rest.iter().take(16).position(|&byte| byte == b'\n').ok_or(Kind::Checksum)?;
    let found = String::from_utf8_lossy(&rest[..end]);
    let Some(version) = (1..=VERSION).find(|version| found == version.to_string()) else {
        return Err(Kind::Version { found: found.into_owned(), known: VERSION });
    };
    let (all, checksum) = bytes.split_last_chunk::<HASH>().ok_or(Kind::Checksum)?;
    if XxHash3_128::oneshot(all) != u128::from_le_bytes(*checksum) {
        return Err(Kind::Checksum);
    }
    let content = all.get(MAGIC.len() + end + 1..).ok_or(Kind::Checksum)?;
    Ok((version, content))
}

fn cut(what: &str) -> Kind {
    Kind::Malformed(format!("the {what} is cut off"))
}

fn too_many_states() -> Kind {
    Kind::Malformed("more states than a run remembers".to_owned())
}

fn misspelled(Mistake { line, column, message, .. }: Mistake) -> Kind {
    Kind::Malformed(format!("line {line}, column {column} of the description: {message}"))
}

/// Writes, and computes the checksum.
struct Hashing<W> {
    out: W,
    hasher: XxHash3_128,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.write(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
