//! The engine, built by name.

use std::fmt;

use lifelab_core::{
    Coordinate, Count, EngineFactory, EngineStart, EngineWork, Place, QuadNode, QuadtreeStart,
    Rule, Run, StartError, Unsupported, World,
};

use crate::builder::{BuildError, Builder, Part};
use crate::hash_life::{HashLife, Options};
use crate::phases::Phases;

impl EngineFactory for HashLife {
    const NAME: &'static str = "hashlife";
    const SUMMARY: &'static str =
        "the plane without edges, each distinct square of it once; for patterns with order";
    type Options = Options;

    fn supports(_: &Options, world: &World, work: EngineWork) -> Result<(), Unsupported> {
        world.refuse_edges(Self::NAME)?;
        work.refuse(Self::NAME)?;
        world.refuse_arrangements(Self::NAME)
    }

    fn build(options: Options, world: World, start: EngineStart<'_>) -> Result<Self, StartError> {
        let EngineStart { generation, background, cells } = start;
        let phase = phase(world.rule, background)?;
        let built = Self::new(options, world.rule, cells.flat_map(places_of));
        let engine = built.map_err(|error| too_large(&error))?;
        Ok(engine.at(generation).in_phase(phase))
    }

    fn build_from_quadtree(
        options: Options,
        world: World,
        start: QuadtreeStart<'_>,
    ) -> Option<Result<Self, StartError>> {
        let QuadtreeStart { generation, background, nodes } = start;
        let built = phase(world.rule, background).and_then(|phase| {
            let built = build(options, world.rule, nodes, generation);
            Ok(built.map_err(|error| too_large(&error))?.in_phase(phase))
        });
        Some(built)
    }
}

/// The phase in which the cells far away are in this state.
fn phase(rule: Rule, background: bool) -> Result<usize, StartError> {
    let backgrounds = Phases::of(rule).backgrounds;
    backgrounds.iter().position(|&state| state == background).ok_or_else(|| {
        let state = if background { "alive" } else { "dead" };
        StartError {
            message: format!("by {rule} the cells far away are never {state}"),
            remedy: "start from the other background".to_owned(),
        }
    })
}

/// The universe that consists of these squares.
fn build(
    options: Options,
    rule: Rule,
    nodes: &mut dyn Iterator<Item = QuadNode>,
    generation: Count,
) -> Result<HashLife, BuildError> {
    let mut builder = Builder::new(options, rule);
    let mut parts = vec![Part::EMPTY];
    for node in nodes {
        parts.push(match node {
            QuadNode::Bitmap(cells) => Part::bitmap(cells),
            QuadNode::Quarters { level, quarters } => {
                // A number that is none is taken for what is empty.
                let part = |number: u64| parts.get(number as usize).copied().unwrap_or(Part::EMPTY);
                builder.part(level, quarters.map(part))?
            }
        });
    }
    let root = parts.pop().expect("there is the empty one");
    builder.finish(root, generation)
}

fn too_large(error: &dyn fmt::Display) -> StartError {
    StartError {
        message: error.to_string(),
        remedy: "take a smaller pattern, or more memory".to_owned(),
    }
}

/// The cells of a run.
fn places_of(run: Run) -> impl Iterator<Item = Place> {
    let after = move |&x: &Coordinate| x.checked_add(Coordinate::ONE).filter(|&x| x <= run.last);
    std::iter::successors(Some(run.first), after).map(move |x| Place { x, y: run.y })
}
