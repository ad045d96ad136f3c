//! What is remembered of each pixel of a view that moves.

use lifelab_core::View;

/// A value for each pixel of a view, row by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory<T> {
    view: Option<View>,
    values: Vec<T>,
}

impl<T: Copy + Default> Memory<T> {
    /// Follows the view: what is still seen at the same scale keeps its value.
    pub(crate) fn follow(&mut self, view: View) {
        if self.view == Some(view) {
            return;
        }
        let mut values = vec![T::default(); view.width as usize * view.height as usize];
        if let Some(old) = self.view.filter(|old| old.scale == view.scale)
            && let (Some(x), Some(y)) = (shift(old.left, view.left), shift(old.top, view.top))
        {
            for row in 0..view.height {
                let Some(from) = index(row, y).filter(|&from| from < old.height) else { continue };
                for column in 0..view.width {
                    if let Some(at) = index(column, x).filter(|&at| at < old.width) {
                        let old = from as usize * old.width as usize + at as usize;
                        values[row as usize * view.width as usize + column as usize] =
                            self.values[old];
                    }
                }
            }
        }
        self.values = values;
        self.view = Some(view);
    }

    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    pub(crate) fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    pub(crate) fn forget(&mut self) {
        self.values.fill(T::default());
    }
}

/// How many pixels a view has moved, if that is little.
fn shift(old: lifelab_core::Coordinate, new: lifelab_core::Coordinate) -> Option<i64> {
    new.checked_sub(old)?.to_i64()
}

fn index(at: u32, shift: i64) -> Option<u32> {
    i64::from(at).checked_add(shift)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_seen_keeps_its_value() {
        let view = |left: i64, top: i64, scale| View {
            left: left.into(),
            top: top.into(),
            width: 3,
            height: 2,
            scale,
        };
        let mut memory = Memory::default();
        memory.follow(view(0, 0, 0));
        memory.values_mut().copy_from_slice(&[1, 2, 3, 4, 5, 6]);
        memory.follow(view(1, 0, 0));
        assert_eq!(memory.values(), [2, 3, 0, 5, 6, 0]);
        memory.follow(view(0, -1, 0));
        assert_eq!(memory.values(), [0, 0, 0, 0, 2, 3]);
        memory.follow(view(0, -1, 1));
        assert_eq!(memory.values(), [0; 6], "other squares");
        memory.follow(view(i64::MAX, i64::MIN, 1));
        assert_eq!(memory.values(), [0; 6]);
    }
}
