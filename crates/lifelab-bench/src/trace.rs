//! Timelines in the Chrome trace event format.
