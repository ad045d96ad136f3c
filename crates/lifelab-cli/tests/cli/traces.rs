//! Timelines: `run --trace`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use lifelab::STEPPERS;
use serde_json::Value;
use tempfile::tempdir;

use crate::program::{run, succeed, typed};

/// A timeline as a viewer reads it.
struct Trace(Value);

impl Trace {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("the file is there");
        Self(serde_json::from_str(&text).expect("it is JSON"))
    }

    /// The complete events.
    fn slices(&self) -> Vec<&Value> {
        let events = self.0["traceEvents"].as_array().expect("an array");
        events.iter().filter(|event| event["ph"] == "X").collect()
    }

    /// The slices that are not generations, when each lies inside its generation and overlaps none
    /// of its lane.
    #[track_caller]
    fn checked(&self, generations: u64) -> Vec<&Value> {
        let (frames, slices): (Vec<_>, Vec<_>) =
            self.slices().into_iter().partition(|event| event["cat"] == "generation");
        let frames: BTreeMap<_, _> = frames.iter().map(|f| (generation(f), time(f))).collect();
        assert!(frames.keys().copied().eq(1..=generations), "{:?}", frames.keys());
        let mut lanes: BTreeMap<_, i64> = BTreeMap::new();
        for slice in &slices {
            let ((start, end), frame) = (time(slice), frames[&generation(slice)]);
            assert!(frame.0 <= start && start <= end && end <= frame.1, "{slice} in {frame:?}");
            let before = lanes.insert(lane(slice), end).unwrap_or(0);
            assert!(before <= start, "{slice} begins before {before}");
        }
        slices
    }
}

fn generation(event: &Value) -> u64 {
    event["args"]["generation"].as_u64().expect("a number")
}

/// Process and lane.
fn lane(event: &Value) -> (u64, u64) {
    let number = |key: &str| event[key].as_u64().expect("a number");
    (number("pid"), number("tid"))
}

/// Start and end in nanoseconds.
fn time(event: &Value) -> (i64, i64) {
    let nanos = |key: &str| (event[key].as_f64().expect("a number") * 1000.0).round() as i64;
    (nanos("ts"), nanos("ts") + nanos("dur"))
}

#[test]
fn every_stepper_is_drawn() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("trace.json");
    for entry in STEPPERS {
        let line = "run glider --size 6x5 -g 3 --io sleep:100us --json --trace";
        let done = succeed(typed(line).arg(&path).args(["--stepper", entry.name()]));
        let trace = Trace::read(&path);
        let slices = trace.checked(3);
        let waits: Vec<_> = slices.iter().filter(|slice| slice["cat"] == "wait").collect();
        assert_eq!(waits.len(), 3 * 30, "{}", entry.name());
        let sites: BTreeSet<_> = waits
            .iter()
            .map(|wait| (generation(wait), wait["args"]["x"].as_u64(), wait["args"]["y"].as_u64()))
            .collect();
        assert_eq!(sites.len(), 3 * 30, "each cell in each generation");
        assert_eq!(trace.0["otherData"]["stepper"], done.json()["stepper"]);
        let processes: BTreeSet<_> = waits.iter().map(|wait| lane(wait).0).collect();
        let ours: BTreeSet<_> =
            trace.slices().iter().filter(|s| s["cat"] == "generation").map(|s| lane(s).0).collect();
        assert_eq!(processes.is_disjoint(&ours), entry.name() == "process_pool");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("trace.json");
    let line = "run --soup 0.4 --size 20x20 -g 2 --trace-sample 4 --trace";
    let done = run(typed(line).arg(&path).args(["--io", "sleep:10us"]));
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.err.contains("trace.json shows 1 of every 4 cells"), "{}", done.err);
    let trace = Trace::read(&path);
    assert_eq!(trace.0["otherData"]["one_cell_in"], 4);
    let waits = trace.checked(2).iter().filter(|slice| slice["cat"] == "wait").count();
    assert!((2 * 70..2 * 130).contains(&waits), "{waits} of 800");

    // This number of generations does not fit, even without their cells.
    let line = "run glider --size 4x4 -g 300000 --json --trace";
    let json = succeed(typed(line).arg(&path)).json();
    let warning = json["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("200000 events"), "{warning}");
    assert_eq!(Trace::read(&path).slices().len(), 200_000);
}

#[test]
fn a_run_that_ends_early_leaves_a_whole_file_with_what_was_seen() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("trace.json");
    for entry in STEPPERS {
        let line = "run glider --size 6x5 -g 9 --fault hang@3:(2,2) --json --timeout 3s --trace";
        let done = run(typed(line).arg(&path).args(["--stepper", entry.name()]));
        assert_eq!(done.code, Some(124), "{}", done.err);
        let slices = Trace::read(&path).slices().len();
        assert!(slices > 3, "{}: {slices}", entry.name());
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_the_run() {
    let folder = tempdir().expect("a folder");
    let nowhere = folder.path().join("none/trace.json");
    // A run that would never end.
    for path in [nowhere.as_path(), folder.path(), Path::new("/proc/trace.json")] {
        let done = run(typed("run glider -g 1000 --io sleep:1h --trace").arg(path));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{}", done.err);
        assert!(done.err.contains("cannot write to"), "{}", done.err);
    }
    let done = run(&mut typed("run glider --trace-sample 3"));
    assert_eq!(done.code, Some(2), "{}", done.err);
    assert!(done.err.contains("--trace"), "{}", done.err);
}
