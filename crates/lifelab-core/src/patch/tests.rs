//! Patches that exchange their halos give what the oracle gives.

use super::*;
use crate::testing::{oracle_after, topologies};
use crate::{Cell, Soup};

/// A universe in patches.
struct Divided {
    patches: Vec<Patch>,
    topology: Topology,
    reach: u32,
}

impl Divided {
    fn new(whole: &Grid, parts: u32, reach: u32, topology: Topology, rule: Rule) -> Self {
        let place = |part: u32| whole.height() * part / parts;
        let patches = (0..parts).map(|part| {
            let rows = place(part)..place(part + 1);
            let mut grid = Grid::new(whole.width(), rows.len() as u32).unwrap();
            for (y, from) in rows.enumerate() {
                write_row(&mut grid, y as u32, whole.row(from).collect());
            }
            let is_torus = topology == Topology::Torus;
            let halo = [is_torus || part > 0, is_torus || part + 1 < parts];
            Patch::new(grid, halo.map(|has| if has { reach } else { 0 }), topology, rule, 0)
        });
        Self { patches: patches.collect::<Result<_, _>>().unwrap(), topology, reach }
    }

    fn exchange(&mut self) {
        let count = self.patches.len();
        let edges: Vec<_> = (self.patches.iter())
            .map(|p| [PatchEnd::Top, PatchEnd::Bottom].map(|end| p.edge(end, self.reach)))
            .collect();
        for (i, patch) in self.patches.iter_mut().enumerate() {
            if self.topology == Topology::Torus || i > 0 {
                patch.set_halo(PatchEnd::Top, &edges[(i + count - 1) % count][1]);
            }
            if self.topology == Topology::Torus || i + 1 < count {
                patch.set_halo(PatchEnd::Bottom, &edges[(i + 1) % count][0]);
            }
        }
    }

    /// As a rank does: the inner rows of the first hop before the exchange, all else after it.
    fn advance(&mut self, generations: u32) {
        let stop = CancellationToken::new();
        let compute = |patch: &mut Patch, generations, rows: &[Range<u32>]| {
            let (hop, bands) = patch.hop(generations, rows, 7, &stop);
            for mut band in bands.into_iter().rev() {
                hop.compute(&mut band).unwrap();
            }
        };
        let mut left = generations;
        let first = left.min(self.patches[0].at_once());
        for patch in &mut self.patches {
            let inner = patch.inner(first);
            compute(patch, first, &[inner]);
        }
        self.exchange();
        for patch in &mut self.patches {
            let (inner, wanted) = (patch.inner(first), patch.wanted(left - first));
            compute(patch, first, &[wanted.start..inner.start, inner.end..wanted.end]);
            patch.finish(first);
        }
        left -= first;
        while left > 0 {
            let next = left.min(self.patches[0].at_once());
            left -= next;
            for patch in &mut self.patches {
                let wanted = patch.wanted(left);
                compute(patch, next, &[wanted]);
                patch.finish(next);
            }
        }
    }

    fn rows(&self) -> Vec<Vec<u64>> {
        let rows = |patch: &Patch| (0..patch.height()).map(|y| patch.row(y).collect()).collect();
        self.patches.iter().flat_map::<Vec<_>, _>(rows).collect()
    }
}

/// One generation after the other, by the kernel that does not hop: the oracle is too slow for grids on
/// which hops pay.
fn stepped(start: &Grid, generations: u64, rule: Rule, topology: Topology) -> Grid {
    let mut now = start.clone();
    for _ in 0..generations {
        now.fill_halo(topology);
        let mut next = now.clone();
        for mut band in next.bands_mut(1000) {
            now.band(band.rows()).advance_into(&mut band, rule);
        }
        now = next;
    }
    now
}

fn check(size: (u32, u32), parts: u32, reach: u32, topology: Topology, rule: &str) {
    let rule: Rule = rule.parse().unwrap();
    let whole = Soup { density: 0.4, seed: 3 }.grid(size.0, size.1).unwrap();
    let mut divided = Divided::new(&whole, parts, reach, topology, rule);
    divided.advance(reach);
    divided.advance(reach.div_ceil(2));
    let generations = u64::from(reach + reach.div_ceil(2));
    let is_small = whole.area() < 10_000;
    let expected: fn(&Grid, u64, Rule, Topology) -> Grid =
        if is_small { oracle_after } else { stepped };
    let expected = expected(&whole, generations, rule, topology);
    let expected: Vec<Vec<u64>> = (0..size.1).map(|y| expected.row(y).collect()).collect();
    let what = format!("{topology} {size:?}, {parts} parts, {reach} rows of halo, {rule}");
    assert!(divided.rows() == expected, "{what}");
}

