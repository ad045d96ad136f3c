use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU64;
use std::sync::Arc;

use lifelab::core::{Position, Sampling};
use lifelab::{Probe, Simulation};
use serde_json::Value;

use super::*;

fn parsed(timeline: &Timeline) -> Value {
    let about = About { scenario: "(a \"soup\")".into(), stepper: "sequential".into() };
    let mut file = Vec::new();
    write(timeline, &about, &mut file).unwrap();
    serde_json::from_slice(&file).unwrap()
}

fn timeline(stepper: &str, io: &str, every: u64, limit: u64) -> Timeline {
    let sampling = Sampling { every: NonZeroU64::new(every).unwrap(), limit };
    let probe = Arc::new(Probe::new(Some(sampling)));
    let mut soup = Simulation::builder()
        .soup(0.4, 1)
        .size(8, 6)
        .stepper_spec(stepper.parse().unwrap())
        .io_spec(io.parse().unwrap())
        .probe(probe.clone())
        .build()
        .unwrap();
    soup.run(3).unwrap();
    probe.timeline().unwrap()
}

/// Nanoseconds of a time in microseconds.
fn nanos(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1000.0).round() as i64
}

/// Start and end.
fn time(event: &Value) -> (i64, i64) {
    let start = nanos(&event["ts"]);
    (start, start + nanos(&event["dur"]))
}

fn events<'a>(file: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    file["traceEvents"].as_array().unwrap().iter().filter(move |event| event["ph"] == kind)
}

#[test]
fn slices_lie_in_their_generations_and_never_overlap_on_a_lane() {
    for stepper in ["sequential", "thread_pool(workers: 3)", "async_tasks(max_in_flight: 3)"] {
        let file = parsed(&timeline(stepper, "sleep:50us phase:both", 1, 10_000));
        let is_frame = |event: &&Value| event["cat"] == "generation";
        let frames: BTreeMap<u64, (i64, i64)> = events(&file, "X")
            .filter(is_frame)
            .map(|frame| (frame["args"]["generation"].as_u64().unwrap(), time(frame)))
            .collect();
        assert_eq!(frames.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
        let mut lanes: BTreeMap<(u64, u64), i64> = BTreeMap::new();
        let mut slices = 0;
        for slice in events(&file, "X").filter(|event| !is_frame(event)) {
            let (start, end) = time(slice);
            let (opened, closed) = frames[&slice["args"]["generation"].as_u64().unwrap()];
            assert!(opened <= start && start <= end && end <= closed, "{stepper}: {slice}");
            let lane = (slice["pid"].as_u64().unwrap(), slice["tid"].as_u64().unwrap());
            let before = lanes.insert(lane, end).unwrap_or(0);
            assert!(before <= start, "{stepper}: {slice} begins before {before}");
            slices += 1;
        }
        assert_eq!(slices, 3 * 48 * 4, "two phases, each a wait and a computation");
        assert!(lanes.len() <= 3, "{stepper}: {} lanes", lanes.len());
    }
}

#[test]
fn every_process_and_lane_has_one_name_and_one_place() {
    let file = parsed(&timeline("thread_pool(workers: 2)", "sleep:50us", 1, 10_000));
    let named = |kind: &str| -> Vec<(Value, Value)> {
        let events = events(&file, "M").filter(|event| event["name"] == kind);
        events.map(|event| (event["pid"].clone(), event["tid"].clone())).collect()
    };
    let used: HashSet<_> =
        events(&file, "X").map(|event| (event["pid"].clone(), event["tid"].clone())).collect();
    let names = named("thread_name");
    assert_eq!(names.iter().cloned().collect::<HashSet<_>>(), used);
    assert_eq!(names.len(), used.len());
    assert_eq!(names, named("thread_sort_index"));
    assert_eq!(named("process_name"), named("process_sort_index"));
    let names: Vec<_> = events(&file, "M").filter(|e| e["name"] == "thread_name").collect();
    assert_eq!(names[0]["args"]["name"], "generations");
    let is_worker = |event: &&Value| event["args"]["name"].as_str().unwrap().starts_with("pool ");
    assert_eq!(names.iter().skip(1).filter(|event| is_worker(event)).count(), names.len() - 1);
}

#[test]
fn slices_say_what_was_done_and_where() {
    let at = Position::new(3, 1);
    let slice = |activity, start| Slice {
        process: 5,
        lane: Lane::Task(0),
        activity,
        generation: 7,
        start: Duration::from_nanos(start),
        end: Duration::from_nanos(start + 1500),
    };
    let timeline = Timeline {
        sampling: Sampling { every: NonZeroU64::MIN, limit: 9 },
        dropped: 2,
        frames: vec![],
        slices: vec![
            slice(Activity::Wait(at, Phase::Rule), 1001),
            slice(Activity::Band { first: 4, rows: 2 }, 3000),
        ],
        process: 4,
        threads: BTreeMap::new(),
        processes: [(5, "worker 1".to_owned())].into(),
    };
    let file = parsed(&timeline);
    let slices: Vec<_> = events(&file, "X").cloned().collect();
    assert_eq!(
        slices[0],
        serde_json::json!({
            "ph": "X", "name": "wait", "cat": "wait", "pid": 5, "tid": 2, "ts": 1.001, "dur": 1.5,
            "args": { "x": 3, "y": 1, "generation": 7, "phase": "rule" },
        })
    );
    let band = serde_json::json!({ "first_row": 4, "rows": 2, "generation": 7 });
    assert_eq!(slices[1]["args"], band);
    let names: Vec<_> = events(&file, "M").map(|event| &event["args"]["name"]).collect();
    assert!(names.contains(&&Value::from("worker 1")) && names.contains(&&Value::from("task 0")));
    assert_eq!(file["otherData"]["dropped"], 2);
}

#[test]
fn the_file_tells_what_it_shows_and_what_it_leaves_out() {
    let file = parsed(&timeline("sequential", "none", 1, 2));
    let about = &file["otherData"];
    assert_eq!(file["displayTimeUnit"], "ms");
    assert_eq!(about["scenario"], "(a \"soup\")");
    assert_eq!((&about["one_cell_in"], &about["limit"]), (&Value::from(1), &Value::from(2)));
    assert_eq!(events(&file, "X").count(), 2);
    // Three frames and at least one band in each.
    assert!(about["dropped"].as_u64().unwrap() >= 4, "{about}");
}
