//! The engine: one of two, and what it takes to change.

use std::fmt;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use lifelab_core::{
    Advance, CancellationToken, Count, EditError, Engine, EngineFactory, EngineStart, EngineWork,
    Place, QuadNode, QuadtreeStart, Raster, Rectangle, Run, StartError, StateHash, StepError,
    Universe, Unsupported, View, World,
};
use lifelab_hashlife::HashLife;
use serde::{Deserialize, Serialize};

use crate::kind::{self, Kind};
use crate::pace::Pace;
use crate::rival::Rival;

/// Options of [`Auto`]: those of the two engines.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Options of the tiles.
    pub tiles: lifelab_tiles::Options,
    /// Options of HashLife.
    pub hashlife: lifelab_hashlife::Options,
}

/// An engine of the plane that is either of two, whichever is faster.
pub struct Auto {
    options: Options,
    kind: Kind,
    engine: Box<dyn Engine>,
    /// The other engine, where it was left.
    rival: Option<Rival>,
    pace: Pace,
    history: Vec<Change>,
    /// Whether the other engine takes over, whatever the clock says: for tests.
    #[cfg(test)]
    script: Option<Box<dyn FnMut() -> bool + Send>>,
}

/// A change of engines.
struct Change {
    generation: Count,
    to: Kind,
    /// How many times as fast it was in its trial.
    ratio: f64,
}

/// How many times as fast the other engine must be. What has order is for HashLife by much more than that, and
/// what has a quiet moment only for a moment.
const GAIN: f64 = 5.0;

/// Changes that are remembered; later ones are counted in the last place.
const MOST_CHANGES: usize = 64;

impl Auto {
    fn starting(options: Options, kind: Kind, engine: Box<dyn Engine>) -> Self {
        let pace = match kind {
            Kind::Tiles => Pace::at_the_start(),
            Kind::HashLife => Pace::new(), // There was a reason to choose it.
        };
        let history = Vec::new();
        Self {
            options,
            kind,
            engine,
            rival: None,
            pace,
            history,
            #[cfg(test)]
            script: None,
        }
    }

    /// Lets the other engine try, and take over if it is faster. Returns how far it has come then.
    fn change(&mut self, most: Count, stop: &CancellationToken) -> Option<Count> {
        let budget = self.budget(most)?;
        self.pace.put_off();
        let now = self.generation();
        let begin = Instant::now();
        let mut rival = match self.rival.take().filter(|rival| !rival.is_lost(now)) {
            Some(rival) => rival,
            None => Rival::new(self.kind.other().copy(&self.options, &*self.engine, budget)?),
        };
        let copied = begin.elapsed();
        let goal = now.checked_add(most).unwrap_or(Count::MAX);
        // A copy that was longer in coming than expected is given a chance all the same.
        rival.run(goal, budget.saturating_sub(copied).max(copied), stop);
        let gone = rival.generation().checked_sub(now).filter(|gone| !gone.is_zero());
        let rate = rival.rate();
        let ratio = rate / self.pace.rate();
        // Before the start there is nothing to compare with: there it must come to the end.
        let is_faster = match self.pace.is_new() {
            true => rival.generation() == goal,
            false => ratio >= self.least_ratio(),
        };
        let Some(gone) = gone.filter(|_| is_faster) else {
            self.rival = Some(rival);
            return None;
        };
        if !self.pace.is_new() {
            let change = Change { generation: now, to: self.kind.other(), ratio };
            self.history.truncate(MOST_CHANGES - 1);
            self.history.push(change);
        }
        (self.kind, self.engine, self.pace) =
            (self.kind.other(), rival.engine, Pace::after(self.pace, rate));
        Some(gone)
    }

    /// How long the other engine may try, if it should.
    fn trial(&self, most: Count) -> Option<Duration> {
        if !self.pace.is_due() {
            return None;
        }
        let now = self.generation();
        let is_near = self.rival.as_ref().is_some_and(|rival| !rival.is_lost(now));
        let copying = if is_near { Duration::ZERO } else { kind::copying(&*self.engine) };
        self.pace.trial(most, copying)
    }

