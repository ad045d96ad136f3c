//! What a cell can wait for: sleeps, sockets, computation, faults.
//!
//! An [`IoSpec`] describes it, in shorthand for the command line or in RON for files, and
//! [builds](IoSpec::build) a [`CellIo`](lifelab_core::CellIo), which any stepper runs:
//!
//! | the cell waits for | shorthand | RON |
//! | --- | --- | --- |
//! | nothing | `none` | `none` |
//! | time | `sleep:10ms` | `sleep(fixed("10ms"))` |
//! | time, drawn from a [distribution](Latency) | `sleep:exp(10ms)` | `sleep(exponential(mean: "10ms"))` |
//! | time, [blocking its thread](Block) even as a future | `block:10ms` | `block(fixed("10ms"))` |
//! | its own [computation](Work) | `cpu:50us` | `cpu(time("50us"))` |
//! | an [echo service](Socket) | `socket:5ms` | `socket(latency: fixed("5ms"))` |
//!
//! Policies wrap whatever it is, from the inside to the outside:
//!
//! | policy | shorthand | RON |
//! | --- | --- | --- |
//! | [limits](ServiceLimits) of the service that is waited for | `capacity:64 queue:256` | `limits: (capacity: 64, queue: 256)` |
//! | [computation](IoSpec::work) before the wait | `work:rounds(10000)` | `work: rounds(10000)` |
//! | [faults](FaultSpec) in the place of the wait | `error@3:(5,7)`, `hang:0.001` | `faults: [(kind: hang, when: probability(0.001))]` |
//! | a [time limit](Timeout) for each attempt | `timeout:20ms` | `timeout: "20ms"` |
//! | a [second request](HedgeSpec) when the first takes long | `hedge:p95`, `hedge:20ms` | `hedge: percentile(95)` |
//! | a [limit](InFlightSpec) on calls at once | `in_flight:64`, `in_flight:aimd(1,256)` | `in_flight: fixed(64)` |
//! | a [circuit breaker](BreakerSpec) | `breaker:5(100ms)` | `breaker: (failures: 5, pause: "100ms")` |
//! | [another attempt](RetrySpec) | `retry:3` | `retry: (limit: 3)` |
//! | a [budget](IoSpec::retry_budget) of all retries | `retry:3 retry_budget:0.1` | `retry_budget: 0.1` |
//! | the blocking form for tasks too, on [threads made for it](IoSpec::offload) | `offload` | `offload: true` |
//! | a cell that [keeps its state](lifelab_core::OnFault) if all fails | `on_fault:keep` | `on_fault: keep` |
//! | the [phase](IoPhase) of the cell's work | `phase:both` | `phase: both` |
//!
//! Everything random follows from a seed and the [`Site`](lifelab_core::Site): every stepper,
//! thread and process sees the same latencies and faults at the same cells.
//!
//! ```
//! use lifelab_core::{Cell, FaultKind, Phase, Site, CancellationToken};
//! use lifelab_io::IoSpec;
//!
//! let spec: IoSpec = "sleep:exp(1ms) hang@1:(2,3) timeout:20ms retry:2".parse()?;
//! let io = spec.build()?;
//! let hanging = Site::new(1, Cell::new(2, 3), Phase::Rule);
//! io.call(hanging, &CancellationToken::new())?; // The first attempt hangs and times out; the second is good.
//!
//! let impatient = IoSpec { retry: None, ..spec }.build()?;
//! let fault = impatient.call(hanging, &CancellationToken::new()).unwrap_err();
//! assert_eq!(fault.kind(), FaultKind::TimedOut);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Two forms of everything
//!
//! Threads wait by blocking, tasks by awaiting, and each model here does both. The sources keep the
//! two forms side by side, for the one ports to the other almost line by line:
//!
//! | | blocking | asynchronous |
//! | --- | --- | --- |
//! | sleep | `stop.sleep(latency)?` | `tokio::time::sleep(latency).await` |
//! | ask | `stream.read(&mut bytes)?`, with a look at the stop now and then | `stream.read_exact(&mut bytes).await?` |
//! | limit | hand on an earlier deadline: `stop.before(..)` | `tokio::time::timeout(limit, wait).await` |
//! | hang | `stop.wait()` | `std::future::pending().await` |
//! | cancel | fire the stop; the wait must look | drop the future; nothing needs to look |
//!
//! What differs is the last line. A thread cannot be ended from outside, so a blocking wait takes a
//! [`CancellationToken`](lifelab_core::CancellationToken) and watches it; a future ends where it stands when it is dropped.
//!
//! I/O of your own is called as what is described here: once in a generation, when the cell applies the
//! rule, unless [`phase`](IoSpec::phase) or [`is_idle_in`](lifelab_core::CellIo::is_idle_in) says
//! otherwise. It may have one form only. [`blocking()`] takes a function that blocks and adds the
//! asynchronous form, on the runtime's blocking pool; [`asynchronous()`] takes a function that
//! returns a future and adds the blocking form, on a runtime of its own. [`IoSpec::around`] wraps
//! either in policies.
//!
//! ```
//! use std::sync::Arc;
//! use lifelab_core::{Cell, Phase, Site, CancellationToken};
//! use lifelab_io::IoSpec;
//!
//! let own = lifelab_io::blocking(|site, stop| {
//!     stop.check()?;
//!     if site.attempt == 0 { Err(std::io::Error::other("busy"))? } // Or ask your database.
//!     Ok(())
//! });
//! let io = "none retry:1".parse::<IoSpec>()?.around(Arc::new(own));
//! io.call(Site::new(1, Cell::new(2, 3), Phase::Rule), &CancellationToken::new())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The asynchronous forms need a tokio runtime with time and I/O enabled, and say so when there is
//! none. The crate is for Unix systems. Without its feature `tokio` it has the blocking forms alone, and
//! no sockets.
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod spec;
mod wait;

