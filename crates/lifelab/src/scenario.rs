//! Scenarios: a whole run as text, to be repeated exactly.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use lifelab_core::{Count, Rule, Size, Soup, Topology, number};
use lifelab_io::IoSpec;

use crate::error::ScenarioError;
use crate::notation;
use crate::spec::{EngineSpec, StepperSpec};

/// A whole run as data, read from and written as RON. The same scenario gives the same generations
/// on every machine.
///
/// ```
/// use lifelab::{Scenario, Simulation};
///
/// let scenario: Scenario = r#"(
///     start: named("acorn"),
///     size: "64x64",
///     topology: plane,
///     stepper: thread_pool(workers: 8),
///     generations: 20,
/// )"#.parse()?;
/// let mut simulation = Simulation::builder().scenario(&scenario).build()?;
/// simulation.run(scenario.generations)?;
/// # assert_eq!(scenario.to_ron().unwrap().parse::<Scenario>()?, scenario);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What to start from.
    pub start: Start,
    /// The grid's size; see [`Builder::size`](crate::Builder::size) for what happens without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Dead cells on every side of the pattern, instead of a size.
    #[serde(
        default,
        deserialize_with = "number::optional::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub margin: Option<u32>,
    /// What lies beyond the edges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// The rule; the pattern's if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The engine. If none is given, a [`Builder`](crate::Builder) takes `finite`, which alone has a stepper and
    /// cells that wait, and the command line the one that [suits](EngineSpec::of_plane) what it is asked for: the
    /// cells are the same.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "by_name")]
    pub engine: Option<EngineSpec>,
    /// The stepper that computes.
    #[serde(default)]
    pub stepper: StepperSpec,
    /// What every cell waits for.
    #[serde(default)]
    pub io: IoSpec,
    /// How many generations to compute; [`WITHOUT_END`](Self::WITHOUT_END) for a run that something else
    /// ends.
    #[serde(default)]
    pub generations: Count,
}

/// What a scenario starts from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// A pattern of the library.
    Named(String),
    /// A pattern file.
    File(PathBuf),
    /// The text of a pattern file.
    Inline(String),
    /// Random cells.
    Soup(Soup),
}

/// Without the `Some` that an option with text of its own would get.
fn by_name<S: Serializer>(engine: &Option<EngineSpec>, serializer: S) -> Result<S::Ok, S::Error> {
    match engine {
        Some(engine) => engine.serialize(serializer),
        None => serializer.serialize_none(),
    }
}

impl Scenario {
    /// The generations of a run that is ended by something else, such as a state that comes back.
    pub const WITHOUT_END: Count = Count::MAX;

    /// Whether the engine is `finite`, because it is named or because none is.
    pub fn is_finite(&self) -> bool {
        self.engine.as_ref().is_none_or(EngineSpec::is_finite)
    }

    /// A scenario that starts so, and says nothing else.
    pub fn new(start: Start) -> Self {
        Self {
            start,
            size: None,
            margin: None,
            topology: None,
            rule: None,
            engine: None,
            stepper: StepperSpec::default(),
            io: IoSpec::default(),
            generations: Count::ZERO,
        }
    }

    /// The scenario as RON; `None` if it names a path that is not text.
    pub fn to_ron(&self) -> Option<String> {
        notation::to_ron(self)
    }
}

impl FromStr for Scenario {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        notation::from_ron(text)
    }
}
