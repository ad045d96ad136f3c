//! A task for each worker, which awaits the cells of a band.

pub(crate) mod band;
pub(crate) mod gathered;
pub(crate) mod member;
