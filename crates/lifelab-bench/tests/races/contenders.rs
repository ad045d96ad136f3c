//! Contenders from outside: who keeps to the protocol is measured, and who does not is named, ended and
//! cleaned up, and the race goes on.

use std::time::{Duration, Instant};

use lifelab::{CancellationToken, IoSpec};
use lifelab_bench::results::Outcome;
use lifelab_bench::{ContenderSpec, Event, Harness, Suite};

use crate::outsider::outsider;
use crate::{Test, failure, find, measured, quick, race};

pub(crate) const TESTS: [(&str, Test); 10] = [
    ("a_contender_from_outside_is_measured", a_contender_from_outside_is_measured),
    ("the_documented_contender_is_measured", the_documented_contender_is_measured),
    ("a_contender_that_asks_the_service_is_counted", a_contender_that_asks_the_service_is_counted),
    ("a_contender_that_cheats_is_caught", a_contender_that_cheats_is_caught),
    ("a_contender_that_misbehaves_is_named", a_contender_that_misbehaves_is_named),
    ("a_contender_that_hangs_is_ended", a_contender_that_hangs_is_ended),
    ("what_a_contender_leaves_is_ended", what_a_contender_leaves_is_ended),
    ("a_contender_is_built_before_it_starts", a_contender_is_built_before_it_starts),
    ("a_race_can_be_stopped_while_a_contender_runs", a_race_can_be_stopped_while_a_contender_runs),
    ("what_contenders_are_not_asked_is_refused", what_contenders_are_not_asked_is_refused),
];

const WAIT: &str = r#"io: (wait: sleep(fixed("5ms")))"#;

/// A race of contenders of these kinds.
fn suite(kinds: &[&str], rest: &str) -> Suite {
    let contenders = kinds.iter().map(|kind| outsider(kind)).collect();
    Suite { contenders, ..quick("async_tasks", rest) }
}

fn a_contender_from_outside_is_measured() {
    let results = race(&Harness::new(), &suite(&["honest"], WAIT));
    measured(&results, "async_tasks");
    let honest = measured(&results, "honest");
    assert_eq!((honest.rounds.len(), honest.time.samples), (2, 6));
    assert!(honest.time.min >= Duration::from_millis(5) && honest.unverified.is_none());
    let usage = &honest.usage;
    assert!(usage.start_up > Duration::ZERO && usage.wall >= Duration::from_millis(5), "{usage:?}");
    assert!(usage.peak_memory > 0 && usage.base_memory > 0 && usage.peak_threads >= 1);
    assert!(usage.processes >= 1 && usage.voluntary_switches > 0.0, "{usage:?}");
    let program = find(&results, "honest").case.program.as_ref().unwrap();
    assert_eq!(program.command[0], "env");
    // The suite that is stored repeats the race, and the cells may compute, too.
    assert!(results.suite.parse::<Suite>().unwrap().contenders == [outsider("honest")]);
    measured(&race(&Harness::new(), &suite(&["honest"], "")), "honest");
}

