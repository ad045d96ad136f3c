//! A viewer of live simulations for terminals.
//!
//! [`view`] takes over the terminal until somebody quits. The state of a viewer (`viewer.rs`) knows
//! no terminal: events and looks go in, commands and a picture come out, so all of it is tested without one.
//! What is drawn is a [`Raster`](lifelab::core::Raster), so any universe can be viewed.
//!
//! ```no_run
//! use lifelab::Simulation;
//! use lifelab::live::{Live, Pace};
//! use lifelab_view::{Colors, Depth, Glyphs, Options};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     lifelab::host_workers(); // Before the terminal is taken over.
//!     let gun = || Simulation::builder().named("gosper-glider-gun").size(80, 60).build();
//!     let live = Live::start(gun)?;
//!     let options = Options {
//!         glyphs: Glyphs::HalfBlocks,
//!         colors: Colors::Age,
//!         depth: Depth::of_environment(|name| std::env::var_os(name)),
//!         pace: Pace::Full,
//!         is_paused: false,
//!         next: None,
//!         endless: false,
//!     };
//!     lifelab_view::view(&live, options)?;
//!     Ok(())
//! }
//! ```
#![forbid(unsafe_code)]

mod camera;
mod glyphs;
mod palette;
mod picture;

mod figures;
mod keys;
mod options;
mod viewer;

mod screen;

use std::io::{self, BufWriter, IsTerminal};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use lifelab::core::View;
use lifelab::live::Live;
use ratatui_core::terminal::Terminal;
use ratatui_crossterm::CrosstermBackend;
use ratatui_crossterm::crossterm::{event, terminal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

pub use glyphs::Glyphs;
pub use options::Options;
pub use palette::Depth;
pub use picture::Colors;

use screen::Takeover;
use viewer::Viewer;

/// The time between two frames.
const FRAME: Duration = Duration::from_millis(33);

/// How a frame's bytes are collected: as many as one has in the worst case go out in few pieces.
const BUFFER: usize = 1 << 16;

/// What has ended a viewer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Somebody has quit.
    Quit,
    /// A signal asks the program to end: SIGINT, SIGTERM or SIGHUP.
    Signal,
}

/// Whether there is a terminal to view on.
pub fn has_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Columns and rows of pixels that a universe has on the terminal at first; `None` if there is none.
pub fn pixels(glyphs: Glyphs) -> Option<(u32, u32)> {
    let (columns, rows) = terminal::size().ok()?;
    let columns = if columns >= viewer::WIDE { columns - viewer::PANE } else { columns };
    let camera::Pixels { x, y } = glyphs.pixels();
    Some((u32::from(columns) * x, u32::from(rows.saturating_sub(1)) * y))
}

/// Views a simulation on the terminal until somebody quits, or a signal ends it. The terminal is as it was
/// afterwards, also after a panic.
///
/// # Errors
/// If the terminal cannot be taken over or written to.
pub fn view(live: &Live, options: Options) -> io::Result<Ended> {
    let signal = watch_signals()?;
    let _taken = Takeover::begin()?;
    let _watched = end_if_stuck(signal.clone());
    let out = BufWriter::with_capacity(BUFFER, io::stdout());
    let mut terminal = Terminal::new(CrosstermBackend::new(out))?;
    let nothing = View { left: 0.into(), top: 0.into(), width: 0, height: 0, scale: 0 };
    let mut viewer = Viewer::new(options, terminal::size()?, live.look(nothing));
    let start = Instant::now();
    let mut lit = Vec::new();
    loop {
        let frame = Instant::now();
        viewer.take_commands().into_iter().for_each(|command| live.say(command));
        lit.clear();
        live.lit(&mut lit);
        viewer.see(live.look(viewer.view()), &lit, start.elapsed());
        if viewer.take_change() {
            screen::draw(&mut terminal, |buffer| viewer.draw(buffer))?;
        }
        // Events that have come meanwhile, and those until the next frame.
        while event::poll(FRAME.saturating_sub(frame.elapsed()))? {
            viewer.on(&event::read()?);
            if viewer.is_done() {
                return Ok(Ended::Quit);
            }
        }
        if signal.load(Ordering::SeqCst) {
            return Ok(Ended::Signal);
        }
    }
}

/// Ends the program a second after a signal if the viewer has not ended by then: where a terminal is gone,
/// waiting for its next event may never end. The watch ends when the value is dropped.
fn end_if_stuck(signal: Arc<AtomicBool>) -> Sender<()> {
    const LOOK: Duration = Duration::from_millis(100);
    let (watched, is_over) = mpsc::channel::<()>();
    thread::spawn(move || {
        while is_over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            if signal.load(Ordering::SeqCst)
                && is_over.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout)
            {
                screen::give_back();
                process::exit(INTERRUPTED);
            }
        }
    });
    watched
}

/// The exit code of a program that a signal has ended.
const INTERRUPTED: i32 = 130;

/// A flag that signals raise. The second one ends the program at once, for then the terminal does not
/// answer.
fn watch_signals() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED, flag.clone())?;
        signal_hook::flag::register(signal, flag.clone())?;
    }
    Ok(flag)
}
