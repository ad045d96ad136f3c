//! Patterns in and out: `info`, `convert`, `patterns`, `--output`; and the lists.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

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
    let supported = |format: &str| ["plaintext", "life 1.05", "life 1.06", "rle"].contains(&format);
    let facts = facts("formats.csv", |row| {
        supported(row[1].trim_end_matches("+gzip")) && &row[2] != "23/3/256"
    });
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

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for (file, part) in [
        ("formats/all-states.rle", "Generations"),
        ("formats/gosper-gun-3000.mc", "macrocell"),
        ("formats/r-pentomino-1103.mc.gz", "macrocell"),
    ] {
        let done = run(lifelab(["info"]).arg(reference(file)));
        assert_eq!(done.code, Some(2), "{file}");
        assert!(done.err.contains(part), "{file}: {}", done.err);
    }
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
        assert!(list.out.contains(name), "{name}");
        let rle = succeed(&mut typed(&format!("patterns {name}"))).out;
        let info = feed(&mut typed("info - --json"), rle.as_bytes()).json();
        for key in ["population", "width", "height", "rule", "author"] {
            assert_eq!(info[key], row[key], "{name}: {key}");
        }
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
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = succeed(&mut typed(&format!("completions {shell}"))).out;
        for command in ["run", "info", "convert", "patterns", "steppers", "until-stable"] {
            assert!(script.contains(command), "{shell}: {command}");
        }
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
