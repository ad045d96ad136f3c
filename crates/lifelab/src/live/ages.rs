//! For how many generations what is seen has been alive.

use lifelab_core::{Count, Raster};

use crate::live::memory::Memory;

/// For how many generations each pixel has been alive, as far as it was seen: zero if it is not.
#[derive(Clone, Debug, Default)]
pub struct Ages {
    memory: Memory<u32>,
    generation: Option<Count>,
}

impl Ages {
    /// Notes what a generation looks like.
    pub fn note(&mut self, raster: &Raster, generation: Count) {
        let Some(view) = raster.view() else { return };
        self.memory.follow(view);
        let before = self.generation.replace(generation);
        let passed = match before.map(|before| generation.checked_sub(before)) {
            Some(Some(passed)) => u32::try_from(passed.saturating_to_u64()).unwrap_or(u32::MAX),
            Some(None) => {
                self.memory.forget(); // It has gone back.
                1
            }
            None => 1,
        };
        for (age, &share) in self.memory.values_mut().iter_mut().zip(raster.shares()) {
            *age = match (share > 0.0, *age) {
                (false, _) => 0,
                (true, 0) => 1,
                (true, age) => age.saturating_add(passed),
            };
        }
    }

    /// The age of a pixel, in generations.
    pub fn at(&self, pixel: usize) -> u32 {
        self.memory.values().get(pixel).copied().unwrap_or(0)
    }
}

/// Shades of age that are told apart.
pub const AGE_SHADES: usize = 5;

/// The shade of a pixel that has been alive for this many generations, from 0 for the youngest.
pub fn age_shade(age: u32) -> usize {
    match age {
        0..=1 => 0,
        2..=3 => 1,
        4..=15 => 2,
        16..=63 => 3,
        _ => AGE_SHADES - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::View;

    fn note(ages: &mut Ages, generation: u64, alive: [u64; 3]) -> [u32; 3] {
        let mut raster = Raster::default();
        let (left, top) = (0.into(), 0.into());
        raster.clear(View { left, top, width: 3, height: 1, scale: 0 });
        raster.fill_row(0, 0, &alive);
        ages.note(&raster, generation.into());
        [0, 1, 2].map(|pixel| ages.at(pixel))
    }

    #[test]
    fn what_lives_grows_older_by_generations() {
        let mut ages = Ages::default();
        assert_eq!(note(&mut ages, 10, [1, 0, 1]), [1, 0, 1]);
        assert_eq!(note(&mut ages, 11, [1, 1, 0]), [2, 1, 0]);
        assert_eq!(note(&mut ages, 31, [1, 1, 1]), [22, 21, 1]);
        assert_eq!(note(&mut ages, 31, [1, 1, 1]), [22, 21, 1], "looking does not age");
        assert_eq!(note(&mut ages, 30, [1, 1, 1]), [1, 1, 1], "time has gone back");
    }

    #[test]
    fn nothing_grows_older_than_can_be_counted() {
        let mut ages = Ages::default();
        note(&mut ages, 0, [1, 0, 0]);
        assert_eq!(note(&mut ages, u64::MAX, [1, 0, 0]), [u32::MAX, 0, 0]);
    }
}
