//! What a thread for every cell costs, by kind of thread: a generation, and a stop in the midst of it.
//!
//! `cargo run --release -p lifelab-thread-per-cell --example kinds -- [CELLS] [MS] [STACK]`
//!
//! steps a row of `CELLS` cells, each waiting `MS` milliseconds on a thread with `STACK` bytes. Beside
//! each kind is its floor: as many threads of the standard library that do nothing but the same wait,
//! started anew, or waiting to be called. Then all cells wait for a minute, and are stopped.
#![allow(clippy::print_stdout, reason = "a program")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use lifelab_core::{
    CancellationToken, CellIo, Context, Fault, Grain, Grid, IoFuture, Phase, Rule, Site, Soup,
    Stepper, StepperFactory, Topology,
};
use lifelab_thread_per_cell::{Options, ThreadKind, ThreadPerCell};

const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (cells, millis) = (argument(2500)?, argument(10)?);
    let wait = Duration::from_millis(millis as u64);
    let default = Options { grain: Grain::Cell, ..Options::default() };
    let stack_size = NonZeroUsize::new(argument(default.stack_size.get())?).ok_or("no stack")?;

    println!("{cells} cells that wait {millis} ms, {} KiB of stack", stack_size.get() >> 10);
    println!("ms: the first generation, then the median and the best of {ROUNDS}; {ROUNDS} stops");
    for threads in [ThreadKind::Scoped, ThreadKind::Slab, ThreadKind::Parked] {
        let mut subject = Subject::new(Options { threads, stack_size, ..default.clone() }, cells)?;
        let first = match subject.step(wait) {
            Ok(time) => time,
            Err(error) => {
                println!("{threads:?}: {error}");
                continue;
            }
        };
        let steps = (0..ROUNDS).map(|_| subject.step(wait)).collect::<Result<Vec<_>, _>>()?;
        let stops = (0..ROUNDS).map(|_| subject.stop()).collect::<Vec<_>>();
        report(&format!("{threads:?}"), first, steps, stops);
    }
    if cells <= 15_000 {
        let fresh = || fresh(cells, wait, stack_size);
        let steps: Vec<_> = (0..ROUNDS).map(|_| fresh().0).collect();
        let stops = (0..ROUNDS).map(|_| self::fresh(cells, MINUTE, stack_size).1).collect();
        report("floor, fresh", steps[0], steps, stops);
        let (steps, stops) = parked(cells, wait, stack_size);
        report("floor, parked", steps[0], steps, stops);
    }
    Ok(())
}

const MINUTE: Duration = Duration::from_secs(60);

fn report(name: &str, first: Duration, mut steps: Vec<Duration>, mut stops: Vec<Duration>) {
    steps.sort();
    stops.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let middle = |times: &[Duration]| ms(times[times.len() / 2]);
    println!(
        "{name:<14} step {:>7.1} {:>7.1} {:>7.1}   stop {:>7.1} {:>7.1}",
        ms(first),
        middle(&steps),
        ms(steps[0]),
        middle(&stops),
        ms(stops[0]),
    );
}

/// A stepper and the grid that it steps.
struct Subject {
    stepper: ThreadPerCell,
    now: Arc<Grid>,
    next: Grid,
}

impl Subject {
    fn new(options: Options, cells: usize) -> Result<Self, Box<dyn std::error::Error>> {
        let mut now = Soup { density: 0.4, seed: 1 }.grid(cells as u32, 1)?;
        now.fill_halo(Topology::Torus);
        let next = Grid::new(cells as u32, 1)?;
        Ok(Self { stepper: ThreadPerCell::with_options(options)?, now: Arc::new(now), next })
    }

    /// How long a generation takes.
    fn step(&mut self, wait: Duration) -> Result<Duration, lifelab_core::StepError> {
        let io = Arc::new(Sleep { wait, asleep: AtomicUsize::new(0) });
        let cx = Context::new(Rule::LIFE, 1, io, CancellationToken::new());
        let start = Instant::now();
        self.stepper.step(&self.now, &mut self.next, &cx)?;
        Ok(start.elapsed())
    }

