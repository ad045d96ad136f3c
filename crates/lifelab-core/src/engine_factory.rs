//! Engines that can be built by name: what a registry of engines knows of each.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::count::Count;
use crate::engine::Engine;
use crate::error::StartError;
use crate::rule::Rule;
use crate::universe::{QuadNode, Run, World};

/// An engine that can be built from options, in a given world, from given cells.
///
/// Whether it can is asked first, of [`supports`](Self::supports), which looks at plain data and starts
/// nothing: so what an engine cannot do is refused before any work, in words.
pub trait EngineFactory: Engine + Sized + 'static {
    /// Its name in scenarios and on the command line, in snake case.
    const NAME: &'static str;

    /// What it is, in one line.
    const SUMMARY: &'static str;

    /// Its options; every one has a default.
    type Options: Clone + Default + fmt::Debug + Serialize + DeserializeOwned + Send + Sync;

    /// Whether the engine, with these options, computes such a world and does such work.
    ///
    /// # Errors
    /// What it does not do, and what to do instead.
    fn supports(
        options: &Self::Options,
        world: &World,
        work: EngineWork,
    ) -> Result<(), Unsupported>;

    /// Builds the engine in a world that it [supports](Self::supports).
    ///
    /// # Errors
    /// If the options make no sense together, the system refuses a resource, or the cells do not fit
    /// the world or the memory.
    fn build(
        options: Self::Options,
        world: World,
        start: EngineStart<'_>,
    ) -> Result<Self, StartError>;

    /// Builds the engine as [`build`](Self::build) does, from squares instead of cells, which need not be listed
    /// for that. `None` if it has no use for squares.
    fn build_from_quadtree(
        _options: Self::Options,
        _world: World,
        _start: QuadtreeStart<'_>,
    ) -> Option<Result<Self, StartError>> {
        None
    }
}

/// What an engine shall do besides going forward.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct EngineWork {
    /// Whether a stepper is asked for, which computes each generation.
    pub stepper: bool,
    /// Whether cells wait for their I/O in each generation.
    pub cell_io: bool,
}

/// The state that an engine starts from.
pub struct EngineStart<'a> {
    /// The number of the generation.
    pub generation: Count,
    /// The state of all cells far away; see [`Universe::background`](crate::Universe::background).
    pub background: bool,
    /// The cells that differ from it, in reading order, in runs that do not touch.
    pub cells: &'a mut dyn Iterator<Item = Run>,
}

/// The state that an engine starts from, as a quadtree.
pub struct QuadtreeStart<'a> {
    /// The number of the generation.
    pub generation: Count,
    /// The state of all cells far away; see [`Universe::background`](crate::Universe::background).
    pub background: bool,
    /// The squares of the cells that differ from it, in the order of their numbers, the whole last; none if
    /// there are no such cells.
    pub nodes: &'a mut dyn Iterator<Item = QuadNode>,
}

/// Why an engine does not compute a world, or does not do some work.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{message}; {remedy}")]
pub struct Unsupported {
    /// What was asked, and of which engine.
    pub message: String,
    /// What the user can do.
    pub remedy: String,
}

impl EngineWork {
    /// Refuses work beside going forward: for engines that drive no steppers.
    ///
    /// # Errors
    /// If there is any.
    pub fn refuse(self, engine: &str) -> Result<(), Unsupported> {
        let what = match self {
            Self { stepper: true, .. } => "takes no stepper",
            Self { cell_io: true, .. } => "has no cells that wait",
            Self { stepper: false, cell_io: false } => return Ok(()),
        };
        Err(Unsupported {
            message: format!("the engine {engine} {what}"),
            remedy: "take the engine finite for that".to_owned(),
        })
    }
}

impl World {
    /// Refuses a world with edges: for engines of the plane.
    ///
    /// # Errors
    /// If it has some.
    pub fn refuse_edges(&self, engine: &str) -> Result<(), Unsupported> {
        let Some(bounds) = self.bounds else { return Ok(()) };
        Err(Unsupported {
            message: format!(
                "the engine {engine} computes the plane without edges, and this is a {} of {} x {} \
                 cells",
                bounds.topology, bounds.width, bounds.height
            ),
            remedy: "leave out the size and the topology, or take the engine finite".to_owned(),
        })
    }
}

impl World {
    /// Refuses a rule whose cells take time to die: for engines of cells that are dead or alive.
    ///
    /// # Errors
    /// If they do.
    pub fn refuse_dying(&self, engine: &str) -> Result<(), Unsupported> {
        if self.rule.has_two_states() {
            return Ok(());
        }
        Err(Unsupported {
            message: format!(
                "the engine {engine} computes cells that are dead or alive, and by {} they have {} \
                 states",
                self.rule,
                self.rule.states()
            ),
            remedy: "take the engine finite".to_owned(),
        })
    }

    /// Refuses a rule that does more than count the live neighbors: for engines that know no others.
    ///
    /// # Errors
    /// If it does.
    pub fn refuse_arrangements(&self, engine: &str) -> Result<(), Unsupported> {
        self.refuse_dying(engine)?;
        if self.rule.counts().is_some() {
            return Ok(());
        }
        Err(Unsupported {
            message: format!(
                "the engine {engine} computes rules that count neighbors, and {} looks where they are",
                self.rule
            ),
            remedy: "take the engine finite".to_owned(),
        })
    }
}

impl<'a> EngineStart<'a> {
    /// The start of a pattern in a generation. By a rule with B0 and S8 the plane lives for ever, and the
    /// cells are those that do not: the custom of pattern files. By one with B0 alone it lives in odd
    /// generations, and the cells of these are those that do not.
    pub fn of_pattern(
        rule: Rule,
        generation: Count,
        cells: &'a mut dyn Iterator<Item = Run>,
    ) -> Self {
        Self { generation, background: background_of_pattern(rule, generation), cells }
    }
}

impl<'a> QuadtreeStart<'a> {
    /// The start of a pattern in a generation, as [`EngineStart::of_pattern`].
    pub fn of_pattern(
        rule: Rule,
        generation: Count,
        nodes: &'a mut dyn Iterator<Item = QuadNode>,
    ) -> Self {
        Self { generation, background: background_of_pattern(rule, generation), nodes }
    }
}

fn background_of_pattern(rule: Rule, generation: Count) -> bool {
    let is_odd = !generation.is_zero() && generation.trailing_zeros() == 0;
    !rule.keeps_the_dead() && (rule.keeps_the_living() || is_odd)
}

impl fmt::Debug for QuadtreeStart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("QuadtreeStart").field("generation", &self.generation))
            .field("background", &self.background)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EngineStart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("EngineStart").field("generation", &self.generation))
            .field("background", &self.background)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bounds, Topology};

    #[test]
    fn what_is_refused_names_the_engine_and_a_remedy() {
        let refusal = |stepper, cell_io| EngineWork { stepper, cell_io }.refuse("tiles");
        assert_eq!(refusal(false, false), Ok(()));
        let said = refusal(true, true).unwrap_err().to_string();
        assert_eq!(said, "the engine tiles takes no stepper; take the engine finite for that");
        assert!(refusal(false, true).unwrap_err().message.contains("no cells that wait"));

        let bounds = Bounds { topology: Topology::Torus, width: 30, height: 20 };
        let world = |bounds| World { rule: Rule::LIFE, bounds };
        assert_eq!(world(None).refuse_edges("tiles"), Ok(()));
        let said = world(Some(bounds)).refuse_edges("tiles").unwrap_err().to_string();
        assert!(said.contains("this is a torus of 30 x 20 cells"), "{said}");
    }
}
