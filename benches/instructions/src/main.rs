//! How many instructions does it take? The same number in each run, on a busy machine too.
//!
//! `cargo run --release -p lifelab-instructions -- [--check | --renew] [WORD]`
//!
//! The program runs itself under valgrind, doing something a few times and then more often. The difference
//! is what doing it takes, without all that comes before and after. Where valgrind is not installed,
//! nothing is counted, and that is said. A word selects those whose name has it.
//!
//! Only what one thread does alone is counted. Where threads hand each other cells, who waits for whom
//! decides about the count.
//!
//! `--check` compares with what was written down in `baseline.ron`, and fails if something takes 3 % more;
//! `--renew` writes down what is counted now. Compilers and instruction sets have counts of their own:
//! without any of those in use, nothing is compared, and that is said.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

mod baseline;
mod cases;

use std::env;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::{Command, ExitCode, Output};

use crate::baseline::{Baseline, Counts, check, growth, praise};
use crate::cases::{Case, best_kernel};

/// Tells the program that it is being counted; a case, and how often, follow.
const COUNTED: &str = "--counted";

/// Tells the program to say which instruction set it chooses.
const INSTRUCTION_SET: &str = "--instruction-set";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match &arguments[..] {
        [flag, case, times] if flag == COUNTED => run(case, times),
        [flag] if flag == INSTRUCTION_SET => {
            println!("{}", best_kernel());
            Ok(())
        }
        arguments => Task::of(arguments).and_then(|task| task.run()),
    };
    if let Err(error) = &done {
        eprintln!("instructions: {error}");
    }
    ExitCode::from(u8::from(done.is_err()))
}

/// What is counted.
fn run(case: &str, times: &str) -> Result<()> {
    let case = &Case::all()?[case.parse::<usize>()?];
    println!("{}", case.run(times.parse()?)?);
    Ok(())
}

/// What the caller wants.
#[derive(Default)]
struct Task {
    check: bool,
    renew: bool,
    filter: String,
}

impl Task {
    fn of(arguments: &[String]) -> Result<Self> {
        let mut task = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--check" => task.check = true,
                "--renew" => task.renew = true,
                word if !word.starts_with('-') => word.clone_into(&mut task.filter),
                other => return Err(format!("{other}? expected --check, --renew, a word").into()),
            }
        }
        match (task.check || task.renew) && cfg!(debug_assertions) {
            true => Err("counts are compared of builds with --release only".into()),
            false => Ok(task),
        }
    }

    fn run(&self) -> Result<()> {
        if !has_valgrind()? {
            println!("instructions are not counted: valgrind is not installed");
            return Ok(());
        }
        let baseline = Baseline::read()?;
        let key = match key() {
            // It is there, but cannot play this processor.
            Err(error) if !self.renew => {
                println!("instructions are not counted: {error}");
                return Ok(());
            }
            key => key?,
        };
        let (before, others): (Counts, Counts) = (baseline.of(&key).iter())
            .map(|(name, &count)| (name.clone(), count))
            .partition(|(name, _)| name.contains(&self.filter));
        let now = self.count(&before)?;
        if self.renew {
            baseline.renew(key, others.into_iter().chain(now).collect())
        } else if self.check && before.is_empty() {
            println!("not compared: there is no baseline of {key}, but of {}", baseline.keys());
            Ok(())
        } else if self.check {
            println!("{}", praise(&before, &now).unwrap_or_else(|| format!("compared with {key}")));
            Ok(check(&before, &now)?)
        } else {
            Ok(())
        }
    }

    /// Counts, and prints what it takes beside what it took.
    fn count(&self, before: &Counts) -> Result<Counts> {
        let mut counts = Counts::new();
        println!("{:<40} {:>14} {:>16}", "", "instructions", "per cell or byte");
        for (index, case) in Case::all()?.into_iter().enumerate() {
            if !case.name.contains(&self.filter) {
                continue;
            }
            let count = per_time(index, &case)?;
            let per_unit = count as f64 / case.size as f64;
            let change = before.get(&case.name).map(|&before| 100.0 * growth(before, count));
            let change = change.map(|percent| format!(" {percent:+.1} %")).unwrap_or_default();
            println!("{:<40} {count:>14} {per_unit:>16.3}{change}", case.name);
            counts.insert(case.name, count);
        }
        Ok(counts)
    }
}

fn has_valgrind() -> io::Result<bool> {
    match Command::new("valgrind").arg("--version").output() {
        Ok(output) => Ok(output.status.success()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What counts depend on besides the code: the compiler, the target, the instructions that are chosen when
/// the program runs, and the processor that valgrind plays. Which processor the machine has makes no
/// difference beyond that.
fn key() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let about = Command::new(rustc).arg("-vV").output()?;
    let about = String::from_utf8_lossy(&about.stdout);
    let of =
        |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("unknown");
    let (release, llvm, host) = (of("release: "), of("LLVM version: "), of("host: "));
    let (instruction_set, _) = valgrind(&[INSTRUCTION_SET])?;
    let player = Command::new("valgrind").arg("--version").output()?.stdout;
    let player = String::from_utf8_lossy(&player).trim().to_owned();
    Ok(format!("rustc {release}, LLVM {llvm}, {host}, {instruction_set}, {player}"))
}

/// The instructions of doing it once.
fn per_time(index: usize, case: &Case) -> Result<u64> {
    let [few, many] = case.times;
    let count = |times: u64| -> Result<u64> {
        let (result, count) = valgrind(&[COUNTED, &index.to_string(), &times.to_string()])?;
        match result == case.expected(times)? {
            true => Ok(count),
            false => Err(format!("{}: the result is wrong", case.name).into()),
        }
    };
    Ok(count(many)?.saturating_sub(count(few)?) / (many - few))
}

/// Runs the program itself under valgrind. Returns what it prints, and its instructions.
fn valgrind(arguments: &[&str]) -> Result<(String, u64)> {
    let Output { status, stdout, stderr } = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(arguments)
        .output()?;
    let log = String::from_utf8_lossy(&stderr);
    if !status.success() {
        return Err(format!("valgrind: {status}\n{log}").into());
    }
    let collected = log.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.ok_or_else(|| format!("valgrind gave no count:\n{log}"))?;
    Ok((String::from_utf8_lossy(&stdout).trim().to_owned(), count.trim().parse()?))
}
