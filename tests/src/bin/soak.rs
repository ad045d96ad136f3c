//! Everything that can go wrong, again and again, for a given time; see `docs/reliability.md`.
#![forbid(unsafe_code)]

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use lifelab::core::duration;
#[cfg(target_os = "linux")]
use lifelab_tests::leaks;
use lifelab_tests::{memory, soak};

const USAGE: &str = "usage: soak [--time DURATION] [--seed N], or soak --memory [GENERATIONS], \
                     or soak --leaks [GENERATIONS]";

fn main() -> ExitCode {
    lifelab::host_workers();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = io::stdout();
    let told = match options(&arguments) {
        None => {
            let _ = writeln!(io::stderr(), "{USAGE}");
            return ExitCode::from(2);
        }
        Some(Task::Soak { time, seed }) => {
            let shown = io::stderr().is_terminal();
            let tally = soak(time, seed, |chore, round| {
                if shown {
                    let _ = write!(io::stderr(), "\rround {round}, {chore}\x1b[K");
                }
            });
            writeln!(out, "{tally}")
        }
        Some(Task::Memory { generations }) => memory(generations, &mut out),
        #[cfg(target_os = "linux")]
        Some(Task::Leaks { generations }) => leaks(generations, &mut out),
    };
    if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

enum Task {
    Soak {
        time: Duration,
        seed: u64,
    },
    Memory {
        generations: u64,
    },
    #[cfg(target_os = "linux")]
    Leaks {
        generations: u64,
    },
}

fn options(arguments: &[&str]) -> Option<Task> {
    match arguments {
        ["--memory"] => return Some(Task::Memory { generations: 100_000 }),
        ["--memory", generations] => {
            return Some(Task::Memory { generations: generations.parse().ok()? });
        }
        #[cfg(target_os = "linux")]
        ["--leaks"] => return Some(Task::Leaks { generations: 10_000 }),
        #[cfg(target_os = "linux")]
        ["--leaks", generations] => {
            return Some(Task::Leaks { generations: generations.parse().ok()? });
        }
        _ => {}
    }
    let (mut time, mut seed) = (Duration::from_secs(60), 0);
    for pair in arguments.chunks(2) {
        match pair {
            ["--time", text] => time = duration::parse(text)?,
            ["--seed", text] => seed = text.parse().ok()?,
            _ => return None,
        }
    }
    Some(Task::Soak { time, seed })
}
