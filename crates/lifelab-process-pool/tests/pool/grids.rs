//! Grids: every arrangement computes what the rule says.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Failed;
use lifelab_core::testing::{context, oracle, soup, topologies};
use lifelab_core::{
    CancellationToken, Cell, CellIo, FiniteEngine, Grain, Grid, Idle, Rule, StepError,
    StepErrorKind, StepReport, Stepper, StepperFactory, Topology, Universe,
};
use lifelab_process_pool::{Arrangement, Options, ProcessPool};

use crate::Trials;
use crate::cells::Script;

pub(crate) const TRIALS: Trials = &[
    ("every_configuration_computes_the_rule", every_configuration_computes_the_rule),
    ("the_same_pool_takes_other_grids_rules_and_io", the_same_pool_takes_other_grids),
    ("a_hop_is_as_many_generations", a_hop_is_as_many_generations),
    ("what_has_settled_is_not_sent", what_has_settled_is_not_sent),
    ("every_byte_through_the_pipes_is_counted", every_byte_is_counted),
    ("progress_counts_the_cells_that_wait", progress_counts_the_cells_that_wait),
    ("options_survive_a_round_trip", options_survive_a_round_trip),
    ("options_without_sense_are_refused", options_without_sense_are_refused),
];

pub(crate) const ARRANGEMENTS: [Arrangement; 2] = [Arrangement::Pool, Arrangement::Chain];

pub(crate) fn grains() -> [Grain; 3] {
    [Grain::Auto, Grain::Cell, Grain::Rows(NonZeroU32::new(3).unwrap())]
}

fn rows(rows: u32) -> Grain {
    Grain::Rows(NonZeroU32::new(rows).unwrap())
}

pub(crate) fn two() -> NonZeroUsize {
    NonZeroUsize::new(2).unwrap()
}

/// Two workers per pool, in every arrangement and grain.
pub(crate) fn configurations() -> impl Iterator<Item = Options> {
    ARRANGEMENTS.into_iter().flat_map(|arrangement| {
        grains().into_iter().map(move |grain| Options {
            arrangement,
            grain,
            workers: two(),
            ..Options::default()
        })
    })
}

pub(crate) fn pool(options: Options) -> ProcessPool {
    ProcessPool::with_options(options).unwrap()
}

/// Steps a soup once on the torus, and checks the result if there is one.
pub(crate) fn step(
    pool: &mut ProcessPool,
    io: Arc<dyn CellIo>,
    width: u32,
    height: u32,
) -> Result<StepReport, StepError> {
    let now = soup(width, height, Topology::Torus);
    let mut next = Grid::new(width, height).unwrap();
    let report = pool.step(&now, &mut next, &context(io))?;
    assert_eq!(next, oracle(&now, Rule::LIFE, Topology::Torus));
    Ok(report)
}

fn every_configuration_computes_the_rule() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options.clone());
        for io in [Arc::new(Idle) as Arc<dyn CellIo>, Arc::new(Script::default())] {
            for (width, height) in [(1, 1), (7, 5), (63, 4), (64, 3), (65, 9), (130, 2), (9, 9)] {
                for topology in topologies(width, height) {
                    let mut now = soup(width, height, topology);
                    for generation in 1..=3 {
                        let mut cx = context(io.clone());
                        cx.generation = generation;
                        let mut next = Grid::new(width, height).unwrap();
                        let report = pool.step(&now, &mut next, &cx)?;
                        let at = format!("{options:?}, {width} x {height}, {topology}");
                        assert_eq!(next, oracle(&now, Rule::LIFE, topology), "{at}");
                        assert_eq!(report.warnings(), [], "{at}");
                        assert_eq!(Arc::strong_count(&now), 1, "{at}");
                        next.fill_halo(topology);
                        now = Arc::new(next);
                    }
                }
            }
        }
    }
    Ok(())
}

fn the_same_pool_takes_other_grids() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        for (rule, pause, width) in [("B36/S23", 0, 40), ("B0/S8", 1, 9), ("B3/S23", 0, 70)] {
            let now = soup(width, 6, Topology::Plane);
            let mut next = Grid::new(width, 6)?;
            let io = Arc::new(Script::pausing(Duration::from_micros(pause)));
            let mut cx = context(io);
            cx.rule = rule.parse()?;
            pool.step(&now, &mut next, &cx)?;
            assert_eq!(next, oracle(&now, cx.rule, Topology::Plane), "{rule}");
        }
    }
    Ok(())
}

fn a_hop_is_as_many_generations() -> Result<(), Failed> {
    const GENERATIONS: u32 = 5;
    for (arrangement, grain) in ARRANGEMENTS
        .into_iter()
        .flat_map(|arrangement| [Grain::Auto, rows(3), rows(7)].map(|grain| (arrangement, grain)))
    {
        let mut pool = pool(Options { arrangement, grain, workers: two(), ..Options::default() });
        for (width, height) in [(1, 1), (7, 5), (64, 3), (65, 150), (130, 31), (70, 70)] {
            let rules = ["B3/S23", "B0/S8"].into_iter().cycle();
            // In a tube life has to stay within the window, which an engine sees to; here it fills it.
            let is_full = |topology: &Topology| topology.is_endless() && !topology.is_dead_beyond();
            let topologies = topologies(width, height).into_iter().filter(|it| !is_full(it));
            for (rule, topology) in rules.zip(topologies) {
                let now = soup(width, height, topology);
                let mut cx = context(Arc::new(Idle)).hopping(GENERATIONS, topology);
                cx.rule = rule.parse()?;
                let mut next = Grid::new(width, height)?;
                pool.step(&now, &mut next, &cx)?;
                let mut expected = Grid::clone(&now);
                for _ in 0..GENERATIONS {
                    expected = oracle(&expected, cx.rule, topology);
                    expected.fill_halo(topology);
                }
                let at = format!("{arrangement:?} {grain} {width} x {height} {topology} {rule}");
                assert_eq!(next, expected, "{at}");
            }
        }
    }
    Ok(())
}

