//! `lifelab view`: a universe, live, in the terminal.

use std::env;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;

use lifelab::live::{Live, Pace, Recipe};
use lifelab::{Scenario, Size, Soup, Start};
use lifelab_view::{Colors, Depth, Ended, Glyphs, Options};

use crate::failure::{Exit, Failure};
use crate::run::args::{EndArgs, StartArgs, UniverseArgs, WorkArgs};
use crate::run::plan::{Plan, Unnamed};
use crate::values::whole;

/// Watch a universe live in the terminal
///
/// Shows the glider gun if nothing is named. Press `?` for the keys: Enter runs and pauses, Space goes one
/// generation, + and - change the pace, arrows and [ ] move and zoom, E edits, S takes the next stepper, Q
/// quits. The mouse moves (left), edits (right) and zooms (wheel).
///
/// Colors follow COLORTERM and TERM; with NO_COLOR there are none.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    start: StartArgs,
    #[command(flatten)]
    universe: UniverseArgs,
    #[command(flatten)]
    work: WorkArgs,
    #[command(flatten)]
    view: ViewArgs,
}

/// How to view.
#[derive(clap::Args)]
#[command(next_help_heading = "View")]
struct ViewArgs {
    /// What to draw with: half blocks, which all fonts have; Braille, for an overview; or octants, which
    /// are new in Unicode 16
    #[arg(
        long,
        value_name = "half|braille|octants",
        default_value = "half",
        hide_possible_values = true
    )]
    glyphs: GlyphsArg,

    /// What the colors of cells say: for how long they have lived; which worker has computed them, while
    /// cells wait; or nothing
    #[arg(
        long,
        value_name = "age|worker|none",
        default_value = "age",
        hide_possible_values = true
    )]
    colors: ColorsArg,

    /// Generations a second, or `full` for as many as possible
    #[arg(long, value_name = "N|full", default_value = "20", value_parser = speed)]
    #[arg(allow_negative_numbers = true)]
    speed: Pace,

    /// Start with a pause
    #[arg(long)]
    paused: bool,

    /// Never end: when a soup has settled, show the next one. Without a --soup they have the size of the
    /// terminal
    #[arg(long, conflicts_with_all = ["pattern", "scenario"])]
    endless: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum GlyphsArg {
    Half,
    Braille,
    Octants,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ColorsArg {
    Age,
    Worker,
    None,
}

/// The density of soups if none is given: they live longest at about this one.
const DENSITY: f64 = 0.37;

/// What is shown if nothing is named: the glider gun, and some way for its gliders.
const GUN: (&str, u32, u32) = ("gosper-glider-gun", 80, 60);

/// There its gliders end at the edge. On a torus they would come back and hit it.
const GLIDERS_END: &str = "plane";

pub(crate) fn perform(args: &Args) -> Result<(), Failure> {
    if !lifelab_view::has_terminal() {
        return Err(Failure::usage(
            "`lifelab view` draws on a terminal, and standard output is none; `lifelab run --show` draws \
             the last generation anywhere",
        ));
    }
    let glyphs = args.view.glyphs();
    let plan = plan(args, glyphs)?;
    let next = next_soups(&plan);
    // Before the terminal is taken over: errors are told as always.
    let live = Live::start(plan.into_recipe())?;
    let options = Options {
        glyphs,
        colors: args.view.colors(),
        depth: Depth::of_environment(|name| env::var_os(name)),
        pace: args.view.speed,
        is_paused: args.view.paused,
        next,
        endless: args.view.endless,
    };
    let ended = lifelab_view::view(&live, options);
    drop(live); // What it has started ends before it is told how it ended.
    match ended {
        Ok(Ended::Quit) => Ok(()),
        Ok(Ended::Signal) => Err(Failure::new(Exit::Interrupted, "interrupted", "interrupted")),
        Err(error) => Err(Failure::new(
            Exit::Failed,
            "terminal",
            format!("cannot draw on the terminal: {error}"),
        )),
    }
}

/// What is to be viewed; the gun, or a soup as large as the terminal, if nothing is named.
fn plan(args: &Args, glyphs: Glyphs) -> Result<Plan, Failure> {
    let (mut start, mut universe) = (args.start.clone(), args.universe.clone());
    let names_size =
        universe.size.is_some() || universe.margin.is_some() || universe.rule_names_universe();
    if args.view.endless && start.soup.is_none() {
        start.soup = Some(DENSITY);
        if !names_size {
            universe.size = lifelab_view::pixels(glyphs).and_then(|(x, y)| Size::new(x, y));
        }
    } else if start.pattern.is_none() && start.soup.is_none() && start.scenario.is_none() {
        let (name, width, height) = GUN;
        start.pattern = Some(PathBuf::from(name));
        if !names_size {
            universe.size = Size::new(width, height);
            universe.topology = universe.topology.or_else(|| GLIDERS_END.parse().ok());
        }
    }
    // Only a grid shares its states, to which viewers go back, and takes the steppers that they choose.
    Plan::of(&start, &universe, &args.work, &EndArgs::default(), Unnamed::Finite)
}

/// The soups that follow one, with the seeds after its own; none follow a pattern.
fn next_soups(plan: &Plan) -> Option<Box<dyn FnMut() -> Recipe>> {
    let Start::Soup(mut soup) = plan.scenario.start else { return None };
    let (scenario, memory_limit) = (plan.scenario.clone(), plan.memory_limit());
    Some(Box::new(move || {
        soup = Soup { seed: soup.seed.wrapping_add(1), ..soup };
        let scenario = Scenario { start: Start::Soup(soup), ..scenario.clone() };
        Arc::new(Plan::of_soup(scenario, memory_limit).into_recipe())
    }))
}

impl ViewArgs {
    fn glyphs(&self) -> Glyphs {
        match self.glyphs {
            GlyphsArg::Half => Glyphs::HalfBlocks,
            GlyphsArg::Braille => Glyphs::Braille,
            GlyphsArg::Octants => Glyphs::Octants,
        }
    }

    fn colors(&self) -> Colors {
        match self.colors {
            ColorsArg::Age => Colors::Age,
            ColorsArg::Worker => Colors::Worker,
            ColorsArg::None => Colors::None,
        }
    }
}

fn speed(text: &str) -> Result<Pace, String> {
    match text {
        "full" => Ok(Pace::Full),
        text => whole::<NonZeroU64>(text)
            .map(Pace::PerSecond)
            .map_err(|error| format!("{error}, or `full`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_or_full() {
        assert_eq!(speed("full"), Ok(Pace::Full));
        assert_eq!(speed("1k"), Ok(Pace::PerSecond(NonZeroU64::new(1000).unwrap())));
        for text in ["0", "-3", "fast"] {
            assert!(speed(text).unwrap_err().ends_with("or `full`"), "{text}");
        }
    }
}
