//! Pictures and films: the options of all commands that write them.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use clap::ValueEnum;

use lifelab::core::{Coordinate, Raster, Rectangle, View};
use lifelab::patterns::{ErrorKind, WholeFile};
use lifelab::{Count, Universe};
use lifelab_pictures::{Coloring, Format, Layout, PictureError, Pixels, Theme};

use crate::failure::Failure;
use crate::values::whole;
use crate::whole_file;

/// How a picture looks.
#[derive(clap::Args, Clone, Copy)]
#[command(next_help_heading = "Pictures")]
pub(crate) struct PictureArgs {
    /// What is seen: the column and row of a corner, and a size [default: the universe or, if it has no
    /// edges, the pattern]
    #[arg(long, value_name = "X,Y,WxH", allow_hyphen_values = true)]
    window: Option<Window>,

    /// Points on the side of a cell [default: 10 for a small picture, fewer for a larger one; if it has more
    /// than 2,000 cells on a side, points are squares of 2^k x 2^k cells]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<u32>)]
    scale: Option<u32>,

    /// Draw no lines between cells
    #[arg(long)]
    no_lines: bool,

    /// Write the numbers of columns and rows beside the cells
    #[arg(long)]
    labels: bool,

    /// The colors
    #[arg(long, value_name = "light|dark", default_value = "light", hide_possible_values = true)]
    theme: ThemeArg,

    /// What the colors of cells say: for how long they have been alive, or who has computed them. Then a
    /// picture shows what a film would, and every generation is looked at
    #[arg(
        long,
        value_name = "none|age|worker",
        default_value = "none",
        hide_possible_values = true
    )]
    color: ColorArg,
}

/// A rectangle of cells, as it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Window(Rectangle);

#[derive(Clone, Copy, ValueEnum)]
enum ThemeArg {
    Light,
    Dark,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorArg {
    None,
    Age,
    Worker,
}

/// Dead cells around a pattern, in a picture of it.
pub(crate) const MARGIN: i64 = 1;

/// Small pictures have large cells, up to this length of the longer side.
const SMALL: u64 = 120;
const LARGE_CELL: u32 = 10;

/// Points on the longer side of a larger picture.
const LENGTH: u64 = 1_200;

/// Longer universes are seen from further away.
const LONGEST: u64 = 2_000;

impl PictureArgs {
    /// How large a picture of these cells is; refused before it is made if it would be too large.
    pub(crate) fn layout_of(&self, shown: Rectangle) -> Result<Layout, Failure> {
        let length = |cells: Count| cells.saturating_to_u64();
        let longest = length(shown.width()).max(length(shown.height()));
        let side = self.scale.unwrap_or(match longest {
            0..=SMALL => LARGE_CELL,
            longest => (LENGTH / longest).max(1) as u32,
        });
        let scale = match self.scale {
            None => (0..=u8::MAX).find(|&scale| longest >> scale.min(63) <= LONGEST).unwrap_or(0),
            Some(_) => 0,
        };
        let line = |first: Coordinate, last: Coordinate| {
            let (first, last) = (first.shifted_right(scale), last.shifted_right(scale));
            let pixels = last.abs_diff(first).saturating_to_u64().saturating_add(1);
            (first, u32::try_from(pixels).unwrap_or(u32::MAX))
        };
        let (left, width) = line(shown.left, shown.right);
        let (top, height) = line(shown.top, shown.bottom);
        let view = View { left, top, width, height, scale };
        let layout = Layout::new(view, side, !self.no_lines);
        let layout = layout.and_then(|it| if self.labels { it.with_labels() } else { Ok(it) });
        layout.map_err(|error| refused(&error))
    }

    /// The cells that are seen; of a universe without edges, what lives and a margin around it.
    pub(crate) fn shown(&self, universe: &dyn Universe, margin: i64) -> Rectangle {
        let whole = universe.world().bounds.filter(|bounds| bounds.width > 0 && bounds.height > 0);
        let side = |length: u32| Coordinate::ZERO..=(i64::from(length) - 1).into();
        let whole =
            whole.and_then(|bounds| Rectangle::new(side(bounds.width), side(bounds.height)));
        let nothing = Rectangle {
            left: Coordinate::ZERO,
            top: Coordinate::ZERO,
            right: Coordinate::ZERO,
            bottom: Coordinate::ZERO,
        };
        let life = || grown(universe.bounds().unwrap_or(nothing), margin);
        self.window.map(|window| window.0).or(whole).unwrap_or_else(life)
    }

