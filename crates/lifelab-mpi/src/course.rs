//! A run from where it stands to its end.

use std::time::{Duration, Instant};

use lifelab::CancellationToken;

use crate::checkpoints::{About, Saves};
use crate::failure::Failure;
use crate::ranks::Ranks;
use crate::rows::{Rows, Wish, Wishes};
use crate::summary::Summary;

/// A run on its way: all ranks take it together.
pub struct Course<'a> {
    /// The ranks.
    pub ranks: &'a Ranks,
    /// The rows of this one.
    pub rows: Box<dyn Rows + 'a>,
    /// What run it is.
    pub about: About,
    /// Where it leaves checkpoints, if it does.
    pub saves: Option<Saves>,
    /// Cells that had kept their states when it was resumed.
    pub kept_before: u64,
    /// What makes it end.
    pub stop: CancellationToken,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ended {
    /// Its last complete generation.
    pub summary: Summary,
    /// How many generations it has computed.
    pub steps: u64,
    /// How long it took for them.
    pub took: Duration,
    /// The shortest and the longest time for a generation.
    pub fastest: Duration,
    /// The longest time for a generation.
    pub slowest: Duration,
    /// What is odd about it.
    pub warnings: Vec<String>,
    /// Why it ended early.
    pub failure: Option<Failure>,
}

impl Course<'_> {
    /// Takes the run to its last generation, or as far as it goes, and leaves a checkpoint of that.
    /// Collective; all ranks come to the same.
    pub fn take(mut self, end: u64) -> Ended {
        let mut pace = Pace::default();
        let ended = self.save().and_then(|()| self.drive(end, &mut pace));
        let saved = self.save();
        let mut summary = Summary::of(self.ranks, &*self.rows);
        summary.kept_cells += self.kept_before;
        Ended {
            summary,
            steps: pace.steps,
            took: pace.total,
            fastest: pace.fastest.unwrap_or_default(),
            slowest: pace.slowest,
            warnings: self.saves.as_ref().and_then(Saves::warning).into_iter().collect(),
            failure: ended.and(saved).err(),
        }
    }

    fn drive(&mut self, end: u64, pace: &mut Pace) -> Result<(), Failure> {
        loop {
            let generation = self.rows.generation();
            let ahead = self.saves.as_ref().map_or(u64::MAX, |saves| saves.ahead(generation));
            if ahead == 0 {
                self.save()?;
                continue;
            }
            let left = end.saturating_sub(generation);
            if left == 0 {
                return Ok(());
            }
            let save = self.saves.as_ref().is_some_and(|saves| saves.is_due(generation));
            let start = Instant::now();
            let progress =
                self.rows.advance(left.min(ahead), &Wishes { save, stop: &self.stop })?;
            pace.note(progress.generations, start.elapsed());
            if progress.wish == Wish::Save {
                self.save()?;
            }
            if let Some(reason) = progress.wish.end() {
                let is_over = self.rows.generation() == end;
                let stopped = || Failure::stopped(reason, self.rows.generation());
                return if is_over { Ok(()) } else { Err(stopped()) };
            }
        }
    }

    /// Leaves a checkpoint of the last complete generation, if there is none of it.
    fn save(&mut self) -> Result<(), Failure> {
        let Some(saves) = &mut self.saves else { return Ok(()) };
        let [kept] = self.ranks.sum([self.rows.kept_cells()]);
        saves.save(self.ranks, &*self.rows, &self.about, self.kept_before + kept)
    }
}

/// How fast a run goes.
#[derive(Default)]
struct Pace {
    steps: u64,
    total: Duration,
    fastest: Option<Duration>,
    slowest: Duration,
}

impl Pace {
    fn note(&mut self, generations: u64, took: Duration) {
        if generations == 0 {
            return;
        }
        let each = took.div_f64(generations as f64);
        self.steps += generations;
        self.total += took;
        self.fastest = Some(self.fastest.map_or(each, |fastest| fastest.min(each)));
        self.slowest = self.slowest.max(each);
    }
}
