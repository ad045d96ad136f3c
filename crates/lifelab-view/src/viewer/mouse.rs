//! The mouse: the left button moves, the right one edits, the wheel zooms.

use lifelab::core::Coordinate;
use ratatui_crossterm::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::Viewer;
use crate::camera::Pixels;

/// What a button that is held down does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Drag {
    /// This cell stays under the pointer.
    Move((Coordinate, Coordinate)),
    /// Cells under the pointer get this state.
    Paint(bool),
}

impl Viewer {
    pub(super) fn on_mouse(&mut self, mouse: MouseEvent) {
        let Some(at) = self.pixel((mouse.column, mouse.row)) else {
            self.drag = None;
            return;
        };
        match (mouse.kind, self.drag) {
            (MouseEventKind::Down(MouseButton::Left), _) => {
                self.is_following = false;
                self.drag = Some(Drag::Move(self.camera.cell_at(at)));
            }
            (MouseEventKind::Down(MouseButton::Right), _) => {
                let cell = self.camera.cell_at(at);
                if let Some(alive) = self.state_of(cell) {
                    self.drag = Some(Drag::Paint(!alive));
                    self.edit(cell, !alive);
                }
            }
            (MouseEventKind::Drag(_), Some(Drag::Move(cell))) => self.camera.put(cell, at),
            (MouseEventKind::Drag(_), Some(Drag::Paint(alive))) => {
                self.edit(self.camera.cell_at(at), alive);
            }
            (MouseEventKind::Up(_), _) => self.drag = None,
            (MouseEventKind::ScrollUp, _) => self.zoom(1, at),
            (MouseEventKind::ScrollDown, _) => self.zoom(-1, at),
            _ => return, // It has only moved.
        }
        self.is_changed = true;
    }

    /// The first pixel of a character; `None` if that shows no universe.
    fn pixel(&self, (column, row): (u16, u16)) -> Option<Pixels> {
        let (columns, rows) = self.universe_area();
        let size = self.options.glyphs.pixels();
        (column < columns && row < rows)
            .then(|| Pixels { x: u32::from(column) * size.x, y: u32::from(row) * size.y })
    }
}
