//! A probe changes nothing, misses nothing, and draws what can be.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab::core::probe::{Activity, GenerationSpan, Slice, Timeline};
use lifelab::core::{Phase, Position, Sampling, Tally};
use lifelab::{CancellationToken, Cell, Probe, Rule, Topology};
use lifelab_tests::oracle_after;

use crate::subject::{Law, Subject, law, soup};

pub(crate) const LAWS: &[Law] = &[
    law("a_probe_changes_nothing", changes_nothing),
    law("every_call_is_counted", counts_calls),
    law("every_cell_that_waits_is_drawn", draws_cells),
    law("cells_that_do_not_wait_are_drawn", draws_cells_that_do_not_wait),
    law("only_sampled_cells_are_drawn", samples),
    law("a_stopped_generation_leaves_no_lane_occupied", stopped),
];

const WIDTH: u32 = 9;
const HEIGHT: u32 = 7;
const CELLS: u64 = 63;
const GENERATIONS: u64 = 3;

fn one_of(every: u64) -> Option<Sampling> {
    Some(Sampling { every: NonZeroU64::new(every).expect("not zero"), limit: 100_000 })
}

/// Runs some generations before the eye of a probe, and compares the grid.
fn watch(subject: &Subject, io: &str, sampling: Option<Sampling>) -> Arc<Probe> {
    let start = soup(WIDTH, HEIGHT, 19);
    let mut simulation = subject.simulation(&start, Topology::Torus, io);
    let probe = Arc::new(Probe::new(sampling));
    simulation.set_probe(Some(probe.clone())).expect("a grid can be watched");
    simulation.run(GENERATIONS).expect("nothing fails");
    let expected = oracle_after(&start, GENERATIONS, Rule::LIFE, Topology::Torus);
    assert_eq!(**simulation.grid(), expected, "{io}");
    assert_eq!(probe.open_tasks(), 0, "{io}");
    probe
}

fn changes_nothing(subject: &Subject) {
    for io in ["none", "sleep:20us", "sleep:20us phase:both", "cpu:2us"] {
        for sampling in [None, one_of(1), one_of(5)] {
            watch(subject, io, sampling);
        }
    }
}

fn counts_calls(subject: &Subject) {
    let wait = Duration::from_micros(20);
    for (io, phases) in [
        ("none", 0),
        ("none phase:both", 0),
        ("sleep:20us", 1),
        ("sleep:20us phase:neighbors", 1),
        ("sleep:20us phase:both", 2),
        ("sleep:20us error:0.1 retry:20(1us)", 1), // Attempts are no calls of their own.
    ] {
        let Tally { calls, failed, waited } = watch(subject, io, None).tally();
        assert_eq!((calls, failed), (phases * CELLS * GENERATIONS, 0), "{io}");
        assert!(waited >= wait * calls as u32, "{io}: {waited:?}");
    }
    let mut simulation = subject.simulation(&soup(WIDTH, HEIGHT, 20), Topology::Torus, FAULT);
    let probe = Arc::new(Probe::new(None));
    simulation.set_probe(Some(probe.clone())).expect("a grid can be watched");
    simulation.run(GENERATIONS).expect_err("a fault is injected");
    assert_eq!(probe.tally().failed, 1);
}

const FAULT: &str = "sleep:20us error@2:(4,4)";

fn draws_cells(subject: &Subject) {
    let timeline = watch(subject, "sleep:20us", one_of(1)).timeline().expect("one is drawn");
    assert_drawable(&timeline);
    let drawn: Vec<_> =
        timeline.slices.iter().map(|slice| (slice.generation, slice.activity)).collect();
    let cells = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| Cell::new(x, y).into()));
    for at in cells {
        for generation in 1..=GENERATIONS {
            for activity in [
                Activity::Compute(at, Phase::Neighbors),
                Activity::Wait(at, Phase::Rule),
                Activity::Compute(at, Phase::Rule),
            ] {
                let wanted = (generation, activity);
                assert_eq!(drawn.iter().filter(|each| **each == wanted).count(), 1, "{wanted:?}");
            }
        }
    }
    assert_eq!(drawn.len() as u64, 3 * CELLS * GENERATIONS, "and nothing else");
    let lanes: BTreeSet<_> = timeline.slices.iter().map(lane).collect();
    if let Some(most) = subject.stepper().capabilities().concurrency {
        assert!(lanes.len() <= most, "{} lanes, and {most} cells at once", lanes.len());
    }
}

