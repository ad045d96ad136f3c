//! The ends of a pattern at which a period changes it.

use std::collections::HashSet;

use super::CellSet;

/// An end of a pattern: cells near each other that differ after a period, and that the next period moves.
pub(super) struct Front {
    /// The cells that differ.
    pub(super) cells: Vec<(i64, i64)>,
    /// How far they move in a period, in columns and rows.
    pub(super) way: (i64, i64),
    /// How many more cells live there after a period.
    pub(super) gained: i64,
    /// The box around the cells, and around all that can reach them in two periods: first and last column,
    /// first and last row.
    tight: [(i64, i64); 2],
    wide: [(i64, i64); 2],
}

/// The ends of a pattern of which three states are known, a period apart; `None` if those of the second
/// period are not those of the first, moved.
pub(super) fn matched(states: &[CellSet; 3], period: i64) -> Option<Vec<Front>> {
    let [now, next, last] = states;
    let changed = |a: &CellSet, b: &CellSet| a.symmetric_difference(b).copied().collect();
    let first: Vec<_> = clusters(changed(now, next), 2 * period);
    let second = clusters(changed(next, last), 2 * period);
    if first.len() != second.len() {
        return None;
    }
    let mut taken = HashSet::new();
    let fronts = first.into_iter().map(|cells| {
        let ways = second.iter().enumerate().filter_map(|(number, other)| {
            let way = way(&cells, other)?;
            // Nothing is faster than a cell per generation.
            (way.0.abs().max(way.1.abs()) <= period).then_some((number, way))
        });
        let ways: Vec<_> = ways.collect();
        let [(number, way)] = ways[..] else { return None };
        let is_new = cells.iter().filter(|at| next.contains(at)).count() as i64;
        let gained = 2 * is_new - cells.len() as i64;
        let tight = bounds(&cells)?;
        let wide = tight.map(|(first, last)| (first - 2 * period, last + 2 * period));
        taken.insert(number).then_some(Front { cells, way, gained, tight, wide })
    });
    fronts.collect()
}

/// The way from some cells to others, both in order; `None` if they are not those cells, moved.
fn way(from: &[(i64, i64)], to: &[(i64, i64)]) -> Option<(i64, i64)> {
    let (&(x, y), &(to_x, to_y)) = from.first().zip(to.first())?;
    let way = (to_x - x, to_y - y);
    let moved = from.iter().map(|(x, y)| (x + way.0, y + way.1));
    (from.len() == to.len() && moved.eq(to.iter().copied())).then_some(way)
}

/// Cells by nearness: those of different clusters are farther apart than `near`. Each in order.
fn clusters(mut cells: Vec<(i64, i64)>, near: i64) -> Vec<Vec<(i64, i64)>> {
    cells.sort_unstable();
    let mut clusters = Vec::new();
    while let Some(first) = cells.pop() {
        let (mut cluster, mut next) = (vec![first], 0);
        while let Some(&(x, y)) = cluster.get(next) {
            let is_near = |at: &mut (i64, i64)| (at.0 - x).abs().max((at.1 - y).abs()) <= near;
            cluster.extend(cells.extract_if(.., is_near));
            next += 1;
        }
        cluster.sort_unstable();
        clusters.push(cluster);
    }
    clusters
}

fn bounds(cells: &[(i64, i64)]) -> Option<[(i64, i64); 2]> {
    let range = |of: fn(&(i64, i64)) -> i64| {
        Some((cells.iter().map(of).min()?, cells.iter().map(of).max()?))
    };
    Some([range(|at| at.0)?, range(|at| at.1)?])
}

impl Front {
    /// Whether all that can ever reach this end on its way is after a period what it was before, moved.
    pub(super) fn finds_alike(&self, now: &CellSet, next: &CellSet) -> bool {
        let (dx, dy) = self.way;
        let mut before = now.iter().filter(|&&at| self.comes_by(at));
        let mut after = next.iter().map(|&(x, y)| (x - dx, y - dy)).filter(|&at| self.comes_by(at));
        before.all(|&(x, y)| next.contains(&(x + dx, y + dy))) && after.all(|at| now.contains(&at))
    }

