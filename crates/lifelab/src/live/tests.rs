use std::collections::BTreeSet;
use std::num::NonZeroU64;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::*;
use lifelab_core::testing::{EXPECTED, HANG, expect_panics, oracle_after, script, within_a_minute};
use lifelab_core::{
    Capabilities, Context, Count, Grid, Place, Raster, Rule, Soup, StepError, StepReport, Stepper,
    Topology,
};

const WIDTH: u32 = 70;
const HEIGHT: u32 = 20;

/// All of the grid.
fn all() -> View {
    View { left: 0.into(), top: 0.into(), width: WIDTH, height: HEIGHT, scale: 0 }
}

fn grid() -> Grid {
    Soup { density: 0.4, seed: 3 }.grid(WIDTH, HEIGHT).unwrap()
}

fn soup() -> Result<Simulation, Error> {
    Simulation::builder().grid(grid()).build()
}

/// The grid some generations later, by the definition of the game.
fn after(start: &Grid, generations: u64) -> Grid {
    oracle_after(start, generations, Rule::LIFE, Topology::Torus)
}

/// What a look shows.
fn seen(look: &Look) -> Grid {
    let mut raster = Raster::default();
    look.read(all(), &mut raster);
    assert_eq!(raster.view(), Some(all()));
    let mut grid = Grid::new(WIDTH, HEIGHT).unwrap();
    for (index, _) in raster.shares().iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let index = index as u32;
        grid.set(lifelab_core::Cell::new(index % WIDTH, index / WIDTH), true);
    }
    grid
}

fn place(x: i64, y: i64) -> Place {
    Place { x: x.into(), y: y.into() }
}

/// A pilot whose clock a test sets.
struct Trial(Pilot);

impl Trial {
    fn of(recipe: fn() -> Result<Simulation, Error>) -> Self {
        Self(Pilot::new(Arc::new(recipe)).unwrap())
    }

    /// Says something, and lets the pilot do all that it can do without a rest.
    fn say(&mut self, command: Command) {
        self.0.obey(command, Duration::ZERO);
        self.go_on(Duration::ZERO);
    }

    /// Lets it do all that is to be done at this time.
    fn go_on(&mut self, now: Duration) {
        while self.0.next(now) == Next::Advance {
            self.0.advance(lifelab_core::CancellationToken::new(), &|| now);
        }
    }

    fn look(&mut self) -> Look {
        self.0.look(Some(all()), Duration::ZERO)
    }

    fn generation(&mut self) -> Count {
        self.look().generation
    }
}

#[test]
fn steps_go_where_the_definition_says_and_end_there() {
    let mut trial = Trial::of(soup);
    assert_eq!((seen(&trial.look()), trial.look().mode), (grid(), Mode::Paused));
    for (step, generation) in [(1, 1), (1, 2), (40, 42)] {
        trial.say(Command::Step(step.into()));
        let look = trial.look();
        assert_eq!((seen(&look), look.mode), (after(&grid(), generation), Mode::Paused));
        assert_eq!(look.generation, Count::from(generation));
        assert_eq!(look.population, Count::from(after(&grid(), generation).population()));
    }
}

#[test]
fn a_pace_is_kept_by_the_clock() {
    let mut trial = Trial::of(soup);
    trial.say(Command::Pace(Pace::PerSecond(NonZeroU64::new(4).unwrap())));
    trial.say(Command::Run);
    let mut at = |ms| {
        trial.go_on(Duration::from_millis(ms));
        trial.generation().to_u64().unwrap()
    };
    assert_eq!([at(0), at(249), at(251), at(1001), at(1002)], [1, 1, 2, 5, 5]);
    assert_eq!(trial.look().mode, Mode::Running);
    trial.say(Command::Pause);
    trial.go_on(Duration::from_secs(100));
    assert_eq!((trial.generation(), trial.look().mode), (5.into(), Mode::Paused));
}

