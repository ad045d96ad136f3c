//! Patterns in and out: `info`, `convert`, `patterns`, `--output`; and the lists.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::program::{done, facts, feed, lifelab, reference, run, succeed, typed};

fn info(path: &Path) -> Value {
    succeed(lifelab(["info", "--json"]).arg(path)).json()
}

#[test]
fn info_agrees_with_other_programs() {
    let facts =
        facts("formats.csv", |row| &row[2] != "23/3/256" && !row[1].starts_with("macrocell"));
    assert!(facts.len() > 15, "only {} files", facts.len());
    for fact in facts {
        let file = fact.text("file");
        let info = info(&reference(file));
        for name in ["format", "rule", "sha256"] {
            assert_eq!(info[name], fact.text(name), "{file}: {name}");
        }
        for name in ["generation", "population"] {
            assert_eq!(info[name], fact.number(name), "{file}: {name}");
        }
        assert_eq!(info["bounding_box"], fact.bounding_box(), "{file}");
    }
}

/// Programs differ in where they put the middle, so only the size of the box is compared.
#[test]
fn info_of_a_macrocell_agrees_however_many_cells_it_has() {
    let facts = facts("formats.csv", |row| row[1].starts_with("macrocell") && &row[2] != "/2/3");
    assert_eq!(facts.len(), 4);
    for fact in facts {
        let file = fact.text("file");
        let info = info(&reference(file));
        for name in ["format", "rule"] {
            assert_eq!(info[name], fact.text(name), "{file}: {name}");
        }
        for name in ["generation", "population"] {
            assert_eq!(info[name], fact.number(name), "{file}: {name}");
        }
        for name in ["width", "height"] {
            assert_eq!(info[name], fact.number(name), "{file}: {name}");
            assert_eq!(info["bounding_box"][name], fact.number(name), "{file}: {name}");
        }
        match fact.text("sha256") {
            "" => assert!(info["sha256"].is_null(), "{file}"),
            hash => assert_eq!(info["sha256"], hash, "{file}"),
        }
    }
    let done = succeed(lifelab(["info"]).arg(reference("formats/spacefiller-2to24.mc")));
    assert!(done.out.contains("population    70368903561411\n"), "{}", done.out);
}

#[test]
fn a_pattern_with_too_many_cells_is_refused_where_they_are_needed() {
    let file = reference("formats/spacefiller-2to24.mc");
    let folder = tempdir().expect("a folder");
    for name in ["out.rle", "out.cells", "out.lif"] {
        let done = run(lifelab(["convert"]).args([&file, &folder.path().join(name)]));
        assert_eq!(done.code, Some(2), "{name}");
        let message =
            "spacefiller-2to24.mc: a list of the 70368903561411 live cells would take more";
        assert!(done.err.contains(message), "{name}: {}", done.err);
    }
    for engine in ["finite", "tiles"] {
        assert_eq!(run(lifelab(["run", "--engine", engine]).arg(&file)).code, Some(2), "{engine}");
    }
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_macrocell_is_converted_to_one_without_listing_it() {
    let file = reference("formats/spacefiller-2to24.mc");
    let folder = tempdir().expect("a folder");
    let packed = folder.path().join("out.mc.gz");
    succeed(lifelab(["convert"]).args([&file, &packed]));
    let (before, after) = (info(&file), info(&packed));
    assert_eq!(after["format"], "macrocell+gzip");
    for name in ["rule", "generation", "population", "bounding_box"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    let done = succeed(lifelab(["convert", "--to", "mc"]).args([&packed, Path::new("-")]));
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&done.out), lines(&fs::read_to_string(&file).expect("text")));
}

#[test]
fn an_apgcode_is_a_pattern() {
    let done = succeed(&mut typed("info xq4_153 --json")).json();
    assert_eq!((&done["format"], &done["population"]), (&json!("apgcode"), &json!(5)));
    let done = succeed(&mut typed("run xp2_7 -g 1 --json --quiet")).json();
    assert_eq!(done["population"], 3);
    let done = succeed(&mut typed("convert xs4_33 -"));
    assert!(done.out.ends_with("\n2o$2o!\n"), "{}", done.out);
    assert_eq!(feed(&mut typed("convert - -"), b"xs4_33\n").out, done.out);

    for (code, message) in [
        ("xq4_15Z", "1:7: found 'Z', expected 0-9 or a-z"),
        ("xq4", "1:4: found the end of the input, expected `_`"),
        ("yl12_1_1_abc", "which does not tell its cells"),
    ] {
        let done = run(lifelab(["info"]).arg(code));
        assert_eq!(done.code, Some(2), "{code}");
        assert!(done.err.contains(message), "{code}: {}", done.err);
    }
    let done = run(&mut typed("convert glider - --to apgcode"));
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("apgcode can be read, and not be written"), "{}", done.err);
}

