//! The thread-pool stepper: a fixed set of rayon threads that take cells until none are left
