use std::ops::ControlFlow;
use std::sync::Arc;

use crate::{Checkpoint, EngineSpec, Pattern, Probe, Scenario, Simulation, Topology};

/// The reference engine, which is a row of the table in tests.
fn set() -> EngineSpec {
    "set".parse().expect("a row")
}

fn named(name: &str) -> crate::Builder {
    Simulation::builder().named(name).engine_spec(set())
}

#[test]
fn a_pattern_without_a_universe_lies_on_the_plane() {
    let mut glider = named("glider").build().unwrap();
    assert_eq!((glider.topology(), glider.engine_name()), (None, "set"));
    glider.run(400).unwrap();
    let corner = glider.bounding_box().unwrap();
    assert!(corner.left == 100 && corner.top == 100, "{corner:?}");
    assert_eq!(glider.pattern().unwrap().name.as_deref(), Some("Glider"));
    let first = Simulation::builder().named("glider").build().unwrap();
    assert_eq!(glider.cells_sha256(), first.cells_sha256());
}

#[test]
fn a_soup_is_that_of_a_grid() {
    let soup = || Simulation::builder().soup(0.4, 3).size(30, 20);
    let pattern = soup().build().unwrap().pattern().unwrap();
    let mut plane = soup().engine_spec(set()).build().unwrap();
    plane.run(12).unwrap();
    let pattern = Pattern { bounds: None, ..pattern };
    let grid = Simulation::builder().pattern(pattern).margin(13).topology(Topology::Plane);
    let mut grid = grid.build().unwrap();
    grid.run(12).unwrap();
    assert_eq!(plane.cells_sha256(), grid.cells_sha256());
}

#[test]
fn what_an_engine_does_not_do_is_refused_before_any_work() {
    let bounded = || Simulation::builder().inline("x = 1, y = 1, rule = B3/S23:T30,20\no!");
    for (builder, words) in [
        (named("glider").stepper_spec("thread_pool".parse().unwrap()), "takes no stepper"),
        (named("glider").io_spec("sleep:1h".parse().unwrap()), "has no cells that wait"),
        (named("glider").size(30, 20), "a torus of 30 x 20 cells"),
        (named("glider").margin(7), "a torus of 17 x 17 cells"),
        (named("glider").topology(Topology::Plane), "a plane of 35 x 35 cells"),
        (bounded().engine_spec(set()), "a torus of 30 x 20 cells"),
        (named("glider").size(u32::MAX, u32::MAX), "a torus of 4294967295"),
        (named("glider").probe(Arc::new(Probe::new(None))), "lets nobody watch"),
        (named("glidr"), "glider"),
        (
            named("glider").engine_spec("set(most_cells: 4)".parse().unwrap()),
            "cannot start the engine set: there are more than 4 cells",
        ),
    ] {
        let error = builder.build().expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_scenario_names_its_engine() {
    let text = r#"(start: named("glider"), engine: set(most_cells: 10), generations: 8)"#;
    let scenario: Scenario = text.parse().unwrap();
    let printed = scenario.to_ron().unwrap();
    assert!(printed.contains("engine: set(most_cells: 10)"), "{printed}");
    assert_eq!(printed.parse(), Ok(scenario.clone()));
    let simulation = Simulation::builder().scenario(&scenario).build().unwrap();
    assert_eq!(simulation.engine_name(), "set(most_cells: 10)");

    let finite: Scenario = r#"(start: named("glider"))"#.parse().unwrap();
    assert!(finite.engine.is_finite());
    assert!(!finite.to_ron().unwrap().contains("engine"), "as earlier versions wrote it");
}

/// On a plane that blinks, too: after an odd number of generations all of it lives.
#[test]
fn a_run_without_a_grid_is_resumed_as_if_nothing_had_happened() {
    for rule in ["B3/S23", "B03/S23", "B0123478/S01234678"] {
        let text = format!(r#"(start: named("acorn"), rule: "{rule}", engine: set)"#);
        let scenario: Scenario = text.parse().unwrap();
        let mut undisturbed = Simulation::builder().scenario(&scenario).build().unwrap();
        undisturbed.run(7).unwrap();
        let mut file = Vec::new();
        Checkpoint::of(&undisturbed, scenario).unwrap().write(&mut file).unwrap();
        let checkpoint = Checkpoint::read(&file).unwrap();
        let mut resumed = Simulation::builder().checkpoint(&checkpoint).build().unwrap();
        assert_eq!(resumed.generation(), 7);
        for _ in 0..3 {
            undisturbed.run(5).unwrap();
            resumed.run(5).unwrap();
            assert_eq!(resumed.state_hash(), undisturbed.state_hash(), "{rule}");
            assert_eq!(resumed.universe().background(), undisturbed.universe().background());
            assert_eq!(resumed.bounding_box(), undisturbed.bounding_box());
        }
    }
}

#[test]
fn a_window_goes_on_from_cells_without_edges() {
    let mut simulation = named("glider").build().unwrap();
    simulation.run(10).unwrap();
    let scenario = r#"(start: named("glider"))"#.parse().unwrap();
    let checkpoint = Checkpoint::of(&simulation, scenario).unwrap();
    let finite = Scenario { engine: "finite".parse().unwrap(), ..checkpoint.scenario.clone() };
    let checkpoint = Checkpoint { scenario: finite, ..checkpoint };
    let mut window = Simulation::builder().checkpoint(&checkpoint).build().unwrap();
    assert!(window.engine().as_finite().is_some());
    for _ in 0..5 {
        assert_eq!(window.generation(), simulation.generation());
        assert_eq!(window.state_hash(), simulation.state_hash());
        assert_eq!(window.bounding_box(), simulation.bounding_box());
        window.run(7).unwrap();
        simulation.run(7).unwrap();
    }
}

/// Periods, ways and speeds as on LifeWiki.
#[test]
fn ships_are_found_and_named_by_their_speed() {
    for (name, period, speed) in [
        ("glider", 4, Some("c/4 diagonal")),
        ("lwss", 4, Some("c/2 orthogonal")),
        ("hwss", 4, Some("c/2 orthogonal")),
        ("25p3h1v0.1", 3, Some("c/3 orthogonal")),
        ("loafer", 7, Some("c/7 orthogonal")),
        ("copperhead", 10, Some("c/10 orthogonal")),
        ("sir-robin", 6, Some("(2,1)c/6")),
        ("pulsar", 3, None),
        ("beehive", 1, None),
    ] {
        let mut pattern = named(name).build().unwrap();
        let found = pattern.run_until_stable(100, &mut |_| ControlFlow::Continue(())).unwrap();
        let cycle = found.unwrap_or_else(|| panic!("{name} repeats itself"));
        assert!(cycle.start == 0 && cycle.period == period, "{name}: {cycle:?}");
        assert_eq!(cycle.velocity().map(|it| it.to_string()).as_deref(), speed, "{name}");
    }
}
