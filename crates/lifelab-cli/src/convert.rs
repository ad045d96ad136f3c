//! `lifelab convert`: a pattern in another format, or as a picture.

mod picture;

use std::io::Write;
use std::path::{Path, PathBuf};

use lifelab::patterns::macrocell::Tree;
use lifelab::patterns::{Content, Format, Pattern, Property, WholeFile};

use lifelab_pictures::Format as Picture;

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};

use crate::completions;
use crate::failure::Failure;
use crate::input::{self, LimitArgs};
use crate::interrupt;
use crate::pictures::{self, PictureArgs};
use crate::report;
use crate::stdout;
use crate::whole_file;

/// Write a pattern in another format, or as a picture
///
/// Pictures are .svg, .png, .gif and .apng files, and .y4m is raw video.
///
/// What the new format cannot say is an error if the pattern would be another one without it (its
/// rule, its finite universe), and otherwise a warning (its position, its generation).
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A pattern file in any format, gzipped or not; `-` for standard input; a library
    /// name; or an apgcode such as xq4_153
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

    #[command(flatten)]
    picture: PictureArgs,

    /// Make a film of one period, as a .gif, an .apng or a .y4m
    #[arg(long, help_heading = "Pictures")]
    period: bool,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let limits = args.limit.into();
    let document = input::open_document(&args.input, &limits)?;
    for warning in &document.warnings {
        report::warning(format_args!("{}: {warning}", args.input.display()));
    }
    let pictured = Picture::of_path(&args.output).filter(|_| args.to.is_none());
    if let Some(format) = pictured {
        let pattern = document.list(&limits)?.pattern;
        return picture::write(&pattern, &args.output, format, args.period, &args.picture);
    }
    if args.period {
        return Err(Failure::usage("--period makes a film: write to a .gif, an .apng or a .y4m"));
    }
    let by_name =
        || if is_stdout(&args.output) { Some(Format::Rle) } else { Format::of_path(&args.output) };
    let format = args.to.or_else(by_name);
    if let (Content::Tree(tree), Some(Format::Macrocell)) = (&document.content, format) {
        return write_tree(tree, &args.output, out);
    }
    let pattern = document.list(&limits)?.pattern;
    for lost in write(&pattern, &args.output, format, out)? {
        report::warning(format_args!("{lost} is lost in this format"));
    }
    Ok(())
}

/// Writes a tree as one: it may have more cells than can be listed.
fn write_tree(tree: &Tree, output: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    if is_stdout(output) {
        stdout::guarded(out, |out| Ok(tree.write(out)?))?;
        return Ok(out.flush()?);
    }
    tree.save_in(begin(output)?).map_err(Failure::writing)
}

fn write(
    pattern: &Pattern,
    output: &Path,
    format: Option<Format>,
    out: &mut dyn Write,
) -> Result<Vec<Property>, Failure> {
    let Some(format) = format else {
        return Err(pictures::unknown_extension(output));
    };
    if is_stdout(output) {
        let lost =
            stdout::guarded(out, |out| pattern.write(format, out).map_err(Failure::printing))?;
        out.flush()?; // The pattern first, then what it is without.
        return Ok(lost);
    }
    pattern.save_in(begin(output)?, format).map_err(Failure::writing)
}

fn is_stdout(output: &Path) -> bool {
    output == Path::new("-")
}

/// Begins the file to write.
fn begin(output: &Path) -> Result<WholeFile, Failure> {
    let refused = |error| whole_file::unwritten("the pattern", output, &error);
    interrupt::clean_up_on_signal()?;
    whole_file::open(output).map_err(refused)
}
