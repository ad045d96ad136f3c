//! Life patterns and the file formats they travel in.
//!
//! [`Pattern::open`] reads any supported file, compressed or not, and [`Pattern::save`] writes one:
//! the [`Format`] follows from the content on the way in, and from the file extension on the way
//! out. Every malformed input is a [`PatternError`] that tells line and column, what was found, and
//! what was expected; [`Limits`] bound what any input can take. [`library`] holds well-known patterns
//! by name.
//!
//! | format | extensions | what it is |
//! | --- | --- | --- |
//! | [`Rle`](Format::Rle) | `.rle` | runs of cells in up to 256 states, with rule, universe, position and generation |
//! | [`Macrocell`](Format::Macrocell) | `.mc` | a quadtree; patterns of any size: [`macrocell`] |
//! | [`Plaintext`](Format::Plaintext) | `.cells` | a drawing |
//! | [`Life105`](Format::Life105) | `.lif`, `.life` | drawings at given places |
//! | [`Life106`](Format::Life106) | `.lif`, `.life` | a list of coordinates |
//! | [`Mcell`](Format::Mcell) | `.mcl` | the files of Mirek's Cellebration; read, and not written |
//! | [`Apgcode`](Format::Apgcode) | | the name of an object, which tells its cells: [`apgcode`] |
//! | [`Ron`](Format::Ron) | `.ron` | all that a pattern holds |
//!
//! Any of them may be gzipped. A macrocell may have more cells than memory can list: [`Document::open`]
//! reads a file in the form it has, and [`Pattern::open`] its cells.
//!
//! To add a format, name it in [`Format`], and write a file in `formats` that defines its `Codec`, with
//! a row in the table there.
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod cells;
mod codec;
mod error;
mod format;
mod formats;
mod gzip;
pub mod library;
mod limits;
mod open;
mod pattern;
mod property;
mod recognize;
mod save;
mod text;
mod unsupported;
mod warning;
mod whole_file;

pub use cells::{
    BoundingBox, Cells, CellsBuilder, Position, Positions, Run, Runs, StatesBuilder, Word, Words,
};
pub use codec::Content;
pub use error::{ErrorKind, Location, PatternError};
pub use format::{Format, UnknownFormatName};
pub use formats::{apgcode, macrocell};
pub use limits::Limits;
pub use open::{Document, Loaded};
pub use pattern::{Area, Pattern, Size};
pub use property::Property;
pub use warning::Warning;
pub use whole_file::WholeFile;
