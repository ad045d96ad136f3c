//! Timelines in the Chrome trace event format, which Perfetto (<https://ui.perfetto.dev>) and
//! `chrome://tracing` open.
//!
//! The format is described in Google's *Trace Event Format*. A file is one JSON object. Its events
//! are of two kinds: metadata (`M`), which name processes and threads and give them an order; and
//! complete events (`X`), with a start and a duration in microseconds. Viewers draw them by process
//! (`pid`) and thread (`tid`). Here, a `tid` is a lane: the generations, a thread, or a task.
//!
//! ```
//! use std::sync::Arc;
//! use lifelab::core::Sampling;
//! use lifelab::{Probe, Simulation};
//! use lifelab_bench::trace::{self, About};
//!
//! let mut glider =
//!     Simulation::builder().named("glider").margin(3).io_spec("sleep:10us".parse()?).build()?;
//! let cells = glider.grid().area();
//! let probe = Arc::new(Probe::new(Some(Sampling::fitting(cells, 2))));
//! glider.set_probe(Some(probe.clone()));
//! glider.run(2)?;
//! let timeline = probe.timeline().expect("it was asked for one");
//! let about = About { scenario: "a glider".into(), stepper: glider.stepper().into() };
//! let mut file = Vec::new();
//! trace::write(&timeline, &about, &mut file)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use serde::{Serialize, Serializer};

use lifelab::core::Phase;
use lifelab::core::probe::{Activity, GenerationSpan, Lane, Slice, Timeline};

mod merge;

pub use merge::merge;

/// What a timeline shows, told in the file's `otherData`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// The workload, as text.
    pub scenario: String,
    /// The stepper that computed it.
    pub stepper: String,
}

/// Writes a timeline, event by event. Give it something buffered.
///
/// # Errors
/// Those of `out`.
pub fn write(timeline: &Timeline, about: &About, out: impl Write) -> io::Result<()> {
    let file = File {
        events: Events { timeline, lanes: lanes(timeline) },
        display_time_unit: "ms",
        other_data: OtherData::of(timeline, about),
    };
    Ok(serde_json::to_writer(out, &file)?)
}

#[derive(Serialize)]
struct File<'a> {
    #[serde(rename = "traceEvents")]
    events: Events<'a>,
    #[serde(rename = "displayTimeUnit")]
    display_time_unit: &'static str,
    #[serde(rename = "otherData")]
    other_data: OtherData<'a>,
}

/// What viewers show as the file's properties.
#[derive(Serialize)]
struct OtherData<'a> {
    program: &'static str,
    version: &'static str,
    scenario: &'a str,
    stepper: &'a str,
    /// One cell in this number of cells is drawn.
    one_cell_in: u64,
    sampling: String,
    /// Slices and frames that are kept at most.
    limit: u64,
    /// How many more there were.
    dropped: u64,
}

impl<'a> OtherData<'a> {
    fn of(timeline: &Timeline, about: &'a About) -> Self {
        let every = timeline.sampling.every;
        Self {
            program: "lifelab",
            version: env!("CARGO_PKG_VERSION"),
            scenario: &about.scenario,
            stepper: &about.stepper,
            one_cell_in: every.get(),
            sampling: format!(
                "1 of every {every} cells, chosen by a hash of the coordinate, the same in all \
                 generations; all bands of cells that do not wait"
            ),
            limit: timeline.sampling.limit,
            dropped: timeline.dropped,
        }
    }
}

/// The lanes of all processes, numbered: each number is one lane's in the whole file, since viewers
/// take a `tid` for a system's thread.
type Lanes = BTreeMap<(u32, Lane), u32>;

/// What the process is called that the timeline begins in.
const OURS: &str = "lifelab";

/// The lane of the generations, above all others.
const GENERATIONS: u32 = 1;

/// This process's lanes first.
fn lanes(timeline: &Timeline) -> Lanes {
    let lanes: BTreeSet<_> = timeline.slices.iter().map(|s| (s.process, s.lane)).collect();
    let (ours, others): (Vec<_>, Vec<_>) =
        lanes.into_iter().partition(|(process, _)| *process == timeline.process);
    ours.into_iter().chain(others).zip(GENERATIONS + 1..).collect()
}

struct Events<'a> {
    timeline: &'a Timeline,
    lanes: Lanes,
}

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Timeline { frames, slices, process, .. } = self.timeline;
        let frames = frames.iter().map(|frame| Event::frame(frame, *process));
        let slices = slices.iter().map(|slice| {
            let tid = self.lanes[&(slice.process, slice.lane)];
            Event::slice(slice, tid)
        });
        serializer.collect_seq(self.names().chain(frames).chain(slices))
    }
}

