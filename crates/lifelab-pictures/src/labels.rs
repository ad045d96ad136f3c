//! The numbers of columns and rows beside a picture.

use lifelab_core::Coordinate;

use crate::digits;
use crate::layout::Layout;

/// Points between a label and what is around it.
const GAP: u32 = 2;

/// Points between two labels.
const SPACE: u32 = 6;

/// The number of a column or a row of cells, and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Label {
    pub(crate) text: String,
    /// The column of points where its text begins.
    pub(crate) x: u32,
    /// The row of points where its text begins.
    pub(crate) y: u32,
}

/// The room that labels need: to the left of the cells, and above them.
pub(crate) fn margin(layout: &Layout) -> (u32, u32) {
    let view = layout.view();
    let longest = widest(view.top, view.height, view.scale);
    (longest + 2 * GAP, digits::HEIGHT + 2 * GAP)
}

/// The labels of a picture that has room for them.
pub(crate) fn labels(layout: &Layout) -> Vec<Label> {
    let ((left, top), view) = (layout.margin(), layout.view());
    if (left, top) == (0, 0) {
        return Vec::new();
    }
    let (scale, side) = (view.scale, layout.side());
    let middle = |pixel: u32| pixel * side + (side + u32::from(layout.has_lines())) / 2;
    let wide = widest(view.left, view.width, scale);
    let columns = numbered(view.left, view.width, scale, step(wide + SPACE, side, scale));
    let columns = columns.filter_map(|(pixel, text)| {
        let width = digits::width(&text);
        let x = (left + middle(pixel)).checked_sub(width / 2)?;
        (x + width <= layout.width()).then_some(Label { text, x, y: GAP })
    });
    let distance = step(digits::HEIGHT + SPACE, side, scale);
    let rows = numbered(view.top, view.height, scale, distance).filter_map(|(pixel, text)| {
        let x = (left - GAP).checked_sub(digits::width(&text))?;
        let y = (top + middle(pixel)).checked_sub(digits::HEIGHT / 2)?;
        (y >= top && y + digits::HEIGHT <= layout.height()).then_some(Label { text, x, y })
    });
    columns.chain(rows).collect()
}

/// The points of the widest number along a side.
fn widest(first: Coordinate, pixels: u32, scale: u8) -> u32 {
    let ends = [0, pixels - 1].map(|pixel| number(first, pixel, scale).unwrap_or_default());
    ends.iter().map(|text| digits::width(text)).max().unwrap_or(0)
}

/// The number of the first cell of a pixel; `None` beyond all coordinates.
fn number(first: Coordinate, pixel: u32, scale: u8) -> Option<String> {
    let pixel = first.checked_add(i64::from(pixel).into())?;
    Some(pixel.checked_shl(scale)?.to_string())
}

/// The pixels whose numbers are multiples of `step`, with the numbers of their first cells.
fn numbered(
    first: Coordinate,
    pixels: u32,
    scale: u8,
    step: u32,
) -> impl Iterator<Item = (u32, String)> {
    // Beyond 64 bits nobody counts in round numbers.
    let before = first.to_i64().map_or(0, |first| first.rem_euclid(step.into()) as u32);
    let start = if before == 0 { 0 } else { step - before };
    let labeled = (start..pixels).step_by(step as usize);
    labeled.filter_map(move |pixel| Some((pixel, number(first, pixel, scale)?)))
}

/// How many pixels are from one label to the next, if each takes `length` points: a round number, which
/// squares of 2^k cells count in twos.
fn step(length: u32, side: u32, scale: u8) -> u32 {
    let mut round = 1_u32;
    let factors = if scale == 0 { [2.0, 2.5, 2.0] } else { [2.0; 3] };
    for factor in factors.into_iter().cycle() {
        if u64::from(round) * u64::from(side) >= u64::from(length) {
            break;
        }
        round = (f64::from(round) * factor) as u32;
    }
    round
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::View;

    #[test]
    fn steps_are_round() {
        let steps = [1, 2, 3, 5, 6, 10, 11, 21, 51, 101, 501].map(|length| step(length, 1, 0));
        assert_eq!(steps, [1, 2, 5, 5, 10, 10, 20, 50, 100, 200, 1000]);
        assert_eq!([3, 9, 100].map(|length| step(length, 1, 5)), [4, 16, 128]);
        assert_eq!(step(17, 10, 0), 2);
    }

    #[test]
    fn labels_are_the_numbers_of_the_cells_that_they_stand_at() {
        let view = View { left: (-7).into(), top: 98.into(), width: 30, height: 20, scale: 0 };
        let layout = Layout::new(view, 10, true).and_then(Layout::with_labels).unwrap();
        let (left, top) = layout.margin();
        let labels = labels(&layout);
        let (columns, rows): (Vec<_>, Vec<_>) = labels.iter().partition(|label| label.y < top);
        assert_eq!(columns.len(), 15, "every second column has one: {columns:?}");
        for label in columns {
            let middle = label.x + digits::width(&label.text) / 2;
            let column = i64::from((middle - left) / layout.side()) - 7;
            assert_eq!(label.text, column.to_string());
        }
        assert_eq!(rows.len(), 10, "every second row has one: {rows:?}");
        for label in rows {
            let middle = label.y + digits::HEIGHT / 2;
            assert_eq!(label.text, ((middle - top) / layout.side() + 98).to_string());
            assert_eq!(label.x + digits::width(&label.text) + GAP, left);
        }
    }

    #[test]
    fn labels_stand_apart_and_inside_at_any_scale() {
        for (left, side, scale) in
            [(0, 1, 0), (-1000, 2, 0), (1 << 40, 3, 0), (-50, 1, 9), (0, 16, 7)]
        {
            let view = View { left: left.into(), top: left.into(), width: 500, height: 400, scale };
            let layout = Layout::new(view, side, false).and_then(Layout::with_labels).unwrap();
            let labels = labels(&layout);
            assert!(labels.len() > 4, "{labels:?}");
            for (index, one) in labels.iter().enumerate() {
                let end = (one.x + digits::width(&one.text), one.y + digits::HEIGHT);
                assert!(end.0 <= layout.width() && end.1 <= layout.height(), "{one:?}");
                for other in &labels[index + 1..] {
                    assert!(end.0 < other.x || end.1 < other.y, "{one:?} and {other:?}");
                }
            }
        }
    }
}
