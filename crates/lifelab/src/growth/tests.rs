use super::*;

/// The growth that is found first in generations that are powers of two, up to a last one.
fn found(name: &str, last: u64) -> Option<Growth> {
    let builder = Simulation::builder().named(name);
    let mut simulation = builder.engine_spec("tiles".parse().unwrap()).build().unwrap();
    let mut due = (0..).map(|bits| 1_u64 << bits).filter(|&it| Growth::is_due(it.into()));
    due.by_ref().take_while(|&it| it <= last).find_map(|generation| {
        let rest = Count::from(generation).saturating_sub(simulation.generation());
        simulation.run(rest).unwrap();
        Growth::find(&simulation)
    })
}

fn said(growth: Option<Growth>) -> Option<(String, u64, u64, String)> {
    let Growth { kind, period, gained, velocity, .. } = growth?;
    let number = |count: Count| count.to_u64().unwrap();
    Some((kind.to_string(), number(period), number(gained), velocity.to_string()))
}

/// As in the collections of enthusiasts.
#[test]
fn puffers_and_guns_are_known() {
    for (name, kind, period, gained, velocity) in [
        ("gosper-glider-gun", "gun", 30, 5, "c/4 diagonal"),
        ("simkin-glider-gun", "gun", 120, 5, "c/4 diagonal"),
        ("puffer-1", "puffer", 128, 26, "c/2 orthogonal"),
        ("block-laying-switch-engine", "puffer", 288, 32, "c/12 diagonal"),
    ] {
        let expected = (kind.to_owned(), period, gained, velocity.to_owned());
        assert_eq!(said(found(name, 8192)), Some(expected), "{name}");
    }
}

#[test]
fn a_search_that_is_stopped_finds_nothing() {
    let mut simulation = Simulation::builder().named("gosper-glider-gun").build().unwrap();
    simulation.run(512_u64).unwrap();
    assert!(Growth::find(&simulation).is_some());
    simulation.stop().cancel();
    assert_eq!(Growth::find(&simulation), None);
}

#[test]
fn what_does_not_grow_or_is_not_certain_is_not_named() {
    for name in ["glider", "pulsar", "r-pentomino", "acorn"] {
        assert_eq!(found(name, 1024), None, "{name}");
    }
}

#[test]
fn it_is_looked_for_now_and_then() {
    let due: Vec<u64> = (0..5000).filter(|&it| Growth::is_due(it.into())).collect();
    assert_eq!(due, [512, 1024, 2048, 4096]);
}
