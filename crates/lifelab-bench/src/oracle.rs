//! The truth about a universe, computed by other means than any kernel's.

use lifelab::core::{Cell, Position, Rule};
use lifelab::{Grid, Size, StateHash, Topology};

use crate::universe::Universe;


/// The generations of one universe, a byte for each cell: plain additions, no bits, no halo, no
/// words. It goes forward only, and is asked for generations in any order.
pub(crate) struct Oracle {
    size: Size,
    width: usize,
    rule: Rule,
    topology: Topology,
    start: Vec<u8>,
    first: u64,
    now: Vec<u8>,
    generation: u64,
    /// Hashes given already: cases of one universe often end alike.
    known: Vec<(u64, StateHash)>,
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
            known: Vec::new(),
        }
    }

    /// The hash of a generation's state.
    pub(crate) fn hash(&mut self, generation: u64) -> StateHash {
        if let Some((_, hash)) = self.known.iter().find(|(known, _)| *known == generation) {
            return *hash;
        }
        if generation < self.generation {
            self.now.copy_from_slice(&self.start);
            self.generation = self.first;
        }
        while self.generation < generation {
            self.step();
            self.generation += 1;
        }
        let hash = StateHash::of(&self.grid());
        self.known.push((generation, hash));
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

    fn step(&mut self) {
        let mut next = vec![0; self.now.len()];
        let [mut above, mut here, mut below] = [(); 3].map(|()| vec![0_u8; self.width + 2]);
        let (births, survivals) = (self.rule.births(), self.rule.survivals());
        for (y, out) in next.chunks_exact_mut(self.width).enumerate() {
            self.fill(&mut above, y as i64 - 1);
            self.fill(&mut here, y as i64);
            self.fill(&mut below, y as i64 + 1);
            for (x, cell) in out.iter_mut().enumerate() {
                let column = |x: usize| above[x] + here[x] + below[x];
                let alive = here[x + 1];
                let neighbors = column(x) + column(x + 1) + column(x + 2) - alive;
                let counts = if alive == 1 { survivals } else { births };
                *cell = (counts >> neighbors & 1) as u8;
            }
        }
        self.now = next;
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
        oracle.hash(1103);
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
        let start = torus.hash(3);
        // A glider is back after 4 generations for each of 5 columns.
        assert_eq!(torus.hash(23), start);
        torus.known.clear();
        let walked: Grid = ".....\n..O..\n...O.\n.OOO.\n.....".parse().unwrap();
        assert_eq!(torus.hash(7), StateHash::of(&walked));
        assert_ne!(Oracle::new(&universe(Topology::Plane)).hash(23), start);
    }
}