    /// How long a step takes to return after a stop, when all its cells wait.
    fn stop(&mut self) -> Duration {
        let io = Arc::new(Sleep { wait: MINUTE, asleep: AtomicUsize::new(0) });
        let stop = CancellationToken::new();
        let cx = Context::new(Rule::LIFE, 1, io.clone(), stop.clone());
        let cells = self.now.area() as usize;
        thread::scope(|scope| {
            let firing = scope.spawn(move || {
                await_all(&io.asleep, cells);
                let fired = Instant::now();
                stop.cancel();
                fired
            });
            self.stepper.step(&self.now, &mut self.next, &cx).expect_err("it was stopped");
            let returned = Instant::now();
            returned.saturating_duration_since(firing.join().expect("it does not panic"))
        })
    }
}

/// Waits until all are there, and then for a moment, so that the last one is asleep.
fn await_all(asleep: &AtomicUsize, all: usize) {
    while asleep.load(Ordering::Relaxed) < all {
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(50));
}

/// A bare wait that counts the cells that have begun it.
struct Sleep {
    wait: Duration,
    asleep: AtomicUsize,
}

impl CellIo for Sleep {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        match site.phase {
            Phase::Rule => {
                self.asleep.fetch_add(1, Ordering::Relaxed);
                Ok(stop.sleep(self.wait)?)
            }
            Phase::Neighbors => Ok(()),
        }
    }

    fn call_async<'a>(&'a self, site: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Err(Fault::failed(format!("{site}: threads only"))))
    }
}

/// What threads wait for, and what ends their wait early.
#[derive(Default)]
struct Gate {
    number: Mutex<u64>,
    changed: Condvar,
}

impl Gate {
    /// Waits for the number to pass `last`, for `at_most` at most.
    fn wait(&self, last: u64, at_most: Duration) -> u64 {
        let number = self.number.lock().expect("nobody panics");
        let (number, _) = (self.changed)
            .wait_timeout_while(number, at_most, |number| *number <= last)
            .expect("nobody panics");
        *number
    }

    fn open(&self) {
        *self.number.lock().expect("nobody panics") += 1;
        self.changed.notify_all();
    }
}

/// Starts as many threads that only wait, and joins them: how long it takes, and how long from when
/// all waits are ended, if they are.
fn fresh(threads: usize, wait: Duration, stack_size: NonZeroUsize) -> (Duration, Duration) {
    let start = Instant::now();
    let (gate, asleep) = (Gate::default(), AtomicUsize::new(0));
    let mut stopped = start;
    thread::scope(|scope| {
        for _ in 0..threads {
            let wait = || {
                asleep.fetch_add(1, Ordering::Relaxed);
                gate.wait(0, wait);
            };
            let builder = Builder::new().stack_size(stack_size.get());
            builder.spawn_scoped(scope, wait).expect("the system has room");
        }
        if wait == MINUTE {
            await_all(&asleep, threads);
            stopped = Instant::now();
            gate.open();
        }
    });
    (start.elapsed(), stopped.elapsed())
}

/// Calls as many threads that only wait, again and again: how long they are away, and how long they
/// take to come back when their waits are ended.
fn parked(
    threads: usize,
    wait: Duration,
    stack_size: NonZeroUsize,
) -> (Vec<Duration>, Vec<Duration>) {
    let (call, stop, back) = (Gate::default(), Gate::default(), Gate::default());
    let (asleep, away) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        let serve = || {
            for round in 0..2 * ROUNDS {
                call.wait(round as u64, MINUTE);
                asleep.fetch_add(1, Ordering::Relaxed);
                let stops = round.saturating_sub(ROUNDS) as u64;
                stop.wait(stops, if round < ROUNDS { wait } else { MINUTE });
                if away.fetch_sub(1, Ordering::AcqRel) == 1 {
                    back.open();
                }
            }
        };
        for _ in 0..threads {
            let builder = Builder::new().stack_size(stack_size.get());
            builder.spawn_scoped(scope, serve).expect("the system has room");
        }
        thread::sleep(Duration::from_millis(200));
        let mut times = Vec::new();
        for round in 0..2 * ROUNDS {
            away.store(threads, Ordering::Release);
            asleep.store(0, Ordering::Relaxed);
            let mut start = Instant::now();
            call.open();
            if round >= ROUNDS {
                await_all(&asleep, threads);
                start = Instant::now();
                stop.open();
            }
            back.wait(round as u64, MINUTE);
            times.push(start.elapsed());
            thread::sleep(Duration::from_millis(50));
        }
        let stops = times.split_off(ROUNDS);
        (times, stops)
    })
}
