//! The worker's side: a program that finds itself started as a worker, and serves.

use std::env;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use thiserror::Error;

use lifelab_core::{CancellationToken, CellIo, Context, Idle, Position, Rule, Topology};

use crate::handler::RequestHandler;
use crate::handshake::{Handshake, Mismatch};
use crate::os;
use crate::role::Role;
use crate::start;
use crate::watching::Watching;
use crate::wire::{self, Frames, Message, WireError};
use crate::{Options, WORKER_VARIABLE};

/// Answers, in bytes, that are collected before they are written, while the parent does not wait
/// for each.
const BATCH: usize = 1 << 15;

/// Messages that may stand in the queue: a full window of units, in a connection of two each after
/// what was seen of it; and for one step, its I/O, its start and its stop, and the stop of the step
/// before.
const QUEUE: usize = 2 * Options::MAX_IN_FLIGHT + 4;

/// Hosts worker processes: the first thing in `main` of every program that uses the process pool.
///
/// The pool starts its workers from the program's own executable. In such a process this call
/// serves the pool and never returns; in all others it returns at once and has no effect. `build`
/// makes a cell's I/O from its [wire text](CellIo::wire); it is called once for each I/O model
/// that the parent uses, and never for I/O that is [idle](CellIo::is_idle).
///
/// ```no_run
/// use std::sync::Arc;
/// use lifelab_core::{CellIo, Idle};
///
/// fn main() {
///     lifelab_process_pool::host_workers(|wire| match wire {
///         "none" => Ok(Arc::new(Idle) as Arc<dyn CellIo>),
///         other => Err(format!("unknown I/O {other:?}")),
///     });
///     // The program proper.
/// }
/// ```
///
/// The worker ends at once when its standard input does, even in the middle of a cell's wait. So
/// it ends with its parent, however that ends. (Linux can signal a child when its parent dies, by
/// `PR_SET_PDEATHSIG`, but that means the *thread* that started it: a worker started by a thread
/// that lives for one step would die with that thread.)
///
/// In a worker, standard input is empty and standard output goes to standard error, which the
/// parent keeps the end of.
pub fn host_workers(build: impl Fn(&str) -> Result<Arc<dyn CellIo>, String>) {
    let Some(role) = env::var_os(WORKER_VARIABLE) else { return };
    let served = (role.to_string_lossy().parse().map_err(WorkerError::Role))
        .and_then(|role| serve(role, &build));
    if let Err(error) = served {
        die(&error);
    }
    process::exit(0);
}

/// Reads these bytes as parents and workers read their pipes: whatever they are, it ends. For the
/// fuzz targets.
#[doc(hidden)]
pub fn read_anything(bytes: &[u8]) {
    for role in [Role::Both, Role::Neighbors, Role::Rule] {
        for generations in [1, 5] {
            let mut handler = RequestHandler::new(role);
            let cx = Context::new(Rule::LIFE, 1, Arc::new(Idle), CancellationToken::new());
            handler.open(cx.hopping(generations, Topology::default()));
            let (mut frames, mut body, mut out) = (Frames::new(bytes), Vec::new(), Vec::new());
            while frames.read(&mut body).is_ok() {
                let _ = Handshake::parse(&body);
                if let Ok((message, payload)) = wire::parse(&body) {
                    let _ = handler.work(message, payload, &mut out);
                }
            }
        }
    }
}

/// Makes a cell's I/O from its wire text.
type Build<'a> = &'a dyn Fn(&str) -> Result<Arc<dyn CellIo>, String>;

