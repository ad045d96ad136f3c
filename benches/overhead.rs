//! What each stepper adds to a cell that does not wait: 4,096 cells, one by one and in bands.

use criterion::{BenchmarkId, Criterion, Throughput};

use lifelab::{STEPPERS, Simulation, StepperSpec};

const SIDE: u32 = 64;

fn main() {
    lifelab::host_workers();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("overhead");
    group.throughput(Throughput::Elements(u64::from(SIDE) * u64::from(SIDE)));
    group.sample_size(10);
    for entry in STEPPERS {
        for grain in ["cell", "rows(8)"] {
            let spec: StepperSpec = entry.name().parse().expect("a name of the registry");
            let mut soup = soup(spec.with("grain", grain).expect("every stepper has a grain"));
            verify(&mut soup);
            let id = BenchmarkId::new(entry.name(), grain);
            group.bench_function(id, |bencher| bencher.iter(|| soup.step().expect("no I/O")));
        }
    }
    group.finish();
    criterion.final_summary();
}

fn soup(stepper: StepperSpec) -> Simulation {
    let builder = Simulation::builder().soup(0.4, 1).size(SIDE, SIDE).stepper_spec(stepper);
    builder.build().expect("valid parts")
}

fn verify(simulation: &mut Simulation) {
    let mut expected = soup(StepperSpec::default());
    expected.run(3).expect("no I/O");
    simulation.run(3).expect("no I/O");
    assert_eq!(simulation.state_hash(), expected.state_hash());
}
