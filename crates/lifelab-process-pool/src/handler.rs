//! One unit's work in a worker process.

use std::ops::Range;

use lifelab_core::{Band, BandRef, Cell, CellFailure, CellState, Context, Fault, Grid, Phase};

use crate::role::Role;
use crate::watching;
use crate::wire::{self, Message, Shape, WireError};

/// Cells per word.
const WORD: u32 = u64::BITS;

/// Where units are worked on, one after another.
#[derive(Debug)]
pub(crate) struct RequestHandler {
    role: Role,
    /// The context of the step in progress; `None` before the first.
    cx: Option<Context>,
    /// The rows of the unit in work; kept for its memory.
    words: Vec<u64>,
    /// The surroundings of the unit in work, if it is a hop; kept for their memory.
    grid: Option<Grid>,
}

impl RequestHandler {
    pub(crate) fn new(role: Role) -> Self {
        Self { role, cx: None, words: Vec::new(), grid: None }
    }

    /// Whether a process of this role works on such messages, or at least passes them on.
    pub(crate) fn does(role: Role, message: &Message) -> bool {
        match message {
            Message::Cell { .. } => role != Role::Rule,
            Message::Band { .. } | Message::TimeBlocked { .. } => true,
            Message::Observed { .. }
            | Message::Failed { .. }
            | Message::Seen { .. }
            | Message::Refused(_) => role == Role::Rule,
            _ => false,
        }
    }

    /// Begins a step.
    pub(crate) fn open(&mut self, cx: Context) {
        self.cx = Some(cx);
    }

    /// Appends what has been seen of the units' cells, if they are watched.
    pub(crate) fn put_seen(&self, out: &mut Vec<u8>) {
        if let Some(probe) = self.cx.as_ref().and_then(|cx| cx.probe.as_ref()) {
            watching::put_seen(probe, self.role, out);
        }
    }

    /// Works on a unit, and appends the answer to `out`.
    ///
    /// # Errors
    /// If the unit makes no sense. The failure of a cell is an answer.
    pub(crate) fn work(
        &mut self,
        message: Message,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), WireError> {
        let Some(cx) = &self.cx else { return pass_on(&message, out) };
        cx.progress.reset(); // What is counted is this unit's.
        match message {
            Message::Cell { unit, job } => {
                sense(has_state(cx, job.state()), "a state that the rule does not have")?;
                let answer = match self.role {
                    Role::Both => job.run(cx).map(|state| stepped(unit, state, cx)),
                    _ => job.observe(cx).map(|cell| Message::Observed { unit, cell }),
                };
                put(out, unit, answer);
            }
            Message::Observed { unit, cell } => {
                sense(cx.rule.can_observe(cell.seen), "a neighborhood that does not exist")?;
                sense(has_state(cx, cell.state), "a state that the rule does not have")?;
                put(out, unit, cell.apply_rule(cx).map(|state| stepped(unit, state, cx)));
            }
            Message::Band { unit, shape } => {
                // In a connection of two a band goes on as a whole: a cell that waited in it would
                // hold up those before it.
                let at_once = self.role == Role::Both || cx.is_idle();
                sense(at_once, "a band of cells that wait")?;
                if self.role == Role::Neighbors {
                    // The kernel does both phases in one pass, which is the next process's.
                    wire::put(out, &message, |out| out.extend(payload));
                    return Ok(());
                }
                self.words.clear();
                self.words.extend(wire::words(payload));
                let (rows, planes) = (rows(shape)?, cx.rule.planes());
                let band = BandRef::from_framed_planes(rows, shape.width, planes, &self.words);
                let band = band.ok_or_else(|| nonsense("rows of another length"))?;
                put_band(out, unit, band.step(cx), cx);
            }
            Message::TimeBlocked { unit, shape, above, below, beside } => {
                sense(cx.hop_topology().is_some(), "rows for a hop that is none")?;
                if self.role == Role::Neighbors {
                    wire::put(out, &message, |out| out.extend(payload));
                    return Ok(());
                }
                let rows = rows(shape)?.len() as u32;
                let surroundings = surroundings(shape, [above, below], beside, payload)?;
                let grid = grid(&mut self.grid, &surroundings)?;
                let site = cx.site(Cell::new(0, shape.first), Phase::Neighbors);
                let stopped = |reason| CellFailure { site, fault: Fault::stopped(reason) };
                let band = grid.advance(above..above + rows, cx).map_err(stopped);
                let band = band.map(|band| inner(shape, beside, band));
                put_band(out, unit, band, cx);
            }
            other => pass_on(&other, out)?,
        }
        Ok(())
    }
}

