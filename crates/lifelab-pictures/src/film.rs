//! Films: pictures one after the other.

use std::io::Write;
use std::ops::Range;

use gif::{DisposalMethod, Repeat};
use lifelab_core::Raster;

use crate::error::PictureError;
use crate::format::Format;
use crate::layout::Layout;
use crate::packed::pack;
use crate::paint::paint;
use crate::still;
use crate::theme::Theme;

/// The time between two pictures of a film if nobody says, in milliseconds.
pub const DELAY_MS: u16 = 100;

/// A film that is written as it goes: of each picture, the rectangle in which it differs from the one before.
/// It plays again and again.
pub struct Film<W: Write> {
    layout: Layout,
    delay_ms: u16,
    /// The points of the picture before; none before the first.
    last: Vec<u8>,
    encoder: Encoder<W>,
}

enum Encoder<W: Write> {
    Gif(Box<gif::Encoder<W>>),
    Apng(Box<png::Writer<W>>),
}

/// A part of a picture.
struct Part {
    columns: Range<usize>,
    rows: Range<usize>,
}

impl<W: Write> Film<W> {
    /// Begins a film of as many pictures, each shown for some milliseconds: GIF counts hundredths of a
    /// second, and many programs show no picture for less than two of them.
    ///
    /// # Errors
    /// If the format has no films, or it cannot be written.
    pub fn new(
        format: Format,
        layout: Layout,
        theme: Theme,
        pictures: u32,
        delay_ms: u16,
        out: W,
    ) -> Result<Self, PictureError> {
        let encoder = match format {
            Format::Gif => {
                let side =
                    |length: u32| u16::try_from(length).expect("a layout's sides are 16 bits");
                let (width, height) = (side(layout.width()), side(layout.height()));
                let mut encoder = gif::Encoder::new(out, width, height, &theme.palette())?;
                encoder.set_repeat(Repeat::Infinite)?;
                Encoder::Gif(Box::new(encoder))
            }
            Format::Apng => {
                let mut encoder = still::encoder(&layout, theme, out);
                encoder.set_animated(pictures.max(1), 0)?;
                encoder.set_frame_delay(delay_ms, 1000)?;
                Encoder::Apng(Box::new(encoder.write_header()?))
            }
            Format::Svg | Format::Png => return Err(PictureError::Still(format)),
        };
        Ok(Self { layout, delay_ms, last: Vec::new(), encoder })
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// If it cannot be written, or an APNG has all the pictures that were announced.
    ///
    /// # Panics
    /// If the raster does not show the view of the layout.
    pub fn push(&mut self, raster: &Raster) -> Result<(), PictureError> {
        let points = paint(&self.layout, raster);
        let width = self.layout.width() as usize;
        let part = Part::changed(&self.last, &points, width);
        let cut = part.cut(&points, width);
        let [left, columns] = [part.columns.start, part.columns.len()];
        let [top, rows] = [part.rows.start, part.rows.len()];
        match &mut self.encoder {
            Encoder::Gif(encoder) => encoder.write_frame(&gif::Frame {
                delay: (self.delay_ms / 10).max(1),
                dispose: DisposalMethod::Keep,
                left: left as u16,
                top: top as u16,
                width: columns as u16,
                height: rows as u16,
                buffer: cut.into(),
                ..gif::Frame::default()
            })?,
            Encoder::Apng(writer) => {
                if !self.last.is_empty() {
                    writer.reset_frame_position()?; // A larger part must fit where the last one was.
                    writer.set_frame_dimension(columns as u32, rows as u32)?;
                    writer.set_frame_position(left as u32, top as u32)?;
                }
                writer.write_image_data(&pack(&cut, columns))?;
            }
        }
        self.last = points;
        Ok(())
    }

    /// Ends the film.
    ///
    /// # Errors
    /// If it cannot be written, or an APNG lacks pictures that were announced.
    pub fn finish(self) -> Result<(), PictureError> {
        match self.encoder {
            Encoder::Gif(encoder) => {
                let mut out = encoder.into_inner()?;
                Ok(out.flush()?)
            }
            Encoder::Apng(writer) => Ok(writer.finish()?),
        }
    }
}

impl Part {
    /// Where two pictures differ; a point if they do not, and everything if there was none before.
    fn changed(before: &[u8], now: &[u8], width: usize) -> Self {
        if before.is_empty() {
            return Self { columns: 0..width, rows: 0..now.len() / width };
        }
        let (mut left, mut right, mut top, mut bottom) = (width, 0, usize::MAX, 0);
        for (y, (before, now)) in before.chunks(width).zip(now.chunks(width)).enumerate() {
            let differs = |x: &usize| before[*x] != now[*x];
            let Some(first) = (0..width).find(differs) else { continue };
            let last = (0..width).rfind(differs).unwrap_or(first);
            (left, right) = (left.min(first), right.max(last));
            (top, bottom) = (top.min(y), y);
        }
        if top == usize::MAX {
            return Self { columns: 0..1, rows: 0..1 };
        }
        Self { columns: left..right + 1, rows: top..bottom + 1 }
    }

    fn cut(&self, points: &[u8], width: usize) -> Vec<u8> {
        let rows = self.rows.clone().map(|row| row * width);
        let rows = rows.map(|row| &points[row + self.columns.start..row + self.columns.end]);
        rows.collect::<Vec<_>>().concat()
    }
}
