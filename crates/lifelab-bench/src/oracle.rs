//! The truth about a universe, computed by other means than any kernel's.

use lifelab::core::{Cell, Neighborhood, Phase, Position, Rule, Site};
use lifelab::{Grid, IoSpec, Size, StateHash, Topology};

use crate::universe::Universe;

/// The generations of one universe, a byte for each cell: plain additions, no bits, no halo, no
/// words. It goes forward only, and is asked for generations in any order.
///
/// Where faults on purpose strike cells that keep their states, these keep them here, too.
pub(crate) struct Oracle {
    size: Size,
    width: usize,
    rule: Rule,
    topology: Topology,
    start: Vec<u8>,
    first: u64,
    now: Vec<u8>,
    generation: u64,
    /// The I/O that has failed on the way to now, if any can.
    keeping: Option<IoSpec>,
    /// Hashes given already: cases of one universe often end alike.
    known: Vec<(u64, Option<IoSpec>, StateHash)>,
}

impl Oracle {
    pub(crate) fn new(universe: &Universe) -> Self {
        let grid = &universe.start;
        let (width, height) = (grid.width() as usize, grid.height() as usize);
        let mut start = vec![0; width * height];
        for at in grid.live_cells() {
            start[at.y as usize * width + at.x as usize] = 1;
        }
        Self {
            size: grid.size(),
            width,
            rule: universe.rule,
            topology: universe.topology,
            now: start.clone(),
            start,
            first: universe.generation,
            generation: universe.generation,
            keeping: None,
            known: Vec::new(),
        }
    }

    /// The hash of a generation's state, if cells keep their states wherever `keeping` fails.
    pub(crate) fn hash(&mut self, generation: u64, keeping: Option<&IoSpec>) -> StateHash {
        let is_it = |known: &&(u64, Option<IoSpec>, StateHash)| {
            known.0 == generation && known.1.as_ref() == keeping
        };
        if let Some((_, _, hash)) = self.known.iter().find(is_it) {
            return *hash;
        }
        if generation < self.generation || self.keeping.as_ref() != keeping {
            self.now.copy_from_slice(&self.start);
            self.generation = self.first;
            self.keeping = keeping.cloned();
        }
        while self.generation < generation {
            self.generation += 1;
            self.step();
        }
        let hash = StateHash::of(&self.grid());
        self.known.push((generation, keeping.cloned(), hash));
        hash
    }

    fn grid(&self) -> Grid {
        let mut grid =
            Grid::new(self.size.width.get(), self.size.height.get()).expect("there was one");
        for (index, _) in self.now.iter().enumerate().filter(|(_, cell)| **cell == 1) {
            let (x, y) = (index % self.width, index / self.width);
            grid.set(Cell::new(x as u32, y as u32), true);
        }
        grid
    }

    /// Computes the generation of this number from the one before.
    fn step(&mut self) {
        let mut next = vec![0; self.now.len()];
        let [mut above, mut here, mut below] = [(); 3].map(|()| vec![0_u8; self.width + 2]);
        for (y, out) in next.chunks_exact_mut(self.width).enumerate() {
            self.fill(&mut above, y as i64 - 1);
            self.fill(&mut here, y as i64);
            self.fill(&mut below, y as i64 + 1);
            for (x, cell) in out.iter_mut().enumerate() {
                let bits = |row: &[u8]| u16::from(row[x] | row[x + 1] << 1 | row[x + 2] << 2);
                let block = Neighborhood::from_rows(bits(&above), bits(&here), bits(&below));
                let is_kept = self.is_kept(x, y);
                *cell = if is_kept { here[x + 1] } else { self.rule.next(block).into() };
            }
        }
        self.now = next;
    }

    /// Whether a cell's I/O fails in this generation, in either phase.
    fn is_kept(&self, x: usize, y: usize) -> bool {
        self.keeping.as_ref().is_some_and(|io| {
            let at = Cell::new(x as u32, y as u32);
            let fails = |phase| io.fails(Site::new(self.generation, at, phase));
            fails(Phase::Neighbors) || fails(Phase::Rule)
        })
    }

    /// A row with what lies west and east of it.
    fn fill(&self, row: &mut [u8], y: i64) {
        let inside = usize::try_from(y).ok().and_then(|y| self.now.chunks_exact(self.width).nth(y));
        if let Some(cells) = inside {
            row[1..=self.width].copy_from_slice(cells);
            let last = self.width as i64;
            [row[0], row[self.width + 1]] = [self.seen(-1, y), self.seen(last, y)];
        } else {
            for (x, cell) in (-1..).zip(row) {
                *cell = self.seen(x, y);
            }
        }
    }

