//! A job whose rank 1 panics while all others wait for it: what [`guard::abort_on_panic`] is for.
//!
//! `mpirun -n 3 target/debug/examples/panicking_rank`
#![allow(clippy::print_stdout)]

use lifelab_mpi::{Ranks, guard};

fn main() {
    let universe = mpi::initialize().expect("MPI starts once");
    guard::abort_on_panic();
    let ranks = Ranks::new(universe.world());
    assert!(ranks.rank() != 1, "a mistake on rank 1");
    let [sum] = ranks.sum([1]); // For ever, without the guard.
    println!("{sum} ranks");
}
