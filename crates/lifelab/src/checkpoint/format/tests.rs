use super::*;
use lifelab_core::testing::{SetEngine, topologies};

use crate::Simulation;
use crate::checkpoint::CheckpointBody;
use crate::live_cells::LiveCells;

/// A checkpoint of a run that looks for cycles, on rows that end in the middle of a byte.
fn checkpoint() -> Checkpoint {
    let scenario: Scenario = r##"(
        start: inline("#N Name\n#C comment\nx = 3, y = 3, rule = HighLife:P70,9\nbo$2bo$3o!"),
        stepper: thread_pool(workers: 3),
        io: (wait: sleep(fixed("1ms"))),
        generations: 50,
    )"##
    .parse()
    .unwrap();
    let simulation = Simulation::builder().scenario(&scenario).build().unwrap();
    let mut finder = CycleFinder::default();
    finder.note(simulation.universe());
    let checkpoint = Checkpoint::of(&simulation, scenario).unwrap();
    let cadence = Cadence { every: "7".parse().unwrap(), keep: 5.try_into().unwrap() };
    Checkpoint { finder: Some(finder), cadence, ..checkpoint }
}

fn written(checkpoint: &Checkpoint) -> Vec<u8> {
    let mut bytes = Vec::new();
    checkpoint.write(&mut bytes).unwrap();
    bytes
}

/// The bytes with a description made of another one, and a checksum that matches.
fn forged(bytes: &[u8], forge: impl FnOnce(String) -> String) -> Vec<u8> {
    let start = MAGIC.len() + 2;
    let length = u64::from_le_bytes(bytes[start..start + 8].try_into().unwrap()) as usize;
    let (text, content) = bytes[start + 8..].split_at(length);
    let text = forge(String::from_utf8(text.to_vec()).unwrap());
    let content = &content[..content.len() - HASH];
    let length = (text.len() as u64).to_le_bytes();
    sealed(&[&bytes[..start], &length, text.as_bytes(), content].concat())
}

fn sealed(bytes: &[u8]) -> Vec<u8> {
    [bytes, &XxHash3_128::oneshot(bytes).to_le_bytes()].concat()
}

fn refusal(bytes: &[u8]) -> Kind {
    Checkpoint::read(bytes).expect_err("it must be refused").into_kind()
}

#[test]
fn whatever_is_written_is_read_back() {
    let checkpoint = checkpoint();
    let again = Checkpoint::read(&written(&checkpoint)).unwrap();
    assert_eq!(again.grid(), checkpoint.grid());
    assert!(again.grid().is_some());
    assert_eq!(again.scenario, checkpoint.scenario);
    assert_eq!(again.name.as_deref(), Some("Name"));
    assert_eq!(again.comments, ["comment"]);
    assert_eq!(again.world(), checkpoint.world());
    assert_eq!((again.generation, again.start), (Count::ZERO, Count::ZERO));
    assert_eq!(again.end(), 50);
    assert_eq!((again.first_cell, again.cadence), (checkpoint.first_cell, checkpoint.cadence));
    let states = |of: &Checkpoint| of.finder.as_ref().unwrap().states().collect::<Vec<_>>();
    assert_eq!(states(&again), states(&checkpoint));
    assert_eq!(written(&again), written(&checkpoint));
}

#[test]
fn every_cut_and_every_wrong_bit_is_found() {
    let bytes = written(&checkpoint());
    for length in 0..bytes.len() {
        assert!(Checkpoint::read(&bytes[..length]).is_err(), "{length} bytes");
    }
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[index] ^= 1 << bit;
            assert!(Checkpoint::read(&bytes).is_err(), "bit {bit} of byte {index}");
        }
    }
}

#[test]
fn errors_tell_what_is_wrong() {
    let bytes = written(&checkpoint());
    assert!(matches!(refusal(b"x = 3, y = 3\nbo$2bo$3o!"), Kind::Foreign));
    let (head, tail) = bytes.split_at(MAGIC.len() + 1);
    let newer = [&head[..MAGIC.len()], b"3", tail].concat();
    assert!(matches!(refusal(&newer), Kind::Version { found, known: 2 } if found == "3"));
    assert!(matches!(refusal(&bytes[..bytes.len() - 1]), Kind::Checksum));
}

