//! How large bands are, and how many a connection holds: what bounds the memory of a step.
//!
//! A band is in memory several times on its way, as words and as bytes, on both sides of each pipe.
//! So neither the bands nor their number may grow with the grid, unless the caller says so. Only
//! rows so long that a band of a few takes a mebibyte make larger ones: a hop needs as many rows as
//! there are around the band, or most of the work would be done for nothing.

use std::num::NonZeroU32;

use lifelab_core::{Grain, Grid, StepErrorKind, Units};

use crate::wire::HEADER_LIMIT;

/// The bytes of a band under [`Grain::Auto`] with all that it depends on, at most, unless its few
/// rows are longer than that. The cost of a message is invisible long before this size.
const AUTO_BAND: u64 = 1 << 20;

/// The bytes of bands that a connection holds, at most, unless two have more.
const WINDOW: u32 = 1 << 22;

/// `grain`, or smaller bands if it is [`Grain::Auto`] and they would be too large; but none of
/// fewer rows than a band needs around it.
pub(crate) fn limit(grain: Grain, units: Units, now: &Grid, generations: u32) -> Grain {
    match (grain, units.rows()) {
        (Grain::Auto, Some(rows)) => {
            let around = 2 * u64::from(generations);
            let least = if generations > 1 { around } else { 1 };
            let most = (AUTO_BAND / framed_row(now)).saturating_sub(around).max(least);
            let most = u32::try_from(most).ok().and_then(NonZeroU32::new);
            Grain::Rows(rows.min(most.unwrap_or(NonZeroU32::MAX)))
        }
        _ => grain,
    }
}

/// The payload of the longest frame that a step of `generations` generations needs, in bytes.
pub(crate) fn payload(units: Units, now: &Grid, generations: u32) -> Result<u32, StepErrorKind> {
    let Some(rows) = units.rows() else { return Ok(0) };
    let rows = u64::from(rows.get().min(now.height()));
    let bytes = (rows + 2 * u64::from(generations)) * framed_row(now);
    let fits =
        u32::try_from(bytes).ok().filter(|bytes| bytes.checked_add(HEADER_LIMIT as u32).is_some());
    fits.ok_or_else(|| StepErrorKind::Unsupported {
        message: format!("a band of {rows} rows takes {bytes} bytes, and a frame holds 4 GiB"),
        remedy: "take a grain of fewer rows".into(),
    })
}

/// How many units with such a payload a connection may hold. Two at least, so that one is on its
/// way while the other is in work.
pub(crate) fn window(payload: u32) -> usize {
    WINDOW.checked_div(payload).map_or(usize::MAX, |units| units.max(2) as usize)
}

/// The bytes of a row as it is sent, each of its planes between two halo words.
fn framed_row(now: &Grid) -> u64 {
    (u64::from(now.width()).div_ceil(64) + 2) * 8 * u64::from(now.planes())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lifelab_core::testing::context;
    use lifelab_core::{Idle, Topology};

    use super::*;

    /// Rows per unit, bytes of its payload, and units in a connection.
    fn sizes(grain: Grain, width: u32, height: u32) -> (Option<u32>, u32, usize) {
        sizes_ahead(1, grain, width, height)
    }

    fn sizes_ahead(
        generations: u32,
        grain: Grain,
        width: u32,
        height: u32,
    ) -> (Option<u32>, u32, usize) {
        let now = Grid::new(width, height).unwrap();
        let cx = context(Arc::new(Idle)).hopping(generations, Topology::Torus);
        let divide = |grain: Grain| grain.divide(&now, 2, &cx);
        let units = divide(limit(grain, divide(grain), &now, generations));
        let payload = payload(units, &now, generations).unwrap();
        (units.rows().map(NonZeroU32::get), payload, window(payload))
    }

    #[test]
    fn small_grids_are_divided_as_by_every_stepper() {
        assert_eq!(sizes(Grain::Auto, 512, 512), (Some(64), 66 * 80, 794));
    }

    #[test]
    fn bands_of_large_grids_are_small_and_few() {
        assert_eq!(sizes(Grain::Auto, 16_384, 16_384), (Some(506), 508 * 2_064, 4));
        assert_eq!(sizes(Grain::Auto, 1 << 24, 9), (Some(1), 3 * (1 << 21) + 48, 2));
    }

    #[test]
    fn bands_of_hops_have_at_least_as_many_rows_as_there_are_around_them() {
        assert_eq!(sizes_ahead(24, Grain::Auto, 512, 512), (Some(64), 112 * 80, 468));
        assert_eq!(sizes_ahead(24, Grain::Auto, 16_384, 16_384), (Some(460), 508 * 2_064, 4));
        assert_eq!(
            sizes_ahead(24, Grain::Auto, 1 << 20, 200),
            (Some(48), 96 * ((1 << 17) + 16), 2)
        );
    }

    #[test]
    fn a_grain_that_the_caller_chose_stays() {
        let rows = Grain::Rows(NonZeroU32::new(8_192).unwrap());
        assert_eq!(sizes(rows, 16_384, 16_384), (Some(8_192), 8_194 * 2_064, 2));
        assert_eq!(sizes(Grain::Cell, 64, 64), (None, 0, usize::MAX));
    }
}
