//! What services did, in a table.

use lifelab_bench::results::{Axis, Results};

use crate::markup::Element;
use crate::names::Names;
use crate::service::{HEADS, LEGEND, figures};
use crate::sweep::{self, Group};

/// `None` if no service was watched.
pub(super) fn table(results: &Results) -> Option<Element> {
    let is_workload = |axis: &Axis| !matches!(axis, Axis::Workers | Axis::Grain);
    let axes: Vec<Axis> = sweep::axes(results).into_iter().filter(is_workload).collect();
    let names = Names::of(results, &[]);
    let head = |head: &str| Element::new("th").set("scope", "col").text(head);
    let heads = Element::new("tr").with(head("Stepper")).all(HEADS.map(head));
    let mut table = Element::new("table").with(Element::new("thead").with(heads));
    let mut is_empty = true;
    for Group { label, cases } in sweep::groups(results, &axes) {
        let mut body = Element::new("tbody");
        if !label.is_empty() {
            let cell = Element::new("th").set("colspan", HEADS.len() + 1).set("scope", "rowgroup");
            body.push(Element::new("tr").class("group").with(cell.text(label)));
        }
        for result in cases {
            let Some(figures) = figures(result) else { continue };
            is_empty = false;
            let name = &names.get(&result.case).short;
            let row = Element::new("tr").class("measured");
            let row = row.with(Element::new("th").set("scope", "row").text(name));
            body.push(row.all(figures.map(|figure| Element::new("td").text(figure))));
        }
        table.push(body);
    }
    let scroll = Element::new("div").class("scroll").set("tabindex", 0).with(table);
    let hint = Element::new("p").class("hint").text(LEGEND);
    (!is_empty).then(|| Element::new("div").with(scroll).with(hint))
}
