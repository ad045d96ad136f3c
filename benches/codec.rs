//! How fast is each pattern format read and written, dense and sparse?

use std::path::PathBuf;

use criterion::{BenchmarkId, Criterion, Throughput};

use lifelab::patterns::{Format, Limits, Pattern};
use lifelab::{Simulation, Topology, cells_sha256};

fn main() {
    lifelab_benches::run(|criterion| {
        let patterns = [("soup", soup()), ("gun", gun())];
        let cases = patterns.iter().flat_map(|(name, pattern)| {
            let written = Format::ALL.into_iter().filter(|format| format.is_written());
            written.map(move |format| Case::new(name, pattern, format))
        });
        let cases: Vec<_> = cases.collect();
        write(criterion, &cases);
        read(criterion, &cases);
    });
}

/// A pattern, and the text that it is in a format.
struct Case<'a> {
    id: BenchmarkId,
    pattern: &'a Pattern,
    format: Format,
    text: Vec<u8>,
}

impl<'a> Case<'a> {
    /// Writes the text, and makes sure that it gives the same cells when it is read.
    fn new(name: &str, pattern: &'a Pattern, format: Format) -> Self {
        let mut text = Vec::new();
        pattern.write(format, &mut text).expect("it fits");
        assert_eq!(hash(&parse(&text, format)), hash(pattern), "{} lost cells", format.name());
        Self { id: BenchmarkId::new(format.name(), name), pattern, format, text }
    }

    fn throughput(&self) -> Throughput {
        Throughput::Bytes(self.text.len() as u64)
    }
}

fn write(criterion: &mut Criterion, cases: &[Case<'_>]) {
    let mut group = criterion.benchmark_group("write");
    for case in cases {
        group.throughput(case.throughput()).bench_function(case.id.clone(), |bencher| {
            let mut out = Vec::with_capacity(case.text.len());
            bencher.iter(|| {
                out.clear();
                case.pattern.write(case.format, &mut out).expect("it fits")
            });
        });
    }
}

fn read(criterion: &mut Criterion, cases: &[Case<'_>]) {
    let mut group = criterion.benchmark_group("read");
    for case in cases {
        group.throughput(case.throughput()).bench_function(case.id.clone(), |bencher| {
            bencher.iter(|| parse(&case.text, case.format));
        });
    }
}

/// Dense: 512 x 512 cells, four of ten alive.
fn soup() -> Pattern {
    cells_of(&lifelab_benches::soup(512, 512).build().expect("valid parts"))
}

/// Sparse: a gun after 33 periods of 30 generations, each of which has sent a glider of 5 cells.
fn gun() -> Pattern {
    let builder = Simulation::builder().named("gosper-glider-gun").size(640, 640);
    let mut gun = builder.topology(Topology::Plane).build().expect("a pattern of the library");
    gun.run(33 * 30).expect("no I/O");
    assert_eq!(gun.population(), 36 + 33 * 5);
    cells_of(&gun)
}

fn cells_of(simulation: &Simulation) -> Pattern {
    Pattern { cells: simulation.pattern().expect("it is a grid").cells, ..Pattern::default() }
}

fn parse(text: &[u8], format: Format) -> Pattern {
    let name = PathBuf::from("pattern").with_extension(format.extensions()[0]);
    let loaded = Pattern::read(text, Some(&name), &Limits::default()).expect("we wrote it");
    assert_eq!(loaded.format, format);
    loaded.pattern
}

fn hash(pattern: &Pattern) -> String {
    cells_sha256(pattern.cells.iter().map(|at| (at.x, at.y)))
}
