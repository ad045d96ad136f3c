//! What a simulation starts from: cells, and where they lie.

use lifelab_core::{Axis, Bounds, Count, Grid, GridError, Position, Size, Topology, World};
use lifelab_patterns::{Pattern, PatternError, library};

use super::{Builder, Source};
use crate::checkpoint::{Checkpoint, CheckpointBody};
use crate::error::Error;
use crate::live_cells::LiveCells;
use crate::memory;
use crate::placement;

/// The size of a soup whose size is not given.
const DEFAULT_SOUP: (u32, u32) = (100, 100);

/// Cells in a grid.
pub(super) struct Placed {
    pub(super) about: Pattern,
    pub(super) grid: Grid,
    /// Where the pattern's own first cell lies.
    pub(super) first: Position,
    /// Where the grid's first cell lies.
    pub(super) origin: Position,
    pub(super) topology: Topology,
}

/// What an engine starts from that need not be a grid.
pub(super) enum Origin {
    /// The pattern's cells, where its file says, on a plane without edges.
    Plane,
    /// Random cells on such a plane.
    Soup(Grid),
    /// Cells in a universe with edges.
    Placed(Box<Placed>),
    /// What a checkpoint has kept.
    Kept {
        cells: LiveCells,
        background: bool,
        bounds: Option<Bounds>,
        first: Position,
        generation: Count,
    },
}

impl Placed {
    /// How far the universe reaches; `None` if it has no edges.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        let is_plane = self.topology == Topology::infinite();
        (!is_plane).then(|| Bounds::of(self.topology, self.grid.size()))
    }
}

impl Origin {
    /// The generation to start with, `about` being the pattern.
    pub(super) fn generation(&self, about: &Pattern) -> Count {
        match self {
            Self::Kept { generation, .. } => *generation,
            _ => Count::from_u128(about.generation),
        }
    }
}

impl Builder {
    /// The grid to start from.
    pub(super) fn placed(&self) -> Result<Placed, Error> {
        match self.source.as_ref().ok_or_else(no_start)? {
            Source::Grid(grid) => self.placed_grid(grid.clone()),
            Source::Checkpoint(checkpoint) => self.placed_checkpoint(checkpoint),
            Source::Soup(soup) => {
                check_density(soup.density)?;
                let (width, height) = self.sides.unwrap_or_else(|| self.default_soup());
                memory::check(width, height, self.rule.unwrap_or_default(), self.memory_limit)?;
                let topology = self.topology_of(None, sized(width, height)?)?;
                let grid = soup.grid(width, height)?;
                let (about, here) = (Pattern::default(), Position::default());
                Ok(Placed { about, grid, first: here, origin: here, topology })
            }
            _ => {
                let pattern = self.read_pattern()?;
                if let Some(topology) = self.endless(pattern.bounds)? {
                    let is_own = pattern.bounds.is_some_and(|bounds| bounds.topology == topology);
                    let limit = self.memory_limit;
                    let placement::Placed { grid, first, origin } =
                        placement::place_without_end(&pattern, topology, is_own, limit)?;
                    return Ok(Placed { about: pattern, grid, first, origin, topology });
                }
                let (size, is_own) = self.size_of(&pattern)?;
                let rule = self.rule.unwrap_or(pattern.rule);
                memory::check(size.width.get(), size.height.get(), rule, self.memory_limit)?;
                let topology = self.topology_of(Some(&pattern), size)?;
                let (grid, first) = placement::place(&pattern, size, is_own)?;
                Ok(Placed { about: pattern, grid, first, origin: Position::default(), topology })
            }
        }
    }

