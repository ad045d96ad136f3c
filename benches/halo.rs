//! What does it cost to show what lies beyond the edges, once per generation?

use criterion::{BenchmarkId, Throughput};

use lifelab::{Cell, Grid, Rule, Soup, Topology};
use lifelab_core::testing::{oracle, topologies};

/// Of as many cells each, but for the first: small, square, wide (the halo is copied in whole
/// words) and tall (it is gathered bit by bit, from a cache line per row).
const SHAPES: [(u32, u32); 4] = [(64, 64), (2048, 2048), (65_536, 64), (64, 65_536)];

fn main() {
    lifelab_benches::run(|criterion| {
        let mut group = criterion.benchmark_group("halo");
        for (width, height) in SHAPES {
            for topology in topologies(width, height) {
                let frame = 2 * (u64::from(width) + u64::from(height)) + 4;
                group.throughput(Throughput::Elements(frame));
                let id = BenchmarkId::new(format!("{width}x{height}"), topology);
                let mut grid = None; // Built once, and only if the benchmark is selected.
                group.bench_function(id, |bencher| {
                    let grid = grid.get_or_insert_with(|| verified(width, height, topology));
                    bencher.iter(|| grid.fill_halo(topology));
                });
            }
        }
    });
}

/// A soup whose halo is right. A rule is applied to the cells at the edges that depends on the
/// parity of their neighbors, so that each cell of the halo counts.
fn verified(width: u32, height: u32, topology: Topology) -> Grid {
    let mut grid = Soup { density: 0.4, seed: 1 }.grid(width, height).expect("a small grid");
    grid.fill_halo(topology);
    let parity: Rule = "B1357/S1357".parse().expect("a rule");
    let expected = oracle(&grid, parity, topology);
    let (right, bottom) = (width - 1, height - 1);
    let rows = (0..=right).flat_map(|x| [Cell::new(x, 0), Cell::new(x, bottom)]);
    let columns = (0..=bottom).flat_map(|y| [Cell::new(0, y), Cell::new(right, y)]);
    for at in rows.chain(columns) {
        let next = grid.job(at).next(&parity);
        assert_eq!(next, expected.get(at).into(), "{at} sees a wrong halo");
    }
    grid
}
