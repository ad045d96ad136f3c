//! A plane as a tree of squares, and the way from one generation to a later one.

use lifelab_core::{CancelReason, CancellationToken};

use crate::evaluate::Work;
use crate::exhausted::Exhausted;
use crate::kernel::Kernel;
use crate::phases::Phases;
use crate::square::State;
use crate::tree::{Square, TOP, Tree};

/// The plane: all that is not empty lies in the root, whose middle is the place (0, 0).
#[derive(Debug)]
pub(crate) struct Plane {
    pub(crate) tree: Tree,
    /// Of level 1 at least.
    pub(crate) root: Square,
    pub(crate) kernel: Kernel,
    pub(crate) hop: Hop,
    /// What is being computed at each level; nothing between two hops. All that is in flight is here and
    /// not on the stack, so that garbage can be collected in the middle of a hop.
    pub(crate) works: Vec<Work>,
    /// What the stage that runs leaves to be evaluated one level down.
    pub(crate) unready: Vec<u32>,
    /// Squares of a level that go through a stage together, at most.
    pub(crate) batch: usize,
    /// The memory that may be taken, in bytes.
    pub(crate) memory: u64,
    /// The bytes that were left after the last collection.
    pub(crate) kept: u64,
    /// Squares that were evaluated since the beginning.
    pub(crate) evaluations: u64,
    /// Collections since the beginning.
    pub(crate) collections: u64,
}

/// How far a hop goes, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    /// It goes 2^exponent generations.
    pub(crate) exponent: u32,
    /// 1 if it begins in an odd generation and these have a rule of their own.
    pub(crate) phase: usize,
}

/// Why a hop could not be completed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Halt {
    Stopped(CancelReason),
    Exhausted(Exhausted),
    /// Cells would lie beyond all coordinates.
    Beyond,
}

impl Hop {
    /// The exponent of the generations after which a square of a level has its result: no square knows
    /// what its middle is after more than a quarter of its side.
    pub(crate) fn exponent_at(self, level: usize) -> u32 {
        self.exponent.min(level as u32 + 2)
    }

    /// The state of a square of a level that has its result.
    pub(crate) fn state_at(self, level: usize) -> State {
        State::after(self.exponent_at(level), self.phase)
    }
}

impl From<CancelReason> for Halt {
    fn from(reason: CancelReason) -> Self {
        Self::Stopped(reason)
    }
}

impl From<Exhausted> for Halt {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

/// The more squares go through a stage together, the less each of them waits for memory; more than these
/// gain nothing.
const BATCH: usize = 4096;

/// Bytes of memory for each square of a batch: so little that what a stage makes is small beside it.
const MEMORY_PER_BATCH: u64 = 8192;

impl Plane {
    /// An empty plane.
    pub(crate) fn new(phases: &Phases, memory: u64) -> Self {
        let batch = (memory / MEMORY_PER_BATCH).clamp(1, BATCH as u64) as usize;
        Self {
            tree: Tree::new(),
            root: Square { level: 1, index: 0 },
            kernel: Kernel::new(phases),
            hop: Hop { exponent: 0, phase: 0 },
            works: Vec::new(),
            unready: Vec::new(),
            batch,
            memory,
            kept: 0,
            evaluations: 0,
            collections: 0,
        }
    }

    /// Goes one hop forward.
    ///
    /// # Errors
    /// If it cannot be completed. Then the plane is what it was.
    pub(crate) fn advance(&mut self, hop: Hop, stop: &CancellationToken) -> Result<(), Halt> {
        stop.check()?;
        if self.root.index == 0 {
            return Ok(());
        }
        self.hop = hop;
        let outcome = self.try_advance(stop);
        if outcome.is_err() {
            self.abandon();
        }
        self.trim();
        outcome
    }

    fn try_advance(&mut self, stop: &CancellationToken) -> Result<(), Halt> {
        self.pad()?;
        let Square { level, index } = self.root;
        self.works.resize_with(level + 1, Work::default);
        self.works[level].request(self.tree.nodes_mut(level), index, self.hop.state_at(level));
        self.evaluate(level, stop)?;
        let before = self.root;
        self.root =
            Square { level: level - 1, index: self.tree.nodes(level).get(before.index).result };
        self.trim();
        if self.root.level > TOP {
            self.root = before;
            return Err(Halt::Beyond);
        }
        Ok(())
    }

    /// Surrounds the root with so much emptiness that its result holds all that it can become: the root's
    /// half side must not be shorter than the hop, and then twice as much.
    fn pad(&mut self) -> Result<(), Exhausted> {
        self.trim();
        while self.root.level as u32 + 3 < self.hop.exponent {
            self.root = self.tree.padded(self.root)?;
        }
        for _ in 0..2 {
            self.root = self.tree.padded(self.root)?;
        }
        Ok(())
    }

    /// The bytes that it takes.
    pub(crate) fn bytes(&self) -> u64 {
        self.tree.bytes() + self.works.iter().map(Work::bytes).sum::<u64>()
    }

    /// Drops empty surroundings. Where memory has ended, they may stay.
    pub(crate) fn trim(&mut self) {
        while let Ok(Some(trimmed)) = self.tree.trimmed(self.root) {
            self.root = trimmed;
        }
    }

    /// Forgets what was in flight when a hop ended early.
    fn abandon(&mut self) {
        for (level, work) in self.works.iter_mut().enumerate().skip(1) {
            for index in work.clear() {
                let node = self.tree.nodes_mut(level).get_mut(index);
                if node.state == State::PENDING {
                    node.state = State::NONE;
                }
            }
        }
    }
}
