//! Kernels to choose from, for tests and benchmarks: everybody else gets the best.

use std::fmt;
use std::sync::Arc;

use fearless_simd::Level;

use super::{advance_at, hop_at, plain};
use crate::band::{BandMut, BandRef};
use crate::cancellation_token::CancellationToken;
use crate::context::Hop;
use crate::grid::Grid;
use crate::rule::Rule;
use crate::topology::Topology;
use crate::unchanged::UnchangedMap;

/// A kernel: a way to compute cells that do not wait. All of them give the same grids.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    name: &'static str,
    /// `None` for the plain kernel.
    level: Option<Level>,
}

impl Kernel {
    /// The kernels that run on this processor: the plain one, which is the specification of the
    /// others, and then one for each set of vector instructions, the best last.
    pub fn all() -> Vec<Self> {
        let plain = Self { name: "plain", level: None };
        let of_level = |(name, level)| Self { name, level: Some(level) };
        std::iter::once(plain).chain(levels(Level::new()).into_iter().map(of_level)).collect()
    }

    /// Its name, such as `plain` or `avx2`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Computes the next generation of a grid whose halo is filled.
    ///
    /// # Panics
    /// If the grids differ in a side.
    pub fn step(self, rule: Rule, now: &Grid, next: &mut Grid) {
        let sides = |grid: &Grid| (grid.width(), grid.height());
        assert_eq!(sides(now), sides(next), "grids of different sides");
        for mut band in next.bands_mut(now.height()) {
            self.advance(rule, now.band(band.rows()), &mut band);
        }
    }

    /// Computes `next` some generations after `now`, in one hop; the plain kernel does not hop, and
    /// takes as many steps. Of what is beyond the edges, the topology is asked.
    ///
    /// # Panics
    /// If the grids differ in a side, or there is no generation to compute.
    pub fn hop(
        self,
        rule: Rule,
        topology: Topology,
        generations: u32,
        now: &Grid,
        next: &mut Grid,
    ) {
        let Some(level) = self.level else {
            return self.walk(rule, topology, generations, now, next);
        };
        let unchanged = UnchangedMap::unknown(now.width(), now.height());
        let hop = Hop { generations, topology, unchanged: Arc::new(unchanged) };
        for mut band in next.bands_mut(now.height()) {
            hop_at(level, rule, now, &hop, &mut band, &CancellationToken::new())
                .expect("nobody stops it");
        }
    }

    /// Takes so many steps.
    fn walk(self, rule: Rule, topology: Topology, steps: u32, now: &Grid, next: &mut Grid) {
        let mut last = now.clone();
        for step in 0..steps {
            if step > 0 {
                next.fill_halo(topology);
                std::mem::swap(&mut last, next);
            }
            self.step(rule, &last, next);
        }
    }

    pub(crate) fn advance(self, rule: Rule, now: BandRef<'_>, next: &mut BandMut<'_>) {
        match self.level {
            None => plain::advance(rule, now, next),
            Some(level) => advance_at(level, rule, now, next),
        }
    }
}

/// The instruction sets of a processor, the best of which is given.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub(super) fn levels(best: Level) -> Vec<(&'static str, Level)> {
    let levels = [
        ("sse2", best.as_sse2().map(Level::Sse2)),
        ("sse4.2", best.as_sse4_2().map(Level::Sse4_2)),
        ("avx2", best.as_avx2().map(Level::Avx2)),
        ("avx512", best.as_avx512().map(Level::Avx512)),
    ];
    levels.into_iter().filter_map(|(name, level)| Some((name, level?))).collect()
}

/// The instruction sets of a processor: elsewhere there is one per target.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub(super) fn levels(best: Level) -> Vec<(&'static str, Level)> {
    vec![(if best.is_fallback() { "words" } else { "simd128" }, best)]
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}
