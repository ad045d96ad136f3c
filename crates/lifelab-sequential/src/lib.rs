//! The sequential stepper: every cell on the calling thread, one after another.
//!
//! It is the program one would write first, and the baseline that all others are measured against.
//!
//! **Good for** cells that do not wait: bands then run through the kernel at the speed of the
//! processor, with nothing between the kernel and the memory.
//!
//! **Costs** no thread, no queue, no memory beyond the two grids. A generation takes the *sum* of
//! all waits: 10,000 cells that wait 10 ms each take 100 s, while the processor sleeps.
//!
//! **Fails** at the first failing cell, which is the first in reading order by construction. The
//! cells after it are never started.
//!
//! **Avoids** nothing, having no concurrency to get wrong. Its one subtlety is that both grids
//! exist at once: writing the next states into the grid that is being read would let cells see
//! their neighbors' future.
//!
//! ```
//! use std::sync::Arc;
//! use lifelab_core::{Context, Grid, Idle, Rule, Stepper, CancellationToken, Topology};
//! use lifelab_sequential::Sequential;
//!
//! let mut blinker: Grid = ".....
//!                          ..O..
//!                          ..O..
//!                          ..O..
//!                          .....".parse()?;
//! blinker.fill_halo(Topology::Torus);
//! let mut next = Grid::new(5, 5)?;
//! let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
//! Sequential::new().step(&Arc::new(blinker), &mut next, &cx)?;
//! assert_eq!(next, "..... ..... .OOO. ..... .....".replace(' ', "\n").parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

use std::num::NonZeroU32;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use lifelab_core::profile::Profile;
use lifelab_core::{
    Capabilities, Context, FanIn, Grain, Grid, StartError, StepError, StepErrorKind, StepReport,
    Stepper, StepperFactory,
};

/// Options of the [`Sequential`] stepper.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What one unit of work is. Between units the stepper looks whether it should stop; a cell
    /// that waits is woken besides.
    pub grain: Grain,
}

/// Steps every cell on the calling thread.
#[derive(Debug, Default)]
pub struct Sequential {
    options: Options,
}

impl Sequential {
    /// The stepper with default options; [`with_options`](StepperFactory::with_options) takes others.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Stepper for Sequential {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let units = self.options.grain.divide(now, 1, cx);
        match units.rows() {
            Some(rows) if cx.is_idle() => step_bands(now, next, rows, cx)?,
            _ => {
                let mut fan_in = FanIn::new(units, next, cx);
                for (index, unit) in units.iter().enumerate() {
                    if !fan_in.is_open() {
                        break;
                    }
                    fan_in.accept(index, unit.run(now, fan_in.context()));
                }
                fan_in.finish()?;
            }
        }
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        <Self as StepperFactory>::capabilities(&self.options)
    }
}

/// The plain path: no cell waits, so nothing can fail, and each band is computed in place.
fn step_bands(
    now: &Grid,
    next: &mut Grid,
    rows: NonZeroU32,
    cx: &Context,
) -> Result<(), StepError> {
    for mut band in next.bands_mut(rows.get()) {
        let stopped = |reason| StepError::new(cx.generation, StepErrorKind::Stopped(reason));
        now.advance_into(&mut band, cx).map_err(stopped)?;
    }
    Ok(())
}

impl StepperFactory for Sequential {
    const NAME: &'static str = "sequential";
    const SUMMARY: &'static str = "every cell on the calling thread, one after another";
    type Options = Options;
    const PROFILES: &'static [Profile] = &[Profile::PLAIN];

    fn capabilities(options: &Options) -> Capabilities {
        Capabilities::local(Some(1)).hopping(options.grain.hops())
    }

    fn with_options(options: Options) -> Result<Self, StartError> {
        Ok(Self { options })
    }
}
