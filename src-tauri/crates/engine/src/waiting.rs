//! What has not gone out, and how complete a dialog is: for whoever asks.

use kith_model::{DialogId, MessageId};
use kith_store::{JournalEntry, Waiting};

use crate::{Completeness, Engine, EngineError};

/// So many messages that wait are told of, the oldest first.
const TOLD: u32 = 1_000;

impl Engine {
    /// Every message of this person that has not gone out, the oldest first:
    /// those that wait, and those that failed and why.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, EngineError> {
        Ok(self.shared.store.waiting(TOLD).await?)
    }

    /// Sends all failed messages after all.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn retry_all(&self) -> Result<(), EngineError> {
        let failed = self.shared.store.failed().await?;
        let mut write = self.shared.store.write().await?;
        for id in &failed {
            write.retry(id).await?;
        }
        self.shared.commit(write).await?;
        self.shared.outbox_wake.notify_one();
        Ok(())
    }

    /// The way of an own message, oldest step first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn journal(&self, id: &MessageId) -> Result<Vec<JournalEntry>, EngineError> {
        Ok(self.shared.store.journal(id).await?)
    }

    /// What of a dialog's history is held here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn completeness(&self, dialog: &DialogId) -> Result<Completeness, EngineError> {
        Ok(self.shared.completeness(dialog).await?)
    }

    /// Fills holes of a dialog's history between two seconds, newest first;
    /// without `from`, down to its beginning, a good part at a time. Waits for
    /// the network.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives.
    pub async fn fill_hole(
        &self,
        dialog: &DialogId,
        from: Option<i64>,
        to: i64,
    ) -> Result<(), EngineError> {
        self.shared.fill_hole(dialog, from, to).await
    }

    /// This dialog is on screen now, or none is: it comes first in whatever is
    /// fetched without being asked for.
    pub fn look_at(&self, dialog: Option<DialogId>) {
        self.shared.lock_sync().on_screen = dialog;
    }
}