/// Why a worker ends before its parent wants it to.
#[derive(Debug, Error)]
enum WorkerError {
    #[error("{0}")]
    Role(String),
    #[error("the parent and this worker cannot work together: {0}")]
    Mismatch(#[from] Mismatch),
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("{0}")]
    System(#[from] io::Error),
}

/// Ends the process. Standard error is where the parent looks for the reason.
fn die(error: &WorkerError) -> ! {
    let _ = writeln!(io::stderr(), "lifelab worker: {error}");
    process::exit(1)
}

/// Serves until the parent closes the pipe.
///
/// Two threads share the work. One does units, one after another, and blocks in their waits. The
/// other reads frames, and never does anything that blocks: so it can fire the stop of a wait in
/// progress, and end the process when the pipe ends.
fn serve(role: Role, build: Build<'_>) -> Result<(), WorkerError> {
    let (input, mut output) = os::private_pipes()?;
    let mut frames = Frames::new(input);
    match shake_hands(role, &mut frames, &mut output) {
        Err(WorkerError::Wire(WireError::Closed)) => return Ok(()),
        greeted => greeted?,
    }
    let (to_worker, tasks) = sync_channel(QUEUE);
    let (spare, spares) = channel();
    let reader = Reader { frames, role, stop: CancellationToken::new(), tasks: to_worker, spares };
    start::start("lifelab-frames", |thread, started| {
        thread.spawn(move || {
            started.tell();
            reader.run()
        })
    })?;
    let handler = RequestHandler::new(role);
    Ok(Worker { role, handler, io: Arc::new(Idle), output, out: Vec::new(), spare }
        .run(&tasks, build)?)
}

/// Answers the parent's handshake; in a connection of two, each process answers, and the first
/// passes the handshake on.
fn shake_hands(
    role: Role,
    input: &mut Frames<impl Read>,
    output: &mut impl Write,
) -> Result<(), WorkerError> {
    let (mut body, mut out) = (Vec::new(), Vec::new());
    if role == Role::Rule {
        input.read(&mut body)?;
        wire::put_frame(&mut out, |out| out.extend(&body)); // From the one before us.
    }
    input.read(&mut body)?;
    let parents = Handshake::parse(&body);
    let ours = parents.as_ref().map_or_else(|_| Handshake::new(false), Handshake::answer);
    wire::put_frame(&mut out, |out| ours.put(out));
    if role == Role::Neighbors {
        wire::put_frame(&mut out, |out| out.extend(&body));
    }
    output.write_all(&out)?;
    Ok(ours.accepts(&parents?)?)
}

/// What the reading thread gives the working one.
enum Task {
    Io(Option<String>),
    Step {
        cx: StepSettings,
        payload_limit: u32,
    },
    Stop,
    /// A unit: a message, and the frame with its payload's start.
    Unit {
        message: Message,
        body: Vec<u8>,
        payload: usize,
    },
}

/// What a generation's context is made of, besides the I/O.
struct StepSettings {
    rule: Rule,
    generation: u64,
    origin: Position,
    stop: CancellationToken,
    hop: (u32, Topology),
    watching: Option<Watching>,
}

struct Reader<R> {
    frames: Frames<R>,
    role: Role,
    /// The stop of the step whose start was read last.
    stop: CancellationToken,
    tasks: SyncSender<Task>,
    /// Frames that the worker is done with, to be filled again.
    spares: Receiver<Vec<u8>>,
}

impl<R: Read> Reader<R> {
    fn run(mut self) -> ! {
        loop {
            let sent = match self.next() {
                Ok(task) => self.tasks.send(task),
                Err(WireError::Closed) => process::exit(0),
                Err(error) => die(&error.into()),
            };
            if sent.is_err() {
                // The worker has ended, and is about to end the process with the right code.
                thread::sleep(Duration::MAX);
            }
        }
    }

