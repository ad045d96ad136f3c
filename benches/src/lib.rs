//! Micro-benchmarks of Lifelab.