    #[cfg(not(test))]
    fn budget(&mut self, most: Count) -> Option<Duration> {
        self.trial(most)
    }

    #[cfg(not(test))]
    fn least_ratio(&self) -> f64 {
        GAIN
    }

    #[cfg(test)]
    fn budget(&mut self, most: Count) -> Option<Duration> {
        match &mut self.script {
            Some(changes) => changes().then_some(Duration::from_secs(3600)),
            None => self.trial(most),
        }
    }

    #[cfg(test)]
    fn least_ratio(&self) -> f64 {
        if self.script.is_some() { 0.0 } else { GAIN }
    }
}

impl EngineFactory for Auto {
    const NAME: &'static str = "auto";
    const SUMMARY: &'static str =
        "tiles or hashlife, whichever is faster: it tries the other one now and then, and changes";
    type Options = Options;

    fn supports(options: &Options, world: &World, work: EngineWork) -> Result<(), Unsupported> {
        work.refuse(Self::NAME)?;
        world.refuse_edges(Self::NAME)?;
        lifelab_tiles::TileEngine::supports(&options.tiles, world, work)?;
        lifelab_hashlife::HashLife::supports(&options.hashlife, world, work)
    }

    fn build(options: Options, world: World, start: EngineStart<'_>) -> Result<Self, StartError> {
        let engine = Kind::Tiles.build(&options, world.rule, start)?;
        Ok(Self::starting(options, Kind::Tiles, engine))
    }

    /// Starts with HashLife, for tiles would need a list of the cells.
    fn build_from_quadtree(
        options: Options,
        world: World,
        start: QuadtreeStart<'_>,
    ) -> Option<Result<Self, StartError>> {
        let built = HashLife::build_from_quadtree(options.hashlife, world, start)?;
        Some(built.map(|engine| Self::starting(options, Kind::HashLife, Box::new(engine))))
    }
}

impl Engine for Auto {
    fn advance(&mut self, most: Count, stop: &CancellationToken) -> Result<Advance, StepError> {
        if let Some(generations) = self.change(most, stop) {
            return Ok(Advance { generations, ..Advance::default() });
        }
        let start = Instant::now();
        let advance = self.engine.advance(most, stop)?;
        self.pace.note(advance.generations, start.elapsed());
        Ok(advance)
    }

    fn check_count(&self, generations: Count) -> Result<(), StepError> {
        self.engine.check_count(generations)
    }

    fn edit(&mut self, cells: &[(Place, bool)]) -> Result<(), EditError> {
        self.rival = None;
        self.engine.edit(cells)
    }

    fn footprint(&self) -> u64 {
        self.engine.footprint() + self.rival.as_ref().map_or(0, |rival| rival.engine.footprint())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![match self.history.first() {
            None => format!("{} computed all of it", self.kind),
            Some(first) => {
                format!("{} began, until generation {}", first.to.other(), first.generation)
            }
        }];
        notes.extend(self.history.iter().map(|Change { generation, to, ratio }| {
            format!(
                "{to} took over in generation {generation}, for it was {ratio:.1} times as fast"
            )
        }));
        notes
    }
}

impl Universe for Auto {
    fn world(&self) -> World {
        self.engine.world()
    }

    fn generation(&self) -> Count {
        self.engine.generation()
    }

    fn population(&self) -> Count {
        self.engine.population()
    }

    fn bounds(&self) -> Option<Rectangle> {
        self.engine.bounds()
    }

    fn background(&self) -> bool {
        self.engine.background()
    }

    fn visit(
        &self,
        window: Option<Rectangle>,
        visit: &mut dyn FnMut(Run) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.engine.visit(window, visit)
    }

    fn read(&self, view: View, raster: &mut Raster) {
        self.engine.read(view, raster);
    }

