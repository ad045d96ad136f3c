//! Some rows of a larger universe, for whoever divides one among several machines.

use std::ops::Range;
use std::sync::Arc;

use crate::band::{Band, BandMut};
use crate::cancellation_token::{CancelReason, CancellationToken};
use crate::context::Context;
use crate::finite::hop_length;
use crate::grid::{Grid, GridError};
use crate::io::Idle;
use crate::rule::Rule;
use crate::topology::{Axis, Topology};
use crate::unchanged::UnchangedMap;

/// Some rows of a larger universe, between rows that belong to its neighbors.
///
/// A patch has rows of its own and, above and below, copies of as many of its neighbors' as it was made
/// with: its *halo*. In each generation another row of the halo is spoiled, from the outside inwards.
/// So a patch goes as many generations ahead as its halo has rows before it must be
/// [told](Self::set_halo) of its neighbors again. At an edge of a plane there is no halo, and beyond is
/// nothing.
///
/// ```text
///  exchange of halos                                                   exchange of halos
///   | hop of 24 generations: rows that need no halo ... then the others | hop | hop |
/// ```
///
/// Whoever owns a patch decides who computes: [`hop`](Self::hop) gives bands for any threads to take.
/// It takes the topologies that rows can be divided on, [torus and plane](Self::divides).
///
/// ```
/// use lifelab_core::{CancellationToken, Grid, Patch, PatchEnd, Rule, Topology};
///
/// // A blinker on a torus, all of it in one patch that is its own neighbor.
/// let rows: Grid = ".....\n..O..\n..O..\n..O..\n.....".parse()?;
/// let mut patch = Patch::new(rows, [1, 1], Topology::Torus, Rule::LIFE, 0)?;
/// let [top, bottom] = [PatchEnd::Top, PatchEnd::Bottom].map(|end| patch.edge(end, 1));
/// patch.set_halo(PatchEnd::Top, &bottom);
/// patch.set_halo(PatchEnd::Bottom, &top);
/// let rows = patch.wanted(0);
/// let (hop, bands) = patch.hop(1, &[rows], 2, &CancellationToken::new());
/// bands.into_iter().try_for_each(|mut band| hop.compute(&mut band))?;
/// patch.finish(1);
/// assert!(patch.row(2).eq([0b01110]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Patch {
    now: Grid,
    next: Grid,
    /// Its own rows in both grids.
    own: Range<u32>,
    topology: Topology,
    rule: Rule,
    generation: u64,
    /// The most generations of a hop.
    at_once: u32,
    /// What is known of the hop in progress, once it has begun.
    hop: Option<Arc<UnchangedMap>>,
    /// What the last one has noted, and of how many generations it was; if the next one, of as many,
    /// writes over the state before it.
    last: Option<(Arc<UnchangedMap>, u32)>,
}

/// The first or the last rows of a patch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PatchEnd {
    /// The first.
    Top,
    /// The last.
    Bottom,
}

/// What the threads that compute a hop's bands share.
#[derive(Debug)]
pub struct PatchHop<'a> {
    now: &'a Grid,
    cx: Context,
}

impl Patch {
    /// Whether a universe of this topology can be divided into rows: torus and plane.
    pub fn divides(topology: Topology) -> bool {
        let is_torus = [Axis::X, Axis::Y].iter().all(|&axis| topology.is_ring(axis));
        is_torus || (topology.is_dead_beyond() && !topology.is_endless())
    }

    /// A patch of these rows as generation `generation`, with as many rows of halo above and below.
    ///
    /// # Errors
    /// If the system has no memory for them twice.
    ///
    /// # Panics
    /// If the topology cannot be [divided](Self::divides).
    pub fn new(
        rows: Grid,
        halo: [u32; 2],
        topology: Topology,
        rule: Rule,
        generation: u64,
    ) -> Result<Self, GridError> {
        assert!(Self::divides(topology), "{topology} is not divided into rows");
        let (width, [above, below]) = (rows.width(), halo);
        let own = above..above.saturating_add(rows.height());
        let height = own.end.saturating_add(below);
        let mut now = Grid::new(width, height)?;
        for y in 0..rows.height() {
            write_row(&mut now, own.start + y, rows.row(y).collect());
        }
        drop(rows); // There are never more than two.
        let next = Grid::new(width, height)?;
        let at_once = hop_length(rule, now.size(), topology);
        let (hop, last) = (None, None);
        Ok(Self { now, next, own, topology, rule, generation, at_once, hop, last })
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.now.width()
    }

    /// Rows of its own.
    pub fn height(&self) -> u32 {
        self.own.len() as u32
    }

    /// The last complete generation.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The rule.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// How many generations a hop goes ahead at most: as many as pay.
    pub fn at_once(&self) -> u32 {
        self.at_once
    }

