//! How long a pattern takes, and what it leaves in memory.
//!
//! `cargo run --release -p lifelab-hashlife --example hashlife_speed -- PATTERN GENERATIONS [MEMORY]`
//!
//! The pattern is a macrocell file of two states, or any file that `lifelab-patterns` reads.
#![allow(clippy::print_stdout, reason = "a program")]

use std::error::Error;
use std::time::Duration;

use lifelab_core::{CancellationToken, Count, Engine, Place, Rule, Universe, number};
use lifelab_hashlife::{Builder, HashLife, Options, Part};
use lifelab_patterns::Pattern;
use nix::sys::resource::{UsageWho, getrusage};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, generations, memory) = match &arguments[..] {
        [path, generations] => (path, generations, None),
        [path, generations, memory] => (path, generations, Some(memory)),
        _ => return Err("expected PATTERN GENERATIONS [MEMORY]".into()),
    };
    let mut options = Options::default();
    if let Some(memory) = memory {
        let bytes = number::bytes(memory).and_then(|bytes| bytes.try_into().ok());
        options.memory = bytes.ok_or(number::EXPECTED_BYTES)?;
    }
    let generations: Count = generations.parse()?;

    let start = processor_time()?;
    let mut universe = load(path, options)?;
    println!("loaded       {:>12.3} s", (processor_time()? - start).as_secs_f64());
    println!("population   {:>12}", universe.population());
    println!("squares      {:>12}", universe.squares());

    let end = universe.generation().checked_add(generations).ok_or("fewer generations")?;
    let start = processor_time()?;
    while universe.generation() < end {
        let most = end.saturating_sub(universe.generation());
        universe.advance(most, &CancellationToken::new())?;
    }
    println!("advanced     {:>12.3} s", (processor_time()? - start).as_secs_f64());
    println!("squares      {:>12}", universe.squares());
    println!("evaluations  {:>12}", universe.evaluations());
    println!("collections  {:>12}", universe.collections());
    println!("memory       {:>12} MiB", universe.footprint() >> 20);

    let start = processor_time()?;
    println!("population   {:>12}", universe.population());
    println!("counted      {:>12.3} s", (processor_time()? - start).as_secs_f64());
    Ok(())
}

/// The processor time of this process, of all its threads.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = |time: nix::sys::time::TimeVal| 1_000_000 * time.tv_sec() + time.tv_usec();
    Ok(Duration::from_micros((micros(usage.user_time()) + micros(usage.system_time())) as u64))
}

fn load(path: &str, options: Options) -> Result<HashLife, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    if bytes.starts_with(b"[M2]") {
        return macrocell(std::str::from_utf8(&bytes)?, options);
    }
    let Pattern { rule, cells, .. } = Pattern::open(path)?.pattern;
    let places = cells.iter().map(|at| Place { x: at.x.into(), y: at.y.into() });
    Ok(HashLife::new(options, rule, places)?)
}

/// Reads a well-formed macrocell file of two states.
fn macrocell(text: &str, options: Options) -> Result<HashLife, Box<dyn Error>> {
    let rule = text.lines().find_map(|line| line.strip_prefix("#R "));
    let rule = rule.map_or(Ok(Rule::LIFE), |rule| rule.trim().parse())?;
    let mut builder = Builder::new(options, rule);
    let mut parts = vec![Part::EMPTY];
    for line in text.lines().skip(1).filter(|line| !line.starts_with('#')) {
        let part = if line.starts_with(['.', '*', '$']) {
            Part::bitmap(bitmap(line))
        } else {
            let numbers =
                line.split_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>()?;
            let [level, quarters @ ..] = &numbers[..] else { continue };
            let part = |&number: &u32| parts.get(number as usize).copied().ok_or("no such line");
            let quarters = quarters.iter().map(part).collect::<Result<Vec<_>, _>>()?;
            builder.part(*level, quarters.try_into().map_err(|_| "expected four squares")?)?
        };
        parts.push(part);
    }
    Ok(builder.finish(parts[parts.len() - 1], Count::ZERO)?)
}

/// 8 x 8 cells, drawn row by row.
fn bitmap(line: &str) -> u64 {
    let rows = line.split('$').zip((0..).step_by(8));
    let cells = rows.flat_map(|(row, first)| row.bytes().zip(first..));
    cells.filter(|(cell, _)| *cell == b'*').fold(0, |bitmap, (_, at)| bitmap | 1 << at)
}
