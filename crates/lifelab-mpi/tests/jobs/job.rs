//! Starting jobs, and what one process says of the same run.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lifelab::core::RowsHash;
use lifelab::{Simulation, Topology};
use serde_json::{Value, json};

/// How long anything may take before it counts as hanging.
pub(crate) const HANGS: Duration = Duration::from_secs(120);

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lifelab-mpi");

/// `mpirun` for `ranks` ranks of a program.
pub(crate) fn mpirun(ranks: u32, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("mpirun");
    command.args(["-n", &ranks.to_string()]);
    let version = Command::new("mpirun").arg("--version").output().expect("mpirun is installed");
    if String::from_utf8_lossy(&version.stdout).contains("Open MPI") {
        // More ranks than processors, which must not wait for each other by turning round and round.
        command.args(["--oversubscribe", "--mca", "mpi_yield_when_idle", "1"]);
        command.arg("--allow-run-as-root");
    }
    command.arg(program).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A job of the program with these arguments, which blanks separate.
pub(crate) fn job(ranks: u32, arguments: &str) -> Command {
    let mut command = mpirun(ranks, PROGRAM);
    command.args(arguments.split_whitespace());
    command
}

/// What a job with `--json` prints when it succeeds.
pub(crate) fn result(ranks: u32, arguments: &str) -> Value {
    let output = ended(job(ranks, &format!("{arguments} --json")));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{ranks} ranks, {arguments}: {error}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments}: {e}: {error}"))
}

/// What a job says that ends with this exit code.
pub(crate) fn failure(ranks: u32, arguments: &str, code: i32) -> String {
    let output = ended(job(ranks, arguments));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{ranks} ranks, {arguments}: {error}");
    error
}

/// Runs a command to its end.
pub(crate) fn ended(mut command: Command) -> Output {
    let child = command.spawn().expect("mpirun is installed");
    wait(child)
}

/// Waits for a job to end.
pub(crate) fn wait(mut child: Child) -> Output {
    let start = Instant::now();
    while child.try_wait().expect("it is ours").is_none() {
        if start.elapsed() > HANGS {
            let _ = child.kill();
            panic!("the job hangs");
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("it has ended")
}

/// The processes of a job's ranks.
pub(crate) fn rank_processes(job: &Child) -> Vec<i32> {
    let parent = |pid: i32| -> Option<i32> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
    };
    let is_of_job = |&pid: &i32| {
        let ancestors = std::iter::successors(Some(pid), |&pid| parent(pid).filter(|&pid| pid > 1));
        ancestors.into_iter().any(|ancestor| ancestor == job.id() as i32)
    };
    let program = fs::canonicalize(PROGRAM).ok();
    let is_rank = |pid: &i32| {
        fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| Some(&exe) == program.as_ref())
    };
    let all = fs::read_dir("/proc").expect("this is Linux").flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(is_rank).filter(is_of_job).collect()
}

/// Waits until a folder has `count` checkpoints, or the job has ended.
pub(crate) fn wait_for_checkpoints(folder: &Path, count: usize, job: &mut Child) {
    let start = Instant::now();
    while checkpoints(folder).len() < count && job.try_wait().expect("it is ours").is_none() {
        assert!(start.elapsed() < HANGS, "no checkpoint appears");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The checkpoints of a folder, in order.
pub(crate) fn checkpoints(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut all: Vec<_> =
        paths.filter(|path| path.extension() == Some(OsStr::new("checkpoint"))).collect();
    all.sort();
    all
}

/// What one process says of a run, in the words of a job.
pub(crate) fn alone(
    start: &str,
    (width, height): (u32, u32),
    topology: Topology,
    rule: &str,
    generations: u64,
) -> Value {
    let builder = match start.split_once(',') {
        Some((density, seed)) => {
            Simulation::builder().soup(density.parse().unwrap(), seed.parse().unwrap())
        }
        None => Simulation::builder().named(start),
    };
    let builder = builder.size(width, height).topology(topology).rule(rule.parse().unwrap());
    let mut simulation = builder.build().unwrap();
    simulation.run(generations).unwrap();
    state(&simulation)
}

/// A state in the words of a job.
pub(crate) fn state(simulation: &Simulation) -> Value {
    let number = |count: lifelab::Count| count.to_u64().unwrap();
    let area = simulation.bounding_box().map(|area| {
        json!({
            "left": area.left.to_i64().unwrap(), "top": area.top.to_i64().unwrap(),
            "width": number(area.width()), "height": number(area.height()),
        })
    });
    json!({
        "generation": number(simulation.generation()),
        "population": number(simulation.population()),
        "bounding_box": area,
        "rows_hash": RowsHash::of(simulation.grid()).to_string(),
    })
}

/// The same of what a job has printed.
pub(crate) fn state_of(result: &Value) -> Value {
    let keys = ["generation", "population", "bounding_box", "rows_hash"];
    Value::Object(keys.into_iter().map(|key| (key.to_owned(), result[key].clone())).collect())
}
