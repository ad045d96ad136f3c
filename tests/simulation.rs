//! What a simulation promises its holder, whatever computes it.
#![forbid(unsafe_code)]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use lifelab::core::testing::SetEngine;
use lifelab::core::{Place, Position, StepErrorKind};
use lifelab::{
    Builder, CancelReason, Cell, Cycle, Error, GenerationEvent, Grid, Rule, Scenario, Simulation,
    Soup, Start, Topology,
};

/// Code that names a topology may forget another one: only `Topology` itself does, and the fast
/// ways in `grid/`, which are tested against it.
#[test]
fn only_the_topology_knows_what_lies_beyond_the_edges() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let core = crates.join("lifelab-core/src");
    let known =
        ["topology.rs", "topology", "grid", "testing.rs", "testing"].map(|at| core.join(at));
    let mut folders = vec![crates];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let is_test = ["tests", "tests.rs", "examples"].contains(&&*name);
            if is_test || known.contains(&path) {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                let product = text.split("#[cfg(test)]").next().expect("there is a first part");
                let mut code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
                let names = |line: &str| {
                    let mut rest = line.split("Topology::").skip(1);
                    rest.any(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                };
                let found = code.find(|line| names(line));
                assert_eq!(found, None, "{} names a topology", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 200, "where are the sources? {read} files");
}

fn named(name: &str) -> Builder {
    Simulation::builder().named(name)
}

fn go_on(_: &GenerationEvent<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn cycle_of(start: u64, period: u64) -> Cycle {
    Cycle { start: start.into(), period: period.into(), displacement: Place::default() }
}

#[test]
fn an_oscillator_is_found_with_its_period() {
    for (name, period) in [("block", 1), ("blinker", 2), ("pulsar", 3), ("pentadecathlon", 15)] {
        let mut simulation = named(name).build().expect("a pattern of the library");
        let cycle = simulation.run_until_stable(100, &mut go_on).expect("nothing fails");
        assert_eq!(cycle, Some(cycle_of(0, period)), "{name}");
        assert_eq!(simulation.generation(), period, "{name}");
    }
}

/// Diehard is known to vanish in generation 130.
#[test]
fn a_methuselah_is_followed_to_its_end() {
    let builder = named("diehard").margin(40).topology(Topology::Plane);
    let mut diehard = builder.build().expect("a pattern of the library");
    let cycle = diehard.run_until_stable(1_000, &mut go_on).expect("nothing fails");
    assert_eq!(cycle, Some(cycle_of(130, 1)));
    assert!(diehard.population() == 0 && diehard.bounding_box().is_none());
}

#[test]
fn a_run_without_an_end_ends_at_its_limit() {
    let mut gun = named("gosper-glider-gun").size(200, 200).build().expect("it fits");
    assert_eq!(gun.run_until_stable(20, &mut go_on).expect("nothing fails"), None);
    assert_eq!(gun.generation(), 20);
}

#[test]
fn a_run_ends_when_its_predicate_holds() {
    let mut gun = named("gosper-glider-gun").size(200, 200).build().expect("it fits");
    let has_fired = |gun: &Simulation| gun.population() == 41 && gun.generation() == 30;
    assert!(gun.run_until(100, has_fired).expect("nothing fails"));
    assert_eq!(gun.generation(), 30);
    assert!(gun.run_until(0, has_fired).expect("nothing is computed"), "it holds already");
    assert!(!gun.run_until(5, |_| false).expect("nothing fails"));
    assert_eq!(gun.generation(), 35);
}

/// So narrow a grid that tiles are mostly frame, whatever the vector instructions.
const NARROW: (u32, u32) = (70, 2000);

/// How far each of `count` hops goes, with no end ahead.
fn hops(simulation: &mut Simulation, count: usize) -> Vec<u64> {
    (0..count)
        .map(|_| {
            let advance = simulation.advance(u64::MAX).expect("nothing fails");
            advance.generations.to_u64().expect("no hop is so long")
        })
        .collect()
}

/// Checks that a simulation from `start` shows what as many single steps make of it.
fn like_steps(start: &Grid, hopped: &Simulation) {
    let mut stepped = Simulation::builder().grid(start.clone()).build().expect("valid parts");
    while stepped.generation() < hopped.generation() {
        stepped.step().expect("nothing fails");
    }
    assert!(**stepped.grid() == **hopped.grid(), "after {}", hopped.generation());
}

/// Where a torus closes, the last word of a row has few columns, and what reaches across comes from the
/// one before.
#[test]
fn a_glider_crosses_the_seam_of_a_settled_torus() {
    const FAR: u64 = 15;
    for (width, x, to_the_east) in [(10_241, 10_200, true), (10_241, 40, false)] {
        let mut start = Grid::new(width, 1024).expect("a small grid");
        for (dx, y) in [(1, 500), (2, 501), (0, 502), (1, 502), (2, 502)] {
            start.set(Cell::new(if to_the_east { x + dx } else { x - dx }, y), true);
        }
        let spec = "sequential(grain: rows(1024))".parse().expect("a stepper");
        let glider = Simulation::builder().grid(start.clone()).stepper_spec(spec);
        let mut glider = glider.build().expect("valid parts");
        assert_eq!(hops(&mut glider, FAR as usize), [24; FAR as usize]);
        like_steps(&start, &glider);
    }
}

#[test]
fn a_narrow_grid_hops_once_it_has_settled() {
    let mut start = Grid::new(NARROW.0, NARROW.1).expect("a small grid");
    for y in 0..NARROW.1 {
        for x in 0..NARROW.0 {
            start.set(Cell::new(x, y), x % 5 == 0 && y % 10 < 3); // Blinkers.
        }
    }
    let mut blinkers = Simulation::builder().grid(start.clone()).build().expect("valid parts");
    assert_eq!(hops(&mut blinkers, 6), [24; 6]);
    like_steps(&start, &blinkers);
}

#[test]
fn a_narrow_grid_that_has_not_settled_is_looked_at_and_stepped() {
    let soup = Soup { density: 0.4, seed: 1 }.grid(NARROW.0, NARROW.1).expect("a small grid");
    let fresh = || Simulation::builder().grid(soup.clone()).build().expect("valid parts");
    let mut simulation = fresh();
    assert_eq!(hops(&mut simulation, 6), [24, 24, 24, 1, 1, 1]);
    like_steps(&soup, &simulation);
    let mut simulation = fresh();
    assert_eq!(hops(&mut simulation, 2), [24, 24]);
    simulation.run(10).expect("nothing fails");
    assert_eq!(hops(&mut simulation, 3), [1; 3], "the look is over");
    like_steps(&soup, &simulation);
}

#[test]
fn generations_are_computed_as_they_are_asked_for() {
    let mut blinker = named("blinker").build().expect("a pattern of the library");
    let frames: Vec<_> =
        blinker.generations().take(4).collect::<Result<_, _>>().expect("nothing fails");
    assert_eq!(frames.iter().map(|frame| frame.generation).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(frames[0].grid, frames[2].grid);
    assert_ne!(frames[0].grid, frames[1].grid);
    assert_eq!(blinker.generation(), 4);
}

#[test]
fn after_an_error_the_generations_end_and_the_simulation_stays() {
    let io = "none error@3:(0,0)".parse().expect("a fault");
    let mut blinker = named("blinker").io_spec(io).build().expect("valid parts");
    let frames: Vec<_> = blinker.generations().collect();
    assert_eq!(frames.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(blinker.generation(), 2);
}

#[test]
fn an_observer_sees_every_generation_and_can_end_the_run() {
    let mut blinker = named("blinker").build().expect("a pattern of the library");
    let mut seen = Vec::new();
    let run = blinker.run_observed(10, &mut |event| {
        let (generation, population) =
            (event.simulation.generation(), event.simulation.population());
        seen.push((generation.to_u64(), population.to_u64()));
        if generation == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    run.expect("nothing fails");
    assert_eq!(seen, [1, 2, 3].map(|generation| (Some(generation), Some(3))));
}

#[test]
fn a_deadline_that_has_passed_refuses_every_step() {
    let mut blinker = named("blinker").deadline(Duration::ZERO).build().expect("valid parts");
    let Err(Error::Step(error)) = blinker.run(1) else { panic!("the time is up") };
    assert_eq!(error.kind, StepErrorKind::Stopped(CancelReason::Deadline));
    assert_eq!(blinker.generation(), 0);
}

/// A glider goes one cell to the south-east in four generations.
#[test]
fn a_bounding_box_counts_from_the_patterns_first_cell() {
    let mut glider = named("glider").margin(9).build().expect("a pattern of the library");
    glider.run(8).expect("nothing fails");
    let found = glider.bounding_box().expect("it lives");
    assert!(found.left == 2 && found.top == 2, "{found:?}");
    assert!(found.width() == 3 && found.height() == 3, "{found:?}");
}

#[test]
fn a_universe_in_the_rule_is_the_simulations() {
    let text = "x = 3, y = 3, rule = B36/S23:P31,20\nbo$2bo$3o!";
    let glider = Simulation::builder().inline(text).build().expect("a good pattern");
    assert_eq!((glider.grid().width(), glider.grid().height()), (31, 20));
    assert_eq!(glider.topology(), Some(Topology::Plane));
    assert_eq!(glider.rule().to_string(), "B36/S23");
    // Centered: half of 31 less half of 3, half of 20 less half of 3, each rounded down.
    assert_eq!(glider.live_cells().next(), Some(Position::new(14 + 1, 9)));

    let other = Simulation::builder().inline(text).size(9, 8).topology(Topology::Torus);
    let other = other.build().expect("the caller's word counts");
    assert_eq!((other.grid().width(), other.topology()), (9, Some(Topology::Torus)));
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let soup = || Simulation::builder().soup(0.5, 1);
    for (builder, words) in [
        (Simulation::builder(), "nothing to simulate"),
        (soup().size(0, 5), "0 x 5"),
        (soup().size(u32::MAX, u32::MAX), "a higher memory limit"),
        (soup().size(u32::MAX, u32::MAX).memory_limit(u64::MAX), "no memory"),
        (Simulation::builder().inline("#CXRLE Gen=18446744073709551616\no!"), "64 bits"),
        (Simulation::builder().soup(1.5, 1), "density 1.5"),
        (Simulation::builder().soup(f64::NAN, 1), "density NaN"),
        (named("glider").size(9, 9).margin(1), "both a size and a margin"),
        (named("glider").size(2, 2), "outside the grid of 2x2"),
        (named("glider").margin(u32::MAX), "margin of 4294967295"),
        (named("glidr"), "glider"),
        (Simulation::builder().file("no/such/file.rle"), "no/such/file.rle"),
        (Simulation::builder().inline("x = 1, y = 1\n3q!"), "2:3"),
    ] {
        let error = builder.build().expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn generations_are_counted_to_the_last_number_and_not_beyond() {
    let text = "#CXRLE Gen=18446744073709551610\nx = 3, y = 1\n3o!";
    let mut blinker = Simulation::builder().inline(text).build().expect("a pattern");
    let refused = blinker.run(6).expect_err("one too many").to_string();
    assert!(refused.contains("cannot be counted in 64 bits"), "{refused}");
    assert_eq!(blinker.generation(), u64::MAX - 5, "nothing was computed");
    blinker.run(5).expect("they can be counted");
    assert_eq!(blinker.generation(), u64::MAX);
    assert!(blinker.step().is_err() && blinker.advance(1).is_err());
}

#[test]
fn a_scenario_gives_the_same_run_again() {
    let scenario = Scenario {
        size: Some("40x30".parse().expect("a size")),
        rule: Some("HighLife".parse().expect("a rule")),
        stepper: "async_tasks(max_in_flight: 7)".parse().expect("a stepper"),
        io: "sleep:exp(10us) retry:2 error:0.0001 seed:4".parse().expect("I/O"),
        generations: 3.into(),
        ..Scenario::new(Start::Soup(lifelab::Soup { density: 0.37, seed: 7 }))
    };
    let text = scenario.to_ron().expect("no odd paths");
    let again: Scenario = text.parse().expect("it was printed");
    assert_eq!(again, scenario, "{text}");
    let run = |scenario: &Scenario| {
        let mut simulation = Simulation::builder().scenario(scenario).build().expect("valid");
        simulation.run(scenario.generations).expect("faults pass");
        simulation.state_hash()
    };
    assert_eq!(run(&again), run(&scenario));
}

#[test]
fn a_malformed_scenario_is_placed() {
    for (text, place, words) in [
        ("(start: named(\"glider\"),\n generation: 3)", (2, 2), "`generation`"),
        ("(start: named(\"glider\"), stepper: threads)", (1, 42), "unknown stepper"),
        ("(start: named(\"glider\"), size: \"3\")", (1, 33), "100x80"),
        ("(start: glider)", (1, 9), "`glider`"),
    ] {
        let error = text.parse::<Scenario>().expect_err(text);
        assert!(error.message.contains(words), "{text}: {error}");
        assert_eq!((error.line, error.column), place, "{text}: {error}");
    }
}

/// The reference engine has no grid, no edges and no stepper, and is a simulation like any other.
#[test]
fn any_engine_is_a_simulation() {
    let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];
    let engine = SetEngine::new(Rule::LIFE, glider);
    let mut simulation = Simulation::builder().engine(engine).build().expect("an engine");
    simulation.run(400).expect("nothing fails");
    assert!(simulation.generation() == 400 && simulation.population() == 5);
    let bounds = simulation.bounding_box().expect("it lives");
    assert!(bounds.left == 100 && bounds.top == 100, "{bounds:?}");
    assert_eq!(simulation.topology(), None);
    let pattern = simulation.pattern().expect("it can be listed");
    assert_eq!((pattern.cells.population(), pattern.generation), (5, 400));
    let first = named("glider").build().expect("a pattern of the library");
    assert_eq!(simulation.cells_sha256(), first.cells_sha256());

    let place = |(x, y): (i64, i64)| Place { x: x.into(), y: y.into() };
    let off: Vec<_> = pattern.cells.iter().map(|at| (place((at.x, at.y)), false)).collect();
    simulation.edit(&off).expect("the plane has no end");
    let blinker = [(0, 7), (1, 7), (2, 7)].map(|at| (place(at), true));
    simulation.edit(&blinker).expect("the plane has no end");
    let cycle = simulation.run_until_stable(9, &mut go_on).expect("nothing fails");
    assert_eq!(cycle, Some(cycle_of(400, 2)));
}

/// What only a finite engine can do is refused in words.
#[test]
fn what_an_engine_cannot_do_is_refused() {
    let engine = || SetEngine::new(Rule::LIFE, [(0, 0)]);
    let build = |builder: Builder| builder.engine(engine()).build();
    let error = build(Simulation::builder().size(3, 3)).expect_err("two universes").to_string();
    assert!(error.contains("together with a size"), "{error}");
    let mut simulation = build(Simulation::builder()).expect("an engine");
    assert!(simulation.set_probe(None).is_err());
    let spec = "finite".parse().expect("an engine of the table");
    let error = build(Simulation::builder().engine_spec(spec)).expect_err("two engines");
    assert!(error.to_string().contains("the description of another"), "{error}");
}
