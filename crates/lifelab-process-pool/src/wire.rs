//! Frames and messages: what the parent and its workers say to each other.
//!
//! A frame is a length (`u32`, little-endian) and as many bytes: a [`Message`] in postcard's
//! format, then the message's payload, if it has one. Rows travel as payload, words in
//! little-endian order, because a vector of words through serde costs fifty times a copy of bytes.

use std::io::{self, BufRead, BufReader, Read};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use lifelab_core::probe::Observations;
use lifelab_core::{
    CellFailure, CellJob, CellState, Fault, FaultKind, Observed, Position, Rule, Site, Topology,
};

use crate::role::Role;
use crate::watching::Watching;

/// The longest frame without its payload. It bounds the wire text of an I/O model and the message
/// of a failure, both of which somebody else writes.
pub(crate) const HEADER_LIMIT: usize = 1 << 20;

/// The longest message of a failure; the rest is cut off.
const MESSAGE_LIMIT: usize = 1 << 14;

/// The system's default size of a pipe on Linux: one read can empty it.
const PIPE: usize = 1 << 16;

/// Everything that is said after the [handshake](crate::handshake).
///
/// Answers come in the order of their units, one for each. If cells are watched, what was seen comes
/// between them, and before the last.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Message {
    /// What the cells of all further steps wait for, as wire text; `None` if they do not wait.
    Io(Option<String>),
    /// The units that follow belong to this generation.
    Step {
        generation: u64,
        /// Where the grid's first cell lies.
        origin: Position,
        rule: Rule,
        payload_limit: u32,
        /// How many generations are computed at once, from 1, and what lies beyond the edges of all
        /// that a band depends on.
        hop: (u32, Topology),
        /// How its cells are watched; `None` if they are not.
        watching: Option<Watching>,
    },
    /// Ends all waits of this step.
    Stop,
    /// Work: a cell.
    Cell { unit: u64, job: CellJob },
    /// Work: a band, whose rows with their halo are the payload.
    Band { unit: u64, shape: Shape },
    /// Work: a band some generations ahead. The payload is its rows with all that the band depends on:
    /// rows above and below, and words on either side.
    TimeBlocked { unit: u64, shape: Shape, above: u32, below: u32, beside: u32 },
    /// Work half done: a cell.
    Observed { unit: u64, cell: Observed },
    /// Work done: a cell, and whether it [kept](lifelab_core::OnFault::Keep) its state.
    CellStepped { unit: u64, state: CellState, kept: bool },
    /// Work done: a band, whose rows are the payload, and how many of its cells kept theirs.
    Stepped { unit: u64, kept: u64 },
    /// Work done: a cell failed.
    Failed { unit: u64, failure: Failure },
    /// What a worker has seen of the cells whose answers follow.
    Seen { process: u32, role: Role, seen: Observations },
    /// The worker cannot work, and says why.
    Refused(String),
}

/// Which rows a band has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) first: u32,
    pub(crate) rows: u32,
    pub(crate) width: u32,
}

impl Shape {
    /// The row numbers; `None` if there are no such rows.
    pub(crate) fn range(self) -> Option<std::ops::Range<u32>> {
        let end = self.first.checked_add(self.rows)?;
        (self.rows > 0 && self.width > 0).then_some(self.first..end)
    }
}

/// A [`CellFailure`] as it travels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    site: Site,
    kind: Kind,
    message: String,
}

/// A [`FaultKind`] as it travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Kind {
    Failed,
    Panicked,
    TimedOut,
    Stopped,
}

impl From<CellFailure> for Failure {
    fn from(CellFailure { site, fault }: CellFailure) -> Self {
        let kind = match fault.kind() {
            FaultKind::Panicked => Kind::Panicked,
            FaultKind::TimedOut => Kind::TimedOut,
            FaultKind::Stopped => Kind::Stopped,
            _ => Kind::Failed,
        };
        let message = fault.message();
        let message = message[..message.floor_char_boundary(MESSAGE_LIMIT)].to_owned();
        Self { site, kind, message }
    }
}

