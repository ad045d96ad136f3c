//! `lifelab info`: what a pattern file says, and what is in it.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use lifelab::cells_sha256;
use lifelab::core::{RuleSpec, printable};
use lifelab::patterns::{BoundingBox, Loaded, Pattern, Position};

use clap_complete::engine::ArgValueCompleter;

use crate::completions;
use crate::failure::Failure;
use crate::input::{self, LimitArgs};
use crate::json::{self, Area};
use crate::run::QUICKLY_HASHED;

/// Describe a pattern: its format, name, rule, size and cells
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A pattern file in any format, gzipped or not; `-` for standard input; or a library name
    #[arg(add = ArgValueCompleter::new(completions::patterns_and_files))]
    pattern: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    limit: LimitArgs,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let (_, loaded) = input::open(&args.pattern, &args.limit.into())?;
    let info = Info::of(&loaded);
    if args.json {
        return Ok(json::print(&info, out)?);
    }
    Ok(info.write(out)?)
}

/// What there is to say about a pattern.
#[derive(Serialize)]
pub(crate) struct Info<'a> {
    format: String,
    name: Option<&'a str>,
    author: Option<&'a str>,
    comments: &'a [String],
    /// With the finite universe that it names, if any.
    rule: String,
    generation: u128,
    width: u64,
    height: u64,
    population: u64,
    /// In the file's own coordinates; in a finite universe, counted from its top-left cell.
    bounding_box: Option<Area>,
    /// Null if hashing the cells would take long; a warning says so.
    sha256: Option<String>,
    warnings: Vec<String>,
}

impl<'a> Info<'a> {
    pub(crate) fn of(loaded: &'a Loaded) -> Self {
        let Loaded { pattern, format, gzipped, warnings, .. } = loaded;
        let size = pattern.size.unwrap_or_else(|| pattern.frame().size);
        let population = pattern.cells.population();
        let is_hashed = population <= QUICKLY_HASHED;
        let hash = || cells_sha256(pattern.cells.iter().map(|Position { x, y }| (x, y)));
        let unhashed = (!is_hashed)
            .then(|| format!("there is no sha256 of more than {QUICKLY_HASHED} live cells"));
        Self {
            format: format!("{format}{}", if *gzipped { "+gzip" } else { "" }),
            name: pattern.name.as_deref(),
            author: pattern.author.as_deref(),
            comments: &pattern.comments,
            rule: RuleSpec { rule: pattern.rule, bounds: pattern.bounds }.to_string(),
            generation: pattern.generation,
            width: size.width,
            height: size.height,
            population,
            bounding_box: area(pattern),
            sha256: is_hashed.then(hash),
            warnings: warnings.iter().map(ToString::to_string).chain(unhashed).collect(),
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut row = |name: &str, value: &dyn std::fmt::Display| {
            writeln!(out, "{name:<12}  {}", printable::line(&value.to_string()))
        };
        if let Some(name) = self.name {
            row("name", &name)?;
        }
        if let Some(author) = self.author {
            row("author", &author)?;
        }
        for comment in self.comments {
            row("comment", comment)?;
        }
        row("format", &self.format)?;
        row("rule", &self.rule)?;
        if self.generation != 0 {
            row("generation", &self.generation)?;
        }
        row("size", &format_args!("{} x {}", self.width, self.height))?;
        row("population", &self.population)?;
        match &self.bounding_box {
            Some(area) => row("bounding box", area)?,
            None => row("bounding box", &"empty")?,
        }
        if let Some(sha256) = &self.sha256 {
            row("sha256", sha256)?;
        }
        self.warnings.iter().try_for_each(|warning| row("warning", warning))
    }
}

fn area(pattern: &Pattern) -> Option<Area> {
    let Position { x, y } = match pattern.bounds {
        Some(bounds) => pattern.offset_in(bounds.width, bounds.height),
        None => Position::default(),
    };
    let BoundingBox { left, top, right, bottom } = pattern.cells.bounding_box()?;
    let moved = |at: i64, by: i64| at.saturating_add(by);
    Some(Area::from(BoundingBox {
        left: moved(left, x),
        top: moved(top, y),
        right: moved(right, x),
        bottom: moved(bottom, y),
    }))
}
