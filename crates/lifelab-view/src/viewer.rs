//! The state of a viewer: keys and looks go in, commands and pictures come out. It knows no terminal.

mod choose;
mod edit;
mod endless;
mod mouse;
mod paint;
mod speed;

use std::sync::Arc;
use std::time::Duration;

use lifelab::Count;
use lifelab::core::probe::Slice;
use lifelab::core::{Bounds, Coordinate, Raster, Rectangle, View};
use lifelab::live::{Ages, Command, Lights, Look, Mode};
use ratatui_crossterm::crossterm::event::Event;

use crate::camera::{Camera, Pixels};
use crate::glyphs::Glyphs;
use crate::keys::{self, Action};
use crate::options::Options;
use crate::picture::Colors;

use edit::Editing;
use endless::Endless;
use mouse::Drag;
use speed::Speed;

/// An arrow key moves by this part of the screen.
const PAN_PARTS: i64 = 16;

/// How long a message stays in the place of the figures.
const MESSAGE: Duration = Duration::from_secs(4);

/// Screens with at least this many columns show figures beside the universe, unless told otherwise.
pub(crate) const WIDE: u16 = 110;

/// The columns that figures take.
pub(crate) const PANE: u16 = 30;

/// The state of a viewer.
pub(crate) struct Viewer {
    options: Options,
    /// The stepper it began with, with its options.
    first_stepper: String,
    /// Columns and rows of the terminal.
    screen: (u16, u16),
    camera: Camera,
    speed: Speed,
    /// A leap is 2^this generations.
    leap: u32,
    is_following: bool,
    /// The universe that was fitted into the screen.
    fitted: Option<u64>,
    pane: Option<bool>,
    has_help: bool,
    editing: Editing,
    drag: Option<Drag>,
    endless: Option<Endless>,
    look: Arc<Look>,
    raster: Raster,
    ages: Ages,
    lights: Lights,
    /// Cells of the generation in progress that are done.
    progress: u64,
    /// What was said last, and when.
    message: Option<(String, Duration)>,
    now: Duration,
    commands: Vec<Command>,
    is_changed: bool,
    is_done: bool,
}

impl Viewer {
    /// A viewer on a screen of `(columns, rows)`, of a simulation that has just started.
    pub(crate) fn new(mut options: Options, screen: (u16, u16), look: Arc<Look>) -> Self {
        let endless = options.next.take().map(|next| Endless::new(next, options.endless));
        let speed = Speed::of(options.pace);
        let mut viewer = Self {
            first_stepper: look.stepper.clone(),
            screen,
            camera: Camera::new(Pixels::default()),
            speed,
            leap: 10,
            is_following: false,
            fitted: None,
            pane: None,
            has_help: false,
            editing: Editing::default(),
            drag: None,
            endless,
            look,
            raster: Raster::default(),
            ages: Ages::default(),
            lights: Lights::default(),
            progress: 0,
            message: None,
            now: Duration::ZERO,
            commands: Vec::new(),
            is_changed: true,
            is_done: false,
            options,
        };
        viewer.resize(screen);
        viewer.commands.push(Command::Pace(speed.pace()));
        viewer.watch();
        if !viewer.options.is_paused {
            viewer.commands.push(Command::Run);
        }
        viewer
    }

    /// Takes an event.
    pub(crate) fn on(&mut self, event: &Event) {
        match event {
            Event::Key(key) => {
                if let Some(action) = keys::action(*key) {
                    self.message = None;
                    self.act(action);
                    self.is_changed = true;
                }
            }
            Event::Mouse(mouse) => self.on_mouse(*mouse),
            Event::Resize(columns, rows) => self.resize((*columns, *rows)),
            Event::Paste(text) => self.paste(text.clone()),
            _ => {}
        }
    }

    /// The view that it wants to see.
    pub(crate) fn view(&self) -> View {
        self.camera.view()
    }

    /// Takes what is to be seen, and what cells have done since the last time. `now` is the time since it
    /// started.
    pub(crate) fn see(&mut self, look: Arc<Look>, lit: &[Slice], now: Duration) {
        let is_new = look.number != self.look.number;
        let cells = look.progress.cells();
        self.is_changed |= is_new || !lit.is_empty() || cells != self.progress;
        self.progress = cells;
        self.now = now;
        if self.message.take_if(|(_, since)| now.saturating_sub(*since) > MESSAGE).is_some() {
            self.is_changed = true;
        }
        if look.generation < self.look.generation {
            self.lights.forget();
        }
        self.look = look;
        if self.fitted != Some(self.look.universe) {
            self.fitted = Some(self.look.universe);
            self.ages = Ages::default();
            self.fit_all();
        }
        if let Some(bounds) = self.look.bounds.filter(|_| self.is_following && is_new) {
            self.camera.center_on(bounds);
        }
        let view = self.view();
        if is_new || self.raster.view() != Some(view) {
            self.look.read(view, &mut self.raster);
            self.ages.note(&self.raster, self.look.generation);
        }
        if self.options.colors == Colors::Worker {
            self.lights.note(self.raster.view().unwrap_or(view), lit);
        }
        let next = self.endless.as_mut().and_then(|endless| endless.see(&self.look, now));
        if let Some(recipe) = next {
            self.load(recipe);
        }
    }