    fn walk(&self, visit: &mut dyn FnMut(QuadNode) -> ControlFlow<()>) -> Option<ControlFlow<()>> {
        self.engine.walk(visit)
    }

    fn fingerprint(&self) -> StateHash {
        self.engine.fingerprint()
    }
}

impl fmt::Debug for Auto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("Auto").field("kind", &self.kind))
            .field("generation", &self.generation())
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::Rule;
    use lifelab_core::seeded;
    use lifelab_core::testing::{SetEngine, engine_laws};

    fn build(rule: Rule, cells: &[(i64, i64)]) -> Auto {
        let mut cells: Vec<_> = cells.iter().map(|&(x, y)| (y, x)).collect();
        cells.sort_unstable();
        let run = |(y, x): (i64, i64)| Run::alive(y.into(), x.into(), x.into());
        let mut runs = cells.into_iter().map(run);
        let world = World { rule, bounds: None };
        Auto::build(
            Options::default(),
            world,
            EngineStart::of_pattern(rule, Count::ZERO, &mut runs),
        )
        .expect("it fits")
    }

    /// An engine that changes by a script of its own: in every third hop, on average.
    fn restless(rule: Rule, cells: &[(i64, i64)]) -> Auto {
        let mut auto = build(rule, cells);
        let mut hops = 0;
        auto.script = Some(Box::new(move || {
            hops += 1;
            seeded::hash(&[hops]).is_multiple_of(3)
        }));
        auto
    }

    #[test]
    fn it_obeys_the_laws_of_planes() {
        engine_laws::check_plane("auto", &|rule, cells| Box::new(build(rule, cells)));
        engine_laws::check_plane("restless", &|rule, cells| Box::new(restless(rule, cells)));
    }

    #[test]
    fn whoever_computes_the_cells_are_the_same() {
        let cells: Vec<(i64, i64)> = (0..400)
            .filter(|n| seeded::hash(&[*n]).is_multiple_of(3))
            .map(|n| (n as i64 % 20, n as i64 / 20))
            .collect();
        for rule in ["B3/S23", "B36/S23", "B03/S23", "B2/S"] {
            let rule: Rule = rule.parse().expect("a rule");
            let (mut auto, mut expected) =
                (restless(rule, &cells), SetEngine::new(rule, cells.clone()));
            let stop = CancellationToken::new();
            for generations in [1_u64, 2, 3, 5, 8, 13, 20] {
                let goal = auto.generation().checked_add(generations.into()).expect("few");
                while auto.generation() < goal {
                    auto.advance(goal.saturating_sub(auto.generation()), &stop)
                        .expect("it goes on");
                }
                while expected.generation() < goal {
                    expected.advance(Count::ONE, &stop).expect("it goes on");
                }
                assert_eq!(auto.fingerprint(), expected.fingerprint(), "{rule} {goal}");
            }
            assert!(auto.notes().len() > 2, "{:?}", auto.notes());
        }
    }

    #[test]
    fn it_tells_who_computed() {
        let mut auto = build(Rule::LIFE, &[(0, 0), (1, 0), (2, 0)]);
        assert_eq!(auto.notes(), ["tiles computed all of it"]);
        let stop = CancellationToken::new();
        auto.advance(10.into(), &stop).expect("too few to try for");
        auto.script = Some(Box::new(|| true));
        auto.advance(10.into(), &stop).expect("it goes on");
        let notes = auto.notes();
        let changed = auto.history[0].generation;
        assert_eq!(notes[0], format!("tiles began, until generation {changed}"));
        let start = format!("hashlife took over in generation {changed}, for it was ");
        assert!(notes[1].starts_with(&start), "{notes:?}");

        let mut early = build(Rule::LIFE, &[(0, 0), (1, 0), (2, 0)]);
        early.script = Some(Box::new(|| true));
        early.advance(10.into(), &stop).expect("it goes on");
        assert_eq!(
            (early.notes(), early.generation()),
            (vec!["hashlife computed all of it".into()], 10.into())
        );
    }
}
