//! Building contenders: once each, before anything is measured.

use std::time::{Duration, Instant};

use lifelab::CancellationToken;

use crate::contender::ContenderSpec;
use crate::contender::program::{Program, Silence};
use crate::contender::trouble::{Trouble, cannot_start};

/// How long a command may take: a compiler with all that it has to fetch.
const LIMIT: Duration = Duration::from_secs(600);

/// Lines of more bytes than this are no compiler's.
const LONGEST: usize = 1 << 20;

/// The exit status with which shells say that there is no such command.
const NOT_INSTALLED: i32 = 127;

/// The commands that have been run, and what came of them: contenders may share them.
#[derive(Default)]
pub(crate) struct Builds(Vec<(Vec<String>, Result<(), Trouble>)>);

impl Builds {
    /// Makes a contender ready to be started; `None` if the stop fires.
    pub(crate) fn make(
        &mut self,
        contender: &ContenderSpec,
        stop: &CancellationToken,
    ) -> Option<Result<(), Trouble>> {
        if let Some(source) = contender.source.as_deref().filter(|source| !source.exists()) {
            let error = format!("there is no {} here", source.display());
            return Some(Err(Trouble { kind: "not_found", error }));
        }
        for command in &contender.build {
            let known = self.0.iter().find(|(known, _)| known == command);
            let built = match known {
                Some((_, built)) => built.clone(),
                None => {
                    let built = run(command, stop)?;
                    self.0.push((command.clone(), built.clone()));
                    built
                }
            };
            if built.is_err() {
                return Some(built);
            }
        }
        Some(Ok(()))
    }
}

/// Runs a command to its end; `None` if the stop fires before.
fn run(command: &[String], stop: &CancellationToken) -> Option<Result<(), Trouble>> {
    let mut program = match Program::start(command, LONGEST) {
        Ok(program) => program,
        Err(error) => return Some(Err(cannot_start(command, &error))),
    };
    let deadline = Instant::now() + LIMIT;
    let failed = |error: String| Some(Err(Trouble { kind: "build", error }));
    let shown = command.join(" ");
    loop {
        match program.line(deadline, stop) {
            Ok(_) => {} // What it says on its way is of no interest.
            Err(Silence::Stopped) => return None,
            Err(Silence::Ended(Some(status))) if status.success() => return Some(Ok(())),
            Err(Silence::Ended(Some(status))) if status.code() == Some(NOT_INSTALLED) => {
                let error = program.last_words();
                return Some(Err(Trouble { kind: "not_installed", error }));
            }
            Err(Silence::Ended(Some(status))) => {
                return failed(format!("{shown} failed ({status}): {}", program.last_words()));
            }
            Err(Silence::Hung | Silence::Ended(None)) => {
                return failed(format!("{shown} had not ended after {LIMIT:?}, and was killed"));
            }
            Err(Silence::TooMuch(bytes)) => {
                return failed(format!("{shown} said more than {bytes} bytes in a line"));
            }
        }
    }
}
