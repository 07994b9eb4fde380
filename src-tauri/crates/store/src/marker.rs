//! Markers (XEP-0333), in and out.
//!
//! In: somebody has received or read a message. A marker may come before the
//! message it is about; then it waits in a table of its own until the message
//! is here.
//!
//! Out: that this person has received or read messages of others. What is to
//! be announced is a row from the transaction that made it true until it is
//! known to have reached the server, so a crash or a broken link only delays
//! it. Announcing twice is harmless.

use kith_model::{Delivery, DialogId, Message, MessageId, Timestamp, UserId};

use crate::open::stored;
use crate::person::{number, user};
use crate::{Change, Step, Store, StoreError, Write};

/// A marker to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkerOut {
    /// About which message.
    pub message: MessageId,
    /// In which dialog.
    pub dialog: DialogId,
    /// To its author.
    pub author: UserId,
    /// Whether it says read, or only delivered.
    pub is_read: bool,
    /// Whether the server's books have the message: not one that goes away by
    /// itself.
    pub is_in_books: bool,
}

impl Store {
    /// Markers still to be announced, a dialog's together, its newest message
    /// first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn markers_out(&self, limit: u32) -> Result<Vec<MarkerOut>, StoreError> {
        let rows: Vec<(String, String, i64, i64, bool)> = sqlx::query_as(
            "SELECT o.message_id, o.dialog_id, o.author_id, o.state, m.destroy_after IS NULL
             FROM marker_out o
             JOIN message m ON m.id = o.message_id
             WHERE o.written_at IS NULL
             ORDER BY o.dialog_id, m.sent_at DESC, m.id DESC
             LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(message, dialog, author, state, is_in_books)| {
                Ok(MarkerOut {
                    message: stored(&message)?,
                    dialog: stored(&dialog)?,
                    author: user(author)?,
                    is_read: state >= Delivery::Read.rank(),
                    is_in_books,
                })
            })
            .collect()
    }

    /// The own messages above an own one that nobody is known to have read, the
    /// newest first. Who reads much at once says so of the newest (XEP-0333 §2),
    /// but may not have had all of the others: the server knows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unread_by_others_above(
        &self,
        message: &MessageId,
        limit: u32,
    ) -> Result<Vec<MessageId>, StoreError> {
        let above: Vec<String> = sqlx::query_scalar(
            "SELECT above.id
             FROM message shown
             JOIN message above INDEXED BY message_unread_by_others
                 ON above.dialog_id = shown.dialog_id
                 AND above.is_own = 1
                 AND above.state IN (4, 5)
                 AND above.destroy_after IS NULL
                 AND (above.sent_at, above.id) < (shown.sent_at, shown.id)
             WHERE shown.id = ? AND shown.is_own = 1 AND shown.pending = 0
             ORDER BY above.sent_at DESC, above.id DESC
             LIMIT ?",
        )
        .bind(message.as_str())
        .bind(limit)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        above.iter().map(|id| Ok(stored(id)?)).collect()
    }
}

