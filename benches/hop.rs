//! How many cells are computed in a second if several generations may be computed at once?

use std::mem::swap;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};

use lifelab::{Builder, Grid, Rule, Simulation, Topology};
use lifelab_benches::{soup, stepper};
use lifelab_core::testing::{Kernel, topologies};

const STEPPERS: [&str; 3] = ["sequential", "thread_pool(workers: 1)", "thread_pool(workers: 2)"];

fn main() {
    lifelab_benches::run(|criterion| {
        sizes(criterion);
        rules(criterion);
        shapes(criterion);
        settled(criterion);
        kernels(criterion);
    });
}

/// Within the caches, and beyond: 512 KiB to 64 MiB for both grids, one of them three groups of columns
/// wide. Of 1 GiB more is in the docs.
fn sizes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hop");
    group.sample_size(10);
    let sizes = [(8192, 512, 480), (4096, 4096, 120), (12_288, 4096, 48), (16_384, 16_384, 24)];
    for (width, height, generations) in sizes {
        for text in STEPPERS {
            let simulation = || soup(width, height).stepper_spec(stepper(text));
            let name = format!("{width}x{height}/{text}");
            measure(&mut group, &name, (width, height), generations, simulation);
        }
    }
}

/// Other rules, which share a circuit.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hop/rule");
    group.sample_size(10);
    for rule in ["B3/S23", "B36/S23", "B3678/S34678", "B2/S"] {
        let simulation = || soup(4096, 4096).rule(rule.parse().expect("a rule"));
        measure(&mut group, rule, (4096, 4096), 120, simulation);
    }
}

/// Odd sizes, and planes.
fn shapes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hop/shape");
    group.sample_size(10);
    for (width, height) in [(1024, 768), (1000, 777), (4096, 4096), (4000, 4001)] {
        for topology in topologies(width, height).into_iter().filter(|it| !it.is_endless()) {
            let simulation = || soup(width, height).topology(topology);
            let name = format!("{width}x{height}/{topology}");
            measure(&mut group, &name, (width, height), 120, simulation);
        }
    }
}

/// A soup before and after it has settled, so that hardly anything moves.
fn settled(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hop/soup");
    group.sample_size(10);
    for (name, age) in [("dense", 0), ("settled", 24_000)] {
        let mut aged = soup(2048, 2048).build().expect("a soup");
        aged.run(age).expect("no cell fails");
        // Long runs: on a grid so narrow, it takes a while before it is looked whether it has settled.
        let aged = || Simulation::builder().grid(aged.grid().as_ref().clone());
        measure(&mut group, name, (2048, 2048), 12_000, aged);
    }
}

/// Each set of vector instructions that this processor has, on one thread: 96 generations of a dense
/// soup, in hops of 24. The plain kernel takes steps.
fn kernels(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hop/kernel");
    group.sample_size(10);
    let (width, height) = (4096, 4096);
    group.throughput(Throughput::Elements(96 * u64::from(width) * u64::from(height)));
    let mut start = None; // As below.
    for kernel in Kernel::all() {
        group.bench_function(kernel.name(), |bencher| {
            let build = || soup(width, height);
            let start = start.get_or_insert_with(|| verified(&build));
            let grids = || [start.clone(), start.clone()];
            let run = |[mut now, mut next]: [Grid; 2]| {
                for _ in 0..4 {
                    kernel.hop(Rule::LIFE, Topology::Torus, 24, &now, &mut next);
                    swap(&mut now, &mut next);
                }
                now
            };
            bencher.iter_batched(grids, run, BatchSize::PerIteration);
        });
    }
}

/// Measures a run from the start, for a soup settles; the throughput is in cells. That hops compute
/// what steps compute is verified first.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    (width, height): (u32, u32),
    generations: u32,
    build: impl Fn() -> Builder,
) {
    let cells = u64::from(width) * u64::from(height) * u64::from(generations);
    group.throughput(Throughput::Elements(cells));
    let mut start = None; // Built once, and only if the benchmark is selected.
    group.bench_function(name, |bencher| {
        let start = start.get_or_insert_with(|| verified(&build));
        let fresh = || build().grid(start.clone()).build().expect("valid parts");
        let run = |mut simulation: Simulation| {
            simulation.run(u64::from(generations)).expect("no cell fails");
            simulation
        };
        bencher.iter_batched(fresh, run, BatchSize::PerIteration);
    });
}

/// The grid to start from.
fn verified(build: &impl Fn() -> Builder) -> Grid {
    let [mut hopping, mut stepping] = [(), ()].map(|()| build().build().expect("valid parts"));
    let start = hopping.grid().as_ref().clone();
    hopping.run(50).expect("no cell fails");
    (0..50).for_each(|_| drop(stepping.step().expect("no cell fails")));
    assert_eq!(hopping.state_hash(), stepping.state_hash(), "a hop is not as many steps");
    start
}
