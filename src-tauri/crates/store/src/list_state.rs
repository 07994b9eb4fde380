//! What this person has set for the lines of their own list: muted, archived,
//! pinned to the top, marked unread. It is kept on this device; the platform
//! has no place for it.

use kith_model::{DialogId, Message, Timestamp};

use crate::{Change, StoreError, Write};

impl Write {
    /// Keeps a dialog quiet until a time; `None` lets it speak again.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn mute(
        &mut self,
        dialog: &DialogId,
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let until = until.map_or(0, Timestamp::millis);
        self.set_list_state(
            dialog,
            "INSERT INTO list_state (dialog_id, muted_until) VALUES (?1, ?2)
             ON CONFLICT (dialog_id) DO UPDATE SET muted_until = ?2",
            until,
        )
        .await
    }

    /// Puts a dialog into the archive, or takes it out.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn archive(&mut self, dialog: &DialogId, on: bool) -> Result<(), StoreError> {
        let at = on.then(|| self.now().millis());
        self.set_list_state(
            dialog,
            "INSERT INTO list_state (dialog_id, archived_at) VALUES (?1, ?2)
             ON CONFLICT (dialog_id) DO UPDATE SET archived_at = ?2",
            at,
        )
        .await
    }

    /// Puts a dialog at the top of the list, or lets it go from there.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn pin_to_top(&mut self, dialog: &DialogId, on: bool) -> Result<(), StoreError> {
        self.set_list_state(
            dialog,
            "INSERT INTO list_state (dialog_id, is_pinned) VALUES (?1, ?2)
             ON CONFLICT (dialog_id) DO UPDATE SET is_pinned = ?2",
            i64::from(on),
        )
        .await
    }

    /// Marks a dialog as unread, or takes the mark away. The server and the
    /// read pointer know nothing of it.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn mark_unread(&mut self, dialog: &DialogId, on: bool) -> Result<(), StoreError> {
        self.set_list_state(
            dialog,
            "INSERT INTO list_state (dialog_id, is_marked_unread) VALUES (?1, ?2)
             ON CONFLICT (dialog_id) DO UPDATE SET is_marked_unread = ?2
             WHERE is_marked_unread <> ?2",
            i64::from(on),
        )
        .await
    }

    async fn set_list_state(
        &mut self,
        dialog: &DialogId,
        statement: &'static str,
        value: impl Into<Option<i64>>,
    ) -> Result<(), StoreError> {
        self.require_dialog(dialog).await?;
        let done = sqlx::query(statement)
            .bind(dialog.as_str())
            .bind(value.into())
            .execute(self.db().await?)
            .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(())
    }

    /// Something new brings a dialog back from the archive, unless it is muted.
    pub(crate) async fn bring_back_from_archive(
        &mut self,
        news: &Message,
    ) -> Result<(), StoreError> {
        if news.sender == self.me {
            return Ok(());
        }
        let now = self.now();
        sqlx::query(
            "UPDATE list_state SET archived_at = NULL
             WHERE dialog_id = ? AND archived_at <= ? AND muted_until <= ?",
        )
        .bind(news.dialog_id.as_str())
        .bind(news.sent_at.millis())
        .bind(now.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
