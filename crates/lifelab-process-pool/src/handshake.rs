//! The handshake: how parent and worker make sure that they understand each other.
//!
//! Its first twelve bytes will never change, so that programs of different versions can at least
//! tell each other so: eight bytes that nothing else starts with, and the protocol's version.

use std::fs::File;
use std::hash::Hasher;
use std::io::{self, Read};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use twox_hash::XxHash3_64;

use crate::os;

const MAGIC: &[u8; 8] = b"\0LIFELAB";

/// Grows by one with every change of the messages or of their meaning.
const PROTOCOL: u32 = 6;

/// What a process says of itself first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Handshake {
    /// The version of this crate.
    version: String,
    /// The hash of the executable, where both sides should run the same one.
    build: Option<u64>,
}

/// Why two processes cannot work together.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(crate) enum Mismatch {
    #[error("it did not shake hands")]
    Magic,
    #[error("it speaks version {0} of the protocol, and this program version {PROTOCOL}")]
    Protocol(u32),
    #[error("its handshake cannot be read")]
    Malformed,
    #[error("it is built from version {0} of this crate, and this program from {ours}",
        ours = env!("CARGO_PKG_VERSION"))]
    Version(String),
    #[error("its executable is another build of this program")]
    Build,
}

impl Handshake {
    /// This process's handshake; `same_build` asks the other side to be the same executable.
    pub(crate) fn new(same_build: bool) -> Self {
        let build = if same_build { own_build() } else { None };
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), build }
    }

    /// The answer of the process that was greeted.
    pub(crate) fn answer(&self) -> Self {
        Self::new(self.build.is_some())
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend(MAGIC);
        out.extend(PROTOCOL.to_le_bytes());
        postcard::to_io(self, out).expect("memory takes every handshake");
    }

    pub(crate) fn parse(body: &[u8]) -> Result<Self, Mismatch> {
        let body = body.strip_prefix(MAGIC).ok_or(Mismatch::Magic)?;
        let (protocol, body) = body.split_first_chunk().ok_or(Mismatch::Malformed)?;
        match u32::from_le_bytes(*protocol) {
            PROTOCOL => postcard::from_bytes(body).map_err(|_| Mismatch::Malformed),
            other => Err(Mismatch::Protocol(other)),
        }
    }

    /// Whether the process that greets so can work with this one, which greeted with `self`.
    pub(crate) fn accepts(&self, other: &Self) -> Result<(), Mismatch> {
        if other.version != self.version {
            return Err(Mismatch::Version(other.version.clone()));
        }
        if self.build.is_some() && other.build != self.build {
            return Err(Mismatch::Build);
        }
        Ok(())
    }
}

/// The hash of this process's executable, computed once; `None` if it cannot be read.
fn own_build() -> Option<u64> {
    static BUILD: OnceLock<Option<u64>> = OnceLock::new();
    *BUILD.get_or_init(|| hash(File::open(os::own_program().ok()?).ok()?).ok())
}

fn hash(mut file: impl Read) -> io::Result<u64> {
    let mut hasher = XxHash3_64::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(length) => hasher.write(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(handshake: &Handshake) -> Vec<u8> {
        let mut bytes = Vec::new();
        handshake.put(&mut bytes);
        bytes
    }

    #[test]
    fn two_processes_of_one_build_accept_each_other() {
        let ours = Handshake::new(true);
        assert!(ours.build.is_some());
        let theirs = Handshake::parse(&bytes(&ours.answer())).unwrap();
        assert_eq!(ours.accepts(&theirs), Ok(()));
        assert_eq!(theirs.accepts(&ours), Ok(()));
    }

    #[test]
    fn a_greeting_of_another_kind_is_refused_with_the_reason() {
        assert_eq!(Handshake::parse(b"Usage: lifelab"), Err(Mismatch::Magic));
        let mut bytes = bytes(&Handshake::new(false));
        bytes[8] = 9;
        assert_eq!(Handshake::parse(&bytes), Err(Mismatch::Protocol(9)));
        assert_eq!(Handshake::parse(&bytes[..10]), Err(Mismatch::Malformed));

        let ours = Handshake::new(true);
        let build = Handshake { build: ours.build.map(|build| build ^ 1), ..ours.clone() };
        assert_eq!(ours.accepts(&build), Err(Mismatch::Build));
        let version = Handshake { version: "0.0.1".into(), ..ours.clone() };
        assert_eq!(ours.accepts(&version), Err(Mismatch::Version("0.0.1".into())));
    }

    #[test]
    fn another_program_of_the_same_crate_is_accepted_when_asked_for() {
        let ours = Handshake::new(false);
        assert_eq!(ours.accepts(&Handshake { build: Some(1), ..ours.clone() }), Ok(()));
    }
}
