//! How long to wait before the next attempt.

use std::time::Duration;

/// A session that lasted so long proved that connecting works.
pub(super) const PROVEN_AFTER: Duration = Duration::from_secs(10);
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);
/// After a session that had proved alive, to not come back all at once.
const SPREAD: Duration = Duration::from_millis(250);

/// Waits that double, with a random part, so that the clients of a server that
/// comes back do not come back together. Only a session that proved alive
/// makes them short again, never a wake-up or a wish.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    n_failures: u32,
}

impl Backoff {
    /// The wait after an attempt that failed or a session that ended after
    /// `lasted`. `die` is a random number from 0 to 1.
    pub(super) fn next(&mut self, lasted: Option<Duration>, die: f64) -> Duration {
        if lasted.is_some_and(|lasted| lasted >= PROVEN_AFTER) {
            self.n_failures = 0;
            return SPREAD.mul_f64(die);
        }
        let doubled = FIRST.saturating_mul(1 << self.n_failures.min(16));
        self.n_failures = self.n_failures.saturating_add(1);
        doubled.min(LONGEST).mul_f64(0.5 + die / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_a_proven_session_makes_them_short() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..10)
            .map(|_| backoff.next(None, 1.0).as_millis())
            .collect();
        assert_eq!(
            waits,
            [
                500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000
            ]
        );
        assert_eq!(
            backoff.next(Some(Duration::from_secs(3)), 0.0).as_millis(),
            30000,
            "three seconds prove nothing"
        );
        assert!(backoff.next(Some(PROVEN_AFTER), 0.5) < Duration::from_millis(200));
        assert_eq!(backoff.next(None, 1.0).as_millis(), 500);
    }
}
