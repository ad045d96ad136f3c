//! Descriptions: both spellings there and back, every mistake named, and what is built from them.

use std::time::Instant;

use lifelab_core::{Cell, FaultKind, Idle, Phase, Position, seeded};

use super::*;
use crate::latency::Latency;

const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

#[test]
fn every_shorthand_is_read_and_printed_and_means_its_ron() {
    for (shorthand, ron) in [
        ("none", "()"),
        ("sleep:10ms", r#"(wait: sleep(fixed("10ms")))"#),
        ("sleep:exp(10ms)", r#"(wait: sleep(exponential(mean: "10ms")))"#),
        ("sleep:uniform(5ms,15ms)", r#"(wait: sleep(uniform(from: "5ms", to: "15ms")))"#),
        ("sleep:lognormal(1s,0.5)", r#"(wait: sleep(log_normal(mean: "1s", sigma: 0.5)))"#),
        ("sleep:pareto(10ms,2.5)", r#"(wait: sleep(pareto(mean: "10ms", shape: 2.5)))"#),
        ("block:10ms", r#"(wait: block(fixed("10ms")))"#),
        ("block:exp(10ms)", r#"(wait: block(exponential(mean: "10ms")))"#),
        ("cpu:50us", r#"(wait: cpu(time("50us")))"#),
        ("cpu:rounds(1000)", r#"(wait: cpu(rounds(1000)))"#),
        ("socket:5ms", r#"(wait: socket(latency: fixed("5ms")))"#),
        ("socket(unix):5ms", r#"(wait: socket(latency: fixed("5ms"), service: unix))"#),
        ("socket(tcp,64):5ms", r#"(wait: socket(latency: fixed("5ms"), connections: 64))"#),
        (
            "socket(unix:/run/echo,1):exp(5ms)",
            r#"(wait: socket(
                latency: exponential(mean: "5ms"), service: at("unix:/run/echo"), connections: 1,
            ))"#,
        ),
        ("socket([::1]:70):0s", r#"(wait: socket(latency: fixed("0s"), service: at("[::1]:70")))"#),
        (
            "sleep:5ms rate:1000/s burst:10 slow:0.01(100ms) contention:0.02 coherency:0.0001",
            r#"(wait: sleep(fixed("5ms")), limits: (
                rate: "1k", burst: 10, slow: (share: 0.01, extra: "100ms"),
                contention: 0.02, coherency: 0.0001,
            ))"#,
        ),
        (
            "socket:5ms max_connections:100 connect:2ms",
            r#"(
                wait: socket(latency: fixed("5ms")),
                limits: (max_connections: 100, connect: "2ms"),
            )"#,
        ),
        ("sleep:5ms capacity:64", r#"(wait: sleep(fixed("5ms")), limits: (capacity: 64))"#),
        (
            "socket:5ms capacity:64",
            r#"(wait: socket(latency: fixed("5ms")), limits: (capacity: 64))"#,
        ),
        (
            "socket(unix):5ms capacity:64 queue:0 retry:3",
            r#"(
                wait: socket(latency: fixed("5ms"), service: unix),
                limits: (capacity: 64, queue: 0), retry: (),
            )"#,
        ),
        (
            "socket:5ms retry:3 hedge:p95 in_flight:64 breaker:5(100ms) retry_budget:0.1",
            r#"(
                wait: socket(latency: fixed("5ms")), retry: (), hedge: percentile(95),
                in_flight: fixed(64), breaker: (failures: 5, pause: "100ms"), retry_budget: 0.1,
            )"#,
        ),
        (
            "none hedge:20ms in_flight:aimd(1,256)",
            r#"(hedge: after("20ms"), in_flight: aimd(from: 1, to: 256))"#,
        ),
        ("none phase:both", "(phase: both)"),
        ("none phase:neighbors seed:7", "(phase: neighbors, seed: 7)"),
        ("none error@3:(5,7)", "(faults: [(kind: error, when: at(generation: 3, x: 5, y: 7))])"),
        ("none hang@3:(-5,-7)", "(faults: [(kind: hang, when: at(generation: 3, x: -5, y: -7))])"),
        (
            "none panic@3:(5,7)*4 hang:0.001",
            "(faults: [
                (kind: panic, when: at(generation: 3, x: 5, y: 7, attempts: 4)),
                (kind: hang, when: probability(0.001)),
            ])",
        ),
        ("none timeout:100ms retry:3", r#"(timeout: "100ms", retry: ())"#),
        ("none retry:5(1ms,10ms)", r#"(retry: (limit: 5, backoff: "1ms", max_backoff: "10ms"))"#),
        (
            "sleep:5ms phase:both work:rounds(1000)",
            r#"(wait: sleep(fixed("5ms")), phase: both, work: rounds(1000))"#,
        ),
        ("block:1s offload seed:7", r#"(wait: block(fixed("1s")), seed: 7, offload: true)"#),
    ] {
        let spec: IoSpec = shorthand.parse().unwrap_or_else(|e| panic!("{shorthand}: {e}"));
        assert_eq!(spec.to_string(), shorthand);
        let read = IoSpec::from_ron(ron).unwrap_or_else(|e| panic!("{ron}: {e}"));
        assert_eq!(read, spec, "{ron}");
        let printed = spec.to_ron().unwrap();
        assert_eq!(IoSpec::from_ron(&printed).unwrap(), spec, "{printed}");
    }
}

#[test]
fn spellings_that_are_not_printed_are_understood() {
    for (text, printed) in [
        ("  sleep:1.5ms  ", "sleep:1ms500us"),
        ("sleep:exponential( 10ms )", "sleep:exp(10ms)"),
        ("sleep:uniform(5ms, 15ms)", "sleep:uniform(5ms,15ms)"),
        ("socket( unix , 64 ):5ms", "socket(unix,64):5ms"),
        ("socket(tcp):5ms", "socket:5ms"),
        ("none error@3:( 5, 7 )*1", "none error@3:(5,7)"),
        ("none  retry:3( 10ms )  phase:rule", "none retry:3"),
    ] {
        let spec: IoSpec = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(spec.to_string(), printed);
    }
}

#[test]
fn every_mistake_in_shorthand_is_placed_and_answered() {
    for (text, column, found, expected) in [
        ("", 1, "the end", "none, sleep, block, cpu or socket"),
        ("nap:1s", 1, "\"nap\"", "none, sleep, block, cpu or socket"),
        ("sleep", 6, "the end", "`:` and a latency"),
        ("sleep:", 7, "the end", "a duration such as 10ms, uniform"),
        ("sleep:10", 7, "\"10\"", "a duration such as 10ms, uniform"),
        ("sleep:-1s", 7, "\"-1s\"", "a duration such as 10ms, uniform"),
        ("sleep:exp", 10, "the end", "`(`"),
        ("sleep:exp(10ms", 15, "the end", "`)`"),
        ("sleep:exp(10)", 11, "\"10\"", "a duration such as 10ms"),
        ("sleep:gauss(10ms)", 7, "\"gauss\"", "a duration such as 10ms, uniform"),
        ("sleep:uniform(5ms)", 18, "\")\"", "`,`"),
        ("sleep:uniform(2s,1s)", 7, "\"uniform(2s,1s)\"", "bounds in ascending order"),
        ("sleep:lognormal(1s,x)", 20, "\"x\"", "a number: sigma"),
        ("sleep:lognormal(1s,-1)", 7, "\"lognormal(1s,-1)\"", "a sigma from 0 to 10"),
        ("sleep:lognormal(1s,NaN)", 7, "\"lognormal(1s,NaN)\"", "a sigma from 0 to 10"),
        ("sleep:pareto(1s,1)", 7, "\"pareto(1s,1)\"", "a shape above 1"),
        ("sleep:pareto(1s,inf)", 7, "\"pareto(1s,inf)\"", "a shape above 1"),
        ("block", 6, "the end", "`:` and a latency"),
        ("block:x", 7, "\"x\"", "a duration such as 10ms, uniform"),
        ("cpu:fast", 5, "\"fast\"", "a duration such as 50us, or rounds"),
        ("cpu:rounds(-1)", 12, "\"-1\"", "a number of rounds"),
        ("socket(pipe):1s", 8, "\"pipe\"", "tcp, unix, 127.0.0.1:PORT"),
        ("socket():1s", 8, "\")\"", "tcp, unix, 127.0.0.1:PORT"),
        ("socket(tcp,0):1s", 12, "\"0\"", "a number of connections, from 1"),
        ("socket(tcp)", 12, "the end", "`:` and a latency"),
        ("socket:5ms capacity:0", 21, "\"0\"", "a number of requests, from 1"),
        ("socket:5ms queue:1 queue:2", 20, "\"queue\"", "an option that was not given before"),
        ("block:5ms capacity:3", 11, "\"capacity\"", "limits behind a sleep or a socket only"),
        ("sleep:5ms rate:0/s", 16, "\"0/s\"", "a number of requests per second such as 1000/s"),
        ("sleep:5ms slow:2(1s)", 16, "\"2\"", "a share of requests from 0 to 1"),
        ("sleep:5ms slow:0.1", 19, "the end", "`(`"),
        ("sleep:5ms contention:-1", 22, "\"-1\"", "a factor from 0"),
        ("sleep:5ms max_connections:0", 27, "\"0\"", "a number of connections, from 1"),
        (
            "sleep:5ms capcity:4",
            11,
            "\"capcity\"",
            "phase, seed, work, timeout, hedge, in_flight, breaker, retry, retry_budget, on_fault, \
             offload, a fault (error, panic, hang), or a limit of the service (capacity, queue",
        ),
        ("none,", 5, "\",\"", "a space, or the end"),
        ("none now", 6, "\"now\"", "phase, seed, work, timeout, hedge"),
        ("none phase", 11, "the end", "`:` and a value"),
        ("none phase:late", 12, "\"late\"", "rule, neighbors or both"),
        ("none seed:-1", 11, "\"-1\"", "a number: the seed"),
        ("none seed:1 seed:2", 13, "\"seed\"", "an option that was not given before"),
        ("none offload:yes", 13, "\":\"", "a space, or the end"),
        ("none offload offload", 14, "\"offload\"", "an option that was not given before"),
        ("none timeout:soon", 14, "\"soon\"", "a duration such as 10ms"),
        ("none hedge:p100", 12, "\"p100\"", "a duration such as 20ms, or a percentile"),
        ("none in_flight:0", 16, "\"0\"", "a number of calls, from 1, or aimd(1,256)"),
        ("none in_flight:aimd(9,2)", 16, "\"aimd(9,2)\"", "bounds in ascending order"),
        ("none breaker:5", 15, "the end", "`(`"),
        ("none retry_budget:10", 19, "\"10\"", "a number from 0 to 1"),
        ("none retry:often", 12, "\"often\"", "a number of retries"),
        ("none retry:3(1s", 16, "the end", "`)`"),
        ("none error", 11, "the end", "`@` and a generation, or `:`"),
        ("none error@x:(1,2)", 12, "\"x\"", "a generation"),
        ("none error@3(1,2)", 13, "\"(\"", "`:` and a cell"),
        ("none error@3:1,2", 14, "\"1\"", "`(`"),
        ("none error@3:(1;2)", 15, "\"1;2\"", "a column such as"),
        ("none error@3:(1,-)", 17, "\"-\"", "a row such as"),
        ("none error@3:(1,2)*0", 20, "\"0\"", "a number of attempts, from 1"),
        ("none error:2", 6, "\"error:2\"", "a probability from 0 to 1"),
        ("none error:NaN", 6, "\"error:NaN\"", "a probability from 0 to 1"),
        ("none hang:often", 11, "\"often\"", "a probability from 0 to 1"),
        ("none µs", 6, "\"µs\"", "phase"),
    ] {
        let error = text.parse::<IoSpec>().expect_err(text);
        assert_eq!((error.column, &*error.found), (column, found), "{text}");
        assert!(error.expected.starts_with(expected), "{text}: {error}");
        let shown = format!("column {column}: found {found}, expected {expected}");
        assert!(error.to_string().starts_with(&shown), "{error}");
    }
}

#[test]
fn limits_without_a_service_of_ones_own_are_refused() {
    for (text, says) in [
        ("socket:1ms queue:3", "a capacity or a rate beside a queue"),
        ("sleep:1ms burst:3", "a rate beside a burst"),
        ("sleep:1ms connect:1ms", "time has no connections"),
        ("socket(127.0.0.1:9):1ms capacity:3", "a service that runs already has its own"),
    ] {
        let error = text.parse::<IoSpec>().unwrap().build().err().unwrap().to_string();
        assert!(error.contains(says), "{error}");
    }
    let computing = r#"(wait: cpu(time("1ms")), limits: (capacity: 3))"#;
    let error = IoSpec::from_ron(computing).unwrap().build().err().unwrap().to_string();
    assert!(error.contains("only a sleep or a socket has a service"), "{error}");
}

#[test]
fn a_simulated_service_stays_in_its_process() {
    let spec: IoSpec = "sleep:1ms capacity:3".parse().unwrap();
    assert!(spec.is_simulated_service() && spec.build().unwrap().wire().is_none());
    let spec: IoSpec = "sleep:1ms".parse().unwrap();
    assert!(!spec.is_simulated_service() && spec.build().unwrap().wire().is_some());
}

#[test]
fn a_long_mistake_is_shown_in_part() {
    let error = "x".repeat(1000).parse::<IoSpec>().unwrap_err();
    assert_eq!(error.found, format!("{:?}...", "x".repeat(40)));
}

#[test]
fn numbers_in_ron_are_written_as_people_write_them() {
    for (people, plain) in [
        ("(seed: 1e3)", "(seed: 1000)"),
        (r#"(retry: (limit: "1k"))"#, "(retry: (limit: 1000))"),
        (r#"(wait: cpu(rounds("1k")))"#, "(wait: cpu(rounds(1000)))"),
        (
            r#"(wait: socket(latency: fixed("1s"), connections: "1k"))"#,
            r#"(wait: socket(latency: fixed("1s"), connections: 1000))"#,
        ),
        (
            r#"(faults: [(kind: error, when: at(generation: "1k", x: 1e1, y: 0))])"#,
            "(faults: [(kind: error, when: at(generation: 1000, x: 10, y: 0))])",
        ),
    ] {
        let read = |text| IoSpec::from_ron(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(read(people), read(plain));
    }
}

#[test]
fn mistakes_in_ron_are_placed() {
    for (text, place, message) in [
        ("(wait: nap)", "line 1, column 8:", "nap"),
        ("(\n  phases: both)", "line 2, ", "phases"),
        (r#"(timeout: "soon")"#, "line 1, ", "expected a duration such as 10ms"),
        (r#"(timeout: "18446744073709551615s 1000ms")"#, "line 1, ", "expected a duration"),
        ("(retry: (limit: -1))", "line 1, ", "found -1, expected a whole number from 0"),
        (r#"(wait: sleep(exponential(mode: "1s")))"#, "line 1, ", "mode"),
        (
            r#"(wait: socket(latency: fixed("1s"), connections: 0))"#,
            "line 1, ",
            "a whole number from 1",
        ),
        (r#"(wait: socket(latency: fixed("1s"), service: at("here")))"#, "line 1, ", "an address"),
    ] {
        let error = IoSpec::from_ron(text).expect_err(text).to_string();
        assert!(error.starts_with(place) && error.contains(message), "{text}: {error}");
    }
}

#[test]
fn values_out_of_range_are_refused_where_they_are_read_and_before_anything_is_built() {
    let ms = Duration::from_millis;
    let fault = |probability| FaultSpec {
        kind: Injected::Error,
        when: crate::Trigger::Probability(probability),
    };
    let (downwards, flat) =
        (Latency::Uniform { from: ms(2), to: ms(1) }, Latency::Pareto { mean: ms(1), shape: 0.5 });
    for (spec, expected) in [
        (IoSpec::new(Wait::Sleep(downwards)), "bounds in ascending order"),
        (IoSpec::new(Wait::Block(flat)), "a shape above 1"),
        (IoSpec { faults: vec![fault(1.5)], ..IoSpec::default() }, "from 0 to 1"),
    ] {
        let error = spec.build().err().expect(expected).to_string();
        assert!(error.contains(expected), "{error}");
        let ron = spec.to_ron().unwrap();
        let error = IoSpec::from_ron(&ron).unwrap_err().to_string();
        assert!(error.starts_with("line 1, column ") && error.contains(expected), "{ron}: {error}");
    }
}

#[test]
fn only_an_io_that_can_neither_wait_nor_fail_is_idle() {
    for (text, idle) in [
        ("none", true),
        ("none phase:both timeout:1s retry:3 offload", true),
        ("none error@3:(5,7)", false),
        ("sleep:0s", false),
        ("block:0s", false),
    ] {
        let io = text.parse::<IoSpec>().unwrap().build().unwrap();
        assert_eq!(io.is_idle(), idle, "{text}");
    }
}

#[tokio::test]
async fn another_process_builds_the_same_from_the_wire() {
    let spec = "block:0s phase:both error:0.5 panic@1:(900,0) retry:1(0s,0s) offload seed:9";
    let here = spec.parse::<IoSpec>().unwrap().build().unwrap();
    let there = from_wire(&here.wire().unwrap()).unwrap();
    assert_eq!(there.wire(), here.wire());
    for x in 0..100 {
        let site = Site { at: Position::new(x, 1), ..SITE };
        assert_eq!(
            there.call(site, &CancellationToken::new()),
            here.call(site, &CancellationToken::new())
        );
    }
}

#[tokio::test]
async fn another_process_shares_the_service_from_the_wire() {
    for spec in ["socket:1ms", "socket(unix):1ms"] {
        let here = spec.parse::<IoSpec>().unwrap().build().unwrap();
        let wire = here.wire().unwrap();
        assert!(wire.contains("at("), "{wire}");
        let there = from_wire(&wire).unwrap();
        assert_eq!(there.wire(), Some(wire), "it is passed on as it is");
        assert_eq!(there.call_async(SITE, &CancellationToken::new()).await, Ok(()));
        drop(here);
        let fault = there.call_async(SITE, &CancellationToken::new()).await.unwrap_err();
        assert!(fault.message().contains("the service at"), "{fault}");
    }
}

#[test]
fn the_wire_of_no_io_is_understood() {
    assert!(from_wire(&Idle.wire().unwrap()).unwrap().is_idle());
    assert!(from_wire("(unheard_of: 1)").is_err());
    assert!(from_wire("").is_err());
}

#[tokio::test]
async fn policies_nest_from_faults_to_phase() {
    // The hang is timed out, the timeout is retried, the retry succeeds: in both forms.
    let spec = "sleep:0s hang@1:(0,0) timeout:5ms retry:1(0s,0s)";
    let io = spec.parse::<IoSpec>().unwrap().build().unwrap();
    assert_eq!(io.call(SITE, &CancellationToken::new()), Ok(()));
    assert_eq!(io.call_async(SITE, &CancellationToken::new()).await, Ok(()));
    // With one more hanging attempt than retries, it is exhausted.
    let spec = spec.replace("(0,0)", "(0,0)*2");
    let io = spec.parse::<IoSpec>().unwrap().build().unwrap();
    let expected = Err(Fault::timed_out("no answer within 5ms (attempt 2 of 2)"));
    assert_eq!(io.call(SITE, &CancellationToken::new()), expected);
    assert_eq!(io.call_async(SITE, &CancellationToken::new()).await, expected);
    // In the other phase nothing happens.
    let site = Site { phase: Phase::Neighbors, ..SITE };
    assert_eq!(io.call(site, &CancellationToken::new()), Ok(()));
}

#[test]
fn the_offloaded_form_is_the_blocking_one_with_its_policies() {
    // A runtime without timers: no asynchronous form of a policy could work there.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (spec, expected) in [
        ("block:0s offload", Ok(())),
        ("sleep:1ms offload", Ok(())),
        ("sleep:1h timeout:5ms offload", Err(Fault::timed_out("no answer within 5ms"))),
        ("sleep:0s hang@1:(0,0) timeout:5ms retry:1(0s,0s) offload", Ok(())),
        ("none error:1 offload", Err(Fault::failed("injected error"))),
    ] {
        let io = spec.parse::<IoSpec>().unwrap().build().unwrap();
        assert_eq!(io.call(SITE, &CancellationToken::new()), expected, "{spec}");
        assert_eq!(
            runtime.block_on(io.call_async(SITE, &CancellationToken::new())),
            expected,
            "{spec}"
        );
    }
}

#[test]
fn only_the_phase_that_waits_is_offloaded() {
    let spec = IoSpec { offload: true, ..IoSpec::new("block:0s".parse().unwrap()) };
    let io = spec.build().unwrap();
    // Outside any runtime, nothing could cross to its pool.
    let outcome = |phase| {
        let stop = CancellationToken::new();
        crate::park::block_on(io.call_async(Site { phase, ..SITE }, &stop), &stop).unwrap()
    };
    assert_eq!(outcome(Phase::Neighbors), Ok(()));
    assert!(outcome(Phase::Rule).unwrap_err().message().contains("tokio runtime"));
}

#[test]
fn a_stop_ends_every_blocking_wait() {
    for spec in [
        "sleep:1h",
        "sleep:1h capacity:1",
        "sleep:1h hedge:1ms in_flight:1 breaker:1(1h)",
        "block:1h",
        "cpu:1h",
        "cpu:rounds(18446744073709551615)",
        "socket:1h",
        "socket(unix):1h",
        "sleep:1h work:1us",
        "none work:1h",
        "none hang:1",
        "none error:1 retry:9(1h,1h)",
        "sleep:1h timeout:2h retry:3 offload",
    ] {
        let io = spec.parse::<IoSpec>().unwrap().build().unwrap();
        let stop = CancellationToken::new();
        let outcome = std::thread::scope(|scope| {
            let call = scope.spawn(|| io.call(SITE, &stop));
            // It may fire before the wait begins or in it: either must end.
            std::thread::sleep(Duration::from_millis(2));
            stop.cancel();
            call.join().unwrap()
        });
        assert_eq!(outcome.unwrap_err().kind(), FaultKind::Stopped, "{spec}");
        let soon = CancellationToken::new().before(Instant::now() + Duration::from_millis(2));
        assert_eq!(io.call(SITE, &soon).unwrap_err().kind(), FaultKind::Stopped, "{spec}");
    }
}

#[test]
fn no_text_makes_the_reader_panic_and_what_it_reads_it_prints() {
    let seeds = [
        "sleep:lognormal(1.5ms,0.5) phase:both error@3:(5,7)*4 timeout:1s retry:3(1ms,2s) seed:9",
        "socket(unix:/run/echo,64):pareto(5ms,2.5) hang:0.001 panic:1e-3",
        "block:exp(5ms) offload retry:3(1ms)",
        "socket:5ms rate:1e3/s burst:2 slow:0.01(9ms) contention:0.1 coherency:1e-4 connect:1ms",
        "none retry:3 retry_budget:0.1 hedge:p95 in_flight:aimd(1,256) breaker:5(100ms)",
        "sleep:5ms capacity:64 queue:256 work:rounds(1000) phase:both",
        "cpu:rounds(1000) phase:neighbors error@18446744073709551615:(4294967295,0)",
    ];
    let alphabet: Vec<char> = "0189.-+eE:(),@*µs mnhxµ\u{0}é".chars().collect();
    let mut understood = 0;
    for mutant in 0..20_000 {
        let draw = |n: u64| seeded::hash(&[mutant, n]) as usize;
        let mut text: Vec<char> = seeds[draw(0) % seeds.len()].chars().collect();
        for change in 0..draw(1) as u64 % 3 + 1 {
            let at = draw(4 * change + 2) % text.len();
            match draw(4 * change + 3) % 3 {
                0 => text[at] = alphabet[draw(4 * change + 4) % alphabet.len()],
                1 => text.insert(at, alphabet[draw(4 * change + 4) % alphabet.len()]),
                _ => text.truncate(at + 1),
            }
        }
        let text: String = text.into_iter().collect();
        match text.parse::<IoSpec>() {
            Ok(spec) => {
                assert_eq!(spec.to_string().parse::<IoSpec>().as_ref(), Ok(&spec), "{text}");
                understood += 1;
            }
            Err(error) => assert!(text.get(error.span).is_some(), "{text}"),
        }
    }
    assert!((500..19_500).contains(&understood), "{understood}: the mutants teach nothing");
}
