//! An engine of your own: a plane without edges, as a sorted set of cells.
//!
//! What is needed: a universe that can be looked at, a way to take it forward, and a factory by which it
//! is built by name. Runs, observers, pictures, cycles and checkpoints come with it.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use lifelab::core::{
    Advance, Counts, EditError, EngineFactory, EngineStart, EngineWork, Place, Rectangle, Run,
    StartError, StepErrorKind, Unsupported, World,
};
use lifelab::{
    CancellationToken, Count, Engine, EngineEntry, EngineSpec, Rule, Simulation, StateHash,
    StepError, Universe,
};

/// The cells of a plane by row and column. Rules with B0 would light all of it, so it refuses them.
struct Sorted {
    rule: Rule,
    generation: Count,
    cells: BTreeSet<(i64, i64)>,
}

impl Universe for Sorted {
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
        self.cells.iter().map(|&at| cell(at)).reduce(Rectangle::union)
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

impl Engine for Sorted {
    fn advance(&mut self, _most: Count, stop: &CancellationToken) -> Result<Advance, StepError> {
        self.check_count(Count::ONE)?;
        let next = self.generation.checked_add(Count::ONE).unwrap_or(Count::MAX);
        stop.check().map_err(|reason| StepError::new(next, StepErrorKind::Stopped(reason)))?;
        let mut neighbors: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        for &(y, x) in &self.cells {
            for (dy, dx) in (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dy, dx))) {
                *neighbors.entry((y + dy, x + dx)).or_default() += usize::from((dy, dx) != (0, 0));
            }
        }
        let lives = |(at, neighbors): ((i64, i64), usize)| {
            let is_alive = self.cells.contains(&at);
            let Counts { births, survivals } = self.rule.counts().expect("no other is supported");
            let counts = if is_alive { survivals } else { births };
            (counts >> neighbors & 1 == 1).then_some(at)
        };
        self.cells = neighbors.into_iter().filter_map(lives).collect();
        self.generation = next;
        Ok(Advance { generations: Count::ONE, ..Advance::default() })
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        let place = |place: Place| place.y.to_i64().zip(place.x.to_i64());
        let find = |&(at, alive)| Ok((place(at).ok_or(EditError::Outside(at))?, alive));
        let cells = cells.iter().map(find).collect::<Result<Vec<_>, EditError>>()?;
        for (at, alive) in cells {
            if alive {
                self.cells.insert(at)
            } else {
                self.cells.remove(&at)
            };
        }
        Ok(())
    }

    fn footprint(&self) -> u64 {
        (self.cells.len() * size_of::<(i64, i64)>()) as u64
    }
}

impl EngineFactory for Sorted {
    const NAME: &'static str = "sorted";
    const SUMMARY: &'static str = "the plane as a sorted set of cells";
    type Options = (); // A struct with serde's traits, if there are any.

    fn supports(_: &(), world: &World, work: EngineWork) -> Result<(), Unsupported> {
        work.refuse(Self::NAME)?;
        world.refuse_edges(Self::NAME)?;
        world.refuse_arrangements(Self::NAME)?;
        match world.rule.keeps_the_dead() {
            true => Ok(()),
            false => Err(Unsupported {
                message: "the engine sorted has no plane full of live cells".to_owned(),
                remedy: "take a rule without B0".to_owned(),
            }),
        }
    }

    fn build(_: (), world: World, start: EngineStart<'_>) -> Result<Self, StartError> {
        let mut cells = BTreeSet::new();
        for run in start.cells {
            let ends = (run.y.to_i64(), run.first.to_i64(), run.last.to_i64());
            let (Some(y), Some(first), Some(last)) = ends else {
                return Err(StartError {
                    message: format!("the cells of row {} lie too far away", run.y),
                    remedy: "take columns and rows of 64 bits".to_owned(),
                });
            };
            cells.extend((first..=last).map(|x| (y, x)));
        }
        Ok(Self { rule: world.rule, generation: start.generation, cells })
    }
}

/// A rectangle of one cell.
fn cell((y, x): (i64, i64)) -> Rectangle {
    let (x, y) = (x.into(), y.into());
    Rectangle { left: x, top: y, right: x, bottom: y }
}

/// Its row, as in the table [`ENGINES`](lifelab::ENGINES).
static SORTED: EngineEntry = EngineEntry::of::<Sorted>();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let glider = Simulation::builder().named("glider");
    let mut glider = glider.engine_spec(EngineSpec::of(&SORTED, "()")?).build()?;
    let cycle = glider.run_until_stable(100, &mut |_| ControlFlow::Continue(()))?;
    let velocity = cycle.and_then(|cycle| cycle.velocity()).ok_or("a glider moves")?;
    assert_eq!(velocity.to_string(), "c/4 diagonal");
    glider.run(400)?;
    assert_eq!(glider.population(), 5, "nothing is in its way");
    println!("{velocity}, and at {:?} after {}", glider.bounding_box(), glider.generation());
    Ok(())
}

#[test]
fn it_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
