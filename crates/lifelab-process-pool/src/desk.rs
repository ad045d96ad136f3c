//! One unit's work in a worker process.

use std::ops::Range;

use lifelab_core::{Band, BandRef, Cell, CellFailure, Context, Counted};

use crate::role::Role;
use crate::wire::{self, Failure, Message, Shape, WireError};

/// Bit of a counted cell's byte that says that the cell lives; its live neighbors are below.
const ALIVE: u8 = 1 << 4;

/// Where units are worked on, one after another.
#[derive(Debug)]
pub(crate) struct Desk {
    role: Role,
    /// The context of the step in progress; `None` before the first.
    cx: Option<Context>,
    /// The rows of the unit in work; kept for its memory.
    words: Vec<u64>,
    /// The counted cells of the unit in work; kept for its memory.
    counts: Vec<u8>,
}

impl Desk {
    pub(crate) fn new(role: Role) -> Self {
        Self { role, cx: None, words: Vec::new(), counts: Vec::new() }
    }

    /// Whether a process of this role works on such messages, or at least passes them on.
    pub(crate) fn does(role: Role, message: &Message) -> bool {
        match message {
            Message::Cell { .. } | Message::Band { .. } => role != Role::Rule,
            Message::Counted { .. }
            | Message::CountedBand { .. }
            | Message::Failed { .. }
            | Message::Refused(_) => role == Role::Rule,
            _ => false,
        }
    }

    /// Begins a step.
    pub(crate) fn open(&mut self, cx: Context) {
        self.cx = Some(cx);
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
        match message {
            Message::Cell { unit, job } => {
                let answer = match self.role {
                    Role::Both => job.run(cx).map(|alive| Message::Alive { unit, alive }),
                    _ => job.count_neighbors(cx).map(|cell| Message::Counted { unit, cell }),
                };
                put(out, unit, answer);
            }
            Message::Counted { unit, cell } => {
                sense(cell.neighbors <= 8, "more than eight neighbors")?;
                put(out, unit, cell.apply_rule(cx).map(|alive| Message::Alive { unit, alive }));
            }
            Message::Band { unit, shape } => {
                self.words.clear();
                self.words.extend(wire::words(payload));
                let band = BandRef::from_framed(rows(shape)?, shape.width, &self.words);
                let band = band.ok_or_else(|| nonsense("rows of another length"))?;
                match self.role {
                    Role::Both => put_band(out, unit, band.step(cx)),
                    _ => {
                        self.counts.clear();
                        let failure = count(band, &mut self.counts, cx).err().map(Failure::from);
                        let message = Message::CountedBand { unit, shape, failure };
                        wire::put(out, &message, |out| out.extend(&self.counts));
                    }
                }
            }
            Message::CountedBand { unit, shape, failure } => {
                let (counted, area) = (payload.len() as u64, shape.area());
                let complete = if failure.is_some() { counted < area } else { counted == area };
                sense(complete, "another number of counted cells")?;
                let band = apply_rule(rows(shape)?, shape, payload, cx)?;
                // A cell that fails here lies before the one that failed there.
                let band = match failure {
                    Some(later) => band.and_then(|_| Err(later.into())),
                    None => band,
                };
                put_band(out, unit, band);
            }
            other => pass_on(&other, out)?,
        }
        Ok(())
    }
}

/// Passes on what the process before us has to say to the parent.
fn pass_on(message: &Message, out: &mut Vec<u8>) -> Result<(), WireError> {
    match message {
        Message::Failed { .. } | Message::Refused(_) => wire::put(out, message, |_| {}),
        _ => return Err(WireError::unexpected(message)),
    }
    Ok(())
}

/// The first phase of a band, up to the first cell that fails: a byte per cell.
fn count(band: BandRef<'_>, counts: &mut Vec<u8>, cx: &Context) -> Result<(), CellFailure> {
    let byte = |alive: bool, neighbors: u8| neighbors | if alive { ALIVE } else { 0 };
    if cx.is_idle() {
        // A call that waits for nothing would cost more than the count.
        counts.extend(band.jobs().map(|job| byte(job.hood.is_alive(), job.hood.neighbors())));
        return Ok(());
    }
    for job in band.jobs() {
        let cell = job.count_neighbors(cx)?;
        counts.push(byte(cell.alive, cell.neighbors));
    }
    Ok(())
}

/// The second phase of a band, as far as its cells are counted.
fn apply_rule(
    rows: Range<u32>,
    shape: Shape,
    counts: &[u8],
    cx: &Context,
) -> Result<Result<Band, CellFailure>, WireError> {
    let mut band = Band::new(rows, shape.width);
    for (at, &count) in shape.cells().zip(counts) {
        let cell = counted(at, count)?;
        let next = match cx.is_idle() {
            true => Ok(cx.rule.next(cell.alive, cell.neighbors)),
            false => cell.apply_rule(cx),
        };
        match next {
            Ok(true) => band.set_alive(at),
            Ok(false) => {}
            Err(failure) => return Ok(Err(failure)),
        }
    }
    Ok(Ok(band))
}

fn counted(at: Cell, byte: u8) -> Result<Counted, WireError> {
    let neighbors = byte & !ALIVE;
    sense(neighbors <= 8, "more than eight neighbors")?;
    Ok(Counted { at, alive: byte & ALIVE != 0, neighbors })
}

