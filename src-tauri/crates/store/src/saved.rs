//! Where files that hung on messages lie on this computer.

use std::collections::BTreeMap;

use kith_model::MessageId;

use crate::{Change, Store, StoreError, Write};

impl Store {
    /// Where these files were saved, those that were.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn saved_files(
        &self,
        keys: &[String],
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT s.file_key, s.path
             FROM json_each(?) k
             JOIN saved_file s ON s.file_key = k.value",
        )
        .bind(serde_json::to_string(keys).unwrap_or_default())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        Ok(rows.into_iter().collect())
    }
}

impl Write {
    /// A file lies there now. `message` is the one on which that shows.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn file_saved(
        &mut self,
        key: &str,
        path: &str,
        message: &MessageId,
    ) -> Result<(), StoreError> {
        let now = self.now().millis();
        sqlx::query(
            "INSERT INTO saved_file (file_key, path, saved_at)
             VALUES (?1, ?2, ?3)
             ON CONFLICT (file_key) DO UPDATE SET path = ?2, saved_at = ?3",
        )
        .bind(key)
        .bind(path)
        .bind(now)
        .execute(self.db().await?)
        .await?;
        self.shows(message).await
    }

    /// A file lies there no more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn file_gone(&mut self, key: &str, message: &MessageId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM saved_file WHERE file_key = ?")
            .bind(key)
            .execute(self.db().await?)
            .await?;
        self.shows(message).await
    }

    async fn shows(&mut self, message: &MessageId) -> Result<(), StoreError> {
        let dialog: Option<String> =
            sqlx::query_scalar("SELECT dialog_id FROM message WHERE id = ?")
                .bind(message.as_str())
                .fetch_optional(self.db().await?)
                .await?;
        if let Some(dialog) = dialog {
            self.changes.add(Change::Message {
                dialog: crate::open::stored(&dialog)?,
                id: message.clone(),
            });
        }
        Ok(())
    }
}
