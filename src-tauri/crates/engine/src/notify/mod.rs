//! Announcing on the desktop what came, and taking it back when it was read.
//!
//! [`board`] decides. This brings it the facts, at the right moments:
//!
//! - What comes while the link is caught up is decided about at once.
//! - What comes before that waits until it is, and is decided about together
//!   with what catching up has brought: by then it is known what was read on
//!   other devices, and a dialog is announced once, however much came.
//! - A link that was resumed brings what was held back for it in a rush, with
//!   the markers of what was read elsewhere behind the messages. So it is given
//!   a moment.
//!
//! The marks are on disk before anything is shown. What stands is kept in memory
//! alone: it goes from the desktop with the program, and does not come back.

mod board;

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use kith_model::{DialogId, MessageId};
use kith_store::{Announceable, StoreError};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::changes::{Change, News};
use crate::link::Wire;
use crate::outbox::sleep_if;
use crate::shared::Shared;
use crate::{Engine, EngineError};

pub use board::Notification;
pub(crate) use board::{Board, COUNTED};

/// A catch-up that takes longer, because a dialog cannot be fetched, keeps
/// nobody from being told what comes.
const CAUGHT_UP_BY: Duration = Duration::from_secs(20);
/// After a resumed link, so long until what came is decided about.
const RUSH: Duration = Duration::from_secs(2);

/// When decisions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// At once.
    Now,
    /// When the link has caught up, or by then.
    CaughtUp(Option<Instant>),
    /// Then.
    At(Instant),
}

/// Follows the link, for the right moment.
#[derive(Debug)]
struct Pace {
    seen: Wire,
    moment: Moment,
    /// Whether what the catch-up has brought is to be looked at.
    has_caught_up: bool,
}

impl Pace {
    fn new(wire: Wire) -> Self {
        let mut pace = Self {
            seen: Wire {
                generation: 0,
                is_up: false,
                is_caught_up: false,
                ..wire
            },
            moment: Moment::CaughtUp(None),
            has_caught_up: false,
        };
        pace.follow(wire, Instant::now());
        pace
    }

    fn follow(&mut self, wire: Wire, now: Instant) {
        let seen = std::mem::replace(&mut self.seen, wire);
        if wire.generation != seen.generation {
            self.moment = Moment::CaughtUp(Some(now + CAUGHT_UP_BY));
        } else if wire.is_up && wire.up_since != seen.up_since && self.moment == Moment::Now {
            self.moment = Moment::At(now + RUSH);
        }
        let was_caught_up = seen.is_caught_up && wire.generation == seen.generation;
        if wire.is_caught_up && !was_caught_up {
            self.has_caught_up = true;
            self.moment = Moment::Now;
        }
    }

    /// Whether it is the moment; when not, how long to wait at most.
    fn is_now(&mut self, now: Instant) -> Result<(), Option<Duration>> {
        match self.moment {
            Moment::Now => Ok(()),
            Moment::CaughtUp(Some(by)) | Moment::At(by) if by <= now => {
                self.moment = Moment::Now;
                Ok(())
            }
            Moment::CaughtUp(by) => Err(by.map(|by| by - now)),
            Moment::At(by) => Err(Some(by - now)),
        }
    }
}

impl Shared {
    pub(crate) fn lock_board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Messages of others came over the stream, and are on disk. `true` beside
    /// one that was not here before.
    pub(crate) fn note_arrivals(&self, arrivals: Vec<(MessageId, DialogId, bool)>) {
        if arrivals.is_empty() {
            return;
        }
        // Until the link has caught up, the server's word is to be heard first.
        let is_caught_up = self.link.wire().is_caught_up;
        let mut board = self.lock_board();
        for (id, dialog, is_new) in arrivals {
            board.note(id, dialog, is_new && is_caught_up);
        }
        drop(board);
        self.notify_wake.notify_one();
    }

    /// Keeps what stands on the desktop right, for as long as the engine runs.
    pub(crate) async fn work_notifications(self: Arc<Self>) {
        let mut changes = self.hub.listen();
        let mut wire = self.link.wire.subscribe();
        let mut pace = Pace::new(*wire.borrow_and_update());
        loop {
            let wait = match self.look_around(&mut pace).await {
                Ok(wait) => wait,
                Err(error) => {
                    self.met(&error);
                    tracing::warn!(%error, "what is announced could not be decided");
                    None
                }
            };
            tokio::select! {
                () = self.something_of_interest(&mut changes) => {}
                () = self.notify_wake.notified() => {}
                () = sleep_if(wait) => {}
                changed = wire.changed() => if changed.is_err() { return },
            }
            pace.follow(*wire.borrow_and_update(), Instant::now());
        }
    }

    /// Waits for a change that may be about what waits or stands.
    async fn something_of_interest(&self, changes: &mut crate::Changes) {
        loop {
            let Some(News::Batch { changes: batch, .. }) = changes.next().await else {
                return;
            };
            let board = self.lock_board();
            let concerns = |change: &Change| match change {
                Change::Dialog(dialog)
                | Change::DialogRemoved(dialog)
                | Change::Message { dialog, .. }
                | Change::MessageRemoved { dialog, .. } => board.concerns(dialog),
                _ => false,
            };
            if batch.iter().any(concerns) {
                return;
            }
        }
    }

