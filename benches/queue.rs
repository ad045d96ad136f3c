//! What does it cost to hand a cell from queue to queue, and what does room in the queues save?

use lifelab_benches::{measure_step, stepper};

fn main() {
    lifelab_benches::run(|criterion| {
        let mut group = criterion.benchmark_group("queue");
        group.sample_size(10);
        measure_step(&mut group, "no queue", (64, 64), |soup| {
            soup.stepper_spec(stepper("sequential(grain: cell)"))
        });
        for capacity in [1, 4, 16, 64, 256, 4096] {
            let spec = format!("queue_pipeline(workers: 1, capacity: {capacity}, grain: cell)");
            measure_step(&mut group, &format!("capacity {capacity}"), (64, 64), |soup| {
                soup.stepper_spec(stepper(&spec))
            });
        }
    });
}
