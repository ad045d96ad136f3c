//! The contenders, under names short enough for a table, and in colors that do not change.

use std::collections::HashMap;

use unicode_width::UnicodeWidthStr;

use lifelab_bench::results::{Axis, Case, Results};

/// The contenders of some results: steppers with their options, except those that a chart or table
/// spreads along an axis.
pub(crate) struct Names {
    apart: Vec<Axis>,
    contenders: Vec<Contender>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Contender {
    /// The name with all options.
    pub(crate) full: String,
    /// The name for tables and legends.
    pub(crate) short: String,
    /// Decides color and marker.
    pub(crate) slot: usize,
}

/// Columns that a short name has at most.
const WIDEST: usize = 40;

impl Names {
    /// The contenders in the order of their first case. What the options `workers` and `grain` say
    /// is left out if the axis is in `apart`, and the case lies on it.
    pub(crate) fn of(results: &Results, apart: &[Axis]) -> Self {
        let mut full: Vec<String> = Vec::new();
        for result in &results.cases {
            let name = without(&result.case, apart);
            if !full.contains(&name) {
                full.push(name);
            }
        }
        let short = shortened(&full);
        let slots = slots(&full);
        let contenders = full.into_iter().zip(short).zip(slots);
        let contenders =
            contenders.map(|((full, short), slot)| Contender { full, short, slot }).collect();
        Self { apart: apart.to_vec(), contenders }
    }

    /// The contender of a case.
    pub(crate) fn get(&self, case: &Case) -> &Contender {
        &self.contenders[self.index(case)]
    }

    /// Its place among all.
    pub(crate) fn index(&self, case: &Case) -> usize {
        let full = without(case, &self.apart);
        let place = self.contenders.iter().position(|contender| contender.full == full);
        place.expect("the names were made of all cases")
    }

    pub(crate) fn all(&self) -> &[Contender] {
        &self.contenders
    }

    /// Those whose short name says less than the full one.
    pub(crate) fn abridged(&self) -> impl Iterator<Item = &Contender> {
        self.contenders.iter().filter(|contender| contender.full != contender.short)
    }
}

/// The stepper's text without the options that an axis decides.
fn without(case: &Case, apart: &[Axis]) -> String {
    let is_apart = |option: &str| {
        let key = option.split(':').next().unwrap_or_default().trim();
        (key == "workers" && case.point.workers.is_some() && apart.contains(&Axis::Workers))
            || (key == "grain" && case.point.grain.is_some() && apart.contains(&Axis::Grain))
    };
    let (name, options) = split(&case.stepper);
    join(name, options.into_iter().filter(|option| !is_apart(option)))
}

/// Names without what says nothing: options that all steppers of a kind share, and quotes.
fn shortened(full: &[String]) -> Vec<String> {
    let kind = |name: &str| full.iter().filter(|other| split(other).0 == name).count();
    let is_shared = |name: &str, option: &str| {
        let mut same = full.iter().map(|other| split(other)).filter(|other| other.0 == name);
        kind(name) > 1 && same.all(|(_, options)| options.contains(&option))
    };
    let mut short: Vec<String> = full
        .iter()
        .map(|text| {
            let (name, options) = split(text);
            let options = options.into_iter().filter(|option| !is_shared(name, option));
            let options: Vec<String> = options.into_iter().map(plain).collect();
            cut(&join(name, options.iter().map(String::as_str)), WIDEST)
        })
        .collect();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for name in &mut short {
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            *name = format!("{} #{times}", cut(name, WIDEST - 3));
        }
    }
    short
}

/// An option without quotes, and without the word `workers` inside another option: the other one
/// says whose workers they are.
fn plain(option: &str) -> String {
    let option = option.replace('"', "");
    match option.split_once(": (workers: ") {
        Some((key, workers)) => match workers.strip_suffix(')') {
            Some(workers) if !workers.contains(',') => format!("{key}: {workers}"),
            _ => option,
        },
        None => option,
    }
}

/// The text in at most `columns` columns.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut shown = String::new();
    for c in text.chars() {
        if format!("{shown}{c}").width() + 1 > columns {
            break;
        }
        shown.push(c);
    }
    shown + "…"
}

/// The texts in at most `columns` columns, so that different texts stay different: those that would
/// be cut alike keep their ends instead of their middles or, if that does not tell them apart, get
/// numbers.
pub(crate) fn cut_apart(texts: &[String], columns: usize) -> Vec<String> {
    let heads: Vec<String> = texts.iter().map(|text| cut(text, columns)).collect();
    let ends: Vec<String> = texts.iter().map(|text| cut_inside(text, columns)).collect();
    let tells = |cuts: &[String], place: usize| {
        let alike = |(cut, text): (&String, &String)| *cut == cuts[place] && *text != texts[place];
        !cuts.iter().zip(texts).any(alike)
    };
    let shown = |(place, text): (usize, &String)| {
        if tells(&heads, place) {
            return heads[place].clone();
        }
        if tells(&ends, place) {
            return ends[place].clone();
        }
        let number = format!(" #{}", place + 1);
        cut(text, columns.saturating_sub(number.width())) + &number
    };
    texts.iter().enumerate().map(shown).collect()
}

