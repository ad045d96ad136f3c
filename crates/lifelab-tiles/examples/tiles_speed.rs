//! How long does the engine take? Runs a pattern, or a soup, and prints the processor time of it, without
//! that of reading.
//!
//! `cargo run --release -p lifelab-tiles --example tiles_speed -- PATTERN|soup:SIDE GENERATIONS [THREADS]`,
//! such as `gun.rle 100000`, or `soup:4096 1000 2`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use lifelab_core::{CancellationToken, Count, Engine, Position, Rule, Soup, Universe};
use lifelab_patterns::Pattern;
use lifelab_tiles::{Options, TileEngine};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = |what: &str| arguments.next().ok_or(format!("expected {what}"));
    let (what, end) = (argument("a pattern or soup:SIDE")?, argument("generations")?);
    let end: Count = end.parse()?;
    let threads = argument("threads").unwrap_or("1".to_owned()).parse()?;
    let (rule, cells) = start(&what)?;
    let options = Options { threads, ..Options::default() };
    let mut plane = TileEngine::new(rule, Count::ZERO, cells, options)?;
    let (wall, before) = (Instant::now(), processor_time()?);
    while plane.generation() < end {
        let rest = end.saturating_sub(plane.generation());
        plane.advance(rest, &CancellationToken::new())?;
    }
    let (wall, after) = (wall.elapsed(), processor_time()?);
    println!(
        "{what}, {end} generations: {:.4} s of processor time, {:.4} s, population {}, {:?}",
        (after - before).as_secs_f64(),
        wall.as_secs_f64(),
        plane.population(),
        plane,
    );
    Ok(())
}

/// The rule and the cells to start from.
fn start(what: &str) -> Result<(Rule, Vec<Position>), Box<dyn Error>> {
    if let Some(side) = what.strip_prefix("soup:") {
        let side: u32 = side.parse()?;
        let soup = Soup { density: 0.5, seed: 1 }.grid(side, side)?;
        let cells = soup.live_cells().map(|at| Position { x: at.x.into(), y: at.y.into() });
        return Ok((Rule::LIFE, cells.collect()));
    }
    let pattern = Pattern::open(what)?.pattern;
    Ok((pattern.rule, pattern.cells.iter().collect()))
}

/// What all threads of this process have taken so far, not counting the system's share.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let time = getrusage(UsageWho::RUSAGE_SELF)?.user_time();
    Ok(Duration::from_micros((time.tv_sec() * 1_000_000 + time.tv_usec()).try_into()?))
}
