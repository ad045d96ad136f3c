//! The threads of one step: how many, how started, and what to say if the system refuses them.

#[cfg(target_os = "linux")]
use std::ffi::CString;
use std::io;
use std::num::NonZeroUsize;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use lifelab_core::{Context, Grid, Position, StepError, StepErrorKind, Unit, Units};

use crate::limits::{self, Limit, Need};
use crate::slab::{Slab, SlabThread};

/// The threads of one step: one for each unit.
#[derive(Debug)]
pub(crate) struct Threads {
    units: Units,
    stack_size: NonZeroUsize,
    /// Rows of the grid and number of the generation: what an error speaks of.
    height: u32,
    generation: u64,
    /// Where the grid's first cell lies.
    origin: Position,
    /// Where a test lets the system refuse.
    #[cfg(test)]
    refuse_at: Option<usize>,
}

impl Threads {
    /// A thread for each unit of `grid`; none is started yet.
    pub(crate) fn new(units: Units, stack_size: NonZeroUsize, grid: &Grid, cx: &Context) -> Self {
        Self {
            units,
            stack_size,
            height: grid.height(),
            generation: cx.generation,
            origin: cx.origin(),
            #[cfg(test)]
            refuse_at: None,
        }
    }

    /// How many threads there shall be.
    pub(crate) fn wanted(&self) -> usize {
        self.units.len()
    }

    /// Foresees that the system will refuse threads of the standard library, while none has been
    /// started.
    ///
    /// # Errors
    /// If a limit leaves no room for all threads.
    pub(crate) fn check(&self) -> Result<(), StepError> {
        self.check_limit(limits::tightest(Need::of_std(self.stack_size)).as_ref())
    }

    /// Starts the thread of unit `index`.
    ///
    /// # Errors
    /// If the system refuses it.
    pub(crate) fn start<'scope, T: Send + 'scope>(
        &self,
        index: usize,
        scope: &'scope Scope<'scope, '_>,
        run: impl FnOnce() -> T + Send + 'scope,
    ) -> Result<ScopedJoinHandle<'scope, T>, StepError> {
        let builder = Builder::new().name(self.name(index)).stack_size(self.stack_size.get());
        (self.may_start(index).and_then(|()| builder.spawn_scoped(scope, run)))
            .map_err(|error| self.refused_after(index, &error, Need::of_std(self.stack_size)))
    }

    /// A slab with a stack for each thread: `kept`, if it is large enough, or a new one.
    ///
    /// # Errors
    /// If a limit leaves no room for all threads, or if the system refuses the memory.
    pub(crate) fn slab(&self, kept: Option<Slab>) -> Result<Slab, StepError> {
        let needs = |slab: &Slab| slab.len() >= self.wanted();
        if let Some(slab) = kept.filter(needs) {
            self.check_limit(limits::tightest(Need::MAPPED).as_ref())?;
            return Ok(slab);
        }
        let need = Need::of_slab(self.stack_size);
        self.check_limit(limits::tightest(need).as_ref())?;
        Slab::new(self.wanted(), self.stack_size)
            .map_err(|error| self.refused_after(0, &error, need))
    }

    /// Starts the thread of unit `index` on a stack of `slab`.
    ///
    /// # Errors
    /// If the system refuses it.
    pub(crate) fn start_on<T: Send + 'static>(
        &self,
        slab: &Slab,
        index: usize,
        run: impl FnOnce() -> T + Send + 'static,
    ) -> Result<SlabThread<T>, StepError> {
        let name = self.name(index);
        let named = move || {
            call_this_thread(name);
            run()
        };
        (self.may_start(index).and_then(|()| slab.start(named)))
            .map_err(|error| self.refused_after(index, &error, Need::MAPPED))
    }

    fn name(&self, index: usize) -> String {
        match self.units.get(index) {
            Unit::Cell(at) => {
                let (x, y) = (i64::from(at.x) + self.origin.x, i64::from(at.y) + self.origin.y);
                format!("cell ({x}, {y})")
            }
            Unit::Band { first, .. } => format!("row {}", i64::from(first) + self.origin.y),
        }
    }

    /// Always, but where a test lets the system refuse.
    fn may_start(&self, _index: usize) -> io::Result<()> {
        #[cfg(test)]
        if self.refuse_at == Some(_index) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(())
    }

    fn check_limit(&self, limit: Option<&Limit>) -> Result<(), StepError> {
        match limit {
            Some(limit) if limit.room < self.wanted() => {
                let message = format!(
                    "started 0 of {} threads: {limit} leaves room for {}",
                    self.wanted(),
                    limit.room
                );
                Err(self.refused(message, limit.room))
            }
            _ => Ok(()),
        }
    }

    fn refused_after(&self, started: usize, error: &io::Error, need: Need) -> StepError {
        let wanted = self.wanted();
        // If the limits have room for the rest, it must be the stack that finds no place.
        let suspect = match limits::tightest(need) {
            Some(limit) if limit.room < wanted - started => limit.to_string(),
            _ => format!("the stack_size of {}", self.stack_size),
        };
        let suspect = format!(", probably because of {suspect}");
        let message = format!("started {started} of {wanted} threads: {error}{suspect}");
        self.refused(message, started)
    }

    /// The error; `room` is how many threads there could have been.
    fn refused(&self, message: String, room: usize) -> StepError {
        let rows = match room {
            0 => "more rows".to_owned(),
            room => format!("rows({})", (self.height as usize).div_ceil(room)),
        };
        let remedy = format!(
            "give each thread more cells (grain: {rows}), take another stepper, or raise the limit"
        );
        StepError::new(self.generation, StepErrorKind::Resources { message, remedy })
    }
}