/// A block and, far away, a glider: where nothing changes, nothing is sent.
fn what_has_settled_is_not_sent() -> Result<(), Failed> {
    let mut start = Grid::new(62 * 64, 512)?; // So wide that hops pay with whatever registers.
    for (x, y) in [(10, 10), (11, 10), (10, 11), (11, 11)] {
        start.set(Cell::new(x, y), true);
    }
    let mut glider = start.clone();
    for (x, y) in [(300, 256), (301, 257), (299, 258), (300, 258), (301, 258)] {
        glider.set(Cell::new(x, y), true);
    }
    for (start, sends) in [(start, false), (glider, true)] {
        let stepper = Box::new(pool(Options { workers: two(), ..Options::default() }));
        let (rule, topology) = (Rule::LIFE, Topology::Torus);
        let mut engine = FiniteEngine::new(start, 0, rule, topology, Arc::new(Idle), stepper)?;
        let mut sent =
            || Ok::<_, StepError>(engine.hop(24, &CancellationToken::new())?.traffic().sent);
        let sent = [sent()?, sent()?, sent()?, sent()?];
        assert!(sent[0] > 0 && sent[1] > 0, "nothing is known yet: {sent:?}");
        assert!(sent[2..].iter().all(|&sent| (sent > 0) == sends), "{sent:?}");
        assert!(sent[3] < sent[1] * 3 / 4, "{sent:?}");
        let stop = CancellationToken::new();
        stop.cancel();
        let error = engine.hop(24, &stop).expect_err("nothing to do is no excuse");
        assert!(matches!(error.kind, StepErrorKind::Stopped(_)), "{error}");
        assert!(engine.generation() == 96);
        assert_eq!(engine.grid().population(), if sends { 9 } else { 4 });
    }
    Ok(())
}

fn every_byte_is_counted() -> Result<(), Failed> {
    for arrangement in ARRANGEMENTS {
        let (one, rows) = (NonZeroUsize::MIN, NonZeroU32::new(512).unwrap());
        let grain = Grain::Rows(rows);
        let mut pool = pool(Options { arrangement, grain, workers: one, ..Options::default() });
        let mut step = || step(&mut pool, Arc::new(Idle), 6400, 512).map(|report| report.traffic());
        let (first, second, third) = (step()?, step()?, step()?);
        // The band goes out with two rows of halo, and two words of it in each row.
        let (sent, received) = ((512 + 2) * (100 + 2) * 8, 512 * 100 * 8);
        // Beside it there are the start of the step and two frames' heads.
        assert!((sent + 10..sent + 60).contains(&second.sent), "{second:?}");
        assert!((received + 5..received + 30).contains(&second.received), "{second:?}");
        assert_eq!(second, third, "{arrangement:?}");
        // The greetings: at least magic, version and length.
        let handshake = first.sent - second.sent;
        assert!((16..200).contains(&handshake), "{first:?}");
        let greetings = first.received - second.received;
        assert!((16..400).contains(&greetings), "{first:?}");
    }
    Ok(())
}

fn progress_counts_the_cells_that_wait() -> Result<(), Failed> {
    for options in configurations() {
        let now = soup(9, 7, Topology::Torus);
        let cx = context(Arc::new(Script::default()));
        pool(options).step(&now, &mut Grid::new(9, 7)?, &cx)?;
        assert_eq!(cx.progress.cells(), 63);
    }
    Ok(())
}

fn options_survive_a_round_trip() -> Result<(), Failed> {
    let text = r#"{"grain":{"rows":8},"arrangement":"chain","workers":3,"start_timeout":"2s"}"#;
    let options: Options = serde_json::from_str(text)?;
    assert_eq!(options.arrangement, Arrangement::Chain);
    assert_eq!(options.start_timeout, Duration::from_secs(2));
    assert_eq!(serde_json::from_str::<Options>(&serde_json::to_string(&options)?)?, options);
    assert_eq!(serde_json::from_str::<Options>("{}")?, Options::default());
    assert!(serde_json::from_str::<Options>(r#"{"workers":0}"#).is_err());
    assert!(serde_json::from_str::<Options>(r#"{"works":1}"#).is_err());
    assert_eq!(pool(options).capabilities().concurrency, Some(6));
    Ok(())
}

fn options_without_sense_are_refused() -> Result<(), Failed> {
    let many = NonZeroUsize::new(100_000).unwrap();
    for (options, name) in [
        (Options { workers: many, ..Options::default() }, "workers"),
        (Options { in_flight: many, ..Options::default() }, "in_flight"),
    ] {
        let error = ProcessPool::with_options(options).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("1024"), "{error}");
    }
    Ok(())
}
