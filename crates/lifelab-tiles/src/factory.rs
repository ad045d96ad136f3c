//! The engine by name.

use std::cell::Cell;

use lifelab_core::{
    EngineFactory, EngineStart, EngineWork, Position, Run, StartError, Universe, Unsupported, World,
};

use crate::engine::TileEngine;
use crate::options::Options;

impl EngineFactory for TileEngine {
    const NAME: &'static str = "tiles";
    const SUMMARY: &'static str =
        "the plane as sparse tiles, simulated directly: for what is small, scattered or chaotic";
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
        let remedy = "take the engine hashlife, which has places and memory for more";
        let refused = |message| StartError { message, remedy: remedy.to_owned() };
        let far = Cell::new(None);
        let positions = (&mut start.cells).map_while(|run| {
            let positions = positions(run);
            far.set(positions.is_none().then_some(run));
            positions
        });
        let engine = Self::new(world.rule, start.generation, positions.flatten(), options)
            .map_err(|error| refused(error.to_string()))?;
        if let Some(run) = far.get() {
            return Err(refused(format!("the cells of row {} lie too far away", run.y)));
        }
        start.check_background(engine.background())?;
        Ok(engine)
    }
}

/// The cells of a run; `None` if they have no coordinates of 64 bits.
fn positions(run: Run) -> Option<impl Iterator<Item = Position>> {
    let (y, first, last) = (run.y.to_i64()?, run.first.to_i64()?, run.last.to_i64()?);
    Some((first..=last).map(move |x| Position { x, y }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::testing::engine_laws;

    #[test]
    fn it_is_built_by_name() {
        engine_laws::check_factory::<TileEngine>(&Options::default());
    }
}
