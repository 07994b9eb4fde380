//! What may be announced on the desktop, and up to where that was done.
//!
//! The mark of a dialog is a place, like the read pointer: what stands above both
//! and is of somebody else was neither read nor announced. It is on disk before
//! anything is shown, so whatever ends the program, nothing is shown twice. What
//! is announced at all is decided in the engine (`engine/notify.rs`); here are
//! only the facts that it goes by.

use kith_model::{DialogId, MessageId, Place, Timestamp, UserId};

use crate::open::stored;
use crate::person::{number, user};
use crate::write::list;
use crate::{Store, StoreError, Write};

/// A message of somebody else, as far as announcing it is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Announceable {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub dialog: DialogId,
    /// By whom.
    pub sender: UserId,
    /// Where it stands.
    pub place: Place,
    /// The sender wished that nobody be disturbed by it.
    pub is_silent: bool,
    /// Whether it is known what its dialog is and up to where that was read.
    /// Until then nothing can be said of it.
    pub is_settled: bool,
    /// Whether its dialog is in the list, and this person in the dialog.
    pub is_here: bool,
    /// Whether it was not read yet, on any device.
    pub is_unread: bool,
    /// Whether the mark of its dialog has passed it.
    pub is_passed: bool,
    /// Until when its dialog is kept quiet.
    pub muted_until: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    dialog_id: String,
    sender_id: i64,
    sent_at: i64,
    is_silent: bool,
    is_settled: bool,
    is_here: bool,
    is_unread: bool,
    is_passed: bool,
    muted_until: i64,
}

/// The statement behind [`Store::announceable`], for the test that pins its plan.
pub(crate) const ANNOUNCEABLE: &str = "
    SELECT m.id, m.dialog_id, m.sender_id, m.sent_at, m.is_silent,
           d.is_known AND p.dialog_id IS NOT NULL AS is_settled,
           d.is_listed AND d.is_joined AS is_here,
           coalesce((m.sent_at, m.id) > (p.sent_at, p.message_id), 0)
               OR EXISTS (SELECT 1 FROM late_message t WHERE t.message_id = m.id) AS is_unread,
           coalesce((m.sent_at, m.id) <= (n.sent_at, n.message_id), 0) AS is_passed,
           coalesce(s.muted_until, 0) AS muted_until
    FROM json_each(?2) j
    JOIN message m ON m.id = j.value
    JOIN dialog d ON d.id = m.dialog_id
    LEFT JOIN read_pointer p ON p.dialog_id = m.dialog_id
    LEFT JOIN notified n ON n.dialog_id = m.dialog_id
    LEFT JOIN list_state s ON s.dialog_id = m.dialog_id
    WHERE m.sender_id <> ?1 AND m.kind = 0";

/// The statement behind [`Store::unannounced`], for the same test. The two marks
/// are one bound, so that the index is entered where the news begin.
pub(crate) const UNANNOUNCED: &str = "
    SELECT m.id, m.dialog_id
    FROM (SELECT p.dialog_id, max(p.sent_at, coalesce(n.sent_at, 0)) AS second
          FROM read_pointer p
          JOIN dialog d ON d.id = p.dialog_id AND d.is_known = 1 AND d.is_listed = 1 AND d.is_joined = 1
          LEFT JOIN notified n ON n.dialog_id = p.dialog_id) f
    JOIN read_pointer p ON p.dialog_id = f.dialog_id
    LEFT JOIN notified n ON n.dialog_id = f.dialog_id
    JOIN message m ON m.id IN (SELECT u.id
                               FROM message u INDEXED BY message_by_place
                               WHERE u.dialog_id = f.dialog_id
                                 AND u.pending = 0
                                 AND u.sent_at >= f.second
                                 AND u.sender_id <> ?1
                               ORDER BY u.sent_at DESC, u.id DESC
                               LIMIT ?2)
    WHERE (m.sent_at, m.id) > (p.sent_at, p.message_id)
      AND coalesce((m.sent_at, m.id) > (n.sent_at, n.message_id), 1)";

impl Store {
    /// Those of these messages that are here and of others, by their places.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn announceable(&self, ids: &[MessageId]) -> Result<Vec<Announceable>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(ANNOUNCEABLE)
            .bind(number(self.me()))
            .bind(list(ids))
            .fetch_all(&mut *self.reader().await?)
            .await?;
        let mut all = rows
            .into_iter()
            .map(|row| {
                let id: MessageId = stored(&row.id)?;
                Ok(Announceable {
                    place: Place {
                        sent_at: row.sent_at,
                        id: id.clone(),
                    },
                    id,
                    dialog: stored(&row.dialog_id)?,
                    sender: user(row.sender_id)?,
                    is_silent: row.is_silent,
                    is_settled: row.is_settled,
                    is_here: row.is_here,
                    is_unread: row.is_unread,
                    is_passed: row.is_passed,
                    muted_until: Timestamp::from_millis(row.muted_until),
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        all.sort_by(|a, b| a.place.cmp(&b.place));
        Ok(all)
    }

    /// What stands above both marks of its dialog, at most `of_each` of a dialog,
    /// the newest: which, and where.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unannounced(
        &self,
        of_each: u32,
    ) -> Result<Vec<(MessageId, DialogId)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(UNANNOUNCED)
            .bind(number(self.me()))
            .bind(of_each)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter()
            .map(|(id, dialog)| Ok((stored(&id)?, stored(&dialog)?)))
            .collect()
    }
}

impl Write {
    /// A dialog's messages up to this place were announced, or were not to be.
    pub fn announced(&mut self, dialog: &DialogId, place: &Place) {
        self.later(
            "INSERT INTO notified (dialog_id, sent_at, message_id)
             VALUES (?, ?, ?)
             ON CONFLICT (dialog_id) DO UPDATE SET
                 sent_at = excluded.sent_at,
                 message_id = excluded.message_id
             WHERE (excluded.sent_at, excluded.message_id) > (sent_at, message_id)",
        )
        .bind(dialog.as_str())
        .bind(place.sent_at)
        .bind(place.id.as_str());
    }

    /// Nothing of what is here is news: it was there before this device was.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn nothing_is_news(&mut self) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO notified (dialog_id, sent_at, message_id)
             SELECT d.id, m.sent_at, m.id
             FROM dialog d
             JOIN message m ON m.id = (SELECT l.id
                                       FROM message l
                                       WHERE l.dialog_id = d.id AND l.pending = 0 AND l.id < 'ffffffff'
                                       ORDER BY l.sent_at DESC, l.id DESC
                                       LIMIT 1)
             WHERE true
             ON CONFLICT (dialog_id) DO UPDATE SET
                 sent_at = excluded.sent_at,
                 message_id = excluded.message_id
             WHERE (excluded.sent_at, excluded.message_id) > (sent_at, message_id)",
        )
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
