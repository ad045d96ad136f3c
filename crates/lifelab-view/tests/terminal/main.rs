//! A viewer in a real terminal, which is given back whatever ends it.
#![allow(clippy::print_stdout)] // It is what the tests read.

mod tmux;

use std::env;
use std::num::NonZeroU64;

use lifelab::Simulation;
use lifelab::live::{Live, Pace, Recipe};
use lifelab_view::{Colors, Depth, Glyphs, Options};

use tmux::Tmux;

const SIZE: (u16, u16) = (80, 24);

/// Not a test: what the tests below run in a terminal. It panics when it is asked for the next universe.
#[test]
#[ignore = "it needs a terminal, which the other tests give it"]
fn viewer() {
    let blinker = || Simulation::builder().named("blinker").size(5, 5).build();
    let live = Live::start(blinker).expect("a small universe");
    let panic: Box<dyn FnMut() -> Recipe> = Box::new(|| panic!("these are the last words"));
    let options = Options {
        glyphs: Glyphs::HalfBlocks,
        colors: Colors::Age,
        depth: Depth::Indexed,
        pace: Pace::PerSecond(NonZeroU64::MIN),
        is_paused: true,
        next: Some(panic),
        endless: false,
    };
    let ended = lifelab_view::view(&live, options).expect("there is a terminal");
    println!("{ended:?}");
}

fn start() -> Option<Tmux> {
    let program = env::current_exe().expect("this program");
    let tmux = Tmux::start(
        SIZE,
        &format!("'{}' --exact viewer --ignored --nocapture 2>&1", program.display()),
    )?;
    tmux.wait_for("‖ 0  3 alive");
    assert_eq!(tmux.modes(), "1 1 0", "it is taken over");
    Some(tmux)
}

#[test]
fn keys_step_and_quit() {
    let Some(tmux) = start() else { return };
    tmux.press(&["Space"]);
    tmux.wait_for("‖ 1  3 alive");
    tmux.press(&["BSpace"]);
    tmux.wait_for("‖ 0  3 alive");
    tmux.press(&["Enter"]);
    tmux.wait_for("▶ 2");
    tmux.press(&["q"]);
    let screen = tmux.wait_for("ended with 0 and the same settings");
    assert!(screen.contains("Quit"), "{screen}");
    assert_eq!(tmux.modes(), "0 0 1");
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let Some(tmux) = start() else { return };
        tmux.signal(signal);
        let screen = tmux.wait_for("ended with 0 and the same settings");
        assert!(screen.contains("Signal"), "{signal}:\n{screen}");
        assert_eq!(tmux.modes(), "0 0 1", "{signal}");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_told_there() {
    let Some(tmux) = start() else { return };
    tmux.press(&["n"]);
    let screen = tmux.wait_for("ended with 101 and the same settings");
    assert!(screen.contains("these are the last words"), "{screen}");
    assert_eq!(tmux.modes(), "0 0 1");
}