#[test]
fn a_forged_description_is_refused_before_memory_is_taken() {
    let bytes = written(&checkpoint());
    assert!(Checkpoint::read(&forged(&bytes, |text| text)).is_ok());
    for (honest, forgery) in [
        ("\"70x9\"", "\"4294967295x4294967295\""),
        ("\"70x9\"", "\"0x9\""),
        ("states: 1", "states: 4294967295"),
        ("states: 1", "states: 2"),
        ("topology: plane", "topology: moebius"),
        ("topology: plane", "topology: shifted_torus(axis: x, shift: 0)"),
        ("generation: 0", "generation: -1"),
        ("generations: 50", "generations: -50"),
        ("generations: 50", "generations: \"2^256\""),
        ("workers: 3", "workers: 0"),
        ("start: 0", "start: 0, more: 1"),
    ] {
        let forged = forged(&bytes, |text| {
            assert!(text.contains(honest), "{honest}: {text}");
            text.replacen(honest, forgery, 1)
        });
        let kind = refusal(&forged);
        assert!(matches!(kind, Kind::Malformed(_)), "{forgery}: {kind}");
    }
    let deep = forged(&bytes, |text| text.replacen("comments: [", &"[".repeat(1 << 20), 1));
    assert!(matches!(refusal(&deep), Kind::Malformed(_)));
}

#[test]
fn every_topology_is_read_back() {
    let scenario: Scenario =
        r#"(start: soup(density: 0.5, seed: 1), size: "8x8")"#.parse().unwrap();
    for topology in topologies(8, 8) {
        let scenario = Scenario { topology: Some(topology), ..scenario.clone() };
        let simulation = Simulation::builder().scenario(&scenario).build().unwrap();
        let checkpoint = Checkpoint::of(&simulation, scenario.clone()).unwrap();
        let again = Checkpoint::read(&written(&checkpoint)).unwrap();
        assert_eq!(again.world(), simulation.universe().world());
        assert_eq!(again.scenario, scenario);
        assert_eq!(scenario.to_ron().unwrap().parse(), Ok(scenario));
    }
}

#[test]
fn a_topology_that_does_not_fit_is_refused() {
    let forge = |text: String| text.replacen("topology: plane", "topology: sphere", 1);
    let kind = refusal(&forged(&written(&checkpoint()), forge));
    assert!(kind.to_string().contains("a sphere has as many rows as columns"), "{kind}");
}

#[test]
fn lengths_beyond_the_end_are_refused() {
    for length in [0, 1, u64::MAX, 1 << 40] {
        let bytes = [MAGIC, b"2\n", &length.to_le_bytes()].concat();
        assert!(matches!(refusal(&sealed(&bytes)), Kind::Malformed(_)), "{length}");
    }
    assert!(matches!(refusal(&sealed(&[MAGIC, b"2\n"].concat())), Kind::Malformed(_)));
}

#[test]
fn the_last_generation_of_all_can_be_remembered() {
    let bytes = written(&Checkpoint { generation: Count::MAX, ..checkpoint() });
    assert_eq!(Checkpoint::read(&bytes).unwrap().generation, Count::MAX);
}

