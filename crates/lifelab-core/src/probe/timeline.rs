//! What a timeline is made of.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Lane, Probe, Sampling, lock, nanos};
use crate::cell::Phase;
use crate::position::Position;

/// What a probe has drawn. All times count from its [origin](Probe::origin).
#[derive(Clone, PartialEq, Debug)]
pub struct Timeline {
    /// Which cells were drawn, and how many entries were kept at most.
    pub sampling: Sampling,
    /// How many entries the limit has cost.
    pub dropped: u64,
    /// The generations, in order.
    pub frames: Vec<GenerationSpan>,
    /// The work, by its start.
    pub slices: Vec<Slice>,
    /// This process.
    pub process: u32,
    /// The names of its threads, by the numbers of their lanes; of those that have one.
    pub threads: BTreeMap<u32, String>,
    /// The names of other processes in which cells were drawn, by number.
    pub processes: BTreeMap<u32, String>,
}

/// A generation, complete or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GenerationSpan {
    /// Its number.
    pub generation: u64,
    /// When its computation began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
}

/// Something that took its time on one lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Slice {
    /// The number of the process.
    pub process: u32,
    /// The lane.
    pub lane: Lane,
    /// What was done.
    pub activity: Activity,
    /// In which generation.
    pub generation: u64,
    /// When it began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
}

/// What can be drawn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Activity {
    /// A cell waited in a call of its I/O.
    Wait(Position, Phase),
    /// A phase of a cell was computed.
    Compute(Position, Phase),
    /// A cell that does not wait was computed, both phases at once.
    Cell(Position),
    /// A band of cells that do not wait was computed.
    Band {
        /// Its first row.
        first: i64,
        /// How many rows.
        rows: u32,
    },
}

impl Activity {
    /// The cell; `None` of a band.
    pub fn cell(self) -> Option<Position> {
        match self {
            Self::Wait(at, _) | Self::Compute(at, _) | Self::Cell(at) => Some(at),
            Self::Band { .. } => None,
        }
    }

    /// The phase; `None` if there is no telling the two apart.
    pub fn phase(self) -> Option<Phase> {
        match self {
            Self::Wait(_, phase) | Self::Compute(_, phase) => Some(phase),
            Self::Cell(_) | Self::Band { .. } => None,
        }
    }
}

/// A generation that is being computed; its [`GenerationSpan`] is complete when this is dropped.
#[derive(Debug)]
pub struct OpenSpan {
    /// `None` if no timeline is drawn, or the frame finds no room in it.
    probe: Option<Arc<Probe>>,
    generation: u64,
    start: Duration,
}

impl OpenSpan {
    pub(super) fn new(probe: &Arc<Probe>, generation: u64) -> Self {
        let Some(recorder) = &probe.recorder else {
            return Self { probe: None, generation, start: Duration::ZERO };
        };
        let start = probe.now();
        recorder.frame_start.store(nanos(start), Ordering::Relaxed);
        // The room is taken now: no slice of this generation is kept if its frame is not.
        let probe = recorder.has_room().then(|| probe.clone());
        Self { probe, generation, start }
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        let Some(probe) = &self.probe else { return };
        let Some(recorder) = &probe.recorder else { return };
        let (generation, start, end) = (self.generation, self.start, probe.now());
        lock(&recorder.rare).frames.push(GenerationSpan { generation, start, end });
    }
}