/// Whether a cell can be in a state, which came from elsewhere.
fn has_state(cx: &Context, state: CellState) -> bool {
    u16::from(state.number()) < cx.rule.states()
}

/// The rows of a band with all that it depends on, from the first of them on.
fn surroundings(
    shape: Shape,
    [above, below]: [u32; 2],
    beside: u32,
    payload: &[u8],
) -> Result<Band, WireError> {
    let rows = shape.rows.checked_add(above).and_then(|rows| rows.checked_add(below));
    let width = match beside {
        0 => Some(shape.width),
        _ => (beside.checked_mul(2))
            .and_then(|words| words.checked_add(shape.width.div_ceil(WORD)))
            .and_then(|words| words.checked_mul(WORD)),
    };
    let (rows, width) = rows.zip(width).ok_or_else(|| nonsense("more cells than a grid has"))?;
    let words = wire::words(payload).collect();
    Band::from_words(0..rows, width, words).ok_or_else(|| nonsense("rows of another length"))
}

/// The band without the words on either side.
fn inner(shape: Shape, beside: u32, band: Band) -> Band {
    if beside == 0 {
        return band;
    }
    let (beside, words) = (beside as usize, shape.width.div_ceil(WORD) as usize);
    let rows = band.words().chunks(words + 2 * beside).map(|row| &row[beside..beside + words]);
    let words = rows.flatten().copied().collect();
    Band::from_words(band.rows(), shape.width, words).expect("as many words as it has")
}

/// The surroundings of a band as a grid, in the memory of the one before if that has the same
/// sides.
fn grid<'a>(place: &'a mut Option<Grid>, surroundings: &Band) -> Result<&'a Grid, WireError> {
    let (width, height) = (surroundings.width(), surroundings.rows().len() as u32);
    let same = |grid: &Grid| grid.width() == width && grid.height() == height;
    let grid = match place.take().filter(same) {
        Some(grid) => grid,
        None => Grid::new(width, height).map_err(|error| nonsense(&error.to_string()))?,
    };
    let grid = place.insert(grid);
    grid.write_band(surroundings);
    Ok(grid)
}

/// Passes on what the process before us has to say to the parent.
fn pass_on(message: &Message, out: &mut Vec<u8>) -> Result<(), WireError> {
    match message {
        Message::Failed { .. } | Message::Seen { .. } | Message::Refused(_) => {
            wire::put(out, message, |_| {});
        }
        _ => return Err(WireError::unexpected(message)),
    }
    Ok(())
}

fn put(out: &mut Vec<u8>, unit: u64, answer: Result<Message, CellFailure>) {
    let failed = |failure: CellFailure| Message::Failed { unit, failure: failure.into() };
    wire::put(out, &answer.unwrap_or_else(failed), |_| {});
}

fn stepped(unit: u64, state: CellState, cx: &Context) -> Message {
    Message::CellStepped { unit, state, kept: cx.progress.kept() > 0 }
}

fn put_band(out: &mut Vec<u8>, unit: u64, band: Result<Band, CellFailure>, cx: &Context) {
    match band {
        Ok(band) => {
            let stepped = Message::Stepped { unit, kept: cx.progress.kept() };
            wire::put(out, &stepped, |out| wire::put_words(out, band.words()));
        }
        Err(failure) => put(out, unit, Err(failure)),
    }
}

fn rows(shape: Shape) -> Result<Range<u32>, WireError> {
    shape.range().ok_or_else(|| nonsense("a band without cells"))
}

fn sense(sensible: bool, otherwise: &str) -> Result<(), WireError> {
    if sensible { Ok(()) } else { Err(nonsense(otherwise)) }
}

