//! What viewing costs: figures, not laws. They are printed by
//! `cargo test --release -p lifelab-view -- --ignored --nocapture costs`.
#![allow(clippy::print_stdout)] // They are for people.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::*;
use crate::{Depth, screen};
use lifelab::live::{Live, Pace};
use lifelab::{Error, Simulation};
use ratatui_core::layout::Rect;
use ratatui_core::terminal::{Terminal, TerminalOptions, Viewport};
use ratatui_crossterm::CrosstermBackend;

const SCREEN: (u16, u16) = (200, 50);
const FRAMES: u32 = 200;
const PATIENCE: Duration = Duration::from_secs(60);

/// Restless: it is looked at long before it settles.
fn soup() -> Result<Simulation, Error> {
    Simulation::builder().soup(0.37, 1).size(1000, 1000).build()
}

/// Counts the bytes that a terminal would get.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn print_frame(glyphs: Glyphs, colors: Colors, zoom: i16) {
    let options = Options {
        glyphs,
        colors,
        depth: Depth::Indexed,
        pace: Pace::Full,
        is_paused: true,
        next: None,
        endless: false,
    };
    let live = Live::start(soup).expect("a soup");
    let nothing = View { left: 0.into(), top: 0.into(), width: 0, height: 0, scale: 0 };
    let mut viewer = Viewer::new(options, SCREEN, live.look(nothing));
    viewer.see(live.look(nothing), &[], Duration::ZERO);
    viewer.camera.zoom_by(viewer.camera.zoom() - zoom, viewer.camera.middle());
    let counter = Counter::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, SCREEN.0, SCREEN.1));
    let backend = CrosstermBackend::new(counter.clone());
    let options = TerminalOptions { viewport };
    let mut terminal = Terminal::with_options(backend, options).expect("a sink");
    let mut took = Duration::ZERO;
    for frame in 1..=FRAMES {
        live.say(Command::Step(Count::ONE));
        let goal = Count::from(u64::from(frame));
        let look = live.wait_for(viewer.view(), PATIENCE, |look| look.generation == goal);
        if frame == 20 {
            took = Duration::ZERO; // Memory is there, caches are warm.
            counter.0.store(0, Ordering::Relaxed);
        }
        let start = Instant::now();
        viewer.see(look, &[], Duration::ZERO);
        screen::draw(&mut terminal, |buffer| viewer.draw(buffer)).expect("a sink");
        took += start.elapsed();
    }
    let frames = f64::from(FRAMES - 20);
    println!(
        "{:12} {:7} 1:{:<3} {:.3} ms, {:6.0} bytes a frame",
        glyphs.name(),
        colors.name(),
        1 << zoom,
        took.as_secs_f64() * 1e3 / frames,
        counter.0.load(Ordering::Relaxed) as f64 / frames,
    );
}

/// Too large for a cache, so that hops pay.
fn large_soup() -> Result<Simulation, Error> {
    Simulation::builder().soup(0.37, 1).size(4000, 4000).build()
}

/// What something takes: time, and seconds of all processors, which other programs disturb less.
struct Cost {
    elapsed: f64,
    processors: f64,
}

impl Cost {
    fn of(work: impl FnOnce()) -> Self {
        let (start, before) = (Instant::now(), used());
        work();
        Self { elapsed: start.elapsed().as_secs_f64(), processors: used() - before }
    }
}

/// Seconds of processor time that this process has taken: fields 14 and 15 of proc_pid_stat(5), in hundredths.
fn used() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("it measures on Linux");
    let (_, fields) = stat.rsplit_once(") ").expect("the name ends");
    let ticks =
        fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("ticks"));
    ticks.sum::<f64>() / 100.0
}

/// What generations cost that nobody looks at.
fn alone(generations: u64) -> Cost {
    let mut simulation = large_soup().expect("a soup");
    Cost::of(|| {
        simulation.run(generations).expect("no cell fails");
    })
}

/// What they cost when somebody looks at them thirty times a second.
fn seen(generations: u64) -> Cost {
    let live = Live::start(large_soup).expect("a soup");
    let view = View { left: 0.into(), top: 0.into(), width: 200, height: 98, scale: 4 };
    Cost::of(|| {
        live.say(Command::Step(generations.into()));
        while live.look(view).generation != generations {
            std::thread::sleep(Duration::from_millis(33));
        }
    })
}

#[test]
#[ignore = "it measures"]
fn costs() {
    for (glyphs, colors, zoom) in [
        (Glyphs::HalfBlocks, Colors::None, 0),
        (Glyphs::HalfBlocks, Colors::Age, 0),
        (Glyphs::HalfBlocks, Colors::Age, 4),
        (Glyphs::Braille, Colors::None, 0),
        (Glyphs::Octants, Colors::None, 0),
        (Glyphs::Braille, Colors::Age, 1),
    ] {
        print_frame(glyphs, colors, zoom);
    }
    // In turns, so that what else the machine does meets both.
    for _ in 0..5 {
        let (alone, seen) = (alone(3000), seen(3000));
        println!(
            "being seen: {:.3} times the processor time ({:.2} s), {:.3} times the time",
            seen.processors / alone.processors,
            alone.processors,
            seen.elapsed / alone.elapsed,
        );
    }
}
