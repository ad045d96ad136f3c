//! The queue-pipeline stepper: long-lived workers in two stages, joined by bounded queues
