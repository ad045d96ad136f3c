//! `lifelab convert`: a pattern in another format.

use std::io::Write;
use std::path::{Path, PathBuf};

use lifelab::patterns::{Format, Loaded, Pattern, Property};

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};

use crate::completions;
use crate::failure::Failure;
use crate::input::{self, LimitArgs};
use crate::interrupt;
use crate::report;
use crate::stdout;
use crate::whole_file;

/// Write a pattern in another format
///
/// What the new format cannot say is an error if the pattern would be another one without it (its
/// rule, its finite universe), and otherwise a warning (its position, its generation).
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A pattern file in any format, gzipped or not; `-` for standard input; or a library name
    #[arg(add = ArgValueCompleter::new(completions::patterns_and_files))]
    input: PathBuf,

    /// The file to write, its format told by its extension, `.gz` after it compresses; `-` for
    /// standard output, as RLE if nothing else is said
    output: PathBuf,

    /// The format, whatever the extension: rle, mc, plaintext, life105, life106 or ron
    #[arg(long, value_name = "FORMAT", add = ArgValueCandidates::new(completions::formats))]
    to: Option<Format>,

    #[command(flatten)]
    limit: LimitArgs,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let (_, Loaded { pattern, warnings, .. }) = input::open(&args.input, &args.limit.into())?;
    for warning in warnings {
        report::warning(format_args!("{}: {warning}", args.input.display()));
    }
    for lost in write(&pattern, &args.output, args.to, out)? {
        report::warning(format_args!("{lost} is lost in this format"));
    }
    Ok(())
}

fn write(
    pattern: &Pattern,
    output: &Path,
    format: Option<Format>,
    out: &mut dyn Write,
) -> Result<Vec<Property>, Failure> {
    if output == Path::new("-") {
        let format = format.unwrap_or(Format::Rle);
        let lost =
            stdout::guarded(out, |out| pattern.write(format, out).map_err(Failure::printing))?;
        out.flush()?; // The pattern first, then what it is without.
        return Ok(lost);
    }
    let Some(format) = format.or_else(|| Format::of_path(output)) else {
        return pattern.save(output).map_err(Failure::writing); // That tells what is wrong.
    };
    let refused = |error| whole_file::unwritten("the pattern", output, &error);
    interrupt::clean_up_on_signal()?;
    let file = whole_file::open(output).map_err(refused)?;
    pattern.save_in(file, format).map_err(Failure::writing)
}
