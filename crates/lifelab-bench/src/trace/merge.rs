//! Several timelines in one file, side by side.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use lifelab::core::printable;

/// Writes one file of several that [`write`](super::write) has written. Each begins at time zero, so
/// that what they show can be compared; their processes are called as the parts are.
///
/// # Errors
/// If a part cannot be read or is no timeline, and those of `out`.
pub fn merge(parts: &[(String, &Path)], out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let mut about = Vec::new();
    let mut processes = Processes::default();
    let mut is_first = true;
    out.write_all(b"{\"traceEvents\":[")?;
    for (name, path) in parts {
        let part: Part = serde_json::from_reader(BufReader::new(File::open(path)?))?;
        for mut event in part.events {
            processes.rename(&mut event, name);
            out.write_all(if is_first { b"\n" } else { b",\n" })?;
            write!(out, "{}", printable::json(&serde_json::to_string(&event)?))?;
            is_first = false;
        }
        processes.close();
        about.push(json!({ "case": name, "about": part.about }));
    }
    let rest = Rest { display_time_unit: "ms", other_data: json!({ "cases": about }) };
    let rest = serde_json::to_string(&rest)?;
    let rest = printable::json(&rest);
    // The rest is an object too; what opens it separates it from the events.
    write!(out, "\n],{}", &rest[1..])?;
    out.flush()
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "traceEvents")]
    events: Vec<Map<String, Value>>,
    #[serde(rename = "otherData")]
    about: Value,
}

#[derive(Serialize)]
struct Rest {
    #[serde(rename = "displayTimeUnit")]
    display_time_unit: &'static str,
    #[serde(rename = "otherData")]
    other_data: Value,
}

/// New numbers for processes: systems use theirs again, and here they also give the order.
#[derive(Default)]
struct Processes {
    /// Those of the part at hand.
    numbers: BTreeMap<u64, u64>,
    last: u64,
}

impl Processes {
    fn rename(&mut self, event: &mut Map<String, Value>, part: &str) {
        let Some(old) = event.get("pid").and_then(Value::as_u64) else { return };
        let last = &mut self.last;
        let number = *self.numbers.entry(old).or_insert_with(|| {
            *last += 1;
            *last
        });
        event.insert("pid".to_owned(), number.into());
        let event_name = event.get("name").and_then(Value::as_str).map(str::to_owned);
        let Some(args) = event.get_mut("args").and_then(Value::as_object_mut) else { return };
        match event_name.as_deref() {
            Some("process_name") => {
                let own = args.get("name").and_then(Value::as_str).unwrap_or_default();
                let name =
                    if own == super::OURS { part.to_owned() } else { format!("{part}: {own}") };
                args.insert("name".to_owned(), name.into());
            }
            Some("process_sort_index") => {
                args.insert("sort_index".to_owned(), number.into());
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        self.numbers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(pids: &[u64]) -> String {
        let process = |pid: &u64| {
            let name = if *pid == pids[0] { super::super::OURS } else { "worker 1" };
            json!([
                {"ph": "M", "name": "process_name", "pid": pid, "args": {"name": name}},
                {"ph": "M", "name": "process_sort_index", "pid": pid, "args": {"sort_index": 0}},
                {"ph": "X", "name": "wait", "pid": pid, "tid": 2, "ts": 1.5, "dur": 2, "args": {"x": 1}},
            ])
        };
        let events: Vec<Value> =
            pids.iter().flat_map(|pid| process(pid).as_array().unwrap().clone()).collect();
        json!({"traceEvents": events, "otherData": {"stepper": "some"}}).to_string()
    }

    #[test]
    fn parts_stand_side_by_side_under_names_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        // The system has given the number 7 twice.
        let paths = [part(&[7, 8]), part(&[7])].map(|text| {
            let path = folder.path().join(format!("{}.json", text.len()));
            std::fs::write(&path, text).unwrap();
            path
        });
        let mut merged = Vec::new();
        merge(&[("a".into(), &paths[0]), ("b".into(), &paths[1])], &mut merged).unwrap();
        let merged: Value = serde_json::from_slice(&merged).unwrap();
        let events = merged["traceEvents"].as_array().unwrap();
        assert_eq!(events.len(), 9);
        let names: Vec<_> = events
            .iter()
            .filter(|event| event["name"] == "process_name")
            .map(|event| (event["pid"].as_u64().unwrap(), event["args"]["name"].as_str().unwrap()))
            .collect();
        assert_eq!(names, [(1, "a"), (2, "a: worker 1"), (3, "b")]);
        assert_eq!(events[8]["pid"], 3);
        assert_eq!(events[8]["args"]["x"], 1, "the rest stays as it is");
        assert_eq!(merged["otherData"]["cases"][1]["case"], "b");
    }

    #[test]
    fn no_parts_are_an_empty_timeline() {
        let mut merged = Vec::new();
        merge(&[], &mut merged).unwrap();
        let merged: Value = serde_json::from_slice(&merged).unwrap();
        assert_eq!(merged["traceEvents"], json!([]));
    }
}
