//! Colors, as many as the terminal has.

use std::ffi::OsString;

use lifelab::live::{AGE_SHADES, age_shade};
use ratatui_core::style::Color;

/// How many colors a terminal has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Depth {
    /// None, or none are wanted.
    Mono,
    /// The sixteen that all have.
    #[default]
    Ansi,
    /// 256.
    Indexed,
    /// Any.
    True,
}

/// Shades of density.
const SHADES: usize = 5;

/// From the youngest to the oldest: 24-bit, of 256, of 16.
const AGES: [(u32, u8, Color); AGE_SHADES] = [
    (0x00ff_ffff, 231, Color::White),
    (0x00ff_dc64, 221, Color::LightYellow),
    (0x0078_dc78, 114, Color::LightGreen),
    (0x003c_a0c8, 74, Color::Cyan),
    (0x005a_6edc, 62, Color::LightBlue),
];

/// From the sparsest to the densest.
const SHARES: [(u32, u8, Color); SHADES] = [
    (0x003c_6450, 239, Color::DarkGray),
    (0x0050_9678, 65, Color::Green),
    (0x0064_c896, 72, Color::Green),
    (0x0096_f0be, 115, Color::LightGreen),
    (0x00ff_ffff, 231, Color::White),
];

/// Hues that are told apart: when a cell lives, and when it does not.
const WORKERS: [(u32, u8, Color, u8, Color); 12] = [
    (0x004f_a8ff, 75, Color::LightBlue, 24, Color::Blue),
    (0x00ff_9f40, 215, Color::LightYellow, 94, Color::Yellow),
    (0x006f_df6f, 77, Color::LightGreen, 22, Color::Green),
    (0x00ff_6fcf, 206, Color::LightMagenta, 89, Color::Magenta),
    (0x004f_dfdf, 80, Color::LightCyan, 30, Color::Cyan),
    (0x00ff_6060, 203, Color::LightRed, 88, Color::Red),
    (0x00d0_d050, 185, Color::LightYellow, 58, Color::Yellow),
    (0x00a0_80ff, 141, Color::LightBlue, 54, Color::Blue),
    (0x00a0_e030, 148, Color::LightGreen, 64, Color::Green),
    (0x00ff_a0a0, 217, Color::LightRed, 95, Color::Red),
    (0x0080_d0b0, 115, Color::LightCyan, 29, Color::Cyan),
    (0x00d0_a0ff, 183, Color::LightMagenta, 60, Color::Magenta),
];

impl Depth {
    /// What the environment says: `NO_COLOR`, `COLORTERM` and `TERM`.
    pub fn of_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name| variable(name).unwrap_or_default().to_string_lossy().into_owned();
        let (color_term, term) = (text("COLORTERM"), text("TERM"));
        if !text("NO_COLOR").is_empty() || term == "dumb" {
            Self::Mono
        } else if matches!(&*color_term, "truecolor" | "24bit") {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }

    /// The color of a live cell that is this many generations old.
    pub(crate) fn age(self, age: u32) -> Color {
        self.of(AGES[age_shade(age)])
    }

    /// The color of a square of which this share lives.
    pub(crate) fn share(self, share: f32) -> Color {
        // By the root: most squares hold few cells.
        let shade = (share.sqrt() * SHADES as f32) as usize;
        self.of(SHARES[shade.min(SHADES - 1)])
    }

    /// The color of a cell that a worker has computed.
    pub(crate) fn worker(self, number: u32, is_alive: bool) -> Color {
        let (rgb, index, color, dark_index, dark_color) = WORKERS[number as usize % WORKERS.len()];
        match is_alive {
            true => self.of((rgb, index, color)),
            false => self.of((rgb >> 2 & 0x003f_3f3f, dark_index, dark_color)),
        }
    }

    /// The color of a live cell of which nothing is known.
    pub(crate) fn plain(self) -> Color {
        self.of((0x0082_8c8c, 245, Color::Gray))
    }

    /// The color of what lies beyond the edges; `None` if it takes a pattern.
    pub(crate) fn beyond(self) -> Option<Color> {
        match self {
            Self::Mono => None,
            Self::Ansi => Some(Color::DarkGray),
            _ => Some(self.of((0x0026_2a30, 235, Color::DarkGray))),
        }
    }

    /// The color of the cursor.
    pub(crate) fn cursor(self) -> Color {
        self.of((0x00ff_4090, 198, Color::LightMagenta))
    }

    /// The color of errors.
    pub(crate) fn error(self) -> Color {
        self.of((0x00ff_6060, 203, Color::LightRed))
    }

    fn of(self, (rgb, index, color): (u32, u8, Color)) -> Color {
        match self {
            Self::Mono => Color::Reset,
            Self::Ansi => color,
            Self::Indexed => Color::Indexed(index),
            Self::True => Color::from_u32(rgb),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many_colors_there_are() {
        for (variables, depth) in [
            (&[("TERM", "xterm")][..], Depth::Ansi),
            (&[("TERM", "xterm-256color")], Depth::Indexed),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True),
            (&[("COLORTERM", "24bit"), ("NO_COLOR", "")], Depth::True),
            (&[("COLORTERM", "24bit"), ("NO_COLOR", "1")], Depth::Mono),
            (&[("TERM", "dumb")], Depth::Mono),
            (&[], Depth::Ansi),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            assert_eq!(Depth::of_environment(variable), depth, "{variables:?}");
        }
    }

    #[test]
    fn no_color_is_no_color() {
        let depth = Depth::Mono;
        let colors =
            [depth.age(1), depth.share(0.5), depth.worker(3, true), depth.worker(3, false)];
        assert_eq!(colors, [Color::Reset; 4]);
    }

    #[test]
    fn a_lone_cell_in_a_large_square_has_a_color() {
        assert_eq!(Depth::Indexed.share(f32::MIN_POSITIVE), Color::Indexed(239));
        assert_eq!(Depth::Indexed.share(1.0), Color::Indexed(231));
    }
}
