//! A clock that a test moves by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use kith_model::{Clock, Timestamp};

/// Stands still until it is told to go on.
#[derive(Debug)]
pub struct StillClock(AtomicI64);

impl StillClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.millis()))
    }

    /// Lets so many milliseconds pass.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_only_when_told() {
        let clock = StillClock::at(Timestamp::from_seconds(100));
        assert_eq!(clock.now(), clock.now());
        clock.advance(1500);
        assert_eq!(clock.now(), Timestamp::from_millis(101_500));
    }
}
