//! What a page is told.
//!
//! Texts are JSON. A frame is binary, little-endian: a number of the format, the length of a JSON text, that
//! text, and for each of its panels, as it says, a byte for each pixel and some lights of 24 bytes. Each of
//! these begins at a multiple of four.

use std::time::Duration;

use lifelab::core::probe::{Activity, Slice};
use lifelab::core::{Coordinate, View};
use serde::Serialize;

use crate::panel::{Figures, News};
use crate::request::Window;
use crate::usage::Usage;

/// The number of the format.
const FORMAT: u32 = 1;

/// What a page is told.
#[derive(Debug)]
pub(crate) enum Answer {
    Text(String),
    Frame(Vec<u8>),
}

/// What is told in words.
#[derive(Serialize)]
#[serde(tag = "tells", rename_all = "snake_case")]
pub(crate) enum Text {
    /// What there is to choose from.
    Choices {
        patterns: Vec<PatternChoice>,
        steppers: Vec<StepperChoice>,
        rules: Vec<RuleChoice>,
        panels: usize,
        version: &'static str,
    },
    /// What was asked for is shown.
    Opened { title: Option<String>, warnings: Vec<String> },
    /// What was asked for is not to be had, and everything is as it was.
    Refused { message: String },
}

#[derive(Serialize)]
pub(crate) struct PatternChoice {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
}

#[derive(Serialize)]
pub(crate) struct StepperChoice {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    /// The most workers that can be chosen, if they can.
    pub(crate) most_workers: Option<u32>,
}

#[derive(Serialize)]
pub(crate) struct RuleChoice {
    pub(crate) name: &'static str,
    pub(crate) rule: String,
}

#[derive(Serialize)]
struct FrameText<'a> {
    usage: Option<Usage>,
    /// Through which view all are seen.
    view: Window,
    panels: Vec<&'a Figures>,
}

/// Cells that somebody has computed: a rectangle of pixels, which is empty if none of them is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Light {
    /// Left, top, width and height.
    pixels: [u16; 4],
    worker: u32,
    /// The lower half of its number.
    generation: u32,
    /// Microseconds.
    start: u32,
    end: u32,
}

impl Answer {
    pub(crate) fn text(text: &Text) -> Self {
        Self::Text(serde_json::to_string(text).expect("texts and numbers"))
    }

    pub(crate) fn refused(message: &str) -> Self {
        Self::text(&Text::Refused { message: message.to_owned() })
    }

    pub(crate) fn frame(news: &[News], view: Window, usage: Option<Usage>) -> Self {
        let panels = news.iter().map(|news| &news.figures).collect();
        let text =
            serde_json::to_vec(&FrameText { usage, view, panels }).expect("texts and numbers");
        let mut bytes = FORMAT.to_le_bytes().to_vec();
        bytes.extend((text.len() as u32).to_le_bytes());
        put(&mut bytes, &text);
        for News { pixels, lights, .. } in news {
            put(&mut bytes, pixels.as_deref().unwrap_or_default());
            lights.iter().for_each(|light| light.write(&mut bytes));
        }
        Self::Frame(bytes)
    }
}

/// A pixel's share of live cells as a byte: zero if there are none, and only then.
pub(crate) fn pixel(share: f32) -> u8 {
    if share > 0.0 { ((share * 255.0).round() as u8).max(1) } else { 0 }
}

/// Appends bytes, and zeros up to a multiple of four.
fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
    out.resize(out.len().next_multiple_of(4), 0);
}

impl Light {
    /// The light of a wait, or of cells that do not wait. What is computed after a wait takes too little
    /// time to be seen, and is none.
    pub(crate) fn of(slice: &Slice, worker: u32, view: View, origin: Duration) -> Option<Self> {
        let pixels = match slice.activity {
            Activity::Wait(at, _) | Activity::Cell(at) => [
                span(at.x, at.x, view.scale, view.left, view.width),
                span(at.y, at.y, view.scale, view.top, view.height),
            ],
            Activity::Band { first, rows } => {
                let last = first.saturating_add(i64::from(rows) - 1);
                [[0, view.width as u16], span(first, last, view.scale, view.top, view.height)]
            }
            Activity::Compute(..) => return None,
        };
        let [[left, width], [top, height]] = pixels;
        let micros = |time: Duration| time.saturating_sub(origin).as_micros() as u32;
        Some(Self {
            pixels: [left, top, width, height],
            worker,
            generation: slice.generation as u32,
            start: micros(slice.start),
            end: micros(slice.end),
        })
    }

    fn write(self, out: &mut Vec<u8>) {
        self.pixels.iter().for_each(|number| out.extend(number.to_le_bytes()));
        for number in [self.worker, self.generation, self.start, self.end] {
            out.extend(number.to_le_bytes());
        }
    }
}

/// The first of the pixels that show these cells, and how many are in the view, along one axis.
fn span(first: i64, last: i64, scale: u8, origin: Coordinate, length: u32) -> [u16; 2] {
    let pixel = |cell: i64| {
        let pixel = Coordinate::from(cell).shifted_right(scale).checked_sub(origin);
        pixel.and_then(Coordinate::to_i64)
    };
    let (Some(first), Some(last)) = (pixel(first), pixel(last)) else { return [0, 0] };
    let (first, last) = (first.max(0), last.min(i64::from(length) - 1));
    if first > last { [0, 0] } else { [first as u16, (last - first + 1) as u16] }
}

#[cfg(test)]
mod tests {
    use lifelab::core::probe::Lane;
    use lifelab::core::{Phase, Position};

    use super::*;

    #[test]
    fn lights_are_where_their_cells_are_seen() {
        let view = View { left: 5.into(), top: (-1).into(), width: 4, height: 3, scale: 1 };
        let pixels = |activity| {
            let time = Duration::from_micros(30);
            let lane = Lane::Thread(0);
            let slice = Slice {
                process: 1,
                lane,
                activity,
                generation: 1 << 32 | 7,
                start: time,
                end: time,
            };
            let light = Light::of(&slice, 2, view, Duration::from_micros(20));
            light.map(|light| {
                assert_eq!((light.generation, light.start), (7, 10));
                light.pixels
            })
        };
        let wait = |x, y| Activity::Wait(Position { x, y }, Phase::Rule);
        assert_eq!(pixels(wait(10, -2)), Some([0, 0, 1, 1]));
        assert_eq!(pixels(wait(17, 3)), Some([3, 2, 1, 1]));
        for (x, y) in [(9, 0), (18, 0), (10, -3), (10, 4), (i64::MAX, i64::MIN)] {
            let [_, _, width, height] = pixels(wait(x, y)).unwrap();
            assert_eq!(width * height, 0, "({x}, {y}) is outside");
        }
        assert_eq!(pixels(Activity::Band { first: 1, rows: 100 }), Some([0, 1, 4, 2]));
        assert_eq!(pixels(Activity::Compute(Position { x: 10, y: 0 }, Phase::Rule)), None);
    }

    #[test]
    fn a_lone_cell_is_a_pixel_that_is_seen() {
        assert_eq!([0.0, f32::MIN_POSITIVE, 0.5, 1.0].map(pixel), [0, 1, 128, 255]);
    }
}
