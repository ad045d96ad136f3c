//! What to say when a pattern comes to the edge of a universe that nobody chose.

use lifelab::{Builder, Scenario, Simulation, Start};

/// The largest grid that is recommended, in cells: half a GiB, and as much for the next generation.
const MAX_CELLS: u128 = 1 << 32;

/// What to say of the edge, if live cells came to it and nobody has said what lies beyond. A named
/// topology says it, as does a pattern with a universe of its own, and a soup has no beyond; a size
/// or a margin only says how much room there is.
///
/// `has_end` tells whether it is known when the run ends, and so how far its cells can come.
pub(crate) fn warning(
    simulation: &Simulation,
    scenario: &Scenario,
    has_end: bool,
) -> Option<String> {
    let is_meant = scenario.topology.is_some() || matches!(scenario.start, Start::Soup(_));
    let met = simulation.met_edge().filter(|_| !is_meant)?;
    Some(say(simulation, scenario, met, has_end))
}

/// Nothing travels faster than a cell per generation. So what is at the edge in generation `met` is as
/// many cells beyond it at the end as there are generations from there, and no farther.
fn say(simulation: &Simulation, scenario: &Scenario, met: u64, has_end: bool) -> String {
    let margin = match scenario.size {
        None => Some(scenario.margin.unwrap_or(Builder::DEFAULT_MARGIN)),
        Some(_) => None,
    };
    let grid = simulation.grid();
    let grid_topology = simulation.topology().unwrap_or_default();
    let more = simulation.generation().saturating_sub(met.into());
    let more = u128::from(more.saturating_to_u64());
    let side = |side: u32| u128::from(side) + 2 * more;
    let (width, height) = (side(grid.width()), side(grid.height()));
    let remedy = match margin {
        _ if !has_end || width * height > MAX_CELLS => {
            let larger = match margin {
                Some(margin) => format!("--margin {}", u64::from(margin.max(8)) * 8),
                None => format!(
                    "--size {}x{}",
                    u64::from(grid.width()) * 8,
                    u64::from(grid.height()) * 8
                ),
            };
            format!("a larger universe, such as {larger}, gets farther")
        }
        Some(margin) => format!("--margin {} is surely enough", u128::from(margin) + more),
        None => format!("--size {width}x{height} is surely enough"),
    };
    format!(
        "live cells came to the edge of the {} of {} x {} cells in generation {met}: from there on this \
         may differ from an unlimited plane; run it again: {remedy}, or name the --topology if the \
         edge is meant",
        grid_topology,
        grid.width(),
        grid.height(),
    )
}