    /// What to start from, and what the pattern says about itself, with its cells if it lies on a plane.
    /// The universe is checked as soon as it is known, before its cells are placed.
    pub(super) fn origin(
        &self,
        supports: &dyn Fn(&World) -> Result<(), Error>,
    ) -> Result<(Pattern, Origin), Error> {
        let infinite = Topology::infinite();
        let is_infinite = self.topology.is_none_or(|topology| topology == infinite);
        let check = |pattern: Option<&Pattern>, bounds| {
            let own = pattern.map(|pattern| pattern.rule).unwrap_or_default();
            supports(&World { rule: self.rule.unwrap_or(own), bounds })
        };
        match self.source.as_ref().ok_or_else(no_start)? {
            Source::Grid(_) => {}
            Source::Soup(soup) if is_infinite => {
                check(None, None)?;
                check_density(soup.density)?;
                let (width, height) = self.sides.unwrap_or(DEFAULT_SOUP);
                memory::check(width, height, self.rule.unwrap_or_default(), self.memory_limit)?;
                return Ok((Pattern::default(), Origin::Soup(soup.grid(width, height)?)));
            }
            Source::Soup(_) => {
                let (width, height) = self.sides.unwrap_or_else(|| self.default_soup());
                let size = sized(width, height)?;
                check(None, Some(Bounds::of(self.topology_of(None, size)?, size)))?;
            }
            Source::Checkpoint(checkpoint) => {
                supports(&checkpoint.world())?;
                let CheckpointBody::Cells { cells, background, bounds } = &checkpoint.body else {
                    let placed = self.placed_checkpoint(checkpoint)?;
                    return Ok((placed.about.clone(), Origin::Placed(Box::new(placed))));
                };
                let origin = Origin::Kept {
                    cells: cells.clone(),
                    background: *background,
                    bounds: *bounds,
                    first: checkpoint.first_cell,
                    generation: checkpoint.generation,
                };
                return Ok((about(checkpoint), origin));
            }
            _ => {
                let pattern = self.read_pattern()?;
                match self.endless(pattern.bounds)? {
                    Some(topology) if topology == infinite => {
                        check(Some(&pattern), None)?;
                        return Ok((pattern, Origin::Plane));
                    }
                    Some(topology) => check(Some(&pattern), Bounds::endless(topology))?,
                    None => {
                        let (size, _) = self.size_of(&pattern)?;
                        let topology = self.topology_of(Some(&pattern), size)?;
                        check(Some(&pattern), Some(Bounds::of(topology, size)))?;
                    }
                }
            }
        }
        let placed = self.placed()?;
        check(Some(&placed.about), placed.bounds())?;
        Ok((placed.about.clone(), Origin::Placed(Box::new(placed))))
    }

    /// The pattern that is given in one way or another.
    pub(super) fn read_pattern(&self) -> Result<Pattern, Error> {
        Ok(match self.source.as_ref().ok_or_else(no_start)? {
            Source::Pattern(pattern) => (**pattern).clone(),
            Source::Tree(tree) => tree.to_pattern(&self.limits).map_err(PatternError::from)?,
            Source::Named(name) => library::get(name)?.load()?,
            Source::File(path) => Pattern::open_within(path, &self.limits)?.pattern,
            Source::Inline(text) => Pattern::read(text.as_bytes(), None, &self.limits)?.pattern,
            _ => return Err(no_start()),
        })
    }

    /// The size of the grid that a pattern lies in, and whether it is the pattern's own.
    pub(super) fn size_of(&self, pattern: &Pattern) -> Result<(Size, bool), Error> {
        let own = pattern.bounds.and_then(Bounds::size);
        match (self.sides, self.margin, own) {
            (Some(_), Some(_), _) => Err(size_and_margin()),
            (Some((width, height)), None, own) => {
                let size = sized(width, height)?;
                Ok((size, Some(size) == own))
            }
            (None, None, Some(own)) => Ok((own, true)),
            (None, margin, _) => {
                let margin = margin.unwrap_or(Self::DEFAULT_MARGIN);
                Ok((placement::size_with_margin(pattern, margin)?, false))
            }
        }
    }

    fn placed_grid(&self, grid: Grid) -> Result<Placed, Error> {
        if self.sides.is_some_and(|size| size != (grid.width(), grid.height())) {
            return Err(two_sizes());
        }
        let topology = self.topology_of(None, grid.size())?;
        let here = Position::default();
        Ok(Placed { about: Pattern::default(), grid, first: here, origin: here, topology })
    }