    /// Withdraws, and decides if it is the moment; answers how long to wait
    /// for that otherwise.
    async fn look_around(&self, pace: &mut Pace) -> Result<Option<Duration>, StoreError> {
        let wait = pace.is_now(Instant::now());
        if wait.is_ok() && pace.has_caught_up {
            self.note_what_was_missed().await?;
            pace.has_caught_up = false;
        }
        self.judge(wait.is_ok()).await?;
        Ok(wait.err().flatten())
    }

    /// What catching up has brought is looked at with the rest.
    pub(crate) async fn note_what_was_missed(&self) -> Result<(), StoreError> {
        let of_each = u32::try_from(COUNTED).unwrap_or(u32::MAX);
        let missed = self.store.unannounced(of_each).await?;
        let mut board = self.lock_board();
        for (id, dialog) in missed {
            board.note(id, dialog, false);
        }
        Ok(())
    }

    /// Withdraws what need not stand, and decides about what waits, if it is
    /// the moment.
    pub(crate) async fn judge(&self, is_the_moment: bool) -> Result<(), StoreError> {
        let asked = self.lock_board().asks_about();
        if !asked.is_empty() {
            let facts = self.store.announceable(&asked).await?;
            self.lock_board().withdraw(&facts, self.clock.now());
            if is_the_moment {
                self.decide(&facts, &asked).await?;
            }
        }
        self.show();
        Ok(())
    }

    async fn decide(&self, facts: &[Announceable], asked: &[MessageId]) -> Result<(), StoreError> {
        let marks = self.lock_board().decide(asked, facts, self.clock.now());
        if marks.is_empty() {
            return Ok(());
        }
        let mut write = self.store.write().await?;
        for (dialog, place) in &marks {
            write.announced(dialog, place);
        }
        self.commit(write).await
    }

    fn show(&self) {
        let shown = self.lock_board().shown();
        self.notifications.send_if_modified(|now| {
            let is_new = *now != shown;
            if is_new {
                *now = shown;
            }
            is_new
        });
    }
}

impl Engine {
    /// What is to stand on the desktop, now and from now on.
    #[must_use]
    pub fn notified(&self) -> watch::Receiver<Vec<Notification>> {
        self.shared.notifications.subscribe()
    }

    /// Somebody looks at the end of this dialog, in a window that has the focus,
    /// so that what comes there is seen at once; or at none.
    pub fn attend(&self, dialog: Option<DialogId>) {
        if self.shared.lock_board().attend(dialog) {
            self.shared.notify_wake.notify_one();
        }
    }

    /// The person has taken a dialog's notification from the desktop. Nothing
    /// of it is read by that, and nothing of it is announced again.
    pub fn dismiss_notification(&self, dialog: &DialogId) {
        if self.shared.lock_board().dismiss(dialog) {
            self.shared.notify_wake.notify_one();
        }
    }

    /// Everything that a dialog's notification is about is read, because the
    /// person said so there.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn read_notified(&self, dialog: &DialogId) -> Result<(), EngineError> {
        let messages = self
            .shared
            .notifications
            .borrow()
            .iter()
            .find_map(|one| (one.dialog == *dialog).then(|| one.messages.clone()));
        match messages.as_deref() {
            Some([others @ .., newest]) => self.shared.seen(dialog, newest, others).await,
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use kith_model::Timestamp;

    use super::*;

    fn wire(generation: u64, up_since: i64, is_caught_up: bool) -> Wire {
        Wire {
            is_up: true,
            generation,
            is_caught_up,
            up_since: Timestamp::from_seconds(up_since),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_fresh_link_it_is_waited_until_that_has_caught_up() {
        let now = Instant::now();
        let mut pace = Pace::new(wire(0, 0, false));
        assert_eq!(pace.is_now(now), Err(None));
        pace.follow(wire(1, 5, false), now);
        assert_eq!(pace.is_now(now), Err(Some(CAUGHT_UP_BY)));
        pace.follow(wire(1, 5, true), now);
        assert_eq!(pace.is_now(now), Ok(()));
        assert!(std::mem::take(&mut pace.has_caught_up));
        pace.follow(wire(1, 5, true), now);
        assert!(!pace.has_caught_up, "once for each");
        pace.follow(wire(2, 9, false), now);
        assert_eq!(pace.is_now(now + CAUGHT_UP_BY), Ok(()), "but not for ever");
        assert!(!pace.has_caught_up);
    }

    #[tokio::test(start_paused = true)]
    async fn a_resumed_link_has_a_moment_to_tell_all() {
        let now = Instant::now();
        let mut pace = Pace::new(wire(1, 5, true));
        assert_eq!(pace.is_now(now), Ok(()));
        let down = Wire {
            is_up: false,
            ..wire(1, 5, true)
        };
        pace.follow(down, now);
        assert_eq!(pace.is_now(now), Ok(()));
        pace.follow(wire(1, 8, true), now);
        assert_eq!(pace.is_now(now), Err(Some(RUSH)));
        assert_eq!(pace.is_now(now + RUSH), Ok(()));
        assert_eq!(pace.is_now(now), Ok(()));
    }
}
