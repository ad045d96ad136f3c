//! All cases in a table.

use std::time::Duration;

use lifelab_bench::results::{Axis, CaseResult, Outcome, Results};

use crate::findings;
use crate::markup::Element;
use crate::names::Names;
use crate::sweep::{self, Group};
use crate::units;

const HEADS: [&str; 16] = [
    "Stepper",
    "Median",
    "95 % interval",
    "Times floor",
    "Floor",
    "Overhead per cell",
    "CPU",
    "Peak memory",
    "Memory per cell",
    "Threads",
    "Switches (given, taken)",
    "Bytes through pipes",
    "I/O calls",
    "Samples",
    "Start-up",
    "Lines of code",
];

/// Columns that a case without figures leaves to the words about it: all but the name.
const SPAN: usize = HEADS.len() - 1;

pub(super) fn table(results: &Results) -> Element {
    let is_workload = |axis: &Axis| !matches!(axis, Axis::Workers | Axis::Grain);
    let axes: Vec<Axis> = sweep::axes(results).into_iter().filter(is_workload).collect();
    let names = Names::of(results, &[]);
    let head = |head: &&str| Element::new("th").set("scope", "col").text(*head);
    let heads = Element::new("thead").with(Element::new("tr").all(HEADS.iter().map(head)));
    let mut table = Element::new("table").with(heads);
    for workload in sweep::groups(results, &axes) {
        let leaders = findings::fastest(&workload.cases);
        table = table.all(bodies(&workload, &names, &leaders));
    }
    let hint = "Times, CPU, switches, bytes and calls are per generation, peaks over all rounds. \
                Bold is fastest, or level with the fastest, as far as the samples tell.";
    Element::new("div")
        .with(Element::new("div").class("scroll").set("tabindex", 0).with(table))
        .with(Element::new("p").class("hint").text(hint))
}

/// The rows of a workload, by languages if programs race in it.
fn bodies(workload: &Group<'_>, names: &Names, leaders: &[&CaseResult]) -> Vec<Element> {
    let mut bodies = Vec::new();
    for Group { label, cases } in sweep::by_language(std::slice::from_ref(workload)) {
        let mut body = Element::new("tbody");
        if !label.is_empty() {
            let cell = Element::new("th").set("colspan", HEADS.len()).set("scope", "rowgroup");
            body.push(Element::new("tr").class("group").with(cell.text(label)));
        }
        for result in &cases {
            let is_leader = leaders.iter().any(|leader| std::ptr::eq(*leader, *result));
            body.push(row(result, names, is_leader));
        }
        bodies.push(body);
    }
    bodies
}

fn row(result: &CaseResult, names: &Names, is_leader: bool) -> Element {
    let name = &names.get(&result.case).short;
    let name = Element::new("th").set("scope", "row").text(name);
    let class = match result.outcome {
        Outcome::Measured(_) if is_leader => "leader",
        Outcome::Measured(_) => "measured",
        Outcome::CutOff { .. } => "cut-off",
        Outcome::Failed { .. } => "failed",
        Outcome::Pending => "pending",
    };
    let row = Element::new("tr").class(class).with(name);
    match figures(result) {
        Some(figures) => row.all(figures.into_iter().map(|figure| Element::new("td").text(figure))),
        None => {
            let ending = findings::ending(&result.outcome).unwrap_or_default();
            row.with(Element::new("td").class("ending").set("colspan", SPAN).text(ending))
        }
    }
}

fn figures(result: &CaseResult) -> Option<[String; SPAN]> {
    let measured = result.outcome.measured()?;
    let (time, usage) = (&measured.time, &measured.usage);
    let unknown = || "–".to_owned();
    Some([
        units::time(time.median),
        format!("{}–{}", units::time(time.interval.low), units::time(time.interval.high)),
        match (result.times_floor().map(units::factor), findings::cores_missing(result)) {
            (Some(times), Some(cores)) => format!("{times} (with {cores})"),
            (times, _) => times.unwrap_or_else(unknown),
        },
        format!("{}: {}", units::time(result.floor.time), result.floor.formula),
        result.overhead_per_cell().map_or_else(unknown, units::time),
        units::time(usage.user + usage.system),
        units::bytes(usage.peak_memory as f64),
        units::bytes(usage.memory_per_cell(result.case.point.cells)),
        units::count(usage.peak_threads),
        format!(
            "{}, {}",
            units::number(usage.voluntary_switches),
            units::number(usage.involuntary_switches)
        ),
        units::bytes(usage.pipe_bytes),
        units::number(usage.io_calls),
        units::count(time.samples as u64),
        match usage.start_up {
            Duration::ZERO => unknown(),
            time => units::time(time),
        },
        match result.case.program.as_ref().and_then(|program| program.lines) {
            Some(lines) => units::count(lines),
            None => unknown(),
        },
    ])
}
