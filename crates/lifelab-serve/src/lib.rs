//! The laboratory in a browser: one universe under several steppers, side by side.
//!
//! [`Server`] answers on this machine alone. It sends a page, whose files are part of the program, and runs
//! what the page asks for: each cell lights up when its wait ends, in the color of the worker that waited.
//!
//! # Safety from strangers
//! Every web page that a browser shows can reach a server on its own machine. So each request must name this
//! server as its host, must come from this server's page if it says where it comes from, and needs a secret
//! to start anything (`guard.rs`). What a page can ask for names no file, no program and no address
//! (`request.rs`), and all of it is bounded (`budget.rs`, `setup.rs`).
//!
//! ```no_run
//! use lifelab::CancellationToken;
//! use lifelab_serve::Server;
//!
//! fn main() -> std::io::Result<()> {
//!     lifelab::host_workers(); // Before a socket is opened.
//!     let server = Server::bind(0)?;
//!     println!("open {}", server.url());
//!     server.run(&CancellationToken::new())
//! }
//! ```
#![forbid(unsafe_code)]

mod budget;
mod request;
mod setup;

mod background;
mod floor;
mod panel;
mod usage;
mod workers;

mod answer;
mod lab;

mod assets;
mod connection;
mod guard;
mod server;

pub use server::Server;
