//! A page's laboratory: requests go in, answers come out. It knows no network.

use std::num::NonZeroU64;

use lifelab::core::{Place, RuleSpec, View};
use lifelab::live::{Command, Pace, Watch};
use lifelab::patterns::library;
use lifelab::{Count, Rule, STEPPERS};

use crate::answer::{Answer, PatternChoice, RuleChoice, StepperChoice, Text};
use crate::budget::{Budget, PANELS};
use crate::panel::{News, Panel};
use crate::request::{Request, Setup, Window};
use crate::setup;
use crate::usage::Usage;

/// The most pixels of a view.
const PIXELS: u64 = 1 << 21;

/// The most cells of an edit.
const EDITS: usize = 10_000;

/// A page's simulations. When it is dropped, they end.
pub(crate) struct Lab {
    budget: Budget,
    panels: Vec<Panel>,
    pace: Pace,
    watch: Watch,
    /// The view through which the page waits for a frame.
    wanted: Option<Window>,
}

impl Lab {
    pub(crate) fn new(budget: Budget) -> Self {
        let watch = Watch { cells: false, cycles: true };
        Self { budget, panels: Vec::new(), pace: Pace::Full, watch, wanted: None }
    }

    /// What there is to choose from.
    pub(crate) fn choices() -> Answer {
        let patterns = library::all().iter();
        let patterns =
            patterns.map(|it| PatternChoice { name: it.name, kind: it.kind.name() }).collect();
        let steppers = STEPPERS.iter().map(|entry| StepperChoice {
            name: entry.name(),
            summary: entry.summary(),
            most_workers: entry.spec("").ok().and_then(|spec| setup::most_workers(&spec)),
        });
        let rules = Rule::named().map(|(name, rule)| RuleChoice { name, rule: rule.to_string() });
        Answer::text(&Text::Choices {
            patterns,
            steppers: steppers.collect(),
            rules: rules.collect(),
            panels: PANELS,
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    /// Does what a page asks for, in its own words; what there is to say about that.
    pub(crate) fn on(&mut self, text: &str) -> Option<Answer> {
        let request = match serde_json::from_str(text) {
            Ok(request) => request,
            Err(error) => return Some(Answer::refused(&format!("this is no request: {error}"))),
        };
        self.perform(request).unwrap_or_else(|message| Some(Answer::refused(&message)))
    }

    /// Whether the page waits for a frame.
    pub(crate) fn is_asked(&self) -> bool {
        self.wanted.is_some()
    }

    /// The frame that the page waits for, if there is anything new, or if it `must` be.
    pub(crate) fn frame(&mut self, must: bool) -> Option<Answer> {
        let window = self.wanted?;
        let view = window.view();
        let news: Vec<News> = self.panels.iter_mut().map(|panel| panel.news(view)).collect();
        if !must && !news.iter().any(|news| news.is_new) {
            return None;
        }
        self.wanted = None;
        Some(Answer::frame(&news, window, Usage::now()))
    }

    fn perform(&mut self, request: Request) -> Result<Option<Answer>, String> {
        match request {
            Request::Open(setup) => return self.open(&setup).map(Some),
            Request::Run => self.say(&Command::Run),
            Request::Pause => self.say(&Command::Pause),
            Request::Step { generations } => self.say(&Command::Step(count(&generations)?)),
            Request::Back => self.say(&Command::Back),
            Request::Rewind => self.say(&Command::Rewind),
            Request::Pace { per_second } => {
                self.pace =
                    per_second.and_then(NonZeroU64::new).map_or(Pace::Full, Pace::PerSecond);
                self.say(&Command::Pace(self.pace));
            }
            Request::Edit { cells } => self.edit(&cells)?,
            Request::Rule { rule } => match setup::rule(&rule)? {
                RuleSpec { rule, bounds: None } => self.say(&Command::Rule(rule)),
                _ => return Err("this rule names a universe: open one to have it".to_owned()),
            },
            Request::Stepper { panel, stepper } => {
                let stepper = stepper.spec()?;
                let panel = self.panels.get_mut(panel).ok_or("there is no such panel")?;
                panel.take_stepper(stepper, &self.budget)?;
            }
            Request::Watch { cells } => {
                self.watch.cells = cells;
                self.say(&Command::Watch(self.watch));
            }
            Request::Frame { view } => self.wanted = Some(view.check()?),
        }
        Ok(None)
    }

    /// Shows something else. The panels before stay until it is known that it can be built.
    fn open(&mut self, setup: &Setup) -> Result<Answer, String> {
        let prepared = setup.prepare()?;
        (prepared.trial)().map_err(|error| error.to_string())?;
        self.panels.clear(); // The new ones may need what they have.
        for (stepper, recipe) in prepared.panels {
            self.panels.push(Panel::start(stepper, recipe, &prepared.io, &self.budget)?);
        }
        self.say(&Command::Pace(self.pace));
        self.say(&Command::Watch(self.watch));
        Ok(Answer::text(&Text::Opened { title: prepared.title, warnings: prepared.warnings }))
    }

    fn edit(&self, cells: &[(i64, i64, bool)]) -> Result<(), String> {
        if cells.len() > EDITS {
            return Err(format!(
                "at most {EDITS} cells are changed at once, and not {}",
                cells.len()
            ));
        }
        let cells = cells.iter().map(|&(x, y, alive)| (Place { x: x.into(), y: y.into() }, alive));
        self.say(&Command::Edit(cells.collect()));
        Ok(())
    }

    fn say(&self, command: &Command) {
        self.panels.iter().for_each(|panel| panel.say(command.clone()));
    }
}

impl Window {
    /// Refuses a view that is too large.
    fn check(self) -> Result<Self, String> {
        let Self { width, height, .. } = self;
        let longest = u32::from(u16::MAX);
        if width > longest || height > longest || u64::from(width) * u64::from(height) > PIXELS {
            return Err(format!("a view of {width} x {height} pixels is larger than {PIXELS}"));
        }
        Ok(self)
    }

    fn view(self) -> View {
        let Self { left, top, width, height, scale } = self;
        View { left: left.into(), top: top.into(), width, height, scale }
    }
}

fn count(text: &str) -> Result<Count, String> {
    text.parse().map_err(|error| format!("a number of generations: {error}"))
}

#[cfg(test)]
mod tests;
