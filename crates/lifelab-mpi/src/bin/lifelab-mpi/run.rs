//! `lifelab-mpi run` and `lifelab-mpi resume`.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use lifelab::{Builder, Cadence, CancellationToken, Count, Grid, Layout, Scenario, Simulation};
use lifelab_mpi::{
    About, Cells, Course, Exit, Failure, Hops, Ranks, Rows, Saves, Shares, Taken, Threads, guard,
    processors,
};

use crate::args;
use crate::outcome::Outcome;
use crate::print;
use crate::scenario;

/// A new run.
pub(crate) fn start(args: &args::Run, ranks: &Ranks) -> Result<(), Failure> {
    let stop = ranks.agree(stop(args.end.timeout))?;
    let scenario = tell(ranks, || scenario::of(args))?;
    let mut builder = Simulation::builder().scenario(&scenario);
    if let Some(bytes) = args.universe.memory_limit {
        builder = builder.memory_limit(bytes);
    }
    let (about, shares, rows) = ranks.agree(place(&builder, &scenario, ranks))?;
    let end = ranks.agree(end(&about))?;
    let generation = about.start;
    let rows = begin(ranks, shares, rows, &about, generation, args.job)?;
    let saves = args.checkpoint.as_deref().map(|folder| {
        let cadence = args.saves.over(Cadence::default());
        Saves::create(ranks, folder, cadence, args.saves.checkpoint_errors)
    });
    let saves = saves.transpose()?;
    let course = Course { ranks, rows, about, saves, kept_before: 0, stop };
    carry_out(course, end, Vec::new(), args.print)
}

/// A run that goes on.
pub(crate) fn resume(args: &args::Resume, ranks: &Ranks) -> Result<(), Failure> {
    let stop = ranks.agree(stop(args.end.timeout))?;
    let Taken { mut about, generation, kept_cells, rows, mut saves, skipped } =
        Saves::resume(ranks, &args.checkpoint, args.saves.checkpoint_errors)?;
    saves.set_cadence(args.saves.over(saves.cadence()));
    scenario::check_trust(&about.scenario, &args.work)?;
    scenario::override_work(&args.work, &mut about.scenario)?;
    about.scenario.generations = args.generations.unwrap_or(about.scenario.generations);
    let shares = Shares::new(about.size.height.get(), ranks.size())?;
    let end = end(&about)?;
    let rows = begin(ranks, shares, rows, &about, generation, args.job)?;
    let warnings = skipped.iter().map(|error| format!("skipped a checkpoint: {error}")).collect();
    let course = Course { ranks, rows, about, saves: Some(saves), kept_before: kept_cells, stop };
    carry_out(course, end, warnings, args.print)
}

/// What makes the run end before it is over.
fn stop(timeout: Option<Duration>) -> Result<CancellationToken, Failure> {
    let stop = CancellationToken::new();
    guard::stop_on_signal(stop.clone())?;
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    Ok(deadline.map_or(stop.clone(), |deadline| stop.before(deadline)))
}

/// The scenario that the first rank makes, on all ranks.
fn tell(
    ranks: &Ranks,
    make: impl FnOnce() -> Result<Scenario, Failure>,
) -> Result<Scenario, Failure> {
    let text = |scenario: Scenario| {
        let unwritten = || Failure::usage("a file name in the scenario is not text; rename it");
        scenario.to_ron().ok_or_else(unwritten)
    };
    let text = if ranks.is_first() { make().and_then(text) } else { Ok(String::new()) };
    let text = ranks.broadcast(0, ranks.agree(text)?.as_bytes());
    let text = String::from_utf8(text).expect("the first rank has sent text");
    Ok(text.parse().expect("what a scenario is written as can be read"))
}

/// What run it is, and the rows of this rank.
fn place(
    builder: &Builder,
    scenario: &Scenario,
    ranks: &Ranks,
) -> Result<(About, Shares, Grid), Failure> {
    let layout = builder.layout()?;
    let shares = Shares::new(layout.size.height.get(), ranks.size())?;
    let rows = layout.rows(shares.of(ranks.rank()))?;
    let Layout { size, topology, rule, generation, first_cell, .. } = layout;
    let scenario = scenario.clone();
    Ok((About { scenario, start: generation, size, topology, rule, first_cell }, shares, rows))
}

/// The last generation.
fn end(about: &About) -> Result<u64, Failure> {
    let generations = about.scenario.generations;
    if generations == Scenario::WITHOUT_END {
        return Ok(u64::MAX);
    }
    let end = Count::from(about.start).checked_add(generations).and_then(Count::to_u64);
    end.ok_or_else(|| {
        let message = format!(
            "the run starts with generation {}, and {generations} more cannot be counted with 64 bits; \
             give fewer generations (-g)",
            about.start
        );
        Failure::new(Exit::BadInput, "generation", message)
    })
}

/// The rows of a rank, ready to go: by hops, or by a stepper if cells wait.
fn begin<'a>(
    ranks: &'a Ranks,
    shares: Shares,
    rows: Grid,
    about: &About,
    generation: u64,
    job: args::Job,
) -> Result<Box<dyn Rows + 'a>, Failure> {
    let universe = (about.topology, about.rule, generation);
    let threads = threads(ranks, job);
    let begun = || {
        let io = about.scenario.io.build().map_err(lifelab::Error::from)?;
        if io.is_idle() {
            let threads = Threads::new(threads)?;
            let hops = Hops::new(ranks, shares, rows, universe, job.halo.get(), threads)?;
            return Ok(Box::new(hops) as Box<dyn Rows>);
        }
        let stepper = (about.scenario.stepper.build()?, about.scenario.stepper.to_string());
        Ok(Box::new(Cells::new(ranks, shares, rows, universe, io, stepper)?))
    };
    ranks.agree(begun())
}

/// Threads of this rank. Collective.
pub(crate) fn threads(ranks: &Ranks, job: args::Job) -> u32 {
    let processors = processors(ranks.on_this_machine());
    job.threads.map_or(processors, NonZeroU32::get)
}

/// Takes the run to its end, and tells what came of it.
fn carry_out(
    course: Course<'_>,
    end: u64,
    mut warnings: Vec<String>,
    print: args::Print,
) -> Result<(), Failure> {
    let (ranks, about) = (course.ranks, course.about.clone());
    let worker = course.rows.describe();
    let mut ended = course.take(end);
    warnings.append(&mut ended.warnings);
    let failure = ended.failure.take();
    if !ranks.is_first() {
        return failure.map_or(Ok(()), Err);
    }
    let outcome = Outcome::of(&ended, &about, ranks.size(), worker, warnings);
    let printed = print::outcome(&outcome, print);
    failure.map_or(printed, Err)
}
