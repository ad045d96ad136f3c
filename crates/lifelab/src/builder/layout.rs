//! A universe before its cells are placed.

use std::ops::Range;

use lifelab_core::{Grid, Patch, Position, Rule, Size, Soup, Topology};
use lifelab_patterns::Pattern;

use super::build::uncountable;
use super::start::{check_density, no_start, sized};
use super::{Builder, Source};
use crate::error::Error;
use crate::memory;
use crate::placement;

/// A universe of rows before its cells are placed, for whoever [divides](Patch) it among several
/// machines: each places its own rows, and nobody has them all.
///
/// ```
/// use lifelab::Simulation;
///
/// let builder = || Simulation::builder().named("gosper-glider-gun").size(80, 60);
/// let layout = builder().layout()?;
/// let lower = layout.rows(30..60)?;
/// let whole = builder().build()?;
/// assert!((0..30).all(|y| lower.row(y).eq(whole.grid().row(30 + y))));
/// # Ok::<(), lifelab::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Layout {
    /// Columns and rows.
    pub size: Size,
    /// What lies beyond the edges: a torus or a plane.
    pub topology: Topology,
    /// The rule.
    pub rule: Rule,
    /// The generation that its cells are.
    pub generation: u64,
    /// Where the pattern's own first cell lies.
    pub first_cell: Position,
    memory_limit: Option<u64>,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    Soup(Soup),
    Pattern { pattern: Box<Pattern>, offset: Position },
}

impl Builder {
    /// What the description says of the universe, without its cells. Engine, stepper and I/O are not
    /// looked at.
    ///
    /// # Errors
    /// If what was given is malformed or contradictory, or is no soup and no pattern; or if the universe
    /// has no end, a topology that is not [divided](Patch::divides) into rows, or cells of more than two
    /// states.
    pub fn layout(&self) -> Result<Layout, Error> {
        let (size, topology, about, cells) = match self.source.as_ref().ok_or_else(no_start)? {
            Source::Soup(soup) => {
                check_density(soup.density)?;
                let (width, height) = self.sides.unwrap_or_else(|| self.default_soup());
                let size = sized(width, height)?;
                let topology = self.topology_of(None, size)?;
                (size, topology, Pattern::default(), Cells::Soup(*soup))
            }
            Source::Grid(_) | Source::Engine(..) | Source::Checkpoint(_) => return Err(placed()),
            _ => {
                let pattern = self.read_pattern()?;
                if let Some(topology) = self.endless(pattern.bounds)? {
                    return Err(undivided(topology));
                }
                let (size, is_own) = self.size_of(&pattern)?;
                let topology = self.topology_of(Some(&pattern), size)?;
                let offset = placement::offset(&pattern, size, is_own);
                let about = Pattern { cells: Default::default(), ..pattern.clone() };
                (size, topology, about, Cells::Pattern { pattern: Box::new(pattern), offset })
            }
        };
        if !Patch::divides(topology) {
            return Err(undivided(topology));
        }
        let rule = self.rule.unwrap_or(about.rule);
        let is_dying = |rule: &Rule| !rule.has_two_states();
        if let Some(dying) = [rule, about.rule].into_iter().find(is_dying) {
            return Err(dying_cells(dying));
        }
        let first_cell = match &cells {
            Cells::Soup(_) => Position::default(),
            Cells::Pattern { pattern, offset } => placement::first_cell(pattern, *offset),
        };
        Ok(Layout {
            size,
            topology,
            rule,
            generation: about.generation.try_into().map_err(|_| uncountable(about.generation))?,
            first_cell,
            memory_limit: self.memory_limit,
            cells,
        })
    }
}

impl Layout {
    /// The cells of some rows, as a grid of their own.
    ///
    /// # Errors
    /// If these rows take more memory than they may, or the pattern does not fit the universe.
    pub fn rows(&self, rows: Range<u32>) -> Result<Grid, Error> {
        let width = self.size.width.get();
        memory::check(width, rows.len() as u32, self.rule, self.memory_limit)?;
        match &self.cells {
            Cells::Soup(soup) => Ok(soup.rows(width, rows)?),
            Cells::Pattern { pattern, offset } => {
                placement::rows(pattern, *offset, self.size, rows)
            }
        }
    }
}

fn placed() -> Error {
    let message = "cells that lie in a grid are not divided".to_owned();
    Error::Setup { message, remedy: "give a pattern or a soup" }
}

fn undivided(topology: Topology) -> Error {
    let message = format!("the universe {topology} is not divided into rows");
    Error::Setup { message, remedy: "give a size, and torus or plane as its topology" }
}

fn dying_cells(rule: Rule) -> Error {
    let message = format!("cells of {} states, as {rule} has them, are not divided", rule.states());
    Error::Setup { message, remedy: "run them in one process, with the engine finite" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Simulation;

    #[test]
    fn rows_of_a_pattern_are_those_of_the_whole() {
        for (name, topology) in [("acorn", Topology::Plane), ("glider", Topology::Torus)] {
            let builder = || Simulation::builder().named(name).size(67, 33).topology(topology);
            let (layout, whole) = (builder().layout().unwrap(), builder().build().unwrap());
            assert_eq!(layout.first_cell, whole.first_cell());
            for (first, end) in [(0, 33), (0, 17), (15, 18), (17, 33)] {
                let rows = layout.rows(first..end).unwrap();
                let here = |y| rows.row(y).eq(whole.grid().row(first + y));
                assert!((0..end - first).all(here), "{name}, rows {first} to {end}");
            }
        }
    }

    #[test]
    fn what_is_not_divided_is_refused() {
        let refused = |builder: Builder| builder.layout().unwrap_err().to_string();
        let said = refused(Simulation::builder().named("acorn"));
        assert!(said.contains("infinite is not divided into rows; give a size"), "{said}");
        let klein = "klein:x".parse().unwrap();
        let said = refused(Simulation::builder().soup(0.5, 1).size(30, 20).topology(klein));
        assert!(said.contains("klein:x is not divided into rows"), "{said}");
        let brain = Simulation::builder().soup(0.5, 1).size(30, 20).topology(Topology::Torus);
        let said = refused(brain.rule("/2/3".parse().unwrap()));
        assert!(said.contains("cells of 3 states, as /2/3 has them, are not divided"), "{said}");
        assert!(refused(Simulation::builder()).contains("nothing to simulate"));
    }

    #[test]
    fn a_pattern_that_does_not_fit_is_refused_whichever_rows_are_asked_for() {
        let layout =
            Simulation::builder().named("gosper-glider-gun").size(10, 50).layout().unwrap();
        let said = layout.rows(0..1).unwrap_err().to_string();
        assert!(said.contains("lies outside the grid of 10x50 cells"), "{said}");
    }
}
