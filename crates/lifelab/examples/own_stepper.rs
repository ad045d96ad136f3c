//! A stepper of your own: two threads, one for the northern half of the grid, one for the southern.
//!
//! What is needed: divide the generation into units, run them wherever you like, give every
//! outcome to the fan-in. Atomic generations, the order of errors and stopping come with it.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::{Arc, mpsc};
use std::thread;

use lifelab::core::{Capabilities, Context, FanIn, StepReport};
use lifelab::{Grain, Grid, Simulation, StepError, Stepper};

struct Halves;

impl Stepper for Halves {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let units = Grain::Cell.divide(now, 2, cx);
        let mut fan_in = FanIn::new(units, next, cx);
        let cx = fan_in.context().clone();
        let (outcomes, inbox) = mpsc::sync_channel(64);
        thread::scope(|scope| {
            for half in [0..units.len() / 2, units.len() / 2..units.len()] {
                let (outcomes, cx) = (outcomes.clone(), &cx);
                scope.spawn(move || {
                    for unit in half {
                        if cx.stop.check().is_err() {
                            break;
                        }
                        if outcomes.send((unit, units.get(unit).run(now, cx))).is_err() {
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
        Capabilities::local(Some(2))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut pulsar = Simulation::builder()
        .named("pulsar")
        .margin(2)
        .stepper(Halves)
        .io_spec("sleep:100us".parse()?)
        .build()?;
    let start = pulsar.state_hash();
    pulsar.run(3)?;
    assert_eq!(pulsar.state_hash(), start, "a pulsar has period 3");
    println!("{}", pulsar.grid());
    Ok(())
}

#[test]
fn it_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