/// The program in the documentation, as a reader would run it.
fn the_documented_contender_is_measured() {
    const DOCS: &str = include_str!("../../contender.md");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.py");
    let program = DOCS.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(program.lines().count() < 60);
    std::fs::write(&path, program).unwrap();
    let command = vec!["python3".to_owned(), path.to_str().unwrap().to_owned()];
    let mine = ContenderSpec::new("mine", command);
    let suite = Suite {
        contenders: vec![mine],
        ..quick("", r#"io: (wait: sleep(fixed("100us")), phase: both)"#)
    };
    for topology in ["torus", "plane"] {
        let suite = Suite { topology: Some(topology.parse().unwrap()), ..suite.clone() };
        let results = race(&Harness::new(), &suite);
        match &find(&results, "mine").outcome {
            Outcome::Failed { kind, .. } if kind == "not_installed" => {} // Nor can it be tried.
            _ => assert_eq!(measured(&results, "mine").time.samples, 6),
        }
    }
    let suite = Suite { io: "sleep:exp(1ms)".parse().unwrap(), ..suite };
    let results = race(&Harness::new(), &suite);
    assert!(matches!(failure(&results, "mine").0, "refused" | "not_installed"));
}

fn a_contender_that_asks_the_service_is_counted() {
    let socket = r#"io: (wait: socket(latency: fixed("2ms")))"#;
    let results = race(&Harness::new(), &suite(&["honest", "miser"], socket));
    assert_eq!(measured(&results, "honest").usage.io_calls, 120.0);
    let (kind, error) = failure(&results, "miser");
    assert!(kind == "calls" && error.contains("for every cell"), "{kind}: {error}");
}

fn a_contender_that_cheats_is_caught() {
    let kinds = ["idler", "boaster", "modest", "liar", "slow clock"];
    let results = race(&Harness::new(), &suite(&kinds, WAIT));
    for (kind, expected, says) in [
        ("idler", "floor", "one wait of 5ms"),
        ("boaster", "clock", "did not take the time"),
        ("modest", "floor", "120 waits of 5ms"),
        ("liar", "wrong", "the oracle's"),
        ("slow clock", "clock", "leaves out"),
    ] {
        let (found, error) = failure(&results, kind);
        assert!(found == expected && error.contains(says), "{kind}: {found}: {error}");
    }
}

fn a_contender_that_misbehaves_is_named() {
    let kinds = [
        "dier",
        "babbler",
        "flooder",
        "refuser",
        "stranger",
        "cutter",
        "forgetful",
        "chatterbox",
        "honest",
    ];
    let mut suite = suite(&kinds, WAIT);
    suite.contenders.push("absent=no-such-language x.y".parse().unwrap());
    let results = race(&Harness::new(), &suite);
    for (kind, expected, says) in [
        ("dier", "crashed", "out of ink"),
        ("babbler", "protocol", "all is well"),
        ("flooder", "protocol", "bytes in a line"),
        ("refuser", "refused", "Sundays"),
        ("stranger", "protocol", "version 99"),
        ("cutter", "protocol", "9 rows, expected 10"),
        ("forgetful", "protocol", "0 times for 1 generation"),
        ("chatterbox", "protocol", "nothing was asked"),
        ("absent", "not_installed", "not installed: no-such-language"),
    ] {
        let (found, error) = failure(&results, kind);
        assert!(found == expected && error.contains(says), "{kind}: {found}: {error}");
    }
    measured(&results, "honest");
    measured(&results, "async_tasks");
}

fn a_contender_that_hangs_is_ended() {
    let suite = Suite { limit: Duration::from_millis(500), ..suite(&["hanger", "mute"], WAIT) };
    let results = race(&Harness::new(), &suite);
    for (kind, awaited) in [("hanger", "to 1 generation"), ("mute", "to start")] {
        let (found, error) = failure(&results, kind);
        assert!(found == "limit" && error.contains(awaited), "{found}: {error}");
    }
}

fn what_a_contender_leaves_is_ended() {
    let rounds = std::num::NonZeroU32::MIN;
    let kinds = ["deaf", "litterer", "sore loser"];
    let results = race(&Harness::new(), &Suite { rounds, ..suite(&kinds, WAIT) });
    for (kind, says) in [
        ("deaf", "had not ended"),
        ("litterer", "left processes behind, which were killed: sleep"),
        ("sore loser", "ended with a failure (exit status: 7)"),
    ] {
        let warnings = &measured(&results, kind).warnings;
        assert!(warnings.iter().any(|warning| warning.contains(says)), "{kind}: {warnings:?}");
    }
}

fn a_contender_is_built_before_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let copy = |from: &str, to: &str| vec!["cp".to_owned(), from.to_owned(), path(to)];
    let program = outsider("honest").command[2].clone();
    let built = |name: &str, build: Vec<String>| {
        let mut spec = outsider("honest");
        name.clone_into(&mut spec.name);
        ContenderSpec { build: vec![build], ..spec }
    };
    let mut good = built("good", copy(&program, "good"));
    good.command[2] = path("good");
    let bad = built("bad", copy("/no/such/file", "bad"));
    let missing = built("missing", vec!["no-such-compiler".to_owned()]);
    let no_language = "echo no such language >&2; exit 127";
    let absent = built("absent", ["sh", "-c", no_language].map(str::to_owned).to_vec());
    let source = ContenderSpec { source: Some("no/such/source.py".into()), ..outsider("honest") };
    let contenders = vec![good, bad, missing, absent, source];
    let mut told = 0;
    let suite = Suite { contenders, ..quick("", WAIT) };
    let results = Harness::new().race(&suite, &CancellationToken::new(), &mut |event| {
        told += usize::from(matches!(event, Event::Building { .. }));
    });
    let results = results.unwrap();
    assert_eq!(told, 5);
    measured(&results, "good");
    for (name, expected, says) in [
        ("bad", "build", "/no/such/file"),
        ("missing", "not_installed", "no-such-compiler"),
        ("absent", "not_installed", "no such language"),
        ("honest", "not_found", "no/such/source.py"),
    ] {
        let (found, error) = failure(&results, name);
        assert!(found == expected && error.contains(says), "{name}: {found}: {error}");
    }
}

fn a_race_can_be_stopped_while_a_contender_runs() {
    let suite = suite(&["hanger"], r#"limit: "60s""#);
    let suite = Suite { steppers: Vec::new(), ..suite };
    let (stop, begin) = (CancellationToken::new(), Instant::now());
    let handle = stop.clone();
    let results = Harness::new().race(&suite, &stop, &mut |event| {
        if let Event::Turn { .. } = event {
            let handle = handle.clone();
            std::thread::spawn(move || handle.cancel());
        }
    });
    let results = results.unwrap();
    assert!(results.interrupted && results.cases[0].outcome == Outcome::Pending, "{results:?}");
    assert!(begin.elapsed() < Duration::from_secs(60), "it did not wait for the limit");
}

fn what_contenders_are_not_asked_is_refused() {
    let refused = |suite: &Suite, says: &str| {
        let outcome = Harness::new().race(suite, &CancellationToken::new(), &mut |event| {
            panic!("{event:?}, where {says:?} should be said");
        });
        let error = outcome.expect_err(says).to_string();
        assert!(error.contains(says) && error.contains("contenders"), "{error}");
    };
    let with_io = |io: &str| Suite { io: io.parse::<IoSpec>().unwrap(), ..suite(&["honest"], "") };
    refused(&with_io("sleep:1ms retry:3"), "policies");
    refused(&with_io("block:1ms"), "the protocol knows");
    refused(&with_io("socket(127.0.0.1:9):1ms"), "the protocol knows");
    refused(&Suite { rule: Some("B2-a/S12".parse().unwrap()), ..with_io("none") }, "count");
    let nobody = ContenderSpec::new("nobody", Vec::new());
    refused(&Suite { contenders: vec![nobody], ..with_io("none") }, "begins with a program");
    let own = Harness::new().io("own", || lifelab::io::blocking(|_, _| Ok(())));
    let outcome = own.race(&with_io("none"), &CancellationToken::new(), &mut |_| {});
    assert!(outcome.unwrap_err().to_string().contains("the caller's"));
}
