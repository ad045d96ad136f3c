//! What the micro-benchmarks share: soups that are verified before they are measured.
//!
//! Each question has a file; `README.md` tells which, and how to read the answers.
#![forbid(unsafe_code)]

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};

use lifelab::{Builder, IoSpec, Simulation, StateHash, StepperSpec};
use lifelab_core::testing::oracle;

/// Runs the benchmarks of one question: the body of each `main`.
///
/// Worker processes of the process pool are copies of the benchmark, and do not return from here.
pub fn run(benchmarks: impl FnOnce(&mut Criterion)) {
    lifelab::host_workers();
    let mut criterion = Criterion::default().configure_from_args();
    benchmarks(&mut criterion);
    criterion.final_summary();
}

/// Measures one generation of a soup; the throughput is in cells. The first generation is verified
/// and not measured.
pub fn measure_step(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    (width, height): (u32, u32),
    with: impl Fn(Builder) -> Builder,
) {
    group.throughput(Throughput::Elements(u64::from(width) * u64::from(height)));
    let mut simulation = None; // Built once, and only if the benchmark is selected.
    group.bench_function(name, |bencher| {
        let soup = simulation.get_or_insert_with(|| verified(with(soup(width, height))));
        bencher.iter(|| soup.step().expect("no cell fails"));
    });
}

/// The soup that everything is measured on: of four cells in ten, on a torus.
pub fn soup(width: u32, height: u32) -> Builder {
    Simulation::builder().soup(0.4, 1).size(width, height)
}

/// A simulation whose first generation is what the definition of the game says.
///
/// # Panics
/// If it is not, or if the parts do not fit together.
pub fn verified(builder: Builder) -> Simulation {
    let mut simulation = builder.build().expect("valid parts");
    let topology = simulation.topology().expect("a grid has edges");
    let expected = oracle(simulation.grid(), simulation.rule(), topology);
    simulation.step().expect("no cell fails");
    assert_eq!(simulation.state_hash(), StateHash::of(&expected), "not what the oracle says");
    simulation
}

/// A stepper, in RON.
///
/// # Panics
/// If there is no such stepper.
pub fn stepper(text: &str) -> StepperSpec {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What cells wait for, in shorthand.
///
/// # Panics
/// If it is not understood.
pub fn io(text: &str) -> IoSpec {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}
