//! What has left a solo tile.

use super::World;
use super::plan::Expectant;
use crate::geometry::{AROUND, COLUMNS, Cells, GROUP, REACH, SIDE, TILE_GROUPS, WINDOW_GROUPS};
use crate::marks::Marks;
use crate::store::{NOWHERE, Refusal};

impl World {
    /// Puts cells that have left solo tiles into the next states of their neighbors.
    ///
    /// A neighbor was made for them, or expects them, or has computed them itself. Then they are there
    /// already, or else it sleeps: then they were there a film ago, and still are.
    pub(super) fn spill(&mut self, next: usize) -> Result<(), Refusal> {
        if self.spills.is_empty() && self.expectant.is_empty() {
            return Ok(());
        }
        let (mut arrivals, mut made) = (Vec::new(), Vec::new());
        for index in 0..self.spills.len() {
            let tile = self.spills[index].tile;
            for direction in AROUND {
                let Some(cells) = part(&self.spills[index].rows, direction) else { continue };
                let is_new = self.store.tiles[tile].near[direction] == NOWHERE;
                let neighbor = self.store.neighbor(tile, direction)?;
                if is_new {
                    made.push(neighbor);
                }
                arrivals.push((neighbor, cells));
            }
        }
        for (id, cells) in &arrivals {
            let state = &mut self.store.states[next];
            let expectant = self.expectant.binary_search_by_key(id, |expectant| expectant.tile);
            if let Ok(index) = expectant {
                self.expectant[index].reached = true;
            }
            let rows = state.cells[*id].0.as_flattened_mut().iter_mut();
            for (row, arrived) in rows.zip(cells.0.as_flattened()) {
                // A tile that has computed itself, or sleeps, is right already.
                debug_assert!(*row & arrived == *arrived || expectant.is_ok() || made.contains(id));
                *row |= arrived;
            }
        }
        for id in made {
            let state = &mut self.store.states[next];
            let live = Marks::of(&state.cells[id]);
            state.live[id] = live;
            self.waker(next).spread(id, live);
        }
        self.receive(next);
        Ok(())
    }

    /// Looks what has come to tiles that expected something.
    fn receive(&mut self, next: usize) {
        for index in 0..self.expectant.len() {
            let Expectant { tile: id, groups, before, reached } = self.expectant[index];
            if !reached && before.is_none() {
                continue; // It was empty, and it is.
            }
            let before = before.map_or(&Cells::EMPTY, |index| &self.before[index as usize]);
            let state = &mut self.store.states[next];
            let cells = &state.cells[id];
            let changed = Marks::of(&difference(cells, before)).within(groups);
            let live = Marks::of(cells).within(groups);
            state.live[id] = state.live[id].without(groups).and(live);
            self.waker(next).spread(id, changed);
        }
    }
}

/// The part of a window that lies in a neighbor; `None` if nothing lives there.
pub(crate) fn part(rows: &[[u64; GROUP]; WINDOW_GROUPS], direction: usize) -> Option<Cells> {
    let columns = |row: u64| match direction % 3 {
        0 => row << (SIDE - REACH) & COLUMNS,
        1 => row >> REACH & COLUMNS,
        _ => row >> (SIDE + REACH),
    };
    // Groups of the window, and where they lie in the neighbor.
    let (from, to) = match direction / 3 {
        0 => (1..2, TILE_GROUPS - 1),
        1 => (2..2 + TILE_GROUPS, 0),
        _ => (2 + TILE_GROUPS..3 + TILE_GROUPS, 0),
    };
    let (mut cells, mut some) = (Cells::EMPTY, 0);
    for (rows, out) in rows[from].iter().zip(&mut cells.0[to..]) {
        for (row, out) in rows.iter().zip(out) {
            *out = columns(*row);
            some |= *out;
        }
    }
    (some != 0).then_some(cells)
}

/// Cells that are in one, but not in the other.
fn difference(a: &Cells, b: &Cells) -> Cells {
    let mut cells = *a;
    let rows = cells.0.as_flattened_mut().iter_mut();
    rows.zip(b.0.as_flattened()).for_each(|(row, other)| *row ^= other);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each cell of a window that is outside of the tile arrives where it belongs.
    #[test]
    fn a_window_falls_into_nine_tiles() {
        for (x, y) in (8..72).flat_map(|y| (0..64).map(move |x| (x, y))) {
            let mut rows = [[0; GROUP]; WINDOW_GROUPS];
            rows[y / GROUP][y % GROUP] = 1 << x;
            // Counted from the first cell of the tile in the north-west.
            let (x, y) = (x + 40, y + 32);
            for direction in 0..9 {
                let found = part(&rows, direction);
                let own = direction == 3 * (y / SIDE) + x / SIDE;
                let expected = own.then(|| {
                    let mut cells = Cells::EMPTY;
                    cells.set(x % SIDE, y % SIDE, true);
                    cells
                });
                assert_eq!(found, expected, "({x}, {y}) in {direction}");
            }
        }
    }
}
