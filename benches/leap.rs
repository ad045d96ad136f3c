//! How many cells are computed in a second if several generations may be computed at once?

use criterion::{Criterion, Throughput};

use lifelab::{Builder, Simulation};
use lifelab_benches::{soup, stepper};

const STEPPERS: [&str; 3] = ["sequential", "thread_pool(workers: 1)", "thread_pool(workers: 2)"];

fn main() {
    lifelab_benches::run(|criterion| {
        sizes(criterion);
        rules(criterion);
        shapes(criterion);
        settled(criterion);
    });
}

/// Within the caches, and beyond: 512 KiB to 64 MiB for both grids. Of 1 GiB more is in the docs.
fn sizes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("leap");
    group.sample_size(10);
    for (width, height, generations) in [(8192, 512, 480), (4096, 4096, 120), (16_384, 16_384, 24)]
    {
        for text in STEPPERS {
            let simulation = || soup(width, height).stepper_spec(stepper(text));
            measure(&mut group, &format!("{width}x{height}/{text}"), generations, simulation);
        }
    }
}

/// Other rules, which share a network.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("leap/rule");
    group.sample_size(10);
    for rule in ["B3/S23", "B36/S23", "B3678/S34678", "B2/S"] {
        let simulation = || soup(4096, 4096).rule(rule.parse().expect("a rule"));
        measure(&mut group, rule, 120, simulation);
    }
}

/// Odd sizes, and planes.
fn shapes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("leap/shape");
    group.sample_size(10);
    for (width, height) in [(1024, 768), (1000, 777), (4096, 4096), (4000, 4001)] {
        for topology in lifelab::Topology::ALL {
            let simulation = || soup(width, height).topology(topology);
            measure(&mut group, &format!("{width}x{height}/{topology}"), 120, simulation);
        }
    }
}

/// A soup before and after it has settled, so that hardly anything moves.
fn settled(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("leap/soup");
    group.sample_size(10);
    for (name, age) in [("dense", 0), ("settled", 24_000)] {
        let aged = || {
            let mut simulation = soup(2048, 2048).build().expect("a soup");
            simulation.run(age).expect("no cell fails");
            Simulation::builder().size(2048, 2048).grid(simulation.grid().as_ref().clone())
        };
        measure(&mut group, name, 1200, aged);
    }
}

/// Measures a run from the first generation on; the throughput is in cells. That leaps compute what
/// steps compute is verified first.
fn measure(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    generations: u32,
    build: impl Fn() -> Builder,
) {
    let mut simulation = None; // Built once, and only if the benchmark is selected.
    group.bench_function(name, |bencher| {
        let simulation = simulation.get_or_insert_with(|| verified(&build));
        bencher.iter(|| simulation.run(generations.into()).expect("no cell fails"));
    });
    if let Some(simulation) = simulation {
        let cells = simulation.grid().area() * u64::from(generations);
        group.throughput(Throughput::Elements(cells));
    }
}

fn verified(build: &impl Fn() -> Builder) -> Simulation {
    let [mut leaping, mut stepping] = [(), ()].map(|()| build().build().expect("valid parts"));
    leaping.run(25).expect("no cell fails");
    (0..25).for_each(|_| drop(stepping.step().expect("no cell fails")));
    assert_eq!(leaping.state_hash(), stepping.state_hash(), "a leap is not as many steps");
    leaping
}
