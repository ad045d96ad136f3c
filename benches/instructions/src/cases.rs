//! What is counted: kernels, formats, and what a stepper does for a cell.

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::swap;
use std::path::PathBuf;
use std::sync::Arc;

use lifelab_async_tasks::AsyncTasks;
use lifelab_core::testing::{self, Kernel, oracle_after};
use lifelab_core::{
    CancellationToken, CellIo, Context, Grid, Idle, Rule, Soup, StateHash, Stepper, StepperFactory,
    Topology,
};
use lifelab_patterns::{CellsBuilder, Format, Limits, Pattern, Run};
use lifelab_sequential::Sequential;

/// The circuit of B3/S23, that of all other rules that count, and a decision diagram, with whole words and
/// odd ends; then a grid of one word per row, half of whose work is its halo.
const STEPS: [Board; 7] = [
    Board { rule: "B3/S23", sides: (512, 512), topology: Topology::Torus },
    Board { rule: "B36/S23", sides: (512, 512), topology: Topology::Torus },
    Board { rule: "B3678/S34678", sides: (512, 512), topology: Topology::Torus },
    Board { rule: "B2-a/S12", sides: (512, 512), topology: Topology::Torus },
    Board { rule: "B3/S23", sides: (500, 500), topology: Topology::Plane },
    Board { rule: "B3/S23", sides: (64, 4096), topology: Topology::Torus },
    Board { rule: "B3/S23", sides: (64, 4096), topology: Topology::Plane },
];

/// Several generations at once.
const HOPS: [Board; 3] = [
    Board { rule: "B3/S23", sides: (512, 512), topology: Topology::Torus },
    Board { rule: "B36/S23", sides: (512, 512), topology: Topology::Torus },
    Board { rule: "B3/S23", sides: (500, 500), topology: Topology::Plane },
];

/// Generations of a hop.
const HOP: u32 = 24;

/// Cells that make calls of I/O that is over at once.
const CALLED: Board = Board { rule: "B3/S23", sides: (64, 64), topology: Topology::Torus };

/// Cells that do not wait.
const IDLE: Board = Board { rule: "B3/S23", sides: (512, 512), topology: Topology::Torus };

/// The soup that is written and read.
const WRITTEN: (u32, u32) = (256, 256);

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Something that is done once or more often.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Cells, or bytes of text, each time.
    pub(crate) size: u64,
    /// How often in the shorter run, and in the longer.
    pub(crate) times: [u64; 2],
    work: Work,
}

enum Work {
    Steps(Board),
    Hops(Board),
    /// All cells are the calling thread's. What the other steppers do with a cell is what these do, and
    /// handing it from thread to thread, which takes another number of instructions each time.
    Cells(MakeStepper),
    /// The same steppers where no cell waits.
    Bands(MakeStepper),
    Read(Format),
    Write(Format),
}

type MakeStepper = fn() -> Result<Box<dyn Stepper>>;

/// A soup, and what becomes of it.
#[derive(Clone, Copy)]
struct Board {
    rule: &'static str,
    sides: (u32, u32),
    topology: Topology,
}

impl Case {
    /// Everything that is counted.
    pub(crate) fn all() -> Result<Vec<Self>> {
        let of_board =
            |name, board: Board, times, work| Self { name, size: board.cells(), times, work };
        let mut all = Vec::new();
        for board in STEPS {
            all.push(of_board(board.name("step"), board, [2, 6], Work::Steps(board)));
        }
        for board in HOPS {
            all.push(of_board(board.name("hop"), board, [1, 2], Work::Hops(board)));
        }
        for (name, make) in steppers() {
            all.push(of_board(format!("cells of {name}"), CALLED, [2, 6], Work::Cells(make)));
            all.push(of_board(format!("bands of {name}"), IDLE, [2, 6], Work::Bands(make)));
        }
        let pattern = pattern()?;
        for format in Format::ALL.into_iter().filter(|format| format.is_written()) {
            let size = written(&pattern, format)?.len() as u64;
            let of = |verb: &str, work| Self {
                name: format!("{verb} {}", format.name()),
                size,
                times: [1, 3],
                work,
            };
            all.extend([of("read", Work::Read(format)), of("write", Work::Write(format))]);
        }
        Ok(all)
    }

    /// Does it `times` times; this is what is counted. Returns what [`expected`](Self::expected) says if
    /// all is well.
    pub(crate) fn run(&self, times: u64) -> Result<String> {
        match self.work {
            Work::Steps(board) => {
                let (kernel, rule) = (best_kernel(), board.rule()?);
                board.run(times, |now, next| kernel.step(rule, now, next))
            }
            Work::Hops(board) => {
                let (kernel, rule) = (best_kernel(), board.rule()?);
                board.run(times, |now, next| kernel.hop(rule, board.topology, HOP, now, next))
            }
            Work::Cells(make) => CALLED.step(make()?, &testing::script(|_, _| Ok(())), times),
            Work::Bands(make) => IDLE.step(make()?, &(Arc::new(Idle) as Arc<dyn CellIo>), times),
            Work::Read(format) => {
                let text = written(&pattern()?, format)?;
                let mut last = Pattern::default();
                for _ in 0..times {
                    last = read(&text, format)?;
                }
                Ok(hash(&last))
            }
            Work::Write(format) => {
                let pattern = pattern()?;
                let mut text = Vec::new();
                for _ in 0..times {
                    text = written(&pattern, format)?;
                }
                Ok(hash(&read(&text, format)?))
            }
        }
    }

