//! The server, by requests over real sockets.

mod client;

mod end;
mod guard;
mod page;
