//! Messages that go away by themselves.
//!
//! The store knows when each ends; this worker lives as long as the engine and
//! takes them away on time. It does not trust one long sleep: a computer that
//! slept, or whose clock was set, is noticed within half a minute, and a clock
//! that was set back does not give a message more time than it had left.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_model::Timestamp;
use kith_store::StoreError;
use tokio::time::Instant;

use crate::changes::{Change, News};
use crate::shared::Shared;
use crate::task::until;

/// No sleep is longer than this while there is a message to take away.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// What could not be taken away or wiped is tried again after so many milliseconds.
const AGAIN: i64 = 5_000;
/// A clock that is behind by more than this was set back.
const SET_BACK: i64 = 2_000;

/// When was looked last, by two clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Looked {
    by_the_clock: Timestamp,
    by_the_system: Instant,
}

impl Shared {
    /// Takes messages away whose time is over, for as long as the engine runs.
    pub(crate) async fn watch_timers(self: Arc<Self>) {
        let mut changes = self.hub.listen();
        let mut looked = None;
        // An app that ended at a bad moment may have left something behind.
        self.has_traces.store(true, Ordering::SeqCst);
        loop {
            let next = self.look_at_timers(&mut looked, Instant::now()).await;
            let wait = next.map(|next| until(self.clock.now(), next).min(LONGEST_SLEEP));
            let sleep = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sleep => {}
                is_open = something_was_sent_or_seen(&mut changes) => {
                    if !is_open {
                        return;
                    }
                }
            }
        }
    }

    /// Lets time run and wipes what is left of what is gone; answers when to do
    /// so again, which is soon after something was in the way.
    pub(crate) async fn look_at_timers(
        &self,
        looked: &mut Option<Looked>,
        instant: Instant,
    ) -> Option<Timestamp> {
        let again = Timestamp::from_millis(self.clock.now().millis() + AGAIN);
        let next = match self.let_time_run(looked, instant).await {
            Ok(next) => next,
            Err(error) => {
                self.met(&error);
                tracing::warn!(%error, "messages that are to go away stay a little longer");
                Some(again)
            }
        };
        let has_traces = self.has_traces.load(Ordering::SeqCst) || self.store.may_have_traces();
        if has_traces && !self.leave_no_trace().await {
            return Some(next.map_or(again, |next| next.min(again)));
        }
        next
    }

    /// Starts what is to be started, takes away what is over, and answers when
    /// to look again.
    async fn let_time_run(
        &self,
        looked: &mut Option<Looked>,
        instant: Instant,
    ) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now();
        let last = looked.replace(Looked {
            by_the_clock: now,
            by_the_system: instant,
        });
        let set_back = last.map_or(0, |last| {
            let went_by = instant.saturating_duration_since(last.by_the_system);
            let expected = i64::try_from(went_by.as_millis()).unwrap_or(i64::MAX);
            last.by_the_clock.millis().saturating_add(expected) - now.millis()
        });
        let next = self.store.next_expiry().await?;
        let is_set_back = set_back > SET_BACK && next.is_some();
        let is_over = next.is_some_and(|next| next <= now);
        if !is_set_back && !is_over && !self.store.has_timers_to_start().await? {
            return Ok(next);
        }
        let mut write = self.store.write().await?;
        if is_set_back {
            write.clock_was_set_back(set_back).await?;
        }
        write.start_timers().await?;
        write.destroy_expired().await?;
        self.commit(write).await?;
        self.store.next_expiry().await
    }

    /// Makes sure that what was deleted is not left in a file; says whether that
    /// is so by now. Otherwise the worker does it later.
    pub(crate) async fn leave_no_trace(&self) -> bool {
        // Said before, so that what is deleted meanwhile is not forgotten.
        self.has_traces.store(false, Ordering::SeqCst);
        let is_done = self.store.leave_no_trace().await;
        if let Err(error) = &is_done {
            tracing::debug!(%error, "the log of the database is emptied later");
        }
        let is_done = is_done.unwrap_or(false);
        if !is_done {
            self.has_traces.store(true, Ordering::SeqCst);
        }
        is_done
    }
}

/// Waits until something was told that may start a timer; says whether more
/// can come.
async fn something_was_sent_or_seen(changes: &mut crate::Changes) -> bool {
    loop {
        match changes.next().await {
            None => return false,
            Some(News::Lost) => return true,
            Some(News::Batch { changes: batch, .. }) => {
                let matters =
                    |change: &Change| matches!(change, Change::Message { .. } | Change::Dialog(_));
                if batch.iter().any(matters) {
                    return true;
                }
            }
        }
    }
}
