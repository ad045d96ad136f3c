//! `lifelab completions`: scripts that complete its commands in a shell.
//!
//! The scripts ask the program itself, at each press of the key: so patterns, steppers and rules are
//! those of the version that runs.

use std::env;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use lifelab::core::Rule;
use lifelab::patterns::{Format, library};
use lifelab::{ENGINES, STEPPERS};
use lifelab_bench::READY;

use crate::Cli;
use crate::failure::{Exit, Failure};

/// The variable by which a script asks; its value is the shell's name.
const VARIABLE: &str = "LIFELAB_COMPLETE";

/// Print a script that completes lifelab's commands, options and names in a shell
///
/// For example, in ~/.bashrc: eval "$(lifelab completions bash)"
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let name = args.shell.to_string();
    let shells = Shells::builtins();
    let shell = shells.completer(&name).ok_or_else(|| {
        Failure::new(Exit::BadInput, "usage", format!("there is no script for {name}"))
    })?;
    // Into memory first, for a script is written in pieces.
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "lifelab", "lifelab", &program(), &mut script)?;
    let script = String::from_utf8_lossy(&script);
    match args.shell {
        Shell::Bash => Ok(out.write_all(with_whole_words(&script).as_bytes())?),
        _ => Ok(out.write_all(script.as_bytes())?),
    }
}

/// The script for bash, called with words that are not broken at colons.
fn with_whole_words(script: &str) -> String {
    let called = script.replace(" -F _clap_complete_lifelab ", " -F _lifelab_whole_words ");
    include_str!("completions.bash").to_owned() + &called
}

/// Answers a script, if it is one that asks.
pub(crate) fn answer() -> bool {
    env::var_os(VARIABLE).is_some()
        && CompleteEnv::with_factory(Cli::command)
            .var(VARIABLE)
            .try_complete(env::args_os(), env::current_dir().ok().as_deref())
            .unwrap_or(true) // A shell that is not known gets no answer.
}

/// How the script calls the program: by the name or the path by which it was called now.
fn program() -> String {
    let called = env::args_os().next().unwrap_or_else(|| "lifelab".into());
    let path = match Path::new(&called).components().count() {
        0 | 1 => called.into(),
        _ => env::current_dir().map_or_else(|_| called.clone().into(), |dir| dir.join(&called)),
    };
    path.to_string_lossy().into_owned()
}

/// The steppers.
pub(crate) fn steppers() -> Vec<CompletionCandidate> {
    let about = |entry: &lifelab::Entry| Some(entry.summary().into());
    STEPPERS.iter().map(|entry| candidate(entry.name()).help(about(entry))).collect()
}

/// The engines.
pub(crate) fn engines() -> Vec<CompletionCandidate> {
    let about = |entry: &lifelab::EngineEntry| Some(entry.summary().into());
    ENGINES.iter().map(|entry| candidate(entry.name()).help(about(entry))).collect()
}

/// The topologies.
pub(crate) fn topologies() -> Vec<CompletionCandidate> {
    [
        "infinite",
        "torus",
        "plane",
        "torus:x+1",
        "torus:y+1",
        "klein:x",
        "klein:y",
        "cross-surface",
        "sphere",
        "T0,100",
        "P0,100",
    ]
    .map(candidate)
    .into()
}

/// The rules that have names; those whose names have spaces are known without them, too.
pub(crate) fn rules() -> Vec<CompletionCandidate> {
    let word = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let about = |rule: &Rule| Some(rule.to_string().into());
    Rule::named().map(|(name, rule)| candidate(word(name)).help(about(&rule))).collect()
}

/// What cells can wait for.
pub(crate) fn waits() -> Vec<CompletionCandidate> {
    ["none", "sleep:10ms", "socket:5ms", "block:10ms", "cpu:50us"].map(candidate).into()
}

/// Formats in which patterns are written, by their names without spaces and dots.
pub(crate) fn formats() -> Vec<CompletionCandidate> {
    let word = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let written = Format::ALL.into_iter().filter(|format| format.is_written());
    written.map(|format| candidate(word(format.name()))).collect()
}

/// Units of work.
pub(crate) fn grains() -> Vec<CompletionCandidate> {
    ["auto", "cell", "rows:8"].map(candidate).into()
}

/// When a cell waits.
pub(crate) fn phases() -> Vec<CompletionCandidate> {
    ["rule", "neighbors", "both"].map(candidate).into()
}

/// What becomes of a cell whose I/O fails.
pub(crate) fn on_faults() -> Vec<CompletionCandidate> {
    ["fail", "keep"].map(candidate).into()
}

/// Patterns of the library.
pub(crate) fn patterns() -> Vec<CompletionCandidate> {
    library::all().iter().map(|entry| candidate(entry.name)).collect()
}

/// Patterns of the library, and files.
pub(crate) fn patterns_and_files(current: &OsStr) -> Vec<CompletionCandidate> {
    with_files(patterns(), current)
}

/// Suites that are ready to run, and files.
pub(crate) fn suites_and_files(current: &OsStr) -> Vec<CompletionCandidate> {
    with_files(READY.iter().map(|ready| candidate(ready.name())).collect(), current)
}

fn with_files(names: Vec<CompletionCandidate>, current: &OsStr) -> Vec<CompletionCandidate> {
    let begins = |name: &CompletionCandidate| {
        name.get_value().as_encoded_bytes().starts_with(current.as_encoded_bytes())
    };
    let files = PathCompleter::any().complete(current);
    names.into_iter().filter(begins).chain(files).collect()
}

fn candidate(name: impl Into<std::ffi::OsString>) -> CompletionCandidate {
    CompletionCandidate::new(name)
}
