//! Retries as a share of all calls.

use std::sync::{Mutex, PoisonError};

/// Retries that may be made before there have been calls.
const RESERVE: f64 = 10.0;

/// Retries that can be saved up while all goes well.
const MOST: f64 = 100.0;

/// What all calls of a process may spend on retries: each first attempt pays a share of one in, and
/// each retry costs one. So a service in trouble sees its ordinary load and that share more, and not a
/// multiple.
///
/// As in Finagle, "Retry budgets" (twitter.github.io/finagle/guide/Clients.html), with a balance in the
/// place of a window of time, so that it does not depend on the clock.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    share: f64,
    balance: Mutex<f64>,
}

impl RetryBudget {
    pub(crate) fn new(share: f64) -> Self {
        Self { share, balance: Mutex::new(RESERVE) }
    }

    /// Notes a first attempt.
    pub(crate) fn pay_in(&self) {
        self.change(|balance| (Some(balance + self.share), ()));
    }

    /// Takes what a retry costs, if there is enough.
    pub(crate) fn spend(&self) -> bool {
        self.change(|balance| match balance >= 1.0 {
            true => (Some(balance - 1.0), true),
            false => (None, false),
        })
    }

    /// The share, in percent.
    pub(crate) fn percent(&self) -> f64 {
        self.share * 100.0
    }

    fn change<T>(&self, to: impl FnOnce(f64) -> (Option<f64>, T)) -> T {
        let mut balance = self.balance.lock().unwrap_or_else(PoisonError::into_inner);
        let (changed, result) = to(*balance);
        if let Some(changed) = changed {
            *balance = changed.min(MOST);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_share_of_the_calls_and_a_reserve() {
        let budget = RetryBudget::new(0.25);
        let retries = (0..1000).filter(|_| {
            budget.pay_in();
            budget.spend()
        });
        assert_eq!(retries.count(), 260);
    }

    #[test]
    fn what_is_saved_has_an_end() {
        let budget = RetryBudget::new(1.0);
        (0..10_000).for_each(|_| budget.pay_in());
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 100);
    }
}
