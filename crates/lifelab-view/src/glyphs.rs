//! Pixels as characters.

use ratatui_core::style::{Color, Style};
use ratatui_core::symbols::braille::BRAILLE;
use ratatui_core::symbols::pixel::OCTANTS;

use crate::camera::Pixels;

/// What pixels are drawn with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Glyphs {
    /// Half blocks, `▀▄█`: 1 x 2 pixels a character, each with a color of its own. All fonts have them.
    #[default]
    HalfBlocks,
    /// Braille, `⠿`: 2 x 4 pixels a character, which share a color.
    Braille,
    /// Octants: as Braille, but without gaps. They came with Unicode 16, and few fonts and terminals have
    /// them.
    Octants,
}

/// What is drawn in the place of a pixel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Dot {
    /// Nothing.
    #[default]
    Dark,
    /// A live cell, in a color, or in that of text.
    Live(Color),
    /// Something else that has a color.
    Glow(Color),
}

/// A character and its colors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Glyph {
    pub(crate) symbol: char,
    pub(crate) style: Style,
}

impl Glyphs {
    pub(crate) const ALL: [Self; 3] = [Self::HalfBlocks, Self::Braille, Self::Octants];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::HalfBlocks => "half blocks",
            Self::Braille => "braille",
            Self::Octants => "octants",
        }
    }

    /// Columns and rows of pixels in a character.
    pub(crate) fn pixels(self) -> Pixels {
        match self {
            Self::HalfBlocks => Pixels { x: 1, y: 2 },
            Self::Braille | Self::Octants => Pixels { x: 2, y: 4 },
        }
    }

    /// The character of these pixels, which are given in reading order.
    pub(crate) fn glyph(self, dots: &[Dot]) -> Glyph {
        match (self, dots) {
            (Self::HalfBlocks, &[upper, lower]) => half_block(upper, lower),
            (Self::Braille, dots) => block(dots, &BRAILLE),
            (_, dots) => block(dots, &OCTANTS),
        }
    }
}

impl Dot {
    fn color(self) -> Option<Color> {
        match self {
            Self::Dark => None,
            Self::Live(color) | Self::Glow(color) => Some(color),
        }
    }
}

fn half_block(upper: Dot, lower: Dot) -> Glyph {
    let glyph = |symbol, style| Glyph { symbol, style };
    match (upper.color(), lower.color()) {
        (None, None) => glyph(' ', Style::new()),
        (Some(color), None) => glyph('▀', Style::new().fg(color)),
        (None, Some(color)) => glyph('▄', Style::new().fg(color)),
        (Some(one), Some(other)) if one == other => glyph('█', Style::new().fg(one)),
        (Some(one), Some(other)) => glyph('▀', Style::new().fg(one).bg(other)),
    }
}

/// Live pixels as the bits of a symbol's number, in the color of the first; behind them, the first other
/// color. Without any it is a space: terminals draw the empty symbol of Braille.
fn block(dots: &[Dot], symbols: &[char; 256]) -> Glyph {
    let mut glyph = Glyph { symbol: ' ', style: Style::new() };
    let mut bits = 0_usize;
    for (index, dot) in dots.iter().enumerate() {
        match *dot {
            Dot::Dark => {}
            Dot::Live(color) => {
                bits |= 1 << index;
                glyph.style.fg.get_or_insert(color);
            }
            Dot::Glow(color) => {
                glyph.style.bg.get_or_insert(color);
            }
        }
    }
    if let Some(&symbol) = symbols.get(bits).filter(|_| bits != 0) {
        glyph.symbol = symbol;
    }
    glyph
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: Dot = Dot::Live(Color::Reset);
    const OFF: Dot = Dot::Dark;

    fn symbols(glyphs: Glyphs, pictures: &[&[Dot]]) -> String {
        pictures.iter().map(|dots| glyphs.glyph(dots).symbol).collect()
    }

    #[test]
    fn half_blocks_have_two_pixels() {
        let all: [&[Dot]; 4] = [&[OFF, OFF], &[ON, OFF], &[OFF, ON], &[ON, ON]];
        assert_eq!(symbols(Glyphs::HalfBlocks, &all), " ▀▄█");
    }

    #[test]
    fn two_colors_are_told_apart_in_a_half_block() {
        let glyph = Glyphs::HalfBlocks.glyph(&[Dot::Live(Color::Red), Dot::Live(Color::Blue)]);
        let style = Style::new().fg(Color::Red).bg(Color::Blue);
        assert_eq!(glyph, Glyph { symbol: '▀', style });
    }

    #[test]
    fn blocks_of_eight_are_drawn_by_their_place() {
        let with = |places: &[usize]| -> Vec<Dot> {
            (0..8).map(|at| if places.contains(&at) { ON } else { OFF }).collect()
        };
        let pictures = [with(&[]), with(&[0]), with(&[1]), with(&[2, 4]), with(&[6, 7])];
        let pictures: Vec<&[Dot]> = pictures.iter().map(Vec::as_slice).collect();
        assert_eq!(symbols(Glyphs::Braille, &pictures), " ⠁⠈⠆⣀");
        let full = [ON; 8];
        assert_eq!(symbols(Glyphs::Braille, &[&full]), "⣿");
        let upper = with(&[0, 1, 2, 3]);
        assert_eq!(symbols(Glyphs::Octants, &[&full, &upper, &with(&[])]), "█▀ ");
    }
}
