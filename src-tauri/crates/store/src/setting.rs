//! Settings of one account, by name, and how far catching up has come.

use std::collections::BTreeMap;

use kith_model::Timestamp;

use crate::{Store, StoreError, Write};

impl Store {
    /// All settings of this account.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT key, value FROM setting ORDER BY key")
                .fetch_all(&mut *self.reader().await?)
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps one setting.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO setting (key, value)
             VALUES (?, ?)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(write.db().await?)
        .await?;
        write.commit().await?;
        Ok(())
    }

    /// When the last catch-up that finished had begun; `None` before the first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn caught_up_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT caught_up_at FROM sync WHERE id = 1")
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        Ok(at.map(Timestamp::from_millis))
    }
}

impl Write {
    /// Notes that a catch-up which began at `at` has finished.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn caught_up(&mut self, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sync (id, caught_up_at)
             VALUES (1, ?)
             ON CONFLICT (id) DO UPDATE SET caught_up_at = max(caught_up_at, excluded.caught_up_at)",
        )
        .bind(at.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
