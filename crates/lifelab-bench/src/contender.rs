//! Contenders from outside: programs of any language that race by the protocol in `docs/contender.md`.
#![allow(dead_code, reason = "races do not know them yet")]

mod leftovers;
mod program;
mod protocol;
