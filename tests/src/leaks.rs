//! Whether the process pool leaves anything behind, over many generations and deaths.

use std::fs;
use std::io::{self, Write};

use lifelab::core::seeded;
use lifelab::{Rule, Simulation, Topology};
use nix::sys::signal::Signal;

use crate::oracle_after;
use crate::soak::kills::{children, copies, strike};
use crate::soak::{chores, resident_bytes};

/// Generations from one death to the next.
const LIFETIME: u64 = 20;

/// Takes a soup through its generations in each arrangement of the process pool while workers are
/// killed, and tells what is open after the first thousand, at the end, and after the pool.
///
/// # Errors
/// If it cannot be written.
///
/// # Panics
/// If descriptors, threads or processes are left behind, or the grid is not the oracle's.
pub fn leaks(generations: u64, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{:<18} {:>12} {:>8} {:>12} {:>8} {:>10} {:>8}",
        "process_pool", "generations", "deaths", "descriptors", "threads", "processes", "KiB"
    )?;
    for (arrangement, processes) in [("pool", 2), ("chain", 4)] {
        let before = Open::now();
        let start = chores::soup(7);
        let stepper =
            format!("process_pool(workers: 2, restarts: 1000, arrangement: {arrangement})");
        let stepper = stepper.parse().expect("it is registered");
        let built = Simulation::builder().grid(start.clone()).stepper_spec(stepper).build();
        let mut simulation = built.expect("the parts are valid");
        let mut deaths = 0;
        let mut run_to = |end: u64| {
            // Until all processes are at work, so that like is compared with like.
            while generation(&simulation) < end || children().len() < processes {
                let generation = generation(&simulation);
                if generation < end && generation % LIFETIME == LIFETIME - 1 {
                    strike(seeded::hash(&[generation]), Signal::SIGKILL);
                }
                let report = simulation.step().expect("workers are replaced");
                deaths += report.warnings().len() as u64 + report.omitted();
            }
            (generation(&simulation), deaths, Open::now())
        };
        let mut tell = |generation: u64, deaths: u64, open: &Open| {
            let Open { descriptors, threads, processes } = open;
            let kib = resident_bytes().map_or(0, |bytes| bytes >> 10);
            writeln!(
                out,
                "{arrangement:<18} {generation:>12} {deaths:>8} {descriptors:>12} {threads:>8} \
                 {processes:>10} {kib:>8}"
            )
        };
        let (complete, died, first) = run_to(generations.min(1000));
        tell(complete, died, &first)?;
        let (complete, died, last) = run_to(generations);
        tell(complete, died, &last)?;
        assert!(died > 0, "nobody was killed");
        assert!(last.is_within(&first), "it grows: {first:?}, {last:?}");
        let expected = oracle_after(&start, complete, Rule::LIFE, Topology::Torus);
        assert_eq!(**simulation.grid(), expected);
        drop(simulation);
        let after = Open::now();
        tell(complete, died, &after)?;
        assert!(after.is_within(&before), "left behind: {before:?}, {after:?}");
        assert_eq!((children().len(), copies()), (0, 0), "no zombie, no orphan");
    }
    Ok(())
}

fn generation(simulation: &Simulation) -> u64 {
    simulation.generation().to_u64().expect("it starts at zero, and takes an hour")
}

/// What this process has open.
#[derive(Debug)]
struct Open {
    descriptors: usize,
    threads: usize,
    /// Its children, zombies included.
    processes: usize,
}

impl Open {
    fn now() -> Self {
        let count = |folder| fs::read_dir(folder).map_or(0, Iterator::count);
        Self {
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
            processes: children().len(),
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        self.descriptors <= other.descriptors
            && self.threads <= other.threads
            && self.processes <= other.processes
    }
}
