//! The pixels of a picture, colored.

use lifelab_core::{Raster, View};

use crate::palette::{FIRST_HUE, Point};
use crate::theme::Theme;

/// What the colors of cells say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Coloring {
    /// Whether they are alive.
    #[default]
    None,
    /// For how long they have been alive, in shades.
    Age,
    /// Who has computed them; of dead ones, too.
    Worker,
}

/// The pixels of a picture, each with the color that it shall have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pixels {
    view: View,
    coloring: Coloring,
    /// The numbers of their colors in the palette, row by row.
    colors: Vec<u8>,
}

impl Coloring {
    /// What the colors of squares of 2^scale x 2^scale cells say.
    pub(crate) fn of_scale(self, scale: u8) -> Self {
        if self == Self::Age && scale > 0 { Self::None } else { self }
    }
}

impl Pixels {
    /// Colors what is seen. `number` tells of each pixel, numbered row by row, its shade of age from 0 for the
    /// youngest ([`Theme::ages`]) or the number of its worker; `None` if it is not known. Squares of many
    /// cells have no age.
    ///
    /// # Panics
    /// If the raster shows no view.
    pub fn new(raster: &Raster, coloring: Coloring, number: impl Fn(usize) -> Option<u32>) -> Self {
        let view = raster.view().expect("what is drawn has a view");
        let coloring = coloring.of_scale(view.scale);
        let color = |(pixel, &share): (usize, &f32)| match coloring {
            Coloring::None => plain(share),
            Coloring::Age if share > 0.0 => number(pixel).map_or_else(|| plain(share), shade),
            Coloring::Age => plain(share),
            Coloring::Worker => number(pixel).map_or_else(|| plain(share), |it| hue(it, share)),
        };
        let colors = raster.shares().iter().enumerate().map(color).collect();
        Self { view, coloring, colors }
    }

    pub(crate) fn view(&self) -> View {
        self.view
    }

    /// What their colors say.
    pub(crate) fn coloring(&self) -> Coloring {
        self.coloring
    }

    /// Rows of the numbers of their colors.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.colors.chunks(self.view.width as usize)
    }
}

impl From<&Raster> for Pixels {
    /// What is seen, without hues.
    ///
    /// # Panics
    /// If the raster shows no view.
    fn from(raster: &Raster) -> Self {
        Self::new(raster, Coloring::None, |_| None)
    }
}

fn plain(share: f32) -> u8 {
    let point = match share {
        0.0 => Point::Dead,
        share if share < 0.5 => Point::Sparse,
        _ => Point::Live,
    };
    point as u8
}

fn shade(number: u32) -> u8 {
    FIRST_HUE + number.min(Theme::SHADES as u32 - 1) as u8
}

fn hue(worker: u32, share: f32) -> u8 {
    let hues = Theme::WORKERS.len() as u32;
    let hue = FIRST_HUE + (worker % hues) as u8;
    if share > 0.0 { hue } else { hue + hues as u8 }
}
