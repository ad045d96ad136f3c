//! Finite universes, one line per case.

use std::collections::BTreeSet;

use super::*;
use crate::rule::RuleSpec;
use crate::testing::topologies;

#[track_caller]
fn reads(text: &str, topology: Topology, width: u32, height: u32) {
    assert_eq!(text.parse(), Ok(Bounds { topology, width, height }), "{text}");
}

#[track_caller]
fn rejects(text: &str, span: std::ops::Range<usize>, message: &str) {
    let error = text.parse::<Bounds>().expect_err(text);
    assert_eq!((error.span.clone(), error.to_string().contains(message)), (span, true), "{error}");
}

#[test]
fn tori_and_planes_are_read() {
    reads("T30,20", Topology::Torus, 30, 20);
    reads("t30", Topology::Torus, 30, 30);
    reads("P30,20", Topology::Plane, 30, 20);
    reads("p1", Topology::Plane, 1, 1);
    reads("T2000000000,1", Topology::Torus, 2_000_000_000, 1);
}

#[test]
fn malformed_universes_are_placed() {
    rejects("", 0..0, "expected a topology");
    rejects("X30,20", 0..1, "found 'X', expected a topology");
    rejects("30,20", 0..1, "expected a topology");
    rejects("T", 1..1, "a length");
    rejects("T-30,20", 1..2, "found '-', expected a length");
    rejects("T+30", 1..2, "found '+'");
    rejects("Tx", 1..2, "found 'x'");
    rejects("T30,", 4..4, "found the end, expected a length");
    rejects("T30,-20", 4..5, "found '-'");
    rejects("T30,20,", 6..7, "found ',', expected the end");
    rejects("T30 ,20", 3..4, "found ' '");
    rejects("T30x", 3..4, "a comma and a height");
    rejects("T30.5", 3..4, "found '.'");
    rejects("T2000000001", 1..11, "found 2000000001, expected a length from 0 to");
    rejects("P1,99999999999999999999999999999999", 3..35, "found 999999999999999999999999");
    rejects("T30+5,20+5", 8..9, "found '+'");
    rejects("T30+,20", 4..5, "an offset");
    rejects("T30+x,20", 4..5, "an offset");
    rejects("T0+5,20", 2..3, "found '+'");
    rejects("P30+5,20", 3..4, "found '+'");
    rejects("P30,20-5", 6..7, "found '-'");
    rejects("C30+5,20", 3..4, "found '+'");
    rejects("S30+5", 3..4, "found '+'");
    rejects("T30*,20", 3..4, "found '*'");
    rejects("C30,20*", 6..7, "found '*'");
    rejects("K30*,20*", 7..8, "found '*'");
    rejects("K30+1,20*", 3..4, "found '+'");
    rejects("K30*,20+1", 7..8, "found '+'");
    rejects("K31*+1,20", 4..5, "found '+', expected a comma: twisted edges of an odd number");
    rejects("K0,20", 1..2, "found 0, expected a length from 1");
    rejects("C20,0", 4..5, "found 0");
    rejects("S0", 1..2, "found 0");
    rejects("S30,20", 4..5, "a height equal to the width");
}

#[test]
fn joined_edges_are_read() {
    let shift = |axis, shift| Topology::ShiftedTorus { axis, shift: shift_of(shift) };
    let klein = |axis, shift| Topology::KleinBottle { axis, shift };
    reads("T30+5,20", shift(Axis::X, 5), 30, 20);
    reads("t30,20-2", shift(Axis::Y, -2), 30, 20);
    reads("T30-2000000000", shift(Axis::X, -2_000_000_000), 30, 30);
    reads("T30+0,20", Topology::Torus, 30, 20);
    reads("K30*,20", klein(Axis::X, 0), 30, 20);
    reads("k30,20*", klein(Axis::Y, 0), 30, 20);
    reads("K30,20", klein(Axis::Y, 0), 30, 20);
    reads("K30", klein(Axis::Y, 0), 30, 30);
    reads("K30*", klein(Axis::X, 0), 30, 30);
    reads("K30*+1,20", klein(Axis::X, 1), 30, 20);
    reads("K31,20*-1", klein(Axis::Y, -1), 31, 20);
    reads("C30,20", Topology::CrossSurface, 30, 20);
    reads("s30", Topology::Sphere, 30, 30);
    reads("S30,30", Topology::Sphere, 30, 30);
}