/// The text in at most `columns` columns: its start and its end.
fn cut_inside(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let start = cut(text, columns / 2);
    let mut end = String::new();
    for c in text.chars().rev() {
        if start.width() + format!("{c}{end}").width() > columns {
            break;
        }
        end.insert(0, c);
    }
    start + &end
}

/// The contenders' slots. Steppers of the registry have theirs by their places in it, so that they look
/// alike in every report.
fn slots(full: &[String]) -> Vec<usize> {
    let mut slots = vec![None; full.len()];
    let mut taken = Vec::new();
    for (slot, name) in slots.iter_mut().zip(full) {
        let known = lifelab::STEPPERS.iter().position(|known| known.name() == split(name).0);
        if let Some(known) = known.filter(|known| !taken.contains(known)) {
            *slot = Some(known);
            taken.push(known);
        }
    }
    let mut free = (0..).filter(|slot| !taken.contains(slot));
    slots
        .into_iter()
        .map(|slot| slot.or_else(|| free.next()).expect("numbers do not end"))
        .collect()
}

/// A stepper's name and its options, `key: value` each.
fn split(text: &str) -> (&str, Vec<&str>) {
    let Some((name, rest)) = text.split_once('(') else { return (text, Vec::new()) };
    let rest = rest.strip_suffix(')').unwrap_or(rest);
    let (mut options, mut depth, mut quoted, mut start) = (Vec::new(), 0_u32, false, 0);
    for (at, c) in rest.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                options.push(rest[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    options.push(rest[start..].trim());
    options.retain(|option| !option.is_empty());
    (name, options)
}

fn join<'a>(name: &str, options: impl Iterator<Item = &'a str>) -> String {
    let options: Vec<_> = options.collect();
    if options.is_empty() { name.to_owned() } else { format!("{name}({})", options.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_says_nothing() {
        let full = [
            "async_tasks(workers: 1, blocked_after: \"4ms\")",
            "async_tasks(workers: 2, blocked_after: \"4ms\")",
            "thread_pool(workers: 64)",
            "queue_pipeline(neighbors: (workers: 16), rule: (workers: 112))",
        ];
        let short = shortened(&full.map(str::to_owned));
        assert_eq!(
            short,
            [
                "async_tasks(workers: 1)",
                "async_tasks(workers: 2)",
                "thread_pool(workers: 64)",
                "queue_pipeline(neighbors: 16, rule: 112)",
            ]
        );
    }

    #[test]
    fn short_names_differ() {
        let long =
            |end: char| format!("thread_pool(some_long_option: \"{}{end}\")", "x".repeat(40));
        let short = shortened(&[long('a'), long('b')]);
        assert_ne!(short[0], short[1]);
        assert!(short.iter().all(|name| name.width() <= WIDEST));
    }

    #[test]
    fn every_contender_has_a_slot_of_its_own_and_known_ones_keep_theirs() {
        let full = ["mine", "thread_pool", "thread_pool(workers: 2)", "sequential"];
        let slots = slots(&full.map(str::to_owned));
        assert_eq!((slots[1], slots[3]), (3, 0));
        let mut different = slots.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), slots.len());
    }

    #[test]
    fn options_are_split_at_their_own_commas() {
        let (name, options) = split("a(b: (c: 1, d: 2), e: \"x, y\", f: 3)");
        assert_eq!((name, options), ("a", vec!["b: (c: 1, d: 2)", "e: \"x, y\"", "f: 3"]));
    }

    #[test]
    fn what_differs_differs_when_it_is_cut() {
        let texts = ["thread_pool(workers: 16)", "thread_pool(workers: 64)", "sequential"];
        let texts = texts.map(str::to_owned);
        assert_eq!(cut_apart(&texts, 14), ["thread…rs: 16)", "thread…rs: 64)", "sequential"]);
        let middle = ["a-long-name-1-with-a-long-end", "a-long-name-2-with-a-long-end"];
        assert_eq!(cut_apart(&middle.map(str::to_owned), 12), ["a-long-n… #1", "a-long-n… #2"]);
        for columns in 6..40 {
            let cut = cut_apart(&texts, columns);
            assert!(cut.iter().all(|text| text.width() <= columns), "{cut:?}");
            assert_ne!(cut[0], cut[1]);
        }
    }
}