fn put(out: &mut Vec<u8>, unit: u64, answer: Result<Message, CellFailure>) {
    let failed = |failure: CellFailure| Message::Failed { unit, failure: failure.into() };
    wire::put(out, &answer.unwrap_or_else(failed), |_| {});
}

fn put_band(out: &mut Vec<u8>, unit: u64, band: Result<Band, CellFailure>) {
    match band {
        Ok(band) => {
            wire::put(out, &Message::Stepped { unit }, |out| wire::put_words(out, band.words()));
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

    use lifelab_core::{CellJob, Fault, Hood, Idle, IoFuture, Phase, Rule, Site, Stop};

    use super::*;

    /// Fails in the given phases at the given cells.
    #[derive(Clone)]
    struct Fails(Vec<(Cell, Phase)>);

    impl lifelab_core::CellIo for Fails {
        fn call(&self, site: Site, _: &Stop) -> Result<(), Fault> {
            let fails = self.0.contains(&(site.at, site.phase));
            if fails { Err(Fault::failed("as told")) } else { Ok(()) }
        }

        fn call_async<'a>(&'a self, site: Site, stop: &'a Stop) -> IoFuture<'a> {
            IoFuture::ready(self.call(site, stop))
        }
    }

    fn desk(role: Role, fails: &[(Cell, Phase)]) -> Desk {
        let mut desk = Desk::new(role);
        let io = Arc::new(Fails(fails.to_vec()));
        desk.open(Context::new(Rule::LIFE, 1, io, Stop::new()));
        desk
    }

    fn work(desk: &mut Desk, frame: &[u8]) -> Result<Vec<u8>, WireError> {
        let (message, payload) = wire::parse(frame)?;
        let mut out = Vec::new();
        desk.work(message, payload, &mut out)?;
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

    fn failing(fails: &[(Cell, Phase)]) -> Site {
        let counted = work(&mut desk(Role::Neighbors, fails), &band()).unwrap();
        let answer = work(&mut desk(Role::Rule, fails), &counted).unwrap();
        let whole = work(&mut desk(Role::Both, fails), &band()).unwrap();
        assert_eq!(answer, whole, "two processes answer as one");
        match wire::parse(&answer).unwrap().0 {
            Message::Failed { unit: 6, failure } => CellFailure::from(failure).site,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_phases_give_the_same_band_as_one() {
        let counted = work(&mut desk(Role::Neighbors, &[]), &band()).unwrap();
        let answer = work(&mut desk(Role::Rule, &[]), &counted).unwrap();
        let (message, payload) = wire::parse(&answer).unwrap();
        assert_eq!(message, Message::Stepped { unit: 6 });
        assert!(wire::words(payload).eq([0b10001, 0, 0b10001]));
        assert_eq!(answer, work(&mut desk(Role::Both, &[]), &band()).unwrap());
    }

    #[test]
    fn the_first_failing_cell_in_reading_order_is_named_in_whatever_phase() {
        let (early, late) = (Cell::new(1, 1), Cell::new(3, 1));
        for (one, other) in [(Phase::Neighbors, Phase::Rule), (Phase::Rule, Phase::Neighbors)] {
            assert_eq!(failing(&[(late, one), (early, other)]), Site::new(1, early, other));
        }
        let both = [(early, Phase::Rule), (early, Phase::Neighbors)];
        assert_eq!(failing(&both), Site::new(1, early, Phase::Neighbors));
    }

    #[test]
    fn the_last_cell_may_fail_too() {
        let last = Cell::new(4, 2);
        for phase in [Phase::Neighbors, Phase::Rule] {
            assert_eq!(failing(&[(last, phase)]), Site::new(1, last, phase));
        }
    }

    #[test]
    fn units_that_make_no_sense_are_errors() {
        let shape = Shape { first: u32::MAX, rows: 3, width: 5 };
        let full = Shape { first: 0, rows: 1, width: 2 };
        let none = Shape { first: 0, rows: 0, width: 0 };
        let cell = Counted { at: Cell::default(), alive: true, neighbors: 9 };
        let units = [
            (Role::Both, Message::Band { unit: 0, shape }, vec![0; 120]),
            (Role::Both, Message::Band { unit: 0, shape: full }, vec![0; 8]),
            (Role::Both, Message::Band { unit: 0, shape: none }, vec![]),
            (Role::Rule, Message::Counted { unit: 0, cell }, vec![]),
            (Role::Rule, Message::CountedBand { unit: 0, shape: full, failure: None }, vec![0; 3]),
            (Role::Rule, Message::CountedBand { unit: 0, shape: full, failure: None }, vec![9; 2]),
            (Role::Rule, Message::CountedBand { unit: 0, shape: none, failure: None }, vec![]),
        ];
        for (role, message, payload) in units {
            let result = desk(role, &[]).work(message.clone(), &payload, &mut Vec::new());
            assert!(matches!(result, Err(WireError::Unexpected(_))), "{message:?}: {result:?}");
        }
    }

    #[test]
    fn a_unit_before_the_first_step_is_an_error() {
        let job = CellJob { at: Cell::default(), hood: Hood::default() };
        let unit = Message::Cell { unit: 0, job };
        assert!(Desk::new(Role::Both).work(unit, &[], &mut Vec::new()).is_err());
        let mut idle = Desk::new(Role::Both);
        idle.open(Context::new(Rule::LIFE, 1, Arc::new(Idle), Stop::new()));
        assert!(idle.work(Message::Stop, &[], &mut Vec::new()).is_err());
    }
}
