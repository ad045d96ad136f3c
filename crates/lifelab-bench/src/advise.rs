//! Advice: which stepper, for so many cells that wait and compute so long, on this machine?
//!
//! [`calibrate()`] measures what the steppers cost here, in a few seconds; [`advise()`] puts the costs
//! into the formulas below, and finds for each [`Candidate`] its best setup, and among the candidates
//! the one to take; [`check()`] measures whether that was right.
//!
//! # The model
//! A workload is *N* cells, of which each computes for *C* and then waits for *L*, on *K* cores. A
//! candidate has *W* cells under way at once (all: *W* = *N*), and computes on *k* cores: one if it
//! has one thread, else min(*W*, *K*). *T* is the time of a generation. Words in italics are
//! [`Costs`] that the calibration measures, in nanoseconds of wall time.
//!
//! **Cells that wait.** *R* = ⌈*N* / *W*⌉ rounds, and *F* = min(*N*, *W*) cells in the first:
//!
//! ```text
//! T = max( R (L + late) + F begin + (R - 1 + F / k) C ,     the waits decide
//!          L + late + N (pass + C / k) )                    the processors decide
//! ```
//!
//! These are the asymptotic bounds of a closed queueing network, in which *W* customers go round
//! between a delay of *L* and a processor (P. J. Denning and J. P. Buzen, "The Operational Analysis
//! of Queueing Network Models", ACM Computing Surveys 10, 1978; E. D. Lazowska et al., *Quantitative
//! System Performance*, 1984, chapter 5), with the time that it takes to set the first round off.
//! Work comes before the wait, so whatever the processors have to do, the last cell's wait comes
//! after it. Where the two meet, the model is a little too fast.
//!
//! *late* is how much later than it should the cell after a wait goes on: the kernel's timer slack,
//! 50 us by default ([prctl(2)], `PR_SET_TIMERSLACK`), the switches there and back, and what a
//! generation costs besides. Tasks wait for a tick: tokio's timer [has one each millisecond], and a
//! wait that begins after a tick ends at one, so for tasks *L* is replaced by ⌊*L* / 1 ms⌋ + 1 ms.
//!
//! **Cells that compute and do not wait** are given out in *U* units: as cells, *U* = *N*, or as 16
//! bands per core, *U* = min(√*N*, 16 *K*), whichever is faster. The last unit may keep all but one
//! core waiting (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", 1969):
//!
//! ```text
//! T = step + U unit + N (cell + C) / k + (1 - 1 / k) (N / U) (cell + C)      (cell = 0 if U = N)
//! ```
//!
//! **Cells that do nothing but live** are computed by a kernel, 64 in a word:
//!
//! ```text
//! T = still + N kernel
//! ```
//!
//! **Memory** is that of a program with a tiny simulation, two bits for each cell, and *each* for every
//! cell that is under way or every worker: touched stack, task, or process. What the kernel keeps for
//! a thread or process is not seen, and not counted.
//!
//! **The choice.** *W* is searched among the powers of two, up to 1,024 threads or 128 processes, and
//! what the system's limit on threads leaves; tasks are all under way at once unless there is no
//! memory for them. Candidates whose *T* differs by less than 5% count as equal; the one with the
//! fewest threads is recommended, and of several such the first in the registry.
//!
//! # What the model leaves out
//! Latencies that vary; other programs; caches; what the other side of the waits can bear: a database
//! may not welcome 10,000 requests at once. Say so with [`Workload::workers`].
//!
//! # How good it is
//! ```text
//! cargo run --release -p lifelab-bench --example validate_advice
//! ```
//!
//! measures all candidates on workloads of many kinds, and tells in how many the advice was within
//! 10% of the best.
//!
//! [prctl(2)]: https://man7.org/linux/man-pages/man2/PR_SET_TIMERSLACK.2const.html
//! [has one each millisecond]: https://docs.rs/tokio/latest/tokio/time/fn.sleep.html

mod workload;

mod advice;
mod forecast;
mod turn;

mod candidate;
mod model;

mod calibrate;
mod calibration;
mod check;

#[cfg(test)]
mod testing;

pub use advice::{Advice, advise};
pub use calibrate::calibrate;
pub use calibration::{Calibration, CalibrationError, Costs};
pub use candidate::Candidate;
pub use check::{Check, Checked, check, measure};
pub use forecast::{Forecast, Obstacle, Outlook};
pub use model::{Prediction, Term};
pub use turn::{Knob, Turn};
pub use workload::Workload;
