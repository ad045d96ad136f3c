//! How much memory a universe may take. Of a grid that is said before it is taken, for a few cells far apart are reason
//! enough for a file to ask for more than there is.

mod available;
mod engine_options;

use lifelab_core::{Grid, Rule};

use crate::error::Error;

pub(crate) use available::available;
pub(crate) use engine_options::lowered;

/// The limit if none is given, in bytes.
const DEFAULT_LIMIT: u64 = 8 << 30;

/// The grids of a simulation: a generation, and memory for the next one.
const GENERATIONS: u128 = 2;

/// Whether a simulation by a rule on a grid of this size stays within the limit, in bytes.
pub(crate) fn check(width: u32, height: u32, rule: Rule, limit: Option<u64>) -> Result<(), Error> {
    let bytes = GENERATIONS * Grid::bytes_for(width, height, rule);
    let limit_bytes = self::limit(limit);
    if bytes > u128::from(limit_bytes) {
        return Err(Error::Memory { width, height, bytes, limit_bytes });
    }
    Ok(())
}

/// The limit in bytes: the one given, or else what there is.
pub(crate) fn limit(given: Option<u64>) -> u64 {
    given.unwrap_or_else(|| available().map_or(DEFAULT_LIMIT, |free| free.min(DEFAULT_LIMIT)))
}

/// A number of bytes for people: `9.8 GB`.
pub(crate) fn shown(bytes: u128) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut size = bytes as f64;
    let mut index = 0;
    while size >= 1000.0 && index + 1 < units.len() {
        size /= 1000.0;
        index += 1;
    }
    if index == 0 { format!("{bytes} bytes") } else { format!("{size:.1} {}", units[index]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grid_takes_is_told_before_it_is_taken() {
        let error = check(2_000_000, 2_000_000, Rule::LIFE, None).unwrap_err().to_string();
        assert!(error.starts_with("a grid of 2000000 x 2000000 cells takes 1.0 TB"), "{error}");
        assert!(error.contains("the limit is "), "{error}");
        assert!(check(u32::MAX, u32::MAX, Rule::LIFE, Some(u64::MAX)).is_ok());
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        let bytes = 2 * Grid::bytes(1000, 1000);
        let limit = u64::try_from(bytes).unwrap();
        // A bit for each cell twice, and rows of whole cache lines with a halo.
        assert!((250_000..400_000).contains(&limit), "{limit}");
        assert!(check(1000, 1000, Rule::LIFE, Some(limit)).is_ok());
        let error = check(1000, 1000, Rule::LIFE, Some(limit - 1)).unwrap_err();
        assert!(matches!(error, Error::Memory { bytes: found, .. } if found == bytes), "{error}");
    }

    #[test]
    fn bytes_are_readable() {
        assert_eq!(shown(999), "999 bytes");
        assert_eq!(shown(9_750_000_000), "9.8 GB");
        assert_eq!(shown(u128::from(u64::MAX)), "18.4 EB");
    }
}
