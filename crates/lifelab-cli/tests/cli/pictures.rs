//! Pictures and films, from outside.

use std::fs;
use std::process::Stdio;

use tempfile::tempdir;

use crate::program::{lifelab, run, succeed, typed};

#[test]
fn a_pattern_becomes_a_picture_by_extension() {
    let folder = tempdir().expect("a folder");
    for (name, magic) in [
        ("glider.svg", &b"<svg "[..]),
        ("glider.png", b"\x89PNG"),
        ("glider.gif", b"GIF89a"),
        ("glider.apng", b"\x89PNG"),
    ] {
        for command in [["convert", "glider"].as_slice(), &["run", "glider", "-q", "-g", "3", "-o"]]
        {
            let path = folder.path().join(name);
            succeed(lifelab(command).arg(&path));
            let bytes = fs::read(&path).expect("it is there");
            assert!(bytes.starts_with(magic), "{command:?} {name}");
            fs::remove_file(path).expect("it is ours");
        }
    }
}

#[test]
fn windows_scales_and_lines_are_as_they_are_asked_for() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("glider.svg");
    let svg = |line: &str| {
        succeed(typed(&format!("convert glider {} {line}", path.display())).arg("--theme=dark"));
        fs::read_to_string(&path).expect("it is text")
    };
    let drawn = svg("--window -2,-1,20x10 --scale 4");
    assert!(drawn.contains(r#"width="81" height="41" viewBox="0 0 20 10""#), "{drawn}");
    assert!(drawn.contains("stroke"), "{drawn}");
    assert!(drawn.contains(r##"fill="#0f1115""##), "{drawn}");
    let drawn = svg("--window=-2,-1,20x10 --scale 4 --no-lines");
    assert!(drawn.contains(r#"width="80" height="40""#) && !drawn.contains("stroke"), "{drawn}");
    let labeled = svg("--window=-2,-1,20x10 --scale 20 --labels");
    assert!(labeled.contains(">-2</text>") && labeled.contains(">17</text>"), "{labeled}");
    // The glider in rows 0 to 2, seen from (-2, -1).
    assert!(drawn.contains("M3 1h1v1H3zM4 2h1v1H4zM2 3h3v1H2z"), "{drawn}");
}

#[test]
fn a_film_of_a_period_has_as_many_pictures() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("film.apng");
    for (pattern, period) in [("pulsar", 3_u32), ("glider", 4), ("block", 1)] {
        succeed(lifelab(["convert", "--period", pattern]).arg(&path));
        let bytes = fs::read(&path).expect("it is there");
        let at = bytes.windows(4).position(|chunk| chunk == b"acTL").expect("it is a film") + 4;
        assert_eq!(bytes[at..at + 4], period.to_be_bytes(), "{pattern}");
    }
}

#[test]
fn a_film_of_a_run_has_a_picture_of_every_nth_generation() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("film.apng");
    let line = "run glider --size 20x20 -g 10 --film-every 3 -q --film";
    succeed(typed(line).arg(&path));
    let bytes = fs::read(&path).expect("it is there");
    let at = bytes.windows(4).position(|chunk| chunk == b"acTL").expect("it is a film") + 4;
    assert_eq!(bytes[at..at + 4], 4_u32.to_be_bytes(), "generations 0, 3, 6 and 9");
    // A run that ends where nobody knows has a film, too.
    let path = folder.path().join("film.gif");
    succeed(typed("run acorn --until-stable -q --size 30x30 --film").arg(&path));
    assert!(fs::read(&path).expect("it is there").ends_with(b";"), "a whole one");
}

#[test]
fn raw_video_goes_to_a_program_and_the_result_to_standard_error() {
    let line = "run blinker --size 5x5 -g 3 --scale 1 --film -";
    let done = typed(line).output().expect("it runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(said.split_whitespace().take(2).eq(["generation", "3"]), "{said}");
    let film = done.stdout.strip_prefix(b"YUV4MPEG2 W5 H5 F1000:100 Ip A1:1 C444\n");
    let pictures: Vec<_> = film.expect("a header").chunks(6 + 3 * 25).collect();
    assert_eq!(pictures.len(), 4, "generations 0 to 3");
    for (generation, picture) in pictures.into_iter().enumerate() {
        let brightness = &picture.strip_prefix(b"FRAME\n").expect("a picture")[..25];
        let dark: Vec<_> = (0..25).filter(|&point| brightness[point] < 128).collect();
        let expected = if generation % 2 == 0 { [11, 12, 13] } else { [7, 12, 17] };
        assert_eq!(dark, expected, "generation {generation}");
    }
}

#[test]
fn whoever_stops_watching_a_film_gets_the_rest() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("end.rle");
    let mut run = typed("run blinker --size 300x300 -g 40 --quiet --film - --output");
    let run = run.arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = run.spawn().expect("it starts");
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(said.contains("nobody reads the film any more; the run goes on without it"), "{said}");
    assert!(fs::read_to_string(path).expect("it is written").contains("Gen=40"));
}

#[test]
fn colors_tell_ages() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("blinker.svg");
    succeed(typed("run blinker --size 5x5 -g 8 -q --no-lines --color age -o").arg(&path));
    let svg = fs::read_to_string(&path).expect("it is text");
    // The middle has lived for nine generations, the others were born in this one.
    assert!(svg.contains(r##"<path fill="#b24676" d="M2 2h1v1H2z"/>"##), "{svg}");
    assert!(svg.contains(r##"<path fill="#f7a048" d="M1 2h1v1H1zM3 2h1v1H3z"/>"##), "{svg}");
}

#[test]
fn the_film_of_a_period_goes_on_where_it_began() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("blinker.y4m");
    succeed(typed("convert --period --color age --scale 1 blinker").arg(&path));
    let film = fs::read(&path).expect("it is there");
    let start = film.iter().position(|&byte| byte == b'\n').expect("a header") + 1;
    let pictures: Vec<_> =
        film[start..].chunks(6 + 3 * 25).map(|picture| &picture[6..31]).collect();
    // The brightness of paper, of the youngest and of the oldest cells.
    let (dead, young, old) = (235, 167, 88);
    for (picture, ends) in pictures.iter().zip([[11, 13], [7, 17]]) {
        let expected: Vec<u8> = (0..25)
            .map(|point| {
                if point == 12 {
                    old
                } else if ends.contains(&point) {
                    young
                } else {
                    dead
                }
            })
            .collect();
        assert_eq!(*picture, expected);
    }
    assert_eq!(pictures.len(), 2);
}

#[test]
fn colors_tell_workers() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("blinker.svg");
    let mut command =
        typed("run blinker -g 3 -q --size 5x5 --no-lines --io sleep:0ms --color worker");
    succeed(command.args(["--stepper", "thread_pool(workers: 3)", "-o"]).arg(&path));
    let svg = fs::read_to_string(&path).expect("it is text");
    // Whoever has computed them: all 25 cells have a hue, of which a path for each lists the runs.
    assert!(
        !svg.contains("#1d2129"),
        "no cell has the color of one that nobody has computed: {svg}"
    );
    let runs = svg.split('M').filter_map(|run| run.split_once('h')?.1.split_once("v1H"));
    let cells: u32 = runs.map(|(length, _)| length.parse::<u32>().expect("a length")).sum();
    assert_eq!(cells, 25, "{svg}");
}

#[test]
fn what_is_no_picture_is_refused_before_anything_is_written() {
    let folder = tempdir().expect("a folder");
    for (line, expected) in [
        ("convert --period glider glider.png", "a .gif, an .apng or a .y4m"),
        ("convert --period glider glider.rle", "a .gif, an .apng or a .y4m"),
        ("convert glider glider.png --scale 100000", "too large"),
        ("convert glider glider.gif --window 0,0,1000000x1000000 --scale 1", "too large"),
        ("run glider -g 1 -o glider.png --window 0,0,1000000x1000000 --scale 1", "too large"),
        ("convert glider glider.png --window 1,2,3", "-5,0,40x30"),
        ("convert glider glider.png --scale 0", "at least one"),
        ("run glider -g 1 --film film.png", "a .gif, an .apng or a .y4m"),
        ("run glider --until-stable --film film.apng", "take a .gif"),
        ("run glider -g 1 --film-every 2", "--film"),
        ("run glider -g 1 --film film.gif --film-every 0", "--film-every"),
        ("run glider -g 1 --film a.gif -o a.gif", "both write"),
        ("convert glider nowhere/glider.png", "nowhere"),
        ("convert glider glider.bmp", ".rle; and for pictures .svg, .png"),
        ("convert glider glider.png --color age", "--color age goes with run"),
        ("convert --period glider glider.gif --color worker", "--color worker goes with run"),
        ("run glider -g 1 --film a.gif --trace a.json --color worker", "run twice"),
        (
            "run glider -g 1 --film a.gif --engine hashlife --color worker",
            "take the engine `finite`",
        ),
        ("run glider -g 1 --film - --json", "--film - and --json both write"),
        ("run glider -g 1 --film - -o -", "--film - and --output - both write"),
        ("run glider -g 1 -o glider.bmp", "and for pictures .svg, .png"),
    ] {
        let done = run(typed(line).current_dir(folder.path()));
        assert!(done.code != Some(0) && done.err.contains(expected), "{line}: {}", done.err);
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0, "{line}");
    }
}