    /// The words of its own row `y`, counted from 0, as [`Grid::row`] gives them.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, y: u32) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        assert!(y < self.height(), "row {y} lies outside the patch");
        self.now.row(self.own.start + y)
    }

    /// Its first or last rows, for the halo of a neighbor: their words, row after row.
    ///
    /// # Panics
    /// If it has fewer rows.
    pub fn edge(&self, end: PatchEnd, rows: u32) -> Vec<u64> {
        assert!(rows <= self.height(), "{rows} rows of {}", self.height());
        let rows = match end {
            PatchEnd::Top => self.own.start..self.own.start + rows,
            PatchEnd::Bottom => self.own.end - rows..self.own.end,
        };
        rows.flat_map(|y| self.now.row(y)).collect()
    }

    /// Rows of halo above or below.
    pub fn halo(&self, end: PatchEnd) -> u32 {
        match end {
            PatchEnd::Top => self.own.start,
            PatchEnd::Bottom => self.now.height() - self.own.end,
        }
    }

    /// Tells the patch the rows above or below: their words, row after row, as
    /// [`edge`](Self::edge) gave them.
    ///
    /// # Panics
    /// If they are not as many as the halo has.
    pub fn set_halo(&mut self, end: PatchEnd, words: &[u64]) {
        let rows = match end {
            PatchEnd::Top => 0..self.own.start,
            PatchEnd::Bottom => self.own.end..self.now.height(),
        };
        let per_row = (self.width() as usize).div_ceil(64);
        assert!(words.len() == rows.len() * per_row, "a halo of another size");
        let band = Band::from_words(rows, self.width(), words.to_vec());
        let band = band.expect("as many words as the rows have");
        match &self.last {
            Some((last, _)) => self.now.write_hop(&band, last),
            None => self.now.write_band(&band),
        }
    }

    /// The rows that are wanted if `more` generations are to follow before the halo is set again: its
    /// own, and `more` of the halo on either side. Rows are counted from the first of the halo.
    pub fn wanted(&self, more: u32) -> Range<u32> {
        let [above, below] = self.halos().map(|halo| halo.min(more));
        self.own.start - above..self.own.end + below
    }

    /// The rows of its own that lie `rows` or more away from the halo. For a hop of no more generations
    /// they can be computed before it is set.
    pub fn inner(&self, rows: u32) -> Range<u32> {
        let [above, below] = self.halos().map(|halo| if halo > 0 { rows } else { 0 });
        let start = self.own.start.saturating_add(above).min(self.own.end);
        start..self.own.end.saturating_sub(below).max(start)
    }

    /// The rows of a hop of `generations`, in bands of at most `most` rows that any threads may
    /// compute. The hop may be asked for several times, for other rows; then it is
    /// [finished](Self::finish).
    ///
    /// # Panics
    /// If it goes further than [`at_once`](Self::at_once), or rows are out of order or not there.
    pub fn hop(
        &mut self,
        generations: u32,
        rows: &[Range<u32>],
        most: u32,
        stop: &CancellationToken,
    ) -> (PatchHop<'_>, Vec<BandMut<'_>>) {
        assert!(generations <= self.at_once, "{generations} generations at once");
        if generations == 1 {
            self.now.fill_halo(self.topology); // A longer hop looks beyond the edges by itself.
        }
        let first = self.generation + 1;
        let cx = Context::new(self.rule, first, Arc::new(Idle), stop.clone());
        let mut cx = cx.hopping(generations, self.topology);
        if let Some(hop) = &mut cx.hop {
            hop.unchanged = self.known(generations);
        }
        let cuts: Vec<_> = rows.iter().flat_map(|rows| cut(rows.clone(), most)).collect();
        let bands = self.next.bands_at(&cuts);
        (PatchHop { now: &self.now, cx }, bands)
    }

    /// What is known of the hop that begins or goes on.
    fn known(&mut self, generations: u32) -> Arc<UnchangedMap> {
        let (width, height) = (self.now.width(), self.now.height());
        let last = self.last.as_ref().filter(|(_, before)| *before == generations);
        let begin = || match last {
            Some((last, _)) => Arc::new(last.next()),
            None => Arc::new(UnchangedMap::unknown(width, height)),
        };
        self.hop.get_or_insert_with(begin).clone()
    }

    /// Completes a hop whose bands have all been computed.
    pub fn finish(&mut self, generations: u32) {
        std::mem::swap(&mut self.now, &mut self.next);
        self.generation += u64::from(generations);
        // What a deeper halo computes twice lies where the next one is written: it cannot be compared.
        let is_all_halo = self.halos().into_iter().all(|halo| halo == 0 || halo == generations);
        self.last = self.hop.take().filter(|_| is_all_halo).map(|hop| (hop, generations));
    }

    fn halos(&self) -> [u32; 2] {
        [PatchEnd::Top, PatchEnd::Bottom].map(|end| self.halo(end))
    }
}

impl PatchHop<'_> {
    /// Computes a band of the hop.
    ///
    /// # Errors
    /// If the hop is to be given up; the patch stays at the last complete generation.
    pub fn compute(&self, band: &mut BandMut<'_>) -> Result<(), CancelReason> {
        self.now.advance_into(band, &self.cx)
    }
}

/// Rows in parts alike, of at most `most` rows each.
fn cut(rows: Range<u32>, most: u32) -> impl Iterator<Item = Range<u32>> {
    let len = rows.len() as u64;
    let parts = len.div_ceil(u64::from(most.max(1)));
    let place = move |part: u64| rows.start + (len * part / parts) as u32;
    (0..parts).map(move |part| place(part)..place(part + 1))
}

fn write_row(grid: &mut Grid, y: u32, words: Vec<u64>) {
    let band = Band::from_words(y..y + 1, grid.width(), words);
    grid.write_band(&band.expect("the words of one row"));
}

#[cfg(test)]
mod tests;