mod block;
mod cpu;
mod latency;
mod limited_sleep;
mod schedule;
mod service_limits;
mod service_stats;
mod sleep;
mod socket;

mod circuit_breaker;
#[cfg(feature = "tokio")]
mod concurrency_limit;
mod fault;
mod faulty;
#[cfg(feature = "tokio")]
mod hedge;
mod hedge_spec;
mod in_flight_spec;
mod keep;
mod phase;
#[cfg(feature = "tokio")]
mod recent_latencies;
mod retry;
mod retry_budget;
mod timeout;
mod working;

#[cfg(feature = "tokio")]
mod asynchronous;
mod blocking;

#[cfg(feature = "tokio")]
mod background_runtime;
mod draw;
mod error;
#[cfg(feature = "tokio")]
mod park;
mod precise_sleep;
#[cfg_attr(not(feature = "tokio"), path = "no_runtime.rs")]
mod runtime;
mod shorthand;
mod token_bucket;

#[cfg(test)]
mod recording;

#[cfg(feature = "tokio")]
pub use asynchronous::{Asynchronous, asynchronous};
pub use block::Block;
pub use blocking::{Blocking, blocking};
pub use circuit_breaker::{BreakerSpec, CircuitBreaker};
#[cfg(feature = "tokio")]
pub use concurrency_limit::ConcurrencyLimit;
pub use cpu::{Cpu, Work};
pub use error::IoError;
pub use fault::{FaultSpec, Injected, Trigger};
pub use faulty::Faulty;
#[cfg(feature = "tokio")]
pub use hedge::{Hedge, SECOND};
pub use hedge_spec::HedgeSpec;
pub use in_flight_spec::InFlightSpec;
pub use keep::KeepState;
pub use latency::Latency;
pub use limited_sleep::LimitedSleep;
pub use phase::{InPhase, IoPhase};
pub use retry::{Retry, RetrySpec};
pub use service_limits::{ServiceLimits, SlowShare};
pub use service_stats::{ServiceMonitor, ServiceStats};
pub use shorthand::ShorthandError;
pub use sleep::Sleep;
pub use socket::{Address, AddressError, Service, SocketSpec};
#[cfg(feature = "tokio")]
pub use socket::{EchoService, Socket, Transport};
pub use spec::{IoSpec, from_wire};
pub use timeout::Timeout;
pub use wait::Wait;
