//! What does each stepper add to a cell that has nothing to wait for, by cell and by band?

use lifelab::STEPPERS;
use lifelab_benches::{io, measure_step, stepper};

/// Without I/O, a band is computed by the kernel. Faults of probability 0 never strike, but nobody
/// knows: each cell makes its calls, and they are all that it pays for.
const IO: [(&str, &str); 2] = [("idle", "none"), ("called", "none error:0")];

fn main() {
    lifelab_benches::run(|criterion| {
        for (name, wait) in IO {
            let mut group = criterion.benchmark_group(format!("overhead/{name}"));
            group.sample_size(10);
            for entry in STEPPERS {
                for grain in ["cell", "rows(8)"] {
                    let spec = stepper(&format!("{}(grain: {grain})", entry.name()));
                    let name = format!("{}/{grain}", entry.name());
                    measure_step(&mut group, &name, (64, 64), |soup| {
                        soup.stepper_spec(spec.clone()).io_spec(io(wait))
                    });
                }
            }
        }
    });
}
