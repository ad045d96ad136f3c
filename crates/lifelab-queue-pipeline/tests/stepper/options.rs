//! Options are read as documented, and refused before they do harm.

use lifelab_core::{StartError, StepperFactory};
use lifelab_queue_pipeline::{Options, QueuePipeline, StageOptions};

use crate::doubles::*;

fn read(text: &str) -> ron::error::SpannedResult<Options> {
    let extensions = ron::extensions::Extensions::IMPLICIT_SOME;
    ron::Options::default().with_default_extension(extensions).from_str(text)
}

fn refuse(options: Options) -> StartError {
    QueuePipeline::with_options(options).unwrap_err()
}

#[test]
fn options_are_read_from_ron() {
    assert_eq!(read("()").unwrap(), Options::default());
    let expected = Options {
        workers: count(4),
        rule: StageOptions { workers: Some(count(64)), capacity: Some(count(8)) },
        ..Options::default()
    };
    assert_eq!(read("(workers: 4, rule: (workers: 64, capacity: 8))").unwrap(), expected);
}

#[test]
fn zero_and_unknown_options_are_refused() {
    for text in ["(workers: 0)", "(capacity: 0)", "(rule: (workers: 0))", "(threads: 3)"] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn too_many_workers_are_refused_before_one_starts() {
    let stage = StageOptions { workers: Some(count(usize::MAX)), capacity: None };
    let error = refuse(Options { rule: stage, ..Options::default() });
    assert!(error.message.contains("threads"), "{error}");
    assert!(error.remedy.contains("at most 15000"), "{error}");
}

#[test]
fn a_queue_beyond_memory_is_refused() {
    let error = refuse(Options { capacity: Some(count(usize::MAX)), ..Options::default() });
    assert!(error.message.contains("memory"), "{error}");
}

#[test]
fn a_thread_that_the_system_refuses_is_an_error() {
    let error = refuse(Options { stack_size: count(usize::MAX), ..Options::default() });
    assert!(error.message.contains("\"count 0\" after 0 others"), "{error}");
}
