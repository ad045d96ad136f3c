//! Scenario files.

use std::path::Path;
use std::str::FromStr;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use lifelab::io::{Service, SocketSpec, Wait};
use lifelab::patterns::WholeFile;
use lifelab::{IoSpec, Scenario, ScenarioError, StepperSpec};
use lifelab_bench::Suite;

use crate::failure::{Drawing, Exit, Failure, Place};
use crate::text_file;
use crate::whole_file;

/// What a file can describe, and how it is told from what another command takes.
pub(crate) trait Described: FromStr<Err = ScenarioError> {
    /// What it is called.
    const NAME: &str;

    /// What to say of a text that describes the other; `None` if it does not.
    fn other(text: &str, path: &str) -> Option<String>;
}

impl Described for Scenario {
    const NAME: &str = "scenario";

    fn other(text: &str, path: &str) -> Option<String> {
        let is_suite = text.parse::<Suite>().is_ok();
        is_suite
            .then(|| format!("this is a suite for a race, and no scenario: lifelab bench {path}"))
    }
}

impl Described for Suite {
    const NAME: &str = "suite";

    fn other(text: &str, path: &str) -> Option<String> {
        let is_scenario = text.parse::<Scenario>().is_ok();
        is_scenario.then(|| {
            format!("this is a scenario for a run, and no suite: lifelab run --scenario {path}")
        })
    }
}

/// Reads a scenario or a suite.
pub(crate) fn read<S: Described>(path: &Path) -> Result<S, Failure> {
    let text = text_file::read(path).map_err(|error| {
        let message = format!("cannot read the {} {}: {error}", S::NAME, path.display());
        Failure::new(Exit::BadInput, "scenario", message).at(Place::file(path))
    })?;
    text.parse().map_err(|error| {
        let name = path.display().to_string();
        match S::other(&text, &name) {
            Some(other) => Failure::new(Exit::BadInput, "scenario", format!("{name}: {other}"))
                .at(Place::file(path)),
            None => malformed(&error, &text, path),
        }
    })
}

/// Refuses a stepper that starts a program: a stranger's file must not decide that. The user may.
pub(crate) fn check_stepper<S: Described>(stepper: &StepperSpec) -> Result<(), Failure> {
    let Some(program) = stepper.option("program") else { return Ok(()) };
    let message = format!("the {} starts the program {program}", S::NAME);
    Err(Failure::usage(format!("{message}; if that is right, say so: --stepper")))
}

/// Refuses cells that talk to an address of the file's choice.
pub(crate) fn check_io<S: Described>(io: &IoSpec) -> Result<(), Failure> {
    let Wait::Socket(SocketSpec { service: Service::At(address), .. }) = &io.wait else {
        return Ok(());
    };
    let message = format!("the {} connects to {address}", S::NAME);
    Err(Failure::usage(format!("{message}; if that is right, say so: --io")))
}

/// Begins the file that a scenario shall be written to, which shows that it can be.
pub(crate) fn create(path: &Path, scenario: &Scenario) -> Result<WholeFile, Failure> {
    text(scenario)?;
    whole_file::create(path)
}

/// Writes a scenario.
pub(crate) fn write(file: WholeFile, scenario: &Scenario) -> Result<(), Failure> {
    let text = text(scenario)?;
    whole_file::write(file, "the scenario", |out| writeln!(out, "{text}"))
}

/// The scenario as text; the name of a file need not be.
pub(crate) fn text(scenario: &Scenario) -> Result<String, Failure> {
    let message = "--save-scenario: a scenario is text, and a file name in it is not; rename it";
    scenario.to_ron().ok_or_else(|| Failure::usage(message))
}

fn malformed(error: &ScenarioError, text: &str, path: &Path) -> Failure {
    let ScenarioError { line, column, message } = error;
    let place = Place { line: Some(*line), column: Some(*column), ..Place::file(path) };
    let draw = |renderer: Renderer| {
        let start = offset(text, *line, *column);
        let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
        let name = path.display().to_string();
        let snippet =
            Snippet::source(text).path(name).annotation(AnnotationKind::Primary.span(start..end));
        renderer.render(&[Level::ERROR.primary_title(message.as_str()).element(snippet)])
    };
    let drawing = Drawing { plain: draw(Renderer::plain()), colored: draw(Renderer::styled()) };
    Failure {
        drawing: Some(Box::new(drawing)),
        ..Failure::new(Exit::BadInput, "scenario", message).at(place)
    }
}

/// The byte at which a line and column start, both from 1; the end if there is no such place.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
    let columns = text[before..].chars().take(column.saturating_sub(1));
    before + columns.map(char::len_utf8).sum::<usize>()
}
