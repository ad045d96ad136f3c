//! `lifelab-mpi bench`: how a job scales.

use lifelab::Soup;
use lifelab_mpi::bench::{Bench, Measured, RankTimes, Scaling};
use lifelab_mpi::{Failure, Ranks, machine_processors};

use crate::args;
use crate::print;
use crate::run;

pub(crate) fn perform(args: &args::Bench, ranks: &Ranks) -> Result<(), Failure> {
    if args.generations == 0 {
        return Err(Failure::usage("-g: 0 generations take no time; give 1 at least"));
    }
    let threads = run::threads(ranks, args.job);
    let bench = Bench {
        width: args.size.width.get(),
        height: args.size.height.get(),
        soup: Soup { density: args.soup, seed: 0 },
        generations: args.generations.into(),
        halo: args.job.halo.get(),
        threads,
    };
    let here = ranks.on_this_machine() * threads;
    if ranks.is_first() && !args.json {
        head(&bench, here)?;
    }
    let mut printed = Ok(());
    let network = bench.run(ranks, &mut |measured| {
        let shown = if args.json { print::object(measured) } else { table(measured) };
        if printed.is_ok() {
            printed = shown;
        }
    })?;
    if let Some(network) = network.filter(|_| ranks.is_first() && !args.json) {
        let (latency, rate) = (network.latency * 1e6, network.bandwidth / 1e6);
        let network = format!("network       {latency:.1} us, {rate:.0} MB/s, rank 0 to the last");
        printed = printed.and(print::line(&network));
    }
    ranks.agree(printed)
}

fn head(bench: &Bench, here: u32) -> Result<(), Failure> {
    let Bench { width, height, generations, halo, threads, .. } = bench;
    print::line(&format!(
        "torus of {width} x {height}, {generations} generations, halos of {halo} rows, {threads} threads a rank"
    ))?;
    let processors = machine_processors();
    if here > processors {
        print::line(&format!(
            "{here} threads share the {processors} processors of this machine: compare processor time \
             (computing), and not cells/s"
        ))?;
    }
    print::line("us for a generation; 'model' is its time on processors of its own")?;
    print::line(
        "              rows  rank   computing    waiting  hidden     bytes    Gcell/s      model",
    )
}

/// A line for each rank, and their sum.
fn table(measured: &Measured) -> Result<(), Failure> {
    let name = if measured.scaling == Scaling::Strong { "strong" } else { "weak" };
    if measured.ranks > 1 {
        for (rank, times) in measured.by_rank.iter().enumerate() {
            let rows = " ".repeat(18);
            print::line(&format!("{rows}{rank:>6}{}", cells(times)))?;
        }
    }
    print::line(&format!(
        "{name:<6} {:>3} {:>7}   sum{}{:>11.1}{:>11.1}",
        measured.ranks,
        measured.height,
        cells(&measured.sum()),
        measured.cells_per_second() / 1e9,
        measured.predicted_seconds * 1e6,
    ))
}

fn cells(times: &RankTimes) -> String {
    let RankTimes { computing, waiting, bytes, hidden } = times;
    let (computing, waiting, hidden) = (computing * 1e6, waiting * 1e6, hidden * 100.0);
    format!("{computing:>12.1}{waiting:>11.1}{hidden:>7.0}%{bytes:>10.0}")
}