#[test]
fn an_edit_keeps_the_generation() {
    let mut trial = Trial::of(soup);
    trial.say(Command::Step(7.into()));
    let mut expected = after(&grid(), 7);
    let cells = [(3, 2, true), (4, 2, true), (5, 2, false)];
    for (x, y, alive) in cells {
        expected.set(lifelab_core::Cell::new(x, y), alive);
    }
    let edits = cells.map(|(x, y, alive)| (place(x.into(), y.into()), alive));
    trial.say(Command::Edit(edits.to_vec()));
    assert_eq!((seen(&trial.look()), trial.generation()), (expected.clone(), 7.into()));
    trial.say(Command::Step(3.into()));
    assert_eq!(seen(&trial.look()), after(&expected, 3), "the halo is new, too");
}

#[test]
fn a_cell_outside_is_an_error_that_the_next_look_tells() {
    let mut trial = Trial::of(soup);
    trial.say(Command::Edit(vec![(place(0, 0), true), (place(-1, 0), true)]));
    let error = trial.look().error.unwrap();
    assert!(error.contains("(-1, 0) lies outside"), "{error}");
    assert_eq!(seen(&trial.look()), grid(), "none has changed");
    trial.say(Command::Step(1.into()));
    assert_eq!(trial.look().error, None, "it is over when something goes well");
}

#[test]
fn steppers_change_without_a_restart() {
    let mut trial = Trial::of(soup);
    let mut generation = 0;
    for entry in crate::STEPPERS.iter().filter(|entry| entry.name() != "process_pool") {
        trial.say(Command::Stepper(entry.name().parse().unwrap()));
        trial.say(Command::Step(30.into()));
        generation += 30;
        let look = trial.look();
        assert_eq!((&*look.stepper, look.error.as_deref()), (entry.name(), None));
        assert_eq!(seen(&look), after(&grid(), generation), "{}", entry.name());
    }
}

#[test]
fn another_rule_starts_from_the_generation_at_hand() {
    let mut trial = Trial::of(soup);
    trial.say(Command::Step(5.into()));
    let rule: Rule = "HighLife".parse().unwrap();
    trial.say(Command::Rule(rule));
    trial.say(Command::Step(5.into()));
    let expected = oracle_after(&after(&grid(), 5), 5, rule, Topology::Torus);
    assert_eq!((seen(&trial.look()), trial.look().world.rule), (expected, rule));
}

#[test]
fn one_can_go_back_step_by_step_and_edits_are_undone() {
    let mut trial = Trial::of(soup);
    trial.say(Command::Step(1.into()));
    trial.say(Command::Step(100.into()));
    trial.say(Command::Edit(vec![(place(0, 0), true), (place(1, 0), true), (place(2, 1), true)]));
    for (generation, past) in [(101, 2), (1, 1), (0, 0)] {
        trial.say(Command::Back);
        let look = trial.look();
        assert_eq!((seen(&look), look.past), (after(&grid(), generation), past));
        assert_eq!(look.generation, Count::from(generation));
    }
    trial.say(Command::Back);
    assert!(trial.look().error.unwrap().contains("earliest state"));
    trial.say(Command::Step(2.into()));
    assert_eq!(seen(&trial.look()), after(&grid(), 2), "it goes on from there");
}

#[test]
fn the_past_has_an_end() {
    let mut trial = Trial::of(soup);
    (0..1000).for_each(|_| trial.say(Command::Step(1.into())));
    assert_eq!(trial.look().past, 256);
}

#[test]
fn the_start_is_as_it_was_edited() {
    let mut trial = Trial::of(soup);
    trial.say(Command::Edit(vec![(place(9, 9), true), (place(10, 9), true)]));
    let start = seen(&trial.look());
    trial.say(Command::Step(10.into()));
    trial.say(Command::Edit(vec![(place(0, 0), true)]));
    trial.say(Command::Rewind);
    assert_eq!((seen(&trial.look()), trial.generation()), (start, 0.into()));
    trial.say(Command::Back);
    assert_eq!(trial.generation(), 10, "that can be undone, too");
}

