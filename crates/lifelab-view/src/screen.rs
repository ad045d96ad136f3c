//! The terminal: taken over, drawn to, and given back.

use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ratatui_core::buffer::Buffer;
use ratatui_core::terminal::Terminal;
use ratatui_crossterm::CrosstermBackend;
use ratatui_crossterm::crossterm::cursor::{Hide, Show};
use ratatui_crossterm::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use ratatui_crossterm::crossterm::style::ResetColor;
use ratatui_crossterm::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui_crossterm::crossterm::{execute, queue};

/// Whether the terminal is ours, and has to be given back.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// A terminal that is ours until this is dropped.
pub(crate) struct Takeover;

impl Takeover {
    /// Takes the terminal over. It is given back when this is dropped, and before a panic of this thread is
    /// told. What other threads say by panics is not told: it would be written across the screen, and a
    /// simulation tells its own.
    pub(crate) fn begin() -> io::Result<Self> {
        let hook = panic::take_hook();
        let viewer = thread::current().id();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == viewer {
                give_back();
            }
            if !IS_TAKEN.load(Ordering::SeqCst) {
                hook(info);
            }
        }));
        enable_raw_mode()?;
        IS_TAKEN.store(true, Ordering::SeqCst);
        let taken = Self; // From here on it is given back, whatever happens.
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableMouseCapture,
            EnableBracketedPaste,
            Hide
        )?;
        Ok(taken)
    }
}

impl Drop for Takeover {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, once. There is nobody left to tell if that fails.
pub(crate) fn give_back() {
    if IS_TAKEN.swap(false, Ordering::SeqCst) {
        let _ = write_leave(&mut io::stdout());
        let _ = disable_raw_mode();
    }
}

fn write_leave(out: &mut impl Write) -> io::Result<()> {
    execute!(
        out,
        EndSynchronizedUpdate,
        ResetColor,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        Show
    )
}

/// Draws a frame, which terminals that know how to show at once.
pub(crate) fn draw<W: Write>(
    terminal: &mut Terminal<CrosstermBackend<W>>,
    draw: impl FnOnce(&mut Buffer),
) -> io::Result<()> {
    queue!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
    terminal.draw(|frame| draw(frame.buffer_mut()))?;
    execute!(terminal.backend_mut(), EndSynchronizedUpdate)
}
