//! The one code of an object.

use std::borrow::Borrow;

use super::Kind;
use super::encode::{LONGEST_SIDE, Orientation, encode};
use crate::cells::Cells;

/// The canonical code of an object: of all its phases, turned and mirrored in all eight ways, the shortest
/// code, and among equals the first in the order of ASCII.
///
/// `phases` are the object in each generation of its period; a still life has one. `None` if there is none, or
/// one without cells, or one of more than 4,096 columns or rows.
///
/// Takes time and memory for the box of each phase.
pub fn canonical<C: Borrow<Cells>>(
    kind: Kind,
    phases: impl IntoIterator<Item = C>,
) -> Option<String> {
    let mut population = 0;
    let mut best: Option<String> = None;
    for phase in phases {
        let cells = phase.borrow();
        let area = cells.bounding_box()?;
        if area.width().max(area.height()) > LONGEST_SIDE {
            return None;
        }
        population = cells.population();
        for orientation in Orientation::all() {
            let code = encode(cells, area, orientation);
            let comes_first = |best: &String| (code.len(), &code) < (best.len(), best);
            if best.as_ref().is_none_or(comes_first) {
                best = Some(code);
            }
        }
    }
    let prefix = match kind {
        Kind::StillLife => format!("xs{population}"),
        Kind::Oscillator { period } => format!("xp{period}"),
        Kind::Spaceship { period } => format!("xq{period}"),
    };
    best.map(|code| format!("{prefix}_{code}"))
}
