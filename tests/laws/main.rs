//! Every law, for every stepper of the registry in every arrangement that it has.
//!
//! A stepper that is added to the registry gets all laws. A law that does not apply to a stepper is
//! shown as ignored, with what the stepper lacks, never left out.

mod async_laws;
mod fault_laws;
mod grid_laws;
mod peer_laws;
mod probe_laws;
mod silence_laws;
mod state_laws;
mod stop_laws;
mod subject;
mod user_io_laws;
mod window_laws;

use std::num::NonZeroUsize;
use std::thread;

use libtest_mimic::{Arguments, Completion, Trial};

use subject::{Law, Subject};

fn main() {
    lifelab::host_workers();
    let laws: Vec<Law> = [
        grid_laws::LAWS,
        fault_laws::LAWS,
        stop_laws::LAWS,
        silence_laws::LAWS,
        peer_laws::LAWS,
        user_io_laws::LAWS,
        async_laws::LAWS,
        probe_laws::LAWS,
        window_laws::LAWS,
        state_laws::LAWS,
    ]
    .concat();
    let trials = Subject::all().into_iter().flat_map(|subject| {
        laws.clone().into_iter().map(move |law| {
            let name = format!("{}::{}", subject.label, law.name);
            let subject = subject.clone();
            Trial::ignorable_test(name, move || {
                if let Err(lacking) = (law.applies)(&subject) {
                    return Ok(Completion::ignored_with(lacking));
                }
                (law.check)(&subject);
                Ok(Completion::Completed)
            })
        })
    });
    libtest_mimic::run(&arguments(), trials.collect()).exit();
}

/// Those of the command line. By default more laws are tried at once than there are processors, for
/// most of them wait most of the time.
fn arguments() -> Arguments {
    let arguments = Arguments::from_args();
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Arguments { test_threads: arguments.test_threads.or(Some(3 * processors)), ..arguments }
}
