//! The laboratory in a browser: one universe under several steppers, side by side.
#![forbid(unsafe_code)]
// The server that uses all this is not there yet.
#![allow(dead_code)]

mod budget;
mod request;
mod setup;

mod floor;
mod panel;
mod usage;
mod workers;

mod answer;
mod lab;
