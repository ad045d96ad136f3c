//! What must end a job as a whole.

use std::fs;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use mpi::topology::{Communicator, SimpleCommunicator};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGXFSZ};
use signal_hook::iterator::Signals;

use lifelab::CancellationToken;

use crate::failure::{Exit, Failure};

/// The exit code of a job that a panic has ended, as of any Rust program.
const PANICKED: i32 = 101;

/// How long a rank that was asked to end waits for others, at most, before it takes them for dead.
const PATIENCE: Duration = Duration::from_secs(4);

/// Makes a panic on this rank, in any thread, end the whole job: it would unwind into `MPI_Finalize`
/// otherwise, and all ranks would wait for each other for ever.
pub fn abort_on_panic() {
    let tell = std::panic::take_hook();
    let world = SimpleCommunicator::world();
    let (rank, size) = (world.rank(), world.size());
    std::panic::set_hook(Box::new(move |info| {
        tell(info);
        let message = format!(
            "error: rank {rank} of {size} has panicked, and the job ends; the last checkpoint is whole: \
             go on with `lifelab-mpi resume`"
        );
        let _ = writeln!(std::io::stderr(), "{message}");
        SimpleCommunicator::world().abort(PANICKED);
    }));
}

/// Whether this rank waits for others where they need only their processors to answer.
static IS_WAITING: AtomicBool = AtomicBool::new(false);

/// Runs something that ends as soon as all ranks have come as far.
///
/// Starters of jobs ask the ranks that are left to end when one has died, which looks like any other
/// request to end. What would be done about that, together with a dead rank, takes for ever.
pub(crate) fn waiting<T>(work: impl FnOnce() -> T) -> T {
    IS_WAITING.store(true, Ordering::Relaxed);
    let done = work();
    IS_WAITING.store(false, Ordering::Relaxed);
    done
}

/// Makes Ctrl-C and other requests to end stop the work: `SIGINT`, `SIGTERM`, `SIGHUP`, and `SIGUSR1`,
/// which `mpirun` passes on without ending the job. Those that are ignored stay so.
///
/// # Errors
/// If the system refuses to watch for them.
pub fn stop_on_signal(stop: CancellationToken) -> Result<(), Failure> {
    let refused = |error: std::io::Error| {
        Failure::new(Exit::Failed, "signals", format!("cannot watch for signals: {error}"))
    };
    // A limit on the size of files is an error then, as a full disk is.
    static IS_CAUGHT: AtomicBool = AtomicBool::new(false);
    let _ = signal_hook::flag::register(SIGXFSZ, &IS_CAUGHT);
    let ignored = ignored_signals();
    let requests = [SIGINT, SIGTERM, SIGHUP, SIGUSR1];
    let requests = requests.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let mut signals = Signals::new(requests).map_err(refused)?;
    let watch = move || {
        signals.forever().next();
        stop.cancel();
        leave_the_dead();
    };
    thread::Builder::new().name("signals".to_owned()).spawn(watch).map(drop).map_err(refused)
}

/// Ends the process once it has waited for others for too long.
fn leave_the_dead() {
    const LOOK: Duration = Duration::from_millis(100);
    let mut waited = Duration::ZERO;
    loop {
        thread::sleep(LOOK);
        waited = if IS_WAITING.load(Ordering::Relaxed) { waited + LOOK } else { Duration::ZERO };
        if waited >= PATIENCE {
            SimpleCommunicator::world().abort(Exit::Interrupted as i32);
        }
    }
}

/// The signals that are ignored, a bit each, the first one for signal 1; none if the system does not
/// tell.
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
