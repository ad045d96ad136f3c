//! Advice: which stepper suits cells of a given number, wait and computation on this machine?
//!
//! [`calibrate()`] measures what the steppers cost here, in some twenty seconds; [`advise()`] puts the costs
//! into the formulas below, and finds for each [`Candidate`] its best setup, and among the candidates
//! the one to take; [`check()`] measures whether that was right.
//!
//! A candidate is a [profile](lifelab::core::profile::Profile) of a stepper in the registry: what the model
//! cannot measure, the stepper's crate says. A stepper that says nothing is left out.
//!
//! # The model
//! A workload is *N* cells, of which each computes for *C* and then waits for *L*, on *K* cores. A
//! candidate has *W* cells under way at once (all: *W* = *N*), and computes on *k* cores: one if it
//! has one thread, else min(*W*, *K*). *T* is the time of a generation. Words in italics are
//! [`Costs`] that the calibration measures, in nanoseconds of wall time.
//!
//! Work that takes *C* on one core takes *c* = *C* (1 + (*crowd* - 1) (*k* - 1) / (*K* - 1)) on each of
//! *k*: cores may share caches, power, or be two halves of one.
//!
//! **Cells that wait.** *R* = ⌈*N* / *W*⌉ rounds, and *F* = min(*N*, *W*) cells in the first:
//!
//! ```text
//! T = max( R (L + late) + F begin + (R - 1 + F / k) c ,     the waits decide
//!          L + late + N (pass + c / k) )                    the processors decide
//! ```
//!
//! A service that takes *S* at once, fewer than *W*, makes *R* = ⌈*N* / *S*⌉ rounds of it, without *late* between
//! them, for the next request waits there already; one that begins *r* requests in a second makes it
//! (*N* - 1) / *r* + *L* + *late* at least.
//!
//! These are the asymptotic bounds of a closed queueing network, in which *W* customers go round
//! between a delay of *L* and a processor (P. J. Denning and J. P. Buzen, "The Operational Analysis
//! of Queueing Network Models", ACM Computing Surveys 10, 1978; E. D. Lazowska et al., *Quantitative
//! System Performance*, 1984, chapter 5), with the time that it takes to set the first round off.
//! Work comes before the wait, so whatever the processors have to do, the last cell's wait comes
//! after it. Where the two meet, the model is a little too fast.
//!
//! *late* is how much later than it should the cell after a wait goes on: the kernel's timer slack,
//! 50 us by default ([prctl(2)], `PR_SET_TIMERSLACK`), the tick of the timers that tasks share, the
//! switches there and back, and what a generation costs besides.
//!
//! **Cells that compute and do not wait** are given out in *U* units: as cells, *U* = *N*, or as 16
//! bands per core, *U* = min(√*N*, 16 *K*), whichever is faster. The last unit may keep all but one
//! core waiting (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", 1969):
//!
//! ```text
//! T = step + U unit + N (cell + c) / k + (1 - 1 / k) (N / U) (cell + c)      (cell = 0 if U = N)
//! ```
//!
//! **Handing on** is cheap where outcomes come one upon the other, and dear where the thread that
//! waits for them goes to sleep in between and must be woken. So *pass* and *unit* are measured
//! twice: without work, and with 20 us of it. For less work they lie on the line between, for more
//! they stay.
//!
//! **Cells that do nothing but live** are computed by a kernel, many at once:
//!
//! ```text
//! T = still + n kernel + (N - n) large_kernel      (n = min(N, 2048²))
//! ```
//!
//! for a grid that fits into a core's caches is computed at another speed than one that does not.
//! What exceeds the caches that all cores share, beyond some 100 million cells, may be slower still.
//!
//! **Memory** is that of a program with a tiny simulation, two bits for each cell, and *each* for every
//! cell that is under way or every worker: touched stack, task, or process. What the kernel keeps for
//! a thread or process is not seen, and not counted.
//!
//! **The choice.** *W* is searched among the powers of two, up to 1,024 threads or 128 processes, and
//! what the system's limit on threads leaves; tasks are all under way at once unless there is no
//! memory for them. A prediction is uncertain by 2% of one wait, and for the rest of it by 5%, or by
//! *spread* if that is more: how far the rounds of the calibration lay apart. Candidates that differ
//! from the fastest by no more than the uncertainty of both are tied with it, if that is no more than
//! 5%: then the one with the fewest threads is recommended, and of several such the first in the
//! registry. A [`SwitchingPoint`] tells a place where another stepper would be recommended by the same costs.
//!
//! **Where it ends.** Beyond 100 million cells, a century for a generation, or more workers than are
//! searched, it [cannot say](Advice::cannot_say), and says so.
//!
//! # What the model leaves out
//! Latencies that vary; other programs; caches; what the other side of the waits can bear: a database
//! may not welcome 10,000 requests at once. Say so with [`Workload::capacity`], [`Workload::rate`] or
//! [`Workload::workers`]; the [`Saturation`] of the advice tells which number of cells at once is enough.
//!
//! # How good it is
//! ```text
//! cargo run --release -p lifelab-advise --example validate_advice
//! cargo run --release -p lifelab-advise --example validate_advice -- fresh
//! ```
//!
//! measures all candidates on workloads of many kinds, and tells in how many the advice was within
//! 10% of the best. The model was made with the first set in sight, and without the second.
//!
//! [prctl(2)]: https://man7.org/linux/man-pages/man2/PR_SET_TIMERSLACK.2const.html
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod trace;
mod workload;

mod advice;
mod forecast;
mod switching_point;

mod candidate;
mod model;

mod calibrate;
mod calibration;
mod check;

#[cfg(test)]
mod testing;

pub use advice::{Advice, Saturation, advise};
pub use calibrate::calibrate;
pub use calibration::{Calibration, CalibrationError, Costs};
pub use candidate::Candidate;
pub use check::{Check, Checked, check, measure};
pub use forecast::{Forecast, Obstacle, Outlook};
pub use model::{Prediction, Term};
pub use switching_point::{Parameter, SwitchingPoint};
pub use trace::{Fit, ObservedCall, Trace, TraceError};
pub use workload::Workload;
