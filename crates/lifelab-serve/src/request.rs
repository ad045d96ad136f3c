//! What a page can ask for.
//!
//! Nothing here names a file, a program or an address: patterns are those of the library or are sent as
//! text, steppers have a name and a number of workers, and waits are of the kinds listed here. All numbers
//! are checked where they are used.

use serde::{Deserialize, Serialize};

/// What a page can ask for, as JSON with the name of the request under `do`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Show this universe under these steppers, paused.
    Open(Setup),
    /// Run all.
    Run,
    /// Pause all.
    Pause,
    /// Take all this many generations further: digits, of which there may be dozens.
    Step { generations: String },
    /// Take all back to before the last step, run or edit.
    Back,
    /// Take all back to the start.
    Rewind,
    /// Run all at this many generations a second; as fast as possible if there is no number.
    Pace { per_second: Option<u64> },
    /// Give cells another state, in all universes.
    Edit { cells: Vec<(i64, i64, bool)> },
    /// Go on by another rule.
    Rule { rule: String },
    /// Take another stepper in one panel.
    Stepper { panel: usize, stepper: Stepper },
    /// Tell of each cell by whom it was computed, or stop telling.
    Watch { cells: bool },
    /// Send a frame as soon as there is something new to be seen through this view.
    Frame { view: Window },
}

/// What is to be seen.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    pub(crate) universe: Universe,
    pub(crate) io: Io,
    /// One for each panel.
    pub(crate) steppers: Vec<Stepper>,
}

/// A universe to start from.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Universe {
    pub(crate) start: Start,
    /// Columns and rows; those of the pattern, or an endless plane, if there are none.
    pub(crate) size: Option<(u32, u32)>,
    /// What lies beyond the edges, as the command line spells it.
    pub(crate) topology: Option<String>,
    pub(crate) rule: Option<String>,
    /// An engine of the endless plane instead of a grid.
    pub(crate) engine: Option<Engine>,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Start {
    /// A pattern of the library.
    Pattern(String),
    /// The text of a pattern file, in any format.
    Text(String),
    Soup {
        density: f64,
        seed: u64,
    },
}

/// An engine of the plane without edges.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Engine {
    Tiles,
    Hashlife,
    Auto,
}

/// What each cell waits for.
#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Io {
    pub(crate) wait: Wait,
    pub(crate) milliseconds: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wait {
    None,
    /// Always this long.
    Sleep,
    /// This long in the mean, and each cell otherwise.
    Random,
    /// The answer of an echo service that belongs to the simulation.
    Socket,
    /// This long, its thread blocked even where it must not be.
    Block,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stepper {
    pub(crate) name: String,
    /// The stepper's own number if there is none.
    pub(crate) workers: Option<u32>,
}

/// A view: pixels of 2^scale x 2^scale cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    pub(crate) left: i64,
    pub(crate) top: i64,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) scale: u8,
}
