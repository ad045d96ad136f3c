//! The reference engine: an unbounded plane as a set of cells.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Advance, CancellationToken, Coordinate, Count, EditError, Engine, EngineFactory, EngineStart,
    EngineWork, FrozenUniverse, Neighborhood, Place, Rectangle, Rule, Run, StartError, StateHash,
    StepError, StepErrorKind, Universe, Unsupported, World,
};

/// A plane without edges, computed by the definition of the game, a generation in each hop: slow, and
/// obviously right. It is what all engines are tested against, and shows what an engine is.
#[derive(Clone, Debug)]
pub struct SetEngine {
    rule: Rule,
    generation: Count,
    /// The state of all cells far away.
    background: bool,
    /// The cells that differ from it, as rows and columns: in reading order.
    cells: BTreeSet<(i64, i64)>,
}

/// Options of the [`SetEngine`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SetOptions {
    /// The most cells that it starts from.
    #[serde(deserialize_with = "crate::number::deserialize")]
    pub most_cells: u64,
}

impl Default for SetOptions {
    fn default() -> Self {
        Self { most_cells: 1_000_000 }
    }
}

impl SetEngine {
    /// A plane on which these cells, as columns and rows, live in generation 0.
    ///
    /// By a rule with B0 and S8 the plane lives for ever, and the cells are those that do not: the
    /// custom of pattern files.
    pub fn new(rule: Rule, cells: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let background = !rule.keeps_the_dead() && rule.keeps_the_living();
        let cells = cells.into_iter().map(|(x, y)| (y, x)).collect();
        Self { rule, generation: Count::ZERO, background, cells }
    }

    fn is_alive(&self, y: i64, x: i64) -> bool {
        self.cells.contains(&(y, x)) != self.background
    }

    fn step(&mut self) {
        let background = match self.background {
            false => !self.rule.keeps_the_dead(),
            true => self.rule.keeps_the_living(),
        };
        let around =
            |y: i64, x: i64| (-1..=1).flat_map(move |dy| (-1..=1).map(move |dx| (y + dy, x + dx)));
        let touched: BTreeSet<_> = self.cells.iter().flat_map(|&(y, x)| around(y, x)).collect();
        let next = touched.into_iter().filter(|&(y, x)| {
            let row = |y| (0..3).map(|n| u16::from(self.is_alive(y, x - 1 + n)) << n).sum();
            let neighborhood = Neighborhood::from_rows(row(y - 1), row(y), row(y + 1));
            self.rule.next(neighborhood) != background
        });
        self.cells = next.collect();
        self.background = background;
        self.generation = self.generation.checked_add(Count::ONE).expect("far from the end");
    }
}

impl Universe for SetEngine {
    fn world(&self) -> World {
        World { rule: self.rule, bounds: None }
    }

    fn generation(&self) -> Count {
        self.generation
    }

    fn population(&self) -> Count {
        (self.cells.len() as u64).into()
    }

    fn bounds(&self) -> Option<Rectangle> {
        let rectangle = |&(y, x): &(i64, i64)| {
            let (x, y) = (Coordinate::from(x), Coordinate::from(y));
            Rectangle { left: x, top: y, right: x, bottom: y }
        };
        self.cells.iter().map(rectangle).reduce(Rectangle::union)
    }

