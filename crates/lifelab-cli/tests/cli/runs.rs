//! Runs that come to their end.

use lifelab::{STEPPERS, Topology};
use lifelab_core::testing::topologies;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::program::{Fact, facts, feed, lifelab, reference, run, succeed, typed};

/// All that `run --json` prints, in its order.
const KEYS: [&str; 17] = [
    "generation",
    "kept_cells",
    "population",
    "bounding_box",
    "sha256",
    "rule",
    "topology",
    "width",
    "height",
    "engine",
    "stepper",
    "io",
    "step_seconds",
    "cells_per_second",
    "generations_per_second",
    "warnings",
    "cycle",
];

fn fact(id: &str, generation: &str) -> Fact {
    let mut facts = facts("checks.csv", |row| &row[0] == id && &row[3] == generation);
    facts.pop().unwrap_or_else(|| panic!("no fact about {id} at {generation}"))
}

#[track_caller]
fn agrees(run: &Value, fact: &Fact) {
    assert_eq!(run["generation"], fact.number("generation"));
    assert_eq!(run["population"], fact.number("population"));
    assert_eq!(run["bounding_box"], fact.bounding_box());
    assert_eq!(run["sha256"], fact.text("sha256"));
}

#[test]
fn a_run_agrees_with_other_engines() {
    for (id, generation, margin) in [
        ("gosper-gun", "0", "5"),
        ("gosper-gun", "300", "80"),
        ("r-pentomino", "1103", "270"),
        ("highlife-replicator", "48", "20"),
        ("diehard", "130", "30"),
    ] {
        let fact = fact(id, generation);
        let done = succeed(
            lifelab(["run", "--topology", "plane", "--margin", margin, "-g", generation, "--json"])
                .arg(reference(fact.text("file"))),
        );
        agrees(&done.json(), &fact);
        assert_eq!(done.json()["rule"], fact.text("rule"));
        assert_eq!(done.json()["topology"], "plane");
    }
}

#[test]
fn a_pattern_brings_its_universe() {
    let fact = fact("torus-65x43", "100");
    let run = succeed(lifelab(["run", "-g", "100", "--json"]).arg(reference(fact.text("file"))));
    agrees(&run.json(), &fact);
    assert_eq!(run.json()["width"], 65);
    assert_eq!(run.json()["height"], 43);
    assert_eq!(run.json()["topology"], "torus");
}

/// On the command line, in a pattern file, a scenario and a checkpoint.
#[test]
fn a_topology_goes_wherever_a_run_is_written() {
    let folder = tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for topology in topologies(24, 24).iter().map(ToString::to_string) {
        let (pattern, scenario, checkpoints) =
            (at("end.rle"), at("run.ron"), at(&topology.replace(':', " ")));
        let mut first = typed("run glider -g 60 --json --every 30 --topology");
        first.arg(&topology).arg("--checkpoint").arg(&checkpoints);
        if !topology.parse::<Topology>().expect("it was printed").is_endless() {
            first.args(["--size", "24x24"]);
        }
        first.arg("--save-scenario").arg(&scenario).arg("-o").arg(&pattern);
        let first = succeed(&mut first).json();
        assert_eq!(first["topology"], topology);
        let again = succeed(typed("run --json --scenario").arg(&scenario)).json();
        let resumed = succeed(typed("resume --json").arg(&checkpoints)).json();
        let end = succeed(typed("run -g 0 --json").arg(&pattern)).json();
        for key in ["generation", "population", "sha256", "topology"] {
            assert_eq!(again[key], first[key], "{topology}: {key}");
            assert_eq!(resumed[key], first[key], "{topology}: {key}");
            assert_eq!(end[key], first[key], "{topology}: {key}");
        }
    }
}

#[test]
fn a_rule_brings_its_universe() {
    let run = succeed(&mut typed("run glider --rule b3s23:p30,20 -g 4 --json")).json();
    assert_eq!(run["rule"], "B3/S23");
    assert_eq!(run["topology"], "plane");
    assert_eq!((&run["width"], &run["height"]), (&json!(30), &json!(20)));
    let run = succeed(&mut typed("run glider --rule B3/S23:K30*+1,20 -g 4 --json")).json();
    assert_eq!(run["topology"], "klein:x+1");
    let conflict = crate::program::run(&mut typed("run glider --rule B3/S23:P30 --size 9x9"));
    assert_eq!(conflict.code, Some(2));
    assert!(conflict.err.contains("--size"), "{}", conflict.err);
}

