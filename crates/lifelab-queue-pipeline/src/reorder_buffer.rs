//! The way into the second stage, on which units go in the order in which they entered the first.
//!
//! Several workers of a stage let units overtake each other. That does no harm to the grid, but it
//! does to a generation that fails: later cells, if they hang, could occupy all workers of the
//! second stage, while the cell whose failure would end the generation waits behind them for ever.
//! In order, a cell has always been started before the ones that come after it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam::channel::SendError;

use crate::item::Item;
use crate::queue::Inlet;

/// A queue's inlet that puts items back in order.
///
/// An item that comes early is kept, and the worker that brings the one that all wait for puts them
/// all into the queue; so no worker waits for another. How many are kept is limited by the number
/// of units under way, which the driver bounds.
#[derive(Debug)]
pub(crate) struct ReorderBuffer<T> {
    queue: Inlet<Item<T>>,
    /// Locked by the workers of the first stage, while they wait for room in the queue, too: until
    /// there is room, no other item may go.
    early: Arc<Mutex<Early<T>>>,
}

#[derive(Debug)]
struct Early<T> {
    /// Whose turn it is.
    turn: u64,
    items: BTreeMap<u64, Item<T>>,
}

impl<T> ReorderBuffer<T> {
    pub(crate) fn new(queue: Inlet<Item<T>>) -> Self {
        let early = Early { turn: 0, items: BTreeMap::new() };
        Self { queue, early: Arc::new(Mutex::new(early)) }
    }

    /// Puts an item in when its turn has come, and those that have waited for it.
    ///
    /// # Errors
    /// If no worker is left to take them out.
    pub(crate) fn send(&self, item: Item<T>) -> Result<(), SendError<Item<T>>> {
        // Nothing panics under this lock.
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        if item.turn != early.turn {
            early.items.insert(item.turn, item);
            return Ok(());
        }
        early.turn += 1;
        self.queue.send(item)?;
        while let Some(item) = early.next() {
            self.queue.send(item)?;
        }
        Ok(())
    }
}

impl<T> Early<T> {
    fn next(&mut self) -> Option<Item<T>> {
        let item = self.items.remove(&self.turn)?;
        self.turn += 1;
        Some(item)
    }
}

impl<T> Clone for ReorderBuffer<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), early: self.early.clone() }
    }
}