    fn next(&mut self) -> Result<Task, WireError> {
        let mut body = self.spares.try_recv().unwrap_or_default();
        self.frames.read(&mut body)?;
        let (message, payload) = wire::parse(&body)?;
        Ok(match message {
            Message::Io(wire) => Task::Io(wire),
            Message::Step { generation, origin, rule, payload_limit, hop, watching } => {
                self.frames.limit_payload(payload_limit);
                self.stop = CancellationToken::new();
                let most = if rule.counts().is_some() { Context::MAX_GENERATIONS } else { 1 };
                if !(1..=most).contains(&hop.0) {
                    return Err(WireError::Unexpected(format!("{} generations at once", hop.0)));
                }
                let stop = self.stop.clone();
                let cx = StepSettings { rule, generation, origin, stop, hop, watching };
                Task::Step { cx, payload_limit }
            }
            Message::Stop => {
                self.stop.cancel();
                Task::Stop
            }
            message if RequestHandler::does(self.role, &message) => {
                let payload = body.len() - payload.len();
                Task::Unit { message, body, payload }
            }
            message => return Err(WireError::unexpected(&message)),
        })
    }
}

struct Worker<W> {
    role: Role,
    handler: RequestHandler,
    io: Arc<dyn CellIo>,
    output: W,
    /// Frames to be written.
    out: Vec<u8>,
    spare: Sender<Vec<u8>>,
}

impl<W: Write> Worker<W> {
    fn run(mut self, tasks: &Receiver<Task>, build: Build<'_>) -> Result<(), WireError> {
        loop {
            let task = match tasks.try_recv() {
                Ok(task) => task,
                Err(TryRecvError::Disconnected) => return Ok(()),
                Err(TryRecvError::Empty) => {
                    self.flush()?;
                    let Ok(task) = tasks.recv() else { return Ok(()) };
                    task
                }
            };
            match task {
                Task::Io(wire) => {
                    if let Err(reason) = self.change_io(wire.as_deref(), build) {
                        wire::put(&mut self.out, &Message::Refused(reason), |_| {});
                        self.flush()?;
                        // It does not end before its input does: with it would end the next process
                        // of its connection, perhaps before that one has passed this on.
                        tasks.iter().for_each(drop);
                        return Ok(());
                    }
                    self.pass_on(&Message::Io(wire));
                }
                Task::Step { cx, payload_limit } => self.start_step(cx, payload_limit),
                Task::Stop => self.pass_on(&Message::Stop),
                Task::Unit { message, body, payload } => {
                    self.handler.work(message, &body[payload..], &mut self.out)?;
                    let _ = self.spare.send(body);
                }
            }
            // Answers of cells that wait are due at once; others gain by being written together.
            if !self.io.is_idle() || self.out.len() >= BATCH {
                self.flush()?;
            }
        }
    }

    fn change_io(&mut self, wire: Option<&str>, build: Build<'_>) -> Result<(), String> {
        self.io = match wire {
            None => Arc::new(Idle),
            // Unwind safety: the process ends after a failure.
            Some(wire) => catch_unwind(AssertUnwindSafe(|| build(wire)))
                .unwrap_or_else(|_| Err("the call of `host_workers` panicked".into()))?,
        };
        Ok(())
    }

    fn start_step(&mut self, cx: StepSettings, payload_limit: u32) {
        let StepSettings { rule, generation, origin, stop, hop, watching } = cx;
        let cx = Context::new(rule, generation, self.io.clone(), stop).with_origin(origin);
        let mut cx = cx.hopping(hop.0, hop.1);
        cx.probe = watching.map(|watching| Arc::new(watching.probe()));
        self.handler.open(cx);
        let step = Message::Step { generation, origin, rule, payload_limit, hop, watching };
        self.pass_on(&step);
    }

    /// Tells the next process of the connection, if there is one.
    fn pass_on(&mut self, message: &Message) {
        if self.role == Role::Neighbors {
            wire::put(&mut self.out, message, |_| {});
        }
    }

    fn flush(&mut self) -> Result<(), WireError> {
        if !self.out.is_empty() {
            // It goes ahead of the answers, for the parent stops reading at the last one.
            let mut seen = Vec::new();
            self.handler.put_seen(&mut seen);
            self.out.splice(..0, seen);
        }
        self.output.write_all(&self.out)?;
        self.output.flush()?;
        self.out.clear();
        Ok(())
    }
}
