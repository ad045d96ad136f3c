use super::*;

fn setup(change: impl FnOnce(&mut Setup)) -> Setup {
    let stepper = Stepper { name: "sequential".to_owned(), workers: None };
    let universe = Universe {
        start: Start::Pattern("glider".to_owned()),
        size: Some((20, 10)),
        topology: None,
        rule: None,
        engine: None,
    };
    let io = Io { wait: Wait::Sleep, milliseconds: 20.0 };
    let mut setup = Setup { universe, io, steppers: vec![stepper] };
    change(&mut setup);
    setup
}

fn stepper(name: &str, workers: Option<u32>) -> Stepper {
    Stepper { name: name.to_owned(), workers }
}

/// What is asked for instead.
type Change = Box<dyn FnOnce(&mut Setup)>;

/// Why something is refused, before or while it is built.
fn refusal(change: impl FnOnce(&mut Setup)) -> String {
    match setup(change).prepare() {
        Err(message) => message,
        Ok(prepared) => (prepared.trial)().expect_err("it is refused").to_string(),
    }
}

#[test]
fn what_is_asked_for_is_built() {
    let prepared = setup(|_| {}).prepare().unwrap();
    let simulation = (prepared.trial)().unwrap();
    assert_eq!((simulation.population(), simulation.io()), (5.into(), "sleep:20ms"));
    let soup = |setup: &mut Setup| {
        setup.universe.start = Start::Soup { density: 0.5, seed: 7 };
        setup.universe.rule = Some("HighLife".to_owned());
        setup.universe.topology = Some("klein:x".to_owned());
        setup.steppers = vec![stepper("queue_pipeline", Some(5)); PANELS];
    };
    let prepared = setup(soup).prepare().unwrap();
    assert_eq!(prepared.panels.len(), PANELS);
    for (spec, recipe) in prepared.panels {
        assert_eq!(spec.capabilities().stages, Some([2, 5]));
        let simulation = recipe().unwrap();
        assert_eq!(simulation.shape().to_string(), "klein:x");
        assert_eq!(simulation.universe().world().rule.to_string(), "B36/S23");
    }
}

#[test]
fn a_pattern_whose_cells_wait_has_edges_around_it() {
    let prepared = setup(|setup| setup.universe.size = None).prepare().unwrap();
    let world = (prepared.trial)().unwrap().universe().world();
    let bounds = world.bounds.unwrap();
    assert_eq!((bounds.width, bounds.height), (3 + 2 * MARGIN, 3 + 2 * MARGIN));
}

#[test]
fn engines_of_the_plane_take_little_memory() {
    for engine in [Engine::Tiles, Engine::Hashlife, Engine::Auto] {
        let prepared = setup(|setup| {
            setup.io.wait = Wait::None;
            setup.universe.size = None;
            setup.universe.engine = Some(engine);
        });
        let simulation = (prepared.prepare().unwrap().panels[0].1)().unwrap();
        assert_eq!((simulation.stepper(), simulation.population()), ("none", 5.into()));
        assert!(engine.spec().to_string().contains(&MEMORY.to_string()));
    }
}

#[test]
fn what_takes_too_much_or_makes_no_sense_is_refused_with_a_reason() {
    let text = |text: &str| Start::Text(text.to_owned());
    let cases: [(&str, Change); 18] = [
        ("1 to 8 panels", Box::new(|it| it.steppers.clear())),
        ("1 to 8 panels", Box::new(|it| it.steppers = vec![stepper("sequential", None); 9])),
        ("expected one of", Box::new(|it| it.steppers = vec![stepper("magic", None)])),
        ("expected one of", Box::new(|it| it.steppers[0].name = "thread_pool(workers: 9)".into())),
        ("no number of workers", Box::new(|it| it.steppers = vec![stepper("sequential", Some(1))])),
        ("1 to 512", Box::new(|it| it.steppers = vec![stepper("thread_pool", Some(513))])),
        ("1 to 16", Box::new(|it| it.steppers = vec![stepper("process_pool", Some(17))])),
        ("1 to 512", Box::new(|it| it.steppers = vec![stepper("async_tasks", Some(0))])),
        ("0 to 10000 ms", Box::new(|it| it.io.milliseconds = 10_001.0)),
        ("0 to 10000 ms", Box::new(|it| it.io.milliseconds = -1.0)),
        ("too many to wait", Box::new(|it| it.universe.size = Some((101, 100)))),
        ("no zero", Box::new(|it| it.universe.size = Some((0, 5)))),
        (
            "limit is",
            Box::new(|it| {
                it.io.wait = Wait::None;
                it.universe.size = Some((u32::MAX, u32::MAX));
            }),
        ),
        (
            "no pattern is called",
            Box::new(|it| it.universe.start = Start::Pattern("/etc/passwd".into())),
        ),
        ("this is no pattern", Box::new(move |it| it.universe.start = text("what is this?"))),
        (
            "a soup's density",
            Box::new(|it| it.universe.start = Start::Soup { density: f64::NAN, seed: 0 }),
        ),
        ("rule: ", Box::new(|it| it.universe.rule = Some("B9/S".into()))),
        ("only the cells of a grid wait", Box::new(|it| it.universe.engine = Some(Engine::Auto))),
    ];
    for (expected, change) in cases {
        let said = refusal(change);
        assert!(said.contains(expected), "{expected:?}: {said}");
    }
}

#[test]
fn a_file_cannot_announce_more_than_memory_holds() {
    let said = refusal(|setup| {
        setup.universe.start = Start::Text("x = 1, y = 1\n999999999999o!".to_owned());
        setup.universe.size = None;
    });
    assert!(!said.is_empty());
}

#[test]
fn threads_are_known_before_they_are_started() {
    let most =
        |name: &str, number: Option<u32>| workers(&stepper(name, number).spec().unwrap(), 3000);
    assert_eq!(most("sequential", None), 1);
    assert_eq!(most("thread_per_cell", None), 3000);
    assert_eq!(most("queue_pipeline", Some(64)), 66);
    assert_eq!(most("thread_pool", Some(64)), 64);
    assert_eq!(most("async_tasks", None), 1);
    assert_eq!(most("process_pool", Some(8)), 8);
}