/// Of a pattern that names no universe, other engines know what becomes on the plane without end.
#[test]
fn a_pattern_without_a_size_has_no_edges() {
    for (id, generation) in [("gosper-gun", "300"), ("r-pentomino", "1103"), ("diehard", "130")] {
        let fact = fact(id, generation);
        let line = lifelab(["run", "-g", generation, "--json"]);
        let done = succeed({ line }.arg(reference(fact.text("file")))).json();
        agrees(&done, &fact);
        assert_eq!(done["topology"], "infinite");
        assert_eq!((&done["width"], &done["warnings"]), (&Value::Null, &json!([])));
    }
}

#[test]
fn on_the_plane_an_engine_goes_far_unless_a_grid_is_asked_for() {
    let folder = tempdir().expect("a folder");
    let engine = |line: &str| {
        let run = succeed(typed(line).arg("--json").current_dir(&folder)).json();
        assert_eq!(run["population"], 5, "{line}");
        run["engine"].as_str().expect("a name").to_owned()
    };
    for line in [
        "run glider -g 2^100",
        "run glider --topology infinite --rule B3/S23",
        "run glider -g 8 --save-scenario far.ron",
        "run --scenario far.ron",
        "run glider -g 8 --until-stable",
    ] {
        assert_eq!(engine(line), "auto", "{line}");
    }
    for line in [
        "run glider --engine finite --save-scenario near.ron",
        "run --scenario near.ron",
        "run glider --size 40x40",
        "run glider --margin 40",
        "run glider --topology T0,40",
        "run glider --stepper sequential",
        "run glider --io none",
        "run glider --grain cell",
        "run glider --trace trace.json",
        "run glider --memory-limit 1GiB",
        "run glider -g 0 --rule B2-a/S12", // Which is only for a grid.
    ] {
        assert_eq!(engine(line), "finite", "{line}");
    }
}

/// A glider at its own place, among cells that wait, in every stepper.
#[test]
fn the_plane_without_end_is_drawn_and_waited_on() {
    let glider = b"#CXRLE Pos=-7,30\nx = 3, y = 3\nbo$2bo$3o!";
    for entry in STEPPERS {
        let line = "run - --topology infinite -g 8 --io sleep:100us --show --quiet --stepper";
        let done = feed(typed(line).arg(entry.name()), glider);
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{}", entry.name());
        let drawn = ".O.\n..O\nOOO\n(the first cell is at column -5, row 32)\n";
        assert_eq!(done.out, drawn, "{}", entry.name());
    }
    let written = feed(&mut typed("run - -g 8 -q -o -"), glider).out;
    assert!(written.contains("#CXRLE Pos=-5,32 Gen=8"), "{written}");
    let summary = feed(&mut typed("run - -g 8"), glider).out;
    assert!(summary.contains("universe      infinite\n"), "{summary}");
}

#[test]
fn a_plane_without_end_has_no_size() {
    for (options, words) in [
        ("--topology infinite --size 30x20", "leave it out"),
        ("--topology T0,9 --margin 3", "leave it out"),
        ("--topology P0,2", "outside the grid"),
        ("--rule B3/S23:T20+3,0", "no offset"),
    ] {
        let done = run(&mut typed(&format!("run glider {options}")));
        assert_eq!(done.code, Some(2), "{options}");
        assert!(done.err.contains(words), "{options}: {}", done.err);
    }
    let soup = succeed(&mut typed("run --soup 0.4 --size 9x7 --topology infinite -g 3 --json"));
    assert_eq!(soup.json()["topology"], "infinite");
}

#[test]
fn a_pattern_that_grows_beyond_the_memory_limit_ends_the_run() {
    let line = "run gosper-glider-gun -g 100k --memory-limit 100kB --json";
    let done = run(&mut typed(line));
    assert_eq!((done.code, &done.error()["kind"]), (Some(1), &json!("resources")));
    let message = done.error()["message"].as_str().expect("text").to_owned();
    assert!(message.contains("the limit is 100000"), "{message}");
    let last = done.json()["generation"].as_u64().expect("a number");
    assert!(last > 100, "the last complete generation is told: {last}");
}

