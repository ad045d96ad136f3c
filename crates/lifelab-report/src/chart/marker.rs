//! Marks that tell contenders apart by shape as well as by color, and the keys to them.

use crate::chart::line;
use crate::markup::{Element, px};

/// How many looks there are. Beyond them, colors meet other shapes.
const LOOKS: usize = 8;

/// The class that gives a contender its color.
pub(crate) fn color(slot: usize) -> String {
    format!("s{}", slot % LOOKS)
}

/// A contender's mark around a point.
pub(super) fn marker(slot: usize, x: f64, y: f64, size: f64) -> Element {
    let corners = |corners: &[(f64, f64)]| {
        let point = |&(dx, dy): &(f64, f64)| format!("{},{}", px(x + dx * size), px(y + dy * size));
        let points: Vec<String> = corners.iter().map(point).collect();
        Element::new("path").set("d", format_args!("M{}Z", points.join("L")))
    };
    match (slot + slot / LOOKS) % LOOKS {
        0 => Element::new("circle").at([("cx", x), ("cy", y), ("r", size)]),
        1 => corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        2 => corners(&[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)]),
        3 => corners(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
        4 => corners(&[(0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)]),
        5 => {
            corners(&[(-0.6, -1.1), (0.6, -1.1), (1.2, 0.0), (0.6, 1.1), (-0.6, 1.1), (-1.2, 0.0)])
        }
        6 => corners(&[
            (-0.4, -1.2),
            (0.4, -1.2),
            (0.4, -0.4),
            (1.2, -0.4),
            (1.2, 0.4),
            (0.4, 0.4),
            (0.4, 1.2),
            (-0.4, 1.2),
            (-0.4, 0.4),
            (-1.2, 0.4),
            (-1.2, -0.4),
            (-0.4, -0.4),
        ]),
        _ => corners(&[(-1.2, -0.6), (1.2, -0.6), (1.2, 0.6), (-1.2, 0.6)]),
    }
}

/// The cross of a case that failed.
pub(super) fn cross(x: f64, y: f64) -> Element {
    let arm = 4.0;
    Element::group().class("cross").all([
        line((x - arm, y - arm), (x + arm, y + arm)),
        line((x - arm, y + arm), (x + arm, y - arm)),
    ])
}

/// What a mark means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    /// A contender, by its slot and name.
    Contender(usize, String),
    /// A dashed line: no implementation could be below it.
    Floor,
    /// An open mark.
    Estimate,
    /// A cross.
    Failed,
    /// Ends of an interval.
    Interval,
}

impl Key {
    /// The mark and its meaning, for a list.
    pub(crate) fn show(&self) -> Element {
        let (class, mark, says) = match self {
            Self::Contender(slot, name) => {
                let mark = marker(*slot, 13.0, 7.0, 4.2).class("mark");
                (color(*slot), vec![line((1.0, 7.0), (25.0, 7.0)).class("curve"), mark], &**name)
            }
            Self::Floor => {
                ("ink".into(), vec![line((1.0, 7.0), (25.0, 7.0)).class("floor")], "floor")
            }
            Self::Estimate => {
                let mark = marker(0, 13.0, 7.0, 4.2).class("mark open");
                let curve = line((1.0, 7.0), (25.0, 7.0)).class("curve guess");
                ("ink".into(), vec![curve, mark], "estimate, not measured")
            }
            Self::Failed => ("ink".into(), vec![cross(13.0, 7.0)], "failed"),
            Self::Interval => {
                let mark = line((4.0, 7.0), (22.0, 7.0)).class("whisker");
                let ends = [4.0, 22.0].map(|x| line((x, 3.0), (x, 11.0)).class("whisker"));
                let [left, right] = ends;
                ("ink".into(), vec![mark, left, right], "95 % interval of the median")
            }
        };
        let drawing = Element::new("svg")
            .class(class)
            .set("viewBox", "0 0 26 14")
            .set("width", 26)
            .set("height", 14)
            .set("aria-hidden", "true")
            .all(mark);
        Element::new("li").with(drawing).with(Element::new("span").text(says))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_many_contenders_look_alike() {
        let looks: std::collections::HashSet<String> =
            (0..64).map(|slot| color(slot) + &marker(slot, 0.0, 0.0, 4.0).to_string()).collect();
        assert_eq!(looks.len(), 64);
    }
}
