//! Every case against every other of its workload.

use std::time::Duration;

use lifelab_bench::results::{Axis, Results};
use lifelab_bench::statistics::{Confidence, Verdict, pairs};

use crate::markup::Element;
use crate::names::Names;
use crate::sweep::{self, Group};

/// Smaller differences are none.
const LEAST: f64 = 0.01;

const HEADS: [&str; 3] = ["This", "against that", "95 of 100 times"];

/// Folded away, for it is long; `None` if there is nothing to compare.
pub(super) fn pairs_of(results: &Results) -> Option<Element> {
    let is_workload = |axis: &Axis| !matches!(axis, Axis::Workers | Axis::Grain);
    let axes: Vec<Axis> = sweep::axes(results).into_iter().filter(is_workload).collect();
    let names = Names::of(results, &[]);
    let head = |head: &&str| Element::new("th").set("scope", "col").text(*head);
    let heads = Element::new("thead").with(Element::new("tr").all(HEADS.iter().map(head)));
    let mut table = Element::new("table").with(heads);
    let mut count = 0;
    for Group { label, cases } in sweep::groups(results, &axes) {
        let mut body = Element::new("tbody");
        if !label.is_empty() {
            let cell = Element::new("th").set("colspan", HEADS.len()).set("scope", "rowgroup");
            body.push(Element::new("tr").class("group").with(cell.text(label)));
        }
        let samples: Vec<Vec<&[Duration]>> = (cases.iter())
            .map(|case| case.outcome.measured().map(|seen| seen.samples()).unwrap_or_default())
            .collect();
        for (own, other, comparison) in pairs(&samples, Confidence::P95, LEAST) {
            count += 1;
            let name = |case: usize| names.get(&cases[case].case).short.clone();
            let class = if comparison.verdict == Verdict::NoDifference { "level" } else { "apart" };
            body.push(
                Element::new("tr")
                    .class(class)
                    .with(Element::new("th").set("scope", "row").text(name(own)))
                    .with(Element::new("td").text(name(other)))
                    .with(Element::new("td").text(comparison.to_string())),
            );
        }
        table.push(body);
    }
    let summary = Element::new("summary").text(format!("{count} pairs"));
    let scroll = Element::new("div").class("scroll").set("tabindex", 0).with(table);
    (count > 0).then(|| Element::new("details").with(summary).with(scroll))
}