#[test]
fn every_stepper_comes_to_the_same_cells() {
    let mut seen = Vec::new();
    for entry in STEPPERS {
        for name in [entry.name().to_owned(), entry.name().replace('_', "-")] {
            let line = "run --soup 0.37 --seed 7 --size 20x10 -g 3 --io sleep:1ms --json --stepper";
            let run = succeed(typed(line).arg(&name)).json();
            assert_eq!(run["stepper"], entry.name());
            assert_eq!(run["io"], "sleep:1ms");
            assert!(run["step_seconds"]["min"].as_f64() >= Some(0.001), "{run}");
            seen.push(run["sha256"].clone());
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[test]
fn every_stepper_takes_a_grain() {
    for entry in STEPPERS {
        for (grain, spelled) in [("cell", "cell"), ("rows:3", "rows(3)")] {
            let line = "run glider -g 2 --json --stepper";
            let run = succeed(typed(line).args([entry.name(), "--grain", grain])).json();
            assert_eq!(run["stepper"], format!("{}(grain: {spelled})", entry.name()));
        }
    }
}

#[test]
fn workers_are_an_option_of_the_stepper() {
    let run = succeed(&mut typed("run glider --stepper thread_pool --workers 3 --json")).json();
    assert_eq!(run["stepper"], "thread_pool(workers: 3)");
}

#[test]
fn a_fault_that_will_not_strike_is_warned_of() {
    let run = succeed(&mut typed("run glider -g 3 --fault error@9:(5,7) --json")).json();
    let warning = run["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("error@9:(5,7) will not strike"), "{warning}");
}

#[test]
fn the_object_has_all_its_keys() {
    let run = succeed(&mut typed("run blinker --margin 5 --until-stable --json")).json();
    let keys: Vec<_> = run.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = KEYS;
    expected.sort_unstable();
    let mut sorted = keys;
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    for time in ["min", "median", "max", "total"] {
        assert!(run["step_seconds"][time].as_f64() > Some(0.0), "{time}: {run}");
    }
    assert!(run["cells_per_second"].as_f64() > Some(0.0), "{run}");
    assert!(run["generations_per_second"].as_f64() > Some(0.0), "{run}");
    assert_eq!(run["engine"], "finite");
    assert_eq!(run["warnings"], json!([]));
    let stays = json!({ "x": 0, "y": 0 });
    let cycle = json!({
        "kind": null, "apgcode": null, "start": 0, "period": 2, "displacement": stays, "velocity": null,
    });
    assert_eq!(run["cycle"], cycle);

    let run = succeed(&mut typed("run blinker --json")).json();
    assert_eq!(run["generation"], 100);
    assert_eq!(run.get("cycle"), None);
}

#[test]
fn a_box_counts_from_the_patterns_first_cell() {
    for place in ["--margin 0", "--margin 30", "--size 77x50"] {
        let run =
            succeed(&mut typed(&format!("run block -g 1 --topology plane {place} --json"))).json();
        let expected = json!({ "left": 0, "top": 0, "width": 2, "height": 2 });
        assert_eq!(run["bounding_box"], expected, "{place}");
    }
}

#[test]
fn an_empty_universe_has_no_box() {
    let run = succeed(&mut typed("run --soup 0 --size 5x4 -g 2 --json")).json();
    assert_eq!((&run["population"], &run["bounding_box"]), (&json!(0), &Value::Null));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(run["sha256"], empty);
    assert!(succeed(&mut typed("run --soup 0 --size 5x4")).out.contains("empty"));
}

/// A gun has 2^100 / 30 gliders then: they are counted, and not listed.
#[test]
fn more_cells_than_can_be_listed_are_counted() {
    let line = "run gosper-glider-gun --engine hashlife -g 2^100";
    let run = succeed(&mut typed(&format!("{line} --json"))).out;
    for member in [
        r#""generation":1267650600228229401496703205376"#,
        r#""population":211275100038038233582783867604"#,
        r#""sha256":null"#,
    ] {
        assert!(run.contains(member), "{run}");
    }
    let out = succeed(&mut typed(line)).out;
    assert!(out.contains("1267650600228229401496703205376"), "{out}");
    assert!(!out.contains("hash "), "{out}");
}

#[test]
fn no_generation_is_a_run_too() {
    let run = succeed(&mut typed("run glider --margin 5 -g 0 --json")).json();
    assert_eq!((&run["generation"], &run["cells_per_second"]), (&json!(0), &json!(0.0)));
    let zero = json!({ "min": 0.0, "median": 0.0, "max": 0.0, "total": 0.0 });
    assert_eq!(run["step_seconds"], zero);
}

#[test]
fn a_seed_chooses_the_soup() {
    let soup = |seed: &str| {
        let line = "run --soup 0.5 --size 40x40 -g 0 --json --seed";
        succeed(typed(line).arg(seed)).json()["sha256"].clone()
    };
    assert_eq!(soup("7"), soup("7"));
    assert_ne!(soup("7"), soup("8"));
}

#[test]
fn a_generation_counts_on_from_the_files() {
    let file = reference("formats/position-generation.rle");
    let run = succeed(lifelab(["run", "-g", "8", "--json"]).arg(file)).json();
    assert_eq!(run["generation"], 50);
    assert_eq!(run["bounding_box"]["left"], 2, "a glider moves a cell in four generations");
}

#[test]
fn a_pattern_comes_from_standard_input() {
    let rle = b"x = 3, y = 3\nbo$2bo$3o!";
    let run = feed(&mut typed("run - -g 4 --json"), rle);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(run.json()["bounding_box"], json!({"left": 1, "top": 1, "width": 3, "height": 3}));
}

#[test]
fn what_is_odd_about_a_pattern_is_told() {
    let run = feed(&mut typed("run - --json"), b"x = 2, y = 2\n2o$2o");
    assert_eq!(run.code, Some(0));
    assert!(run.json()["warnings"][0].as_str().expect("a warning").contains('!'), "{}", run.out);
    assert_eq!(run.err, "", "it is in the object");
    let run = feed(&mut typed("run -"), b"x = 2, y = 2\n2o$2o");
    assert!(run.err.starts_with("warning: "), "{}", run.err);
    let run = feed(&mut typed("run - --quiet"), b"x = 2, y = 2\n2o$2o");
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
}

#[test]
fn the_last_generation_is_drawn() {
    let done = succeed(&mut typed("run blinker -g 1 --size 5x5 --show --quiet"));
    let (horizontal, vertical) =
        (".....\n.....\n.OOO.\n.....\n.....\n", ".....\n..O..\n..O..\n..O..\n.....\n");
    assert!([horizontal, vertical].contains(&&*done.out), "{}", done.out);
    let next = succeed(&mut typed("run blinker -g 2 --size 5x5 --show --quiet"));
    assert_ne!(done.out, next.out);
}

#[test]
fn a_summary_names_what_was_run() {
    let done = succeed(&mut typed("run glider -g 4 --size 12x10 --stepper thread-pool"));
    for part in ["generation    4", "population    5", "B3/S23", "torus of 12 x 10", "thread_pool"]
    {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
}

#[test]
fn a_stable_universe_ends_the_run() {
    let run = succeed(&mut typed("run beehive --until-stable --json")).json();
    assert_eq!((&run["cycle"]["start"], &run["cycle"]["period"]), (&json!(0), &json!(1)));
    assert_eq!(run["generation"], 1);
    let run = succeed(&mut typed("run acorn --until-stable -g 10 --json")).json();
    assert_eq!((&run["cycle"], &run["generation"]), (&Value::Null, &json!(10)));
}

/// The objects of the reference table, as people and programs are told of them.
#[test]
fn what_repeats_itself_is_named() {
    for fact in facts("motion.csv", |row| &row[2] == "B3/S23" && !row[7].is_empty()) {
        let file = reference(fact.text("file"));
        let found = succeed(typed("run --until-stable --json").arg(&file)).json();
        let cycle = &found["cycle"];
        assert_eq!(cycle["kind"], fact.text("kind"), "{cycle}");
        assert_eq!(cycle["period"], fact.number("period"), "{cycle}");
        assert_eq!(cycle["apgcode"], fact.text("apgcode"), "{cycle}");
        let text = succeed(typed("run --until-stable").arg(&file)).out;
        assert!(text.contains(fact.text("apgcode")) && text.contains(fact.text("kind")), "{text}");
    }
    // On a torus it is what comes round, and has no code.
    let round = succeed(&mut typed("run glider --size 8x8 --until-stable --json")).json();
    assert_eq!(round["cycle"]["period"], 32);
    assert_eq!((&round["cycle"]["kind"], &round["cycle"]["apgcode"]), (&Value::Null, &Value::Null));
    let dead = succeed(&mut typed("run diehard --until-stable --json")).json();
    assert_eq!((&dead["cycle"]["start"], &dead["cycle"]["apgcode"]), (&json!(130), &Value::Null));
}

/// What grows for ever never repeats itself; the gun's figures are those that everybody knows.
#[test]
fn puffers_and_guns_end_a_run_that_is_to_settle() {
    for engine in ["auto", "finite"] {
        let line = format!("run gosper-glider-gun --until-stable --engine {engine}");
        let gun = succeed(&mut typed(&format!("{line} --json"))).json();
        let expected = json!({
            "kind": "gun", "found": 512, "period": 30, "gained": 5, "velocity": "c/4 diagonal",
        });
        assert_eq!((&gun["growth"], &gun["cycle"]), (&expected, &Value::Null));
        assert_eq!(gun["generation"], 512);
        let text = succeed(&mut typed(&line)).out;
        assert!(text.contains("gun, grows at c/4 diagonal by 5 cells every 30"), "{text}");
    }
    let puffer = succeed(&mut typed("run puffer-1 --until-stable --json")).json();
    assert_eq!(puffer["growth"]["kind"], "puffer");
    let early = succeed(&mut typed("run gosper-glider-gun --until-stable -g 500 --json")).json();
    assert_eq!((&early["growth"], &early["generation"]), (&Value::Null, &json!(500)));
}

#[test]
fn io_in_both_phases_takes_twice_as_long() {
    for (phase, least) in [("rule", 0.003), ("neighbors", 0.003), ("both", 0.006)] {
        let line = "run --soup 0.5 --size 3x1 -g 1 --io sleep:1ms --json --io-phase";
        let run = succeed(typed(line).arg(phase)).json();
        assert!(run["step_seconds"]["min"].as_f64() >= Some(least), "{phase}: {run}");
    }
}

#[test]
fn a_pattern_larger_than_the_limit_is_refused() {
    let done = run(&mut typed("run gosper-glider-gun --pattern-limit 1k --json"));
    assert_eq!(done.code, Some(0), "the library is exempt: {}", done.err);
    let file = reference("patterns/gosper-gun.rle");
    let done = run(lifelab(["run", "--pattern-limit", "100", "--json"]).arg(file));
    assert_eq!(done.code, Some(2));
    assert!(done.error()["message"].as_str().expect("text").contains("100 bytes"), "{}", done.err);
}

#[test]
fn a_pattern_that_meets_the_edge_is_told_of_with_a_margin_that_is_enough() {
    // On the plane it has 121 cells, says Golly: `tests/reference/checks.csv`.
    let done = succeed(&mut typed("run r-pentomino -g 100 --margin 16 --json")).json();
    assert_ne!(done["population"], 121);
    let warning = done["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("edge") && warning.contains("torus"), "{warning}");
    let margin = warning.split("--margin ").nth(1).expect("a remedy").split(' ').next().unwrap();
    let line = format!("run r-pentomino -g 100 --json --margin {margin}");
    let done = succeed(&mut typed(&line)).json();
    assert_eq!((&done["population"], &done["warnings"]), (&121.into(), &json!([])));

    let text = run(&mut typed("run acorn -g 5206 --margin 16"));
    assert_eq!(text.code, Some(0));
    assert!(text.err.starts_with("warning: live cells came to the edge"), "{}", text.err);
    let sized = succeed(&mut typed("run acorn -g 200 --size 60x60 --json")).json();
    assert!(sized["warnings"][0].as_str().expect("a warning").contains("--size "), "{sized}");
    let endless =
        succeed(&mut typed("run gosper-glider-gun -g 1M --json --until-stable --margin 16")).json();
    assert!(endless["warnings"][0].as_str().expect("a warning").contains("--margin "), "{endless}");
    // No margin is enough for a glider that never ends.
    let stable = succeed(&mut typed("run glider -g 1M --json --until-stable --margin 16")).json();
    let warning = stable["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("gets farther") && !warning.contains("surely"), "{warning}");
}

#[test]
fn an_edge_that_is_meant_or_never_met_is_not_worth_a_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own.rle");
    std::fs::write(&own, "x = 3, y = 3, rule = B3/S23:T9,9\nbo$2bo$3o!").expect("a file");
    let scenario = folder.path().join("own.ron");
    for line in [
        "run acorn -g 500 --topology torus".to_owned(),
        "run acorn -g 500 --topology plane --size 60x60".to_owned(),
        "run acorn -g 500 --rule B3/S23:T60,60".to_owned(),
        "run --soup 0.4 -g 50".to_owned(),
        "run glider -g 60".to_owned(),
        "run acorn -g 500".to_owned(),
        "run glider -g 300 --topology T0,9".to_owned(),
        "run blinker --margin 2 -g 1000".to_owned(),
        format!("run -g 500 --save-scenario {} {}", scenario.display(), own.display()),
        format!("run --scenario {}", scenario.display()),
    ] {
        let done = succeed(&mut typed(&(line.clone() + " --json"))).json();
        assert_eq!(done["warnings"], json!([]), "{line}");
    }
}

#[test]
fn a_shell_completes_names() {
    let script = r#"
        eval "$("$0" completions bash)"
        COMP_WORDS=(lifelab "$@"); COMP_CWORD=$#; COMP_TYPE=9
        _lifelab_whole_words lifelab "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let program = lifelab(["x"]).get_program().to_owned();
    for (words, offered) in [
        (&["patterns", ""][..], &["gosper-glider-gun", "acorn"][..]),
        (&["run", "gosp"], &["gosper-glider-gun"]),
        (&["run", "--stepper", ""], &["sequential", "async_tasks", "process_pool"]),
        (&["run", "--engine", ""], &["finite"]),
        (&["run", "--topology", ""], &["torus", "plane"]),
        (&["run", "--topology", "torus", ":", "x"], &["x+1"]), // As bash breaks `torus:x`.
        (&["run", "--io", "sleep", ":"], &["10ms"]),
        (&["convert", "a.rle", "a.cells", "--to", "pl"], &["plaintext"]),
        (&["run", "--rule", "High"], &["HighLife"]),
        (&["bench", "lat"], &["latency"]),
        (&["bench", "--stepper", "thread"], &["thread_pool", "thread_per_cell"]),
        (&["completions", ""], &["bash", "zsh", "fish"]),
    ] {
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", script]).arg(&program).args(words);
        let Ok(output) = bash.output() else { return }; // There is no bash.
        let done = crate::program::done(output);
        let lines: Vec<_> = done.out.lines().map(str::trim).collect();
        for name in offered {
            assert!(lines.contains(name), "{words:?} offers {lines:?}, {}", done.err);
        }
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = succeed(&mut typed(&format!("completions {shell}"))).out;
        assert!(script.contains("LIFELAB_COMPLETE"), "{shell}: {script}");
    }
}

#[test]
fn progress_is_told_by_lines_where_they_are_asked_for() {
    let done = run(&mut typed("run blinker -g 100 --progress lines"));
    assert_eq!((done.code, done.err.lines().count()), (Some(0), 1), "{}", done.err);
    assert!(done.err.starts_with("generation 100 of 100, 100.0 %, "), "{}", done.err);
    succeed(&mut typed("run blinker -g 100 --progress lines --quiet"));
}

/// Figures of Golly and of two other programs (`tests/reference/checks.csv`).
#[test]
fn cells_that_take_time_to_die_run_resume_and_are_written() {
    let folder = tempdir().expect("a folder");
    let (checkpoints, ten) = (folder.path().join("run"), folder.path().join("ten.rle"));
    let brain = reference("patterns/brians-brain.rle");
    let mut start = typed("run --json --quiet -g 10");
    let start = start.arg(brain).arg("--output").arg(&ten).arg("--checkpoint").arg(&checkpoints);
    let result = succeed(start).json();
    assert_eq!((&result["population"], &result["rule"]), (&json!(107), &json!("/2/3")));
    // Both the checkpoint and the file have the states of the cells.
    let resumed = succeed(typed("resume --json --quiet -g 50").arg(checkpoints)).json();
    let read = succeed(typed("run --json --quiet -g 40 --stepper async_tasks").arg(ten)).json();
    for result in [resumed, read] {
        assert_eq!((&result["generation"], &result["population"]), (&json!(50), &json!(148)));
        let expected = "c0daf07501db34fa4f2547ad523f349ec1ddcc752bda21a91dd08fb12bfd415b";
        assert_eq!(result["sha256"], expected);
    }
}
