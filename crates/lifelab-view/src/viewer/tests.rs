use std::io::{self, Write};
use std::num::NonZeroU64;
use std::sync::Mutex;

use super::*;
use crate::{Depth, screen};
use lifelab::live::{Live, Pace};
use lifelab::{Error, Simulation};
use lifelab_core::testing::HANG;
use ratatui_core::backend::TestBackend;
use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::layout::Rect;
use ratatui_core::style::Color;
use ratatui_core::terminal::{Terminal, TerminalOptions, Viewport};
use ratatui_crossterm::CrosstermBackend;
use ratatui_crossterm::crossterm::event::{
    KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

/// A viewer of a simulation, which waits for what it is about and never for time.
pub(super) struct Rig {
    live: Live,
    viewer: Viewer,
    now: Duration,
}

pub(super) fn options() -> Options {
    Options {
        glyphs: Glyphs::HalfBlocks,
        colors: Colors::None,
        depth: Depth::Mono,
        pace: Pace::PerSecond(NonZeroU64::new(20).unwrap()),
        is_paused: true,
        next: None,
        endless: false,
    }
}

fn blinker() -> Result<Simulation, Error> {
    Simulation::builder().named("blinker").size(5, 5).build()
}

impl Rig {
    pub(super) fn new(
        recipe: impl Fn() -> Result<Simulation, Error> + Send + Sync + 'static,
        options: Options,
        screen: (u16, u16),
    ) -> Self {
        let live = Live::start(recipe).unwrap();
        let nothing = View { left: 0.into(), top: 0.into(), width: 0, height: 0, scale: 0 };
        let viewer = Viewer::new(options, screen, live.look(nothing));
        let mut rig = Self { live, viewer, now: Duration::ZERO };
        rig.wait(|_| true);
        let view = rig.viewer.view();
        rig.wait(move |look| is_through(look, view));
        rig
    }

    /// Obeys the viewer, and shows it the first look that is as it is wanted.
    fn wait(&mut self, is_wanted: impl Fn(&Look) -> bool) {
        self.viewer.take_commands().into_iter().for_each(|command| self.live.say(command));
        let look = self.live.wait_for(self.viewer.view(), HANG, &is_wanted);
        assert!(is_wanted(&look), "{look:?}");
        let mut lit = Vec::new();
        self.live.lit(&mut lit);
        self.viewer.see(look, &lit, self.now);
    }

    /// Waits for a generation, seen through the viewer's view.
    pub(super) fn wait_for(&mut self, generation: u64) {
        let view = self.viewer.view();
        self.wait(|look| look.generation == generation && is_through(look, view));
    }

    pub(super) fn key(&mut self, code: KeyCode) {
        self.viewer.on(&Event::Key(code.into()));
    }

    fn keys(&mut self, keys: &str) {
        keys.chars().for_each(|key| self.key(KeyCode::Char(key)));
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let modifiers = KeyModifiers::NONE;
        self.viewer.on(&Event::Mouse(MouseEvent { kind, column, row, modifiers }));
    }

    pub(super) fn picture(&self) -> Buffer {
        let (columns, rows) = self.viewer.screen;
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        self.viewer.draw(&mut buffer);
        buffer
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let picture = self.picture();
        let width = usize::from(picture.area.width);
        let lines = picture.content.chunks(width);
        lines.map(|line| line.iter().map(Cell::symbol).collect()).collect()
    }

    fn last_line(&self) -> String {
        self.lines().pop().unwrap()
    }
}

/// Whether a look was taken through a view.
fn is_through(look: &Look, view: View) -> bool {
    let mut raster = Raster::default();
    look.read(view, &mut raster);
    raster.view() == Some(view)
}

#[test]
fn a_small_universe_fills_the_screen() {
    let rig = Rig::new(blinker, options(), (24, 6));
    assert_eq!(
        rig.lines(),
        [
            "░░░░░░░░          ░░░░░░",
            "░░░░░░░░          ░░░░░░",
            "░░░░░░░░  ██████  ░░░░░░",
            "░░░░░░░░          ░░░░░░",
            "░░░░░░░░          ░░░░░░",
            " ‖ 0  3 alive    ? help ",
        ]
    );
}

#[test]
fn space_goes_one_generation_and_backspace_back() {
    let mut rig = Rig::new(blinker, options(), (24, 6));
    rig.keys(" ");
    rig.wait_for(1);
    let standing = [
        "░░░░░░░░          ░░░░░░",
        "░░░░░░░░    ██    ░░░░░░",
        "░░░░░░░░    ██    ░░░░░░",
        "░░░░░░░░    ██    ░░░░░░",
        "░░░░░░░░          ░░░░░░",
        " ‖ 1  3 alive    ? help ",
    ];
    assert_eq!(rig.lines(), standing);
    rig.key(KeyCode::Tab);
    rig.wait_for(1 + 1024);
    rig.key(KeyCode::Backspace);
    rig.wait_for(1);
    assert_eq!(rig.lines(), standing);
    rig.keys("r");
    rig.wait_for(0);
}

#[test]
fn enter_runs_and_pauses() {
    let mut rig = Rig::new(blinker, options(), (80, 24));
    rig.key(KeyCode::Enter);
    rig.wait(|look| look.mode == Mode::Running && look.generation > 2);
    assert!(rig.last_line().contains("▶") && rig.last_line().contains("20/s"));
    rig.keys("+*");
    rig.wait(|look| look.pace == Pace::Full && look.generation > 1000);
    rig.key(KeyCode::Enter);
    rig.wait(|look| look.mode == Mode::Paused);
    assert!(rig.last_line().contains("‖"), "{}", rig.last_line());
}

#[test]
fn the_same_look_is_not_drawn_again() {
    let mut rig = Rig::new(blinker, options(), (24, 6));
    assert!(rig.viewer.take_change());
    rig.wait(|_| true);
    assert!(!rig.viewer.take_change(), "nothing has happened");
    rig.mouse(MouseEventKind::Moved, 3, 3);
    rig.viewer.on(&Event::FocusGained);
    rig.key(KeyCode::Char('z'));
    assert!(!rig.viewer.take_change(), "nothing that matters");
    rig.keys("?");
    assert!(rig.viewer.take_change());
}

#[test]
fn cells_are_edited_by_cursor_and_by_mouse() {
    let mut rig = Rig::new(blinker, options(), (24, 6));
    rig.keys("e");
    rig.keys("k"); // Up, from the middle of the blinker.
    rig.keys(" ");
    rig.wait(|look| look.population == 4);
    rig.key(KeyCode::Esc);
    assert!(!rig.viewer.is_done(), "it only ends editing");
    assert_eq!(rig.lines()[1], "░░░░░░░░    ██    ░░░░░░");
    // The right button over two cells at the left.
    rig.mouse(MouseEventKind::Down(MouseButton::Right), 8, 4);
    rig.mouse(MouseEventKind::Drag(MouseButton::Right), 10, 4);
    rig.mouse(MouseEventKind::Up(MouseButton::Right), 10, 4);
    rig.wait(|look| look.population == 6);
    assert_eq!(rig.lines()[4], "░░░░░░░░████      ░░░░░░");
    assert_eq!(rig.viewer.look.generation, 0);
}

#[test]
fn editing_from_too_far_away_is_refused_with_words() {
    let wide = || Simulation::builder().named("blinker").size(500, 500).build();
    let mut rig = Rig::new(wide, options(), (80, 24));
    rig.keys("e");
    assert!(rig.last_line().contains("zoom in"), "{}", rig.last_line());
    rig.keys("]]]]]]");
    let view = rig.viewer.view();
    rig.wait(|look| is_through(look, view));
    rig.keys("e");
    assert!(rig.viewer.editing.is_on());
}

#[test]
fn the_picture_moves_under_the_pointer_and_with_the_arrows() {
    let mut rig = Rig::new(blinker, options(), (24, 6));
    rig.mouse(MouseEventKind::Down(MouseButton::Left), 10, 2);
    rig.mouse(MouseEventKind::Drag(MouseButton::Left), 14, 1);
    // At once, from what has been seen.
    assert_eq!(rig.lines()[1], "░░░░░░░░░░░░  ██████  ░░");
    rig.key(KeyCode::Right);
    rig.wait_for(0);
    assert_eq!(rig.lines()[1], "░░░░░░░░░░  ██████  ░░░░");
}

#[test]
fn zooming_keeps_what_is_in_the_middle_and_fits_again() {
    let mut rig = Rig::new(blinker, options(), (24, 6));
    rig.keys("[");
    rig.wait_for(0);
    assert_eq!(rig.lines()[2], "░░░░░░░░░░ ▄▄▄ ░░░░░░░░░");
    rig.keys("f");
    rig.wait_for(0);
    assert_eq!(rig.lines()[2], "░░░░    ████████████    ", "closer than before");
}

#[test]
fn steppers_change_while_it_runs() {
    let mut rig = Rig::new(blinker, options(), (80, 24));
    rig.key(KeyCode::Enter);
    rig.keys("s");
    rig.wait(|look| look.stepper == "thread_per_cell" && look.mode == Mode::Running);
    let generation = rig.viewer.look.generation;
    rig.keys("s");
    rig.wait(|look| look.stepper == "queue_pipeline" && look.generation > generation);
}

#[test]
fn a_message_makes_room_for_the_figures() {
    let mut rig = Rig::new(blinker, options(), (80, 24));
    rig.keys("b");
    assert!(rig.last_line().contains("braille"));
    rig.now = Duration::from_secs(5);
    rig.wait(|_| true);
    assert!(rig.last_line().contains("3 alive") && rig.viewer.take_change());
}

#[test]
fn errors_are_shown_until_something_goes_well() {
    let recipe = || {
        let io = "sleep:0ms error@1:(2,2)".parse().unwrap();
        Simulation::builder().named("blinker").size(5, 5).io_spec(io).build()
    };
    let mut rig = Rig::new(recipe, options(), (80, 24));
    rig.keys(" ");
    rig.wait(|look| look.error.is_some());
    assert!(rig.last_line().contains("(2, 2)"), "{}", rig.last_line());
    rig.keys("r");
    rig.wait(|look| look.error.is_none());
    assert!(rig.last_line().contains("paused"), "{}", rig.last_line());
}

#[test]
fn wide_screens_show_figures_and_narrow_ones_when_they_are_asked_for() {
    let mut rig = Rig::new(blinker, options(), (120, 30));
    let text = rig.lines().join("\n");
    for figure in ["5 x 5 torus", "B3/S23", "sequential", "rate", "memory"] {
        assert!(text.contains(figure), "{figure} in\n{text}");
    }
    rig.viewer.on(&Event::Resize(80, 24));
    assert!(!rig.lines().join("\n").contains("memory"));
    rig.keys("i");
    assert!(rig.lines().join("\n").contains("memory"));
}

#[test]
fn help_fits_the_smallest_terminal() {
    let mut rig = Rig::new(blinker, options(), (80, 24));
    rig.keys("?");
    let text = rig.lines().join("\n");
    for (keys, meaning) in keys::HELP {
        assert!(text.contains(keys) && text.contains(meaning), "{keys} in\n{text}");
    }
    rig.key(KeyCode::Esc);
    assert!(!rig.lines().join("\n").contains("this help"));
    rig.key(KeyCode::Esc);
    assert!(!rig.viewer.is_done() && rig.last_line().contains("Q quits"));
    rig.keys("q");
    assert!(rig.viewer.is_done());
}

#[test]
fn any_size_of_terminal_can_be_drawn_to() {
    let mut rig = Rig::new(blinker, options(), (80, 24));
    rig.keys("?");
    for size in [(1, 1), (0, 0), (3, 200), (300, 2), (20, 4), (61, 5), (500, 200)] {
        rig.viewer.on(&Event::Resize(size.0, size.1));
        assert_eq!(rig.picture().area, Rect::new(0, 0, size.0, size.1));
    }
}

#[test]
fn a_settled_soup_makes_room_for_the_next() {
    let next = || -> lifelab::live::Recipe {
        std::sync::Arc::new(|| Simulation::builder().named("glider").size(9, 9).build())
    };
    let next: Option<Box<dyn FnMut() -> lifelab::live::Recipe>> = Some(Box::new(next));
    let options = Options { next, endless: true, is_paused: false, ..options() };
    let mut rig = Rig::new(blinker, options, (40, 12));
    rig.wait(|look| look.cycle.is_some());
    rig.now = Duration::from_secs(3);
    rig.wait(|look| look.cycle.is_some());
    assert!(rig.viewer.take_commands().is_empty(), "it is still shown");
    rig.now = Duration::from_secs(5);
    rig.wait(|look| look.cycle.is_some());
    rig.wait(|look| look.world.bounds.is_some_and(|bounds| bounds.width == 9));
    assert_eq!((rig.viewer.look.population, rig.viewer.look.mode), (5.into(), Mode::Running));
}

#[test]
fn a_pattern_is_pasted_and_what_is_none_is_an_error() {
    let mut rig = Rig::new(blinker, options(), (80, 24));
    rig.viewer.on(&Event::Paste("!Name: Toad\n.OOO\nOOO.\n".to_owned()));
    rig.wait(|look| look.population == 6);
    assert_eq!(rig.viewer.look.universe, 1);
    rig.viewer.on(&Event::Paste("hello, world".to_owned()));
    rig.wait(|look| look.error.is_some());
    assert_eq!(rig.viewer.look.population, 6, "{}", rig.last_line());
}

/// What colors a screen has, and where: symbols with foreground and background.
fn colors(picture: &Buffer, row: u16) -> Vec<(String, Color, Color)> {
    let cells = (0..picture.area.width).map(|column| &picture[(column, row)]);
    cells.map(|cell| (cell.symbol().to_owned(), cell.fg, cell.bg)).collect()
}

#[test]
fn ages_are_colors() {
    let options = Options { colors: Colors::Age, depth: Depth::Indexed, ..options() };
    let mut rig = Rig::new(blinker, options, (24, 6));
    rig.keys(" ");
    rig.wait_for(1);
    let picture = rig.picture();
    let (young, older) = (Color::Indexed(231), Color::Indexed(221));
    let at = |column: u16, row: u16| (picture[(column, row)].symbol(), picture[(column, row)].fg);
    assert_eq!([at(12, 1), at(12, 2), at(12, 3)], [("█", young), ("█", older), ("█", young)]);
    let beyond = picture[(0, 0)].bg;
    assert_eq!((beyond, picture[(9, 0)].bg), (Color::Indexed(235), Color::Reset));
}

#[test]
fn workers_are_colors_also_where_nothing_lives() {
    let options = Options { colors: Colors::Worker, depth: Depth::Indexed, ..options() };
    let recipe = || {
        let stepper = "thread_pool(workers: 1)".parse()?;
        let io = "sleep:1us".parse().unwrap();
        let blinker = Simulation::builder().named("blinker").size(5, 5);
        blinker.stepper_spec(stepper).io_spec(io).build()
    };
    let mut rig = Rig::new(recipe, options, (24, 6));
    rig.keys(" ");
    rig.wait_for(1);
    let row = colors(&rig.picture(), 2);
    let (alive, dead) = (Color::Indexed(75), Color::Indexed(24));
    let cell = |color| ("█".to_owned(), color, Color::Reset);
    let expected: Vec<_> = [dead, dead, alive, dead, dead].map(cell).to_vec();
    let found: Vec<_> = row[8..18].iter().step_by(2).cloned().collect();
    assert_eq!(found, expected);
}

/// Bytes that a terminal would get.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_terminal_shows_what_was_drawn() {
    let options = Options { colors: Colors::Age, depth: Depth::Indexed, ..options() };
    let size = (40, 10);
    let mut rig = Rig::new(blinker, options, size);
    let sink = Sink::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
    let backend = CrosstermBackend::new(sink.clone());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    let mut test = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    let mut screen = vt100::Parser::new(size.1, size.0, 0);
    for generation in 1..4 {
        screen::draw(&mut terminal, |buffer| rig.viewer.draw(buffer)).unwrap();
        test.draw(|frame| rig.viewer.draw(frame.buffer_mut())).unwrap();
        let bytes = std::mem::take(&mut *sink.0.lock().unwrap());
        assert!(bytes.starts_with(b"\x1b[?2026h") && bytes.ends_with(b"\x1b[?2026l"));
        screen.process(&bytes);
        check(screen.screen(), test.backend().buffer());
        rig.keys(" ");
        rig.wait_for(generation);
    }
}

/// Makes sure that a terminal shows a buffer, colors included.
fn check(screen: &vt100::Screen, buffer: &Buffer) {
    for (x, y) in (0..buffer.area.height).flat_map(|y| (0..buffer.area.width).map(move |x| (x, y)))
    {
        let (shown, drawn) = (screen.cell(y, x).unwrap(), &buffer[(x, y)]);
        let symbol = if shown.contents().is_empty() { " " } else { shown.contents() };
        assert_eq!(symbol, drawn.symbol(), "({x}, {y})");
        let color = |color: Color| match color {
            Color::Indexed(index) => vt100::Color::Idx(index),
            Color::Reset => vt100::Color::Default,
            other => panic!("{other:?} was not asked for"),
        };
        let colors = (color(drawn.fg), color(drawn.bg));
        assert_eq!((shown.fgcolor(), shown.bgcolor()), colors, "({x}, {y})");
    }
}
