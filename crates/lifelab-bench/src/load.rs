//! How busy the machine is with other work.

use std::hint;
use std::thread;
use std::time::{Duration, Instant};

use crate::tree::Consumed;

/// How long to look: long beside a time slice, short beside what is measured in between.
const LOOK: Duration = Duration::from_millis(50);

/// How many cores a program has at the moment if it asks for `cores` of them: processor time over
/// wall time of as many threads that do nothing but run. What is missing, others take.
pub fn cores_had(cores: u64) -> f64 {
    let before = Consumed::own();
    let begin = Instant::now();
    let run = || {
        while begin.elapsed() < LOOK {
            hint::spin_loop();
        }
    };
    thread::scope(|scope| {
        for _ in 1..cores {
            // Without it there is a core less, as on a machine that is busy.
            let _ = thread::Builder::new().spawn_scoped(scope, run);
        }
        run();
    });
    let wall = begin.elapsed();
    let used = Consumed::own().since(&before);
    ((used.user + used.system).as_secs_f64() / wall.as_secs_f64()).min(cores as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_more_cores_than_there_are_nor_none() {
        for cores in [1, 2] {
            let had = cores_had(cores);
            assert!(had > 0.0 && had <= cores as f64, "{had}");
        }
    }
}
