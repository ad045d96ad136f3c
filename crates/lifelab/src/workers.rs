//! Hosting worker processes.

/// Makes this program a host of worker processes. Call it at the very start of `main` in every
/// program that may use the process pool.
///
/// A process pool starts its workers as copies of the running program, and tells them by an
/// environment variable that they are workers. In such a copy this call never returns: it computes
/// cells until its parent is gone, and exits. In any other process it returns at once.
///
/// ```no_run
/// lifelab::host_workers();
/// // ... the rest of `main`.
/// ```
///
/// Without the feature `process-pool` there are none, and it does nothing.
pub fn host_workers() {
    #[cfg(feature = "process-pool")]
    lifelab_process_pool::host_workers(|wire| {
        lifelab_io::from_wire(wire).map_err(|error| error.to_string())
    });
}