    fn background(&self) -> bool {
        self.background
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut cells = self.cells.iter().copied().peekable();
        while let Some((y, first)) = cells.next() {
            let mut last = first;
            while cells.next_if_eq(&(y, last + 1)).is_some() {
                last += 1;
            }
            let run = Run::alive(y.into(), first.into(), last.into());
            if let Some(run) = window.map_or(Some(run), |window| window.clip(run)) {
                visit(run)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn fingerprint(&self) -> StateHash {
        StateHash::of_cells(self)
    }
}

impl Engine for SetEngine {
    fn advance(&mut self, _most: Count, stop: &CancellationToken) -> Result<Advance, StepError> {
        self.check_count(Count::ONE)?;
        let next = self.generation.checked_add(Count::ONE).unwrap_or(Count::MAX);
        let stopped = |reason| StepError::new(next, StepErrorKind::Stopped(reason));
        stop.check().map_err(stopped)?;
        self.step();
        Ok(Advance { generations: Count::ONE, ..Advance::default() })
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        let cell = |place: Place| place.y.to_i64().zip(place.x.to_i64());
        if let Some((place, _)) = cells.iter().find(|(place, _)| cell(*place).is_none()) {
            return Err(EditError::Outside(*place));
        }
        for &(place, alive) in cells {
            let Some(cell) = cell(place) else { continue };
            if alive == self.background {
                self.cells.remove(&cell);
            } else {
                self.cells.insert(cell);
            }
        }
        Ok(())
    }

    fn freeze(&self) -> Option<FrozenUniverse> {
        Some(Arc::new(self.clone()))
    }

    fn restore(&mut self, frozen: &dyn Universe) -> bool {
        let mut before = Self { cells: BTreeSet::new(), ..self.clone() };
        let generation = frozen.generation();
        let is_whole = frozen.visit(None, &mut |run| {
            let run = (run.y.to_i64(), run.first.to_i64(), run.last.to_i64());
            let (Some(y), Some(first), Some(last)) = run else { return ControlFlow::Break(()) };
            before.cells.extend((first..=last).map(|x| (y, x)));
            ControlFlow::Continue(())
        });
        if is_whole.is_continue() {
            *self = Self { generation, background: frozen.background(), ..before };
        }
        is_whole.is_continue()
    }

    fn footprint(&self) -> u64 {
        (self.cells.len() * size_of::<(i64, i64)>()) as u64
    }
}

impl EngineFactory for SetEngine {
    const NAME: &'static str = "set";
    const SUMMARY: &'static str = "the plane as a set of cells: slow, and obviously right";
    type Options = SetOptions;

    fn supports(_: &SetOptions, world: &World, work: EngineWork) -> Result<(), Unsupported> {
        work.refuse(Self::NAME)?;
        world.refuse_edges(Self::NAME)?;
        world.refuse_dying(Self::NAME)
    }

    fn build(
        options: SetOptions,
        world: World,
        start: EngineStart<'_>,
    ) -> Result<Self, StartError> {
        let mut engine = Self::new(world.rule, []);
        (engine.generation, engine.background) = (start.generation, start.background);
        for run in start.cells {
            let ends = (run.y.to_i64(), run.first.to_i64(), run.last.to_i64());
            let (Some(y), Some(first), Some(last)) = ends else {
                return Err(StartError {
                    message: format!("the cells of row {} lie too far away", run.y),
                    remedy: "take columns and rows of 64 bits".to_owned(),
                });
            };
            if run.length() > options.most_cells.saturating_sub(engine.cells.len() as u64) {
                return Err(StartError {
                    message: format!("there are more than {} cells", options.most_cells),
                    remedy: "raise most_cells".to_owned(),
                });
            }
            engine.cells.extend((first..=last).map(|x| (y, x)));
        }
        Ok(engine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(engine: &mut SetEngine, generations: u64) -> (Count, Option<Rectangle>) {
        for _ in 0..generations {
            engine.advance(Count::ONE, &CancellationToken::new()).expect("nothing stops it");
        }
        (engine.population(), engine.bounds())
    }

    #[test]
    fn a_glider_leaves_without_end() {
        let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];
        let mut engine = SetEngine::new(Rule::LIFE, glider);
        let (population, bounds) = after(&mut engine, 400);
        assert_eq!(population, 5);
        let corner = bounds.expect("it lives");
        assert_eq!((corner.left, corner.top), (100.into(), 100.into()));
    }

    /// The reference values' `b0-single-cell` and the like say so, too.
    #[test]
    fn a_background_with_b0_blinks() {
        let rule = "B0123478/S01234678".parse().expect("a rule");
        let mut always = SetEngine::new(rule, [(0, 0), (1, 0), (2, 0)]);
        assert!(always.background());
        assert_eq!(after(&mut always, 2).0, 3, "a blinker of dead cells, as by B3/S23");
        assert!(always.background());

        let mut blinking = SetEngine::new("B0/S".parse().expect("a rule"), [(0, 0)]);
        assert!(!blinking.background());
        after(&mut blinking, 1);
        assert!(blinking.background());
    }
}
