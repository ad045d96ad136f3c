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
}

impl Theme {
    /// Dark cells on paper.
    pub const LIGHT: Self =
        Self { dead: [255; 3], line: [228, 226, 220], sparse: [138, 146, 164], live: [29, 33, 41] };

    /// Light cells at night.
    pub const DARK: Self = Self {
        dead: [15, 17, 21],
        line: [38, 42, 51],
        sparse: [112, 122, 146],
        live: [232, 234, 240],
    };

    /// All colors, in the order of [`Point`](crate::paint::Point).
    pub(crate) fn palette(self) -> [[u8; 3]; 4] {
        [self.dead, self.line, self.sparse, self.live]
    }
}
