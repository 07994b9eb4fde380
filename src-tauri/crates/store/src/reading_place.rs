//! Where somebody was reading in a dialog, further up than its end. It is kept
//! so that another page, or another start, shows the dialog there again.

use kith_model::{DialogId, MessageId};

use crate::open::stored;
use crate::{Store, StoreError, Write};

/// A place in a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingPlace {
    /// Of which dialog.
    pub dialog: DialogId,
    /// The message at the upper edge of the view.
    pub message: MessageId,
    /// How far its upper edge stood below the view's, in pixels; less than 0
    /// where it began above it.
    pub top: i32,
}

impl Store {
    /// The places of all listed dialogs, where their messages still are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reading_places(&self) -> Result<Vec<ReadingPlace>, StoreError> {
        let rows: Vec<(String, String, i32)> = sqlx::query_as(
            "SELECT r.dialog_id, r.message_id, r.top
             FROM reading_place r
             JOIN dialog d ON d.id = r.dialog_id AND d.is_listed = 1
             JOIN message m ON m.id = r.message_id
             ORDER BY r.dialog_id",
        )
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(dialog, message, top)| {
                Ok(ReadingPlace {
                    dialog: stored(&dialog)?,
                    message: stored(&message)?,
                    top,
                })
            })
            .collect()
    }
}

impl Write {
    /// Keeps the place of a dialog; `None` is its end, where one lands anyway.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn keep_reading_place(
        &mut self,
        dialog: &DialogId,
        place: Option<(&MessageId, i32)>,
    ) -> Result<(), StoreError> {
        self.require_dialog(dialog).await?;
        let Some((message, top)) = place else {
            sqlx::query("DELETE FROM reading_place WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .execute(self.db().await?)
                .await?;
            return Ok(());
        };
        sqlx::query(
            "INSERT INTO reading_place (dialog_id, message_id, top) VALUES (?1, ?2, ?3)
             ON CONFLICT (dialog_id) DO UPDATE SET message_id = ?2, top = ?3",
        )
        .bind(dialog.as_str())
        .bind(message.as_str())
        .bind(top)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
