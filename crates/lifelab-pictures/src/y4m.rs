//! Films as raw video, for programs that encode: YUV4MPEG2, which mjpegtools' yuv4mpeg(5) describes.

use std::io::{self, Write};

use crate::layout::Layout;

/// Writes pictures as three planes each, brightness and two of color, none of them smaller than the picture:
/// cells of two colors would run into one another.
pub(crate) struct Encoder<W> {
    out: W,
    /// The three parts of each color of the palette.
    colors: Vec<[u8; 3]>,
}

impl<W: Write> Encoder<W> {
    /// Begins a film whose pictures are shown for `delay_ms` milliseconds each.
    pub(crate) fn new(
        layout: &Layout,
        palette: &[[u8; 3]],
        delay_ms: u16,
        mut out: W,
    ) -> io::Result<Self> {
        let (width, height, delay) = (layout.width(), layout.height(), delay_ms.max(1));
        writeln!(out, "YUV4MPEG2 W{width} H{height} F1000:{delay} Ip A1:1 C444")?;
        Ok(Self { out, colors: palette.iter().copied().map(video_color).collect() })
    }

    /// Adds a picture of points that number their colors.
    pub(crate) fn push(&mut self, points: &[u8]) -> io::Result<()> {
        self.out.write_all(b"FRAME\n")?;
        for plane in 0..3 {
            let plane = points.iter().map(|&point| self.colors[usize::from(point)][plane]);
            self.out.write_all(&plane.collect::<Vec<u8>>())?;
        }
        // Whoever reads need not wait for the next one.
        self.out.flush()
    }

    /// Ends the film.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Red, green and blue as brightness, blue and red difference: ITU-R BT.601, in the narrow range of video.
fn video_color(color: [u8; 3]) -> [u8; 3] {
    let [red, green, blue] = color.map(|part| f64::from(part) / 255.0);
    let brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
    let difference = |part: f64, most: f64| 128.0 + 112.0 * (part - brightness) / most;
    let parts =
        [16.0 + 219.0 * brightness, difference(blue, 1.0 - 0.114), difference(red, 1.0 - 0.299)];
    parts.map(|part| part.round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_those_of_the_recommendation() {
        // ITU-R BT.801, the bars of full amplitude: white, yellow, cyan, green, magenta, red, blue, black.
        for (color, expected) in [
            ([255, 255, 255], [235, 128, 128]),
            ([255, 255, 0], [210, 16, 146]),
            ([0, 255, 255], [170, 166, 16]),
            ([0, 255, 0], [145, 54, 34]),
            ([255, 0, 255], [106, 202, 222]),
            ([255, 0, 0], [81, 90, 240]),
            ([0, 0, 255], [41, 240, 110]),
            ([0, 0, 0], [16, 128, 128]),
        ] {
            assert_eq!(video_color(color), expected, "{color:?}");
        }
    }
}
