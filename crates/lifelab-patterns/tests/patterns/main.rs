//! The formats as people use them: what is read, what is refused where, what is written.

mod apgcode;
mod hostile;
mod library;
mod macrocell;
mod mcell;
mod reading;
mod reference;
mod support;
mod writing;
