//! Options are read as documented, and refused before they do harm.

use std::time::Duration;

use lifelab_async_tasks::{AsyncTasks, Options};
use lifelab_core::StepperFactory;

use crate::doubles::*;

fn read(text: &str) -> ron::error::SpannedResult<Options> {
    let extensions = ron::extensions::Extensions::IMPLICIT_SOME;
    ron::Options::default().with_default_extension(extensions).from_str(text)
}

#[test]
fn options_are_read_from_ron() {
    assert_eq!(read("()").unwrap(), Options::default());
    let expected = Options {
        workers: Some(count(2)),
        max_in_flight: Some(count(1000)),
        blocked_after: Duration::from_millis(3),
        ..Options::default()
    };
    let text = "(workers: 2, max_in_flight: 1000, blocked_after: \"3ms\")";
    assert_eq!(read(text).unwrap(), expected);
}

#[test]
fn zero_and_unknown_options_are_refused() {
    for text in ["(workers: 0)", "(max_in_flight: 0)", "(threads: 3)", "(blocked_after: 3)"] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn too_many_workers_are_refused() {
    let options = Options { workers: Some(count(usize::MAX)), ..Options::default() };
    let error = AsyncTasks::with_options(options).unwrap_err();
    assert!(error.remedy.contains("at most 1024"), "{error}");
}
