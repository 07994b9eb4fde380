//! The read pointer: up to where this person has read each dialog. This file
//! alone moves it, and its statement refuses to move it back. The unread count
//! is derived from it wherever it is shown.
//!
//! A message of one's own does not move it, not even one from another device:
//! a device that was offline sends what it has queued without having read what
//! came meanwhile, and a pointer moved by that would hide messages nobody saw.

use kith_model::{DialogId, MessageId, Place, UserId};

use crate::open::stored;
use crate::person::number;
use crate::{Change, Store, StoreError, Write};

/// At most so many messages are announced as read by one step of the pointer;
/// of a longer stretch, the newest.
const ANNOUNCED_AT_ONCE: u32 = 1000;

impl Store {
    /// Up to where a dialog has been read; `None` while that is unknown.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read_up_to(&self, dialog: &DialogId) -> Result<Option<Place>, StoreError> {
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT sent_at, message_id FROM read_pointer WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .fetch_optional(self.readers())
                .await?;
        row.map(|(sent_at, id)| {
            Ok(Place {
                sent_at,
                id: stored(&id)?,
            })
        })
        .transpose()
    }

    /// The oldest message of others above the pointer.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn first_unread(&self, dialog: &DialogId) -> Result<Option<MessageId>, StoreError> {
        let id: Option<String> = sqlx::query_scalar(
            "SELECT m.id
             FROM read_pointer p
             JOIN message m ON m.dialog_id = p.dialog_id
                 AND m.pending = 0
                 AND (m.sent_at, m.id) > (p.sent_at, p.message_id)
                 AND m.sender_id <> ?
             WHERE p.dialog_id = ?
             ORDER BY m.sent_at, m.id
             LIMIT 1",
        )
        .bind(number(self.me()))
        .bind(dialog.as_str())
        .fetch_optional(self.readers())
        .await?;
        Ok(id.map(|id| stored(&id)).transpose()?)
    }
}

impl Write {
    /// Moves the pointer forward to `place`; says whether it moved. Nothing is
    /// announced: this is for what the server, or another device of this
    /// person, says has been read.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn advance_pointer(
        &mut self,
        dialog: &DialogId,
        place: &Place,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO read_pointer (dialog_id, sent_at, message_id)
             VALUES (?, ?, ?)
             ON CONFLICT (dialog_id) DO UPDATE SET
                 sent_at = excluded.sent_at,
                 message_id = excluded.message_id
             WHERE (excluded.sent_at, excluded.message_id) > (sent_at, message_id)",
        )
        .bind(dialog.as_str())
        .bind(place.sent_at)
        .bind(place.id.as_str())
        .execute(self.db())
        .await?;
        let moved = done.rows_affected() > 0;
        if moved {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(moved)
    }

    /// Everything up to this message was on screen: moves the pointer, and
    /// queues a marker for each message of others that is read by that.
    ///
    /// A message that is still pending stands below everything that was sent;
    /// seeing it counts as seeing what had been sent when it was written.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such message.
    pub async fn seen(
        &mut self,
        dialog: &DialogId,
        message: &MessageId,
    ) -> Result<bool, StoreError> {
        let up_to: Option<(i64, String)> = sqlx::query_as(
            "SELECT held.sent_at, held.id
             FROM message shown
             JOIN message held ON held.dialog_id = shown.dialog_id
                 AND held.pending = 0
                 AND held.id < 'ffffffff'
                 AND (held.sent_at, held.id) <= (shown.sent_at, shown.id)
             WHERE shown.id = ? AND shown.dialog_id = ?
             ORDER BY held.sent_at DESC, held.id DESC
             LIMIT 1",
        )
        .bind(message.as_str())
        .bind(dialog.as_str())
        .fetch_optional(self.db())
        .await?;
        let Some((sent_at, id)) = up_to else {
            return Ok(false);
        };
        let place = Place {
            sent_at,
            id: stored(&id)?,
        };
        let before: Option<(i64, String)> =
            sqlx::query_as("SELECT sent_at, message_id FROM read_pointer WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .fetch_optional(self.db())
                .await?;
        if !self.advance_pointer(dialog, &place).await? {
            return Ok(false);
        }
        let before = before.unwrap_or((i64::MIN, String::new()));
        let me = self.me;
        self.queue_read_markers(dialog, &before, &place, me).await?;
        Ok(true)
    }

    async fn queue_read_markers(
        &mut self,
        dialog: &DialogId,
        after: &(i64, String),
        up_to: &Place,
        me: UserId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO marker_out (message_id, dialog_id, author_id, state)
             SELECT id, dialog_id, sender_id, 6
             FROM message
             WHERE dialog_id = ?
               AND pending = 0
               AND (sent_at, id) > (?, ?)
               AND (sent_at, id) <= (?, ?)
               AND sender_id <> ?
             ORDER BY sent_at DESC, id DESC
             LIMIT ?
             ON CONFLICT (message_id) DO UPDATE SET state = 6, written_at = NULL
             WHERE state < 6",
        )
        .bind(dialog.as_str())
        .bind(after.0)
        .bind(&after.1)
        .bind(up_to.sent_at)
        .bind(up_to.id.as_str())
        .bind(number(me))
        .bind(ANNOUNCED_AT_ONCE)
        .execute(self.db())
        .await?;
        Ok(())
    }
}
