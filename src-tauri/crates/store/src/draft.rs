//! What was typed and not sent. One per dialog; sending clears it.

use kith_model::{DialogId, Timestamp};

use crate::{Change, Store, StoreError, Write};

impl Store {
    /// The draft of a dialog.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn draft(&self, dialog: &DialogId) -> Result<Option<String>, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT body FROM draft WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .fetch_optional(self.readers())
                .await?,
        )
    }
}

impl Write {
    /// Keeps a draft; an empty one is no draft.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn save_draft(
        &mut self,
        dialog: &DialogId,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if text.trim().is_empty() {
            return self.clear_draft(dialog).await;
        }
        self.require_dialog(dialog).await?;
        let done = sqlx::query(
            "INSERT INTO draft (dialog_id, body, saved_at)
             VALUES (?, ?, ?)
             ON CONFLICT (dialog_id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at
             WHERE body <> excluded.body",
        )
        .bind(dialog.as_str())
        .bind(text)
        .bind(now.millis())
        .execute(self.db())
        .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(())
    }

    pub(crate) async fn clear_draft(&mut self, dialog: &DialogId) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM draft WHERE dialog_id = ?")
            .bind(dialog.as_str())
            .execute(self.db())
            .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(())
    }
}
