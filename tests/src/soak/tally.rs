//! What a soak has done.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::time::Duration;

/// What a soak has done and survived.
#[derive(Clone, Default, Debug)]
pub struct Tally {
    /// Times that each chore was done.
    pub rounds: u64,
    /// Generations that were compared with the oracle.
    pub generations: u64,
    /// Waits that failed by injection, survived by a retry, by an error that names the first of them,
    /// or by a cell that kept its state.
    pub faults: u64,
    /// Steps that were stopped, after each of which the next one worked.
    pub stops: u64,
    /// Random schedules of faults, stops and kills, after each of which the next step worked.
    pub schedules: u64,
    /// How long after the end that a schedule set a stopped step has returned: the longest.
    pub lateness: Duration,
    /// Worker processes that died or were suspended, and were replaced.
    pub deaths: u64,
    /// Checkpoints from which a run went on bit for bit.
    pub resumes: u64,
    /// Checkpoints with a wrong byte or a missing end, all of them found.
    pub corruptions: u64,
    /// Inputs that were read or refused.
    pub inputs: u64,
    /// From firing a stop to the step's return with 10,000 cells in waits of 1 s: the longest.
    pub latencies: BTreeMap<&'static str, Duration>,
    /// Memory at the end, in bytes; `None` where the system does not tell.
    pub memory: Option<u64>,
}

impl Tally {
    /// Notes how long a step took to return after its stop was fired.
    pub(super) fn note_latency(&mut self, stepper: &'static str, latency: Duration) {
        let longest = self.latencies.entry(stepper).or_default();
        *longest = latency.max(*longest);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in [
            ("rounds", self.rounds),
            ("generations equal to the oracle's", self.generations),
            ("faults injected and survived", self.faults),
            ("stops survived", self.stops),
            ("schedules of faults, stops, kills", self.schedules),
            ("deaths of workers survived", self.deaths),
            ("runs resumed bit for bit", self.resumes),
            ("corrupted checkpoints found", self.corruptions),
            ("hostile inputs", self.inputs),
        ] {
            writeln!(f, "{name:<36} {count:>10}")?;
        }
        let late = self.lateness.as_secs_f64() * 1e3;
        writeln!(f, "{:<36} {late:>10.1} ms at most", "stop in a schedule")?;
        for (stepper, latency) in &self.latencies {
            let name = format!("stop of 10,000 cells, {stepper}");
            writeln!(f, "{name:<36} {:>10.1} ms at most", latency.as_secs_f64() * 1e3)?;
        }
        let memory = self.memory.map_or_else(|| "unknown".to_owned(), |m| (m >> 10).to_string());
        write!(f, "{:<36} {memory:>10} KiB", "memory at the end")
    }
}

/// The memory of this process that is in use; `None` where the system does not tell.
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