#[test]
fn another_universe_keeps_the_stepper_that_was_chosen() {
    let mut trial = Trial::of(soup);
    trial.say(Command::Stepper("thread_pool(workers: 2)".parse().unwrap()));
    trial.say(Command::Rule("B2/S".parse().unwrap()));
    trial.say(Command::Load(Arc::new(|| Simulation::builder().named("blinker").build())));
    let look = trial.look();
    assert_eq!((&*look.stepper, look.population), ("thread_pool(workers: 2)", 3.into()));
    assert_eq!(look.world.rule, Rule::LIFE, "a rule belongs to its universe");
    assert_eq!(look.universe, 1);
    trial.say(Command::Load(Arc::new(|| Simulation::builder().named("blnker").build())));
    let look = trial.look();
    assert!(look.error.is_some() && look.population == 3, "the one before stays");
    assert_eq!(look.universe, 1);
}

#[test]
fn an_error_of_a_step_is_shown_and_not_the_end() {
    let mut trial = Trial::of(|| {
        let io = "sleep:0ms error@3:(1,2)*1".parse().unwrap();
        Simulation::builder().grid(grid()).io_spec(io).build()
    });
    trial.say(Command::Run);
    trial.go_on(Duration::from_secs(1));
    let look = trial.look();
    assert_eq!((look.generation, look.mode), (2.into(), Mode::Paused));
    assert!(look.error.as_ref().unwrap().contains("(1, 2)"), "{:?}", look.error);
    assert_eq!(seen(&look), after(&grid(), 2));
}

#[test]
fn a_state_that_comes_back_is_told_once_somebody_wants_to_know() {
    let mut trial = Trial::of(|| Simulation::builder().named("pulsar").build());
    trial.say(Command::Watch(Watch { cycles: true, ..Watch::default() }));
    for _ in 0..3 {
        assert_eq!(trial.look().cycle, None);
        assert_eq!(trial.look().cycle, None, "looking twice is not coming back");
        trial.say(Command::Step(1.into()));
    }
    assert_eq!(trial.look().cycle.unwrap().period, 3);
    trial.say(Command::Edit(vec![(place(0, 0), true)]));
    assert_eq!(trial.look().cycle, None);
}

#[test]
fn nothing_new_is_nothing_to_look_at() {
    let mut trial = Trial::of(soup);
    trial.look();
    assert!(!trial.0.has_news(all()));
    assert!(trial.0.has_news(View { scale: 1, ..all() }));
    trial.say(Command::Step(1.into()));
    assert!(trial.0.has_news(all()));
}

#[test]
fn looks_at_a_simulation_that_runs_take_a_bounded_share_of_its_time() {
    let mut trial = Trial::of(soup);
    let ms = Duration::from_millis;
    trial.0.note_cost(ms(100), ms(102));
    assert!(!trial.0.affords_look(ms(151)) && trial.0.affords_look(ms(152)));
}

// On a thread.

fn slow() -> Result<Simulation, Error> {
    // Every cell waits until it is asked to end.
    let forever = script(|_, stop| Err(stop.wait().into()));
    Simulation::builder().grid(grid()).io(forever).build()
}

#[test]
fn a_step_that_never_ends_blocks_nobody() {
    within_a_minute(|| {
        let live = Live::start(slow).unwrap();
        live.say(Command::Run);
        live.wait_for(all(), HANG, |look| look.mode == Mode::Running);
        // Somewhere else, while it computes.
        let far = View { left: 10.into(), top: 5.into(), width: 9, height: 9, scale: 1 };
        let mut raster = Raster::default();
        live.look(far).read(far, &mut raster);
        assert_eq!(raster.view(), Some(far));
        // What makes the step pointless ends it.
        live.say(Command::Edit(vec![(place(0, 0), true), (place(1, 0), false)]));
        let mut expected = grid();
        expected.set(lifelab_core::Cell::new(0, 0), true);
        expected.set(lifelab_core::Cell::new(1, 0), false);
        let look = live.wait_for(all(), HANG, |look| seen(look) == expected);
        assert_eq!((look.mode, look.error.clone()), (Mode::Running, None), "it tries again");
        drop(live); // And so does this.
    });
}

