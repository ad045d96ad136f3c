//! What is on the screen: the universe, a line below it, figures beside it, help above it.

use lifelab::core::Bounds;
use lifelab::live::{Look, Mode};
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier, Style};

use super::{PANE, Viewer};
use crate::figures;
use crate::keys;
use crate::picture::{Colors, Picture};

/// The smallest screen on which anything can be seen.
const LEAST: (u16, u16) = (20, 4);

impl Viewer {
    /// Draws all.
    pub(crate) fn draw(&self, buffer: &mut Buffer) {
        let area = buffer.area;
        if area.width < LEAST.0 || area.height < LEAST.1 {
            buffer.set_stringn(0, 0, "too small", area.width.into(), Style::new());
            return;
        }
        let (columns, rows) = self.universe_area();
        let universe = Rect::new(0, 0, columns, rows).intersection(area);
        let picture = Picture {
            raster: &self.raster,
            camera: &self.camera,
            bounds: self.look.world.bounds,
            ages: &self.ages,
            lights: &self.lights,
            colors: self.options.colors,
            glyphs: self.options.glyphs,
            depth: self.options.depth,
            cursor: self.editing.cursor(),
        };
        picture.draw(universe, buffer);
        if self.has_pane() {
            self.draw_pane(Rect::new(columns, 0, PANE, rows).intersection(area), buffer);
        }
        self.draw_line(Rect::new(0, rows, area.width, 1).intersection(area), buffer);
        if self.has_help {
            self.draw_help(universe, buffer);
        }
    }

    /// The last line: a message or an error, or else how it goes.
    fn draw_line(&self, area: Rect, buffer: &mut Buffer) {
        if area.is_empty() {
            return; // The terminal has become smaller, which nobody has told us yet.
        }
        let look = &*self.look;
        let width = usize::from(area.width);
        buffer.set_style(area, Style::new().add_modifier(Modifier::REVERSED));
        if let Some(error) = &look.error {
            let style = Style::new().fg(self.options.depth.error());
            // Another program's words are in it, perhaps.
            let error = lifelab::core::printable::line(error);
            buffer.set_stringn(area.x, area.y, format!(" {error}"), width, style);
            return;
        }
        let hint = "? help ";
        let mut texts = match &self.message {
            Some((message, _)) => vec![message.clone()],
            None => self.line(),
        };
        // What finds no room is left out, the last first.
        let room = width.saturating_sub(hint.len() + 1);
        while texts.len() > 1 && length(&texts) > room {
            texts.pop();
        }
        buffer.set_stringn(area.x, area.y, format!(" {}", texts.join("  ")), room, Style::new());
        let start = area.right().saturating_sub(hint.len() as u16);
        buffer.set_stringn(start, area.y, hint, hint.len(), Style::new());
    }

    fn line(&self) -> Vec<String> {
        let look = &*self.look;
        let speed = match look.mode {
            Mode::Paused => "paused".to_owned(),
            Mode::Stepping => "stepping".to_owned(),
            _ => figures::pace(self.speed.pace()),
        };
        let mark = if look.mode == Mode::Paused { "‖" } else { "▶" };
        let mut texts = vec![format!("{mark} {}", figures::count(look.generation))];
        if self.progress > 0 && look.mode != Mode::Paused {
            texts.push(format!("+{} cells", figures::count(self.progress.into())));
        }
        texts.push(format!("{} alive", figures::count(look.population)));
        texts.push(speed);
        texts.push(figures::zoom(self.camera.zoom()));
        texts.push(look.stepper.clone());
        texts.push(look.io.clone());
        texts
    }

