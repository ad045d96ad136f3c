//! A race: all cases of a suite, measured in turns.
//!
//! In each round every case has one turn, in an order of the round's own. A machine that grows slow
//! in the middle does so to all of them.

mod outside;

use std::io;
use std::time::{Duration, Instant, SystemTime};

use lifelab::CancellationToken;
use lifelab::core::number::counted;
use lifelab::core::seeded;

use crate::child::NOTHING;
use crate::error::SuiteError;
use crate::floor;
use crate::harness::Harness;
use crate::oracle::Oracle;
use crate::plan::{Plan, Planned};
use crate::process::{self, Ending};
use crate::results::{
    Case, CaseResult, Estimate, Machine, Measured, Outcome, Results, Round, Usage,
};
use crate::speed::Speed;
use crate::statistics::Summary;
use crate::suite::Suite;
use crate::task::{Reply, Task};
use crate::tracks::Tracks;
use crate::universe::Universe;
use crate::verification::{self, Claim, Verdict};

/// How a race goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The suite makes sense; nothing has been measured yet.
    Planned {
        /// The turns to come, all cases of all rounds.
        turns: usize,
    },
    /// A contender from outside is built, if it has to be, before anything is measured.
    Building {
        /// The case.
        case: &'a Case,
    },
    /// A case has its turn.
    Turn {
        /// Its number among all turns, from 0.
        number: usize,
        /// The round, from 0.
        round: u32,
        /// The case.
        case: &'a Case,
    },
    /// A turn is over, and the results have grown. This is the moment to save them.
    Grown {
        /// What is known so far.
        results: &'a Results,
    },
}

impl Harness {
    /// Runs a suite to its end, or until the stop fires. `watch` is told how it goes on, between
    /// cases, on the calling thread.
    ///
    /// # Errors
    /// If the suite makes no sense, which is found before anything is measured; if the system starts
    /// no processes, or the timeline cannot be written. What goes wrong with a case is part of the
    /// results.
    pub fn race(
        &self,
        suite: &Suite,
        stop: &CancellationToken,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> Result<Results, SuiteError> {
        let speed = Speed::measure();
        let plan = Plan::of(suite, self, &speed, stop)?;
        let mut race = Race::new(suite, plan, speed);
        let mut tracks = self.traced().map(Tracks::new).transpose()?;
        let ended = race.all_turns(suite, stop, &mut tracks, watch);
        let drawn = tracks.map_or(Ok(()), Tracks::write);
        ended.and(drawn)?;
        Ok(race.results)
    }
}

struct Race {
    began: Instant,
    speed: Speed,
    results: Results,
    /// What stands behind each case of the results, in their order.
    planned: Vec<Planned>,
    universes: Vec<Known>,
}

/// A universe, and its oracle once that is asked.
struct Known {
    universe: Universe,
    oracle: Option<Oracle>,
}

impl Race {
    fn new(suite: &Suite, plan: Plan, speed: Speed) -> Self {
        let Plan { cases, planned, universes } = plan;
        let results = Results {
            schema: Results::SCHEMA,
            name: suite.name.clone(),
            about: suite.about.clone(),
            suite: suite.to_ron().unwrap_or_default(),
            seed: suite.seed,
            began: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            took: Default::default(),
            interrupted: false,
            machine: Machine::here(),
            own_cost: Default::default(),
            axes: suite.sweep.axes(),
            cases,
        };
        let known = |universe| Known { universe, oracle: None };
        let universes = universes.into_iter().map(known).collect();
        Self { began: Instant::now(), speed, results, planned, universes }
    }

    /// Gives every case its turn in every round, or until the stop fires.
    fn all_turns(
        &mut self,
        suite: &Suite,
        stop: &CancellationToken,
        tracks: &mut Option<Tracks>,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), SuiteError> {
        let rounds = suite.rounds.get();
        watch(Event::Planned { turns: self.results.cases.len() * rounds as usize });
        self.results.own_cost = self.own_cost(suite, stop).map_err(SuiteError::Process)?;
        self.results.interrupted = stop.reason().is_some();
        if !self.build(stop, watch) {
            return Ok(());
        }
        let mut number = 0;
        for round in 0..rounds {
            for index in self.order(suite.seed, round) {
                if stop.reason().is_some() {
                    self.results.interrupted = true;
                    return Ok(());
                }
                let case = &self.results.cases[index].case;
                watch(Event::Turn { number, round, case });
                number += 1;
                if self.is_over(index) {
                    continue;
                }
                let mut task = task(case.clone(), suite);
                if self.planned[index].contender.is_some() {
                    self.turn_outside(index, &task, stop);
                } else {
                    if let Some(tracks) = tracks.as_mut().filter(|_| round == 0) {
                        task.trace = Some(tracks.add(case, self.results.cases.len()));
                    }
                    self.turn(index, &task, stop).map_err(SuiteError::Process)?;
                }
                self.results.took = self.began.elapsed();
                self.results.interrupted = stop.reason().is_some();
                watch(Event::Grown { results: &self.results });
            }
        }
        Ok(())
    }

