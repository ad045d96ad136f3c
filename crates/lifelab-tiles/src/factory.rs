//! The engine by name.

use lifelab_core::{
    EditError, EngineFactory, EngineStart, EngineWork, Position, StartError, Unsupported, World,
};

use crate::engine::TileEngine;
use crate::law::Law;
use crate::options::Options;

impl EngineFactory for TileEngine {
    const NAME: &'static str = "tiles";
    const SUMMARY: &'static str = "the plane without edges as sparse tiles, simulated directly";
    type Options = Options;

    fn supports(_: &Options, world: &World, work: EngineWork) -> Result<(), Unsupported> {
        work.refuse(Self::NAME)?;
        world.refuse_edges(Self::NAME)?;
        world.refuse_arrangements(Self::NAME)
    }

    fn build(options: Options, world: World, start: EngineStart<'_>) -> Result<Self, StartError> {
        let law = Law::of(world.rule);
        let odd = law.takes_turns() && start.background;
        if law.background(odd) != start.background {
            let state = if start.background { "live" } else { "dead" };
            return Err(StartError {
                message: format!("by {} the cells far away cannot be {state}", world.rule),
                remedy: "take another rule, or the cells of a generation that it has".to_owned(),
            });
        }
        let mut far = None;
        let cells = start.cells.map_while(|run| {
            let ends = run.y.to_i64().zip(run.first.to_i64()).zip(run.last.to_i64());
            far = ends.is_none().then_some(run);
            let ((y, first), last) = ends?;
            Some((first..=last).map(move |x| Position { x, y }))
        });
        let built = Self::from_cells(law, odd, start.generation, cells.flatten(), options);
        let refused = |message, remedy: &str| StartError { message, remedy: remedy.to_owned() };
        if let Some(run) = far {
            let message = format!("the cells of row {} lie too far away", run.y);
            return Err(refused(message, "take columns and rows of 64 bits"));
        }
        built.map_err(|error| match error {
            EditError::Outside(_) => refused(error.to_string(), "take columns and rows of 64 bits"),
            _ => refused(error.to_string(), "allow more memory"),
        })
    }
}