#[test]
fn a_file_goes_before_an_apgcode() {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join("xs4_33"), "x = 1, y = 1\no!").expect("a file");
    let done = succeed(typed("info xs4_33 --json").current_dir(folder.path())).json();
    assert_eq!(done["population"], 1);
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let file = "formats/brians-brain.mc";
    let done = run(lifelab(["info"]).arg(reference(file)));
    assert_eq!(done.code, Some(2), "{file}");
    assert!(done.err.contains("the rule /2/3, with 3 states"), "{file}: {}", done.err);
}

#[test]
fn info_tells_what_the_file_says() {
    let info = info(&reference("formats/position-generation.rle"));
    assert_eq!(info["name"], "glider");
    assert_eq!(info["author"], "Richard K. Guy, 1969");
    assert_eq!(info["comments"], json!(["a comment"]));
    assert_eq!((&info["width"], &info["height"]), (&json!(3), &json!(3)));
    assert_eq!(info["warnings"], json!([]));
    let file = reference("formats/position-generation.rle");
    let done = succeed(lifelab(["info"]).arg(file));
    for part in ["Richard K. Guy, 1969", "B3/S23", "generation    42", "3 x 3 from (-5, 7)"] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
}

#[test]
fn info_takes_bounded_time_and_says_what_it_leaves_out() {
    let few = b"x = 3, y = 1\n10000000o!";
    assert!(feed(&mut typed("info - --json"), few).json()["sha256"].is_string());
    for many in ["10000001", "4294967296"] {
        let text = format!("x = 3, y = 1\n{many}o!");
        let info = feed(&mut typed("info - --json"), text.as_bytes()).json();
        assert_eq!(
            (&info["sha256"], &info["population"].to_string()),
            (&json!(null), &many.into())
        );
        let warnings = info["warnings"].to_string();
        assert!(warnings.contains("no sha256 of more than 10000000 live cells"), "{warnings}");
    }
}

#[test]
fn nothing_that_commands_a_terminal_is_printed() {
    let text = "#N a\u{1b}[31m\u{202e}\u{9b}b\n#C \u{7f}\u{200b}\nx = 1, y = 1\no!";
    let hides =
        |text: &str| text.contains(|c: char| c != '\n' && lifelab::core::printable::is_hidden(c));
    let done = feed(&mut typed("info -"), text.as_bytes());
    assert!(!hides(&done.out), "{:?}", done.out);
    assert!(done.out.contains(r"a\u{1b}[31m\u{202e}\u{9b}b"), "{}", done.out);
    let done = feed(&mut typed("info - --json"), text.as_bytes());
    assert!(!hides(&done.out), "{:?}", done.out);
    let info = done.json();
    assert_eq!(info["name"], "a\u{1b}[31m\u{202e}\u{9b}b", "escapes are read back");
    assert_eq!(info["comments"], json!(["\u{7f}\u{200b}"]));

    let evil = "a\u{1b}[2J\u{202e}\u{9d}";
    let folder = tempdir().expect("a folder");
    let scenario = folder.path().join("evil.ron");
    std::fs::write(&scenario, format!("(start: named(\"{evil}\"))")).expect("a file");
    let broken = folder.path().join(format!("{evil}.ron"));
    std::fs::write(&broken, format!("({evil}")).expect("a file");
    let scenario = scenario.to_str().expect("text");
    let broken = broken.to_str().expect("text");
    for arguments in [
        &["info", evil][..],
        &["info", &format!("{evil}.rle")],
        &["run", evil],
        &["run", "glider", "--rule", evil],
        &["run", "glider", "--topology", evil],
        &["run", "glider", "--stepper", evil],
        &["run", "glider", "--io", evil],
        &["run", "glider", "--size", evil],
        &["run", "glider", "-o", &format!("{evil}/x.rle")],
        &["run", "--scenario", evil],
        &["run", "--scenario", scenario],
        &["run", "--scenario", broken],
        &["bench", broken],
        &["bench", "compare", evil, evil],
        &["resume", evil],
        &["convert", "glider", &format!("{evil}/x.rle")],
        &["patterns", evil],
        &[evil],
        &["run", &format!("--{evil}")],
    ] {
        for json in [false, true] {
            let done = run(lifelab(arguments.iter().copied()).args(json.then_some("--json")));
            assert_ne!(done.code, Some(0), "{arguments:?}");
            assert!(!hides(&done.err) && !hides(&done.out), "{arguments:?}: {:?}", done.err);
        }
    }
}

