//! The engines by name: the one table from which parsing, help, listings and tests derive.

use std::fmt;

use lifelab_core::{Engine, EngineFactory, EngineStart, EngineWork, QuadtreeStart, Rule, World};

use crate::error::{Error, SpecError};
use crate::memory;
use crate::notation;
use crate::spec::{EngineSpec, Row, refuse};

/// All engines, the default first: [`finite`](EngineEntry::FINITE), which alone drives steppers and has
/// cells that wait. The others in the order in which they are taken where nobody names one.
pub const ENGINES: &[EngineEntry] = &[
    EngineEntry::FINITE,
    #[cfg(feature = "auto")]
    EngineEntry::of::<lifelab_auto::Auto>(),
    #[cfg(feature = "tiles")]
    EngineEntry::of::<lifelab_tiles::TileEngine>(),
    #[cfg(feature = "hashlife")]
    EngineEntry::of::<lifelab_hashlife::HashLife>(),
    // The reference, for the tests of what has no grid.
    #[cfg(test)]
    EngineEntry::of::<lifelab_core::testing::SetEngine>(),
];

/// An engine that can be built by name.
#[derive(Clone, Copy)]
pub struct EngineEntry {
    name: &'static str,
    summary: &'static str,
    defaults: fn() -> String,
    check: fn(&str) -> Result<(), SpecError>,
    /// `None` for the finite engine, which is made of a grid, a stepper and cell I/O.
    factory: Option<Factory>,
}

/// What is asked of an engine's [`EngineFactory`], the options in RON.
#[derive(Clone, Copy)]
struct Factory {
    supports: fn(&str, &World, EngineWork) -> Result<(), Error>,
    build: fn(&str, World, EngineStart<'_>) -> Built,
    build_from_quadtree: fn(&str, World, QuadtreeStart<'_>) -> BuiltFromSquares,
}

/// An engine, or why there is none.
type Built = Result<Box<dyn Engine>, Error>;

/// An engine that has taken squares, or none that takes them, or what went wrong.
type BuiltFromSquares = Result<Option<Box<dyn Engine>>, Error>;

impl EngineEntry {
    /// A grid, taken forward by a stepper.
    pub const FINITE: Self = Self {
        name: "finite",
        summary: "a grid, taken forward by one of the steppers; its cells can wait",
        defaults: || "()".to_owned(),
        check: |options| notation::read(options).map(|Nothing {}| ()).map_err(refuse_finite),
        factory: None,
    };

    /// The entry of an engine: its own row, which a registry of other engines can have too.
    pub const fn of<E: EngineFactory>() -> Self {
        Self {
            name: E::NAME,
            summary: E::SUMMARY,
            defaults: defaults::<E>,
            check: |options| options_of::<E>(options).map(drop),
            factory: Some(Factory {
                supports: supports::<E>,
                build: build::<E>,
                build_from_quadtree: build_from_quadtree::<E>,
            }),
        }
    }

    /// Its name, in snake case.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in one line.
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// All its options with their default values, in RON: `(memory: "1GiB", ...)`.
    pub fn defaults(&self) -> String {
        (self.defaults)()
    }
}

impl Row for EngineEntry {
    const WHAT: &'static str = "engine";
    const ALL: &'static [Self] = ENGINES;

    fn name(&self) -> &'static str {
        self.name
    }

    fn defaults(&self) -> String {
        (self.defaults)()
    }

    fn check(&self, options: &str) -> Result<(), SpecError> {
        (self.check)(options)
    }
}

impl EngineSpec {
    /// The engine for a plane without edges where no cell waits and nobody asks for a stepper: `auto`, if this
    /// build has it and it knows the rule; `None` if only `finite` does.
    ///
    /// ```
    /// use lifelab::{EngineSpec, Rule, Simulation};
    ///
    /// let engine = EngineSpec::of_plane(Rule::LIFE).expect("a build with all features has some");
    /// let mut gun = Simulation::builder().named("gosper-glider-gun").engine_spec(engine).build()?;
    /// gun.run(3_000_000)?;
    /// assert_eq!(gun.population(), 36 + 5 * 100_000);
    /// # Ok::<(), lifelab::Error>(())
    /// ```
    pub fn of_plane(rule: Rule) -> Option<Self> {
        let world = World { rule, bounds: None };
        let specs = ENGINES.iter().filter_map(|entry| Self::of(entry, "").ok());
        specs
            .filter(|spec| !spec.is_finite())
            .find(|spec| spec.supports(&world, EngineWork::default()).is_ok())
    }

