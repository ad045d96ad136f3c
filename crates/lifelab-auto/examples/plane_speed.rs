//! How long an engine of the plane takes for a pattern: processor time of all its threads, without loading.
//!
//! `cargo run --release -p lifelab-auto --example plane_speed -- PATTERN GENERATIONS ENGINE [STEP]`
//!
//! The engine is `tiles`, `hashlife` or `auto`. With a STEP somebody looks after every STEP generations.
//! `benches/unbounded/race.py` calls it.
#![allow(clippy::print_stdout, reason = "a program")]

use std::error::Error;
use std::time::Duration;

use lifelab_auto::Auto;
use lifelab_core::{
    CancellationToken, Count, EngineFactory, EngineStart, QuadtreeStart, Run, World,
};
use lifelab_hashlife::HashLife;
use lifelab_patterns::{Content, Document, Limits, Pattern};
use lifelab_tiles::TileEngine;
use nix::sys::resource::{UsageWho, getrusage};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, generations, engine, step) = match &arguments[..] {
        [path, generations, engine] => (path, generations, engine, None),
        [path, generations, engine, step] => (path, generations, engine, Some(step)),
        _ => return Err("expected PATTERN GENERATIONS ENGINE [STEP]".into()),
    };
    let generations: Count = generations.parse()?;
    let step = step.map_or(Ok(generations), |step| step.parse())?;
    // One thread each, so that processor times compare.
    let one = std::num::NonZeroUsize::MIN;
    let tiles = lifelab_tiles::Options { threads: one, ..Default::default() };
    match engine.as_str() {
        "tiles" => measure::<TileEngine>(tiles, path, generations, step),
        "hashlife" => measure::<HashLife>(Default::default(), path, generations, step),
        "auto" => {
            let options = lifelab_auto::Options { tiles, ..Default::default() };
            measure::<Auto>(options, path, generations, step)
        }
        _ => Err("expected tiles, hashlife or auto".into()),
    }
}

fn measure<E: EngineFactory>(
    options: E::Options,
    path: &str,
    generations: Count,
    step: Count,
) -> Result<(), Box<dyn Error>> {
    let mut engine: E = load(options, path)?;
    let end = engine.generation().checked_add(generations).ok_or("fewer generations")?;
    let mut look = engine.generation();
    let start = processor_time()?;
    while engine.generation() < end {
        if engine.generation() == look {
            look = look.checked_add(step).unwrap_or(end).min(end);
        }
        engine.advance(look.saturating_sub(engine.generation()), &CancellationToken::new())?;
    }
    println!("seconds {:.6}", (processor_time()? - start).as_secs_f64());
    println!("population {}", engine.population());
    engine.notes().iter().for_each(|note| println!("# {note}"));
    Ok(())
}

/// More cells than these are not listed where the engine takes squares.
const MOST_LISTED: u64 = 1_000_000;

fn load<E: EngineFactory>(options: E::Options, path: &str) -> Result<E, Box<dyn Error>> {
    let limits = Limits::default();
    let document = Document::open_within(path, &limits)?;
    if let Content::Tree(tree) = &document.content
        && tree.population().is_none_or(|population| population > MOST_LISTED)
    {
        let rule = tree.header.rule.rule;
        let mut nodes = tree.quad_nodes();
        let start = QuadtreeStart::of_pattern(rule, tree.header.generation, &mut nodes);
        let world = World { rule, bounds: None };
        if let Some(built) = E::build_from_quadtree(options.clone(), world, start) {
            return Ok(built?);
        }
    }
    let Pattern { rule, generation, cells, .. } = document.list(&limits)?.pattern;
    let mut runs =
        cells.runs().map(|run| Run::alive(run.y.into(), run.x.into(), run.last().into()));
    let start = EngineStart::of_pattern(rule, Count::from_u128(generation), &mut runs);
    Ok(E::build(options, World { rule, bounds: None }, start)?)
}

/// The processor time of this process, of all its threads.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = |time: nix::sys::time::TimeVal| 1_000_000 * time.tv_sec() + time.tv_usec();
    Ok(Duration::from_micros((micros(usage.user_time()) + micros(usage.system_time())) as u64))
}
