//! Which rank has which rows.

use std::ops::Range;

use lifelab::Topology;

use crate::failure::Failure;

/// Rows dealt out to ranks: each has as many as the others, or one more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shares {
    height: u32,
    ranks: u32,
}

impl Shares {
    /// `height` rows for `ranks` ranks.
    ///
    /// # Errors
    /// If some would have none.
    pub fn new(height: u32, ranks: u32) -> Result<Self, Failure> {
        let fits = (1..=height).contains(&ranks).then_some(Self { height, ranks });
        fits.ok_or_else(|| {
            Failure::usage(format!(
                "{ranks} ranks for {height} rows; start {height} ranks at most, or give a larger universe"
            ))
        })
    }

    /// The rows of a rank.
    pub fn of(self, rank: u32) -> Range<u32> {
        let first =
            |rank| (u64::from(self.height) * u64::from(rank) / u64::from(self.ranks)) as u32;
        first(rank)..first(rank + 1)
    }

    /// The fewest rows that a rank has.
    pub fn fewest(self) -> u32 {
        self.height / self.ranks
    }

    /// The ranks that have the rows above and below a rank's, which may be itself; `None` where there
    /// are no rows.
    pub fn neighbors(self, rank: u32, topology: Topology) -> [Option<u32>; 2] {
        let is_ring = !topology.is_dead_beyond();
        let last = self.ranks - 1;
        let above = if rank > 0 { Some(rank - 1) } else { is_ring.then_some(last) };
        let below = if rank < last { Some(rank + 1) } else { is_ring.then_some(0) };
        [above, below]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_one_rank() {
        for (height, ranks) in [(1, 1), (8, 8), (17, 5), (u32::MAX, 1000)] {
            let shares = Shares::new(height, ranks).unwrap();
            let mut next = 0;
            for rank in 0..ranks {
                let rows = shares.of(rank);
                assert_eq!(rows.start, next);
                assert!(rows.len() as u32 - shares.fewest() <= 1);
                next = rows.end;
            }
            assert_eq!(next, height);
        }
        assert!(Shares::new(4, 5).is_err() && Shares::new(4, 0).is_err());
    }

    #[test]
    fn a_torus_is_closed_and_a_plane_ends() {
        let shares = Shares::new(9, 3).unwrap();
        assert_eq!(shares.neighbors(0, Topology::Torus), [Some(2), Some(1)]);
        assert_eq!(shares.neighbors(0, Topology::Plane), [None, Some(1)]);
        assert_eq!(shares.neighbors(2, Topology::Plane), [Some(1), None]);
        assert_eq!(Shares::new(9, 1).unwrap().neighbors(0, Topology::Torus), [Some(0); 2]);
    }
}
