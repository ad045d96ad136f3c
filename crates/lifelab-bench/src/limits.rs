//! How much a suite may ask for: counted before any of it is made.

use std::iter;

use lifelab::Start;

use crate::error::SuiteError;
use crate::suite::Suite;

/// Cases of a suite at most: five hours at one round of two seconds each.
pub(crate) const CASES: u64 = 10_000;

/// Cells of all grids of a sweep together, at most. The oracle keeps a few bytes for each.
pub(crate) const CELLS: u64 = 1 << 30;

/// Bytes of text in all cases together, at most: 256 MiB. Each case repeats its start, its I/O and its
/// stepper.
pub(crate) const TEXT: u64 = 256 << 20;

/// Refuses a suite that describes too much, with as many contenders of the caller's beside its own.
///
/// # Errors
/// How much it is, and what the limit is.
pub(crate) fn check(suite: &Suite, more_contenders: usize) -> Result<(), SuiteError> {
    let cells = sum(suite.sweep.cells.iter().map(|cells| Some(u128::from(cells.get()))));
    if cells.is_none_or(|cells| cells > u128::from(CELLS)) {
        return Err(SuiteError::TooManyCells { cells, limit: CELLS });
    }
    let cases = cases(suite, suite.contenders.len() + more_contenders);
    let Some(cases) = cases.filter(|cases| *cases <= u128::from(CASES)) else {
        return Err(SuiteError::TooManyCases { cases, limit: CASES });
    };
    let bytes = cases.saturating_mul(bytes_of_a_case(suite));
    if bytes > u128::from(TEXT) {
        return Err(SuiteError::TooMuchText { bytes, limit: TEXT });
    }
    Ok(())
}

/// Bytes of the text of a case at most: of its scenario, and of what it is called.
fn bytes_of_a_case(suite: &Suite) -> u128 {
    let start = match &suite.start {
        Start::Inline(text) | Start::Named(text) => text.len(),
        Start::File(path) => path.as_os_str().len(),
        Start::Soup(_) => 0,
    };
    let io = iter::once(&suite.io).chain(&suite.sweep.io);
    let io = io.map(|io| io.to_ron().map_or(0, |text| text.len())).max();
    let stepper = suite.steppers.iter().map(|stepper| stepper.to_string().len());
    let contender = suite.contenders.iter().map(|contender| {
        contender.name.len() + contender.command.iter().map(String::len).sum::<usize>()
    });
    let longest = stepper.chain(contender).max();
    start as u128 + 2 * (io.unwrap_or(0) as u128 + longest.unwrap_or(0) as u128)
}

/// How many cases a suite describes; `None` if that is more than 128 bits can say.
fn cases(suite: &Suite, more_contenders: usize) -> Option<u128> {
    let sweep = &suite.sweep;
    let axes = [
        sweep.cells.len(),
        sweep.io.len(),
        // The two exclude each other, which is found later.
        sweep.latency.len().max(sweep.cpu.len()),
        sweep.fault_rate.len(),
    ];
    let contenders = suite.steppers.iter().map(|stepper| {
        let takes = |option: &str, values: usize| if stepper.takes(option) { values } else { 1 };
        product([takes("workers", sweep.workers.len()), takes("grain", sweep.grain.len())])
    });
    let contenders = sum(contenders.chain([Some(more_contenders as u128)]))?;
    product(axes)?.checked_mul(contenders)
}

/// The product of the lengths of axes, an empty one counting as one value.
fn product(lengths: impl IntoIterator<Item = usize>) -> Option<u128> {
    let lengths = lengths.into_iter();
    lengths.map(|length| length.max(1) as u128).try_fold(1_u128, u128::checked_mul)
}

