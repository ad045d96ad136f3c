//! What the cells of these tests wait for, each rebuilt from its wire text in the workers.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lifelab_core::{CancellationToken, Cell, CellIo, Fault, Idle, IoFuture, Phase, Site};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// A cell's I/O that is made to do something at certain places, and nothing elsewhere.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Script {
    pub(crate) acts: Vec<Act>,
    /// Every call waits this time first.
    pub(crate) pause: Duration,
    /// A folder in which every process keeps a list of the calls that it begins.
    pub(crate) log: Option<PathBuf>,
}

/// Something that happens at a place, in every generation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Act {
    pub(crate) at: Cell,
    pub(crate) phase: Phase,
    pub(crate) what: What,
    /// A file that makes the act happen once only: it is created by then, with the worker's
    /// process id in it.
    pub(crate) once: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum What {
    Fail,
    Panic,
    /// Waits for ever, or until it is stopped.
    Hang,
    /// Waits for ever and ignores the stop.
    Deaf,
    /// Waits for a second: long enough for the watch to look a few times.
    Nap,
    /// Prints some last words and exits with code 3.
    Exit,
    /// Kills its process.
    Kill,
    /// Prints to standard output, as careless I/O does.
    Print,
    /// Writes something that is no frame to the parent.
    Garble,
}

impl Script {
    pub(crate) fn act(mut self, what: What, x: u32, y: u32, phase: Phase) -> Self {
        self.acts.push(Act { at: Cell::new(x, y), phase, what, once: None });
        self
    }

    /// The last act happens once only, and tells so by this file.
    pub(crate) fn once(mut self, marker: &Path) -> Self {
        self.acts.last_mut().unwrap().once = Some(marker.to_owned());
        self
    }

    pub(crate) fn pausing(pause: Duration) -> Self {
        Self { pause, ..Self::default() }
    }
}

/// What `host_workers` is given.
pub(crate) fn build(wire: &str) -> Result<Arc<dyn CellIo>, String> {
    match wire {
        "none" => Ok(Arc::new(Idle)),
        "panic" => panic!("no such I/O"),
        _ => match serde_json::from_str::<Script>(wire) {
            Ok(script) => Ok(Arc::new(script)),
            Err(error) => Err(error.to_string()),
        },
    }
}

impl CellIo for Script {
    fn call(&self, site: Site, stop: &CancellationToken) -> Result<(), Fault> {
        self.log.iter().for_each(|folder| note(site, folder).unwrap());
        stop.sleep(self.pause)?;
        let here = |act: &&Act| act.at == site.at && act.phase == site.phase;
        let due = |act: &&Act| act.once.as_deref().is_none_or(|marker| sign(marker).is_ok());
        let acts: Vec<&Act> = self.acts.iter().filter(here).filter(due).collect();
        acts.into_iter().try_for_each(|act| act.what.happen(stop))
    }

    fn call_async<'a>(&'a self, site: Site, stop: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(self.call(site, stop))
    }

    fn wire(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    fn is_idle_in(&self, _: Phase) -> bool {
        false
    }
}

impl What {
    #[allow(clippy::print_stdout, clippy::print_stderr)] // That is the act.
    fn happen(self, stop: &CancellationToken) -> Result<(), Fault> {
        match self {
            Self::Fail => return Err(Fault::failed("as told")),
            Self::Panic => panic!("as told"),
            Self::Hang => return Err(stop.wait().into()),
            Self::Deaf => thread::sleep(Duration::from_secs(3600)),
            Self::Nap => stop.sleep(Duration::from_secs(1))?,
            Self::Exit => {
                eprintln!("good-bye, cruel world");
                process::exit(3);
            }
            Self::Kill => kill(Pid::this(), Signal::SIGKILL).unwrap(),
            Self::Print => println!("a careless word"),
            Self::Garble => garble().unwrap(),
        }
        Ok(())
    }
}

/// Creates the marker, with our process id in it; fails if it is there already.
fn sign(marker: &Path) -> io::Result<()> {
    // The name appears with its content, so the process that sees the name can read the content.
    let draft = marker.with_extension(process::id().to_string());
    fs::write(&draft, process::id().to_string())?;
    fs::hard_link(&draft, marker)
}

/// Adds a call to the list of this process.
fn note(site: Site, folder: &Path) -> io::Result<()> {
    let list = folder.join(process::id().to_string());
    let line = serde_json::to_string(&site)? + "\n";
    File::options().create(true).append(true).open(list)?.write_all(line.as_bytes())
}

/// The calls that each process began, in order.
pub(crate) fn notes(folder: &Path) -> io::Result<Vec<Vec<Site>>> {
    let read = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    fs::read_dir(folder)?.map(|entry| Ok(read(&fs::read_to_string(entry?.path())?))).collect()
}

/// Finds the worker's output, which it keeps to itself, and writes to it.
fn garble() -> io::Result<()> {
    for entry in fs::read_dir("/proc/self/fd")? {
        let path = entry?.path();
        let descriptor: u32 = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
        let is_pipe =
            fs::read_link(&path).is_ok_and(|to| to.to_string_lossy().starts_with("pipe:"));
        let info =
            fs::read_to_string(format!("/proc/self/fdinfo/{descriptor}")).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        if descriptor > 2 && is_pipe && flags.is_some_and(|flags| flags.trim().ends_with('1')) {
            File::options().write(true).open(&path)?.write_all(b"Segmentation fault\n")?;
        }
    }
    Ok(())
}

/// I/O that no other process can rebuild.
pub(crate) struct Homebound;

impl CellIo for Homebound {
    fn call(&self, _: Site, _: &CancellationToken) -> Result<(), Fault> {
        Ok(())
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Ok(()))
    }
}

/// I/O with a wire text that the workers cannot read.
pub(crate) struct Unreadable(pub(crate) &'static str);

impl CellIo for Unreadable {
    fn call(&self, _: Site, _: &CancellationToken) -> Result<(), Fault> {
        Ok(())
    }

    fn call_async<'a>(&'a self, _: Site, _: &'a CancellationToken) -> IoFuture<'a> {
        IoFuture::ready(Ok(()))
    }

    fn wire(&self) -> Option<String> {
        Some(self.0.to_owned())
    }
}
