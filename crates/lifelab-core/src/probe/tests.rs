use std::collections::BTreeSet;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::*;
use crate::testing::{GENERATION, context, script};
use crate::{Cell, CellIo, CellJob, Context, Fault, Idle, Neighborhood, Phase, Position, Rule};

fn all(limit: u64) -> Option<Sampling> {
    Some(Sampling { every: NonZeroU64::MIN, limit })
}

fn watched(io: Arc<dyn CellIo>, sampling: Option<Sampling>) -> (Context, Arc<Probe>) {
    let probe = Arc::new(Probe::new(sampling));
    (context(io).with_probe(probe.clone()), probe)
}

fn job(x: u32) -> CellJob {
    CellJob::new(Cell::new(x, 0), Neighborhood::default())
}

/// Fails at cell 1; asked to end at cell 2.
fn faulty() -> Arc<dyn CellIo> {
    script(|site, _| match site.at.x {
        1 => Err(Fault::failed("as told")),
        2 => Err(crate::CancelReason::Canceled.into()),
        _ => Ok(()),
    })
}

#[test]
fn calls_are_counted_and_those_that_failed() {
    let (cx, probe) = watched(faulty(), None);
    (0..4).for_each(|x| drop(job(x).run(&cx)));
    // Cells 0 and 3 call in both phases, the others fail in the first.
    let Tally { calls, failed, .. } = probe.tally();
    assert_eq!((calls, failed), (6, 1));
    assert_eq!(probe.timeline(), None);
}

#[test]
fn cells_that_do_not_wait_make_no_calls() {
    let (cx, probe) = watched(Arc::new(Idle), all(100));
    job(0).run(&cx).unwrap();
    job(1).observe(&cx).unwrap().apply_rule(&cx).unwrap();
    assert_eq!(probe.tally(), Tally::default());
    let drawn: Vec<_> = probe.timeline().unwrap().slices.iter().map(|s| s.activity).collect();
    let at = Position::new(1, 0);
    let phases = [Phase::Neighbors, Phase::Rule].map(|phase| Activity::Compute(at, phase));
    assert_eq!(drawn, [vec![Activity::Cell(Position::new(0, 0))], phases.to_vec()].concat());
}

#[test]
fn each_wait_and_computation_is_a_slice_after_the_last() {
    let wait = Duration::from_micros(100);
    let (cx, probe) = watched(script(move |_, stop| Ok(stop.sleep(wait)?)), all(100));
    let frame = probe.frame(GENERATION);
    job(0).run(&cx).unwrap();
    drop(frame);
    let timeline = probe.timeline().unwrap();
    let at = Position::new(0, 0);
    let drawn: Vec<_> = timeline.slices.iter().map(|slice| slice.activity).collect();
    let phase = |phase| [Activity::Wait(at, phase), Activity::Compute(at, phase)];
    assert_eq!(drawn, [phase(Phase::Neighbors), phase(Phase::Rule)].concat());
    assert!(timeline.slices.windows(2).all(|pair| pair[0].end <= pair[1].start));
    let frame = timeline.frames[0];
    assert_eq!(frame.generation, GENERATION);
    assert!(timeline.slices.iter().all(|slice| frame.start <= slice.start));
    assert!(timeline.slices.iter().all(|slice| slice.end <= frame.end));
    let waits = timeline.slices.iter().filter(|slice| matches!(slice.activity, Activity::Wait(..)));
    let waited: Duration = waits.map(|slice| slice.end - slice.start).sum();
    assert!(waited >= 2 * wait);
    assert_eq!(probe.tally().waited, waited);
}

#[test]
fn cells_are_sampled_by_their_place_alone() {
    let sampling = Sampling { every: NonZeroU64::new(4).unwrap(), limit: 10_000 };
    let drawn = || {
        let (cx, probe) = watched(Arc::new(Idle), Some(sampling));
        (0..1000).for_each(|x| drop(job(x).run(&cx)));
        let slices = probe.timeline().unwrap().slices;
        slices.iter().map(|slice| slice.activity).collect::<Vec<_>>()
    };
    let first = drawn();
    assert_eq!(first, drawn());
    assert!((200..300).contains(&first.len()), "{} of 1000", first.len());
}

#[test]
fn what_the_limit_costs_is_counted() {
    let (cx, probe) = watched(Arc::new(Idle), all(3));
    drop(probe.frame(GENERATION));
    (0..10).for_each(|x| drop(job(x).run(&cx)));
    drop(probe.frame(GENERATION + 1));
    let timeline = probe.timeline().unwrap();
    let kept = (timeline.frames.len(), timeline.slices.len());
    assert_eq!((kept, timeline.dropped), ((1, 2), 9));
}

#[test]
fn a_lane_is_used_again_when_its_thread_has_ended() {
    const THREADS: u32 = 500;
    let (cx, probe) = watched(Arc::new(Idle), all(1000));
    for x in 0..THREADS {
        let cx = cx.clone();
        thread::spawn(move || job(x).run(&cx)).join().unwrap().unwrap();
    }
    let slices = probe.timeline().unwrap().slices;
    assert_eq!(slices.len(), THREADS as usize);
    let lanes: BTreeSet<Lane> = slices.iter().map(|slice| slice.lane).collect();
    // One, were it not for the threads of other tests, which may take the lane in between.
    assert!(lanes.len() < THREADS as usize / 2, "{} lanes", lanes.len());
}

