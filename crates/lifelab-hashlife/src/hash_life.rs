//! The engine.

use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use lifelab_core::{
    Advance, CancellationToken, Count, EditError, Engine, Place, QuadNode, Raster, Rectangle, Rule,
    Run, StateHash, StepError, StepErrorKind, StepReport, Universe, View, World,
};

use crate::bounds;
use crate::draw::Drawing;
use crate::exhausted::Exhausted;
use crate::phases::Phases;
use crate::plane::{Halt, Hop, Plane};
use crate::population::Populations;
use crate::visit::Visit;
use crate::walk;

/// Options of the [`HashLife`] engine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Bytes of memory for the squares of the universe and what is remembered of their future. At two
    /// thirds of it, what is needed least is forgotten; a hop that needs more than these two thirds at
    /// once fails.
    #[serde(deserialize_with = "lifelab_core::number::deserialize_bytes")]
    pub memory: NonZeroU64,
}

impl Default for Options {
    fn default() -> Self {
        Self { memory: DEFAULT_MEMORY }
    }
}

/// 4 GiB.
const DEFAULT_MEMORY: NonZeroU64 = NonZeroU64::new(4 << 30).expect("not zero");

/// A plane without edges that computes each distinct piece of itself once.
///
/// The [crate's page](crate) says how, and what that is good for.
#[derive(Debug)]
pub struct HashLife {
    rule: Rule,
    options: Options,
    phases: Phases,
    generation: Count,
    /// Which of the two phases the generation is in, if they alternate; else 0.
    phase: usize,
    plane: Plane,
    known: Known,
}

/// What has been found out of the current generation.
#[derive(Debug, Default)]
struct Known {
    populations: OnceLock<Populations>,
    bounds: OnceLock<Option<Rectangle>>,
    hash: OnceLock<StateHash>,
}

/// Cells that are entered at once into a new universe.
const CELLS_AT_ONCE: usize = 1 << 16;

impl HashLife {
    /// A plane on which these cells live in generation 0. Their order does not matter.
    ///
    /// By a rule with B0 and S8 the plane lives for ever, and the cells are those that do not: the
    /// custom of pattern files.
    ///
    /// # Errors
    /// If memory cannot hold them, or the rule does more than count neighbors.
    pub fn new(
        options: Options,
        rule: Rule,
        cells: impl IntoIterator<Item = Place>,
    ) -> Result<Self, EditError> {
        if rule.counts().is_none() {
            return Err(EditError::Rule(rule));
        }
        let mut plane = Plane::new(&Phases::of(rule), options.memory.get());
        let mut cells = cells.into_iter().map(|place| (place, true)).peekable();
        while cells.peek().is_some() {
            plane.edit(cells.by_ref().take(CELLS_AT_ONCE))?;
        }
        Ok(Self::of(plane, rule, options, Count::ZERO))
    }

    /// The universe that a plane is in a generation.
    pub(crate) fn of(plane: Plane, rule: Rule, options: Options, generation: Count) -> Self {
        let phases = Phases::of(rule);
        Self { rule, options, phases, generation, phase: 0, plane, known: Known::default() }
    }

    /// This universe, in another generation: that of the file from which its cells come.
    #[must_use]
    pub fn at(self, generation: Count) -> Self {
        Self { generation, known: Known::default(), ..self }
    }

    /// This universe, in one of the two [`Phases`].
    pub(crate) fn in_phase(self, phase: usize) -> Self {
        Self { phase, known: Known::default(), ..self }
    }

    /// The options that it was made with.
    pub fn options(&self) -> Options {
        self.options
    }

    /// The distinct squares that the engine knows, of all sizes, those of the past and of possible
    /// futures included.
    pub fn squares(&self) -> usize {
        self.plane.tree.squares()
    }

    /// How often garbage has been collected.
    pub fn collections(&self) -> u64 {
        self.plane.collections
    }

