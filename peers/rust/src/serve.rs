//! The protocol: JSON, a line each.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Grid;
use crate::work::{Io, Work};

/// A request.
#[derive(Deserialize, Debug)]
pub struct Request {
    generations: u64,
    generation: u64,
    width: usize,
    height: usize,
    rows: Vec<String>,
    topology: String,
    pub(crate) birth: Vec<usize>,
    pub(crate) survival: Vec<usize>,
    /// Threads that it shall have, if it has a fixed number of them.
    pub workers: usize,
    pub(crate) io: Io,
}

/// Computes a generation from the one before.
pub trait Stepper {
    /// Computes the generation of this number.
    fn step(&mut self, grid: &Arc<Grid>, generation: u64) -> Vec<bool>;

    /// The most cells that wait at once, if there is such a limit.
    fn concurrency(&self) -> Option<usize> {
        None
    }
}

/// Answers requests until the input ends.
///
/// # Errors
/// If there is a request that is none, or no output.
pub fn serve<S: Stepper>(make: impl Fn(Arc<Work>) -> S) -> Result<(), Box<dyn Error>> {
    say(&json!({"lifelab_contender": 1}))?;
    let mut stepper = None;
    for line in io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        // All requests to a process ask for the same work.
        let stepper = stepper.get_or_insert_with(|| make(Arc::new(Work::new(&request))));
        say(&answer(&request, stepper))?;
    }
    Ok(())
}

fn answer(request: &Request, stepper: &mut impl Stepper) -> Value {
    let Request { width, height, .. } = *request;
    if !["torus", "plane"].contains(&&*request.topology) {
        return json!({"error": format!("no topology but torus and plane: {}", request.topology)});
    }
    let cells = request.rows.iter().flat_map(|row| row.bytes()).map(|cell| cell == b'O').collect();
    let is_torus = request.topology == "torus";
    let mut grid = Arc::new(Grid { width, height, is_torus, cells });
    let mut times = Vec::new();
    for number in 1..=request.generations {
        let begin = Instant::now();
        grid = Arc::new(grid.with(stepper.step(&grid, request.generation + number)));
        times.push(begin.elapsed().as_nanos() as u64);
    }
    let draw = |row: &[bool]| row.iter().map(|alive| if *alive { 'O' } else { '.' }).collect();
    let rows: Vec<String> = grid.cells.chunks(width).map(draw).collect();
    json!({"times_ns": times, "rows": rows, "concurrency": stepper.concurrency()})
}

fn say(value: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()
}