#[test]
fn a_task_has_its_lane_for_itself_until_it_is_dropped() {
    let (cx, probe) = watched(Arc::new(Pending), all(100));
    let mut poll = std::task::Context::from_waker(std::task::Waker::noop());
    let mut start = |x| {
        let cx = cx.clone();
        let mut future = Box::pin(async move { job(x).run_async(&cx).await });
        assert!(future.as_mut().poll(&mut poll).is_pending());
        future
    };
    let futures = [start(0), start(1)];
    assert_eq!(probe.open_tasks(), 2);
    drop(futures);
    assert_eq!(probe.open_tasks(), 0);
    drop(start(2));
    let lanes: Vec<_> = probe.timeline().unwrap().slices.iter().map(|slice| slice.lane).collect();
    assert_eq!(lanes, [0, 1, 0].map(Lane::Task));
    let Tally { calls, failed, .. } = probe.tally();
    assert_eq!((calls, failed), (3, 0), "calls that were given up");
}

/// Waits for ever.
struct Pending;

impl CellIo for Pending {
    fn call(&self, _: crate::Site, stop: &crate::CancellationToken) -> Result<(), Fault> {
        Err(stop.wait().into())
    }

    fn call_async<'a>(
        &'a self,
        _: crate::Site,
        _: &'a crate::CancellationToken,
    ) -> crate::IoFuture<'a> {
        crate::IoFuture::new(std::future::pending())
    }

    fn is_idle_in(&self, _: Phase) -> bool {
        false
    }
}

#[test]
fn a_band_without_io_is_one_slice() {
    let (cx, probe) = watched(Arc::new(Idle), all(100));
    let grid = crate::testing::soup(9, 7, crate::Topology::Torus);
    grid.band(2..5).step(&cx).unwrap();
    let slices = probe.timeline().unwrap().slices;
    assert_eq!(slices.len(), 1);
    assert_eq!(slices[0].activity, Activity::Band { first: 2, rows: 3 });
}

#[test]
fn observations_of_another_process_are_added_within_the_frame() {
    let (cx, remote) = watched(faulty(), all(100));
    (0..4).for_each(|x| drop(job(x).run(&cx)));
    let seen = remote.take();
    assert_eq!(remote.take(), Observations::default(), "each is taken once");

    let local = Arc::new(Probe::new(all(100)));
    let frame = local.frame(GENERATION);
    local.absorb(7, "worker 1", seen.clone());
    drop(frame);
    assert_eq!(local.tally(), seen.tally);
    let timeline = local.timeline().unwrap();
    assert_eq!(timeline.slices.len(), seen.slices.len());
    let frame = timeline.frames[0];
    let lies_within = |slice: &Slice| frame.start <= slice.start && slice.end <= frame.end;
    assert!(timeline.slices.iter().all(|slice| slice.process == 7 && lies_within(slice)));
    assert_eq!(timeline.processes[&7], "worker 1");
}

#[test]
fn a_fitting_sample_fits() {
    for (cells, generations) in [(1, 1), (10_000, 1), (10_000, 100), (1_000_000, 10)] {
        let Sampling { every, limit } = Sampling::fitting(cells, generations);
        let slices = cells as f64 / every.get() as f64 * 4.0 * generations as f64;
        assert!(slices + generations as f64 <= limit as f64, "{cells} x {generations}");
    }
    assert_eq!(Sampling::fitting(100, 10).every.get(), 1, "all");
    assert_eq!(Sampling::fitting(160, u64::MAX).every.get(), 10, "sixteen");
}

#[test]
fn a_probe_changes_nothing() {
    let (cx, _probe) = watched(Arc::new(Idle), all(10));
    for bits in 0..512_u16 {
        let neighborhood = Neighborhood::from_rows(bits, bits >> 3, bits >> 6);
        let job = CellJob::new(Cell::new(bits.into(), 0), neighborhood);
        assert_eq!(job.run(&cx), Ok(job.next(&Rule::LIFE)));
    }
}

#[test]
fn a_probe_that_is_drained_lasts_for_ever() {
    const LIMIT: u64 = 1000;
    let (cx, probe) = watched(Arc::new(Idle), all(LIMIT));
    let (mut slices, mut frames) = (0, 0);
    for generation in 0..1_000_000 {
        let frame = probe.frame(generation);
        job(0).run(&cx).unwrap();
        drop(frame);
        if generation % 100 == 0 {
            let seen = probe.drain();
            assert_eq!(seen.dropped, 0);
            slices += seen.slices.len();
            frames += seen.frames.len();
        }
    }
    let seen = probe.drain();
    assert_eq!((slices + seen.slices.len(), frames + seen.frames.len()), (1_000_000, 1_000_000));
    let held = probe.shards.iter().map(|shard| lock(&shard.slices).capacity()).sum::<usize>();
    assert!(held <= 2 * LIMIT as usize, "{held} slices are held");
}

#[test]
fn a_probe_that_nobody_drains_holds_its_limit_and_goes_on_when_it_is_drained() {
    let (cx, probe) = watched(Arc::new(Idle), all(10));
    (0..100).for_each(|x| drop(job(x).run(&cx)));
    let seen = probe.drain();
    assert_eq!((seen.slices.len(), seen.dropped), (10, 90));
    (0..4).for_each(|x| drop(job(x).run(&cx)));
    let seen = probe.drain();
    assert_eq!((seen.slices.len(), seen.dropped), (4, 0));
    assert_eq!(probe.sampling().unwrap().limit, 10);
}

#[test]
fn draining_leaves_the_counts() {
    let (cx, probe) = watched(faulty(), all(100));
    (0..4).for_each(|x| drop(job(x).run(&cx)));
    probe.drain();
    assert_eq!((probe.tally().calls, probe.tally().failed), (6, 1));
}
