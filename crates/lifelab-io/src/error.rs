//! What can go wrong when an I/O model is described or built.

use std::io;

use thiserror::Error;

use crate::shorthand::ShorthandError;
use crate::socket::Address;

/// Why a description did not become an I/O model.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IoError {
    /// The shorthand is malformed.
    #[error(transparent)]
    Shorthand(#[from] ShorthandError),
    /// The RON is malformed; the error tells line and column.
    #[error(
        "line {}, column {}: {}",
        .0.span.start.line,
        .0.span.start.col,
        lifelab_core::wording::of_ron(&.0.code)
    )]
    Ron(#[from] ron::error::SpannedError),
    /// A value is out of its range.
    #[error("found {found}, expected {expected}")]
    Invalid {
        /// The part of the description, in shorthand.
        found: String,
        /// What it must be.
        expected: &'static str,
    },
    /// This build has no sockets.
    #[error("{wait} needs the feature `tokio` of lifelab-io, which this build leaves out")]
    LeftOut {
        /// The wait, in shorthand.
        wait: String,
    },
    /// The echo service could not be started.
    #[error("cannot start the echo service at {address}: {source}")]
    Service {
        /// Where it was to listen.
        address: Address,
        /// Why not.
        source: io::Error,
    },
}