    /// What is seen at a place, inside or beyond the edges.
    fn seen(&self, x: i64, y: i64) -> u8 {
        let seen = self.topology.resolve(self.size, Position { x, y });
        seen.map_or(0, |cell| self.now[cell.y as usize * self.width + cell.x as usize])
    }
}

#[cfg(test)]
mod tests {
    use lifelab::Simulation;

    use super::*;

    #[test]
    fn it_agrees_with_published_facts() {
        // The R-pentomino: 116 cells in the end, after 1,103 generations, six gliders included; on
        // a grid that no glider has crossed by then.
        let simulation =
            Simulation::builder().named("r-pentomino").size(700, 700).topology(Topology::Plane);
        let simulation = simulation.build().unwrap();
        let mut oracle = Oracle::new(&Universe {
            start: Grid::clone(simulation.grid()),
            rule: simulation.rule(),
            topology: Topology::Plane,
            generation: 0,
        });
        oracle.hash(1103, None);
        assert_eq!(oracle.now.iter().map(|&cell| u64::from(cell)).sum::<u64>(), 116);
    }

    #[test]
    fn it_goes_back_by_starting_again() {
        let universe = |topology| Universe {
            start: ".O...\n..O..\nOOO..\n.....\n.....".parse().unwrap(),
            rule: Rule::LIFE,
            topology,
            generation: 3,
        };
        let mut torus = Oracle::new(&universe(Topology::Torus));
        let start = torus.hash(3, None);
        // A glider is back after 4 generations for each of 5 columns.
        assert_eq!(torus.hash(23, None), start);
        torus.known.clear();
        let walked: Grid = ".....\n..O..\n...O.\n.OOO.\n.....".parse().unwrap();
        assert_eq!(torus.hash(7, None), StateHash::of(&walked));
        assert_ne!(Oracle::new(&universe(Topology::Plane)).hash(23, None), start);
    }

    /// A blinker, one of whose cells is struck: worked out by hand.
    #[test]
    fn cells_that_a_fault_strikes_keep_their_states() {
        let universe = Universe {
            start: ".....\n.....\n.OOO.\n.....\n.....".parse().unwrap(),
            rule: Rule::LIFE,
            topology: Topology::Plane,
            generation: 0,
        };
        let mut oracle = Oracle::new(&universe);
        let turned: Grid = ".....\n..O..\n..O..\n..O..\n.....".parse().unwrap();
        // The western end of the blinker lives on, where it would have died.
        let kept: Grid = ".....\n..O..\n.OO..\n..O..\n.....".parse().unwrap();
        for (io, grid) in [
            ("none error@1:(1,2) on_fault:keep", &kept),
            ("none error@1:(1,2) phase:both on_fault:keep", &kept),
            ("none error@1:(1,2) retry:1 on_fault:keep", &turned),
            ("none error@2:(1,2) on_fault:keep", &turned),
        ] {
            let io: IoSpec = io.parse().unwrap();
            assert_eq!(oracle.hash(1, Some(&io)), StateHash::of(grid), "{io}");
            assert_eq!(oracle.hash(1, None), StateHash::of(&turned), "without it");
        }
    }

    #[test]
    fn a_simulation_whose_cells_keep_their_states_agrees() {
        for io in [
            "none error:0.2 on_fault:keep seed:3",
            "none error:0.3 phase:both retry:1(1us,1us) on_fault:keep",
            "none panic:0.1 hang:0.01 timeout:2ms on_fault:keep",
        ] {
            let spec: IoSpec = io.parse().unwrap();
            let builder = Simulation::builder().soup(0.4, 5).size(17, 9).io_spec(spec.clone());
            let mut simulation = builder.build().unwrap();
            let mut oracle = Oracle::new(&Universe {
                start: Grid::clone(simulation.grid()),
                rule: simulation.rule(),
                topology: Topology::Torus,
                generation: 0,
            });
            simulation.run(6).unwrap();
            assert_eq!(oracle.hash(6, Some(&spec)), simulation.state_hash(), "{io}");
            assert_ne!(oracle.hash(6, None), simulation.state_hash(), "{io}: it strikes");
        }
    }
}
