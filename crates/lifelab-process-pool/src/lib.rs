//! The process-pool stepper: child processes that compute units of work sent over pipes
