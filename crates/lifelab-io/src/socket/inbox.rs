//! Frames as they come from a connection: many in one read.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::frame::Frame;

/// What is read at once at first, and at most: a connection with one request at a time needs little,
/// and more than a system's buffers hold gains nothing.
const LEAST: usize = 64 * Frame::SIZE;
const MOST: usize = 4096 * Frame::SIZE;

/// The reading end of a connection.
pub(super) struct Inbox<R> {
    reader: R,
    /// What has come and was not taken. Its capacity is what is read at once.
    bytes: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Inbox<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, bytes: Vec::with_capacity(LEAST) }
    }

    /// Waits for more, whole frames or not. Dropping the future loses nothing.
    ///
    /// # Errors
    /// Also if the connection has ended.
    pub(super) async fn fill(&mut self) -> io::Result<()> {
        match self.reader.read_buf(&mut self.bytes).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Whether a frame has begun to come.
    pub(super) fn has_begun(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// Takes the whole frames.
    pub(super) fn take(&mut self, mut each: impl FnMut(Frame)) {
        let (frames, _) = self.bytes.as_chunks();
        frames.iter().for_each(|bytes| each(Frame::from_bytes(*bytes)));
        let (taken, is_full) =
            (frames.as_flattened().len(), self.bytes.len() == self.bytes.capacity());
        self.bytes.drain(..taken);
        if is_full {
            self.bytes.reserve((2 * self.bytes.capacity()).min(MOST));
        }
    }
}