    /// What the definition of the game says that a run ends with, or the pattern that was written.
    pub(crate) fn expected(&self, times: u64) -> Result<String> {
        match self.work {
            Work::Steps(board) => board.expected(times),
            Work::Hops(board) => board.expected(times * u64::from(HOP)),
            Work::Cells(_) => CALLED.expected(times),
            Work::Bands(_) => IDLE.expected(times),
            Work::Read(_) | Work::Write(_) => Ok(hash(&pattern()?)),
        }
    }
}

impl Board {
    fn name(self, verb: &str) -> String {
        let Self { rule, sides: (width, height), topology } = self;
        format!("{verb} {rule} {width}x{height} {topology}")
    }

    fn cells(self) -> u64 {
        u64::from(self.sides.0) * u64::from(self.sides.1)
    }

    fn rule(self) -> Result<Rule> {
        Ok(self.rule.parse()?)
    }

    fn soup(self) -> Result<Grid> {
        Ok(Soup { density: 0.4, seed: 1 }.grid(self.sides.0, self.sides.1)?)
    }

    /// Takes a soup forward `times` times, each time from a grid whose halo is filled.
    fn run(self, times: u64, mut advance: impl FnMut(&Grid, &mut Grid)) -> Result<String> {
        let (mut now, mut next) = (self.soup()?, self.soup()?);
        for _ in 0..times {
            now.fill_halo(self.topology);
            advance(&now, &mut next);
            swap(&mut now, &mut next);
        }
        Ok(StateHash::of(&now).to_string())
    }

    /// Takes a soup forward by a stepper.
    fn step(
        self,
        mut stepper: Box<dyn Stepper>,
        io: &Arc<dyn CellIo>,
        generations: u64,
    ) -> Result<String> {
        let (mut now, mut next, rule) = (Arc::new(self.soup()?), self.soup()?, self.rule()?);
        for generation in 1..=generations {
            let cx = Context::new(rule, generation, io.clone(), CancellationToken::new());
            let frozen = Arc::get_mut(&mut now).ok_or("the stepper keeps the grid")?;
            frozen.fill_halo(self.topology);
            stepper.step(&now, &mut next, &cx)?;
            swap(Arc::get_mut(&mut now).ok_or("the stepper keeps the grid")?, &mut next);
        }
        Ok(StateHash::of(&now).to_string())
    }

    fn expected(self, generations: u64) -> Result<String> {
        let end = oracle_after(&self.soup()?, generations, self.rule()?, self.topology);
        Ok(StateHash::of(&end).to_string())
    }
}

fn steppers() -> [(&'static str, MakeStepper); 3] {
    [
        ("sequential", || Ok(Box::new(Sequential::new()))),
        ("async_tasks", || Ok(Box::new(AsyncTasks::new()))),
        ("async_tasks, task_per_cell", || {
            let plain = lifelab_async_tasks::Options { task_per_cell: true, ..Default::default() };
            Ok(Box::new(AsyncTasks::with_options(plain)?))
        }),
    ]
}

/// The best kernel of this processor: valgrind's has no AVX-512.
pub(crate) fn best_kernel() -> Kernel {
    Kernel::all().pop().expect("the plain kernel runs everywhere")
}

/// Dense: four cells of ten alive.
fn pattern() -> Result<Pattern> {
    let grid = Soup { density: 0.4, seed: 1 }.grid(WRITTEN.0, WRITTEN.1)?;
    let mut cells = CellsBuilder::new(u64::MAX);
    for at in grid.live_cells() {
        cells.push(Run { y: at.y.into(), x: at.x.into(), length: 1 })?;
    }
    Ok(Pattern { cells: cells.finish(), ..Pattern::default() })
}

fn written(pattern: &Pattern, format: Format) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    pattern.write(format, &mut text)?;
    Ok(text)
}

fn read(text: &[u8], format: Format) -> Result<Pattern> {
    let name = PathBuf::from("pattern").with_extension(format.extensions()[0]);
    Ok(Pattern::read(text, Some(&name), &Limits::default())?.pattern)
}

fn hash(pattern: &Pattern) -> String {
    let mut hasher = DefaultHasher::new();
    for Run { y, x, length } in pattern.cells.runs() {
        (y, x, length).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_computes_what_it_should() {
        for case in Case::all().expect("the cases fit together") {
            let result = case.run(2).expect("it works");
            assert_eq!(result, case.expected(2).expect("it is known"), "{}", case.name);
        }
    }
}
