//! Whether memory stays flat over many generations.

use std::io::{self, Write};

use lifelab::{STEPPERS, Simulation};

use crate::soak::resident_bytes;

/// Takes a gun through its generations in every stepper, and tells the memory in use after the first
/// thousand and at the end.
///
/// # Errors
/// If it cannot be written.
///
/// # Panics
/// If a stepper fails.
pub fn memory(generations: u64, out: &mut dyn Write) -> io::Result<()> {
    let kib = || resident_bytes().map_or(0, |bytes| bytes >> 10);
    writeln!(out, "{:<18} {:>12} {:>12}", "KiB after", 1000, generations)?;
    for entry in STEPPERS {
        let builder = Simulation::builder().named("gosper-glider-gun").size(64, 64);
        let stepper = entry.name().parse().expect("it is registered");
        let mut simulation = builder.stepper_spec(stepper).build().expect("the parts are valid");
        simulation.run(generations.min(1000)).expect("no cell fails");
        let first = kib();
        simulation.run(generations.saturating_sub(1000)).expect("no cell fails");
        writeln!(out, "{:<18} {first:>12} {:>12}", entry.name(), kib())?;
    }
    Ok(())
}
