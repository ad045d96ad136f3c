//! Pictures of one generation.

use std::io::Write;

use lifelab_core::Raster;
use png::{BitDepth, ColorType, Compression};

use crate::error::PictureError;
use crate::film::{DELAY_MS, Film};
use crate::format::Format;
use crate::layout::Layout;
use crate::packed::pack;
use crate::paint::paint;
use crate::svg;
use crate::theme::Theme;

/// Writes a picture; the title is for those that have one. As a film it has one picture.
///
/// # Errors
/// If it cannot be written.
///
/// # Panics
/// If the raster does not show the view of the layout.
pub fn write(
    format: Format,
    layout: &Layout,
    theme: Theme,
    title: &str,
    raster: &Raster,
    out: &mut dyn Write,
) -> Result<(), PictureError> {
    match format {
        Format::Svg => Ok(svg::write(layout, theme, title, raster, out)?),
        Format::Png => png(layout, theme, raster, out),
        Format::Gif | Format::Apng | Format::Y4m => {
            let mut film = Film::new(format, *layout, theme, 1, DELAY_MS, out)?;
            film.push(raster)?;
            film.finish()
        }
    }
}

fn png(
    layout: &Layout,
    theme: Theme,
    raster: &Raster,
    out: &mut dyn Write,
) -> Result<(), PictureError> {
    let mut writer = encoder(layout, theme, out).write_header()?;
    writer.write_image_data(&pack(&paint(layout, raster), layout.width() as usize))?;
    Ok(writer.finish()?)
}

/// An encoder of points of two bits.
pub(crate) fn encoder<W: Write>(layout: &Layout, theme: Theme, out: W) -> png::Encoder<'static, W> {
    let mut encoder = png::Encoder::new(out, layout.width(), layout.height());
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Two);
    encoder.set_palette(theme.palette().concat());
    encoder.set_compression(Compression::Balanced);
    encoder.validate_sequence(true); // A film that lacks pictures is an error.

    encoder
}
