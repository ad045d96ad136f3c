//! Counts of instructions that were written down, and what has become more since.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use lifelab_patterns::WholeFile;

/// By how many hundredths a count may differ from what was written down. It is room for another version of the
/// system's libraries, and for what the compiler does elsewhere when a line is added here.
const TOLERANCE: u128 = 3;

/// How the baseline is written anew.
const RENEW: &str = "cargo run --release -p lifelab-instructions -- --renew";

/// Counts by their name.
pub(crate) type Counts = BTreeMap<String, u64>;

/// Counts that were written down, for each compiler and instruction set.
#[derive(Debug, Default)]
pub(crate) struct Baseline(BTreeMap<String, Counts>);

impl Baseline {
    /// The file in the repository.
    pub(crate) fn path() -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.ron"))
    }

    /// Reads the file in the repository; without one the baseline is empty.
    ///
    /// # Errors
    /// If the system refuses to read it, or it is none.
    pub(crate) fn read() -> Result<Self, Box<dyn Error>> {
        let path = Self::path();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            text => text.map_err(|error| format!("{}: {error}", path.display()))?,
        };
        let baseline = ron::from_str(&text);
        Ok(Self(baseline.map_err(|error| format!("{}: {error}; {RENEW}", path.display()))?))
    }

    /// What was counted with this compiler and instruction set: nothing, if neither is known.
    pub(crate) fn of(&self, key: &str) -> Counts {
        self.0.get(key).cloned().unwrap_or_default()
    }

    /// The compilers and instruction sets of which there are counts.
    pub(crate) fn keys(&self) -> String {
        self.0.keys().map(String::as_str).collect::<Vec<_>>().join("; ")
    }

    /// Takes `counts` into the file in the repository.
    ///
    /// # Errors
    /// If the system refuses to write it.
    pub(crate) fn renew(mut self, key: String, counts: Counts) -> Result<(), Box<dyn Error>> {
        self.0.insert(key, counts);
        let text = ron::ser::to_string_pretty(&self.0, ron::ser::PrettyConfig::default())?;
        let mut file = WholeFile::create(&Self::path())?;
        file.write_all(format!("{text}\n").as_bytes())?;
        file.finish()?;
        Ok(())
    }
}

/// By how much a count is larger than it was: 0.01 for a hundredth.
pub(crate) fn growth(before: u64, now: u64) -> f64 {
    now as f64 / before as f64 - 1.0
}

fn is_more(before: u64, now: u64) -> bool {
    u128::from(now) * 100 > u128::from(before) * (100 + TOLERANCE)
}

fn is_less(before: u64, now: u64) -> bool {
    u128::from(now) * 100 < u128::from(before) * (100 - TOLERANCE)
}

/// Compares counts with those that were written down.
///
/// # Errors
/// If one is larger by more than 3 %, or was not written down, or is counted no more: which, and what to
/// do.
pub(crate) fn check(before: &Counts, now: &Counts) -> Result<(), String> {
    let mut faults: Vec<String> = Vec::new();
    for (name, &count) in now {
        match before.get(name) {
            None => faults.push(format!("{name}: not in the baseline")),
            Some(&before) if is_more(before, count) => {
                let percent = 100.0 * growth(before, count);
                faults.push(format!("{name}: {count} instead of {before}, {percent:.1} % more"));
            }
            Some(_) => {}
        }
    }
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    faults.extend(gone.map(|name| format!("{name}: in the baseline, and counted no more")));
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more than 3 % away from the baseline:\n  {}\nIf that is meant, say in the commit what it buys, and \
         renew the baseline: {RENEW}",
        faults.join("\n  ")
    ))
}

/// A line that says what has become less, if a count has by more than 3 %: then the baseline guards
/// nothing until it is renewed.
pub(crate) fn praise(before: &Counts, now: &Counts) -> Option<String> {
    let fewer = |(name, &count): (&String, &u64)| {
        before.get(name).is_some_and(|&before| is_less(before, count)).then(|| name.clone())
    };
    let fewer: Vec<String> = now.iter().filter_map(fewer).collect();
    let names = fewer.join(", ");
    (!fewer.is_empty()).then(|| format!("fewer instructions in {names}; to keep it so: {RENEW}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts<const N: usize>(counts: [(&str, u64); N]) -> Counts {
        counts.map(|(name, count)| (name.to_owned(), count)).into()
    }

    #[test]
    fn three_percent_more_pass_and_a_little_more_does_not() {
        let before = counts([("a", 10_000), ("b", 10_000)]);
        assert_eq!(check(&before, &counts([("a", 10_300), ("b", 5_000)])), Ok(()));
        let error = check(&before, &counts([("a", 10_301), ("b", 10_000)])).unwrap_err();
        assert!(error.contains("a: 10301 instead of 10000, 3.0 % more"), "{error}");
        assert!(error.contains("-- --renew") && !error.contains("b:"), "{error}");
    }

    #[test]
    fn a_count_that_came_or_went_is_told() {
        let error = check(&counts([("old", 1)]), &counts([("new", 1)])).unwrap_err();
        assert!(error.contains("new: not in the baseline"), "{error}");
        assert!(error.contains("old: in the baseline, and counted no more"), "{error}");
    }

    #[test]
    fn fewer_instructions_are_worth_a_new_baseline() {
        let before = counts([("a", 10_000), ("b", 10_000)]);
        assert_eq!(praise(&before, &counts([("a", 9_700), ("b", 10_400)])), None);
        let praise = praise(&before, &counts([("a", 9_699), ("b", 10_000)])).expect("a is fewer");
        assert!(praise.contains("in a;") && praise.contains("-- --renew"), "{praise}");
    }

    #[test]
    fn the_file_in_the_repository_can_be_read() {
        let baseline = Baseline::read().expect("it can be read");
        assert!(!baseline.keys().is_empty());
    }
}
