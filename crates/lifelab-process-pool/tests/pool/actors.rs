//! Programs that are started as workers, or as parents, and are not what they should be.
//!
//! They are this binary under other names: links to it, whose name says what to do.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lifelab_core::{Phase, StepperFactory};
use lifelab_process_pool::{Options, ProcessPool};
use nix::sys::signal::{Signal, raise};

use crate::cells::{self, Script, What};
use crate::grids;

/// A program that plays `part`, in a folder that lives as long as the test.
pub(crate) fn actor(part: &str, folder: &Path) -> PathBuf {
    let path = folder.join(part);
    symlink(env::current_exe().unwrap(), &path).unwrap();
    path
}

/// Plays the part that this process was started for; returns if it was for none.
#[allow(clippy::print_stdout, clippy::print_stderr)] // What programs do that host no workers.
pub(crate) fn play() {
    let name = env::args().next().unwrap_or_default();
    match Path::new(&name).file_name().and_then(|name| name.to_str()) {
        Some("prints") => {
            println!("Hello, world! I am not a worker.");
            process::exit(0);
        }
        Some("exits") => {
            eprintln!("unknown command");
            process::exit(2);
        }
        Some("silent") => thread::sleep(Duration::from_secs(3600)),
        Some("nests") => {
            let error = ProcessPool::with_options(Options::default()).unwrap_err();
            eprintln!("{error}");
            process::exit(1);
        }
        Some("newer") => {
            let handshake =
                [&12_u32.to_le_bytes()[..], b"\0LIFELAB", &77_u32.to_le_bytes()].concat();
            io::stdout().write_all(&handshake).unwrap();
            io::stdout().flush().unwrap();
            thread::sleep(Duration::from_secs(3600));
        }
        Some("sleepy") => {
            // The first to come suspends itself.
            if fs::File::create_new(Path::new(&name).with_file_name("marker")).is_ok() {
                raise(Signal::SIGSTOP).unwrap();
            }
            lifelab_process_pool::host_workers(cells::build);
        }
        Some("hosts") => lifelab_process_pool::host_workers(cells::build),
        Some("parent") => parent(),
        _ => {}
    }
}

/// Steps cells that hang, until it is killed.
fn parent() -> ! {
    let arrangement = serde_json::from_str(&env::args().nth(1).unwrap()).unwrap();
    let options = Options { workers: grids::two(), arrangement, ..Options::default() };
    let hang = |script: Script, x| {
        script.act(What::Hang, x, 0, Phase::Neighbors).act(What::Hang, x, 0, Phase::Rule)
    };
    let script = (0..8).fold(Script::default(), hang);
    let _ = grids::step(&mut grids::pool(options), Arc::new(script), 8, 8);
    process::exit(0);
}
