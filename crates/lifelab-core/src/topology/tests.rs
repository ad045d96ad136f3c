//! Finite universes, one line per case.

use super::*;
use crate::rule::RuleSpec;

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
    rejects("K31*+1,20", 4..5, "found '+'");
    rejects("K0,20", 1..2, "found 0, expected a length from 1");
    rejects("C20,0", 4..5, "found 0");
    rejects("S0", 1..2, "found 0");
    rejects("S30,20", 4..5, "a height equal to the width");
}

#[test]
fn universes_to_come_are_named() {
    rejects("K30*,20", 0..7, "Klein bottles");
    rejects("k30,20*", 0..7, "Klein bottles");
    rejects("K30,20", 0..6, "Klein bottles");
    rejects("K30*+1,20", 0..9, "Klein bottles");
    rejects("K30,20*-1", 0..9, "Klein bottles");
    rejects("C30,20", 0..6, "cross-surfaces");
    rejects("S30", 0..3, "spheres");
    rejects("S30,30", 0..6, "spheres");
    rejects("T0,20", 0..5, "unlimited sides");
    rejects("P0", 0..2, "unlimited sides");
    rejects("T30+5,20", 0..8, "shifted tori");
    rejects("T30,20-2", 0..8, "shifted tori");
}

#[test]
fn offsets_count_from_the_start_of_the_whole_string() {
    let error = "B3/S23:T30,x".parse::<RuleSpec>().expect_err("x is no height");
    assert_eq!(error.span, 11..12);
    let error = "B3/S23:K3".parse::<RuleSpec>().expect_err("not supported yet");
    assert_eq!(error.span, 7..9);
    assert!("B3/S23:".parse::<RuleSpec>().is_err());
    assert!(":T30".parse::<RuleSpec>().is_err());
}

#[test]
fn topologies_have_names() {
    for topology in Topology::ALL {
        assert_eq!(topology.to_string().parse(), Ok(topology));
    }
    assert!("Klein bottle".parse::<Topology>().is_err());
}
