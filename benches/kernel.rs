//! Cells computed per second without I/O, on one thread.

use criterion::{BenchmarkId, Criterion, Throughput};

use lifelab::{Simulation, Topology};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    rules(&mut criterion);
    shapes(&mut criterion);
    criterion.final_summary();
}

/// One size, several rules: B3/S23 has a network of its own, all others share one.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rule");
    for rule in ["B3/S23", "B36/S23", "B3678/S34678"] {
        let mut soup = soup(2048, 2048, rule, Topology::Torus);
        group.throughput(Throughput::Elements(2048 * 2048));
        group.bench_function(rule, |bencher| bencher.iter(|| soup.step()));
    }
    group.finish();
}

/// One rule, several shapes: in the cache and beyond it, whole words and odd ends.
fn shapes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shape");
    for (width, height) in [(512, 512), (8192, 512), (1000, 777), (4096, 4096), (64, 65_536)] {
        for topology in [Topology::Torus, Topology::Plane] {
            let mut soup = soup(width, height, "B3/S23", topology);
            group.throughput(Throughput::Elements(u64::from(width) * u64::from(height)));
            let id = BenchmarkId::new(format!("{width}x{height}"), topology);
            group.bench_function(id, |bencher| bencher.iter(|| soup.step()));
        }
    }
    group.finish();
}

fn soup(width: u32, height: u32, rule: &str, topology: Topology) -> Simulation {
    Simulation::builder()
        .soup(0.4, 1)
        .size(width, height)
        .rule(rule.parse().expect("a rule"))
        .topology(topology)
        .build()
        .expect("valid parts")
}
