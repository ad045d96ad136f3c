//! The course of a run, new or resumed: from where it stands to its end.
//!
//! The simulation runs, watched; then what it came to is told and written, whether it came to its
//! end or not.

use std::io::{self, Write};

use lifelab::{Count, CycleFinder, Growth, Scenario, Simulation};

use crate::failure::Failure;
use crate::interrupt;
use crate::json;
use crate::report;
use crate::run::args::{PrintArgs, ProgressKind, SaveArgs};
use crate::run::checkpoint_writer::CheckpointWriter;
use crate::run::destination::Destination;
use crate::run::drawing;
use crate::run::edge;
use crate::run::film::Camera;
use crate::run::outcome::Outcome;
use crate::run::progress::Progress;
use crate::run::statistics::RunStatistics;
use crate::run::trace::Trace;
use crate::run::watch::Watch;
use crate::scenario_file;

/// A run on its way.
pub(crate) struct Driver {
    pub(crate) simulation: Simulation,
    /// How it started, how it computes, and how many generations it takes from its start.
    pub(crate) scenario: Scenario,
    /// The generation with which it started.
    pub(crate) start: Count,
    /// The states before, that of now included, if the run ends when one comes back.
    pub(crate) finder: Option<CycleFinder>,
    /// What it grows by for ever, if that was looked for and found.
    pub(crate) growth: Option<Growth>,
    /// Where it leaves checkpoints.
    pub(crate) writer: Option<CheckpointWriter>,
    pub(crate) statistics: RunStatistics,
}

impl Driver {
    /// Runs to the end, and tells what came of it.
    pub(crate) fn carry_out(
        mut self,
        print: &PrintArgs,
        save: &SaveArgs,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        // Now, not when all is computed.
        let scenario_file = save.save_scenario.as_deref();
        let scenario_file = scenario_file.map(|path| scenario_file::create(path, &self.scenario));
        let scenario_file = scenario_file.transpose()?;
        let output = save.output.as_deref();
        let output =
            output.map(|path| Destination::new(path, &self.simulation, print, &save.picture));
        let output = output.transpose()?;
        let (path, sample) = (save.trace.as_deref(), save.trace_sample);
        let ahead = self.ahead();
        let has_end = self.finder.is_none();
        let is_pictured = output.as_ref().is_some_and(Destination::is_picture);
        let goal = has_end.then_some(ahead);
        let is_all =
            output.is_none() && path.is_none() && scenario_file.is_none() && self.writer.is_none();
        let (film, picture) = (&save.film, &save.picture);
        let mut film = film.start(&mut self.simulation, goal, picture, is_pictured, is_all)?;
        let trace = path.map(|path| Trace::start(path, sample, ahead, &mut self.simulation));
        let trace = trace.transpose()?;
        interrupt::stop_on_signal(self.simulation.stop())?;

        if let Some(writer) = &mut self.writer {
            writer.warns_at_once = !print.quiet && !print.json;
        }
        self.leave_checkpoint()?;
        let ended = self.drive(print.progress(), film.as_mut());

        // Whatever ended it, the simulation stands at its last complete generation.
        let left = self.leave_checkpoint();
        if let Some(writer) = &self.writer {
            writer.conclude(&mut self.statistics);
        }
        let is_printed = matches!(output, Some(Destination::Stdout)) || save.film.is_printed();
        let written = output.map_or(Ok(()), |output| {
            output.write(&self.simulation, film.as_ref(), &mut self.statistics, out)
        });
        let scenario = self.as_run();
        let traced = trace
            .map_or(Ok(()), |trace| trace.write(&self.simulation, &scenario, &mut self.statistics));
        let saved = scenario_file.map_or(Ok(()), |file| scenario_file::write(file, &scenario));
        let filmed = film.map_or(Ok(()), Camera::finish);
        if let Some(warning) = edge::warning(&self.simulation, &self.scenario, has_end) {
            self.statistics.warn(warning);
        }
        let cycle = self.finder.as_ref().map(CycleFinder::cycle);
        let outcome = Outcome::of(&self.simulation, &self.statistics, cycle, self.growth);
        let printed = match is_printed {
            true => show(&outcome, &self.simulation, print, &mut io::stderr()),
            false => show(&outcome, &self.simulation, print, out),
        };
        // Whoever ends the program while cells are hashed gets the rest of the result, and is told.
        let hashed = match print.json && outcome.is_long_to_hash() {
            true => self.simulation.check_stop().map_err(Failure::from),
            false => Ok(()),
        };
        ended.and(left).and(written).and(filmed).and(traced).and(saved).and(printed).and(hashed)
    }

    /// Computes generations until the end, or until all is known that is to come, if that is looked for.
    fn drive(&mut self, kind: ProgressKind, film: Option<&mut Camera>) -> Result<(), Failure> {
        // A run that was resumed where it had ended ends there again.
        if self.finder.is_some() && Growth::is_due(self.simulation.generation()) {
            self.growth = Growth::find(&self.simulation);
        }
        if self.has_settled() {
            return Ok(());
        }
        let ahead = self.ahead();
        let goal = (self.scenario.generations != Scenario::WITHOUT_END).then_some(ahead);
        let progress = Progress::start(&self.simulation, goal, kind);
        let Self { simulation, scenario, start, finder, growth, writer, statistics } = self;
        let run = (&*scenario, *start);
        let mut watch =
            Watch { run, finder, growth, writer, statistics, progress: &progress, failure: None };
        let ended = match film {
            Some(film) => simulation.drive(ahead, &mut [&mut watch, film]),
            None => simulation.drive(ahead, &mut [&mut watch]),
        };
        watch.failure.map_or(ended.map_err(Failure::from), Err)
    }

    /// How many generations are still to be computed at most. A run that has no end is ended by the
    /// engine, which refuses to count any farther.
    fn ahead(&self) -> Count {
        match self.start.checked_add(self.scenario.generations) {
            Some(end) => end.saturating_sub(self.simulation.generation()),
            None => Count::MAX,
        }
    }

    /// Whether all that is to come is known, if that was looked for.
    fn has_settled(&self) -> bool {
        let cycle = self.finder.as_ref().and_then(CycleFinder::cycle);
        cycle.is_some() || self.growth.is_some()
    }

    /// Leaves a checkpoint of the last complete generation, if there is none of it.
    fn leave_checkpoint(&mut self) -> Result<(), Failure> {
        let Self { simulation, scenario, start, finder, writer, statistics, .. } = self;
        let Some(writer) = writer else { return Ok(()) };
        writer.leave(simulation, (scenario, *start), finder.as_ref(), statistics)
    }

    /// The scenario that repeats the run; if its end was found, with that end.
    fn as_run(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        if self.has_settled() {
            scenario.generations = self.simulation.generation().saturating_sub(self.start);
        }
        scenario
    }
}

fn show(
    outcome: &Outcome<'_>,
    simulation: &Simulation,
    args: &PrintArgs,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    if args.json {
        return Ok(json::print(outcome, out)?);
    }
    if args.show {
        drawing::draw(simulation.universe(), drawing::columns(), out)?;
    }
    if !args.quiet {
        outcome.write(out)?;
        out.flush()?; // Results first, then what is odd about them.
        outcome.warnings().for_each(report::warning);
    }
    Ok(())
}
