//! The page: what was asked, the answer, charts, all cases, and how to repeat it.

use lifelab_bench::results::{CaseResult, Results};

use crate::chart::{Figure, Key};
use crate::findings;
use crate::html::{figures, pairs, service, table};
use crate::markup::Element;
use crate::names::Names;
use crate::table::short_commit;
use crate::units;

pub(super) fn page(results: &Results) -> Element {
    let title = format!("{}: Lifelab's steppers compared", results.name);
    let head = Element::new("head")
        .with(Element::new("meta").set("charset", "utf-8"))
        .with(
            Element::new("meta")
                .set("name", "viewport")
                .set("content", "width=device-width, initial-scale=1"),
        )
        .with(Element::new("meta").set("name", "color-scheme").set("content", "light dark"))
        .with(Element::new("title").text(title))
        .with(Element::new("style").raw(include_str!("style.css")));
    let figures = Element::new("div").class("figures").all(figures::of(results).iter().map(show));
    let main = Element::new("main")
        .with(header(results))
        .all(cautions(results))
        .with(section("Charts", figures))
        .with(section("All cases", table::table(results)))
        .all(service::table(results).map(|table| section("The service", table)))
        .all(pairs::pairs_of(results).map(|pairs| section("Every pair", pairs)))
        .all(abridged(results))
        .with(section("Where it was measured", machine(results)))
        .with(section("The suite", suite(results)));
    let body = Element::new("body").with(main);
    Element::new("html").set("lang", "en").with(head).with(body)
}

fn section(title: &str, content: Element) -> Element {
    Element::new("section").with(Element::new("h2").text(title)).with(content)
}

fn header(results: &Results) -> Element {
    let mut sentences = findings::answer(results).into_iter();
    let mut answer = Element::new("div").class("answer");
    if let Some(first) = sentences.next() {
        answer.push(Element::new("p").class("first").text(first));
    }
    answer = answer.all(sentences.map(|sentence| Element::new("p").text(sentence)));
    let mut header = Element::new("header").with(Element::new("h1").text(&*results.name));
    if !results.about.is_empty() {
        header.push(Element::new("p").class("about").text(&*results.about));
    }
    header.with(answer)
}

fn cautions(results: &Results) -> Option<Element> {
    let warnings = findings::warnings(results);
    let item = |warning: String| Element::new("li").text(warning);
    (!warnings.is_empty())
        .then(|| Element::new("ul").class("cautions").all(warnings.into_iter().map(item)))
}

fn show(figure: &Figure) -> Element {
    let mut shown = Element::new("figure").with(Element::new("h3").text(&*figure.title));
    if !figure.keys.is_empty() {
        let keys = figure.keys.iter().map(Key::show);
        shown.push(Element::new("ul").class("keys").all(keys));
    }
    shown.push(Element::new("div").class("chart").set("tabindex", 0).with(figure.drawing.clone()));
    let mut caption = Element::new("figcaption");
    for sentence in &figure.says {
        caption.push(Element::new("p").text(sentence));
    }
    if !figure.notes.is_empty() {
        let notes = figure.notes.iter().map(|note| Element::new("li").text(note));
        caption.push(Element::new("ul").class("notes").all(notes));
    }
    if figure.says.is_empty() && figure.notes.is_empty() { shown } else { shown.with(caption) }
}

/// What short names stand for.
fn abridged(results: &Results) -> Option<Element> {
    let names = Names::of(results, &[]);
    let mut list = Element::new("dl").class("facts");
    let mut is_empty = true;
    for contender in names.abridged() {
        is_empty = false;
        list.push(Element::new("dt").text(&*contender.short));
        list.push(Element::new("dd").with(Element::new("code").text(&*contender.full)));
    }
    (!is_empty).then(|| section("Short names", list))
}

fn machine(results: &Results) -> Element {
    let machine = &results.machine;
    let commit =
        machine.commit.as_deref().map(|commit| format!(", commit {}", short_commit(commit)));
    let share = results
        .own_share()
        .map(|share| format!(", {} of the shortest measured generation", units::percent(share)));
    let facts = [
        (
            "Processor",
            format!("{}, {}", machine.processor, units::counted(machine.cores as u64, "core")),
        ),
        ("Memory", units::bytes(machine.memory as f64)),
        ("System", machine.kernel.clone()),
        ("Compiler", machine.compiler.clone()),
        ("Lifelab", format!("{}{}", machine.version, commit.unwrap_or_default())),
        ("Seed", results.seed.to_string()),
        ("Began", results.began.clone()),
        ("Took", units::time(results.took)),
        (
            "Harness' own cost",
            format!(
                "{} per generation{}",
                units::time(results.own_cost),
                share.unwrap_or_default()
            ),
        ),
    ];
    let mut list = Element::new("dl").class("facts");
    for (name, fact) in facts {
        list.push(Element::new("dt").text(name));
        list.push(Element::new("dd").text(fact));
    }
    list
}

fn suite(results: &Results) -> Element {
    let is_own = |result: &CaseResult| {
        let case = &result.case;
        let is_known = lifelab::STEPPERS.iter().any(|it| it.name() == case.model());
        case.own_io.is_some() || (case.program.is_none() && !is_known)
    };
    let says = match results.cases.iter().any(is_own) {
        true => "This repeats the race in the program that has brought steppers or I/O of its own.",
        false if results.cases.iter().any(|result| result.case.program.is_some()) => {
            "Saved as a file, this repeats the race: lifelab bench FILE --allow-programs"
        }
        false => "Saved as a file, this repeats the race: lifelab bench FILE",
    };
    Element::new("div")
        .with(Element::new("p").text(says))
        .with(Element::new("pre").with(Element::new("code").text(&*results.suite)))
}
