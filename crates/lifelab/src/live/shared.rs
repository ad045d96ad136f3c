//! What a live simulation's thread shares with its viewers.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lifelab_core::{CancellationToken, Probe, View};

use super::command::Command;
use super::inbox::Inbox;
use super::look::{Look, Mode};

/// What a live simulation's thread shares with its viewers. No lock is held while anything is computed.
pub(super) struct Shared {
    orders: Mutex<Orders>,
    /// Rung when there is a new order.
    bell: Condvar,
    newest: Mutex<Arc<Look>>,
    /// Rung when there is a new look.
    news: Condvar,
    /// Written by the simulation's thread, drained by a viewer.
    probe: Mutex<Option<Arc<Probe>>>,
}

/// What viewers want.
struct Orders {
    inbox: Inbox,
    /// The view through which the next look is to be taken; `None` if nobody asks for one.
    view: Option<View>,
    /// Whether somebody has asked since the simulation's thread looked for a request.
    has_asked: bool,
    is_closing: bool,
    /// Ends the step in progress.
    stop: CancellationToken,
    is_in_step: bool,
}

impl Shared {
    pub(super) fn new(first: Look) -> Self {
        let orders = Orders {
            inbox: Inbox::default(),
            view: None,
            has_asked: false,
            is_closing: false,
            stop: CancellationToken::new(),
            is_in_step: false,
        };
        Self {
            orders: Mutex::new(orders),
            bell: Condvar::new(),
            newest: Mutex::new(Arc::new(first)),
            news: Condvar::new(),
            probe: Mutex::default(),
        }
    }

    // For viewers.

    pub(super) fn say(&self, command: Command) {
        let mut orders = lock(&self.orders);
        if orders.is_in_step && command.interrupts() {
            orders.stop.cancel();
        }
        orders.inbox.push(command);
        self.bell.notify_all();
    }

    /// Ends the step in progress, and the thread.
    pub(super) fn close(&self) {
        let mut orders = lock(&self.orders);
        orders.is_closing = true;
        orders.stop.cancel();
        self.bell.notify_all();
    }

    /// Asks for a look through `view`; the newest look before that. Were that one taken after asking, it
    /// could be the answer already, and who waits for a later one would wait without having asked for it.
    pub(super) fn ask_for(&self, view: View) -> Arc<Look> {
        let newest = self.newest();
        let mut orders = lock(&self.orders);
        orders.view = Some(view);
        orders.has_asked = true;
        self.bell.notify_all();
        newest
    }

    pub(super) fn newest(&self) -> Arc<Look> {
        lock(&self.newest).clone()
    }

    /// The first look after the one with this number, or the newest when the time is over.
    pub(super) fn wait_for_newer(&self, number: u64, timeout: Duration) -> Arc<Look> {
        let newest = lock(&self.newest);
        let is_old = |look: &mut Arc<Look>| look.number <= number && !look.is_over;
        let waited = self.news.wait_timeout_while(newest, timeout, is_old);
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    pub(super) fn probe(&self) -> Option<Arc<Probe>> {
        lock(&self.probe).clone()
    }

    // For the thread of the simulation.

    /// The commands that wait; `None` if the thread is to end.
    pub(super) fn take_commands(&self) -> Option<Vec<Command>> {
        let mut orders = lock(&self.orders);
        (!orders.is_closing).then(|| orders.inbox.take())
    }

    /// The view through which somebody wants to look, if there `is_news` to be seen; else the request stays
    /// until there is.
    pub(super) fn take_view(&self, is_news: impl FnOnce(View) -> bool) -> Option<View> {
        let mut orders = lock(&self.orders);
        orders.has_asked = false;
        orders.view.take_if(|view| is_news(*view))
    }

    /// Begins a step: what ends it, or `None` if a command makes it pointless.
    pub(super) fn begin_step(&self) -> Option<CancellationToken> {
        let mut orders = lock(&self.orders);
        if orders.is_closing || orders.inbox.interrupts() {
            return None;
        }
        if orders.stop.reason().is_some() {
            orders.stop = CancellationToken::new();
        }
        orders.is_in_step = true;
        Some(orders.stop.clone())
    }

    pub(super) fn end_step(&self) {
        lock(&self.orders).is_in_step = false;
    }

    /// Waits for orders, for so long at most.
    pub(super) fn wait(&self, timeout: Option<Duration>) {
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut orders = lock(&self.orders);
        while !orders.is_closing && orders.inbox.is_empty() && !orders.has_asked {
            let Some(end) = end else {
                orders = self.bell.wait(orders).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.bell.wait_timeout(orders, left);
            orders = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(super) fn set_probe(&self, probe: Option<Arc<Probe>>) {
        *lock(&self.probe) = probe;
    }

    pub(super) fn publish(&self, look: Look) {
        *lock(&self.newest) = Arc::new(look);
        self.news.notify_all();
    }

    /// Publishes the last look of all, which says what has ended the simulation.
    pub(super) fn publish_end(&self, error: String) {
        let last = Look::clone(&self.newest());
        let number = last.number + 1;
        self.publish(Look {
            number,
            mode: Mode::Paused,
            error: Some(error),
            is_over: true,
            ..last
        });
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("newest", &self.newest()).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