    fn draw_pane(&self, area: Rect, buffer: &mut Buffer) {
        if area.is_empty() {
            return;
        }
        let dim = Style::new().add_modifier(Modifier::DIM);
        for y in area.top()..area.bottom() {
            buffer.set_string(area.x, y, "│", dim);
        }
        let width = usize::from(area.width.saturating_sub(2));
        for ((name, value), y) in self.figures().iter().zip(area.top()..area.bottom()) {
            buffer.set_stringn(area.x + 2, y, name, width, dim);
            let start = area.x + 2 + 12.min(area.width);
            buffer.set_stringn(start, y, value, width.saturating_sub(12), Style::new());
        }
    }

    /// The figures of the pane, by their names.
    fn figures(&self) -> Vec<(&'static str, String)> {
        let look = &*self.look;
        let mut figures = vec![
            ("generation", figures::count(look.generation)),
            ("alive", figures::count(look.population)),
            ("universe", universe(look)),
            ("rule", look.world.rule.to_string()),
            ("", String::new()),
            ("pace", figures::pace(self.speed.pace())),
            ("rate", format!("{}/s", figures::magnitude(look.rate))),
        ];
        if let Some(Bounds { width, height, .. }) = look.world.bounds {
            let cells = look.rate * f64::from(width) * f64::from(height);
            figures.push(("cells", format!("{}/s", figures::magnitude(cells))));
        }
        let took = look.took.map_or("-".to_owned(), figures::duration);
        figures.push(("a gen. took", took));
        figures.push(("memory", figures::bytes(look.footprint)));
        figures.push(("", String::new()));
        let (stepper, options) = look.stepper.split_once('(').unwrap_or((&look.stepper, ""));
        figures.push(("stepper", stepper.to_owned()));
        let options = options.trim_end_matches(')').split(", ").filter(|text| !text.is_empty());
        figures.extend(options.map(|option| ("", option.to_owned())));
        figures.push(("waits for", look.io.clone()));
        if self.progress > 0 {
            figures.push(("cells done", figures::count(self.progress.into())));
        }
        if self.options.colors == Colors::Worker && self.lights.threads() > 0 {
            figures.push(("threads", self.lights.threads().to_string()));
        }
        figures.push(("", String::new()));
        if let Some(cycle) = look.cycle {
            figures.push(("repeats in", figures::count(cycle.period)));
        }
        if let Some(generation) = look.met_edge {
            figures.push(("met edge", figures::count(generation.into())));
        }
        figures.push(("zoom", figures::zoom(self.camera.zoom())));
        figures.push(("colors", self.options.colors.name().to_owned()));
        figures.push(("Tab", format!("2^{} gen.", self.leap)));
        figures.push(("back", figures::count((look.past as u64).into())));
        figures
    }

    fn draw_help(&self, area: Rect, buffer: &mut Buffer) {
        let wanted = (56, keys::HELP.len() as u16 + 2);
        let (width, height) = (wanted.0.min(area.width), wanted.1.min(area.height));
        let (x, y) = ((area.width - width) / 2, (area.height - height) / 2);
        let style = Style::reset();
        for row in y..y + height {
            buffer.set_stringn(x, row, " ".repeat(width.into()), width.into(), style);
            buffer.set_style(Rect::new(x, row, width, 1), style.add_modifier(Modifier::REVERSED));
        }
        for ((keys, meaning), row) in keys::HELP.iter().zip(y + 1..(y + height).saturating_sub(1)) {
            let room = |from: u16| usize::from(width.saturating_sub(from));
            let style = style.add_modifier(Modifier::REVERSED);
            buffer.set_stringn(x + 2, row, keys, room(2), style.add_modifier(Modifier::BOLD));
            if width > 15 {
                buffer.set_stringn(x + 15, row, meaning, room(16), style.fg(Color::Reset));
            }
        }
    }
}

/// The characters that texts take, with what is between them.
fn length(texts: &[String]) -> usize {
    texts.iter().map(|text| text.chars().count() + 2).sum()
}

fn universe(look: &Look) -> String {
    match look.world.bounds {
        Some(bounds) => format!("{} x {} {}", bounds.width, bounds.height, bounds.topology),
        None => "infinite plane".to_owned(),
    }
}
