//! The lifelab command line.
fn main() {}
