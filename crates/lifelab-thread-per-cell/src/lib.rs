//! The thread-per-cell stepper: one operating-system thread for every unit of work
