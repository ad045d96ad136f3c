//! Deaths of workers: their work is done again, or the step says why not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use libtest_mimic::Failed;
use lifelab_core::testing::{context, soup};
use lifelab_core::{Idle, Phase, StepError, StepErrorKind, Warning, seeded};
use lifelab_process_pool::Options;
use nix::sys::signal::{Signal, kill};

use crate::Trials;
use crate::actors::actor;
use crate::cells::{Script, What};
use crate::endings::{children, pid, signed_by};
use crate::grids::{ARRANGEMENTS, configurations, pool, step, two};

pub(crate) const TRIALS: Trials = &[
    ("a_killed_worker_s_work_is_done_again", a_killed_worker_s_work_is_done_again),
    ("a_worker_killed_between_steps_is_replaced", a_worker_killed_between_steps_is_replaced),
    ("the_last_words_of_a_dead_worker_are_heard", the_last_words_of_a_dead_worker_are_heard),
    ("garbage_on_the_pipe_costs_the_worker_its_life", garbage_on_the_pipe),
    ("a_cell_that_kills_every_worker_fails_the_step", a_cell_that_kills_every_worker),
    ("a_suspended_worker_does_not_hold_up_the_stop", a_suspended_worker),
    ("a_worker_that_neither_answers_nor_dies_is_replaced", a_worker_that_does_not_answer),
    ("a_suspended_worker_is_replaced_without_any_option", a_suspended_worker_is_replaced),
    (
        "a_worker_that_is_suspended_at_its_start_is_replaced",
        a_worker_that_is_suspended_at_its_start,
    ),
    ("a_worker_that_is_suspended_for_a_moment_lives_on", a_worker_that_is_suspended_for_a_moment),
    ("a_slow_unit_is_not_taken_for_a_dead_one", a_slow_unit),
    ("hundreds_of_generations_survive_random_kills", random_kills),
];

fn message(warnings: &[Warning]) -> &str {
    match warnings {
        [Warning::WorkerRestarted { message }] => message,
        other => panic!("{other:?}"),
    }
}

fn a_killed_worker_s_work_is_done_again() -> Result<(), Failed> {
    for options in configurations() {
        for phase in [Phase::Neighbors, Phase::Rule] {
            let mut pool = pool(options.clone());
            let folder = tempfile::tempdir()?;
            let marker = folder.path().join("marker");
            let script = Script::default().act(What::Deaf, 2, 3, phase).once(&marker);
            let killing = thread::spawn(move || {
                let victim = signed_by(&marker);
                kill(pid(victim), Signal::SIGKILL).unwrap();
                victim
            });
            let report = step(&mut pool, Arc::new(script), 8, 7)?;
            let victim = killing.join().unwrap();
            let message = message(report.warnings());
            let named = message.contains(&format!("{victim} ended with signal: 9 (SIGKILL)"));
            assert!(named && message.contains("in work"), "{options:?}: {message}");
            assert!(!children().contains(&victim), "reaped");
            assert_eq!(step(&mut pool, Arc::new(Script::default()), 8, 7)?.warnings(), []);
        }
    }
    Ok(())
}

fn a_worker_killed_between_steps_is_replaced() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        step(&mut pool, Arc::new(Idle), 8, 7)?;
        for victim in children() {
            kill(pid(victim), Signal::SIGKILL)?;
        }
        let report = step(&mut pool, Arc::new(Idle), 8, 7)?;
        assert!(!report.warnings().is_empty());
    }
    Ok(())
}

fn the_last_words_of_a_dead_worker_are_heard() -> Result<(), Failed> {
    for options in configurations() {
        let folder = tempfile::tempdir()?;
        let marker = folder.path().join("marker");
        let script = Script::default().act(What::Exit, 2, 3, Phase::Neighbors).once(&marker);
        let report = step(&mut pool(options), Arc::new(script), 8, 7)?;
        let message = message(report.warnings());
        let heard = message.contains("exit status: 3") && message.contains("good-bye, cruel world");
        assert!(heard, "{message}");
    }
    Ok(())
}