#[test]
fn patches_are_the_universe_they_divide() {
    for topology in [Topology::Torus, Topology::Plane] {
        for (size, parts, reach) in
            [((1, 1), 1, 1), ((3, 4), 4, 1), ((64, 9), 2, 3), ((65, 40), 3, 13), ((130, 31), 1, 24)]
        {
            for rule in ["B3/S23", "B36/S125", "B0/S8", "B2ce/S1c23"] {
                check(size, parts, reach, topology, rule);
            }
        }
    }
}

#[test]
fn patches_hop() {
    for topology in [Topology::Torus, Topology::Plane] {
        for (parts, reach) in [(1, 24), (2, 24), (2, 48), (3, 30)] {
            let (width, height) = (3960, 160); // As much as a tile is wide.
            let local = Grid::new(width, height / parts + reach).unwrap().size();
            assert_eq!(hop_length(Rule::LIFE, local, topology), 24);
            check((width, height), parts, reach, topology, "B3/S23");
        }
    }
}

/// Still lifes and blinkers everywhere, and gliders that cross from patch to patch.
#[test]
fn what_has_settled_is_not_computed() {
    let mut whole = Grid::new(3968, 160).unwrap();
    for (x, y) in (0..248).flat_map(|x| (0..10).map(move |y| (16 * x, 16 * y))) {
        let cells: &[_] = match (x / 16 + y / 16) % 3 {
            0 => &[(3, 3), (4, 3), (3, 4), (4, 4)],
            1 => &[(3, 4), (4, 4), (5, 4)],
            _ if x % 800 == 0 => &[(5, 3), (6, 4), (4, 5), (5, 5), (6, 5)],
            _ => &[],
        };
        cells.iter().for_each(|(dx, dy)| whole.set(Cell::new(x + dx, y + dy), true));
    }
    for topology in [Topology::Torus, Topology::Plane] {
        let mut divided = Divided::new(&whole, 2, 24, topology, Rule::LIFE);
        for _ in 0..12 {
            divided.advance(24);
        }
        let shares =
            divided.patches.iter().map(|patch| patch.last.as_ref().unwrap().0.share_computed());
        assert!(shares.flatten().all(|share| share < 0.5), "{topology}");
        divided.advance(10); // Another length, of which nothing is known.
        divided.advance(24);
        let expected = stepped(&whole, 12 * 24 + 34, Rule::LIFE, topology);
        let expected: Vec<Vec<u64>> = (0..160).map(|y| expected.row(y).collect()).collect();
        assert!(divided.rows() == expected, "{topology}");
    }
}

#[test]
fn what_pays_is_a_hop() {
    let patch = |width, rule: &str| {
        let rows = Grid::new(width, 300).unwrap();
        let rule = rule.parse().unwrap();
        Patch::new(rows, [24, 24], Topology::Torus, rule, 0).unwrap().at_once()
    };
    assert_eq!(patch(4096, "B36/S23"), 24);
    assert_eq!(patch(30, "B3/S23"), 1, "a narrow one");
    assert_eq!(patch(4096, "B2ce/S1c23"), 1, "a rule that does not count");
}

#[test]
fn torus_and_plane_are_divided_and_no_other() {
    let mut all = topologies(12, 12);
    all.extend(
        ["infinite", "T0,12", "T12,0", "P0,12", "P12,0"].map(|it| it.parse::<Topology>().unwrap()),
    );
    let divided: Vec<_> = all.into_iter().filter(|&it| Patch::divides(it)).collect();
    assert_eq!(divided, [Topology::Torus, Topology::Plane]);
}

#[test]
fn rows_are_cut_into_parts_alike() {
    for (rows, most, parts) in [(0..0, 5, 0), (3..4, 5, 1), (2..12, 5, 2), (2..13, 5, 3)] {
        let cuts: Vec<_> = cut(rows.clone(), most).collect();
        assert_eq!(cuts.len(), parts);
        assert!(cuts.iter().all(|cut| !cut.is_empty() && cut.len() as u32 <= most));
        assert!(cuts.into_iter().flatten().eq(rows));
    }
}
