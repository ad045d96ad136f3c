//! Endings: nothing is left behind, however pool and parent end.

use std::fs;
use std::path::Path;
use std::process::{self, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use lifelab_core::{Idle, Stepper};
use nix::unistd::Pid;

use crate::Trials;
use crate::actors::actor;
use crate::cells::Script;
use crate::grids::{ARRANGEMENTS, configurations, pool, step};

pub(crate) const TRIALS: Trials = &[
    ("workers_are_started_once_and_gone_after_drop", workers_are_started_once),
    ("idle_pools_have_no_workers", idle_pools_have_no_workers),
    ("descriptors_do_not_grow_with_steps", descriptors_do_not_grow_with_steps),
    ("workers_end_with_a_parent_that_is_killed", workers_end_with_a_parent_that_is_killed),
];

/// How long something may take that happens soon.
const SOON: Duration = Duration::from_secs(30);

/// The children of this process, zombies included, in order.
pub(crate) fn children() -> Vec<u32> {
    children_of(process::id())
}

fn children_of(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut children: Vec<u32> =
        processes.filter(|&pid| stat(pid).is_some_and(|(_, ppid)| ppid == parent)).collect();
    children.sort_unstable();
    children
}

/// A process's state and parent.
fn stat(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// Whether a process is gone; a zombie that nobody reaps is gone enough.
fn is_gone(pid: u32) -> bool {
    stat(pid).is_none_or(|(state, _)| state == 'Z')
}

pub(crate) fn pid(number: u32) -> Pid {
    Pid::from_raw(number.try_into().unwrap())
}

/// Waits until a worker has signed the marker; tells which.
pub(crate) fn signed_by(marker: &Path) -> u32 {
    wait_until(|| fs::read_to_string(marker).ok()?.parse().ok())
}

fn wait_until<T>(mut what: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        match what() {
            Some(found) => return found,
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(1)),
            None => panic!("nothing happened in {SOON:?}"),
        }
    }
}

fn workers_are_started_once() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        step(&mut pool, Arc::new(Script::default()), 8, 7)?;
        let workers = children();
        assert!((1..=pool.capabilities().concurrency.unwrap()).contains(&workers.len()));
        for _ in 0..5 {
            step(&mut pool, Arc::new(Script::default()), 8, 7)?;
            let later = children();
            assert!(workers.iter().all(|worker| later.contains(worker)), "{workers:?}, {later:?}");
        }
        drop(pool);
        assert!(children().is_empty());
    }
    Ok(())
}

fn idle_pools_have_no_workers() -> Result<(), Failed> {
    let pools: Vec<_> = configurations().map(pool).collect();
    assert!(children().is_empty());
    drop(pools);
    Ok(())
}

fn descriptors_do_not_grow_with_steps() -> Result<(), Failed> {
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let before = descriptors();
    for options in configurations() {
        let mut pool = pool(options);
        // Both workers are at work when each has a cell to wait for.
        step(&mut pool, Arc::new(Script::pausing(Duration::from_millis(1))), 8, 7)?;
        wait_until(|| (children().len() == pool.capabilities().concurrency?).then_some(()));
        let first = descriptors();
        for _ in 0..200 {
            step(&mut pool, Arc::new(Idle), 8, 7)?;
        }
        assert_eq!(descriptors(), first);
        drop(pool);
        assert_eq!(descriptors(), before);
    }
    Ok(())
}

fn workers_end_with_a_parent_that_is_killed() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let program = actor("parent", folder.path());
    for arrangement in ARRANGEMENTS {
        let mut parent = Command::new(&program)
            .arg(serde_json::to_string(&arrangement)?)
            .stdin(Stdio::null())
            .spawn()?;
        let expected = 2 * (1 + ARRANGEMENTS.iter().position(|&each| each == arrangement).unwrap());
        let workers = wait_until(|| {
            let workers = children_of(parent.id());
            (workers.len() == expected).then_some(workers)
        });
        parent.kill()?;
        parent.wait()?;
        for worker in workers {
            wait_until(|| is_gone(worker).then_some(()));
        }
    }
    Ok(())
}
