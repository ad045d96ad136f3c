//! Random schedules of faults, stops and kills.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lifelab::core::{Context, StepErrorKind, seeded};
use lifelab::{
    CancellationToken, CellIo, Entry, Grid, IoSpec, Rule, STEPPERS, StepError, Stepper, Topology,
};
use lifelab_core::testing::oracle;

use super::Tally;
use super::chores::{HANG, soup};

/// How many schedules each stepper meets in a round, one after another.
const SCHEDULES: u64 = 4;

/// However faults, stops and kills fall, a step ends in success, in a failure that is named, or
/// stopped; no later than its deadline asks for; and the next one works.
pub(super) fn schedules(seed: u64, tally: &mut Tally) {
    let mut now = soup(seed);
    now.fill_halo(Topology::Torus);
    let now = Arc::new(now);
    let expected = oracle(&now, Rule::LIFE, Topology::Torus);
    for (salt, entry) in (0..).zip(STEPPERS) {
        let name = entry.name();
        let mut stepper = stepper(entry);
        for schedule in 0..SCHEDULES {
            let random = seeded::hash(&[seed, salt, schedule]);
            let end = Instant::now() + Duration::from_micros(random % 20_000);
            let outcome = attacked(entry, random, || {
                until(end, random >> 32 & 1 == 0, |stop| {
                    step(&mut *stepper, &now, faulty(random), stop)
                })
            });
            let late = Instant::now().saturating_duration_since(end);
            assert!(late < HANG, "seed {seed}, {name}: {late:?} after its end");
            match outcome {
                Ok(next) => assert_eq!(next, expected, "seed {seed}, {name}"),
                Err(error) => match error.kind {
                    StepErrorKind::Cell { .. } => tally.faults += 1,
                    StepErrorKind::Stopped(_) => {
                        tally.stops += 1;
                        tally.lateness = tally.lateness.max(late);
                    }
                    StepErrorKind::Worker { .. } if may_kill(entry) => tally.deaths += 1,
                    kind => panic!("seed {seed}, {name}: {kind}"),
                },
            }
            let next = step(
                &mut *stepper,
                &now,
                io("sleep:20us"),
                CancellationToken::new().before(Instant::now() + HANG),
            );
            assert_eq!(next.as_ref(), Ok(&expected), "seed {seed}, {name}: it goes on");
            tally.generations += 1;
            tally.schedules += 1;
        }
    }
}

fn stepper(entry: &Entry) -> Box<dyn Stepper> {
    let spec: lifelab::StepperSpec = entry.name().parse().expect("it is registered");
    spec.build().expect("the defaults are valid")
}

/// Waits, a few of which fail, panic or hang.
fn faulty(seed: u64) -> Arc<dyn CellIo> {
    io(&format!("sleep:uniform(0s,2ms) error:0.001 panic:0.001 hang:0.001 seed:{seed}"))
}

fn io(text: &str) -> Arc<dyn CellIo> {
    let spec: IoSpec = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    spec.build().expect("valid I/O")
}

fn step(
    stepper: &mut dyn Stepper,
    now: &Arc<Grid>,
    io: Arc<dyn CellIo>,
    stop: CancellationToken,
) -> Result<Grid, StepError> {
    let mut next = Grid::new(now.width(), now.height()).expect("there is one already");
    stepper.step(now, &mut next, &Context::new(Rule::LIFE, 1, io, stop)).map(|_| next)
}

/// Does `work` with a stop that ends it then: by a deadline, or because it is fired.
fn until<T>(end: Instant, by_deadline: bool, work: impl FnOnce(CancellationToken) -> T) -> T {
    let stop = CancellationToken::new();
    if by_deadline {
        return work(stop.before(end));
    }
    thread::scope(|scope| {
        let done = CancellationToken::new();
        let (fired, ended) = (stop.clone(), done.clone());
        scope.spawn(move || {
            let _ = ended.sleep(end.saturating_duration_since(Instant::now()));
            fired.cancel();
        });
        let outcome = work(stop);
        done.cancel();
        outcome
    })
}

/// Whether the stepper has processes, which can be killed here.
fn may_kill(entry: &Entry) -> bool {
    cfg!(target_os = "linux") && entry.name() == "process_pool"
}

/// Does `work` while processes are killed, if there are any.
fn attacked<T>(entry: &Entry, seed: u64, work: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    if may_kill(entry) {
        return super::kills::while_killing(seed, Duration::ZERO..Duration::from_millis(5), work);
    }
    work()
}
