//! `lifelab completions`: scripts that complete its commands in a shell.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::Cli;
use crate::failure::Failure;

/// Print a script that completes lifelab's commands and options in a shell
///
/// For example, in ~/.bashrc: eval "$(lifelab completions bash)"
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    // Into memory first, for the generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lifelab", &mut script);
    Ok(out.write_all(&script)?)
}
