//! Which cells have lit up, and by whom.

use lifelab_core::View;
use lifelab_core::probe::{Activity, Slice};

use crate::live::memory::Memory;
use crate::live::workers::{Worker, WorkerNumbers};

/// Who computed a pixel's last cell, and in which generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Light {
    worker: u32,
    generation: u64,
}

/// Remembers who has computed what is seen.
#[derive(Clone, Debug, Default)]
pub struct Lights {
    memory: Memory<Option<Light>>,
    workers: WorkerNumbers,
    /// The latest generation of which anything was seen.
    now: u64,
}

impl Lights {
    /// Notes what cells have done.
    pub fn note(&mut self, view: View, slices: &[Slice]) {
        self.memory.follow(view);
        for slice in slices {
            let light = Some(Light {
                worker: self.workers.number(Worker::of(slice)),
                generation: slice.generation,
            });
            self.now = self.now.max(slice.generation);
            let width = view.width as usize;
            match slice.activity {
                Activity::Band { first, rows } => {
                    let (first, end) =
                        (row(view, first), row(view, first.saturating_add(i64::from(rows) - 1)));
                    let rows = first.max(0)..=end.min(i64::from(view.height) - 1);
                    for row in rows {
                        let start = row as usize * width;
                        self.memory.values_mut()[start..start + width].fill(light);
                    }
                }
                activity => {
                    let Some(at) = activity.cell() else { continue };
                    let (x, y) = (column(view, at.x), row(view, at.y));
                    if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y))
                        && x < width
                        && y < view.height as usize
                    {
                        self.memory.values_mut()[y * width + x] = light;
                    }
                }
            }
        }
    }

    /// The number of the worker who has computed a pixel in the latest generation, if anybody has.
    pub fn at(&self, pixel: usize) -> Option<u32> {
        let light = *self.memory.values().get(pixel)?;
        light.filter(|light| light.generation == self.now).map(|light| light.worker)
    }

    /// How many threads have been seen.
    pub fn threads(&self) -> usize {
        self.workers.threads()
    }

    /// Starts anew: generations are counted from elsewhere.
    pub fn forget(&mut self) {
        self.memory.forget();
        self.now = 0;
    }
}

/// The column of pixels in which a column of cells is; far outside if there is none.
fn column(view: View, x: i64) -> i64 {
    place(x, view.scale, view.left)
}

fn row(view: View, y: i64) -> i64 {
    place(y, view.scale, view.top)
}

fn place(cell: i64, scale: u8, first: lifelab_core::Coordinate) -> i64 {
    let pixel = lifelab_core::Coordinate::from(cell).shifted_right(scale);
    pixel.checked_sub(first).and_then(lifelab_core::Coordinate::to_i64).unwrap_or(i64::MIN)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use lifelab_core::Phase;
    use lifelab_core::Position;
    use lifelab_core::probe::Lane;

    fn slice(thread: u32, generation: u64, activity: Activity) -> Slice {
        let (start, end) = (Duration::ZERO, Duration::ZERO);
        Slice { process: 1, lane: Lane::Thread(thread), activity, generation, start, end }
    }

    fn workers(lights: &Lights) -> Vec<Option<u32>> {
        (0..8).map(|pixel| lights.at(pixel)).collect()
    }

    const VIEW: View = View {
        left: lifelab_core::Coordinate::ONE,
        top: lifelab_core::Coordinate::ZERO,
        width: 4,
        height: 2,
        scale: 0,
    };

    #[test]
    fn cells_light_up_where_they_are_and_go_out_with_the_next_generation() {
        let mut lights = Lights::default();
        let wait = |x, y| Activity::Wait(Position { x, y }, Phase::Rule);
        let seen = [slice(8, 1, wait(1, 0)), slice(9, 1, wait(4, 1)), slice(9, 1, wait(0, 0))];
        lights.note(VIEW, &seen);
        let (a, b) = (Some(0), Some(1));
        assert_eq!(workers(&lights), [a, None, None, None, None, None, None, b]);
        lights.note(VIEW, &[slice(9, 2, wait(2, 0))]);
        assert_eq!(workers(&lights), [None, b, None, None, None, None, None, None]);
        assert_eq!(lights.threads(), 2);
    }

    #[test]
    fn a_band_lights_up_all_columns_of_its_rows() {
        let mut lights = Lights::default();
        lights.note(VIEW, &[slice(3, 5, Activity::Band { first: 1, rows: 100 })]);
        let lit = Some(0);
        assert_eq!(workers(&lights), [None, None, None, None, lit, lit, lit, lit]);
    }
}