    /// The order of cases in a round.
    fn order(&self, seed: u64, round: u32) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.results.cases.len()).collect();
        order.sort_by_key(|&index| seeded::hash(&[seed, round.into(), index as u64]));
        order
    }

    /// Whether another turn of a case would tell nothing new.
    fn is_over(&self, index: usize) -> bool {
        matches!(self.results.cases[index].outcome, Outcome::CutOff { .. } | Outcome::Failed { .. })
    }

    /// What the harness itself takes for a generation: of the smallest grid, on which it shows most.
    fn own_cost(&self, suite: &Suite, stop: &CancellationToken) -> io::Result<Duration> {
        let smallest = self.results.cases.iter().min_by_key(|result| result.case.point.cells);
        let Some(smallest) = smallest else { return Ok(Default::default()) };
        let case = Case { stepper: NOTHING.to_owned(), ..smallest.case.clone() };
        match process::run(&task(case, suite), stop)? {
            Ending::Replied(Reply::Measured { round, .. }) => {
                Ok(Summary::of(&[&round.samples]).map(|summary| summary.median).unwrap_or_default())
            }
            _ => Ok(Default::default()),
        }
    }

    fn turn(&mut self, index: usize, task: &Task, stop: &CancellationToken) -> io::Result<()> {
        let ending = process::run(task, stop)?;
        let outcome = match ending {
            Ending::Stopped => return Ok(()),
            Ending::Replied(Reply::Measured { round, generation, kept, warnings }) => {
                self.verified(index, *round, generation, kept, warnings)
            }
            Ending::Replied(Reply::CutOff { generations, cells, running }) => {
                let limit = task.limit;
                let estimate = self.estimate(index, cells, running);
                Outcome::CutOff { limit, generations, cells, estimate }
            }
            Ending::Replied(Reply::Failed { kind, error }) => Outcome::Failed { kind, error },
            Ending::Crashed { status, last_words } => Outcome::Failed {
                kind: "crashed".to_owned(),
                error: format!("its process ended ({status}); its last words: {last_words:?}"),
            },
            Ending::Stuck => Outcome::Failed {
                kind: "stuck".to_owned(),
                error: "its process did not end at the time limit, and was killed".to_owned(),
            },
        };
        self.results.cases[index].outcome = self.kept(index, outcome);
        self.lower(index);
        self.refuse_below_the_floor(index);
        Ok(())
    }

    /// The case with another round, if that has come to the right state.
    fn verified(
        &mut self,
        index: usize,
        round: Round,
        generation: u64,
        kept: u64,
        warnings: Vec<String>,
    ) -> Outcome {
        let Planned { universe, io, .. } = &self.planned[index];
        let Known { universe, oracle } = &mut self.universes[*universe];
        let oracle = oracle.get_or_insert_with(|| Oracle::new(universe));
        let is_own = self.results.cases[index].case.own_io.is_some();
        let claim = Claim { generation, state_hash: &round.state_hash, kept };
        match verification::judge(&claim, oracle, io, is_own) {
            Verdict::Right => self.with(index, round, warnings, None),
            Verdict::Unknown(why) => self.with(index, round, warnings, Some(why)),
            Verdict::Wrong { expected } => wrong(generation, &round.state_hash, &expected),
        }
    }

    /// Takes the floor of a case from the generations that were measured, if it depends on them.
    fn lower(&mut self, index: usize) {
        let result = &mut self.results.cases[index];
        let Planned { universe, drawn, .. } = &mut self.planned[index];
        let universe = &self.universes[*universe].universe;
        if let (Some(drawn), Some(measured)) = (drawn, result.outcome.measured()) {
            let generations = measured.rounds.iter().flat_map(|round| {
                let first = universe.generation + round.warm_up + 1;
                (first..).take(round.samples.len())
            });
            result.floor = drawn.over(universe, generations);
        }
    }

    /// Makes an error of a case that took less time than is possible. Its cells did not all wait, or
    /// more of them at once than its stepper says; as it stands it would win.
    fn refuse_below_the_floor(&mut self, index: usize) {
        if self.is_below_the_floor(index) && self.results.cases[index].floor.cores.is_some() {
            self.measure_the_floor_again(index);
        }
        if !self.is_below_the_floor(index) {
            return;
        }
        let Some(least) = self.least(index) else { return };
        let result = &mut self.results.cases[index];
        let error = format!(
            "a generation took {:.1?}, and {:.1?} is the least that is possible ({}): \
             not all of its cells waited or worked, or more at once than the stepper's capabilities \
             tell",
            least, result.floor.time, result.floor.formula
        );
        result.outcome = Outcome::Failed { kind: "floor".to_owned(), error };
    }

    /// Whether a case took less time than its floor. That of the caller's own I/O is not known.
    fn is_below_the_floor(&self, index: usize) -> bool {
        let result = &self.results.cases[index];
        let (None, Some(least)) = (&result.case.own_io, self.least(index)) else {
            return false;
        };
        least < result.floor.time.mul_f64(floor::tolerance(&result.floor))
    }

    /// The time of a generation that is to be compared with the floor: the median. Where the floor is
    /// the same in all generations, the mean cannot lie below it either, so it helps nobody to leave
    /// out the waits of every other one.
    fn least(&self, index: usize) -> Option<Duration> {
        let time = &self.results.cases[index].outcome.measured()?.time;
        let is_drawn = self.planned[index].drawn.is_some();
        Some(if is_drawn { time.median } else { time.median.min(time.mean) })
    }

    /// A machine that was busy when its speed was measured has made the floor too high.
    fn measure_the_floor_again(&mut self, index: usize) {
        let Planned { universe, io, capabilities, .. } = &self.planned[index];
        let universe = &self.universes[*universe].universe;
        self.speed = self.speed.or(Speed::measure());
        let again = floor::of(universe, io, *capabilities, &self.speed);
        let floor = &mut self.results.cases[index].floor;
        if again.time < floor.time {
            *floor = again;
        }
    }

    /// The case with another round.
    fn with(
        &self,
        index: usize,
        round: Round,
        warnings: Vec<String>,
        unverified: Option<String>,
    ) -> Outcome {
        let mut measured = match &self.results.cases[index].outcome {
            Outcome::Measured(measured) => (**measured).clone(),
            _ => {
                let time = Summary::of(&[&round.samples]).expect("there is a sample at least");
                let (usage, rounds) = (Usage::default(), Vec::new());
                Measured { time, usage, rounds, warnings, unverified: None }
            }
        };
        measured.unverified = measured.unverified.or(unverified);
        measured.rounds.push(round);
        measured.time = Summary::of(&measured.samples()).expect("there is a sample at least");
        measured.usage = Usage::over(&measured.rounds);
        Outcome::Measured(Box::new(measured))
    }

    /// A case that was measured in other rounds stays so if this one was cut off, with a word about
    /// it.
    fn kept(&self, index: usize, outcome: Outcome) -> Outcome {
        match (&self.results.cases[index].outcome, outcome) {
            (Outcome::Measured(measured), Outcome::CutOff { limit, .. }) => {
                let mut measured = measured.clone();
                measured.warnings.push(format!("a round was cut off after {limit:?}"));
                Outcome::Measured(measured)
            }
            (_, outcome) => outcome,
        }
    }

    /// What a generation would take, from what was done of it, or else by arithmetic.
    fn estimate(&self, index: usize, done: u64, running: Duration) -> Estimate {
        let CaseResult { case, floor, .. } = &self.results.cases[index];
        let cells = case.point.cells;
        let extrapolated = running.mul_f64(cells as f64 / done.max(1) as f64);
        if done > 0 && extrapolated > floor.time {
            let basis = format!("{done} of {} in {running:.1?}", counted(cells, "cell"));
            Estimate { time: extrapolated, basis }
        } else {
            Estimate { time: floor.time.max(running), basis: floor.formula.clone() }
        }
    }
}

fn task(case: Case, suite: &Suite) -> Task {
    Task {
        case,
        generations: suite.generations.get(),
        budget: suite.budget,
        limit: suite.limit,
        trace: None,
    }
}

fn wrong(generation: u64, found: &str, expected: &str) -> Outcome {
    let error = format!(
        "generation {generation} is wrong: its state has the hash {found}, the oracle's {expected}"
    );
    Outcome::Failed { kind: "wrong".to_owned(), error }
}
