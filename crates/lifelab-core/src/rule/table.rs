//! The table of a rule: the next state of the cell in the middle of each of the 512 neighborhoods.

/// The neighborhoods there are.
const NEIGHBORHOODS: u16 = 512;

/// The bit of the cell itself in a neighborhood.
pub(super) const CENTER: u16 = 1 << 4;

/// Bit n is set if the cell in the middle of neighborhood n ([`bits`](crate::Neighborhood::bits)) lives next.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Table([u64; 8]);

/// The neighbors that a rule can see, apart from the cell itself, as bits of a neighborhood.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen(u16);

impl Seen {
    /// All eight.
    pub(super) const MOORE: Self = Self(0b111_101_111);
    /// North, west, east and south.
    pub(super) const VON_NEUMANN: Self = Self(0b010_101_010);
    /// All but north-east and south-west: a hexagonal grid whose rows are pushed together.
    pub(super) const HEXAGONAL: Self = Self(0b110_101_011);

    /// How many there are.
    pub(super) const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// How many of them live.
    pub(super) const fn count(self, neighborhood: u16) -> u32 {
        (neighborhood & self.0).count_ones()
    }
}

/// The neighborhoods of a dead and of a live cell, by the number of live neighbors.
const WITH_COUNT: [[Table; 9]; 2] = {
    let mut tables = [[Table([0; 8]); 9]; 2];
    let mut neighborhood = 0;
    while neighborhood < NEIGHBORHOODS {
        let alive = (neighborhood & CENTER != 0) as usize;
        let count = Seen::MOORE.count(neighborhood) as usize;
        tables[alive][count] = tables[alive][count].with(neighborhood);
        neighborhood += 1;
    }
    tables
};

impl Table {
    /// The rule that counts all eight neighbors: bit n of `births` and of `survivals` stands for n live
    /// ones. A constant, unlike [`counting`](Self::counting), for there are a hundred rules with names.
    pub(super) const fn counting_all(births: u16, survivals: u16) -> Self {
        let mut words = [0; 8];
        let mut count = 0;
        while count < 9 {
            let mut word = 0;
            while word < 8 {
                if births >> count & 1 == 1 {
                    words[word] |= WITH_COUNT[0][count].0[word];
                }
                if survivals >> count & 1 == 1 {
                    words[word] |= WITH_COUNT[1][count].0[word];
                }
                word += 1;
            }
            count += 1;
        }
        Self(words)
    }

    /// The rule that counts, among the neighbors that it sees.
    pub(super) fn counting(seen: Seen, births: u16, survivals: u16) -> Self {
        Self::of(|neighborhood| {
            let counts = if neighborhood & CENTER == 0 { births } else { survivals };
            counts >> seen.count(neighborhood) & 1 == 1
        })
    }

    /// The rule by which the cells in the middle of some neighborhoods live.
    pub(super) fn of(lives: impl Fn(u16) -> bool) -> Self {
        let alive = (0..NEIGHBORHOODS).filter(|&neighborhood| lives(neighborhood));
        alive.fold(Self([0; 8]), Self::with)
    }

    pub(super) const fn from_words(words: [u64; 8]) -> Self {
        Self(words)
    }

    pub(super) const fn words(self) -> [u64; 8] {
        self.0
    }

    const fn with(mut self, neighborhood: u16) -> Self {
        self.0[(neighborhood >> 6) as usize] |= 1 << (neighborhood & 63);
        self
    }

    /// Whether the cell in the middle lives next.
    #[inline]
    pub(super) const fn lives(&self, neighborhood: u16) -> bool {
        self.0[(neighborhood >> 6 & 7) as usize] >> (neighborhood & 63) & 1 == 1
    }

    /// Births and survivals, if the rule does nothing but count the neighbors that are `seen`.
    pub(super) fn counts(&self, seen: Seen) -> Option<[u16; 2]> {
        let mut lists = [0_u16; 2];
        for neighborhood in (0..NEIGHBORHOODS).filter(|&bits| self.lives(bits)) {
            lists[usize::from(neighborhood & CENTER != 0)] |= 1 << seen.count(neighborhood);
        }
        let [births, survivals] = lists;
        (Self::counting(seen, births, survivals) == *self).then_some(lists)
    }

    /// Whether the rule is the same in all eight orientations.
    pub(super) fn is_isotropic(&self) -> bool {
        (0..NEIGHBORHOODS).all(|bits| {
            let lives = self.lives(bits);
            lives == self.lives(turned(bits)) && lives == self.lives(mirrored(bits))
        })
    }
}

/// A neighborhood turned by a quarter, clockwise.
pub(super) fn turned(neighborhood: u16) -> u16 {
    // What lies in row y and column x comes from row 2 - x and column y.
    moved(neighborhood, |x, y| (y, 2 - x))
}

/// A neighborhood in the mirror: west is east.
pub(super) fn mirrored(neighborhood: u16) -> u16 {
    moved(neighborhood, |x, y| (2 - x, y))
}

fn moved(neighborhood: u16, from: impl Fn(u16, u16) -> (u16, u16)) -> u16 {
    let cells = (0..9).filter(|cell| {
        let (x, y) = from(cell % 3, cell / 3);
        neighborhood >> (3 * y + x) & 1 == 1
    });
    cells.map(|cell| 1 << cell).sum()
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x?}", self.0)
    }
}