    fn placed_checkpoint(&self, checkpoint: &Checkpoint) -> Result<Placed, Error> {
        let generation = checkpoint.generation.to_u128().unwrap_or(u128::MAX);
        let about = Pattern { generation, ..about(checkpoint) };
        let first = checkpoint.first_cell;
        match &checkpoint.body {
            CheckpointBody::Grid { grid, .. } => {
                let placed = self.placed_grid(Grid::clone(grid))?;
                Ok(Placed { about, first, ..placed })
            }
            CheckpointBody::Cells { cells, bounds, .. } => {
                let topology = bounds.map_or(Topology::infinite(), |bounds| bounds.topology);
                let (grid, origin) =
                    placement::window(cells, checkpoint.rule, topology, self.memory_limit)?;
                Ok(Placed { about, grid, first, origin, topology })
            }
            CheckpointBody::Parts { .. } => Err(in_parts()),
        }
    }

    /// The topology of a universe without end, if a pattern that names these bounds lives in one: because
    /// that was asked for, because its rule says so, or because nobody says anything else.
    pub(super) fn endless(&self, bounds: Option<Bounds>) -> Result<Option<Topology>, Error> {
        let nobody_says = self.sides.is_none() && self.margin.is_none() && bounds.is_none();
        let own = bounds.map(|bounds| bounds.topology);
        let named = self.topology.or(own).or(nobody_says.then(Topology::infinite));
        let endless = named.filter(|topology| topology.is_endless());
        endless.map_or(Ok(()), |topology| self.check_without_end(topology))?;
        Ok(endless)
    }

    /// Refuses to be told how large a universe without end is.
    fn check_without_end(&self, topology: Topology) -> Result<(), Error> {
        let what = match (self.sides, self.margin) {
            (Some(_), _) => "a size",
            (None, Some(_)) => "a margin",
            (None, None) => return Ok(()),
        };
        let message = format!("{what} was given for the universe {topology}, which has no end");
        Err(Error::Setup { message, remedy: "leave it out, or give another topology" })
    }

    /// The size of a soup if none is given: of a tube, as much of it as has cells across.
    pub(super) fn default_soup(&self) -> (u32, u32) {
        let (width, height) = DEFAULT_SOUP;
        let across = self.topology.and_then(|topology| Some((topology, topology.across()?.get())));
        match across {
            Some((topology, across)) if topology.is_unlimited(Axis::X) => (width, across),
            Some((_, across)) => (across, height),
            None => DEFAULT_SOUP,
        }
    }

    /// What lies beyond the edges of a grid of this size, known before there is one: what was asked
    /// for, or else what the pattern names.
    pub(super) fn topology_of(
        &self,
        pattern: Option<&Pattern>,
        size: Size,
    ) -> Result<Topology, GridError> {
        let own = pattern.and_then(|pattern| pattern.bounds).map(|bounds| bounds.topology);
        let topology = self.topology.or(own).unwrap_or_default();
        topology.check(size)?;
        Ok(topology)
    }
}

/// What the pattern of a checkpoint says about itself.
fn about(checkpoint: &Checkpoint) -> Pattern {
    let Checkpoint { name, author, comments, .. } = checkpoint.clone();
    Pattern { name, author, comments, ..Pattern::default() }
}

pub(super) fn sized(width: u32, height: u32) -> Result<Size, GridError> {
    Size::new(width, height).ok_or(GridError::Empty { width, height })
}

pub(super) fn check_density(density: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&density) {
        return Ok(());
    }
    let message = format!("a soup cannot have density {density}");
    Err(Error::Setup { message, remedy: "give a number from 0 to 1" })
}

pub(super) fn no_start() -> Error {
    let message = "there is nothing to simulate".to_owned();
    Error::Setup { message, remedy: "give a pattern, a file, a grid or a soup" }
}

fn in_parts() -> Error {
    let message = "the checkpoint's cells are in files beside it".to_owned();
    Error::Setup { message, remedy: "let `Checkpoints::resume` read its folder" }
}

fn two_sizes() -> Error {
    let message = "a grid was given together with another size".to_owned();
    Error::Setup { message, remedy: "leave the size out, for the grid has one" }
}

fn size_and_margin() -> Error {
    let message = "both a size and a margin were given".to_owned();
    Error::Setup { message, remedy: "give one of them" }
}