    /// What the colors of cells say.
    pub(crate) fn coloring(&self) -> Coloring {
        match self.color {
            ColorArg::None => Coloring::None,
            ColorArg::Age => Coloring::Age,
            ColorArg::Worker => Coloring::Worker,
        }
    }

    pub(crate) fn theme(&self) -> Theme {
        match self.theme {
            ThemeArg::Light => Theme::LIGHT,
            ThemeArg::Dark => Theme::DARK,
        }
    }
}

/// What is said of a file whose name is neither a pattern's nor a picture's.
pub(crate) fn unknown_extension(path: &Path) -> Failure {
    let pictures = Format::ALL.map(|format| format!(".{}", format.extension())).join(", ");
    Failure::usage(format!(
        "cannot write to {}: {}; and for pictures {pictures}",
        path.display(),
        ErrorKind::UnknownExtension
    ))
}

/// What is seen of a universe.
pub(crate) fn read(universe: &dyn Universe, layout: &Layout) -> Raster {
    let mut raster = Raster::default();
    universe.read(layout.view(), &mut raster);
    raster
}

/// A rectangle with some more cells on each side.
fn grown(rectangle: Rectangle, cells: i64) -> Rectangle {
    let moved = |side: Coordinate, by: i64| side.checked_add(by.into()).unwrap_or(side);
    Rectangle {
        left: moved(rectangle.left, -cells),
        top: moved(rectangle.top, -cells),
        right: moved(rectangle.right, cells),
        bottom: moved(rectangle.bottom, cells),
    }
}

/// A picture that cannot be as it was asked for.
fn refused(error: &PictureError) -> Failure {
    Failure::usage(error.to_string())
}

/// Writes a picture of a universe to its file.
pub(crate) fn write_one(
    file: WholeFile,
    format: Format,
    args: &PictureArgs,
    title: &str,
    universe: &dyn Universe,
) -> Result<(), Failure> {
    let layout = args.layout_of(args.shown(universe, MARGIN))?;
    let pixels = Pixels::from(&read(universe, &layout));
    write(file, |out| lifelab_pictures::write(format, &layout, args.theme(), title, &pixels, out))
}

/// Writes a picture or a film to its file.
pub(crate) fn write(
    mut file: WholeFile,
    write: impl FnOnce(&mut dyn Write) -> Result<(), PictureError>,
) -> Result<(), Failure> {
    let path = file.path().to_owned();
    let mut buffered = BufWriter::new(&mut file);
    let written = write(&mut buffered);
    let written = written.and_then(|()| Ok(buffered.flush()?));
    drop(buffered);
    written.and_then(|()| Ok(file.finish()?)).map_err(|error| match error {
        PictureError::Io(error) => whole_file::unwritten("the picture", &path, &error),
        error => refused(&error),
    })
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let window = || {
            let (x, rest) = text.split_once(',')?;
            let (y, size) = rest.split_once(',')?;
            let (width, height) = size.split_once('x')?;
            let number = |text: &str| text.trim().parse::<i64>().ok();
            let side = |first: i64, length: &str| {
                let length = number(length).filter(|&length| length > 0)?;
                Some(first.into()..=first.checked_add(length - 1)?.into())
            };
            Rectangle::new(side(number(x)?, width)?, side(number(y)?, height)?)
        };
        window()
            .map(Self)
            .ok_or_else(|| "expected a column, a row and a size, such as -5,0,40x30".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_a_corner_and_a_size() {
        let window: Window = "-5,2,40x30".parse().unwrap();
        let Rectangle { left, top, right, bottom } = window.0;
        assert_eq!([left, top, right, bottom], [-5, 2, 34, 31].map(Coordinate::from));
        for text in
            ["", "1,2", "1,2,3", "1,2,0x4", "1,2,3x-4", "a,2,3x4", "9223372036854775807,0,2x2"]
        {
            let error = text.parse::<Window>().unwrap_err();
            assert!(error.contains("-5,0,40x30"), "{text}: {error}");
        }
    }
}
