//! What does a lock around the next grid cost, beside threads that return their results?

use lifelab_benches::{measure_step, stepper};

fn main() {
    lifelab_benches::run(|criterion| {
        let mut group = criterion.benchmark_group("fan_in");
        group.sample_size(10);
        for grain in ["cell", "rows(1)"] {
            for fan_in in ["returned", "locked"] {
                let spec = stepper(&format!(
                    "thread_per_cell(grain: {grain}, threads: scoped, fan_in: {fan_in})"
                ));
                let name = format!("{grain}/{fan_in}");
                measure_step(&mut group, &name, (32, 32), |soup| soup.stepper_spec(spec.clone()));
            }
        }
    });
}
