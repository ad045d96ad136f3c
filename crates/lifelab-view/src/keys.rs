//! What keys mean.

use ratatui_crossterm::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What a key asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    RunOrPause,
    Step,
    Leap,
    LongerLeaps,
    ShorterLeaps,
    Back,
    Rewind,
    Faster,
    Slower,
    Fastest,
    /// By parts of the screen to the right and down.
    Pan(i64, i64),
    ZoomIn,
    ZoomOut,
    Fit,
    Follow,
    Edit,
    Colors,
    Glyphs,
    Stepper,
    Next,
    Pane,
    Help,
    /// Leave what is open: help, editing.
    Escape,
    Quit,
}

/// The keys and what they do, for the help.
pub(crate) const HELP: &[(&str, &str)] = &[
    ("Enter", "run or pause"),
    ("Space", "one generation; when editing, the cell"),
    ("Tab", "2^k generations; < and > change k"),
    ("Backspace", "back to before the last step or edit"),
    ("R", "rewind to the start"),
    ("+ -", "faster, slower; * as fast as possible"),
    ("arrows HJKL", "move; with Shift farther; or drag"),
    ("[ ]", "zoom out, in; or the wheel"),
    ("F", "fit the pattern; G follow it"),
    ("E", "edit with a cursor; or the right button"),
    ("C", "colors: age, worker, none"),
    ("B", "half blocks, braille, octants"),
    ("S", "next stepper"),
    ("N", "next soup, if there are any"),
    ("I", "figures"),
    ("paste", "a pattern, in any format"),
    ("?", "this help"),
    ("Q", "quit"),
];

/// What a key asks for; `None` if it asks for nothing.
pub(crate) fn action(key: KeyEvent) -> Option<Action> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let shifted = key.modifiers.contains(KeyModifiers::SHIFT);
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return matches!(key.code, KeyCode::Char('c' | 'C' | 'd' | 'D')).then_some(Action::Quit);
    }
    let far = |is_far: bool| if is_far { 4 } else { 1 };
    Some(match key.code {
        KeyCode::Enter => Action::RunOrPause,
        KeyCode::Tab => Action::Leap,
        KeyCode::Backspace => Action::Back,
        KeyCode::Esc => Action::Escape,
        KeyCode::Left => Action::Pan(-far(shifted), 0),
        KeyCode::Right => Action::Pan(far(shifted), 0),
        KeyCode::Up => Action::Pan(0, -far(shifted)),
        KeyCode::Down => Action::Pan(0, far(shifted)),
        KeyCode::PageUp => Action::Pan(0, -8),
        KeyCode::PageDown => Action::Pan(0, 8),
        KeyCode::Char(key) => return character(key),
        _ => return None,
    })
}

fn character(key: char) -> Option<Action> {
    let far = if key.is_uppercase() { 4 } else { 1 };
    Some(match key.to_ascii_lowercase() {
        ' ' => Action::Step,
        '>' | '.' => Action::LongerLeaps,
        '<' | ',' => Action::ShorterLeaps,
        'r' => Action::Rewind,
        '+' | '=' => Action::Faster,
        '-' | '_' => Action::Slower,
        '*' => Action::Fastest,
        'h' => Action::Pan(-far, 0),
        'l' => Action::Pan(far, 0),
        'k' => Action::Pan(0, -far),
        'j' => Action::Pan(0, far),
        ']' | '}' => Action::ZoomIn,
        '[' | '{' => Action::ZoomOut,
        'f' => Action::Fit,
        'g' => Action::Follow,
        'e' => Action::Edit,
        'c' => Action::Colors,
        'b' => Action::Glyphs,
        's' => Action::Stepper,
        'n' => Action::Next,
        'i' => Action::Pane,
        '?' => Action::Help,
        'q' => Action::Quit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
        action(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn capital_letters_are_the_same_keys_but_go_farther() {
        let none = KeyModifiers::NONE;
        assert_eq!(of(KeyCode::Char('Q'), KeyModifiers::SHIFT), Some(Action::Quit));
        assert_eq!(of(KeyCode::Char('l'), none), Some(Action::Pan(1, 0)));
        assert_eq!(of(KeyCode::Char('L'), KeyModifiers::SHIFT), Some(Action::Pan(4, 0)));
        assert_eq!(of(KeyCode::Up, KeyModifiers::SHIFT), Some(Action::Pan(0, -4)));
    }

    #[test]
    fn control_c_quits_and_no_other_control_key_does_what_its_letter_does() {
        assert_eq!(of(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Quit));
        assert_eq!(of(KeyCode::Char('r'), KeyModifiers::CONTROL), None);
    }

    #[test]
    fn a_key_that_is_released_asks_for_nothing() {
        let released = KeyEvent { kind: KeyEventKind::Release, ..KeyCode::Enter.into() };
        assert_eq!(action(released), None);
    }
}
