//! How many cells does one thread compute in a second, without I/O?

use criterion::Criterion;

use lifelab::Topology;
use lifelab_benches::measure_step;

fn main() {
    lifelab_benches::run(|criterion| {
        rules(criterion);
        shapes(criterion);
    });
}

/// One size, several rules: B3/S23 has a network of its own, all others share one.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rule");
    for rule in ["B3/S23", "B36/S23", "B3678/S34678", "B0/S8"] {
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
