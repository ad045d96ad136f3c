//! Films: pictures one after the other.

use std::io::Write;
use std::ops::Range;

use gif::{DisposalMethod, Repeat};

use crate::error::PictureError;
use crate::format::Format;
use crate::layout::Layout;
use crate::paint::paint;
use crate::palette::Palette;
use crate::pixels::{Coloring, Pixels};
use crate::still;
use crate::theme::Theme;
use crate::y4m;

/// The time between two pictures of a film if nobody says, in milliseconds.
pub const DELAY_MS: u16 = 100;

/// What a film is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FilmOptions {
    /// The colors.
    pub theme: Theme,
    /// What the colors of cells say, in all pictures.
    pub coloring: Coloring,
    /// How many pictures there will be: an APNG says it first.
    pub pictures: u32,
    /// How long each picture is shown, in milliseconds: GIF counts hundredths of a second, and many programs
    /// show no picture for less than two of them.
    pub delay_ms: u16,
}

/// A film that is written as it goes: of each picture, the rectangle in which it differs from the one before.
/// It plays again and again. Raw video has whole pictures, and plays once.
pub struct Film<W: Write> {
    layout: Layout,
    options: FilmOptions,
    palette: Palette,
    /// The points of the picture before; none before the first.
    last: Vec<u8>,
    encoder: Encoder<W>,
}

enum Encoder<W: Write> {
    Gif(Box<gif::Encoder<W>>),
    Apng(Box<png::Writer<W>>),
    Y4m(y4m::Encoder<W>),
}

/// A part of a picture.
struct Part {
    columns: Range<usize>,
    rows: Range<usize>,
}

impl Default for FilmOptions {
    fn default() -> Self {
        Self { theme: Theme::LIGHT, coloring: Coloring::None, pictures: 1, delay_ms: DELAY_MS }
    }
}

impl<W: Write> Film<W> {
    /// Begins a film.
    ///
    /// # Errors
    /// If the format has no films, or it cannot be written.
    pub fn new(
        format: Format,
        layout: Layout,
        options: FilmOptions,
        out: W,
    ) -> Result<Self, PictureError> {
        let FilmOptions { theme, coloring, pictures, delay_ms } = options;
        // Of large squares nobody tells the age.
        let coloring = coloring.of_scale(layout.view().scale);
        let palette = Palette::new(theme, coloring);
        let encoder = match format {
            Format::Gif => {
                let side =
                    |length: u32| u16::try_from(length).expect("a layout's sides are 16 bits");
                let (width, height) = (side(layout.width()), side(layout.height()));
                let mut encoder =
                    gif::Encoder::new(out, width, height, &palette.colors().concat())?;
                encoder.set_repeat(Repeat::Infinite)?;
                Encoder::Gif(Box::new(encoder))
            }
            Format::Apng => {
                let mut encoder = still::encoder(&layout, &palette, out);
                encoder.set_animated(pictures.max(1), 0)?;
                encoder.set_frame_delay(delay_ms, 1000)?;
                Encoder::Apng(Box::new(encoder.write_header()?))
            }
            Format::Y4m => {
                Encoder::Y4m(y4m::Encoder::new(&layout, palette.colors(), delay_ms, out)?)
            }
            Format::Svg | Format::Png => return Err(PictureError::Still(format)),
        };
        let options = FilmOptions { coloring, ..options };
        Ok(Self { layout, options, palette, last: Vec::new(), encoder })
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// If it cannot be written, or an APNG has all the pictures that were announced.
    ///
    /// # Panics
    /// If the pixels do not show the view of the layout, or their colors say something else.
    pub fn push(&mut self, pixels: &Pixels) -> Result<(), PictureError> {
        let is_alike = pixels.coloring() == self.options.coloring;
        assert!(is_alike, "the colors of a film say the same in all pictures");
        let points = paint(&self.layout, pixels);
        let part = Part::changed(&self.last, &points, self.layout.width() as usize);
        match &mut self.encoder {
            Encoder::Gif(encoder) => {
                part.push_to_gif(&points, &self.layout, self.options.delay_ms, encoder)?;
            }
            Encoder::Apng(writer) => {
                if !self.last.is_empty() {
                    part.place_in_apng(writer)?;
                }
                let cut = part.cut(&points, self.layout.width() as usize);
                writer.write_image_data(&self.palette.pack(&cut, part.columns.len()))?;
            }
            Encoder::Y4m(encoder) => encoder.push(&points)?,
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
            Encoder::Y4m(encoder) => Ok(encoder.finish()?),
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

    /// Adds the part of a picture to a GIF.
    fn push_to_gif<W: Write>(
        &self,
        points: &[u8],
        layout: &Layout,
        delay_ms: u16,
        encoder: &mut gif::Encoder<W>,
    ) -> Result<(), PictureError> {
        // A layout's sides are 16 bits.
        Ok(encoder.write_frame(&gif::Frame {
            delay: (delay_ms / 10).max(1),
            dispose: DisposalMethod::Keep,
            left: self.columns.start as u16,
            top: self.rows.start as u16,
            width: self.columns.len() as u16,
            height: self.rows.len() as u16,
            buffer: self.cut(points, layout.width() as usize).into(),
            ..gif::Frame::default()
        })?)
    }

    /// Says where the next picture of an APNG goes.
    fn place_in_apng<W: Write>(&self, writer: &mut png::Writer<W>) -> Result<(), PictureError> {
        writer.reset_frame_position()?; // A larger part must fit where the last one was.
        writer.set_frame_dimension(self.columns.len() as u32, self.rows.len() as u32)?;
        Ok(writer.set_frame_position(self.columns.start as u32, self.rows.start as u32)?)
    }

    fn cut(&self, points: &[u8], width: usize) -> Vec<u8> {
        let rows = self.rows.clone().map(|row| row * width);
        let rows = rows.map(|row| &points[row + self.columns.start..row + self.columns.end]);
        rows.collect::<Vec<_>>().concat()
    }
}
