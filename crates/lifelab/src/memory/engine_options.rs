//! The limits of memory that engines have where nobody sets any.

use crate::options::Options;

/// The name of the option, in bytes, of every engine that has such a limit.
const MEMORY: &str = "memory";

/// The options of an engine, in which no limit of memory that is not set is higher than what is available;
/// options may be those of an engine that it consists of. All of them are in RON.
pub(crate) fn lowered(options: &str, defaults: &str, available: Option<u64>) -> String {
    let (Ok(given), Ok(defaults)) = (Options::read(options), Options::read(defaults)) else {
        return options.to_owned();
    };
    match available {
        Some(available) => lower(given, &defaults, available).to_string(),
        None => options.to_owned(),
    }
}

fn lower(mut given: Options, defaults: &Options, available: u64) -> Options {
    for (name, default) in defaults.iter() {
        if name == MEMORY && !given.has(MEMORY) {
            // Zero is no limit that an engine takes.
            let limit = default.parse::<u64>().map_or(available, |most| most.min(available)).max(1);
            given.set(MEMORY, limit.to_string());
        } else if default.starts_with('(') {
            let inner = (Options::read(given.get(name).unwrap_or("()"))).ok();
            if let (Some(inner), Ok(defaults)) = (inner, Options::read(default)) {
                given.set(name, lower(inner, &defaults, available).to_string());
            }
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_nobody_sets_is_what_is_available_at_most() {
        let defaults = "(memory: 8000, threads: 2)";
        let lowered = |options: &str, available| lowered(options, defaults, available);
        assert_eq!(lowered("()", Some(500)), "(memory: 500)");
        assert_eq!(lowered("(threads: 3)", Some(9000)), "(threads: 3, memory: 8000)");
        assert_eq!(lowered("(memory: 7000)", Some(500)), "(memory: 7000)");
        assert_eq!(lowered("()", Some(0)), "(memory: 1)");
        assert_eq!(lowered("(threads: 3)", None), "(threads: 3)");
    }

    #[test]
    fn an_engine_that_consists_of_others_lowers_theirs() {
        let defaults = "(tiles: (memory: 8000, threads: 2), hashlife: (memory: 4000))";
        let options = "(hashlife: (memory: 10))";
        let expected = "(hashlife: (memory: 10), tiles: (memory: 500))";
        assert_eq!(lowered(options, defaults, Some(500)), expected);
        assert_eq!(lowered("()", "()", Some(500)), "()");
    }

    #[test]
    fn every_engine_takes_its_lowered_options() {
        for entry in crate::ENGINES {
            let options = lowered("()", &entry.defaults(), Some(1 << 20));
            let spec = format!("{}{options}", entry.name()).parse::<crate::EngineSpec>();
            let spec = spec.unwrap_or_else(|error| panic!("{options}: {error}"));
            assert_eq!(spec.option(MEMORY).is_some(), spec.takes(MEMORY));
        }
    }
}
