//! What a process and all that it has started use of the machine, as the system tells it.
//!
//! On Linux it is read from `/proc`. Elsewhere memory, threads and workers stay unknown, as zeros.
//! The maximum resident set that `getrusage` tells is not used: a process inherits its parent's.

use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};

/// The processes of a case at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tree {
    /// Resident memory now, in bytes.
    pub(crate) memory: u64,
    /// The most memory that was resident in each process at any time, added up, in bytes.
    pub(crate) peak_memory: u64,
    /// Threads.
    pub(crate) threads: u64,
    /// Processes.
    pub(crate) processes: u64,
}

/// What the processes of a case have used up since they began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Consumed {
    /// Processor time in the program.
    pub(crate) user: Duration,
    /// Processor time in the system.
    pub(crate) system: Duration,
    /// Times that a thread waited.
    pub(crate) voluntary: u64,
    /// Times that a thread lost its core.
    pub(crate) involuntary: u64,
}

/// The number by which the system knows a process.
pub(crate) type Pid = i32;

/// This process.
pub(crate) fn own() -> Pid {
    std::process::id() as Pid
}

impl Tree {
    /// This process and all below it, now.
    pub(crate) fn look() -> Self {
        Self::under(own())
    }

    /// A process and all below it, now.
    pub(crate) fn under(root: Pid) -> Self {
        imp::family(root).into_iter().fold(Self::default(), |mut tree, member| {
            if let Some(status) = imp::status(member) {
                tree.memory += status.memory;
                tree.peak_memory += status.peak_memory;
                tree.threads += status.threads;
                tree.processes += 1;
            }
            tree
        })
    }
}

impl Consumed {
    /// From the beginning of each process to now, before something is measured.
    pub(crate) fn before() -> Self {
        // This process last: to ask for the others takes time of its own.
        let children = Self::of_children();
        Self::own().and(children)
    }

    /// From the beginning of each process to now, after something was measured.
    pub(crate) fn after() -> Self {
        let own = Self::own();
        own.and(Self::of_children())
    }

    /// From the beginning of this process to now, without its children.
    pub(crate) fn own() -> Self {
        getrusage(UsageWho::RUSAGE_SELF).map(Self::from).unwrap_or_default()
    }

    /// From the beginning of each process to now: another process and all below it, and those that
    /// they have waited for. Switches are those of the threads that still run.
    pub(crate) fn under(root: Pid) -> Self {
        imp::family(root).into_iter().filter_map(imp::consumed).fold(Self::default(), Self::and)
    }

    /// All processes below this one that have ended and been waited for.
    pub(crate) fn of_reaped() -> Self {
        getrusage(UsageWho::RUSAGE_CHILDREN).map(Self::from).unwrap_or_default()
    }

    fn of_children() -> Self {
        let children = imp::family(own()).into_iter().filter(|member| *member != own());
        children.filter_map(imp::consumed).fold(Self::default(), Self::and)
    }

    /// Without what had been used before.
    pub(crate) fn since(self, before: &Self) -> Self {
        Self {
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
            voluntary: self.voluntary.saturating_sub(before.voluntary),
            involuntary: self.involuntary.saturating_sub(before.involuntary),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            user: self.user + other.user,
            system: self.system + other.system,
            voluntary: self.voluntary + other.voluntary,
            involuntary: self.involuntary + other.involuntary,
        }
    }
}

impl From<Usage> for Consumed {
    fn from(usage: Usage) -> Self {
        let time = |time: nix::sys::time::TimeVal| {
            let micros = u64::try_from(time.tv_usec()).unwrap_or(0);
            Duration::from_secs(u64::try_from(time.tv_sec()).unwrap_or(0))
                + Duration::from_micros(micros)
        };
        let count = |count| u64::try_from(count).unwrap_or(0);
        Self {
            user: time(usage.user_time()),
            system: time(usage.system_time()),
            voluntary: count(usage.voluntary_context_switches()),
            involuntary: count(usage.involuntary_context_switches()),
        }
    }
}

/// Counts threads again and again, cheaply.
pub(crate) struct ThreadCount {
    root: Pid,
    family: Vec<Pid>,
    looks: u32,
}

/// Looks between two searches for new children: a search costs as much as there are processes.
const LOOKS: u32 = 64;

impl ThreadCount {
    /// Of a process and all below it.
    pub(crate) fn of(root: Pid) -> Self {
        Self { root, family: imp::family(root), looks: 0 }
    }

