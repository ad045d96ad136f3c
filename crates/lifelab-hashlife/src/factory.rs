//! The engine by name.

use std::iter::successors;

use lifelab_core::{
    Coordinate, EngineFactory, EngineStart, EngineWork, Place, Run, StartError, Universe,
    Unsupported, World,
};

use crate::hash_life::{HashLife, Options};

impl EngineFactory for HashLife {
    const NAME: &'static str = "hashlife";
    const SUMMARY: &'static str =
        "the plane as a tree of squares, each computed once: for what has order, and goes far";
    type Options = Options;

    fn supports(_: &Options, world: &World, work: EngineWork) -> Result<(), Unsupported> {
        work.refuse(Self::NAME)?;
        world.refuse_edges(Self::NAME)?;
        world.refuse_arrangements(Self::NAME)
    }

    fn build(
        options: Options,
        world: World,
        mut start: EngineStart<'_>,
    ) -> Result<Self, StartError> {
        let engine = Self::new(options, world.rule, (&mut start.cells).flat_map(places));
        let engine = engine.map_err(|error| StartError {
            message: error.to_string(),
            remedy: "raise memory".to_owned(),
        })?;
        let engine = engine.at(start.generation);
        start.check_background(engine.background())?;
        Ok(engine)
    }
}

/// The cells of a run.
fn places(run: Run) -> impl Iterator<Item = Place> {
    let next = move |x: &Coordinate| x.checked_add(Coordinate::ONE).filter(|x| *x <= run.last);
    successors(Some(run.first), next).map(move |x| Place { x, y: run.y })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::testing::engine_laws;

    #[test]
    fn it_is_built_by_name() {
        engine_laws::check_factory::<HashLife>(&Options::default());
    }
}
