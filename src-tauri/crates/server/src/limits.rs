//! Guessing passwords gets slow: after a few failures an account is closed to
//! further attempts for a while, whichever door they come through.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// So many failures are forgiven within the window.
const FREE_FAILURES: usize = 10;
const WINDOW_MILLIS: i64 = 60_000;
/// So many accounts are remembered; beyond that the oldest are dropped.
const MOST_ACCOUNTS: usize = 10_000;

/// Failed logins by account.
#[derive(Debug, Default)]
pub(crate) struct LoginLimits {
    failures: Mutex<HashMap<String, Vec<i64>>>,
}

impl LoginLimits {
    /// What somebody's account is called here, however they name it.
    pub(crate) fn account(user_id: i64) -> String {
        format!("user {user_id}")
    }

    /// Whether another attempt is allowed now.
    pub(crate) fn allows(&self, account: &str, now: i64) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(account).is_none_or(|times| {
            times
                .iter()
                .filter(|time| **time > now - WINDOW_MILLIS)
                .count()
                < FREE_FAILURES
        })
    }

    /// Notes a failed attempt.
    pub(crate) fn failed(&self, account: &str, now: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_ACCOUNTS {
            failures.retain(|_, times| times.iter().any(|time| *time > now - WINDOW_MILLIS));
        }
        let times = failures.entry(account.to_owned()).or_default();
        times.retain(|time| *time > now - WINDOW_MILLIS);
        times.push(now);
    }

    /// Notes a login that succeeded.
    pub(crate) fn succeeded(&self, account: &str) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_opens_again_after_a_while() {
        let limits = LoginLimits::default();
        for _ in 0..FREE_FAILURES {
            assert!(limits.allows("alex", 0));
            limits.failed("alex", 0);
        }
        assert!(!limits.allows("alex", 1), "enough is enough");
        assert!(limits.allows("bea", 1), "others are not punished");
        assert!(
            limits.allows("alex", WINDOW_MILLIS),
            "a minute later it opens again"
        );
    }
}