/// The fixture was made by the program before there were other versions, and so were the hashes:
/// `lifelab run acorn --size 70x41 --topology klein:x --rule HighLife --until-stable -g 90 --stepper
/// 'thread_pool(workers: 2)' --io 'sleep:1us seed:3'`, and without I/O for 90 and for 200 generations.
#[test]
fn a_file_of_the_first_version_is_read_and_goes_on() {
    let bytes = include_bytes!("../fixtures/version-1.checkpoint");
    let mut checkpoint = Checkpoint::read(bytes).unwrap();
    assert_eq!((checkpoint.generation, checkpoint.start), (90.into(), Count::ZERO));
    assert_eq!(checkpoint.finder.as_ref().unwrap().states().len(), 91);
    assert_eq!(checkpoint.name.as_deref(), Some("Acorn"));
    assert_eq!(checkpoint.scenario.stepper.to_string(), "thread_pool(workers: 2)");
    checkpoint.scenario.io = Default::default(); // It need not wait.
    let mut simulation = Simulation::builder().checkpoint(&checkpoint).build().unwrap();
    let sha256 = "68a2f5cbe364abc32b611dd64bae6ee61caf08457ebe95deee1c8547e6850465";
    assert_eq!(simulation.cells_sha256(), sha256);
    simulation.run(110).unwrap();
    let sha256 = "9608842f0e4e687d9d1e177349bb0d6c18f471cbc81886c665b42f0ea759296c";
    assert_eq!(simulation.cells_sha256(), sha256);
    let corner = simulation.bounding_box().unwrap();
    assert!(corner.left == -16 && corner.top == -12, "{corner:?}");
}

/// What the first version wrote for a run without an end is one.
#[test]
fn a_run_without_an_end_had_another_number_in_the_first_version() {
    let bytes = include_bytes!("../fixtures/version-1.checkpoint");
    let endless =
        |text: String| text.replacen("generations: 90", "generations: 18446744073709551615", 1);
    let checkpoint = Checkpoint::read(&forged(bytes, endless)).unwrap();
    assert_eq!(checkpoint.scenario.generations, Scenario::WITHOUT_END);
    assert_eq!(checkpoint.end(), Count::MAX);
    assert_eq!(Checkpoint::read(&written(&checkpoint)).unwrap().end(), Count::MAX);
}

/// A run on the plane without edges, far from the origin, that looks for cycles.
fn on_the_plane() -> (Simulation, Checkpoint) {
    let far = 1 << 40;
    let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)].map(|(x, y)| (x - far, y + far));
    let engine = SetEngine::new(Rule::LIFE, glider);
    let mut simulation = Simulation::builder().engine(engine).build().unwrap();
    let mut finder = CycleFinder::default();
    for _ in 0..3 {
        finder.note(simulation.universe());
        simulation.step().unwrap();
    }
    let scenario = "(start: named(\"glider\"), generations: \"2^100\")".parse().unwrap();
    let checkpoint = Checkpoint::of(&simulation, scenario).unwrap();
    (simulation, Checkpoint { finder: Some(finder), ..checkpoint })
}

#[test]
fn cells_without_a_grid_are_read_back() {
    let (simulation, checkpoint) = on_the_plane();
    let again = Checkpoint::read(&written(&checkpoint)).unwrap();
    assert_eq!(again.world(), simulation.universe().world());
    assert_eq!((again.generation, again.end()), (3.into(), Count::power_of_two(100)));
    let CheckpointBody::Cells { cells, background: false, bounds: None } = &again.body else {
        panic!("{again:?}");
    };
    assert_eq!(Some(cells), LiveCells::of(simulation.universe()).as_ref());
    let states = |of: &Checkpoint| of.finder.as_ref().unwrap().states().collect::<Vec<_>>();
    assert_eq!(states(&again), states(&checkpoint));
    assert_eq!(written(&again), written(&checkpoint));
}

#[test]
fn every_cut_of_cells_without_a_grid_is_found() {
    let bytes = written(&on_the_plane().1);
    for length in 0..bytes.len() {
        assert!(Checkpoint::read(&bytes[..length]).is_err(), "{length} bytes");
    }
    let CheckpointBody::Cells { cells, .. } = on_the_plane().1.body else { panic!("no grid") };
    let length = cells.bytes().len();
    let honest_bytes = format!("bytes: {length}");
    for (honest, forgery) in [
        (&*honest_bytes, "bytes: 18446744073709551615"),
        (&honest_bytes, &format!("bytes: {}", length - 1)),
        ("states: 3", "states: 2"),
        ("background: false", "background: 3"),
    ] {
        let forged = forged(&bytes, |text| {
            assert!(text.contains(honest), "{honest}: {text}");
            text.replacen(honest, forgery, 1)
        });
        let kind = refusal(&forged);
        assert!(matches!(kind, Kind::Malformed(_)), "{forgery}: {kind}");
    }
}