fn nonsense(what: &str) -> WireError {
    WireError::Unexpected(what.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lifelab_core::testing::{GENERATION, context, script};
    use lifelab_core::{CellIo, CellJob, Idle, Neighborhood, Observed, Rule, Site, Topology};

    use super::*;

    /// Fails in the given phases at the given cells.
    fn fails(sites: &[(Cell, Phase)]) -> Arc<dyn CellIo> {
        let sites = sites.to_vec();
        script(move |site, _| {
            let fails = sites.iter().any(|&(at, phase)| site.at == at && site.phase == phase);
            if fails { Err(Fault::failed("as told")) } else { Ok(()) }
        })
    }

    fn idle() -> Arc<dyn CellIo> {
        Arc::new(Idle)
    }

    fn handler(role: Role, io: Arc<dyn CellIo>) -> RequestHandler {
        let mut handler = RequestHandler::new(role);
        handler.open(context(io));
        handler
    }

    fn work(handler: &mut RequestHandler, frame: &[u8]) -> Result<Vec<u8>, WireError> {
        let (message, payload) = wire::parse(frame)?;
        let mut out = Vec::new();
        handler.work(message, payload, &mut out)?;
        Ok(out.split_off(4))
    }

    /// A band of three rows of five cells, all alive, as a unit.
    fn band() -> Vec<u8> {
        let shape = Shape { first: 0, rows: 3, width: 5 };
        let mut frame = Vec::new();
        wire::put(&mut frame, &Message::Band { unit: 6, shape }, |out| {
            wire::put_words(out, &[0, 0, 0, 0, 31, 0, 0, 31, 0, 0, 31, 0, 0, 0, 0]);
        });
        frame.split_off(4)
    }

    fn failing(sites: &[(Cell, Phase)]) -> Site {
        let answer = work(&mut handler(Role::Both, fails(sites)), &band()).unwrap();
        match wire::parse(&answer).unwrap().0 {
            Message::Failed { unit: 6, failure } => CellFailure::from(failure).site,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_phases_give_the_same_band_as_one() {
        let observed = work(&mut handler(Role::Neighbors, idle()), &band()).unwrap();
        let answer = work(&mut handler(Role::Rule, idle()), &observed).unwrap();
        let (message, payload) = wire::parse(&answer).unwrap();
        assert_eq!(message, Message::Stepped { unit: 6, kept: 0 });
        assert!(wire::words(payload).eq([0b10001, 0, 0b10001]));
        assert_eq!(answer, work(&mut handler(Role::Both, idle()), &band()).unwrap());
        assert_eq!(answer, work(&mut handler(Role::Both, fails(&[])), &band()).unwrap());
    }

    #[test]
    fn two_phases_take_no_band_of_cells_that_wait() {
        assert!(work(&mut handler(Role::Neighbors, fails(&[])), &band()).is_err());
        let observed = work(&mut handler(Role::Neighbors, idle()), &band()).unwrap();
        assert!(work(&mut handler(Role::Rule, fails(&[])), &observed).is_err());
    }

    #[test]
    fn the_first_failing_cell_in_reading_order_is_named_in_whatever_phase() {
        let (early, late) = (Cell::new(1, 1), Cell::new(3, 1));
        for (one, other) in [(Phase::Neighbors, Phase::Rule), (Phase::Rule, Phase::Neighbors)] {
            assert_eq!(
                failing(&[(late, one), (early, other)]),
                Site::new(GENERATION, early, other)
            );
        }
        let both = [(early, Phase::Rule), (early, Phase::Neighbors)];
        assert_eq!(failing(&both), Site::new(GENERATION, early, Phase::Neighbors));
    }

    #[test]
    fn the_last_cell_may_fail_too() {
        let last = Cell::new(4, 2);
        for phase in [Phase::Neighbors, Phase::Rule] {
            assert_eq!(failing(&[(last, phase)]), Site::new(GENERATION, last, phase));
        }
    }

    /// A blinker's row, with two dead rows above and below, as a unit of a hop of two generations.
    fn deep(above: u32, below: u32) -> (Message, Vec<u8>) {
        let shape = Shape { first: 7, rows: 1, width: 3 };
        let mut payload = Vec::new();
        wire::put_words(&mut payload, &[0, 0, 0b111, 0, 0]);
        (Message::TimeBlocked { unit: 6, shape, above, below, beside: 0 }, payload)
    }

    fn hopping(role: Role) -> RequestHandler {
        let mut handler = RequestHandler::new(role);
        handler.open(context(idle()).hopping(2, Topology::Plane));
        handler
    }

    #[test]
    fn a_band_some_generations_ahead_goes_through_both_processes_of_a_line() {
        let (message, payload) = deep(2, 2);
        let [mut both, mut first, mut second] =
            [Role::Both, Role::Neighbors, Role::Rule].map(hopping);
        let mut passed = Vec::new();
        first.work(message.clone(), &payload, &mut passed).unwrap();
        let (message_on, payload_on) = wire::parse(&passed[4..]).unwrap();
        assert_eq!((&message_on, payload_on), (&message, &payload[..]));
        let (mut answer, mut same) = (Vec::new(), Vec::new());
        both.work(message, &payload, &mut answer).unwrap();
        second.work(message_on, payload_on, &mut same).unwrap();
        assert_eq!(answer, same);
        let (message, payload) = wire::parse(&answer[4..]).unwrap();
        assert_eq!(message, Message::Stepped { unit: 6, kept: 0 });
        assert!(wire::words(payload).eq([0b111]), "a blinker of period 2");
    }

    #[test]
    fn rows_for_a_hop_that_make_no_sense_are_errors() {
        for (above, below) in [(1, 2), (3, 2), (u32::MAX, 2), (u32::MAX, u32::MAX)] {
            let (message, payload) = deep(above, below);
            let result = hopping(Role::Both).work(message, &payload, &mut Vec::new());
            assert!(matches!(result, Err(WireError::Unexpected(_))), "{above} {below}");
        }
        let shape = Shape { first: 7, rows: 1, width: 3 };
        for beside in [1, u32::MAX / 64, u32::MAX] {
            let message = Message::TimeBlocked { unit: 6, shape, above: 2, below: 2, beside };
            let result = hopping(Role::Both).work(message, &[0; 8], &mut Vec::new());
            assert!(matches!(result, Err(WireError::Unexpected(_))), "{beside} words");
        }
        let (message, payload) = deep(2, 2);
        let result = handler(Role::Both, idle()).work(message, &payload, &mut Vec::new());
        assert!(matches!(result, Err(WireError::Unexpected(_))), "no hop");
    }

    #[test]
    fn a_hop_that_is_stopped_names_its_band() {
        let mut handler = RequestHandler::new(Role::Both);
        let cx = context(idle()).hopping(2, Topology::Plane);
        cx.stop.cancel();
        handler.open(cx);
        let (message, payload) = deep(2, 2);
        let mut answer = Vec::new();
        handler.work(message, &payload, &mut answer).unwrap();
        match wire::parse(&answer[4..]).unwrap().0 {
            Message::Failed { unit: 6, failure } => {
                let failure = CellFailure::from(failure);
                assert!(failure.is_stopped());
                assert_eq!(failure.site.at, Cell::new(0, 7));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn units_that_make_no_sense_are_errors() {
        let shape = Shape { first: u32::MAX, rows: 3, width: 5 };
        let full = Shape { first: 0, rows: 1, width: 2 };
        let dying = CellJob { age: 1, ..CellJob::new(Cell::default(), Neighborhood::default()) };
        let none = Shape { first: 0, rows: 0, width: 0 };
        // An observation of a rule that does not count.
        let block = Neighborhood::from_rows(7, 7, 7);
        let seen = Rule::from_table([1; 8]).observe(block);
        let state = CellState::ALIVE;
        let cell = Observed { at: Cell::default(), state, seen, is_kept: false };
        let seen = Rule::LIFE.observe(block);
        let old = Observed { state: CellState::DYING, seen, ..cell };
        let units = [
            (Role::Both, Message::Band { unit: 0, shape }, vec![0; 120]),
            (Role::Both, Message::Band { unit: 0, shape: full }, vec![0; 8]),
            (Role::Both, Message::Band { unit: 0, shape: none }, vec![]),
            (Role::Rule, Message::Observed { unit: 0, cell }, vec![]),
            (Role::Rule, Message::Observed { unit: 0, cell: old }, vec![]),
            (Role::Both, Message::Cell { unit: 0, job: dying }, vec![]),
            (Role::Rule, Message::Band { unit: 0, shape }, vec![0; 120]),
            (Role::Rule, Message::Band { unit: 0, shape: full }, vec![0; 8]),
            (Role::Rule, Message::Band { unit: 0, shape: none }, vec![]),
        ];
        for (role, message, payload) in units {
            let result = handler(role, idle()).work(message.clone(), &payload, &mut Vec::new());
            assert!(matches!(result, Err(WireError::Unexpected(_))), "{message:?}: {result:?}");
        }
    }

    #[test]
    fn a_unit_before_the_first_step_is_an_error() {
        let job = CellJob::new(Cell::default(), Neighborhood::default());
        let unit = Message::Cell { unit: 0, job };
        assert!(RequestHandler::new(Role::Both).work(unit, &[], &mut Vec::new()).is_err());
        assert!(handler(Role::Both, idle()).work(Message::Stop, &[], &mut Vec::new()).is_err());
    }
}
