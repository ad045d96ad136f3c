//! Hosts: programs that are to host workers, and do not.

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Failed;
use lifelab_core::{Idle, StepErrorKind};
use lifelab_process_pool::Options;

use crate::Trials;
use crate::actors::actor;
use crate::cells::Script;
use crate::endings::children;
use crate::grids::{configurations, pool, step};

pub(crate) const TRIALS: Trials = &[
    ("a_program_that_forgets_to_host_workers_is_told_so", a_program_that_forgets),
    ("another_program_can_host_the_workers", another_program_can_host_the_workers),
    ("a_program_that_does_not_exist_is_an_error", a_program_that_does_not_exist),
];

fn a_program_that_forgets() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for (part, symptom) in [
        ("prints", r#"wrote "Hello, world! I am not a worker."#),
        ("exits", r#"exit status: 2, its last words: "unknown command""#),
        ("silent", "did not shake hands within 200ms"),
        ("nests", "may start none"),
        ("newer", "version 77 of the protocol"),
    ] {
        let program = Some(actor(part, folder.path()));
        for options in configurations() {
            let start_timeout = match part {
                "silent" => Duration::from_millis(200),
                _ => options.start_timeout,
            };
            let options =
                Options { program: program.clone(), restarts: 1, start_timeout, ..options };
            let mut pool = pool(options);
            let error = step(&mut pool, Arc::new(Idle), 8, 7).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(symptom), "{part}: {text}");
            assert!(text.contains("call `lifelab_process_pool::host_workers` first"), "{text}");
            let dead = matches!(error.kind, StepErrorKind::Worker { .. });
            assert_eq!(dead, ["exits", "nests"].contains(&part), "{part}: {error:?}");
            assert!(children().is_empty(), "{part}: nobody is left behind");
        }
    }
    Ok(())
}

fn another_program_can_host_the_workers() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let program = Some(actor("hosts", folder.path()));
    for options in configurations() {
        let mut pool = pool(Options { program: program.clone(), ..options });
        step(&mut pool, Arc::new(Script::default()), 8, 7)?;
    }
    Ok(())
}

fn a_program_that_does_not_exist() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(Options { program: Some("/no/such/program".into()), ..options });
        let error = step(&mut pool, Arc::new(Idle), 8, 7).unwrap_err();
        assert!(matches!(error.kind, StepErrorKind::Resources { .. }), "{error:?}");
        assert!(error.to_string().contains("`program`"), "{error}");
    }
    Ok(())
}
