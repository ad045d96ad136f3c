//! I/O that does what a test wants, an oracle, and a step that looks for what it left behind.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lifelab_core::{
    Cell, CellIo, Context, Fault, Grain, Grid, IoFuture, Model, Rule, Site, Soup, StepError,
    Stepper, Stop, Topology,
};
use lifelab_queue_pipeline::{Options, QueuePipeline};

/// I/O made of a closure.
pub(crate) struct Script<F>(pub(crate) F);

impl<F: Fn(Site, &Stop) -> Result<(), Fault> + Send + Sync> CellIo for Script<F> {
    fn call(&self, site: Site, stop: &Stop) -> Result<(), Fault> {
        (self.0)(site, stop)
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a Stop) -> IoFuture<'a> {
        IoFuture::ready((self.0)(site, stop))
    }
}

/// I/O that succeeds at once, but not without being called.
pub(crate) fn brief() -> Arc<dyn CellIo> {
    script(|_, _| Ok(()))
}

pub(crate) fn script(
    script: impl Fn(Site, &Stop) -> Result<(), Fault> + Send + Sync + 'static,
) -> Arc<dyn CellIo> {
    Arc::new(Script(script))
}

/// Waits until the step is asked to end: what a cell that hangs does.
pub(crate) fn hang(stop: &Stop) -> Result<(), Fault> {
    Err(Fault::stopped(stop.wait()))
}

/// A generation with a deadline that no test reaches unless it hangs.
pub(crate) fn generation(io: &Arc<dyn CellIo>) -> Context {
    generation_until(Stop::new().before(Instant::now() + Duration::from_secs(60)), io)
}

pub(crate) fn generation_until(stop: Stop, io: &Arc<dyn CellIo>) -> Context {
    Context::new(Rule::LIFE, 1, io.clone(), stop)
}

pub(crate) fn soup(width: u32, height: u32, topology: Topology) -> Arc<Grid> {
    let mut grid = Soup { density: 0.4, seed: 11 }.grid(width, height).unwrap();
    grid.fill_halo(topology);
    Arc::new(grid)
}

/// The plain program: what every stepper must agree with.
pub(crate) fn oracle(now: &Grid, topology: Topology) -> Grid {
    let (width, height) = (i64::from(now.width()), i64::from(now.height()));
    let lives = |x: i64, y: i64| {
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        let at = Cell::new(x.rem_euclid(width) as u32, y.rem_euclid(height) as u32);
        (inside || topology == Topology::Torus) && now.get(at)
    };
    let mut next = Grid::new(now.width(), now.height()).unwrap();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let block = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        let count = block.filter(|&(dx, dy)| lives(x + dx, y + dy)).count();
        let alive = count == 3 || count == 4 && lives(x, y); // The block includes the cell.
        next.set(Cell::new(x as u32, y as u32), alive);
    }
    next
}

pub(crate) fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

pub(crate) fn rows(rows: u32) -> Grain {
    Grain::Rows(NonZeroU32::new(rows).unwrap())
}

pub(crate) fn pipeline(options: Options) -> QueuePipeline {
    QueuePipeline::with_options(options).unwrap()
}

/// Steps, and makes sure that no queue and no worker keeps anything of the generation: items hold
/// the I/O, and bands the grid.
pub(crate) fn step(
    pipeline: &mut QueuePipeline,
    now: &Arc<Grid>,
    cx: &Context,
) -> Result<Grid, StepError> {
    let before = (Arc::strong_count(now), Arc::strong_count(&cx.io));
    let mut next = Grid::new(now.width(), now.height()).unwrap();
    let outcome = pipeline.step(now, &mut next, cx);
    assert_eq!((Arc::strong_count(now), Arc::strong_count(&cx.io)), before, "leftovers");
    outcome.map(|_| next)
}

/// Makes sure that the pipeline still works.
pub(crate) fn assert_reusable(pipeline: &mut QueuePipeline) {
    let now = soup(9, 7, Topology::Torus);
    let next = step(pipeline, &now, &generation(&brief())).unwrap();
    assert_eq!(next, oracle(&now, Topology::Torus));
}
