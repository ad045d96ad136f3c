//! `lifelab man`: pages for `man`, one for each command. It is for the packagers of a release.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use lifelab::patterns::WholeFile;

use crate::Cli;
use crate::failure::{Exit, Failure, Place};

/// Write pages for `man` into a folder
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder; made if it is not there
    folder: PathBuf,
}

pub(crate) fn perform(args: &Args) -> Result<(), Failure> {
    let mut lifelab = Cli::command().disable_help_subcommand(true);
    lifelab.build(); // Gives commands the names of their pages: `lifelab-bench-compare`.
    let written = fs::create_dir_all(&args.folder);
    written.and_then(|()| write_pages(&lifelab, &args.folder)).map_err(|error| {
        let message = format!("cannot write pages into {}: {error}", args.folder.display());
        Failure::new(Exit::Failed, "output", message).at(Place::file(&args.folder))
    })
}

/// The page of a command, and those of the commands that it has.
fn write_pages(command: &Command, folder: &Path) -> io::Result<()> {
    let page = Man::new(command.clone());
    let mut file = WholeFile::create(&folder.join(page.get_filename()))?;
    page.render(&mut file)?;
    file.finish()?;
    let mut visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    visible.try_for_each(|command| write_pages(command, folder))
}