fn garbage_on_the_pipe() -> Result<(), Failed> {
    for options in configurations() {
        let folder = tempfile::tempdir()?;
        let marker = folder.path().join("marker");
        let script = Script::default().act(What::Garble, 2, 3, Phase::Rule).once(&marker);
        let report = step(&mut pool(options), Arc::new(script), 8, 7)?;
        let message = message(report.warnings());
        assert!(message.contains("it sent a frame of 1835492691 bytes"), "{message}");
    }
    Ok(())
}

fn a_cell_that_kills_every_worker() -> Result<(), Failed> {
    for options in configurations() {
        let options = Options { restarts: 2, ..options };
        let mut pool = pool(options.clone());
        let script = Script::default().act(What::Kill, 2, 3, Phase::Rule);
        let error = step(&mut pool, Arc::new(script), 8, 7).unwrap_err();
        let StepErrorKind::Worker { message } = error.kind else { panic!("{error:?}") };
        let explained = message.contains("SIGKILL") && message.contains("no more restarts");
        assert!(explained, "{options:?}: {message}");
        assert_eq!(step(&mut pool, Arc::new(Script::default()), 8, 7)?.warnings(), []);
    }
    Ok(())
}

fn a_suspended_worker() -> Result<(), Failed> {
    for options in configurations() {
        let mut pool = pool(options);
        let folder = tempfile::tempdir()?;
        let marker = folder.path().join("marker");
        let script = Script::default().act(What::Hang, 2, 3, Phase::Neighbors).once(&marker);
        let cx = context(Arc::new(script));
        let stop = cx.stop.clone();
        let suspending = thread::spawn(move || {
            let victim = signed_by(&marker);
            kill(pid(victim), Signal::SIGSTOP).unwrap();
            stop.cancel();
            victim
        });
        let now = soup(8, 7, lifelab_core::Topology::Torus);
        let mut next = (*now).clone();
        let error = lifelab_core::Stepper::step(&mut pool, &now, &mut next, &cx).unwrap_err();
        assert!(matches!(error.kind, StepErrorKind::Stopped(_)), "{error}");
        assert!(!children().contains(&suspending.join().unwrap()), "killed and reaped");
        step(&mut pool, Arc::new(Script::default()), 8, 7)?;
    }
    Ok(())
}

fn a_worker_that_does_not_answer() -> Result<(), Failed> {
    for options in configurations() {
        let answer_timeout = Some(Duration::from_millis(200));
        let options = Options { answer_timeout, restarts: 1000, ..options };
        let mut pool = pool(options.clone());
        let folder = tempfile::tempdir()?;
        let marker = folder.path().join("marker");
        let script = Script::default().act(What::Deaf, 2, 3, Phase::Neighbors).once(&marker);
        let report = step(&mut pool, Arc::new(script), 8, 7)?;
        // On a busy machine its successors may be late, too.
        let message = message(&report.warnings()[..1]);
        assert!(message.contains("because it did not answer"), "{options:?}: {message}");
        assert!(!children().contains(&signed_by(&marker)), "killed and reaped");
    }
    Ok(())
}

/// Either process of each arrangement, in a wait that would last for an hour.
fn a_suspended_worker_is_replaced() -> Result<(), Failed> {
    for arrangement in ARRANGEMENTS {
        for phase in [Phase::Neighbors, Phase::Rule] {
            let mut pool = pool(Options { arrangement, workers: two(), ..Options::default() });
            let folder = tempfile::tempdir()?;
            let marker = folder.path().join("marker");
            let script = Script::default().act(What::Deaf, 2, 3, phase).once(&marker);
            let suspending = thread::spawn({
                let marker = marker.clone();
                move || kill(pid(signed_by(&marker)), Signal::SIGSTOP).unwrap()
            });
            let report = step(&mut pool, Arc::new(script), 8, 7)?;
            suspending.join().unwrap();
            let message = message(report.warnings());
            assert!(message.contains("because it was suspended"), "{arrangement:?}: {message}");
            assert!(!children().contains(&signed_by(&marker)), "killed and reaped");
        }
    }
    Ok(())
}

