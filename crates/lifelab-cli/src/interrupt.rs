//! Ctrl-C.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use lifelab::Stop;

use crate::failure::{Exit, Failure};

/// Makes Ctrl-C, and a request to terminate, end the run; a second one ends the program at once.
///
/// Until this is called they end the program, which has nothing to lose yet.
pub(crate) fn stop_on_signal(stop: Stop) -> Result<(), Failure> {
    let asked = AtomicBool::new(false);
    let handler = move || {
        if asked.swap(true, Ordering::Relaxed) {
            process::exit(Exit::Interrupted as i32);
        }
        stop.fire();
    };
    ctrlc::set_handler(handler).map_err(|error| {
        let why = match error {
            ctrlc::Error::System(error) => error.to_string(),
            other => other.to_string(),
        };
        Failure::new(Exit::Failed, "signals", format!("cannot watch for Ctrl-C: {why}"))
    })
}
