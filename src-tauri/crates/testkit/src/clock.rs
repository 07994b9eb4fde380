//! Clocks that a test moves by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use kith_model::{Clock, SystemClock, Timestamp};

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

/// The system's clock, set wrong by so much.
#[derive(Debug, Default)]
pub struct ShiftedClock(AtomicI64);

impl ShiftedClock {
    /// A clock that is ahead by so many milliseconds; behind, when negative.
    #[must_use]
    pub fn ahead_by(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    /// Sets it ahead or back by so many milliseconds, at once.
    pub fn shift(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let shift = self.0.load(Ordering::SeqCst);
        Timestamp::from_millis(SystemClock.now().millis() + shift)
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
