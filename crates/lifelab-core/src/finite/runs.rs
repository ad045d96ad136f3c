//! The live cells of a row as runs.

use std::ops::ControlFlow;

use crate::word::WORD;

/// Visits the runs of set bits in the words of a row: the first and the last column of each.
pub(super) fn visit_runs(
    words: impl ExactSizeIterator<Item = u64>,
    visit: &mut impl FnMut(i64, i64) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let columns = (words.len() * WORD) as i64;
    let mut open = None;
    for (index, word) in words.enumerate() {
        let column = |bit: usize| (index * WORD + bit) as i64;
        let mut bit = 0;
        while bit < WORD {
            let rest = word >> bit;
            match open {
                None if rest == 0 => break,
                None => {
                    bit += rest.trailing_zeros() as usize;
                    open = Some(column(bit));
                }
                Some(first) => {
                    bit += rest.trailing_ones() as usize;
                    if bit < WORD {
                        visit(first, column(bit) - 1)?;
                        open = None;
                    }
                }
            }
        }
    }
    match open {
        Some(first) => visit(first, columns - 1),
        None => ControlFlow::Continue(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(words: &[u64]) -> Vec<(i64, i64)> {
        let mut runs = Vec::new();
        let _ = visit_runs(words.iter().copied(), &mut |first, last| {
            runs.push((first, last));
            ControlFlow::Continue(())
        });
        runs
    }

    #[test]
    fn runs_go_across_words() {
        assert_eq!(runs(&[0, 0]), []);
        assert_eq!(runs(&[0b1011, 0]), [(0, 1), (3, 3)]);
        assert_eq!(runs(&[1 << 63, 0b101]), [(63, 64), (66, 66)]);
        assert_eq!(runs(&[u64::MAX, u64::MAX]), [(0, 127)]);
        assert_eq!(runs(&[u64::MAX << 60, u64::MAX, 1]), [(60, 128)]);
    }

    #[test]
    fn a_visitor_that_breaks_sees_no_more() {
        let mut seen = 0;
        let flow = visit_runs([0b101_u64, 1].into_iter(), &mut |_, _| {
            seen += 1;
            ControlFlow::Break(())
        });
        assert_eq!((flow, seen), (ControlFlow::Break(()), 1));
    }
}