#[test]
fn universes_without_end_are_read() {
    let across = |cells| NonZeroU32::new(cells).expect("it has cells");
    reads("T0,20", Topology::Tube { along: Axis::X, across: across(20) }, 0, 20);
    reads("t20,0", Topology::Tube { along: Axis::Y, across: across(20) }, 20, 0);
    reads("P30,0", Topology::Strip { along: Axis::Y, across: across(30) }, 30, 0);
    reads("P0,30", Topology::Strip { along: Axis::X, across: across(30) }, 0, 30);
    for text in ["P0", "P0,0", "t0", "T0,0"] {
        reads(text, Topology::Infinite, 0, 0);
    }
    rejects("T20+5,0", 3..4, "no offset");
    rejects("T0,20-5", 5..6, "no offset");
    rejects("T0,20+0", 5..6, "no offset");
}

#[test]
fn universes_are_printed_as_they_are_read() {
    let canonical = [
        "T30,20",
        "P30,20",
        "T30+5,20",
        "T30,20-2",
        "K30*,20",
        "K30,20*",
        "K30*+1,20",
        "K30,20*-1",
        "C30,20",
        "S30",
        "T0,20",
        "T20,0",
        "P0,30",
        "P30,0",
        "P0,0",
    ];
    for text in canonical {
        assert_eq!(text.parse::<Bounds>().expect(text).to_string(), text);
    }
}

#[test]
fn offsets_count_from_the_start_of_the_whole_string() {
    let error = "B3/S23:T30,x".parse::<RuleSpec>().expect_err("x is no height");
    assert_eq!(error.span, 11..12);
    let error = "B3/S23:P0+1".parse::<RuleSpec>().expect_err("no offset");
    assert_eq!(error.span, 9..10);
    assert!("B3/S23:".parse::<RuleSpec>().is_err());
    assert!(":T30".parse::<RuleSpec>().is_err());
}

#[test]
fn topologies_have_names() {
    for topology in topologies(6, 6) {
        assert_eq!(topology.to_string().parse(), Ok(topology));
        let bounds = Bounds::of(topology, Size::new(6, 6).expect("it has cells"));
        assert_eq!(bounds.to_string().parse(), Ok(bounds));
    }
    assert_eq!("TORUS".parse(), Ok(Topology::Torus));
    assert_eq!("klein".parse(), Ok(Topology::KleinBottle { axis: Axis::Y, shift: 0 }));
    for text in ["infinite", "P0", "t0,0"] {
        assert_eq!(text.parse(), Ok(Topology::Infinite));
    }
    let bad = [
        ("Klein bottle", 0..12, "expected torus, plane, klein"),
        ("torus:", 6..6, "expected x or y"),
        ("torus:x", 7..7, "expected an offset"),
        ("torus:x+0", 7..8, "expected an offset"),
        ("torus:z+1", 6..7, "found 'z'"),
        ("plane:x+1", 6..7, "nothing after this name"),
        ("klein:x*", 7..8, "found '*'"),
        ("T30,20", 0..6, "expected torus, plane, klein"),
        ("infinite:x+1", 9..10, "nothing after this name"),
    ];
    for (text, span, message) in bad {
        let error = text.parse::<Topology>().expect_err(text);
        assert_eq!(error.span, span, "{text}: {error}");
        assert!(error.to_string().contains(message), "{text}: {error}");
    }
}