impl Write {
    /// Takes in a marker. `state` is [`Delivery::Delivered`] or
    /// [`Delivery::Read`].
    ///
    /// From somebody else it raises the state of an own message, and of no other
    /// ([`Store::unread_by_others_above`]); only members are believed. From this
    /// account, on another device, *read* moves the read pointer, says of a
    /// message that came late that it was seen, and makes late what it passes.
    /// Everything else says nothing.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn hear_marker(
        &mut self,
        state: Delivery,
        message: &MessageId,
        by: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if by == self.me && state != Delivery::Read {
            return Ok(());
        }
        let Some(old) = self.find(message).await? else {
            return self.let_marker_wait(state, message, by, now).await;
        };
        if by == self.me {
            if old.message.sender != self.me {
                self.read_elsewhere(&old.message).await?;
                // The other device has told the author.
                sqlx::query("DELETE FROM marker_out WHERE message_id = ?")
                    .bind(message.as_str())
                    .execute(self.db().await?)
                    .await?;
            }
            return Ok(());
        }
        if old.message.sender != self.me || !self.may_know(&old.message.dialog_id, by).await? {
            return Ok(());
        }
        if self.keep_receipt(message, by, state).await? {
            self.changes.add(Change::Message {
                dialog: old.message.dialog_id.clone(),
                id: message.clone(),
            });
        }
        let step = if state == Delivery::Read {
            Step::Read
        } else {
            Step::Received
        };
        self.rise(&old, state, step);
        Ok(())
    }

    async fn let_marker_wait(
        &mut self,
        state: Delivery,
        message: &MessageId,
        by: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO waiting_marker (message_id, person_id, state, heard_at)
             VALUES (?, ?, ?, ?)
             ON CONFLICT (message_id, person_id) DO UPDATE SET
                 state = max(state, excluded.state),
                 heard_at = excluded.heard_at",
        )
        .bind(message.as_str())
        .bind(number(by))
        .bind(state.rank())
        .bind(now.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Applies what came before its message.
    pub(crate) async fn apply_waiting_markers(&mut self, news: &Message) -> Result<(), StoreError> {
        let waiting: Vec<(i64, i64, i64)> = sqlx::query_as(
            "DELETE FROM waiting_marker
             WHERE message_id = ?
             RETURNING person_id, state, heard_at",
        )
        .bind(news.id.as_str())
        .fetch_all(self.db().await?)
        .await?;
        for (person, state, heard_at) in waiting {
            let state = Delivery::from_rank(state).unwrap_or(Delivery::Delivered);
            let heard_at = Timestamp::from_millis(heard_at);
            // The message is here now, so this does not wait again.
            Box::pin(self.hear_marker(state, &news.id, user(person)?, heard_at)).await?;
        }
        Ok(())
    }

    /// Lets go of markers that have waited since before `since`: their message
    /// will come with history, which knows who has read it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn forget_waiting_markers(&mut self, since: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM waiting_marker WHERE heard_at < ?")
            .bind(since.millis())
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// Queues the marker that a message of somebody else has reached this
    /// device, unless one about it is queued already, or it is gone.
    pub fn announce_delivered(&mut self, message: &Message) {
        if message.sender == self.me || message.delivered_to.contains(&self.me) {
            return;
        }
        self.later(
            "INSERT INTO marker_out (message_id, dialog_id, author_id, state)
             SELECT m.id, m.dialog_id, m.sender_id, 5
             FROM message m
             WHERE m.id = ?
             ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(message.id.as_str());
    }

    /// Notes that a marker has been handed to the stream.
    pub fn marker_written(&mut self, marker: &MarkerOut, now: Timestamp) {
        // One that was raised to "read" meanwhile is still to be announced.
        self.later("UPDATE marker_out SET written_at = ? WHERE message_id = ? AND state <= ?")
            .bind(now.millis())
            .bind(marker.message.as_str())
            .bind(if marker.is_read { 6 } else { 5 });
    }

    /// Notes that the server has been told, so nothing is left to announce.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn marker_done(&mut self, marker: &MarkerOut) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM marker_out WHERE message_id = ? AND state <= ?")
            .bind(marker.message.as_str())
            .bind(if marker.is_read { 6 } else { 5 })
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// A link that has held since `since` has delivered what was written
    /// before: forget it. Says whether nothing that was written is left.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn markers_arrived(&mut self, since: Timestamp) -> Result<bool, StoreError> {
        sqlx::query("DELETE FROM marker_out WHERE written_at < ?")
            .bind(since.millis())
            .execute(self.db().await?)
            .await?;
        let left: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM marker_out WHERE written_at IS NOT NULL LIMIT 1")
                .fetch_optional(self.db().await?)
                .await?;
        Ok(left.is_none())
    }

    /// The link was lost and what was written on it may be lost too: announce
    /// it again.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn doubt_markers(&mut self) -> Result<(), StoreError> {
        sqlx::query("UPDATE marker_out SET written_at = NULL WHERE written_at IS NOT NULL")
            .execute(self.db().await?)
            .await?;
        Ok(())
    }
}