fn draws_cells_that_do_not_wait(subject: &Subject) {
    let timeline = watch(subject, "none", one_of(1)).timeline().expect("one is drawn");
    assert_drawable(&timeline);
    // However a cell is drawn, its second phase is in it, once.
    let mut drawn: BTreeMap<(u64, i64), u32> = BTreeMap::new();
    for slice in &timeline.slices {
        let rows = match slice.activity {
            Activity::Band { first, rows } => {
                (first..first + i64::from(rows)).map(|y| (y, WIDTH)).collect()
            }
            Activity::Cell(at) | Activity::Compute(at, Phase::Rule) => vec![(at.y, 1)],
            Activity::Compute(_, Phase::Neighbors) => vec![],
            Activity::Wait(..) => panic!("nobody waits"),
        };
        for (y, cells) in rows {
            *drawn.entry((slice.generation, y)).or_default() += cells;
        }
    }
    let rows =
        (1..=GENERATIONS).flat_map(|generation| (0..HEIGHT.into()).map(move |y| (generation, y)));
    assert_eq!(drawn, rows.map(|row| (row, WIDTH)).collect());
}

fn samples(subject: &Subject) {
    let cells = |subject: &Subject| -> BTreeSet<Position> {
        let timeline = watch(subject, "sleep:20us", one_of(5)).timeline().expect("one is drawn");
        assert_drawable(&timeline);
        timeline.slices.iter().filter_map(|slice| slice.activity.cell()).collect()
    };
    let drawn = cells(subject);
    assert!((5..=25).contains(&drawn.len()), "one in five of {CELLS} cells: {}", drawn.len());
    assert_eq!(drawn, cells(&Subject::all()[0]), "the same cells everywhere");
}

fn stopped(subject: &Subject) {
    let mut simulation = subject.simulation(&soup(WIDTH, HEIGHT, 21), Topology::Torus, "sleep:1h");
    let probe = Arc::new(Probe::new(one_of(1)));
    simulation.set_probe(Some(probe.clone())).expect("a grid can be watched");
    // The law holds whenever the deadline comes; this lets most cells begin to wait.
    simulation
        .set_stop(CancellationToken::new().before(Instant::now() + Duration::from_millis(50)));
    simulation.step().expect_err("it is stopped");
    assert_eq!(probe.open_tasks(), 0);
    assert_eq!(probe.tally().failed, 0, "cells that are asked to end have not failed");
    let timeline = probe.timeline().expect("one is drawn");
    assert_drawable(&timeline);
    assert_eq!(timeline.frames.len(), 1);
}

/// Every slice lies within the frame of its generation, and on one lane none overlaps another.
fn assert_drawable(timeline: &Timeline) {
    assert_eq!(timeline.dropped, 0);
    let frames: BTreeMap<u64, GenerationSpan> =
        timeline.frames.iter().map(|frame| (frame.generation, *frame)).collect();
    assert_eq!(frames.len(), timeline.frames.len(), "a frame for each generation");
    let mut ends = BTreeMap::new();
    for slice in &timeline.slices {
        let frame = frames[&slice.generation];
        let is_within = frame.start <= slice.start && slice.end <= frame.end;
        assert!(is_within && slice.start <= slice.end, "{slice:?} in {frame:?}");
        let before = ends.insert(lane(slice), slice.end).unwrap_or_default();
        assert!(before <= slice.start, "{slice:?} begins before {before:?}");
    }
}

fn lane(slice: &Slice) -> (u32, lifelab::core::probe::Lane) {
    (slice.process, slice.lane)
}
