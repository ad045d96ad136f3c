use std::ops::ControlFlow;
use std::sync::Arc;

use lifelab_core::{Capabilities, Context, StepError, StepReport};

use crate::{
    Checkpoint, EngineSpec, Grid, Pattern, Probe, Scenario, Simulation, Stepper, Topology,
};

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
    assert!(finite.engine.is_none() && finite.is_finite());
    assert!(!finite.to_ron().unwrap().contains("engine"), "as earlier versions wrote it");
}

/// The first row of the table that computes the rule, and is no grid.
#[test]
fn the_engine_of_the_plane_is_one_that_knows_the_rule() {
    let of = |rule: &str| EngineSpec::of_plane(rule.parse().unwrap());
    let life = of("B3/S23").expect("a row");
    assert!(!life.is_finite());
    #[cfg(feature = "auto")]
    assert_eq!(life.name(), "auto");
    // In tests, the reference follows, which knows all rules.
    assert_eq!(of("B2-a/S12").map(|spec| spec.name()), Some("set"));
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
    let finite = Scenario { engine: "finite".parse().ok(), ..checkpoint.scenario.clone() };
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

/// A quadtree whose quarters are equal on each level: a block in each square of 8 x 8 cells.
#[cfg(feature = "hashlife")]
fn blocks(level: u8, rule: &str) -> lifelab_patterns::macrocell::Tree {
    use lifelab_patterns::{Content, Document, Limits};

    let squares =
        (4..=level).map(|level| format!("{level}{}\n", format!(" {}", level - 3).repeat(4)));
    let text = format!("[M2]\n#R {rule}\n#G 8\n**$**$\n{}", squares.collect::<String>());
    let document = Document::read(text.as_bytes(), None, &Limits::default()).unwrap();
    let Content::Tree(tree) = document.content else { panic!("it is a macrocell") };
    tree
}

#[cfg(feature = "hashlife")]
#[test]
fn a_tree_of_more_cells_than_anybody_lists_is_taken_and_given_as_it_is() {
    let engines: &[&str] =
        if cfg!(feature = "auto") { &["hashlife", "auto"] } else { &["hashlife"] };
    for engine in engines {
        let tree = blocks(100, "B3/S23");
        let population = tree.population().unwrap();
        let spec: EngineSpec = engine.parse().unwrap();
        let mut far = Simulation::builder().tree(tree.clone()).engine_spec(spec).build().unwrap();
        assert_eq!((far.population(), far.generation()), (population, 8.into()));
        far.run(crate::Count::power_of_two(70)).unwrap();
        assert_eq!(far.population(), population, "still lifes");
        let after = far.tree(u64::MAX).unwrap().expect("it has squares");
        assert_eq!((after.nodes(), after.root()), (tree.nodes(), tree.root()));
        assert_eq!(after.header.generation, far.generation());
        far.tree(99).expect_err("there is no room");
    }
}

#[cfg(feature = "hashlife")]
#[test]
fn a_tree_is_its_cells_whoever_takes_it() {
    for rule in ["B3/S23", "B03/S23", "B0123478/S01234678", "B3/S23:T64,64", "B36/S125"] {
        let build = |engine: &str| {
            let builder =
                Simulation::builder().tree(blocks(6, rule)).engine_spec(engine.parse().unwrap());
            let mut simulation = builder.build().map_err(|error| error.to_string())?;
            simulation.run(9).unwrap();
            Ok::<_, String>(simulation)
        };
        let finite = build("finite").unwrap();
        match build("hashlife") {
            Err(error) => assert!(rule.contains(':') && error.contains("a torus"), "{error}"),
            Ok(squares) => {
                assert_eq!(squares.state_hash(), finite.state_hash(), "{rule}");
                assert_eq!(squares.bounding_box(), finite.bounding_box(), "{rule}");
            }
        }
        assert!(finite.tree(u64::MAX).unwrap().is_none(), "a grid has no squares");
    }
    let refused = Simulation::builder().tree(blocks(40, "B3/S23")).build().unwrap_err();
    assert!(refused.to_string().contains("cells"), "{refused}");
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

/// A stepper whose cells run elsewhere.
struct Elsewhere;

impl Stepper for Elsewhere {
    fn step(&mut self, _: &Arc<Grid>, _: &mut Grid, _: &Context) -> Result<StepReport, StepError> {
        Ok(StepReport::default())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::remote(1)
    }
}

#[test]
fn a_simulated_service_is_refused_where_it_cannot_be_shared() {
    let with = |io: &str| {
        let builder = Simulation::builder().soup(0.4, 1).size(8, 8).stepper(Elsewhere);
        builder.io_spec(io.parse().unwrap()).build()
    };
    assert!(with("sleep:1ms").is_ok());
    let error = with("sleep:1ms capacity:3").unwrap_err().to_string();
    assert!(error.contains("\"sleep:1ms capacity:3\""), "{error}");
    assert!(error.contains("take `socket` in the place of `sleep`"), "{error}");
}

#[test]
fn cells_that_take_time_to_die_are_for_the_finite_engine() {
    let brain = || Simulation::builder().inline("x = 2, y = 1, rule = /2/3\n2A!");
    assert_eq!(brain().build().unwrap().engine_name(), "finite");
    for engine in ["set", "tiles", "hashlife", "auto"] {
        let Ok(spec) = engine.parse() else { continue }; // It may be left out of the build.
        let refused = brain().engine_spec(spec).build().unwrap_err().to_string();
        let expected = "computes cells that are dead or alive, and by /2/3 they have 3 states; take \
                        the engine finite";
        assert!(refused.contains(expected), "{engine}: {refused}");
    }
    let lit = || brain().rule("/0/3".parse().unwrap());
    let refused = lit().build().unwrap_err().to_string();
    assert!(refused.contains("a background that ages; take a universe with a size"), "{refused}");
    assert!(lit().size(9, 9).build().is_ok(), "B0 is literal there");
}

#[test]
fn another_rule_keeps_the_states_that_it_has() {
    let start = || Simulation::builder().inline("x = 4, y = 1, rule = 0/8/5\nABCD!").size(9, 9);
    let mut fewer = start().build().unwrap();
    fewer.set_rule("0/8/3".parse().unwrap()).unwrap();
    assert_eq!(fewer.population(), 2, "states 3 and 4 are dead");
    fewer.set_rule("0/8/5".parse().unwrap()).unwrap();
    fewer.run(1).unwrap();
    assert_eq!(fewer.population(), 2, "one dies, and one goes on dying");
    let by_another = start().rule("B8/S0".parse().unwrap()).build().unwrap();
    assert_eq!(by_another.population(), 1);
}
