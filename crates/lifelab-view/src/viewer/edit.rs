//! Editing: a cursor, and cells that get another state.

use lifelab::core::{Coordinate, Place};
use lifelab::live::Command;

use super::Viewer;
use crate::camera::Pixels;

/// The cursor, if cells are being edited.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Editing {
    cursor: Option<(Coordinate, Coordinate)>,
}

impl Editing {
    pub(super) fn is_on(&self) -> bool {
        self.cursor.is_some()
    }

    pub(super) fn cursor(&self) -> Option<(Coordinate, Coordinate)> {
        self.cursor
    }
}

impl Viewer {
    pub(super) fn toggle_editing(&mut self) {
        if self.editing.is_on() {
            self.editing = Editing::default();
            return;
        }
        if self.is_too_far() {
            return;
        }
        self.editing = Editing { cursor: Some(self.camera.cell_at(self.camera.middle())) };
        self.say("editing: arrows move, Space changes a cell, Esc ends");
    }

    /// Moves the cursor by cells; the camera follows it.
    pub(super) fn move_cursor(&mut self, x: i64, y: i64) {
        let Some(cursor) = self.editing.cursor else { return };
        let moved = |at: Coordinate, by: i64| at.checked_add(by.into()).unwrap_or(at);
        let cursor = (moved(cursor.0, x), moved(cursor.1, y));
        self.editing.cursor = Some(cursor);
        let Pixels { x: width, y: height } = self.camera.size();
        let last = Pixels { x: width.saturating_sub(1), y: height.saturating_sub(1) };
        let (first, last) = (self.camera.cell_at(Pixels::default()), self.camera.cell_at(last));
        let is_seen =
            (first.0..=last.0).contains(&cursor.0) && (first.1..=last.1).contains(&cursor.1);
        if !is_seen {
            self.camera.put(cursor, self.camera.middle());
        }
    }

    pub(super) fn toggle_at_cursor(&mut self) {
        let Some(cursor) = self.editing.cursor else { return };
        if let Some(alive) = self.state_of(cursor) {
            self.edit(cursor, !alive);
        }
    }

    /// Whether a cell that is seen lives; `None`, and a message, if that cannot be seen.
    pub(super) fn state_of(&mut self, (x, y): (Coordinate, Coordinate)) -> Option<bool> {
        if self.is_too_far() {
            return None;
        }
        let view = self.raster.view().filter(|view| view.scale == 0)?;
        let within = |cell: Coordinate, first: Coordinate, length: u32| {
            let at = u32::try_from(cell.checked_sub(first)?.to_i64()?).ok()?;
            (at < length).then_some(at as usize)
        };
        let (x, y) = (within(x, view.left, view.width)?, within(y, view.top, view.height)?);
        Some(self.raster.shares()[y * view.width as usize + x] > 0.0)
    }

    /// Gives a cell a state, and shows it at once.
    pub(super) fn edit(&mut self, (x, y): (Coordinate, Coordinate), alive: bool) {
        let place = Place { x, y };
        match self.commands.last_mut() {
            Some(Command::Edit(cells)) => cells.push((place, alive)),
            _ => self.commands.push(Command::Edit(vec![(place, alive)])),
        }
    }

    /// Whether a cell is less than a pixel, which is said.
    fn is_too_far(&mut self) -> bool {
        let is_too_far = self.camera.zoom() > 0;
        if is_too_far {
            self.say("zoom in to 1:1 to edit ( ] )");
        }
        is_too_far
    }
}