fn sum(numbers: impl IntoIterator<Item = Option<u128>>) -> Option<u128> {
    numbers.into_iter().try_fold(0_u128, |sum, number| sum.checked_add(number?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(steppers: &str, sweep: &str) -> Suite {
        let text = format!(
            r#"(name: "x", start: named("block"), steppers: [{steppers}], sweep: ({sweep}))"#
        );
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn list<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
        values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn as_many_cases_as_the_limit_are_welcome_and_one_more_is_not() {
        // 100 numbers of workers, and 100 fault rates, or 101.
        let workers = list(1..=100);
        for (rates, is_fine) in [(100, true), (101, false)] {
            let rates = list((0..rates).map(|rate| f64::from(rate) / 1000.0));
            let sweep = format!("workers: [{workers}], fault_rate: [{rates}]");
            assert_eq!(check(&suite("thread_pool", &sweep), 0).is_ok(), is_fine);
        }
        // A stepper without workers races once for each rate, and so does each contender of the
        // caller.
        let rates = list((0..5000).map(|rate| f64::from(rate) / 10_000.0));
        let sweep = format!("workers: [1, 2, 3], fault_rate: [{rates}]");
        assert!(check(&suite("sequential", &sweep), 1).is_ok());
        let error = check(&suite("sequential", &sweep), 2).unwrap_err().to_string();
        assert!(error.contains("15000 cases") && error.contains("10000 at most"), "{error}");
        assert!(error.contains("sweep fewer values"), "{error}");
    }

    #[test]
    fn grids_of_as_many_cells_as_the_limit_are_welcome_and_one_more_cell_is_not() {
        let half = CELLS / 2;
        assert!(check(&suite("sequential", &format!("cells: [{half}, {half}]")), 0).is_ok());
        let sweep = format!("cells: [{half}, {half}, 1]");
        let error = check(&suite("sequential", &sweep), 0).unwrap_err().to_string();
        assert!(error.contains("1073741825 cells") && error.contains("1073741824 at most"));
        let most = list([u64::MAX; 3]);
        assert!(check(&suite("sequential", &format!("cells: [{most}]")), 0).is_err());
    }

    #[test]
    fn whatever_a_case_repeats_counts() {
        let program = "p".repeat(1 << 20);
        let fault = "(kind: error, when: at(generation: 1, x: 2, y: 3)), ";
        let io = format!("(faults: [{}])", fault.repeat(20_000));
        let rates = list((0..=256).map(|rate| f64::from(rate) / 1000.0));
        for (steppers, io) in [
            (format!(r#"process_pool(program: "{program}")"#), "()".to_owned()),
            ("sequential".to_owned(), io),
        ] {
            let text = format!(
                r#"(name: "x", start: named("block"), steppers: [{steppers}], io: {io},
                    sweep: (fault_rate: [{rates}]))"#
            );
            let suite: Suite = text.parse().unwrap();
            let error = check(&suite, 0).unwrap_err().to_string();
            assert!(error.contains("sweep fewer values"), "{error}");
        }
    }

    #[test]
    fn a_start_is_repeated_as_often_as_the_limit_allows() {
        let mut suite = suite("sequential, sequential", "");
        let beside = bytes_of_a_case(&suite) as u64 - "block".len() as u64;
        for (bytes, is_fine) in [(TEXT / 2 - beside, true), (TEXT / 2 - beside + 1, false)] {
            suite.start = Start::Inline("o".repeat(bytes as usize));
            assert_eq!(check(&suite, 0).is_ok(), is_fine);
        }
        let error = check(&suite, 0).unwrap_err().to_string();
        assert!(error.contains("268435458 bytes") && error.contains("pattern file"), "{error}");
    }

    /// A small file that says much: every axis with 1,000 values.
    #[test]
    fn what_no_memory_could_hold_is_counted_all_the_same() {
        let thousand = list(1..=1000);
        let io = list(vec!["(wait: none)"; 1000]);
        let latency = list(vec![r#"fixed("1ms")"#; 1000]);
        let grain = list((1..=1000).map(|rows| format!("rows({rows})")));
        let rates = list(vec![0.5; 1000]);
        let sweep = format!(
            "cells: [{thousand}], io: [{io}], latency: [{latency}], fault_rate: [{rates}], \
             workers: [{thousand}], grain: [{grain}]"
        );
        let steppers = list(vec!["thread_pool"; 1000]);
        let error = check(&suite(&steppers, &sweep), 0).unwrap_err().to_string();
        assert!(error.contains(&format!("1{} cases", "0".repeat(21))), "{error}");
        assert_eq!(product([usize::MAX; 3]), None);
    }
}
