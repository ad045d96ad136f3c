//! What can go wrong.

use std::io;

use thiserror::Error;

/// Why there is no picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PictureError {
    /// It would be too large.
    #[error(
        "a picture of {width} x {height} points is too large: it may have {most_side} on a side and {most_points} \
         in all; draw a smaller window, or at a smaller scale"
    )]
    TooLarge {
        /// Columns of points.
        width: u64,
        /// Rows of points.
        height: u64,
        /// The most points on a side.
        most_side: u32,
        /// The most points in all.
        most_points: u64,
    },
    /// It would have no point.
    #[error("a picture has at least one cell, and each at least one point")]
    Empty,
    /// The format has no films.
    #[error("a film is a GIF, an APNG or a Y4M, and {0} holds one picture")]
    Still(super::Format),
    /// It could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<png::EncodingError> for PictureError {
    fn from(error: png::EncodingError) -> Self {
        Self::Io(error.into())
    }
}

impl From<gif::EncodingError> for PictureError {
    fn from(error: gif::EncodingError) -> Self {
        Self::Io(match error {
            gif::EncodingError::Io(error) => error,
            error => io::Error::other(error),
        })
    }
}