    /// The threads there are now.
    pub(crate) fn look(&mut self) -> u64 {
        self.looks += 1;
        if self.looks.is_multiple_of(LOOKS) {
            self.family = imp::family(self.root);
        }
        self.family.iter().filter_map(|&member| imp::threads(member)).sum()
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use std::time::Duration;

    use procfs::process::{Process, all_processes};

    use super::{Consumed, Pid, Tree};

    /// A process and all whose parents, or their parents, it is.
    pub(super) fn family(root: Pid) -> Vec<Pid> {
        let processes = all_processes().into_iter().flatten().flatten();
        let stats = processes.filter_map(|process| process.stat().ok());
        let parents: Vec<(Pid, Pid)> = stats.map(|stat| (stat.pid, stat.ppid)).collect();
        let mut family = vec![root];
        let mut place = 0;
        while let Some(&parent) = family.get(place) {
            family.extend(parents.iter().filter(|(_, it)| *it == parent).map(|(pid, _)| *pid));
            place += 1;
        }
        family
    }

    pub(super) fn status(pid: Pid) -> Option<Tree> {
        let status = Process::new(pid).ok()?.status().ok()?;
        let bytes = |kibibytes: Option<u64>| kibibytes.unwrap_or(0) * 1024;
        Some(Tree {
            memory: bytes(status.vmrss),
            peak_memory: bytes(status.vmhwm),
            threads: status.threads,
            processes: 1,
        })
    }

    pub(super) fn threads(pid: Pid) -> Option<u64> {
        let stat = Process::new(pid).ok()?.stat().ok()?;
        u64::try_from(stat.num_threads).ok()
    }

    pub(super) fn consumed(pid: Pid) -> Option<Consumed> {
        let process = Process::new(pid).ok()?;
        let stat = process.stat().ok()?;
        let time = |own: u64, reaped: i64| {
            let ticks = own + u64::try_from(reaped).unwrap_or(0);
            Duration::from_secs(ticks).div_f64(procfs::ticks_per_second() as f64)
        };
        let mut consumed = Consumed {
            user: time(stat.utime, stat.cutime),
            system: time(stat.stime, stat.cstime),
            ..Consumed::default()
        };
        // Those of the process itself are of its main thread alone.
        for task in process.tasks().ok()?.flatten() {
            if let Ok(status) = task.status() {
                consumed.voluntary += status.voluntary_ctxt_switches.unwrap_or(0);
                consumed.involuntary += status.nonvoluntary_ctxt_switches.unwrap_or(0);
            }
        }
        Some(consumed)
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::{Consumed, Pid, Tree};

    pub(super) fn family(root: Pid) -> Vec<Pid> {
        vec![root]
    }

    pub(super) fn status(_: Pid) -> Option<Tree> {
        None
    }

    pub(super) fn threads(_: Pid) -> Option<u64> {
        None
    }

    pub(super) fn consumed(_: Pid) -> Option<Consumed> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn threads_and_children_are_counted() {
        let before = Tree::look();
        assert!(before.memory > 0 && before.peak_memory >= before.memory);
        let (sender, receiver) = mpsc::channel::<()>();
        let thread = thread::spawn(move || receiver.recv().is_err());
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        // Other tests of this program have threads too, so only what must be is asked for.
        let after = Tree::look();
        assert!(after.processes > before.processes.min(1) && after.threads >= 3, "{after:?}");
        assert!(ThreadCount::of(own()).look() >= 3);
        drop((sender, child.stdin.take()));
        thread.join().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn who_a_child_has_started_is_counted_and_who_it_has_waited_for_has_used_time() {
        let script = "sh -c 'n=0; while [ $n -lt 60000 ]; do n=$((n+1)); done'; sleep 600 & \
                      echo started; read line; kill $!";
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = shell.spawn().unwrap();
        let mut started = String::new();
        BufReader::new(shell.stdout.as_mut().unwrap()).read_line(&mut started).unwrap();
        let root = shell.id() as Pid;
        assert_eq!(Tree::under(root).processes, 2, "the shell and sleep");
        assert!(!(Consumed::under(root).user + Consumed::under(root).system).is_zero());
        drop(shell.stdin.take());
        shell.wait().unwrap();
    }

    #[test]
    fn work_is_time_of_the_processor() {
        let before = Consumed::before();
        let mut state = 1_u64;
        while Consumed::after().since(&before).user < Duration::from_millis(20) {
            state = std::hint::black_box(state.wrapping_mul(3));
        }
        let after = Consumed::after();
        assert!(after.since(&before).user >= Duration::from_millis(20));
        assert_eq!(before.since(&after).user, Duration::ZERO, "no time comes back");
    }
}
