//! A stepper of one's own in a race with Lifelab's: four threads, each of which waits for its share
//! of the cells, one after the other. Is that enough?
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::{Arc, mpsc};
use std::thread;

use lifelab::core::{Capabilities, Context, FanIn, StepReport};
use lifelab::{CancellationToken, Grain, Grid, StepError, Stepper};
use lifelab_bench::{Harness, Suite};

struct Shares;

const THREADS: usize = 4;

impl Stepper for Shares {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let units = Grain::Cell.divide(now, THREADS, cx);
        let mut fan_in = FanIn::new(units, next, cx);
        let cx = &fan_in.context().clone();
        let (outcomes, inbox) = mpsc::sync_channel(64);
        thread::scope(|scope| {
            for first in 0..THREADS {
                let outcomes = outcomes.clone();
                scope.spawn(move || {
                    for unit in (first..units.len()).step_by(THREADS) {
                        let is_over = cx.stop.check().is_err();
                        if is_over || outcomes.send((unit, units.get(unit).run(now, cx))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(outcomes); // The last one ends the loop below.
            for (unit, outcome) in inbox {
                fan_in.accept(unit, outcome);
            }
        });
        fan_in.finish()?;
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::local(Some(THREADS))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let harness = Harness::new().contender("shares", || Ok(Shares));
    harness.host(); // This program is also the process in which a case is measured.

    let suite: Suite = r#"(
        name: "own contender",
        start: named("acorn"),
        size: "16x10",
        io: (wait: sleep(fixed("1ms"))),
        steppers: [sequential, async_tasks],
        rounds: 2,
        budget: "100ms",
    )"#
    .parse()?;
    let results = harness.race(&suite, &CancellationToken::new(), &mut |_| {})?;
    for result in &results.cases {
        let (name, floor) = (&result.case.stepper, &result.floor);
        let measured = result.outcome.measured().expect("nobody fails or takes long");
        println!("{name}: {:.1?}, floor {:.1?}", measured.time.median, floor.time);
    }
    Ok(())
}
