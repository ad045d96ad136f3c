//! Pictures of one generation.

use std::io::Write;

use png::{ColorType, Compression};

use crate::error::PictureError;
use crate::film::{Film, FilmOptions};
use crate::format::Format;
use crate::layout::Layout;
use crate::paint::paint;
use crate::palette::Palette;
use crate::pixels::Pixels;
use crate::svg;
use crate::theme::Theme;

/// Writes a picture; the title is for those that have one. As a film it has one picture.
///
/// # Errors
/// If it cannot be written.
///
/// # Panics
/// If the pixels do not show the view of the layout.
pub fn write(
    format: Format,
    layout: &Layout,
    theme: Theme,
    title: &str,
    pixels: &Pixels,
    out: &mut dyn Write,
) -> Result<(), PictureError> {
    let palette = Palette::new(theme, pixels.coloring());
    match format {
        Format::Svg => Ok(svg::write(layout, theme, title, pixels, out)?),
        Format::Png => png(layout, &palette, pixels, out),
        Format::Gif | Format::Apng | Format::Y4m => {
            let options = FilmOptions { theme, coloring: pixels.coloring(), ..Default::default() };
            let mut film = Film::new(format, *layout, options, out)?;
            film.push(pixels)?;
            film.finish()
        }
    }
}

fn png(
    layout: &Layout,
    palette: &Palette,
    pixels: &Pixels,
    out: &mut dyn Write,
) -> Result<(), PictureError> {
    let mut writer = encoder(layout, palette, out).write_header()?;
    let points = paint(layout, pixels);
    writer.write_image_data(&palette.pack(&points, layout.width() as usize))?;
    Ok(writer.finish()?)
}

/// An encoder of points that number their colors.
pub(crate) fn encoder<W: Write>(
    layout: &Layout,
    palette: &Palette,
    out: W,
) -> png::Encoder<'static, W> {
    let mut encoder = png::Encoder::new(out, layout.width(), layout.height());
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(palette.depth());
    encoder.set_palette(palette.colors().concat());
    encoder.set_compression(Compression::Balanced);
    encoder.validate_sequence(true); // A film that lacks pictures is an error.

    encoder
}
