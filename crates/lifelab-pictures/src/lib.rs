//! Pictures and films of Game of Life universes.
//!
//! What is drawn is a [`Raster`](lifelab_core::Raster), so any universe can be drawn. A [`Layout`] says how
//! large, and refuses what is too large before any of it is made. [`Pixels`] have colors, which may tell ages
//! or workers ([`Coloring`]). [`write()`] draws a picture, [`Film`] takes
//! generations one after the other and writes each as it comes.
//!
//! ```
//! use lifelab_core::{Raster, Run, View};
//! use lifelab_pictures::{Format, Layout, Pixels, Theme, write};
//!
//! let view = View { left: 0.into(), top: 0.into(), width: 3, height: 1, scale: 0 };
//! let mut blinker = Raster::default();
//! blinker.clear(view);
//! blinker.add(Run::alive(0.into(), 0.into(), 2.into()));
//! let layout = Layout::new(view, 10, true)?;
//! let mut svg = Vec::new();
//! write(Format::Svg, &layout, Theme::LIGHT, "blinker", &Pixels::from(&blinker), &mut svg)?;
//! assert!(String::from_utf8_lossy(&svg).contains("<title>blinker</title>"));
//! # Ok::<(), lifelab_pictures::PictureError>(())
//! ```
#![forbid(unsafe_code)]

mod digits;
mod error;
mod format;
mod labels;
mod layout;
mod theme;

mod paint;
mod palette;
mod pixels;

mod film;
mod still;
mod svg;
mod y4m;

pub use error::PictureError;
pub use film::{DELAY_MS, Film, FilmOptions};
pub use format::Format;
pub use layout::Layout;
pub use pixels::{Coloring, Pixels};
pub use still::write;
pub use theme::Theme;
