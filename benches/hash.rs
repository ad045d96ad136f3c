//! What does it cost to tell one state from another?

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Throughput};
use twox_hash::XxHash3_128;

use lifelab::{Cell, Grid, Simulation, StateHash, cells_sha256};

fn main() {
    lifelab_benches::run(|criterion| {
        let mut group = criterion.benchmark_group("hash");
        for side in [512, 4096] {
            let soup = lifelab_benches::soup(side, side).build().expect("valid parts");
            state(&mut group, &soup);
            cells(&mut group, &soup);
        }
    });
}

/// The hash of all cells, live and dead: per byte of the grid.
fn state(group: &mut BenchmarkGroup<'_, WallTime>, soup: &Simulation) {
    let grid = soup.grid();
    group.throughput(Throughput::Bytes(grid.area() / 8));
    group.bench_function(format!("state/{0}x{0}", grid.width()), |bencher| {
        assert_eq!(StateHash::of(grid).to_string(), format!("{:032x}", by_definition(grid)));
        bencher.iter(|| StateHash::of(grid));
    });
}

/// The hash of the live cells' coordinates: per live cell.
fn cells(group: &mut BenchmarkGroup<'_, WallTime>, soup: &Simulation) {
    let grid = soup.grid();
    let positions = || grid.live_cells().map(|at| (i64::from(at.x), i64::from(at.y)));
    group.throughput(Throughput::Elements(soup.population().saturating_to_u64()));
    group.bench_function(format!("cells/{0}x{0}", grid.width()), |bencher| {
        // The same cells elsewhere have the same hash.
        let moved = positions().map(|(x, y)| (x - 1_000_000, y + 1_000_000));
        assert_eq!(cells_sha256(positions()), cells_sha256(moved));
        bencher.iter(|| cells_sha256(positions()));
    });
}

/// The hash of a grid whose width is a multiple of 64, from its documentation: cell by cell, at
/// once.
fn by_definition(grid: &Grid) -> u128 {
    let (width, height) = (grid.width(), grid.height());
    let mut bytes = [width.to_le_bytes(), height.to_le_bytes()].concat();
    for (y, x) in (0..height).flat_map(|y| (0..width).step_by(8).map(move |x| (y, x))) {
        let bit = |i| u8::from(grid.get(Cell::new(x + i, y))) << i;
        bytes.push((0..8).map(bit).sum());
    }
    XxHash3_128::oneshot(&bytes)
}