/// The list of samples has all kinds: a new kind does not compile here until it is listed.
#[test]
fn no_kind_of_topology_is_left_out_of_tests() {
    let kind = |topology| match topology {
        Topology::Torus => 0,
        Topology::Plane => 1,
        Topology::ShiftedTorus { axis: Axis::X, .. } => 2,
        Topology::ShiftedTorus { axis: Axis::Y, .. } => 3,
        Topology::KleinBottle { axis: Axis::X, .. } => 4,
        Topology::KleinBottle { axis: Axis::Y, .. } => 5,
        Topology::CrossSurface => 6,
        Topology::Sphere => 7,
        Topology::Infinite => 8,
        Topology::Tube { along: Axis::X, .. } => 9,
        Topology::Tube { along: Axis::Y, .. } => 10,
        Topology::Strip { along: Axis::X, .. } => 11,
        Topology::Strip { along: Axis::Y, .. } => 12,
    };
    let kinds: BTreeSet<i32> = topologies(6, 6).into_iter().map(kind).collect();
    assert!(kinds.into_iter().eq(0..13));
}

fn shift_of(cells: i32) -> NonZeroI32 {
    NonZeroI32::new(cells).expect("an offset")
}

/// A place, and the cell that is seen there.
type Shown = ((i64, i64), (u32, u32));

#[track_caller]
fn shows(bounds: &str, places: &[Shown]) {
    let Bounds { topology, width, height } = bounds.parse().expect(bounds);
    let size = Size::new(width, height).expect("it has cells");
    for &((x, y), cell) in places {
        let found = topology.resolve(size, Position { x, y }).map(|cell| (cell.x, cell.y));
        assert_eq!(found, Some(cell), "{bounds} at {x}, {y}");
    }
}

/// What Golly's help page "Bounded Grids" says of each, and its program does.
#[test]
fn beyond_an_edge_lies_what_golly_shows_there() {
    shows("T30,20", &[((-1, 3), (29, 3)), ((4, 20), (4, 0)), ((30, -1), (0, 19))]);
    // Leaving the bottom at x re-enters the top at x + 5.
    shows("T30+5,20", &[((3, 20), (8, 0)), ((8, -1), (3, 19)), ((30, 4), (0, 4))]);
    shows("T30,20-2", &[((30, 5), (0, 3)), ((-1, 3), (29, 5)), ((7, 20), (7, 0))]);
    shows("K30*,20", &[((4, -1), (25, 19)), ((4, 20), (25, 0)), ((30, 7), (0, 7))]);
    shows("K30,20*", &[((-1, 4), (29, 15)), ((30, 4), (0, 15)), ((7, 20), (7, 0))]);
    shows("K30*+1,20", &[((4, -1), (24, 19)), ((29, -1), (29, 19)), ((30, 7), (0, 7))]);
    shows("C30,20", &[((4, -1), (25, 19)), ((30, 4), (0, 15)), ((-1, -1), (0, 0))]);
    shows("C30,20", &[((30, -1), (29, 0)), ((-1, 20), (0, 19)), ((30, 20), (29, 19))]);
    shows("S30", &[((4, -1), (0, 4)), ((-1, 4), (4, 0))]);
    shows("S30", &[((4, 30), (29, 4)), ((30, 4), (4, 29))]);
    shows("S30", &[((-1, -1), (0, 0)), ((30, -1), (29, 0))]);
    shows("S30", &[((-1, 30), (0, 29)), ((30, 30), (29, 29))]);
}

fn sizes() -> impl Iterator<Item = Size> {
    [(1, 1), (2, 2), (3, 3), (4, 4), (1, 3), (4, 1), (2, 5), (6, 4)]
        .into_iter()
        .map(|(width, height)| Size::new(width, height).expect("it has cells"))
}