impl Events<'_> {
    /// The names and order of all processes and lanes.
    fn names(&self) -> impl Iterator<Item = Event> + '_ {
        let ours = self.timeline.process;
        let workers = self.timeline.processes.iter().map(|(&pid, name)| (pid, name.clone()));
        let processes = std::iter::once((ours, OURS.to_owned())).chain(workers);
        let generations = ((ours, "generations".to_owned()), GENERATIONS);
        let lanes = self.lanes.iter();
        let lanes = lanes.map(|(&(pid, lane), &tid)| ((pid, self.name(pid, lane)), tid));
        let lanes = std::iter::once(generations).chain(lanes);
        let processes = processes
            .zip(0..)
            .flat_map(|((pid, name), order)| Event::names(Named::Process, pid, None, name, order));
        let lanes = lanes
            .flat_map(|((pid, name), tid)| Event::names(Named::Thread, pid, Some(tid), name, tid));
        processes.chain(lanes)
    }

    fn name(&self, process: u32, lane: Lane) -> String {
        let Timeline { process: ours, threads, .. } = self.timeline;
        match lane {
            Lane::Task(number) => format!("task {number}"),
            Lane::Thread(number) => match threads.get(&number) {
                Some(name) if process == *ours => name.clone(),
                _ => format!("thread {number}"),
            },
        }
    }
}

#[derive(Clone, Copy)]
enum Named {
    Process,
    Thread,
}

/// One event, as the format has it.
#[derive(Serialize)]
struct Event {
    ph: char,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cat: Option<&'static str>,
    pid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<u32>,
    #[serde(flatten)]
    time: Option<Time>,
    args: Args,
}

/// In microseconds.
#[derive(Serialize)]
struct Time {
    ts: f64,
    dur: f64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Args {
    Name { name: String },
    Order { sort_index: u32 },
    Generation { generation: u64 },
    Cell { x: i64, y: i64, generation: u64, phase: Option<Phase> },
    Band { first_row: i64, rows: u32, generation: u64 },
}

impl Event {
    /// The two events by which a process or a lane gets its name and its place.
    fn names(named: Named, pid: u32, tid: Option<u32>, name: String, order: u32) -> [Self; 2] {
        let (naming, sorting) = match named {
            Named::Process => ("process_name", "process_sort_index"),
            Named::Thread => ("thread_name", "thread_sort_index"),
        };
        let event =
            |event, args| Self { ph: 'M', name: event, cat: None, pid, tid, time: None, args };
        [event(naming, Args::Name { name }), event(sorting, Args::Order { sort_index: order })]
    }

    fn frame(frame: &GenerationSpan, pid: u32) -> Self {
        let args = Args::Generation { generation: frame.generation };
        let time = Time::between(frame.start, frame.end);
        Self::complete("generation", "generation", (pid, GENERATIONS), time, args)
    }

    fn slice(slice: &Slice, tid: u32) -> Self {
        let Slice { process, activity, generation, start, end, .. } = *slice;
        let (name, cat) = match activity {
            Activity::Wait(..) => ("wait", "wait"),
            Activity::Compute(_, Phase::Neighbors) => ("count neighbors", "compute"),
            Activity::Compute(_, Phase::Rule) => ("apply rule", "compute"),
            Activity::Cell(_) => ("compute cell", "compute"),
            Activity::Band { .. } => ("compute band", "compute"),
        };
        let args = match activity {
            Activity::Band { first, rows } => Args::Band { first_row: first, rows, generation },
            Activity::Wait(at, _) | Activity::Compute(at, _) | Activity::Cell(at) => {
                Args::Cell { x: at.x, y: at.y, generation, phase: activity.phase() }
            }
        };
        Self::complete(name, cat, (process, tid), Time::between(start, end), args)
    }

    fn complete(
        name: &'static str,
        cat: &'static str,
        (pid, tid): (u32, u32),
        time: Time,
        args: Args,
    ) -> Self {
        Self { ph: 'X', name, cat: Some(cat), pid, tid: Some(tid), time: Some(time), args }
    }
}

impl Time {
    fn between(start: Duration, end: Duration) -> Self {
        // A double holds nanoseconds exactly for a hundred days; a division rounds once.
        let micros = |time: Duration| time.as_nanos() as f64 / 1e3;
        Self { ts: micros(start), dur: micros(end.saturating_sub(start)) }
    }
}

#[cfg(test)]
mod tests;
