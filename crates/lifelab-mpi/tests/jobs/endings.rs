//! Ranks that die, and jobs that are asked to end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use lifelab::Topology;
use lifelab::core::seeded;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::tempdir;

use crate::job::{
    alone, ended, job, mpirun, rank_processes, result, state_of, wait, wait_for_checkpoints,
};

/// A job that ends sooner than this has not waited for its own `--timeout`. It takes less than
/// five seconds where the processor is free, which the hundred kills below report.
const BEFORE_ITS_TIME: Duration = Duration::from_secs(60);

/// A run that only something else ends, with checkpoints; or its time, should a test fail.
fn start(ranks: u32, folder: &Path, more: &str) -> Child {
    let run =
        "run --soup 0.4 --seed 7 --size 500x300 --threads 1 -g 1000000000 --every 20 --timeout 2m";
    let mut job = job(ranks, &format!("{run} --json {more} --checkpoint"));
    let mut job = job.arg(folder).spawn().expect("mpirun is installed");
    wait_for_checkpoints(folder, 3, &mut job);
    job
}

/// Goes on for 50 generations after the newest checkpoint, and compares.
fn check_resumed(ranks: u32, folder: &Path) {
    let newest = crate::job::checkpoints(folder).pop().expect("a checkpoint");
    let newest: u64 = newest.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let resumed = result(ranks, &format!("resume {} -g {}", folder.display(), newest + 50));
    let expected = alone("0.4,7", (500, 300), Topology::Torus, "B3/S23", newest + 50);
    assert_eq!(state_of(&resumed), expected);
}

fn send(signal: Signal, process: i32) {
    kill(Pid::from_raw(process), signal).expect("it lives");
}

#[test]
fn a_killed_rank_ends_the_job_and_leaves_whole_checkpoints() {
    for victim in [0, 1, 2] {
        let folder = tempdir().unwrap();
        let job = start(3, folder.path(), "");
        let ranks = rank_processes(&job);
        assert_eq!(ranks.len(), 3);
        let clock = Instant::now();
        send(Signal::SIGKILL, ranks[victim]);
        let output = wait(job);
        assert!(clock.elapsed() < BEFORE_ITS_TIME, "it took {:?}", clock.elapsed());
        assert!(!output.status.success());
        check_resumed(2, folder.path());
    }
}

#[test]
fn a_panic_on_one_rank_ends_the_job() {
    let example = Path::new(crate::job::PROGRAM).with_file_name("examples").join("panicking_rank");
    let output = ended(mpirun(3, example));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert_eq!(error.matches("rank 1 of 3 has panicked, and the job ends").count(), 1, "{error}");
}

/// One rank is asked, or the job: all end at one generation, and leave that.
fn check_stopped(signal: Signal, to: impl FnOnce(&Child) -> i32, more: &str) {
    let folder = tempdir().unwrap();
    let job = start(3, folder.path(), more);
    send(signal, to(&job));
    let output = wait(job);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{signal}: {error}");
    let result: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{signal}: no result: {error}"));
    let last = result["generation"].as_u64().unwrap();
    assert!(error.contains(&format!("the last complete generation is {last}")), "{error}");
    let newest = crate::job::checkpoints(folder.path()).pop().unwrap();
    assert_eq!(newest.file_stem().unwrap().to_str().unwrap(), format!("{last:020}"));
    if more.is_empty() {
        check_resumed(2, folder.path());
    }
}

#[test]
fn a_signal_to_one_rank_ends_all_at_one_generation() {
    check_stopped(Signal::SIGTERM, |job| rank_processes(job)[1], "");
    check_stopped(Signal::SIGINT, |job| rank_processes(job)[2], "--io sleep:1ms");
}

#[test]
fn a_signal_that_mpirun_passes_on_ends_all_at_one_generation() {
    check_stopped(Signal::SIGUSR1, |job| job.id() as i32, "");
}

#[test]
fn ctrl_c_leaves_a_checkpoint() {
    let folder = tempdir().unwrap();
    let job = start(3, folder.path(), "");
    send(Signal::SIGINT, job.id() as i32);
    let output = wait(job);
    assert!(!output.status.success());
    check_resumed(3, folder.path());
}

/// Prints how many kills came in the middle of a save, and how long the job outlived its rank at
/// most.
#[test]
#[ignore = "takes minutes; docs/scaling.md has what it prints"]
fn a_hundred_random_kills_leave_whole_checkpoints() {
    let (mut in_a_save, mut longest) = (0, Duration::ZERO);
    for kill in 0..100 {
        let draw = |what, below| seeded::hash(&[kill, what]) % below;
        let (before, after) = (2 + draw(0, 3) as u32, 1 + draw(1, 4) as u32);
        let folder = tempdir().unwrap();
        let job = start(before, folder.path(), "");
        thread::sleep(Duration::from_millis(draw(2, 500)));
        let ranks = rank_processes(&job);
        send(Signal::SIGKILL, ranks[draw(3, before.into()) as usize]);
        let clock = Instant::now();
        wait(job);
        longest = longest.max(clock.elapsed());
        let newest = crate::job::checkpoints(folder.path()).pop().expect("a checkpoint");
        let parts = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.path());
        let is_later = |part: PathBuf| part.extension() == Some("rows".as_ref()) && part > newest;
        in_a_save += u32::from(parts.into_iter().any(is_later));
        check_resumed(after, folder.path());
    }
    println!(
        "100 kills, {in_a_save} of them in the middle of a save; a job ended {longest:?} later at most"
    );
}