/// Any place is surrounded by what surrounds its cell: moved, mirrored or turned, and only moved
/// where the topology says so. That is what makes it right to compute beyond the edges.
#[test]
fn far_beyond_the_edges_all_is_as_around_the_cell() {
    for size in sizes() {
        for topology in topologies(size.width.get(), size.height.get()) {
            let around = |at: Position, turn: Turn| {
                let offsets = (-1..=1).flat_map(|y| (-1..=1).map(move |x| (x, y)));
                let place = |(x, y)| Position { x: at.x + x, y: at.y + y };
                let seen = |(x, y)| topology.resolve(size, place(turn(x, y)));
                offsets.map(seen).collect::<Vec<_>>()
            };
            let plain: Turn = |x, y| (x, y);
            for at in (-14..14).flat_map(|y| (-14..14).map(move |x| Position { x, y })) {
                let Some(cell) = topology.resolve(size, at) else { continue };
                let home = Position { x: cell.x.into(), y: cell.y.into() };
                let seen = around(at, plain);
                let turns = if topology.is_translation() { &TURNS[..1] } else { &TURNS[..] };
                assert!(
                    turns.iter().any(|turn| around(home, *turn) == seen),
                    "{topology} {size}: {at:?} shows {cell}"
                );
            }
        }
    }
}

/// Where a neighbor comes to lie if all is turned or mirrored.
type Turn = fn(i64, i64) -> (i64, i64);

const TURNS: [Turn; 8] = [
    |x, y| (x, y),
    |x, y| (-x, y),
    |x, y| (x, -y),
    |x, y| (-x, -y),
    |x, y| (y, x),
    |x, y| (-y, x),
    |x, y| (y, -x),
    |x, y| (-y, -x),
];

/// However edges are joined: a place some cells beyond an edge shows a cell as near to an edge.
#[test]
fn no_further_beyond_an_edge_than_within_one() {
    for size in sizes() {
        let (width, height) = (size.width.get(), size.height.get());
        for topology in topologies(width, height) {
            for at in (-9..9).flat_map(|y| (-9..9).map(move |x| Position { x, y })) {
                let beyond = |at: i64, length: u32| 0.max(-at).max(at + 1 - i64::from(length));
                let depth = beyond(at.x, width).max(beyond(at.y, height));
                let Some(cell) = topology.resolve(size, at).filter(|_| depth > 0) else { continue };
                let within = (cell.x.min(width - 1 - cell.x)).min(cell.y.min(height - 1 - cell.y));
                assert!(i64::from(within) < depth, "{topology} {size}: {at:?} shows {cell}");
            }
        }
    }
}

#[test]
fn rings_come_back_in_their_own_row() {
    for size in sizes() {
        let (width, height) = (i64::from(size.width.get()), i64::from(size.height.get()));
        for topology in topologies(size.width.get(), size.height.get()) {
            for at in (-9..9).flat_map(|y| (-9..9).map(move |x| Position { x, y })) {
                let seen = |x, y| topology.resolve(size, Position { x: at.x + x, y: at.y + y });
                assert!(!topology.is_ring(Axis::X) || seen(0, 0) == seen(width, 0));
                assert!(!topology.is_ring(Axis::Y) || seen(0, 0) == seen(0, height));
                let is_inside = (0..width).contains(&at.x) && (0..height).contains(&at.y);
                assert!(!topology.is_dead_beyond() || is_inside || seen(0, 0).is_none());
            }
        }
    }
}

#[test]
fn a_size_that_does_not_fit_is_refused() {
    let size = Size::new(31, 20).expect("it has cells");
    for (topology, message) in [
        (Topology::Sphere, "as many rows as columns, and 31x20 has not"),
        (
            "T0,21".parse().expect("a tube"),
            "T0,21 has 21 cells across, and a grid of 31x20 has not",
        ),
        (
            "P20,0".parse().expect("a strip"),
            "P20,0 has 20 cells across, and a grid of 31x20 has not",
        ),
        (Topology::KleinBottle { axis: Axis::X, shift: 1 }, "an even number of cells, not of 31"),
    ] {
        let error = topology.check(size).expect_err(message).to_string();
        assert!(error.contains(message), "{error}");
    }
    assert_eq!(Topology::KleinBottle { axis: Axis::Y, shift: 1 }.check(size), Ok(()));
}

#[test]
fn the_farthest_places_are_shown_too() {
    for topology in topologies(6, 6) {
        let size = Size::new(6, 6).expect("it has cells");
        for end in [i64::MIN, i64::MAX] {
            topology.resolve(size, Position { x: end, y: end });
        }
    }
}
