//! How many cells does one thread compute in a second, without I/O?

use std::time::Duration;

use criterion::{Criterion, Throughput};

use lifelab::{Grid, Rule, Topology};
use lifelab_benches::{measure_step, soup};
use lifelab_core::testing::{Kernel, oracle};

/// B3/S23 has a circuit of its own, all others share one.
const RULES: [&str; 4] = ["B3/S23", "B36/S23", "B3678/S34678", "B0/S8"];

fn main() {
    lifelab_benches::run(|criterion| {
        kernels(criterion);
        copies(criterion);
        rules(criterion);
        shapes(criterion);
    });
}

/// All kernels that this processor runs, in the cache of the second level and beyond it.
fn kernels(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kernel");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (width, height) in [(8192, 512), (4096, 4096)] {
        group.throughput(Throughput::Elements(u64::from(width) * u64::from(height)));
        for rule in RULES {
            for kernel in Kernel::all() {
                let mut grids = None; // Built once, and only if the benchmark is selected.
                group.bench_function(format!("{kernel}/{rule}/{width}x{height}"), |bencher| {
                    let rule = rule.parse().expect("a rule");
                    let (now, next) =
                        grids.get_or_insert_with(|| verified(kernel, rule, width, height));
                    bencher.iter(|| kernel.step(rule, now, next));
                });
            }
        }
    }
}

/// A soup, and its next generation as the kernel computes it and the game's definition says.
fn verified(kernel: Kernel, rule: Rule, width: u32, height: u32) -> (Grid, Grid) {
    let grid = |width, height| {
        let mut grid = soup(width, height).build().expect("a soup").grid().as_ref().clone();
        grid.fill_halo(Topology::Torus);
        grid
    };
    // The definition is slow: a part of the size, of as many words to a row.
    let (now, mut next) = (grid(width, 16), Grid::new(width, 16).expect("a small grid"));
    kernel.step(rule, &now, &mut next);
    assert_eq!(next, oracle(&now, rule, Topology::Torus), "{kernel} is wrong about {rule}");
    (grid(width, height), Grid::new(width, height).expect("there is one already"))
}

/// The floor that memory sets: to read each cell and to write it, and to do nothing else.
fn copies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("copy");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (width, height) in [(8192, 512), (4096, 4096), (16_384, 16_384)] {
        let cells = width * height;
        group.throughput(Throughput::Elements(cells as u64));
        group.bench_function(format!("{width}x{height}"), |bencher| {
            let (from, mut to) = (vec![!0_u64; cells / 64], vec![0; cells / 64]);
            bencher.iter(|| std::hint::black_box(&mut to).copy_from_slice(&from));
        });
    }
}

/// One size, several rules.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rule");
    for rule in RULES {
        measure_step(&mut group, rule, (2048, 2048), |soup| {
            soup.rule(rule.parse().expect("a rule"))
        });
    }
}

/// One rule, several shapes: in the cache and beyond it, whole words and odd ends.
fn shapes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shape");
    for (width, height) in [(512, 512), (8192, 512), (1000, 777), (4096, 4096), (64, 65_536)] {
        for topology in [Topology::Torus, Topology::Plane] {
            let name = format!("{width}x{height}/{topology}");
            measure_step(&mut group, &name, (width, height), |soup| soup.topology(topology));
        }
    }
}
