//! Live simulations: one that runs on a thread of its own, for viewers.
//!
//! Commands go in, and the newest [`Look`] comes out. Viewers pull: nothing calls back and nothing
//! queues up, so a viewer that is slow sees less often, and one that is gone is not noticed.

mod ages;
mod command;
mod inbox;
mod lights;
mod look;
mod memory;
mod metronome;
mod past;
mod pilot;
mod shared;
mod workers;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use lifelab_core::View;
use lifelab_core::probe::Slice;

use crate::error::Error;
use crate::simulation::Simulation;

pub use ages::{AGE_SHADES, Ages, age_shade};
pub use command::{Command, Pace, Recipe, Watch};
pub use lights::Lights;
pub use look::{Look, Mode};
pub use workers::{Worker, WorkerNumbers};

use pilot::{Next, Pilot};
use shared::Shared;

/// A simulation on a thread of its own: commands in, the newest look out.
///
/// However long a generation takes, [`say`](Self::say) and [`look`](Self::look) return at once. When this
/// is dropped, the generation in progress is given up, and the thread ends.
///
/// ```
/// use std::time::Duration;
/// use lifelab::core::{Raster, View};
/// use lifelab::live::{Command, Live};
/// use lifelab::Simulation;
///
/// let live = Live::start(|| Simulation::builder().named("blinker").size(5, 5).build())?;
/// live.say(Command::Step(1.into()));
/// let view = View { left: 0.into(), top: 0.into(), width: 5, height: 5, scale: 0 };
/// let look = live.wait_for(view, Duration::from_secs(60), |look| look.generation == 1);
/// let mut raster = Raster::default();
/// look.read(view, &mut raster);
/// assert_eq!(raster.shares().iter().filter(|&&share| share > 0.0).count(), 3);
/// # Ok::<(), lifelab::Error>(())
/// ```
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    /// Taken when this is dropped.
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// Starts a simulation, paused. The recipe builds it now and, where an engine cannot go back, again
    /// at each [`Command::Rewind`].
    ///
    /// # Errors
    /// If the simulation cannot be built, or the system refuses a thread.
    pub fn start(
        recipe: impl Fn() -> Result<Simulation, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let mut pilot = Pilot::new(Arc::new(recipe))?;
        let shared = Arc::new(Shared::new(pilot.look(None, Duration::ZERO)));
        let theirs = shared.clone();
        let thread = thread::Builder::new().name("live".to_owned());
        let thread = thread.spawn(move || fly(pilot, &theirs)).map_err(|error| Error::Setup {
            message: format!("cannot start a thread for the simulation: {error}"),
            remedy: "end other programs, or raise the limit of threads",
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Gives a command. It is obeyed as soon as the step in progress is over; commands that make that step
    /// pointless, such as an edit, end it first. A command takes the place of one of its kind that waits,
    /// and edits are collected: so a key that is held down while a step takes its time does no harm.
    pub fn say(&self, command: Command) {
        self.shared.say(command);
    }

    /// The newest look there is, and a request for one through `view`, which will be there soon.
    pub fn look(&self, view: View) -> Arc<Look> {
        self.shared.ask_for(view)
    }

    /// Looks through `view` until `done` says so of a look, but no longer than `timeout`; the newest look
    /// then.
    pub fn wait_for(
        &self,
        view: View,
        timeout: Duration,
        mut done: impl FnMut(&Look) -> bool,
    ) -> Arc<Look> {
        let start = Instant::now();
        let mut look = self.look(view);
        while !done(&look) {
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() || look.is_over {
                break;
            }
            look = self.shared.wait_for_newer(look.number, left);
            self.shared.ask_for(view);
        }
        look
    }

    /// Moves what cells have done since the last call into `into`, in no order; the number of things for
    /// which there was no room. There is nothing unless [`Watch::cells`] is on. One viewer should ask.
    pub fn lit(&self, into: &mut Vec<Slice>) -> u64 {
        let Some(probe) = self.shared.probe() else { return 0 };
        let mut drained = probe.drain();
        into.append(&mut drained.slices);
        drained.dropped
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            // What went wrong there has been told by the last look.
            let _ = thread.join();
        }
    }
}

/// The thread of a simulation. A panic, which is a stepper's, ends it, and is told.
fn fly(pilot: Pilot, shared: &Shared) {
    let flight = panic::catch_unwind(AssertUnwindSafe(|| fly_until_closed(pilot, shared)));
    if let Err(payload) = flight {
        let words = (payload.downcast_ref::<&str>().copied())
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let words = words.unwrap_or("it left no message");
        shared.publish_end(format!("the simulation has ended by a panic: {words}"));
    }
}

fn fly_until_closed(mut pilot: Pilot, shared: &Shared) {
    let origin = Instant::now();
    let clock = || origin.elapsed();
    while let Some(commands) = shared.take_commands() {
        let has_obeyed = !commands.is_empty();
        if has_obeyed {
            commands.into_iter().for_each(|command| pilot.obey(command, clock()));
            shared.set_probe(pilot.probe());
        }
        let next = pilot.next(clock());
        let is_welcome = has_obeyed || next != Next::Advance || pilot.affords_look(clock());
        let view = match is_welcome {
            true => shared.take_view(|view| pilot.has_news(view)),
            false => None,
        };
        if view.is_some() || is_welcome && pilot.is_to_be_told() {
            let start = clock();
            shared.publish(pilot.look(view, start));
            pilot.note_cost(start, clock());
        }
        match next {
            Next::Advance => {
                if let Some(stop) = shared.begin_step() {
                    pilot.advance(stop, &clock);
                    shared.end_step();
                }
            }
            Next::Wait(duration) => shared.wait(Some(duration)),
            Next::Rest => shared.wait(None),
        }
    }
}

#[cfg(test)]
mod tests;