#[test]
fn info_tells_what_is_odd() {
    let done = feed(&mut typed("info - --json"), b"bo$2bo$3o!");
    assert!(done.json()["warnings"][0].as_str().expect("a warning").contains("header"));
    let done = feed(&mut typed("info -"), b"bo$2bo$3o!");
    assert!(done.out.contains("warning "), "{}", done.out);
}

#[test]
fn a_pattern_keeps_its_cells_in_every_format() {
    let folder = tempdir().expect("a folder");
    let mut file = reference("patterns/gosper-gun.rle");
    let expected = info(&file)["sha256"].clone();
    for (name, format) in [
        ("gun.cells", "plaintext"),
        ("gun_105.lif", "life 1.05"),
        ("gun.ron", "ron"),
        ("gun.rle.gz", "rle+gzip"),
        ("gun.cells.gz", "plaintext+gzip"),
        ("gun.mc", "macrocell"),
        ("gun.mc.gz", "macrocell+gzip"),
    ] {
        let next = folder.path().join(name);
        succeed(lifelab(["convert"]).args([&file, &next]));
        let info = info(&next);
        assert_eq!((&info["format"], &info["sha256"]), (&json!(format), &expected), "{name}");
        file = next;
    }
    let life_106 = folder.path().join("gun.txt.gz");
    succeed(lifelab(["convert", "--to", "life106"]).args([&file, &life_106]));
    let info = info(&life_106);
    assert_eq!((&info["format"], &info["sha256"]), (&json!("life 1.06+gzip"), &expected));
}

#[test]
fn convert_works_in_a_pipe() {
    let done = feed(&mut typed("convert - -"), b".O\n..O\nOOO\n");
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    assert!(done.out.ends_with("bo$2bo$3o!\n"), "{}", done.out);
    let done = feed(&mut typed("convert - - --to cells"), done.out.as_bytes());
    assert_eq!(done.out, ".O\n..O\nOOO\n");
}

#[test]
fn what_would_be_lost_is_refused_or_told() {
    let folder = tempdir().expect("a folder");
    let output = folder.path().join("out.cells");
    let done = feed(lifelab(["convert", "-"]).arg(&output), b"x = 1, y = 1, rule = B36/S23\no!");
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("rule"), "{}", done.err);
    assert!(!output.exists());
    let file = reference("formats/position-generation.rle");
    let done = run(lifelab(["convert"]).args([&file, &output]));
    assert_eq!(done.code, Some(0));
    assert!(done.err.contains("warning: ") && done.err.contains("generation"), "{}", done.err);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let folder = tempdir().expect("a folder");
    let output = folder.path().join("none/out.rle");
    let done = run(lifelab(["convert", "glider"]).arg(output));
    assert_eq!(done.code, Some(1), "{}", done.err);
    let done = run(&mut typed("convert glider glider.docx"));
    assert_eq!(done.code, Some(2), "{}", done.err);
}

/// What lies in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("a name").file_name().into_string());
    let mut names: Vec<_> = names.map(|name| name.expect("text")).collect();
    names.sort_unstable();
    names
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_whole_leaves_what_was_there() {
    let folder = tempdir().expect("a folder");
    let [cells, big] = ["big.cells", "big.rle"].map(|name| folder.path().join(name));
    succeed(typed("run --soup 0.5 --size 700x700 -g 0 -q -o").arg(&cells));
    succeed(lifelab(["convert"]).args([&cells, &big])); // Without a universe, which some cannot hold.
    for name in ["state.rle", "state.lif", "state.cells", "state.ron"] {
        let file = folder.path().join(name);
        succeed(lifelab(["convert", "glider"]).arg(&file));
        let before = fs::read(&file).expect("a file");
        for line in ["convert big.rle", "run big.rle -g 0 -q -o", "run big.rle -g 0 --json -o"] {
            let program = lifelab(["x"]).get_program().to_string_lossy().into_owned();
            let script = format!("ulimit -f 64; exec {program} {line} {name}");
            let limited = &mut Command::new("sh");
            let done = run(limited.args(["-c", &script]).current_dir(folder.path()));
            assert_eq!(done.code, Some(1), "{line} {name}: {}", done.err);
            let said = format!("cannot write the pattern {name}: File too large");
            assert!(done.err.contains(&said), "{line} {name}: {}", done.err);
            assert_eq!(fs::read(&file).expect("a file"), before, "{line} {name}");
        }
        fs::remove_file(&file).expect("a file");
        assert_eq!(names(folder.path()), ["big.cells", "big.rle"], "{name}");
    }
}