    /// Whether a place can reach this end in two periods, now or whenever it has moved on.
    fn comes_by(&self, at: (i64, i64)) -> bool {
        let columns = periods_at(at.0, self.wide[0], self.way.0);
        let rows = periods_at(at.1, self.wide[1], self.way.1);
        columns.zip(rows).is_some_and(|((from, to), (also_from, also_to))| {
            from.max(also_from).max(0) <= to.min(also_to)
        })
    }

    /// Whether a place can reach this end in two periods.
    pub(super) fn is_near(&self, at: (i64, i64)) -> bool {
        let within = |at: i64, (first, last): (i64, i64)| (first..=last).contains(&at);
        within(at.0, self.wide[0]) && within(at.1, self.wide[1])
    }

    /// Whether what can reach this end may ever lie on the way of another one. There is no such place if
    /// the ways lie apart along columns, rows or diagonals.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        const AXES: [(i64, i64); 4] = [(1, 0), (0, 1), (1, 1), (1, -1)];
        AXES.iter().all(|&axis| {
            let (first, last) = swept(self.wide, self.way, axis);
            let (other_first, other_last) = swept(other.tight, other.way, axis);
            first <= other_last && other_first <= last
        })
    }
}

/// After how many periods, from and to, a moving range holds a place; `None` if it never does. Negative numbers
/// are periods before.
fn periods_at(at: i64, (first, last): (i64, i64), way: i64) -> Option<(i64, i64)> {
    let (nearest, farthest) = (at - last, at - first);
    match way {
        0 => (first..=last).contains(&at).then_some((i64::MIN, i64::MAX)),
        1.. => Some((-(-nearest).div_euclid(way), farthest.div_euclid(way))),
        _ => {
            let way = way.abs();
            Some((-farthest.div_euclid(way), (-nearest).div_euclid(way)))
        }
    }
}

/// The range along an axis over which a moving box ever comes.
fn swept([columns, rows]: [(i64, i64); 2], way: (i64, i64), axis: (i64, i64)) -> (i64, i64) {
    let along = |(x, y): (i64, i64)| axis.0 * x + axis.1 * y;
    let corners = [columns.0, columns.1].map(|x| [(x, rows.0), (x, rows.1)]);
    let corners = corners.as_flattened().iter().copied().map(along);
    let (first, last) = corners.fold((i64::MAX, i64::MIN), |(a, b), at| (a.min(at), b.max(at)));
    match along(way) {
        0 => (first, last),
        1.. => (first, i64::MAX),
        _ => (i64::MIN, last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moving_range_holds_a_place_for_some_periods() {
        for (at, way, expected) in [
            (5, 0, Some((i64::MIN, i64::MAX))),
            (11, 0, None),
            (5, 3, Some((-1, 1))),
            (29, 3, Some((7, 9))),
            (-29, -3, Some((10, 13))),
            (5, -3, Some((-1, 1))),
        ] {
            assert_eq!(periods_at(at, (0, 10), way), expected, "{at} by {way}");
            if let Some((from, to)) = expected.filter(|_| way != 0) {
                let holds = |n: i64| (n * way..=10 + n * way).contains(&at);
                assert!(
                    (from..=to).all(holds) && !holds(from - 1) && !holds(to + 1),
                    "{at}, {way}"
                );
            }
        }
    }

    #[test]
    fn cells_far_apart_are_not_together() {
        let cells = vec![(9, 0), (0, 0), (3, 2), (30, 5)];
        let mut found = clusters(cells, 6);
        found.sort();
        assert_eq!(found, [vec![(0, 0), (3, 2), (9, 0)], vec![(30, 5)]]);
    }
}
