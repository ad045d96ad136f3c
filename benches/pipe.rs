//! What does a unit cost that is encoded, written, read and decoded, and its answer likewise?

use lifelab_benches::{measure_step, stepper};

const SIDE: u32 = 128;

fn main() {
    lifelab_benches::run(|criterion| {
        let mut group = criterion.benchmark_group("pipe");
        group.sample_size(10);
        for grain in ["cell", "rows(1)", "rows(8)", "rows(128)"] {
            for (way, stepper_name) in [
                ("no pipe", "thread_pool(workers: 1"),
                ("one at a time", "process_pool(workers: 1, in_flight: 1"),
                ("16 in flight", "process_pool(workers: 1, in_flight: 16"),
            ] {
                let spec = stepper(&format!("{stepper_name}, grain: {grain})"));
                let name = format!("{grain}/{way}");
                measure_step(&mut group, &name, (SIDE, SIDE), |soup| {
                    soup.stepper_spec(spec.clone())
                });
            }
        }
    });
}