    /// The commands for the simulation since the last call.
    pub(crate) fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// Whether anything has changed since it was drawn.
    pub(crate) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// Whether it is to end.
    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::RunOrPause => self.commands.push(match self.look.mode {
                Mode::Paused => Command::Run,
                _ => Command::Pause,
            }),
            Action::Step if self.editing.is_on() => self.toggle_at_cursor(),
            Action::Step => self.commands.push(Command::Step(Count::ONE)),
            Action::Leap => self.commands.push(Command::Step(Count::power_of_two(self.leap))),
            Action::LongerLeaps => self.set_leap(self.leap.saturating_add(1)),
            Action::ShorterLeaps => self.set_leap(self.leap.saturating_sub(1)),
            Action::Back => self.commands.push(Command::Back),
            Action::Rewind => self.commands.push(Command::Rewind),
            Action::Faster => self.set_speed(self.speed.faster()),
            Action::Slower => self.set_speed(self.speed.slower()),
            Action::Fastest => self.set_speed(Speed::FULL),
            Action::Pan(x, y) if self.editing.is_on() => self.move_cursor(x, y),
            Action::Pan(x, y) => self.pan(x, y),
            Action::ZoomIn => self.zoom(1, self.camera.middle()),
            Action::ZoomOut => self.zoom(-1, self.camera.middle()),
            Action::Fit => self.fit(),
            Action::Follow => {
                self.is_following = !self.is_following;
                self.say(if self.is_following { "following the pattern" } else { "not following" });
            }
            Action::Edit => self.toggle_editing(),
            Action::Colors => {
                self.options.colors = next_of(&Colors::ALL, self.options.colors);
                self.watch();
                self.say(format!("colors: {}", self.options.colors.name()));
            }
            Action::Glyphs => {
                self.options.glyphs = next_of(&Glyphs::ALL, self.options.glyphs);
                self.resize(self.screen);
                self.say(self.options.glyphs.name());
            }
            Action::Stepper => self.next_stepper(),
            Action::Next => self.next_universe(),
            Action::Pane => self.toggle_pane(),
            Action::Help => self.has_help = !self.has_help,
            Action::Escape if self.has_help => self.has_help = false,
            Action::Escape if self.editing.is_on() => self.toggle_editing(),
            Action::Escape => self.say("Q quits"),
            Action::Quit => self.is_done = true,
        }
    }

    fn say(&mut self, message: impl Into<String>) {
        self.message = Some((message.into(), self.now));
    }

    fn resize(&mut self, screen: (u16, u16)) {
        self.screen = screen;
        let (columns, rows) = self.universe_area();
        let pixels = self.options.glyphs.pixels();
        let size = Pixels { x: u32::from(columns) * pixels.x, y: u32::from(rows) * pixels.y };
        self.camera.resize(size);
        self.is_changed = true;
    }

    /// Columns and rows of the universe: all but the last line and the pane.
    fn universe_area(&self) -> (u16, u16) {
        let pane = if self.has_pane() { PANE } else { 0 };
        (self.screen.0.saturating_sub(pane), self.screen.1.saturating_sub(1))
    }

    fn has_pane(&self) -> bool {
        let is_possible = self.screen.0 > 2 * PANE;
        is_possible && self.pane.unwrap_or(self.screen.0 >= WIDE)
    }

    fn toggle_pane(&mut self) {
        self.pane = Some(!self.has_pane());
        self.resize(self.screen);
    }

    fn pan(&mut self, x: i64, y: i64) {
        self.is_following = false;
        let size = self.camera.size();
        let part = |length: u32| (i64::from(length) / PAN_PARTS).max(1);
        self.camera.pan(x * part(size.x), y * part(size.y));
    }

    fn zoom(&mut self, steps: i16, at: Pixels) {
        self.camera.zoom_by(steps, at);
        self.is_changed = true;
    }

    /// Looks at the pattern, or at the universe if nothing lives.
    fn fit(&mut self) {
        match self.look.bounds {
            Some(bounds) => self.camera.fit(bounds, -2),
            None => self.fit_all(),
        }
    }

    /// Looks at the whole universe or, on a plane, at the pattern.
    fn fit_all(&mut self) {
        let whole = self.look.world.bounds.and_then(rectangle).or(self.look.bounds);
        if let Some(whole) = whole {
            self.camera.fit(whole, -1);
        }
    }

    fn set_leap(&mut self, leap: u32) {
        self.leap = leap.min(250);
        self.say(format!("Tab goes 2^{} generations", self.leap));
    }

    fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
        self.commands.push(Command::Pace(speed.pace()));
    }
}

/// The rectangle of a universe that ends.
fn rectangle(bounds: Bounds) -> Option<Rectangle> {
    let side = |length: u32| Coordinate::ZERO..=(i64::from(length) - 1).into();
    Rectangle::new(side(bounds.width), side(bounds.height))
}

/// The one after this, the first after the last.
fn next_of<T: Copy + PartialEq>(all: &[T], this: T) -> T {
    let place = all.iter().position(|one| *one == this).unwrap_or(0);
    all[(place + 1) % all.len()]
}

#[cfg(test)]
mod costs;

#[cfg(test)]
mod screenshots;

#[cfg(test)]
mod tests;