fn a_worker_that_is_suspended_at_its_start() -> Result<(), Failed> {
    for arrangement in ARRANGEMENTS {
        let folder = tempfile::tempdir()?;
        let program = Some(actor("sleepy", folder.path()));
        let start_timeout = Duration::from_secs(3600);
        let options =
            Options { arrangement, workers: two(), program, start_timeout, ..Options::default() };
        let report = step(&mut pool(options), Arc::new(Script::default()), 8, 7)?;
        let message = message(report.warnings());
        assert!(message.contains("because it was suspended"), "{arrangement:?}: {message}");
    }
    Ok(())
}

fn a_worker_that_is_suspended_for_a_moment() -> Result<(), Failed> {
    for arrangement in ARRANGEMENTS {
        let mut pool = pool(Options { arrangement, workers: two(), ..Options::default() });
        let folder = tempfile::tempdir()?;
        let marker = folder.path().join("marker");
        let script = Script::default().act(What::Nap, 2, 3, Phase::Rule).once(&marker);
        let suspending = thread::spawn({
            let marker = marker.clone();
            move || {
                let victim = pid(signed_by(&marker));
                kill(victim, Signal::SIGSTOP).unwrap();
                kill(victim, Signal::SIGCONT).unwrap();
            }
        });
        assert_eq!(step(&mut pool, Arc::new(script), 8, 7)?.warnings(), []);
        suspending.join().unwrap();
        assert!(children().contains(&signed_by(&marker)), "it works on");
    }
    Ok(())
}

fn a_slow_unit() -> Result<(), Failed> {
    for options in configurations() {
        let options = Options { answer_timeout: Some(Duration::from_secs(60)), ..options };
        let script = Script::pausing(Duration::from_millis(5));
        assert_eq!(step(&mut pool(options), Arc::new(script), 5, 4)?.warnings(), []);
    }
    Ok(())
}

/// Somebody kills and suspends workers all the time; the grids are the oracle's.
fn random_kills() -> Result<(), Failed> {
    for arrangement in ARRANGEMENTS {
        let mut pool = pool(Options {
            arrangement,
            workers: two(),
            restarts: 1000,
            start_timeout: Duration::from_secs(2),
            answer_timeout: Some(Duration::from_millis(300)),
            ..Options::default()
        });
        let ended = AtomicBool::new(false);
        let (deaths, strikes) = thread::scope(|scope| -> Result<_, StepError> {
            let killer = scope.spawn(|| {
                let mut strikes = 0_u64;
                while !ended.load(Ordering::Relaxed) {
                    // Rarely enough for a new worker to get some work done.
                    thread::sleep(Duration::from_millis(40 + seeded::hash(&[strikes]) % 80));
                    let victims = children();
                    let chosen = seeded::hash(&[strikes, 1]) as usize % victims.len().max(1);
                    let signal =
                        if strikes.is_multiple_of(8) { Signal::SIGSTOP } else { Signal::SIGKILL };
                    // It may have ended in between; then it is not reaped, or there is none.
                    let victim = victims.get(chosen);
                    strikes += u64::from(victim.is_some_and(|&id| kill(pid(id), signal).is_ok()));
                }
                strikes
            });
            let mut deaths = 0;
            let mut generations = || {
                let mut generations = 0;
                while generations < 300 {
                    let io = Arc::new(Script::pausing(Duration::from_micros(20)));
                    match step(&mut pool, io, 12, 9) {
                        Ok(report) => {
                            deaths += report.warnings().len();
                            generations += 1;
                        }
                        // It was suspended before it greeted; the next step works.
                        Err(error) if error.to_string().contains("did not shake hands") => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            };
            let outcome = generations();
            ended.store(true, Ordering::Relaxed);
            let strikes = killer.join().unwrap();
            outcome.map(|()| (deaths, strikes))
        })?;
        assert!(deaths > 0 && strikes > 0, "{arrangement:?}: {deaths} of {strikes}");
        drop(pool);
        assert!(children().is_empty(), "no zombie, no orphan");
    }
    Ok(())
}
