//! Pinned messages of a dialog, in the server's order.
//!
//! Their ids come with the dialog. Their texts are kept like those of any
//! message, so that they can be read without a link; which are not here yet
//! can be asked for.

use kith_model::{DialogId, MessageId};

use crate::message::{Row, message_columns};
use crate::open::stored;
use crate::{Store, StoreError, StoredMessage, Write};

/// The statement behind [`Store::pinned`], for the test that pins its plan.
pub(crate) const PINNED: &str = concat!(
    "SELECT ",
    message_columns!(),
    "
     FROM pin p
     JOIN message m ON m.id = p.message_id
     WHERE p.dialog_id = ?
     ORDER BY p.position DESC"
);

impl Store {
    /// The pinned messages of a dialog that are here, the one pinned last
    /// first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn pinned(&self, dialog: &DialogId) -> Result<Vec<StoredMessage>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(PINNED)
            .bind(dialog.as_str())
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter().map(StoredMessage::try_from).collect()
    }

    /// Pinned messages that are not here, of all listed dialogs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn missing_pins(&self) -> Result<Vec<(DialogId, MessageId)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT p.dialog_id, p.message_id
             FROM pin p
             JOIN dialog d ON d.id = p.dialog_id AND d.is_listed = 1
             LEFT JOIN message m ON m.id = p.message_id
             LEFT JOIN gone_message g ON g.message_id = p.message_id
             WHERE m.id IS NULL AND g.message_id IS NULL
             ORDER BY p.dialog_id, p.position",
        )
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(dialog, message)| Ok((stored(&dialog)?, stored(&message)?)))
            .collect()
    }
}

impl Write {
    /// The ids of a dialog's pinned messages.
    pub(crate) async fn pins(&mut self, dialog: &DialogId) -> Result<Vec<MessageId>, StoreError> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT message_id FROM pin WHERE dialog_id = ? ORDER BY position")
                .bind(dialog.as_str())
                .fetch_all(self.db().await?)
                .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }

    /// Pins or unpins; says whether that is news.
    pub(crate) async fn set_pin(
        &mut self,
        dialog: &DialogId,
        message: &MessageId,
        on: bool,
    ) -> Result<bool, StoreError> {
        let statement = if on {
            "INSERT INTO pin (dialog_id, message_id, position)
             VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM pin WHERE dialog_id = ?1))
             ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM pin WHERE dialog_id = ? AND message_id = ?"
        };
        let done = sqlx::query(statement)
            .bind(dialog.as_str())
            .bind(message.as_str())
            .execute(self.db().await?)
            .await?;
        let is_news = done.rows_affected() > 0;
        if is_news {
            self.pin_changed(dialog, message);
        }
        Ok(is_news)
    }

    /// Keeps the pins that the server tells with a dialog, with what this
    /// person did and it does not know yet. Answers what is pinned now.
    pub(crate) async fn put_pins(
        &mut self,
        dialog: &DialogId,
        told: &[MessageId],
    ) -> Result<Vec<MessageId>, StoreError> {
        let held = self.pins(dialog).await?;
        let mut wanted = told.to_vec();
        if held == wanted {
            return Ok(held);
        }
        for (message, on) in self.pending_pins(dialog).await? {
            wanted.retain(|id| *id != message);
            if on {
                wanted.push(message);
            }
        }
        for message in held.iter().filter(|id| !wanted.contains(id)) {
            self.set_pin(dialog, message, false).await?;
        }
        for (position, message) in wanted.iter().enumerate() {
            if !held.contains(message) {
                self.pin_changed(dialog, message);
            }
            sqlx::query(
                "INSERT INTO pin (dialog_id, message_id, position)
                 VALUES (?, ?, ?)
                 ON CONFLICT (dialog_id, message_id) DO UPDATE SET position = excluded.position",
            )
            .bind(dialog.as_str())
            .bind(message.as_str())
            .bind(i64::try_from(position).unwrap_or_default())
            .execute(self.db().await?)
            .await?;
        }
        Ok(wanted)
    }
}