    /// Whether this is the engine that is made of a grid, a stepper and cell I/O.
    pub fn is_finite(&self) -> bool {
        self.row().factory.is_none()
    }

    /// Whether the engine computes such a world and does such work, without starting one.
    ///
    /// # Errors
    /// What it does not do, and what to do instead.
    pub fn supports(&self, world: &World, work: EngineWork) -> Result<(), Error> {
        match self.row().factory {
            None => Ok(()),
            Some(factory) => (factory.supports)(&self.options(), world, work),
        }
    }

    /// Builds the engine, if it has no stepper.
    pub(crate) fn build(&self, world: World, start: EngineStart<'_>) -> Built {
        match self.row().factory {
            None => Err(needs_stepper()),
            Some(factory) => (factory.build)(&self.options_within_memory(), world, start),
        }
    }

    /// Builds the engine from squares; `None` if it has no use for them.
    pub(crate) fn build_from_quadtree(
        &self,
        world: World,
        start: QuadtreeStart<'_>,
    ) -> BuiltFromSquares {
        match self.row().factory {
            None => Ok(None),
            Some(factory) => {
                (factory.build_from_quadtree)(&self.options_within_memory(), world, start)
            }
        }
    }

    /// The options, in RON, in which limits of memory that are not set are not above what is available.
    fn options_within_memory(&self) -> String {
        memory::lowered(&self.options(), &self.row().defaults(), memory::available())
    }
}

/// What to say where an engine is needed that has no stepper.
fn needs_stepper() -> Error {
    let message = "the engine finite is made of a grid and a stepper".to_owned();
    Error::Setup { message, remedy: "take an engine of the plane" }
}

impl fmt::Debug for EngineEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EngineEntry").field(&self.name).finish()
    }
}

/// The options of the finite engine, whose stepper has them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn refuse_finite(mistake: notation::Mistake) -> SpecError {
    refuse(EngineEntry::WHAT, EngineEntry::FINITE.name, mistake)
}

fn options_of<E: EngineFactory>(options: &str) -> Result<E::Options, SpecError> {
    notation::read(options).map_err(|mistake| refuse(EngineEntry::WHAT, E::NAME, mistake))
}

fn defaults<E: EngineFactory>() -> String {
    notation::to_line(&E::Options::default()).expect("options are plain data")
}

fn supports<E: EngineFactory>(options: &str, world: &World, work: EngineWork) -> Result<(), Error> {
    Ok(E::supports(&options_of::<E>(options)?, world, work)?)
}

fn build<E: EngineFactory>(options: &str, world: World, start: EngineStart<'_>) -> Built {
    let engine = E::build(options_of::<E>(options)?, world, start);
    let engine = engine.map_err(|error| Error::StartEngine { name: E::NAME, error })?;
    Ok(Box::new(engine))
}

fn build_from_quadtree<E: EngineFactory>(
    options: &str,
    world: World,
    start: QuadtreeStart<'_>,
) -> BuiltFromSquares {
    let Some(engine) = E::build_from_quadtree(options_of::<E>(options)?, world, start) else {
        return Ok(None);
    };
    let engine = engine.map_err(|error| Error::StartEngine { name: E::NAME, error })?;
    Ok(Some(Box::new(engine)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_read_and_printed() {
        for (text, canonical) in [
            ("finite", "finite"),
            ("finite()", "finite"),
            ("set ( most_cells: 12, )", "set(most_cells: 12)"),
        ] {
            assert_eq!(text.parse::<EngineSpec>().unwrap().to_string(), canonical);
        }
        for entry in ENGINES {
            let all = format!("{}{}", entry.name(), entry.defaults());
            all.parse::<EngineSpec>().unwrap_or_else(|error| panic!("{all}: {error}"));
        }
    }

    #[test]
    fn what_is_not_understood_is_answered_in_words() {
        for (text, words) in [
            ("hash", "unknown engine \"hash\", expected one of finite, "),
            ("set(cells: 3)", "set has no option `cells`, only `most_cells`"),
            ("set(most_cells: -3)", "options of set, line 1"),
            ("set(most_cells: 3", "the engine \"set(most_cells: 3\" has no closing parenthesis"),
            ("finite(workers: 3)", "workers"),
        ] {
            let error = text.parse::<EngineSpec>().unwrap_err();
            assert!(error.to_string().contains(words), "{text}: {error}");
            assert_eq!(error.what(), "engine");
        }
    }
}
