//! Workers that are killed and suspended at random times.

use std::fs;
use std::process;
use std::time::{Duration, Instant};

use lifelab::core::seeded;
use lifelab::{CancellationToken, Rule, Topology};
use lifelab_core::testing::oracle_after;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Tally;
use super::chores::{simulation, soup};

/// Hundreds of generations, equal to the oracle's.
pub(super) fn kills(seed: u64, tally: &mut Tally) {
    let start = soup(seed);
    let options = "process_pool(workers: 2, restarts: 1000, start_timeout: \"2s\", \
                   answer_timeout: \"300ms\")";
    let mut simulation = simulation(&start, options, "sleep:20us");
    // Rarely enough for a new worker to get some work done.
    let pause = Duration::from_millis(40)..Duration::from_millis(100);
    while_killing(seed, pause, || {
        let before = Instant::now();
        while simulation.generation() < 200 && before.elapsed() < Duration::from_secs(5) {
            match simulation.step() {
                Ok(report) => tally.deaths += report.warnings().len() as u64 + report.omitted(),
                // It was suspended before it greeted; the next step works.
                Err(error) if error.to_string().contains("did not shake hands") => {
                    tally.deaths += 1;
                }
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
    });
    let complete = simulation.generation().to_u64().expect("it starts at zero");
    let expected = oracle_after(&start, complete, Rule::LIFE, Topology::Torus);
    assert_eq!(**simulation.grid(), expected, "seed {seed}");
    tally.generations += complete;
    drop(simulation);
    assert_eq!(children(), [], "seed {seed}: no zombie, no orphan");
}

/// Does `work`, and strikes this process's children meanwhile, with pauses of such lengths: most are
/// killed, an eighth are suspended.
pub(super) fn while_killing<T>(
    seed: u64,
    pause: std::ops::Range<Duration>,
    work: impl FnOnce() -> T,
) -> T {
    let ended = CancellationToken::new();
    let until_then = ended.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for salt in 0.. {
                let random = seeded::hash(&[seed, salt]);
                let spread = (pause.end - pause.start).as_micros() as u64;
                let extra = Duration::from_micros(random % spread.max(1));
                if until_then.sleep(pause.start + extra).is_err() {
                    return;
                }
                let signal = if random >> 32 & 7 == 0 { Signal::SIGSTOP } else { Signal::SIGKILL };
                strike(random >> 40, signal);
            }
        });
        let _ended = ended.drop_guard();
        work()
    })
}

/// Sends a signal to one of this process's children, if there is any.
pub(crate) fn strike(random: u64, signal: Signal) {
    let workers = children();
    if let Some(worker) = workers.get(random as usize % workers.len().max(1)) {
        // It may have ended in between.
        let _ = kill(Pid::from_raw(*worker), signal);
    }
}

/// The processes that this one has started, zombies included.
pub(crate) fn children() -> Vec<i32> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = tasks.map(|task| fs::read_to_string(task.path().join("children")));
    let lists: Vec<String> = lists.map(Result::unwrap_or_default).collect();
    lists.iter().flat_map(|list| list.split_whitespace()).flat_map(str::parse).collect()
}

/// Other processes that run this program, whichever process is their parent by now.
pub(crate) fn copies() -> usize {
    let own = fs::read_link("/proc/self/exe").ok();
    let runs_us = |pid: &u32| {
        *pid != process::id()
            && own.is_some()
            && fs::read_link(format!("/proc/{pid}/exe")).ok() == own
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.flat_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(runs_us).count()
}
