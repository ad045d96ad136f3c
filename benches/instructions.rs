//! How many instructions does a generation take? The same number in each run, on a busy machine too.
//!
//! The program runs itself under valgrind, for a few generations and for more. The difference is
//! what generations take, without all that comes before and after them. Where valgrind is not
//! installed, nothing is counted, and that is said.
#![allow(clippy::print_stdout, reason = "a program")]

use std::env;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::{Command, Output};

use lifelab::{Rule, Simulation, StateHash, Topology};
use lifelab_benches::soup;
use lifelab_core::testing::oracle_after;

/// The circuit of B3/S23 and that of all other rules, with whole words and odd ends; then a grid of
/// one word per row, half of whose work is its halo.
const CASES: [Case; 6] = [
    Case { size: (512, 512), rule: "B3/S23", topology: Topology::Torus },
    Case { size: (512, 512), rule: "B36/S23", topology: Topology::Torus },
    Case { size: (512, 512), rule: "B3678/S34678", topology: Topology::Torus },
    Case { size: (500, 500), rule: "B3/S23", topology: Topology::Plane },
    Case { size: (64, 4096), rule: "B3/S23", topology: Topology::Torus },
    Case { size: (64, 4096), rule: "B3/S23", topology: Topology::Plane },
];

/// Generations of the shorter run and of the longer.
const RUNS: [u64; 2] = [2, 6];

/// Tells the program that it is being counted; a case and a number of generations follow.
const COUNTED: &str = "--counted";

#[derive(Clone, Copy)]
struct Case {
    size: (u32, u32),
    rule: &'static str,
    topology: Topology,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [flag, case, generations] if flag == COUNTED => {
            run(CASES[case.parse::<usize>()?], generations.parse()?)
        }
        _ if !has_valgrind()? => {
            println!("instructions are not counted: valgrind is not installed");
            Ok(())
        }
        options => report(options),
    }
}

/// What is counted.
fn run(case: Case, generations: u64) -> Result<(), Box<dyn Error>> {
    let mut simulation = case.simulation()?;
    simulation.run(generations)?;
    println!("{}", simulation.state_hash());
    Ok(())
}

/// Prints a line per case. As in criterion's benchmarks, a word selects those whose name has it, and
/// `--test` only tries whether they work.
fn report(options: &[String]) -> Result<(), Box<dyn Error>> {
    let filter = options.iter().find(|word| !word.starts_with('-')).map_or("", String::as_str);
    let most = if options.iter().any(|word| word == "--test") { 1 } else { CASES.len() };
    println!("{:<32} {:>24} {:>10}", "", "instructions/generation", "per cell");
    for (index, case) in CASES.into_iter().enumerate().take(most) {
        let name = case.name();
        if name.contains(filter) {
            let count = per_generation(index)?;
            let per_cell = count as f64 / (f64::from(case.size.0) * f64::from(case.size.1));
            println!("{name:<32} {count:>24} {per_cell:>10.3}");
        }
    }
    Ok(())
}

impl Case {
    fn name(self) -> String {
        let Self { size: (width, height), rule, topology } = self;
        format!("{rule} {width}x{height} {topology}")
    }

    fn rule(self) -> Rule {
        self.rule.parse().expect("a rule")
    }

    fn simulation(self) -> Result<Simulation, lifelab::Error> {
        soup(self.size.0, self.size.1).rule(self.rule()).topology(self.topology).build()
    }

    /// What the definition of the game says that a run ends with.
    fn expected(self, generations: u64) -> Result<StateHash, lifelab::Error> {
        let start = self.simulation()?.grid().clone();
        Ok(StateHash::of(&oracle_after(&start, generations, self.rule(), self.topology)))
    }
}

fn has_valgrind() -> io::Result<bool> {
    match Command::new("valgrind").arg("--version").output() {
        Ok(output) => Ok(output.status.success()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn per_generation(case: usize) -> Result<u64, Box<dyn Error>> {
    let [short, long] = RUNS;
    Ok((count(case, long)? - count(case, short)?) / (long - short))
}

/// Counts the instructions of a whole run, and verifies its result.
fn count(case: usize, generations: u64) -> Result<u64, Box<dyn Error>> {
    let Output { status, stdout, stderr } = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([COUNTED, &case.to_string(), &generations.to_string()])
        .output()?;
    let log = String::from_utf8_lossy(&stderr);
    if !status.success() {
        return Err(format!("valgrind: {status}\n{log}").into());
    }
    let expected = CASES[case].expected(generations)?.to_string();
    assert_eq!(String::from_utf8_lossy(&stdout).trim(), expected, "not what the oracle says");
    let collected = log.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.ok_or_else(|| format!("valgrind gave no count:\n{log}"))?;
    Ok(count.trim().parse()?)
}
