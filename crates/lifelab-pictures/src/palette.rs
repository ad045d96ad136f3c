//! The colors of a picture, by number.

use png::BitDepth;

use crate::pixels::Coloring;
use crate::theme::Theme;

/// What a point shows: its number is that of its color in the palette. Hues follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Point {
    Dead,
    Line,
    Sparse,
    Live,
}

/// The number of the first hue.
pub(crate) const FIRST_HUE: u8 = 4;

/// The colors of a picture, red, green and blue each, in the order of their numbers.
pub(crate) struct Palette(Vec<[u8; 3]>);

impl Palette {
    pub(crate) fn new(theme: Theme, coloring: Coloring) -> Self {
        let mut colors = vec![theme.dead, theme.line, theme.sparse, theme.live];
        match coloring {
            Coloring::None => {}
            Coloring::Age => colors.extend(theme.ages),
            Coloring::Worker => {
                colors.extend(Theme::WORKERS);
                colors.extend(Theme::WORKERS.map(|hue| theme.dimmed(hue)));
            }
        }
        Self(colors)
    }

    pub(crate) fn colors(&self) -> &[[u8; 3]] {
        &self.0
    }

    /// How many bits number a color, as few as PNG allows.
    pub(crate) fn depth(&self) -> BitDepth {
        match self.0.len() {
            0..=4 => BitDepth::Two,
            5..=16 => BitDepth::Four,
            _ => BitDepth::Eight,
        }
    }

    /// Packs rows of points as PNG has them: the first in the high bits, each row beginning with a new byte.
    pub(crate) fn pack(&self, points: &[u8], width: usize) -> Vec<u8> {
        let bits = self.depth() as usize;
        let byte = |packed: &[u8]| {
            let places = (1..).map(|place| 8 - bits * place);
            packed.iter().zip(places).fold(0, |byte, (point, place)| byte | point << place)
        };
        points.chunks(width).flat_map(|row| row.chunks(8 / bits).map(byte)).collect()
    }
}
