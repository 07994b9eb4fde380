//! The order of the list, and which of its lines show whom, without reading
//! the lines themselves: with ten thousand dialogs those are read a part at a
//! time.

use kith_model::{DialogId, UserId};

use crate::dialog::UNREAD_COUNTED;
use crate::open::stored;
use crate::person::number;
use crate::pointer::unread;
use crate::write::list;
use crate::{Store, StoreError};

/// The order of [`Store::dialogs`]. Two steps in `message_by_place` a dialog.
pub(crate) const ORDER: &str = "
    SELECT id
    FROM (SELECT d.id, coalesce(s.is_pinned, 0) AS is_pinned,
                 coalesce((SELECT l.sent_at * 1000
                           FROM message l
                           WHERE l.dialog_id = d.id
                           ORDER BY l.pending DESC, l.sent_at DESC, l.id DESC
                           LIMIT 1), d.created_at) AS sort_at,
                 coalesce((SELECT l.seq
                           FROM message l
                           WHERE l.dialog_id = d.id
                           ORDER BY l.pending DESC, l.sent_at DESC, l.id DESC
                           LIMIT 1), 0) AS arrival
          FROM dialog d
          LEFT JOIN list_state s ON s.dialog_id = d.id
          WHERE d.is_known = 1 AND d.is_listed = 1)
    ORDER BY is_pinned DESC, sort_at DESC, arrival DESC, id";

impl Store {
    /// The ids of all dialogs that are listed, top of the list first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_order(&self) -> Result<Vec<DialogId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(ORDER)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }

    /// How many messages wait to be read in each dialog where some do; the
    /// numbers are those of [`crate::DialogEntry`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unread_counts(&self) -> Result<Vec<(DialogId, u32)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(concat!(
            "SELECT id, unread
             FROM (SELECT d.id, ",
            unread!(),
            " AS unread
                   FROM dialog d
                   JOIN read_pointer p ON p.dialog_id = d.id
                   WHERE d.is_known = 1 AND d.is_listed = 1)
             WHERE unread > 0",
        ))
        .bind(number(self.me()))
        .bind(UNREAD_COUNTED)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(id, unread)| Ok((stored(&id)?, u32::try_from(unread).unwrap_or(u32::MAX))))
            .collect()
    }

    /// The listed dialogs whose line names one of these people: as the other
    /// one of a private dialog, or as the writer of the last message.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dialogs_naming(&self, people: &[UserId]) -> Result<Vec<DialogId>, StoreError> {
        let people: Vec<i64> = people.iter().copied().map(number).collect();
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT d.id
             FROM dialog d
             WHERE d.is_known = 1
               AND d.is_listed = 1
               AND ((SELECT l.sender_id
                     FROM message l
                     WHERE l.dialog_id = d.id
                     ORDER BY l.pending DESC, l.sent_at DESC, l.id DESC
                     LIMIT 1) IN (SELECT value FROM json_each(?1))
                    OR (d.kind = 3 AND d.id IN (SELECT o.dialog_id
                                                FROM occupant o
                                                WHERE o.person_id IN (SELECT value FROM json_each(?1)))))",
        )
        .bind(list(&people))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }
}
