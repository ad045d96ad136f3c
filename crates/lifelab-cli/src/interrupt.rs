//! What ends the program from outside: Ctrl-C and its like, and the end of its time.

use std::fs;
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use lifelab::CancellationToken;
use lifelab::patterns::WholeFile;

use crate::failure::{Exit, Failure};
use crate::report;

/// What asks a program to end: Ctrl-C, `kill`, and a terminal that closes.
const REQUESTS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// Requests so soon after the first one count as the first. `timeout` sends its signal to the
/// program and to its group, and when a terminal closes, the program that cleans up after it sends
/// another.
const SAME: Duration = Duration::from_millis(250);

/// When the program started.
static START: OnceLock<Instant> = OnceLock::new();

/// When its time is over.
static END: OnceLock<Instant> = OnceLock::new();

/// Whether all input has been read, so that the end of the time is the simulation's affair.
static HAS_INPUT: AtomicBool = AtomicBool::new(false);

/// Starts the clock of the program. When its time is over before all input has been read, it ends: a
/// terminal, a pipe or a file system may keep it waiting for ever.
pub(crate) fn start(timeout: Option<Duration>, json: bool) -> Result<(), Failure> {
    let start = *START.get_or_init(Instant::now);
    // A limit on the size of files is an error then, as a full disk is, and not the end. If that is
    // not to be had, it is the end.
    static IS_CAUGHT: AtomicBool = AtomicBool::new(false);
    let _ = signal_hook::flag::register(SIGXFSZ, &IS_CAUGHT);
    let Some(end) = timeout.and_then(|timeout| start.checked_add(timeout)) else { return Ok(()) };
    END.get_or_init(|| end);
    spawn("timeout", move || {
        thread::sleep(end.saturating_duration_since(Instant::now()));
        if !HAS_INPUT.load(Ordering::Relaxed) {
            let message = "time is up, and the input has not been read to its end";
            report::failure(&Failure::new(Exit::TimedOut, "timeout", message), json);
            exit(Exit::TimedOut);
        }
    })
}

/// Says that all input has been read. What is left of the time that is counted from the start of the
/// program.
pub(crate) fn left(timeout: Duration) -> Duration {
    HAS_INPUT.store(true, Ordering::Relaxed);
    timeout.saturating_sub(START.get_or_init(Instant::now).elapsed())
}

/// What is left of the program's time; `None` if that is not limited.
pub(crate) fn remaining() -> Option<Duration> {
    END.get().map(|end| end.saturating_duration_since(Instant::now()))
}

/// Makes Ctrl-C, and other requests to end, stop the work; a second one ends the program at once.
///
/// Until this is called they end the program, which has nothing to lose yet.
pub(crate) fn stop_on_signal(stop: CancellationToken) -> Result<(), Failure> {
    on_requests(move |signals| {
        let mut requests = signals.forever();
        requests.next();
        let first = Instant::now();
        stop.cancel();
        if requests.any(|_| first.elapsed() >= SAME) {
            exit(Exit::Interrupted);
        }
    })
}

/// Makes Ctrl-C, and other requests to end, end the program without leaving unfinished files behind.
pub(crate) fn clean_up_on_signal() -> Result<(), Failure> {
    on_requests(|signals| {
        signals.forever().next();
        exit(Exit::Interrupted);
    })
}

/// Takes requests to end, on a thread. Those that are ignored stay so: `nohup` wants that, and shells
/// for what runs in the background.
fn on_requests(take: impl FnOnce(&mut Signals) + Send + 'static) -> Result<(), Failure> {
    let ignored = ignored_signals();
    let requests = REQUESTS.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let mut signals = Signals::new(requests).map_err(|error| refused(&error))?;
    spawn("signals", move || take(&mut signals))
}

/// The signals that are ignored, a bit each, the first one for signal 1; none if the system does not
/// tell.
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Ends the program, whatever its other threads are at.
fn exit(code: Exit) -> ! {
    WholeFile::abandon_all();
    process::exit(code as i32)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(|error| refused(&error))
}

fn refused(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, "signals", format!("cannot watch for Ctrl-C: {error}"))
}
