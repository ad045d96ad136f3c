//! What a cell waits for.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use lifelab_core::{CellIo, Idle};
use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::cpu::{Cpu, Work};
use crate::error::IoError;
use crate::latency::Latency;
use crate::limited_sleep::LimitedSleep;
use crate::service_limits::ServiceLimits;
use crate::service_stats::ServiceMonitor;
use crate::shorthand::{self, Scanner, Shorthand, ShorthandError};
use crate::sleep::Sleep;
#[cfg(feature = "tokio")]
use crate::socket::Socket;
use crate::socket::{Service, SocketSpec};

/// What a cell waits for.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Wait {
    /// Nothing: `none`.
    #[default]
    None,
    /// Time to pass: `sleep:10ms`.
    Sleep(Latency),
    /// Time to pass, its thread blocked even where it must not be: `block:10ms`, see [`Block`].
    Block(Latency),
    /// Its own computation: `cpu:50us`.
    Cpu(Work),
    /// The answer of an echo service: `socket:5ms`.
    Socket(SocketSpec),
}

/// A wait that can be called.
pub(crate) struct BuiltWait {
    pub(crate) io: Arc<dyn CellIo>,
    /// The description that another process builds it from, where the service runs already; `None` if
    /// another process cannot share it.
    pub(crate) elsewhere: Option<Wait>,
    /// A look at the service, if one has been started.
    pub(crate) monitor: Option<ServiceMonitor>,
}

impl Wait {
    /// What the description would have to be, if it makes no sense.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        match self {
            Self::None | Self::Cpu(_) => None,
            Self::Sleep(latency) | Self::Block(latency) => latency.flaw(),
            Self::Socket(socket) => socket.latency.flaw(),
        }
    }

    /// What the limits would have to be, if this wait cannot have them.
    pub(crate) fn limits_flaw(&self, limits: &ServiceLimits) -> Option<&'static str> {
        if limits.is_none() {
            return None;
        }
        match self {
            Self::Socket(SocketSpec { service: Service::At(_), .. }) => {
                Some("no limits: a service that runs already has its own")
            }
            Self::Sleep(_) if limits.has_connections() => {
                Some("a socket in the place of the sleep: time has no connections")
            }
            Self::Socket(_) | Self::Sleep(_) => limits.flaw(),
            _ => Some("no limits: only a sleep or a socket has a service"),
        }
    }

    /// Builds the I/O, and starts its service if it has one.
    pub(crate) fn build(&self, limits: ServiceLimits, seed: u64) -> Result<BuiltWait, IoError> {
        let io: Arc<dyn CellIo> = match self {
            Self::None => Arc::new(Idle),
            Self::Sleep(latency) if !limits.is_none() => {
                let sleep = Arc::new(LimitedSleep::new(*latency, limits, seed));
                let monitor = ServiceMonitor::new({
                    let sleep = sleep.clone();
                    move || sleep.stats()
                });
                return Ok(BuiltWait { io: sleep, elsewhere: None, monitor: Some(monitor) });
            }
            Self::Sleep(latency) => Arc::new(Sleep::new(*latency, seed)),
            Self::Block(latency) => Arc::new(Block::new(*latency, seed)),
            Self::Cpu(work) => Arc::new(Cpu::new(*work)),
            #[cfg(feature = "tokio")]
            Self::Socket(spec) => {
                let socket = Socket::limited(spec, limits, seed)?;
                let service = Service::At(socket.address().clone());
                let elsewhere = SocketSpec { service, ..spec.clone() };
                let (elsewhere, monitor) = (Some(Self::Socket(elsewhere)), socket.monitor());
                return Ok(BuiltWait { io: Arc::new(socket), elsewhere, monitor });
            }
            #[cfg(not(feature = "tokio"))]
            Self::Socket(_) => return Err(IoError::LeftOut { wait: self.to_string() }),
        };
        Ok(BuiltWait { io, elsewhere: Some(self.clone()), monitor: None })
    }
}

impl Shorthand for Wait {
    fn scan(scanner: &mut Scanner<'_>) -> Result<Self, ShorthandError> {
        let start = scanner.at();
        match scanner.token() {
            "none" => Ok(Self::None),
            "sleep" => {
                scanner.need(':', "`:` and a latency")?;
                Latency::scan(scanner).map(Self::Sleep)
            }
            "block" => {
                scanner.need(':', "`:` and a latency")?;
                Latency::scan(scanner).map(Self::Block)
            }
            "cpu" => {
                scanner.need(':', "`:` and a duration")?;
                Work::scan(scanner).map(Self::Cpu)
            }
            "socket" => SocketSpec::scan(scanner).map(Self::Socket),
            _ => Err(scanner.wrong(start, "none, sleep, block, cpu or socket")),
        }
    }
}

impl FromStr for Wait {
    type Err = ShorthandError;

    fn from_str(text: &str) -> Result<Self, ShorthandError> {
        shorthand::read(text)
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Sleep(latency) => write!(f, "sleep:{latency}"),
            Self::Block(latency) => write!(f, "block:{latency}"),
            Self::Cpu(work) => write!(f, "cpu:{work}"),
            Self::Socket(socket) => write!(f, "socket{socket}"),
        }
    }
}
