//! The async-tasks stepper: one tokio task for every unit of work
