//! Background work: it has a name, an owner and an end.
//!
//! Every task of an engine is started here, ends with the engine's stop token,
//! and when it panics, that is told by name and the work begins again after a
//! moment, because a messenger that has silently stopped sending is worse than
//! one that says something went wrong.

use std::future::Future;
use std::time::Duration;

use kith_model::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// After a panic, so long until the work begins again.
const PAUSE_AFTER_PANIC: Duration = Duration::from_secs(1);

/// The tasks of one engine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Work that goes on until the engine stops. `begin` is called again after
    /// a panic, so it must be safe to run twice.
    pub(crate) fn keep<F, W>(&self, name: &'static str, begin: F)
    where
        F: Fn() -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            loop {
                let mut work = tokio::spawn(begin());
                let done = tokio::select! {
                    done = &mut work => done,
                    () = stop.cancelled() => {
                        work.abort();
                        let _ = work.await;
                        return;
                    }
                };
                match done {
                    Ok(()) => return,
                    Err(error) if error.is_panic() => {
                        tracing::error!(task = name, "a task panicked; it begins again");
                        tokio::select! {
                            () = tokio::time::sleep(PAUSE_AFTER_PANIC) => {}
                            () = stop.cancelled() => return,
                        }
                    }
                    Err(_) => return,
                }
            }
        });
    }

    /// Work that is done once.
    pub(crate) fn once<W>(&self, name: &'static str, work: W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            let mut work = tokio::spawn(work);
            tokio::select! {
                done = &mut work => {
                    if done.is_err_and(|error| error.is_panic()) {
                        tracing::error!(task = name, "a task panicked");
                    }
                }
                () = stop.cancelled() => {
                    work.abort();
                    let _ = work.await;
                }
            }
        });
    }

    /// Ends everything and waits for it.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// Growing waits with a random part, so that many clients do not come back at
/// the same moment.
#[derive(Debug)]
pub(crate) struct Backoff {
    attempt: u32,
    longest: Duration,
    dice: StdRng,
}

impl Backoff {
    pub(crate) fn new(longest: Duration, seed: u64) -> Self {
        Self {
            attempt: 0,
            longest,
            dice: StdRng::seed_from_u64(seed),
        }
    }

    /// It worked: the next failure starts small again.
    pub(crate) fn reset(&mut self) {
        self.attempt = 0;
    }

    /// How long to wait after one more failure: between half and all of
    /// 1, 2, 4… seconds.
    pub(crate) fn next(&mut self) -> Duration {
        let whole = Duration::from_secs(1 << self.attempt.min(10)).min(self.longest);
        self.attempt += 1;
        whole.mul_f64(self.dice.random_range(0.5..=1.0))
    }
}

/// The time until `then`, not less than nothing.
pub(crate) fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(then.millis().saturating_sub(now.millis())).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_are_never_the_same_and_begin_small_again() {
        let longest = Duration::from_secs(30);
        let mut backoff = Backoff::new(longest, 7);
        for whole in [1, 2, 4, 8, 16, 30, 30, 30] {
            let (wait, whole) = (backoff.next(), Duration::from_secs(whole));
            assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_secs(1));
        let other = Backoff::new(longest, 8).next();
        assert_ne!(Backoff::new(longest, 7).next(), other, "another client");
    }

    #[test]
    fn what_is_past_is_not_waited_for() {
        let at = Timestamp::from_seconds;
        assert_eq!(until(at(10), at(12)), Duration::from_secs(2));
        assert_eq!(until(at(12), at(10)), Duration::ZERO);
    }
}
