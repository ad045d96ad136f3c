//! What can be recommended, and how it is set up.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use lifelab::core::profile::{Cores, InFlight, Profile};
use lifelab::{Entry, StepperSpec};

/// A stepper, in one of the ways in which it is used: a [profile](Profile) that it brings. A stepper
/// without any is no candidate.
#[derive(Clone, Copy)]
pub struct Candidate {
    entry: &'static Entry,
    profile: &'static Profile,
    /// Where it stands among those it was found with.
    place: usize,
}

/// How a candidate is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Setup {
    /// How many cells are under way at once; `None` if all are.
    pub(crate) at_once: Option<u64>,
    /// Rows of a unit, if it is not a cell, or what the stepper finds best.
    pub(crate) rows: Option<u32>,
}

impl Candidate {
    /// All of the registry, the simplest first.
    pub fn all() -> Vec<Self> {
        Self::of(lifelab::STEPPERS)
    }

    /// Those of some entries, in their order.
    pub fn of(entries: &'static [Entry]) -> Vec<Self> {
        let of = |entry: &'static Entry| entry.profiles().iter().map(move |it| (entry, it));
        let found = entries.iter().flat_map(of).enumerate();
        found.map(|(place, (entry, profile))| Self { entry, profile, place }).collect()
    }

    /// The stepper's name.
    pub fn stepper(self) -> &'static str {
        self.entry.name()
    }

    /// What the stepper says of this way to use it.
    pub fn profile(self) -> &'static Profile {
        self.profile
    }

    /// Cores that it computes on, of `cores`.
    pub(crate) fn cores(self, cores: u64) -> u64 {
        match self.profile.cores {
            Cores::One => 1,
            Cores::All => cores,
        }
    }

    /// Its name in files: `async_tasks_on_all_cores`.
    fn key(self) -> String {
        self.to_string().replace(' ', "_")
    }

    /// The stepper with its options.
    pub(crate) fn spec(self, setup: Setup, cores: u64) -> StepperSpec {
        let mut options = vec![(self.profile.options)(cores)];
        match (self.profile.in_flight, setup.at_once) {
            (InFlight::Workers(_), Some(workers)) => options.push(format!("workers: {workers}")),
            (InFlight::Tasks, Some(most)) => options.push(format!("max_in_flight: {most}")),
            _ => {}
        }
        if let Some(rows) = setup.rows {
            options.push(format!("grain: rows({rows})"));
        }
        options.retain(|option| !option.is_empty());
        let spec = self.entry.spec(&format!("({})", options.join(", ")));
        spec.expect("a stepper has the options that its profile names")
    }

    /// What tells it from all others, the simplest first.
    fn rank(&self) -> (usize, &'static str, &'static str) {
        (self.place, self.stepper(), self.profile.label)
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stepper())?;
        if self.profile.label.is_empty() { Ok(()) } else { write!(f, " {}", self.profile.label) }
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Candidate({self})")
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl Hash for Candidate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
    }
}

impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.key())
    }
}

impl<'de> Deserialize<'de> for Candidate {
    /// Finds it in the registry.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let all = Self::all();
        all.iter().find(|candidate| candidate.key() == key).copied().ok_or_else(|| {
            let known: Vec<String> = all.iter().map(|it| it.key()).collect();
            D::Error::custom(format!("there is no `{key}`, expected one of {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lifelab::core::{Capabilities, Context, StartError, StepReport, StepperFactory};
    use lifelab::{Grid, StepError, Stepper};

    use super::*;

    #[test]
    fn every_stepper_of_the_registry_is_a_candidate_in_its_order() {
        let mut steppers: Vec<&str> =
            Candidate::all().into_iter().map(Candidate::stepper).collect();
        steppers.dedup();
        let registry: Vec<&str> = lifelab::STEPPERS.iter().map(Entry::name).collect();
        assert_eq!(steppers, registry);
    }

    #[test]
    fn files_call_candidates_as_they_always_did() {
        let keys: Vec<String> = Candidate::all().into_iter().map(Candidate::key).collect();
        let known = [
            "sequential",
            "thread_per_cell",
            "queue_pipeline",
            "thread_pool",
            "async_tasks",
            "async_tasks_on_all_cores",
            "process_pool",
        ];
        assert_eq!(keys, known);
        for candidate in Candidate::all() {
            let json = serde_json::to_string(&candidate).unwrap();
            assert_eq!(serde_json::from_str::<Candidate>(&json).unwrap(), candidate);
        }
        let error = serde_json::from_str::<Candidate>("\"threads\"").unwrap_err().to_string();
        assert!(error.contains("`threads`") && error.contains("on_all_cores"), "{error}");
    }

    /// It says nothing of the ways in which it is used.
    struct Silent;

    impl Stepper for Silent {
        fn step(
            &mut self,
            _: &Arc<Grid>,
            _: &mut Grid,
            _: &Context,
        ) -> Result<StepReport, StepError> {
            Ok(StepReport::default())
        }

        fn capabilities(&self) -> Capabilities {
            Capabilities::local(None)
        }
    }

    impl StepperFactory for Silent {
        const NAME: &'static str = "silent";
        const SUMMARY: &'static str = "does nothing";
        type Options = ();

        fn capabilities((): &()) -> Capabilities {
            Capabilities::local(None)
        }

        fn with_options((): ()) -> Result<Self, StartError> {
            Ok(Self)
        }
    }

    #[test]
    fn who_says_nothing_is_left_out() {
        static ENTRIES: [Entry; 1] = [Entry::of::<Silent>()];
        assert!(Candidate::of(&ENTRIES).is_empty());
    }

    #[test]
    fn every_setup_is_one_of_its_stepper() {
        for candidate in Candidate::all() {
            let Profile { in_flight, takes_bands, .. } = *candidate.profile();
            let takes_workers = matches!(in_flight, InFlight::Workers(_) | InFlight::Tasks);
            for at_once in [None, Some(8)].into_iter().filter(|it| it.is_none() || takes_workers) {
                for rows in [None, Some(3)].into_iter().filter(|it| it.is_none() || takes_bands) {
                    let spec = candidate.spec(Setup { at_once, rows }, 2).to_string();
                    assert!(spec.starts_with(candidate.stepper()), "{spec}");
                    assert_eq!(spec.contains('8'), at_once.is_some(), "{spec}");
                    assert_eq!(spec.contains("rows(3)"), rows.is_some(), "{spec}");
                }
            }
        }
    }
}
