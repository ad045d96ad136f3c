//! Frames as they come from a connection: many in one read.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;

use super::frame::Frame;

/// What is read at once at first, and at most: a connection with one request at a time needs little,
/// and more than a system's buffers hold gains nothing.
const LEAST: usize = 64 * Frame::SIZE;
const MOST: usize = 4096 * Frame::SIZE;

/// The reading end of a connection.
pub(super) struct FramedReader<R> {
    reader: R,
    /// What has come and was not taken. Its capacity is what is read at once.
    bytes: Vec<u8>,
    /// Since when the beginning of a frame waits for the rest.
    begun: Option<Instant>,
}

impl<R: AsyncRead + Unpin> FramedReader<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, bytes: Vec::with_capacity(LEAST), begun: None }
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

    /// Whether there are whole frames to take.
    pub(super) fn has_frames(&self) -> bool {
        self.bytes.len() >= Frame::SIZE
    }

    /// Since when the beginning of a frame waits for the rest, if one does.
    pub(super) fn begun(&self) -> Option<Instant> {
        self.begun
    }

    /// Takes whole frames, `most` of them at most.
    pub(super) fn take(&mut self, most: usize, each: impl FnMut(Frame)) {
        let (frames, rest) = self.bytes.as_chunks();
        let taken = frames.len().min(most);
        frames[..taken].iter().map(|bytes| Frame::from_bytes(*bytes)).for_each(each);
        match rest.is_empty() {
            true => self.begun = None,
            false if taken > 0 || self.begun.is_none() => self.begun = Some(Instant::now()),
            false => {}
        }
        let is_full = self.bytes.len() == self.bytes.capacity();
        self.bytes.drain(..taken * Frame::SIZE);
        if is_full {
            self.bytes.reserve((2 * self.bytes.capacity()).min(MOST));
        }
    }

    pub(super) fn reader(&self) -> &R {
        &self.reader
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn frames_are_taken_whole_and_no_more_than_asked_for() {
        let frames: Vec<_> = (0..100).map(|n| Frame::new(n, Duration::from_nanos(n))).collect();
        let mut bytes: Vec<_> = frames.iter().flat_map(|frame| frame.to_bytes()).collect();
        bytes.truncate(bytes.len() - 1);
        let (mut framed_reader, mut taken) = (FramedReader::new(&bytes[..]), Vec::new());
        while framed_reader.fill().await.is_ok() {
            while framed_reader.has_frames() {
                framed_reader.take(3, |frame| taken.push(frame));
            }
        }
        assert_eq!(taken, frames[..99]);
        assert!(framed_reader.begun().is_some());
    }

    #[tokio::test]
    async fn a_frame_has_begun_when_its_first_byte_came() {
        let bytes = [0; 2 * Frame::SIZE];
        let reader = (&bytes[..1]).chain(&bytes[1..3]).chain(&bytes[3..20]).chain(&bytes[20..]);
        let mut framed_reader = FramedReader::new(reader);
        let mut begun = Vec::new();
        while framed_reader.fill().await.is_ok() {
            framed_reader.take(9, |_| {});
            begun.push(framed_reader.begun());
        }
        let [first, second, third, last] = begun[..] else { panic!("{begun:?}") };
        assert!(first.is_some() && first == second);
        assert!(third.is_some() && third != first, "it is the second frame's");
        assert_eq!(last, None);
    }
}