/// Everything that a run can write.
const OUTPUTS: [(&str, &str); 3] =
    [("--output", "out.rle"), ("--save-scenario", "out.ron"), ("--trace", "out.json")];

#[test]
fn a_run_whose_results_cannot_be_written_is_refused_before_it() {
    let folder = tempdir().expect("a folder");
    let long = "n".repeat(256);
    for (option, name) in OUTPUTS {
        for path in [format!("none/{name}"), format!("/proc/{name}"), format!("{long}{name}")] {
            let mut line = typed("run glider -g 1000 --io sleep:1h --json");
            let done = run(line.current_dir(folder.path()).args([option, &path]));
            assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{option}: {}", done.err);
            let said = done.error()["message"].as_str().expect("text").to_owned();
            assert!(said.starts_with(&format!("cannot write to {path}: ")), "{said}");
        }
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn two_outputs_in_one_file_are_refused_before_the_work() {
    let folder = tempdir().expect("a folder");
    fs::create_dir(folder.path().join("in")).expect("a folder");
    for (line, first, second) in [
        ("run acorn -o x.ron --save-scenario x.ron", "--output", "--save-scenario"),
        ("run acorn --trace y --save-scenario in/../y", "--save-scenario", "--trace"),
        ("resume none -o k.rle --trace ./k.rle", "--output", "--trace"),
        ("bench report none.json --html same --csv same", "--html", "--csv"),
    ] {
        let done = run(typed(line).current_dir(folder.path()));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{line}: {}", done.err);
        assert!(done.err.contains(&format!("{first} and {second} both")), "{}", done.err);
    }
    assert_eq!(names(folder.path()), ["in"]);
    if cfg!(unix) {
        succeed(&mut typed("run glider -q --trace /dev/null --save-scenario /dev/null"));
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_stays_one() {
    let folder = tempdir().expect("a folder");
    for (option, name) in OUTPUTS {
        let (target, link) =
            (folder.path().join(format!("target-{name}")), folder.path().join(name));
        fs::write(&target, "old").expect("a file");
        std::os::unix::fs::symlink(&target, &link).expect("a link");
        succeed(typed("run glider -g 1 --quiet").arg(option).arg(&link));
        assert!(link.is_symlink(), "{option}");
        assert_ne!(fs::read_to_string(&target).expect("a file"), "old", "{option}");
    }
}

#[test]
fn a_run_can_be_written_to_standard_output() {
    let done = run(&mut typed("run glider -g 4 -o -"));
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.err.contains("generation    4"), "{}", done.err);
    let info = feed(&mut typed("info - --json"), done.out.as_bytes()).json();
    let expected = succeed(&mut typed("run glider -g 4 --json")).json();
    assert_eq!((&info["sha256"], &info["warnings"]), (&expected["sha256"], &json!([])));
    assert_eq!(succeed(&mut typed("run glider -g 4 -o - --quiet")).out, done.out);
    for option in ["--json", "--show"] {
        let done = run(&mut typed(&format!("run glider -o - {option}")));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{option}");
        assert!(done.err.contains(option) && done.err.contains("--output"), "{}", done.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error_of_every_command() {
    for line in
        ["convert acorn -", "run acorn -o - -q", "run acorn", "info acorn", "patterns acorn"]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let child = typed(line).stdout(full).stderr(Stdio::piped()).spawn().expect("it starts");
        let done = done(child.wait_with_output().expect("it ends"));
        assert_eq!(done.code, Some(1), "{line}: {}", done.err);
        assert!(done.err.contains("cannot write to standard output: "), "{line}: {}", done.err);
    }
}

#[test]
fn a_run_is_written_in_the_format_of_its_file() {
    let folder = tempdir().expect("a folder");
    for name in ["a.rle", "a.cells", "a.ron", "a.rle.gz"] {
        let output = folder.path().join(name);
        let run = run(typed("run acorn -g 20 --json -o").arg(&output));
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert_eq!(info(&output)["sha256"], run.json()["sha256"], "{name}");
        let warnings = run.json()["warnings"].as_array().expect("an array").len();
        let lost = if name == "a.cells" { 2 } else { 0 };
        assert_eq!(warnings, lost, "{name} holds no universe and no generation: {}", run.out);
    }
}

#[test]
fn a_written_run_goes_on_where_it_ended() {
    let folder = tempdir().expect("a folder");
    let half = folder.path().join("half.rle");
    let whole = succeed(&mut typed("run r-pentomino --size 50x40 -g 60 --json")).json();
    succeed(typed("run r-pentomino --size 50x40 -g 25 -o").arg(&half));
    let rest = succeed(typed("run -g 35 --json").arg(&half)).json();
    for key in ["generation", "sha256", "width", "height", "topology"] {
        assert_eq!(whole[key], rest[key], "{key}");
    }
}

#[test]
fn compressed_input_is_understood_from_anywhere() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"x = 3, y = 3\nbo$2bo$3o!").expect("memory takes all");
    let done = feed(&mut typed("info - --json"), &encoder.finish().expect("memory takes all"));
    assert_eq!(done.json()["format"], "rle+gzip");
}

#[test]
fn the_library_is_listed_and_printed() {
    let list = succeed(&mut typed("patterns"));
    let rows = succeed(&mut typed("patterns --json")).json();
    let rows = rows.as_array().expect("an array");
    assert!(rows.len() >= 25);
    for row in rows {
        let name = row["name"].as_str().expect("a name");
        let line = list.out.lines().find(|line| line.starts_with(&format!("{name} ")));
        for key in ["rule", "kind"] {
            let value = row[key].as_str().expect("text");
            assert!(line.is_some_and(|line| line.contains(value)), "{name}: {value}");
        }
        let rle = succeed(&mut typed(&format!("patterns {name}"))).out;
        let info = feed(&mut typed("info - --json"), rle.as_bytes()).json();
        for key in ["population", "width", "height", "rule", "author"] {
            assert_eq!(info[key], row[key], "{name}: {key}");
        }
    }
}

#[test]
fn the_rules_are_listed() {
    let list = succeed(&mut typed("rules")).out;
    let rows = succeed(&mut typed("rules --json")).json();
    for (name, rule) in [("HighLife", "B36/S23"), ("Just Friends", "B2-a/S12")] {
        assert!(list.lines().any(|line| line.starts_with(name) && line.ends_with(rule)), "{list}");
        let row = json!({ "name": name, "rule": rule });
        assert!(rows.as_array().unwrap().contains(&row), "{rows}");
    }
}

#[test]
fn the_steppers_are_listed() {
    let list = succeed(&mut typed("steppers"));
    let rows = succeed(&mut typed("steppers --json")).json();
    let names: Vec<_> = lifelab::STEPPERS.iter().map(lifelab::Entry::name).collect();
    for (row, name) in rows.as_array().expect("an array").iter().zip(names) {
        assert_eq!(row["name"], name);
        let spelled = format!("{name}{}", row["defaults"].as_str().expect("text"));
        assert!(list.out.contains(&spelled), "{spelled}: {}", list.out);
        succeed(typed("run glider -g 1 --stepper").arg(spelled));
    }
}

#[test]
fn the_engines_are_listed() {
    let list = succeed(&mut typed("engines"));
    let rows = succeed(&mut typed("engines --json")).json();
    let rows = rows.as_array().expect("an array");
    assert_eq!(rows.len(), lifelab::ENGINES.len());
    for (row, entry) in rows.iter().zip(lifelab::ENGINES) {
        assert_eq!(row["name"], entry.name());
        let spelled = format!("{}{}", entry.name(), row["defaults"].as_str().expect("text"));
        assert!(list.out.contains(&spelled), "{spelled}: {}", list.out);
        let run = succeed(typed("run glider -g 4 --json --engine").arg(spelled)).json();
        assert_eq!((&run["generation"], &run["population"]), (&4.into(), &5.into()));
    }
}

#[test]
fn completions_ask_the_program_for_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = succeed(&mut typed(&format!("completions {shell}"))).out;
        assert!(
            script.contains("lifelab") && script.contains("LIFELAB_COMPLETE"),
            "{shell}: {script}"
        );
    }
    // What the script for bash asks: the words on the line, and which of them is to be completed.
    let mut asked = typed("-- lifelab");
    asked
        .arg("")
        .env("LIFELAB_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "1")
        .env("_CLAP_IFS", "\n");
    let offered = run(&mut asked).out;
    for command in ["run", "info", "convert", "patterns", "steppers", "engines", "bench"] {
        assert!(offered.lines().any(|line| line == command), "{command}: {offered}");
    }
}

#[test]
fn every_command_has_a_page_for_man() {
    let folder = tempdir().expect("a folder");
    succeed(lifelab(["man"]).arg(folder.path().join("man1")));
    let page = |name: &str| {
        let page = fs::read_to_string(folder.path().join("man1").join(name));
        page.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert!(page("lifelab.1").contains("124"), "exit codes are told");
    let help = succeed(&mut typed("--help")).out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = commands
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().next().expect("a name").to_owned());
    let names: Vec<_> = names.filter(|name| name != "help").collect();
    assert!(names.len() > 5, "{help}");
    for name in names {
        assert!(page(&format!("lifelab-{name}.1")).contains(".SH SYNOPSIS"), "{name}");
        assert!(page("lifelab.1").contains(&format!("lifelab\\-{name}(1)")), "{name}");
    }
    assert!(page("lifelab-bench-compare.1").contains("fail\\-on\\-regression"));
}

#[test]
fn help_tells_the_exit_codes() {
    let help = succeed(&mut typed("--help")).out;
    for code in ["\n  0 ", "\n  1 ", "\n  2 ", "\n  124 ", "\n  130 "] {
        assert!(help.contains(code), "{code:?}: {help}");
    }
}

#[test]
fn a_closed_pipe_ends_the_program_in_peace() {
    for line in ["patterns", "patterns spacefiller-max", "completions bash", "run glider --json"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = typed(line);
        let child = command.stdout(writer).stderr(Stdio::piped()).spawn().expect("it starts");
        let done = done(child.wait_with_output().expect("it ends"));
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{line}");
    }
}

#[test]
fn a_comment_does_not_command_the_terminal() {
    let mut command = typed("info -");
    let info = feed(&mut command, b"#C \x1b[31mred\x1b]0;x\x07\nx = 1, y = 1\no!\n");
    assert!(info.out.contains("red") && !info.out.contains(['\x1b', '\x07']), "{:?}", info.out);
}

/// A block in each square of 8 x 8 cells of 2^30 x 2^30.
#[test]
fn a_macrocell_of_more_cells_than_anybody_lists_is_run_and_written() {
    let folder = tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let squares = (4..=30).map(|level| format!("{level}{}\n", format!(" {}", level - 3).repeat(4)));
    let text = format!("[M2]\n#R B3/S23\n**$**$\n{}", squares.collect::<String>());
    fs::write(at("far.mc"), text).expect("a file");
    let population = json!(4_u64 << (2 * 27));
    for engine in ["hashlife", "auto"] {
        let line = format!("run far.mc -g 2^50 --json --engine {engine} -o after.mc.gz");
        let run = succeed(typed(&line).current_dir(&folder)).json();
        assert_eq!((&run["sha256"], &run["population"]), (&Value::Null, &population));
        let info = succeed(lifelab(["info", "--json"]).arg(at("after.mc.gz"))).json();
        assert_eq!(info["population"], population);
        assert_eq!(info["generation"], 1_u64 << 50);
    }
    for line in
        ["run far.mc --engine tiles", "run far.mc --engine finite", "convert far.mc far.rle"]
    {
        let refused = run(typed(line).current_dir(&folder));
        assert_eq!(refused.code, Some(2), "{line}: {}", refused.err);
        assert!(refused.err.contains("live cells"), "{line}: {}", refused.err);
    }
    assert!(!at("far.rle").exists());
    let rle = run(typed("run far.mc -g 2^50 -o far.rle").current_dir(&folder));
    assert!(rle.code != Some(0) && !at("far.rle").exists(), "{}", rle.err);
}
