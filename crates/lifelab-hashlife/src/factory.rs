//! The engine, built by name.

use lifelab_core::{
    Coordinate, EngineFactory, EngineStart, EngineWork, Place, Run, StartError, Unsupported, World,
};

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
        let backgrounds = Phases::of(world.rule).backgrounds;
        let Some(phase) = backgrounds.iter().position(|&state| state == background) else {
            let state = if background { "alive" } else { "dead" };
            return Err(StartError {
                message: format!("by {} the cells far away are never {state}", world.rule),
                remedy: "start from the other background".to_owned(),
            });
        };
        let built = Self::new(options, world.rule, cells.flat_map(places_of));
        let engine = built.map_err(|error| StartError {
            message: error.to_string(),
            remedy: "take a smaller pattern, or more memory".to_owned(),
        })?;
        Ok(engine.at(generation).in_phase(phase))
    }
}

/// The cells of a run.
fn places_of(run: Run) -> impl Iterator<Item = Place> {
    let after = move |&x: &Coordinate| x.checked_add(Coordinate::ONE).filter(|&x| x <= run.last);
    std::iter::successors(Some(run.first), after).map(move |x| Place { x, y: run.y })
}