#[test]
fn it_runs_at_full_pace_and_shows_what_the_definition_says() {
    let live = Live::start(soup).unwrap();
    live.say(Command::Pace(Pace::Full));
    live.say(Command::Run);
    let look = live.wait_for(all(), HANG, |look| look.generation > 1000);
    assert_eq!(look.mode, Mode::Running);
    live.say(Command::Pause);
    live.wait_for(all(), HANG, |look| look.mode == Mode::Paused);
    live.say(Command::Rewind);
    live.say(Command::Step(60.into()));
    let look = live.wait_for(all(), HANG, |look| look.generation == 60);
    assert_eq!(seen(&look), after(&grid(), 60));
}

#[test]
fn all_cells_light_up_that_are_watched() {
    let io = || Simulation::builder().grid(grid()).io_spec("sleep:1us".parse().unwrap()).build();
    let live = Live::start(io).unwrap();
    live.say(Command::Stepper("thread_pool(workers: 3)".parse().unwrap()));
    live.say(Command::Watch(Watch { cells: true, ..Watch::default() }));
    live.say(Command::Step(1.into()));
    live.wait_for(all(), HANG, |look| look.generation == 1);
    let mut lit = Vec::new();
    assert_eq!(live.lit(&mut lit), 0, "there was room");
    let cells: BTreeSet<_> = lit.iter().filter_map(|slice| slice.activity.cell()).collect();
    assert_eq!(cells.len(), (WIDTH * HEIGHT) as usize);
    let mut numbers = WorkerNumbers::default();
    for slice in &lit {
        numbers.number(Worker::of(slice));
    }
    assert!((1..=3).contains(&numbers.threads()), "{}", numbers.threads());
    live.lit(&mut lit);
    let before = lit.len();
    live.lit(&mut lit);
    assert_eq!(lit.len(), before, "nothing is told twice");
}

/// Ends by a panic in its first step.
struct Panicking;

impl Stepper for Panicking {
    fn step(&mut self, _: &Arc<Grid>, _: &mut Grid, _: &Context) -> Result<StepReport, StepError> {
        std::panic::panic_any(EXPECTED)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::local(Some(1))
    }
}

#[test]
fn a_panic_is_told_and_hangs_nobody() {
    expect_panics();
    let recipe = || Simulation::builder().grid(grid()).stepper(Panicking).build();
    let live = Live::start(recipe).unwrap();
    live.say(Command::Step(1.into()));
    let look = live.wait_for(all(), HANG, |look| look.is_over);
    assert!(look.error.as_ref().unwrap().ends_with(EXPECTED), "{:?}", look.error);
    live.say(Command::Run);
    let _ = live.wait_for(all(), HANG, |_| false); // It returns at once.
}

#[test]
fn what_cannot_be_built_is_an_error_at_once() {
    let error = Live::start(|| Simulation::builder().named("nothing-like-it").build());
    assert!(matches!(error, Err(Error::UnknownPattern(_))));
}

#[test]
fn a_viewer_that_waits_is_woken_by_the_first_look_that_is_news() {
    let live = Live::start(soup).unwrap();
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let look = live.wait_for(all(), HANG, |look| look.generation == 3);
            sender.send(look.generation).unwrap();
        });
        live.say(Command::Step(3.into()));
        assert_eq!(receiver.recv_timeout(HANG), Ok(3.into()));
    });
}
