//! A seventh stepper is a type with a name, options and a profile. It races, stands in the table and is
//! advised as the six of the registry are, and no code knows it: in Lifelab it would be a crate and a row.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use lifelab::core::profile::{Cores, InFlight, Profile, ThreadCount};
use lifelab::core::{Capabilities, Context, FanIn, StartError, StepReport, StepperFactory};
use lifelab::{CancellationToken, Entry, Grain, Grid, StepError, Stepper};
use lifelab_advise::{Calibration, Candidate, Costs, Workload, advise};
use lifelab_bench::results::Results;
use lifelab_bench::{Harness, Suite};
use lifelab_report::table::Table;

/// Each thread takes its share of the cells.
struct Shares(Options);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    workers: NonZeroUsize,
}

impl Default for Options {
    fn default() -> Self {
        Self { workers: NonZeroUsize::new(4).expect("not zero") }
    }
}

impl Stepper for Shares {
    fn step(
        &mut self,
        now: &Arc<Grid>,
        next: &mut Grid,
        cx: &Context,
    ) -> Result<StepReport, StepError> {
        let workers = self.0.workers.get();
        let units = Grain::Cell.divide(now, workers, cx);
        let mut fan_in = FanIn::new(units, next, cx);
        let cx = &fan_in.context().clone();
        let (outcomes, inbox) = mpsc::sync_channel(64);
        thread::scope(|scope| {
            for first in 0..workers {
                let outcomes = outcomes.clone();
                scope.spawn(move || {
                    for unit in (first..units.len()).step_by(workers) {
                        let is_over = cx.stop.check().is_err();
                        if is_over || outcomes.send((unit, units.get(unit).run(now, cx))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(outcomes); // The last one ends the loop below.
            for (unit, outcome) in inbox {
                fan_in.accept(unit, outcome);
            }
        });
        fan_in.finish()?;
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        <Self as StepperFactory>::capabilities(&self.0)
    }
}

impl StepperFactory for Shares {
    const NAME: &'static str = "shares";
    const SUMMARY: &'static str = "a share of the cells for each of a few threads";
    type Options = Options;
    const PROFILES: &'static [Profile] = &[Profile {
        in_flight: InFlight::Workers(64),
        cores: Cores::All,
        threads: ThreadCount { base: 1, each: 1, per_core: 0 },
        carrier: "thread",
        ..Profile::PLAIN
    }];

    fn capabilities(options: &Options) -> Capabilities {
        Capabilities::local(Some(options.workers.get()))
    }

    fn with_options(options: Options) -> Result<Self, StartError> {
        Ok(Self(options))
    }
}

/// The row.
static ENTRIES: [Entry; 1] = [Entry::of::<Shares>()];

const LATENCY: Duration = Duration::from_millis(1);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [entry] = &ENTRIES;
    let harness =
        Harness::new().contender(entry.name(), || lifelab::build::<Shares>(Options::default()));
    harness.host(); // This program is also the process in which a case is measured.

    let results = race(&harness)?;
    let mut table = Vec::new();
    Table { width: 100, color: false }.write(&results, &mut table)?;
    let table = String::from_utf8(table)?;
    println!("{table}");
    assert!(table.lines().any(|line| line.starts_with(entry.name())), "it has its row");

    let cells = NonZeroU64::new(1000).expect("not zero");
    let workload = Workload { latency: LATENCY, ..Workload::new(cells) };
    let advice = advise(&workload, &calibration(&results)?);
    let best = advice.recommended().and_then(|forecast| forecast.stepper());
    let best = best.ok_or("its costs are known")?.to_string();
    println!("{cells} cells that wait {LATENCY:?}: {best}");
    assert_eq!(best, "shares(workers: 64)", "of the known ones, it is the fastest");
    Ok(())
}

fn race(harness: &Harness) -> Result<Results, Box<dyn std::error::Error>> {
    let suite: Suite = r#"(
        name: "seven",
        start: named("acorn"),
        size: "16x10",
        io: (wait: sleep(fixed("1ms"))),
        steppers: [sequential],
        rounds: 2,
        budget: "100ms",
    )"#
    .parse()?;
    Ok(harness.race(&suite, &CancellationToken::new(), &mut |_| {})?)
}

/// What one race tells of the costs of all that took part: how much later than it should a cell goes on.
fn calibration(results: &Results) -> Result<Calibration, Box<dyn std::error::Error>> {
    let mut costs = BTreeMap::new();
    for candidate in Candidate::all().into_iter().chain(Candidate::of(&ENTRIES)) {
        let of = |name: &str| results.cases.iter().find(|it| it.case.model() == name);
        let Some(result) = of(candidate.stepper()) else { continue };
        let measured = result.outcome.measured().ok_or("nobody fails or takes long")?;
        // The floor is made of nothing but waits, one after the other.
        let waits = result.floor.time.div_duration_f64(LATENCY);
        let wait = measured.time.median.div_f64(waits);
        let late_ns = wait.saturating_sub(LATENCY).as_nanos() as f64;
        costs.insert(candidate, Costs { late_ns, ..Costs::default() });
    }
    Ok(Calibration {
        schema: Calibration::SCHEMA,
        cores: thread::available_parallelism().map_or(1, usize::from) as u64,
        threads: None,
        round_ns: 1.0,
        crowd: 1.0,
        base_memory: 0,
        cores_had: None,
        costs,
        refused: BTreeMap::new(),
    })
}
