//! The read pointer: up to where this person has read each dialog. This file
//! alone moves it, and its statement refuses to move it back. The unread count
//! is derived from it wherever it is shown: the messages of others above it, and
//! those below it that came when it had passed already (`late.rs`).
//!
//! A message of one's own does not move it, not even one from another device:
//! a device that was offline sends what it has queued without having read what
//! came meanwhile, and a pointer moved by that would hide messages nobody saw.

use kith_model::{DialogId, MessageId, Place, UserId};

use crate::open::stored;
use crate::person::number;
use crate::write::list;
use crate::{Change, Store, StoreError, Write};

/// The number of unread messages of the dialog `d`, whose pointer is `p`; `?1`
/// is this person, and `?2` where counting stops.
macro_rules! unread {
    () => {
        "((SELECT count(*)
           FROM (SELECT 1
                 FROM message u
                 WHERE u.dialog_id = d.id
                   AND u.pending = 0
                   AND (u.sent_at, u.id) > (p.sent_at, p.message_id)
                   AND u.sender_id <> ?1
                 LIMIT ?2))
          + (SELECT count(*) FROM late_message t WHERE t.dialog_id = d.id))"
    };
}

/// The number of those that name this person.
macro_rules! unread_mentions {
    () => {
        "((SELECT count(*)
           FROM message n
           WHERE n.dialog_id = d.id
             AND n.mentions_me = 1
             AND (n.sent_at, n.id) > (p.sent_at, p.message_id))
          + (SELECT count(*)
             FROM late_message t
             JOIN message v ON v.id = t.message_id
             WHERE t.dialog_id = d.id AND v.mentions_me = 1))"
    };
}
pub(crate) use {unread, unread_mentions};

/// At most so many messages are announced as read by one step of the pointer;
/// of a longer stretch, the newest.
pub(crate) const ANNOUNCED_AT_ONCE: u32 = 1000;

impl Store {
    /// Up to where a dialog has been read; `None` while that is unknown.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read_up_to(&self, dialog: &DialogId) -> Result<Option<Place>, StoreError> {
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT sent_at, message_id FROM read_pointer WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        row.map(|(sent_at, id)| {
            Ok(Place {
                sent_at,
                id: stored(&id)?,
            })
        })
        .transpose()
    }

    /// The oldest message that is unread.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn first_unread(&self, dialog: &DialogId) -> Result<Option<MessageId>, StoreError> {
        let id: Option<String> = sqlx::query_scalar(
            "SELECT id
             FROM (SELECT *
                   FROM (SELECT m.id, m.sent_at
                         FROM read_pointer p
                         JOIN message m ON m.dialog_id = p.dialog_id
                             AND m.pending = 0
                             AND (m.sent_at, m.id) > (p.sent_at, p.message_id)
                             AND m.sender_id <> ?1
                         WHERE p.dialog_id = ?2
                         ORDER BY m.sent_at, m.id
                         LIMIT 1)
                   UNION ALL
                   SELECT v.id, v.sent_at
                   FROM late_message t
                   JOIN message v ON v.id = t.message_id
                   WHERE t.dialog_id = ?2)
             ORDER BY sent_at, id
             LIMIT 1",
        )
        .bind(number(self.me()))
        .bind(dialog.as_str())
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(id.map(|id| stored(&id)).transpose()?)
    }
}

/// What goes away by itself, between the pointer and the place to which it
/// moves, and is not what is said to be read. There are few of these.
const PASSED: &str = "
    INSERT INTO late_message (message_id, dialog_id)
    SELECT m.id, m.dialog_id
    FROM read_pointer p
    JOIN message m INDEXED BY message_timed ON m.dialog_id = p.dialog_id
        AND m.destroy_after IS NOT NULL
        AND m.pending = 0
        AND (m.sent_at, m.id) > (p.sent_at, p.message_id)
        AND (m.sent_at, m.id) < (?, ?)
        AND m.sender_id <> ?
    WHERE p.dialog_id = ?
    ON CONFLICT (message_id) DO NOTHING";

impl Write {
    /// Moves the pointer forward to `place`; says whether it moved. Nothing is
    /// announced: this is for what the server, or another device of this
    /// person, says has been read. That says nothing of what goes away by itself:
    /// no history brings it to a device that missed it, so what is passed of it
    /// stays unread, as if it had come late.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn advance_pointer(
        &mut self,
        dialog: &DialogId,
        place: &Place,
    ) -> Result<bool, StoreError> {
        let me = number(self.me);
        self.later(PASSED)
            .bind(place.sent_at)
            .bind(place.id.as_str())
            .bind(me)
            .bind(dialog.as_str());
        self.move_pointer(dialog, place).await
    }

    async fn move_pointer(&mut self, dialog: &DialogId, place: &Place) -> Result<bool, StoreError> {
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
        .execute(self.db().await?)
        .await?;
        let moved = done.rows_affected() > 0;
        if moved {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(moved)
    }

    /// Everything up to this message was on screen: moves the pointer, and
    /// queues a marker for each message of others that is read by that. What
    /// came late, above it, was not on screen by that.
    ///
    /// # Errors
    /// As [`Write::seen_on_screen`].
    pub async fn seen(
        &mut self,
        dialog: &DialogId,
        message: &MessageId,
    ) -> Result<bool, StoreError> {
        self.seen_on_screen(dialog, message, &[]).await
    }

    /// As [`Write::seen`], with the other messages that were on screen beside
    /// it: those of them that came late are read now. Says whether anything is.
    ///
    /// A message that is still pending stands below everything that was sent;
    /// seeing it counts as seeing what had been sent when it was written.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such message.
    pub async fn seen_on_screen(
        &mut self,
        dialog: &DialogId,
        message: &MessageId,
        others: &[MessageId],
    ) -> Result<bool, StoreError> {
        let on_screen: Vec<&MessageId> = others.iter().chain([message]).collect();
        let late = self.not_late(dialog, &list(&on_screen)).await?;
        self.queue_markers_of_late(&late).await?;
        Ok(self.read_up_to_message(dialog, message).await? || !late.is_empty())
    }

    /// Everything in a dialog is read, because the person said so. Says whether
    /// anything was unread.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn read_all(&mut self, dialog: &DialogId) -> Result<bool, StoreError> {
        let late = self.none_is_late(dialog).await?;
        self.queue_markers_of_late(&late).await?;
        let moved = match self.newest_place(dialog).await? {
            Some(newest) => self.read_up_to_message(dialog, &newest.id).await?,
            None => false,
        };
        Ok(moved || !late.is_empty())
    }

    async fn read_up_to_message(
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
        .fetch_optional(self.db().await?)
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
                .fetch_optional(self.db().await?)
                .await?;
        if !self.move_pointer(dialog, &place).await? {
            return Ok(false);
        }
        let before = before.unwrap_or((i64::MIN, String::new()));
        let me = self.me;
        self.queue_read_markers(dialog, &before, &place, me).await?;
        Ok(true)
    }

    async fn queue_markers_of_late(&mut self, late: &[String]) -> Result<(), StoreError> {
        if late.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO marker_out (message_id, dialog_id, author_id, state)
             SELECT id, dialog_id, sender_id, 6
             FROM message
             WHERE id IN (SELECT value FROM json_each(?))
             ON CONFLICT (message_id) DO UPDATE SET state = 6, written_at = NULL
             WHERE state < 6",
        )
        .bind(list(late))
        .execute(self.db().await?)
        .await?;
        Ok(())
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
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
