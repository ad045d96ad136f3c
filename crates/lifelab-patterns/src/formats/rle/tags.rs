//! The tags of cells in RLE by rules with more than two states: `.` is dead, `A` to `X` are the states from 1
//! to 24, `pA` to `pX` the next 24, and so on to `yO`, which is 255.

use std::ops::RangeInclusive;

use lifelab_core::CellState;

/// States that have the same prefix, or none.
const LETTERS: u8 = 24;

/// The prefixes of RLE, the first one that of the states from 25 on.
pub(super) const PREFIXES: RangeInclusive<u8> = b'p'..=b'y';

/// The state that a text starts with, and how many bytes that takes. Other formats have other prefixes.
pub(in crate::formats) fn state(
    text: &[u8],
    prefixes: RangeInclusive<u8>,
) -> Option<(CellState, usize)> {
    let letter = |byte: u8| matches!(byte, b'A'..=b'X').then(|| byte - b'A' + 1);
    let (number, length) = match *text {
        [prefix, second, ..] if prefixes.contains(&prefix) => {
            let before = (prefix - prefixes.start() + 1) * LETTERS;
            (before.checked_add(letter(second)?)?, 2)
        }
        [first, ..] => (letter(first)?, 1),
        [] => return None,
    };
    Some((CellState::new(number), length))
}

/// The tag of a state.
pub(super) fn tag(state: CellState) -> String {
    let Some(index) = state.number().checked_sub(1) else { return ".".to_owned() };
    let letter = char::from(b'A' + index % LETTERS);
    match index / LETTERS {
        0 => letter.to_string(),
        prefix => format!("{}{letter}", char::from(b'p' + prefix - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_tag() {
        for number in 1..=255 {
            let tag = tag(CellState::new(number));
            assert_eq!(
                state(tag.as_bytes(), PREFIXES),
                Some((CellState::new(number), tag.len())),
                "{tag}"
            );
        }
        let ends =
            [(1, "A"), (24, "X"), (25, "pA"), (48, "pX"), (49, "qA"), (241, "yA"), (255, "yO")];
        for (number, expected) in ends {
            assert_eq!(tag(CellState::new(number)), expected);
        }
        for none in ["", "yP", "yX", "p", "pY", "p1", "Y", "o"] {
            assert_eq!(state(none.as_bytes(), PREFIXES), None, "{none}");
        }
    }
}