    /// How many results of squares have been computed.
    pub fn evaluations(&self) -> u64 {
        self.plane.evaluations
    }

    fn populations(&self) -> &Populations {
        let Plane { tree, root, .. } = &self.plane;
        self.known.populations.get_or_init(|| Populations::of(tree, *root))
    }

    fn error(&self, next: Count, halt: Halt) -> StepError {
        let kind = match halt {
            Halt::Stopped(reason) => StepErrorKind::Stopped(reason),
            Halt::Exhausted(exhausted) => exhausted.into(),
            Halt::Beyond => StepErrorKind::Unsupported {
                message: "cells would lie beyond the coordinates from -2^255 to 2^255 - 1".into(),
                remedy: "take fewer generations".into(),
            },
        };
        StepError::new(next, kind)
    }
}

impl Universe for HashLife {
    fn world(&self) -> World {
        World { rule: self.rule, bounds: None }
    }

    fn generation(&self) -> Count {
        self.generation
    }

    /// Looks once at each distinct square of the universe; the next time it is known. What no
    /// [`Count`] holds is said to be the largest.
    fn population(&self) -> Count {
        let root = self.plane.root;
        self.populations().get(root.level, root.index)
    }

    fn bounds(&self) -> Option<Rectangle> {
        let Plane { tree, root, .. } = &self.plane;
        *self.known.bounds.get_or_init(|| bounds::of(tree, *root))
    }

    fn background(&self) -> bool {
        self.phases.backgrounds[self.phase]
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        Visit { tree: &self.plane.tree, window, visitor: visit }.all(self.plane.root)
    }

    /// Draws populations of squares; cells are never listed.
    fn read(&self, view: View, raster: &mut Raster) {
        raster.clear(view);
        let tree = &self.plane.tree;
        Drawing { tree, populations: self.populations(), view, raster }.root(self.plane.root);
    }

    /// Costs a bit of memory for each square of the engine. Cells are never listed.
    fn walk(&self, visit: &mut dyn FnMut(QuadNode) -> ControlFlow<()>) -> Option<ControlFlow<()>> {
        Some(walk::walk(&self.plane.tree, self.plane.root, visit))
    }

    /// Lists all runs of cells, as [`StateHash::of_cells`] defines; the next time it is known. So it
    /// takes as long as there are cells: do not ask for it where these are too many to be listed.
    fn fingerprint(&self) -> StateHash {
        *self.known.hash.get_or_init(|| StateHash::of_cells(self))
    }
}

impl Engine for HashLife {
    /// Goes 2^k generations: of the powers of two that add up to `most`, the smallest. A hop of any
    /// length is one computation.
    ///
    /// # Errors
    /// If the stop fires, memory does not suffice or coordinates end. Then the universe is what it was.
    fn advance(&mut self, most: Count, stop: &CancellationToken) -> Result<Advance, StepError> {
        let exponent = most.trailing_zeros().min(u32::from(u8::MAX));
        let generations = Count::power_of_two(exponent);
        self.check_count(generations)?;
        let phase = self.phase;
        self.known = Known::default(); // Squares may get other indices, whatever comes of it.
        let next = self.generation.checked_add(generations).unwrap_or(Count::MAX);
        match self.plane.advance(Hop { exponent, phase }, stop) {
            Ok(()) if exponent == 0 && self.phases.alternate() => self.phase = 1 - phase,
            Ok(()) => (), // As many even as odd generations.
            Err(halt) => return Err(self.error(next, halt)),
        }
        self.generation = next;
        Ok(Advance { generations, report: StepReport::default() })
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        let background = self.background();
        self.known = Known::default();
        let differing = cells.iter().map(|&(place, alive)| (place, alive != background));
        self.plane.edit(differing).map_err(Exhausted::into)
    }

    fn footprint(&self) -> u64 {
        let populations = self.known.populations.get().map_or(0, Populations::bytes);
        self.plane.bytes() + populations
    }
}

#[cfg(test)]
mod tests;
