//! `lifelab view`, in a terminal and without one.

use crate::program::{lifelab, run};
use crate::tmux::Tmux;

#[test]
fn without_a_terminal_there_is_an_error_that_names_the_other_way() {
    let done = run(&mut lifelab(["view", "glider"]));
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("lifelab run --show"), "{}", done.err);
}

#[test]
fn errors_are_told_before_the_terminal_is_taken_over() {
    let Some(tmux) = view((80, 24), "no-such-pattern") else { return };
    let screen = tmux.wait_for("ended with 2");
    assert!(screen.contains("no pattern of that name"), "{screen}");
}

#[test]
fn a_universe_runs_in_the_smallest_terminal_and_in_a_large_one() {
    for size in [(80, 24), (200, 50)] {
        let Some(tmux) = view(size, "--paused") else { return };
        tmux.wait_for("36 alive");
        tmux.press(&["Tab"]);
        tmux.wait_for("1,024");
        tmux.press(&["s"]);
        tmux.wait_for("thread_per_cell");
        tmux.press(&["q"]);
        tmux.wait_for("ended with 0 and the same settings");
    }
}

#[test]
fn it_ends_by_control_c_while_a_generation_never_does() {
    let Some(tmux) = view((80, 24), "blinker --io sleep:1h --colors worker") else { return };
    tmux.wait_for("▶ 0");
    tmux.press(&["C-c"]);
    tmux.wait_for("ended with 0 and the same settings");
}

#[test]
fn a_signal_ends_it_with_the_code_of_what_is_interrupted() {
    let Some(tmux) = view((80, 24), "--paused") else { return };
    tmux.wait_for("36 alive");
    tmux.signal("-TERM");
    tmux.wait_for("ended with 130 and the same settings");
    assert_eq!(tmux.modes(), "0 0 1", "screen, mouse and cursor are as they were");
}

#[test]
fn soups_are_as_large_as_the_terminal() {
    let Some(tmux) = view((120, 30), "--endless --paused") else { return };
    tmux.wait_for("90 x 58 torus");
    tmux.press(&["q"]);
    tmux.wait_for("ended with 0 and the same settings");
}

#[test]
fn a_pattern_from_standard_input_leaves_the_keyboard_alone() {
    let program = env!("CARGO_BIN_EXE_lifelab");
    let command = format!("printf 'x=3,y=1\n3o!' | '{program}' view - --paused");
    let Some(tmux) = Tmux::start((80, 24), &command) else { return };
    tmux.wait_for("‖ 0  3 alive");
    tmux.press(&["Space"]);
    tmux.wait_for("‖ 1  3 alive");
    tmux.press(&["q"]);
    tmux.wait_for("ended with 0 and the same settings");
}

fn view(size: (u16, u16), arguments: &str) -> Option<Tmux> {
    Tmux::start(size, &format!("'{}' view {arguments}", env!("CARGO_BIN_EXE_lifelab")))
}
