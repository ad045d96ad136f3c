//! Colors.

/// The colors of a picture, red, green and blue each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Theme {
    /// Cells as they are far away.
    pub dead: [u8; 3],
    /// Lines between cells.
    pub line: [u8; 3],
    /// Squares of many cells of which less than half are alive.
    pub sparse: [u8; 3],
    /// Cells that are alive.
    pub live: [u8; 3],
    /// Cells by age, from the youngest to the oldest.
    pub ages: [[u8; 3]; Self::SHADES],
}

impl Theme {
    /// Dark cells on paper.
    pub const LIGHT: Self = Self {
        dead: [255; 3],
        line: [228, 226, 220],
        sparse: [138, 146, 164],
        live: [29, 33, 41],
        ages: [[247, 160, 72], [226, 96, 84], [178, 70, 118], [118, 66, 140], [58, 82, 160]],
    };

    /// Light cells at night.
    pub const DARK: Self = Self {
        dead: [15, 17, 21],
        line: [38, 42, 51],
        sparse: [112, 122, 146],
        live: [232, 234, 240],
        ages: [[255, 255, 255], [255, 220, 100], [120, 220, 120], [60, 160, 200], [90, 110, 220]],
    };

    /// Shades of age.
    pub const SHADES: usize = 5;

    /// The hues of workers, of whom there may be more.
    pub const WORKERS: [[u8; 3]; 12] = [
        [41, 127, 214],
        [180, 34, 65],
        [41, 214, 55],
        [89, 34, 180],
        [214, 156, 41],
        [34, 180, 174],
        [214, 41, 171],
        [101, 180, 34],
        [41, 70, 214],
        [180, 53, 34],
        [41, 214, 113],
        [138, 34, 180],
    ];

    /// The color of a dead cell that a worker with this hue has computed.
    pub(crate) fn dimmed(self, hue: [u8; 3]) -> [u8; 3] {
        let mixed = |part: usize| (3 * u16::from(self.dead[part]) + u16::from(hue[part])) / 4;
        [0, 1, 2].map(|part| mixed(part) as u8)
    }
}
