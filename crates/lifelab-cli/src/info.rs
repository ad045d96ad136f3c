//! `lifelab info`: what a pattern file says, and what is in it.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use lifelab::core::{Coordinate, Count, Rectangle, printable};
use lifelab::patterns::macrocell::{Header, Tree};
use lifelab::patterns::{
    BoundingBox, Content, Document, Format, Limits, Loaded, Pattern, Position, Warning,
};
use lifelab::{cells_sha256, states_sha256};

use clap_complete::engine::ArgValueCompleter;

use crate::completions;
use crate::failure::Failure;
use crate::input::{self, LimitArgs};
use crate::json::{self, Area};
use crate::run::QUICKLY_HASHED;

/// What a live cell in a list takes at most, in bytes.
const LISTED_CELL: u64 = 32;

/// Describe a pattern: its format, name, rule, size and cells
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A pattern file in any format, gzipped or not; `-` for standard input; a library
    /// name; or an apgcode such as xq4_153
    #[arg(add = ArgValueCompleter::new(completions::patterns_and_files))]
    pattern: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    limit: LimitArgs,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let limits = args.limit.into();
    let document = input::open_document(&args.pattern, &limits)?;
    let info = match &document.content {
        Content::Tree(tree) if !is_listed(tree, &limits) => Info::of_tree(tree, &document),
        _ => Info::of(&document.list(&limits)?),
    };
    if args.json {
        return Ok(json::print(&info, out)?);
    }
    Ok(info.write(out)?)
}

/// What there is to say about a pattern.
#[derive(Serialize)]
struct Info {
    format: String,
    name: Option<String>,
    author: Option<String>,
    comments: Vec<String>,
    /// With the finite universe that it names, if any.
    rule: String,
    generation: Count,
    width: Count,
    height: Count,
    population: Count,
    /// In the file's own coordinates; in a finite universe, counted from its top-left cell.
    bounding_box: Option<Area>,
    /// Null if hashing the cells would take long; a warning says so.
    sha256: Option<String>,
    warnings: Vec<String>,
}

impl Info {
    fn of(loaded: &Loaded) -> Self {
        let Loaded { pattern, format, gzipped, warnings, .. } = loaded;
        let size = pattern.size.unwrap_or_else(|| pattern.area().size);
        let population = pattern.cells.population();
        let is_hashed = population <= QUICKLY_HASHED;
        let hash = || sha256(pattern);
        Self {
            width: size.width.into(),
            height: size.height.into(),
            population: population.into(),
            bounding_box: area(pattern),
            sha256: is_hashed.then(hash),
            warnings: texts(warnings, (!is_hashed).then(many)),
            ..Self::said(Header::of(pattern), *format, *gzipped)
        }
    }

    /// What a tree knows without listing its cells.
    fn of_tree(tree: &Tree, document: &Document) -> Self {
        let area = tree.bounds();
        let population = tree.population();
        let unhashed = match &population {
            Some(population) if *population <= QUICKLY_HASHED => {
                "there is no sha256: a list of the cells exceeds 64 bits or --pattern-limit"
                    .to_owned()
            }
            _ => many(),
        };
        let uncounted =
            population.is_none().then(|| "there are 2^256 live cells or more".to_owned());
        Self {
            width: area.map_or(Count::ZERO, |area| area.width()),
            height: area.map_or(Count::ZERO, |area| area.height()),
            population: population.unwrap_or(Count::MAX),
            bounding_box: area.map(|area| placed(area, tree)),
            warnings: texts(&document.warnings, uncounted.into_iter().chain([unhashed])),
            ..Self::said(tree.header.clone(), document.format, document.gzipped)
        }
    }

    /// What is said in words, without cells.
    fn said(header: Header, format: Format, gzipped: bool) -> Self {
        Self {
            format: format!("{format}{}", if gzipped { "+gzip" } else { "" }),
            name: header.name,
            author: header.author,
            comments: header.comments,
            rule: header.rule.to_string(),
            generation: header.generation,
            width: Count::ZERO,
            height: Count::ZERO,
            population: Count::ZERO,
            bounding_box: None,
            sha256: None,
            warnings: Vec::new(),
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut row = |name: &str, value: &dyn std::fmt::Display| {
            writeln!(out, "{name:<12}  {}", printable::line(&value.to_string()))
        };
        if let Some(name) = &self.name {
            row("name", &name)?;
        }
        if let Some(author) = &self.author {
            row("author", &author)?;
        }
        for comment in &self.comments {
            row("comment", comment)?;
        }
        row("format", &self.format)?;
        row("rule", &self.rule)?;
        if !self.generation.is_zero() {
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

/// Whether the cells of a tree are few, and near enough, to be looked at one by one.
fn is_listed(tree: &Tree, limits: &Limits) -> bool {
    let fits = |at: Coordinate| at.to_i64().is_some();
    let is_near = tree
        .bounds()
        .is_none_or(|area| [area.left, area.top, area.right, area.bottom].into_iter().all(fits));
    let most = QUICKLY_HASHED.min(limits.memory_bytes / LISTED_CELL);
    let is_early = tree.header.generation.to_u128().is_some();
    is_near && is_early && tree.population().is_some_and(|population| population <= most)
}

fn many() -> String {
    format!("there is no sha256 of more than {QUICKLY_HASHED} live cells")
}

fn texts(warnings: &[Warning], more: impl IntoIterator<Item = String>) -> Vec<String> {
    warnings.iter().map(ToString::to_string).chain(more).collect()
}

/// The box of a tree: in a finite universe, counted from its top-left cell.
fn placed(area: Rectangle, tree: &Tree) -> Area {
    let [x, y] = match tree.header.rule.bounds {
        Some(bounds) => [bounds.width / 2, bounds.height / 2].map(|half| i64::from(half).into()),
        None => [Coordinate::ZERO; 2],
    };
    let moved = |at: Coordinate, by: Coordinate| at.checked_add(by).unwrap_or(at);
    let mut area = Area::from(area);
    (area.left, area.top) = (moved(area.left, x), moved(area.top, y));
    area
}

/// The hash of the cells, with their states if there are more than two.
fn sha256(pattern: &Pattern) -> String {
    if pattern.rule.has_two_states() {
        return cells_sha256(pattern.cells.iter().map(|Position { x, y }| (x, y)));
    }
    let cells = pattern
        .state_runs()
        .flat_map(|(run, state)| (run.x..=run.last()).map(move |x| (x, run.y, state)));
    states_sha256(cells)
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