impl From<Failure> for CellFailure {
    fn from(Failure { site, kind, message }: Failure) -> Self {
        let kind = match kind {
            Kind::Failed => FaultKind::Failed,
            Kind::Panicked => FaultKind::Panicked,
            Kind::TimedOut => FaultKind::TimedOut,
            Kind::Stopped => FaultKind::Stopped,
        };
        Self { site, fault: Fault::new(kind, message) }
    }
}

/// Why a pipe gives no further message.
#[derive(Debug, Error)]
pub(crate) enum WireError {
    /// The other side has closed it, between two frames.
    #[error("the pipe was closed")]
    Closed,
    /// The other side has closed it in the middle of a frame.
    #[error("the pipe was closed after {found} of a frame's {expected} bytes")]
    Truncated { expected: usize, found: usize },
    /// A frame longer than any that would be right now; most likely it is no frame.
    #[error("a frame of {length} bytes, where at most {limit} are possible")]
    Oversized { length: usize, limit: usize },
    /// Bytes that are no message.
    #[error("a frame that is no message: {0}")]
    Malformed(#[from] postcard::Error),
    /// A message that makes no sense here.
    #[error("an unexpected message: {0}")]
    Unexpected(String),
    /// The system failed.
    #[error("the pipe failed: {0}")]
    Pipe(#[from] io::Error),
}

impl WireError {
    pub(crate) fn unexpected(message: &Message) -> Self {
        let mut text = format!("{message:?}");
        text.truncate(text.floor_char_boundary(200));
        Self::Unexpected(text)
    }
}

/// Appends a frame to `out`; `payload` appends the payload.
pub(crate) fn put(out: &mut Vec<u8>, message: &Message, payload: impl FnOnce(&mut Vec<u8>)) {
    put_frame(out, |out| {
        postcard::to_io(message, &mut *out).expect("memory takes every message");
        payload(out);
    });
}

/// Appends a frame whose bytes `body` appends.
///
/// # Panics
/// If the body has 4 GiB or more; the parent checks before each step that no unit has.
pub(crate) fn put_frame(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend([0; 4]);
    body(out);
    let length = u32::try_from(out.len() - start - 4).expect("a frame below 4 GiB");
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// Appends words as bytes.
pub(crate) fn put_words(out: &mut Vec<u8>, words: &[u64]) {
    let start = out.len();
    out.resize(start + size_of_val(words), 0);
    let (chunks, _) = out[start..].as_chunks_mut();
    for (bytes, word) in chunks.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
}

/// Bytes as words; bytes that fill no word are left out.
pub(crate) fn words(bytes: &[u8]) -> impl ExactSizeIterator<Item = u64> {
    bytes.as_chunks().0.iter().map(|&bytes| u64::from_le_bytes(bytes))
}

/// Takes a frame's body apart: the message, and its payload.
pub(crate) fn parse(body: &[u8]) -> Result<(Message, &[u8]), WireError> {
    Ok(postcard::take_from_bytes(body)?)
}

/// Reads frames from a pipe.
#[derive(Debug)]
pub(crate) struct Frames<R> {
    pipe: BufReader<R>,
    limit: usize,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(pipe: R) -> Self {
        Self { pipe: BufReader::with_capacity(PIPE, pipe), limit: HEADER_LIMIT }
    }

    /// From now on, payloads have at most `bytes` bytes.
    pub(crate) fn limit_payload(&mut self, bytes: u32) {
        self.limit = HEADER_LIMIT + bytes as usize;
    }

    /// Whether a part of the next frame has already been read.
    pub(crate) fn has_more(&self) -> bool {
        !self.pipe.buffer().is_empty()
    }

    /// Blocks until there is something to read, and shows it without taking it. Empty at the end.
    pub(crate) fn peek(&mut self) -> io::Result<&[u8]> {
        while let Err(error) = self.pipe.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok(self.pipe.buffer())
    }

    /// Reads the next frame's bytes into `body`, which is cleared first.
    ///
    /// Memory is taken as bytes arrive, not on the word of the length alone.
    pub(crate) fn read(&mut self, body: &mut Vec<u8>) -> Result<(), WireError> {
        body.clear();
        if self.peek()?.is_empty() {
            return Err(WireError::Closed);
        }
        self.take(4, body)?;
        let length = body.iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte));
        if length > self.limit {
            return Err(WireError::Oversized { length, limit: self.limit });
        }
        body.clear();
        self.take(length, body)
    }

    fn take(&mut self, length: usize, body: &mut Vec<u8>) -> Result<(), WireError> {
        body.reserve(length.min(PIPE));
        (&mut self.pipe).take(length as u64).read_to_end(body)?;
        match body.len() {
            found if found < length => Err(WireError::Truncated { expected: length, found }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use lifelab_core::{Cell, Phase};

    use super::*;

    fn read(bytes: &[u8]) -> Result<(Message, Vec<u8>), WireError> {
        let mut body = Vec::new();
        Frames::new(bytes).read(&mut body)?;
        parse(&body).map(|(message, payload)| (message, payload.to_vec()))
    }

    #[test]
    fn frames_carry_messages_and_payloads() {
        let site = Site::new(7, Cell::new(1, 2), Phase::Rule);
        let failure = CellFailure { site, fault: Fault::timed_out("late") };
        let messages = [
            (Message::Io(Some("sleep".into())), vec![]),
            (Message::Stop, vec![]),
            (Message::Stepped { unit: 1 << 40, kept: 2 }, vec![1, u64::MAX]),
            (Message::Failed { unit: 3, failure: failure.clone().into() }, vec![]),
        ];
        let mut bytes = Vec::new();
        for (message, payload) in &messages {
            put(&mut bytes, message, |out| put_words(out, payload));
        }
        let (mut frames, mut body) = (Frames::new(&*bytes), Vec::new());
        for (message, payload) in &messages {
            frames.read(&mut body).unwrap();
            let (found, bytes) = parse(&body).unwrap();
            assert_eq!((&found, words(bytes).collect::<Vec<_>>()), (message, payload.clone()));
            if let Message::Failed { failure: found, .. } = found {
                assert_eq!(CellFailure::from(found), failure);
            }
        }
        assert!(matches!(frames.read(&mut body), Err(WireError::Closed)));
    }

    #[test]
    fn a_truncated_frame_is_an_error_wherever_it_is_cut() {
        let mut bytes = Vec::new();
        put(&mut bytes, &Message::Stepped { unit: 9, kept: 0 }, |out| put_words(out, &[1, 2, 3]));
        for length in 1..bytes.len() {
            let error = read(&bytes[..length]).unwrap_err();
            assert!(matches!(error, WireError::Truncated { .. }), "{length} bytes: {error}");
        }
    }

    #[test]
    fn an_oversized_frame_is_refused_before_it_is_read() {
        let error = read(b"Hello, world!").unwrap_err();
        assert!(matches!(error, WireError::Oversized { length: 0x6c6c_6548, .. }), "{error}");
        let mut frames = Frames::new(&[0, 0, 0x20, 0][..]);
        frames.limit_payload(1 << 20);
        let error = frames.read(&mut Vec::new()).unwrap_err();
        assert!(matches!(error, WireError::Truncated { .. }), "2 MiB are legal now: {error}");
    }

    #[test]
    fn bytes_that_are_no_message_are_an_error() {
        for bytes in [&[0; 4][..], &[1, 0, 0, 0, 99], &[2, 0, 0, 0, 9, 1]] {
            assert!(matches!(read(bytes), Err(WireError::Malformed(_))), "{bytes:?}");
        }
    }

    #[test]
    fn a_long_message_of_a_failure_is_cut_between_characters() {
        let site = Site::new(1, Cell::default(), Phase::Neighbors);
        let fault = Fault::failed("é".repeat(MESSAGE_LIMIT));
        let failure = CellFailure::from(Failure::from(CellFailure { site, fault }));
        assert_eq!(failure.fault.message().len(), MESSAGE_LIMIT);
    }
}