/// Tells debuggers and `top` what this thread does. The system keeps 15 bytes.
fn call_this_thread(name: String) {
    #[cfg(target_os = "linux")]
    if let Ok(name) = CString::new(name) {
        let _ = nix::sys::prctl::set_name(&name); // A name is no reason to fail.
    }
    #[cfg(not(target_os = "linux"))]
    drop(name);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use lifelab_core::{CancellationToken, Grain, Idle, Rule};

    use super::*;
    use crate::fan_out::{fan_out, start_and_join};
    use crate::parked::ParkedThreads;

    fn threads(cells: u32) -> Threads {
        let grid = Grid::new(1, cells).unwrap();
        let cx = Context::new(Rule::LIFE, 3, Arc::new(Idle), CancellationToken::new());
        let units = Grain::Cell.divide(&grid, 1, &cx);
        Threads::new(units, NonZeroUsize::new(64 << 10).unwrap(), &grid, &cx)
    }

    fn limit(room: usize) -> Limit {
        Limit { name: "patience", value: 9, room }
    }

    #[test]
    fn room_for_all_is_enough() {
        assert_eq!(threads(5).check_limit(Some(&limit(5))), Ok(()));
        assert_eq!(threads(5).check_limit(None), Ok(()));
    }

    #[test]
    fn too_little_room_is_an_error_that_tells_the_limit_and_what_to_do() {
        assert_eq!(
            threads(5).check_limit(Some(&limit(3))).unwrap_err().to_string(),
            "generation 3: started 0 of 5 threads: patience of 9 leaves room for 3; give each \
             thread more cells (grain: rows(2)), take another stepper, or raise the limit"
        );
        let error = threads(5).check_limit(Some(&limit(0))).unwrap_err().to_string();
        assert!(error.contains("(grain: more rows)"), "{error}");
    }

    #[test]
    fn a_refusal_half_way_stops_and_joins_the_threads_that_run() {
        let threads = Threads { refuse_at: Some(3), ..threads(5) };
        let (stop, ended) = (CancellationToken::new(), AtomicUsize::new(0));
        let run = |_| {
            stop.wait();
            ended.fetch_add(1, Ordering::SeqCst);
        };
        let error = fan_out(0..5, &threads, &stop, run, |_, ()| ()).unwrap_err().to_string();
        assert_eq!(ended.load(Ordering::SeqCst), 3);
        assert!(error.starts_with("generation 3: started 3 of 5 threads: "), "{error}");
        assert!(error.contains("(grain: rows(2))"), "{error}");
    }

    #[test]
    fn a_refusal_half_way_does_so_on_a_slab_too() {
        let threads = Threads { refuse_at: Some(3), ..threads(5) };
        let slab = threads.slab(None).unwrap();
        let (stop, ended) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let start = |index, _| {
            let (stop, ended) = (stop.clone(), ended.clone());
            threads.start_on(&slab, index, move || {
                stop.wait();
                ended.fetch_add(1, Ordering::SeqCst);
            })
        };
        let error = start_and_join(0..5, &stop, start, |_, ()| ()).unwrap_err().to_string();
        assert_eq!(ended.load(Ordering::SeqCst), 3);
        assert!(error.starts_with("generation 3: started 3 of 5 threads: "), "{error}");
    }

    #[test]
    fn a_slab_is_kept_as_long_as_it_is_large_enough() {
        let kept = threads(5).slab(None).unwrap();
        assert_eq!(threads(3).slab(Some(kept)).unwrap().len(), 5);
        let kept = threads(5).slab(None).unwrap();
        assert_eq!(threads(6).slab(Some(kept)).unwrap().len(), 6);
    }

    #[test]
    fn a_crew_that_is_refused_a_member_sends_the_others_home() {
        let threads = Threads { refuse_at: Some(3), ..threads(5) };
        let cx = Context::new(Rule::LIFE, 3, Arc::new(Idle), CancellationToken::new());
        let mut parked = ParkedThreads::new(threads.slab(None).unwrap());
        let error = parked.fill(&threads, &cx).unwrap_err().to_string();
        assert!(error.starts_with("generation 3: started 3 of 5 threads: "), "{error}");
        drop(parked); // It would hang, did they not go.
    }

    #[test]
    fn a_crew_that_is_stopped_while_it_starts_can_be_filled_later() {
        let threads = threads(5);
        let cx = Context::new(Rule::LIFE, 3, Arc::new(Idle), CancellationToken::new());
        let mut parked = ParkedThreads::new(threads.slab(None).unwrap());
        let stopped = cx.child();
        stopped.stop.cancel();
        assert_eq!(parked.fill(&threads, &stopped), Ok(false));
        assert_eq!(parked.fill(&threads, &cx), Ok(true));
    }

    #[test]
    fn nothing_starts_after_a_stop() {
        let stop = CancellationToken::new();
        stop.cancel();
        let taken = |index, ()| panic!("thread {index} was started");
        fan_out(0..5, &threads(5), &stop, |_| (), taken).unwrap();
    }
}
