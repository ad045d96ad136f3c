//! The frame of a chart: axes with titles, ticks and a grid.

use crate::chart::scale::Scale;
use crate::chart::{WIDTH, line, text, width_of};
use crate::markup::{Element, px};

/// The area in which marks are drawn, and the scales that place them.
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

/// A value on an axis, and what is written there.
pub(super) type Tick = (f64, String);

/// So far from the sides are the first and last value along a scale that is not ordinal.
const INSET: f64 = 14.0;

impl Plot {
    pub(super) fn at_x(&self, value: f64) -> f64 {
        let inset = if matches!(self.x, Scale::Ordinal { .. }) { 0.0 } else { INSET };
        let (from, to) = (self.left + inset, self.right - inset);
        from + (to - from) * self.x.place(value)
    }

    pub(super) fn at_y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * self.y.place(value)
    }

    /// Grid, ticks and titles. Ticks along x that would run into each other are left out.
    pub(super) fn frame(&self, x: (&str, &[Tick]), y: (&str, &[Tick])) -> Element {
        let mut frame = Element::group().class("frame");
        for (value, label) in y.1 {
            let at = self.at_y(*value);
            frame.push(line((self.left, at), (self.right, at)).class("grid"));
            frame.push(text(self.left - 8.0, at + 4.0, "end", label));
        }
        let mut free = f64::NEG_INFINITY;
        for (value, label) in x.1 {
            let at = self.at_x(*value);
            frame.push(line((at, self.bottom), (at, self.bottom + 5.0)).class("axis"));
            let half = width_of(label) / 2.0;
            // A label at the end may not leave the drawing.
            let middle = at.min(WIDTH - half - 1.0);
            if middle - half > free {
                frame.push(text(middle, self.bottom + 19.0, "middle", label));
                free = middle + half + 6.0;
            }
        }
        frame.push(line((self.left, self.bottom), (self.right, self.bottom)).class("axis"));
        frame.push(line((self.left, self.top), (self.left, self.bottom)).class("axis"));
        let middle = (self.left + self.right) / 2.0;
        let x_title = format!("{}{}", x.0, self.x.note());
        frame.push(text(middle, self.bottom + 40.0, "middle", x_title).class("title"));
        let (at_x, at_y) = (14.0, (self.top + self.bottom) / 2.0);
        let y_title = text(at_x, at_y, "middle", format!("{}{}", y.0, self.y.note()));
        let turned = format!("rotate(-90 {} {})", px(at_x), px(at_y));
        frame.push(y_title.class("title").set("transform", turned));
        frame
    }
}
