//! What others have read of this person's messages.
//!
//! A marker is believed about its one message. Who reads much at once says so
//! to the server's books and marks the newest (`reading.rs`; XEP-0333 §2 has
//! everybody do so). But its reader may have missed some that stand above, so
//! these are never taken to be read because of it: the books are asked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kith_client::ClientError;
use kith_model::{DialogId, MessageId};

use crate::error::WorkError;
use crate::history::PAGE;
use crate::shared::Shared;

/// A burst of markers is waited for as long.
const LASTS: Duration = Duration::from_millis(200);
/// So many pages of messages are asked about, at most. The rest is looked at
/// when it is caught up with.
const PAGES: usize = 10;

/// Messages of which markers have come just now; more may follow.
#[derive(Debug, Default)]
pub(crate) struct Burst(Mutex<BTreeSet<MessageId>>);

impl Burst {
    /// Adds some; says whether a burst begins with them, and somebody has to
    /// wait for its end.
    pub(crate) fn add(&self, read: Vec<MessageId>) -> bool {
        let mut waiting = self.lock();
        let begins = waiting.is_empty() && !read.is_empty();
        waiting.extend(read);
        begins
    }

    /// Waits for the end; answers what came.
    pub(crate) async fn end(&self) -> Vec<MessageId> {
        tokio::time::sleep(LASTS).await;
        std::mem::take(&mut *self.lock()).into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<MessageId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Others have read these own messages: asks about those above them, on the
    /// side, once for a burst of markers.
    pub(crate) fn ask_who_read_soon(self: &Arc<Self>, read: Vec<MessageId>) {
        if !self.read_by_others.add(read) {
            return;
        }
        let shared = Arc::clone(self);
        self.tasks.once("ask what others have read", async move {
            let read = shared.read_by_others.end().await;
            if let Err(error) = shared.ask_who_read(&read).await {
                shared.met(&error);
                // The next catch-up tells it, too.
                tracing::debug!(%error, "what others have read is not known yet");
            }
        });
    }

    async fn ask_who_read(&self, read: &[MessageId]) -> Result<(), WorkError> {
        // Of each dialog the newest alone: the others stand above it.
        let mut newest: Vec<(DialogId, MessageId)> = Vec::new();
        let mut held = self.store.messages(read).await?;
        held.sort_by_key(|held| std::cmp::Reverse(held.message.place()));
        for held in held {
            let dialog = held.message.dialog_id;
            if newest.iter().all(|(other, _)| *other != dialog) {
                newest.push((dialog, held.message.id));
            }
        }
        for (dialog, message) in newest {
            match self.ask_who_read_above(&dialog, message).await {
                Ok(()) | Err(WorkError::Client(ClientError::Gone | ClientError::NotAllowed)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Goes up page by page, for as long as something was read.
    async fn ask_who_read_above(
        &self,
        dialog: &DialogId,
        mut message: MessageId,
    ) -> Result<(), WorkError> {
        for _ in 0..PAGES {
            let above = self.store.unread_by_others_above(&message, PAGE).await?;
            let Some(oldest) = above.last() else {
                return Ok(());
            };
            self.fetch_messages(dialog, &above).await?;
            let still = self.store.unread_by_others_above(&message, PAGE).await?;
            if still == above {
                return Ok(());
            }
            message = oldest.clone();
        }
        Ok(())
    }
}
