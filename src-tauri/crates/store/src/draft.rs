//! What was typed and not sent: the text, what it answers or edits, and how it
//! will be sent. One per dialog; sending clears it. What is given up without
//! being sent is kept for a while, so that it can be brought back.

use kith_model::{DialogId, MessageId, Timestamp};

use crate::open::stored;
use crate::{Change, Store, StoreError, Write};

/// So many given up drafts of a dialog are kept.
const KEPT: u32 = 10;
/// What is overwritten sooner than this is the same draft, being typed.
const TYPING: i64 = 3_000;

/// What was typed and not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// The message that it will answer.
    pub reply_to: Option<MessageId>,
    /// The own message that is being edited.
    pub editing: Option<MessageId>,
    /// Seconds after which both sides will take it away.
    pub destroy_after: Option<u32>,
    /// Whether it will disturb nobody.
    pub is_silent: bool,
}

impl Draft {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
            && self.reply_to.is_none()
            && self.editing.is_none()
            && self.destroy_after.is_none()
            && !self.is_silent
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    body: String,
    reply_to: Option<String>,
    editing: Option<String>,
    destroy_after: Option<i64>,
    is_silent: bool,
}

impl TryFrom<Row> for Draft {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = |id: Option<String>| id.map(|id| stored(&id)).transpose();
        Ok(Self {
            text: row.body,
            reply_to: id(row.reply_to)?,
            editing: id(row.editing)?,
            destroy_after: row.destroy_after.and_then(|n| u32::try_from(n).ok()),
            is_silent: row.is_silent,
        })
    }
}

/// The statement that reads a draft.
const HELD: &str =
    "SELECT body, reply_to, editing, destroy_after, is_silent FROM draft WHERE dialog_id = ?";

impl Store {
    /// The text of a dialog's draft.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn draft(&self, dialog: &DialogId) -> Result<Option<String>, StoreError> {
        let draft = self.draft_state(dialog).await?;
        Ok(draft
            .map(|draft| draft.text)
            .filter(|text| !text.is_empty()))
    }

    /// The draft of a dialog.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn draft_state(&self, dialog: &DialogId) -> Result<Option<Draft>, StoreError> {
        let row: Option<Row> = sqlx::query_as(HELD)
            .bind(dialog.as_str())
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        row.map(Draft::try_from).transpose()
    }

    /// Drafts of a dialog that were given up, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn draft_history(&self, dialog: &DialogId) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT body FROM draft_history WHERE dialog_id = ? ORDER BY position DESC LIMIT ?",
        )
        .bind(dialog.as_str())
        .bind(KEPT)
        .fetch_all(&mut *self.reader().await?)
        .await?)
    }
}

impl Write {
    /// The draft of a dialog, as this transaction has it.
    pub(crate) async fn held_draft(
        &mut self,
        dialog: &DialogId,
    ) -> Result<Option<Draft>, StoreError> {
        let row: Option<Row> = sqlx::query_as(HELD)
            .bind(dialog.as_str())
            .fetch_optional(self.db().await?)
            .await?;
        row.map(Draft::try_from).transpose()
    }

    /// Keeps the text of a draft and nothing beside it.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn save_draft(
        &mut self,
        dialog: &DialogId,
        text: &str,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        let draft = Draft {
            text: text.to_owned(),
            ..Draft::default()
        };
        self.save_draft_state(dialog, &draft).await
    }

    /// Keeps a draft; an empty one is no draft. What is given up by that can
    /// be brought back.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn save_draft_state(
        &mut self,
        dialog: &DialogId,
        draft: &Draft,
    ) -> Result<(), StoreError> {
        self.require_dialog(dialog).await?;
        if let Some(editing) = &draft.editing
            && self.is_gone(editing).await?
        {
            // Whoever edits it does not know yet, and its words may have to leave no trace.
            return Ok(());
        }
        self.keep_given_up(dialog, draft).await?;
        if draft.is_empty() {
            return self.clear_draft(dialog).await;
        }
        self.put_draft(dialog, draft).await
    }

    /// Keeps a draft in the place of the one that is there.
    pub(crate) async fn put_draft(
        &mut self,
        dialog: &DialogId,
        draft: &Draft,
    ) -> Result<(), StoreError> {
        // What was given up is being written again.
        self.forget_given_up(dialog, draft.text.trim()).await?;
        let now = self.now();
        let done = sqlx::query(
            "INSERT INTO draft (dialog_id, body, saved_at, reply_to, editing, destroy_after, is_silent)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (dialog_id) DO UPDATE SET
                 body = excluded.body,
                 saved_at = excluded.saved_at,
                 reply_to = excluded.reply_to,
                 editing = excluded.editing,
                 destroy_after = excluded.destroy_after,
                 is_silent = excluded.is_silent
             WHERE body <> excluded.body
                OR reply_to IS NOT excluded.reply_to
                OR editing IS NOT excluded.editing
                OR destroy_after IS NOT excluded.destroy_after
                OR is_silent <> excluded.is_silent",
        )
        .bind(dialog.as_str())
        .bind(&draft.text)
        .bind(now.millis())
        .bind(draft.reply_to.as_ref().map(MessageId::as_str))
        .bind(draft.editing.as_ref().map(MessageId::as_str))
        .bind(draft.destroy_after)
        .bind(draft.is_silent)
        .execute(self.db().await?)
        .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(())
    }

    /// Keeps what a new draft does away with: one that is cleared, replaced by
    /// something else, or put aside while a message is edited. A text that goes
    /// on from it, or that is being shortened, is the same draft. A text that
    /// stems from a message is not kept, because the message may have to leave
    /// no trace.
    async fn keep_given_up(&mut self, dialog: &DialogId, draft: &Draft) -> Result<(), StoreError> {
        let held: Option<(String, i64, bool)> = sqlx::query_as(
            "SELECT body, saved_at, editing IS NOT NULL
             FROM draft
             WHERE dialog_id = ? AND destroy_after IS NULL",
        )
        .bind(dialog.as_str())
        .fetch_optional(self.db().await?)
        .await?;
        let Some((old, saved_at, was_edit)) = held else {
            return Ok(());
        };
        let (old, new) = (old.trim(), draft.text.trim());
        if was_edit {
            // What was put aside is forgotten when it is written again.
            return Ok(());
        }
        let goes_on = !new.is_empty() && (new.starts_with(old) || old.starts_with(new));
        let now = self.now();
        let is_being_typed = !new.is_empty() && now.millis() - saved_at < TYPING;
        let is_put_aside = draft.editing.is_some();
        if old.is_empty() || ((goes_on || is_being_typed) && !is_put_aside) {
            return Ok(());
        }
        self.give_up(dialog, old).await
    }

    /// Keeps a text that is not written on, so that it can be brought back.
    pub(crate) async fn give_up(
        &mut self,
        dialog: &DialogId,
        text: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.forget_given_up(dialog, text).await?;
        sqlx::query("INSERT INTO draft_history (dialog_id, body, saved_at) VALUES (?, ?, ?)")
            .bind(dialog.as_str())
            .bind(text)
            .bind(now.millis())
            .execute(self.db().await?)
            .await?;
        sqlx::query(
            "DELETE FROM draft_history
             WHERE dialog_id = ?1
               AND position NOT IN (SELECT position FROM draft_history
                                    WHERE dialog_id = ?1 ORDER BY position DESC LIMIT ?2)",
        )
        .bind(dialog.as_str())
        .bind(KEPT)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    async fn forget_given_up(&mut self, dialog: &DialogId, text: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM draft_history WHERE dialog_id = ? AND body = ?")
            .bind(dialog.as_str())
            .bind(text)
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    async fn clear_draft(&mut self, dialog: &DialogId) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM draft WHERE dialog_id = ?")
            .bind(dialog.as_str())
            .execute(self.db().await?)
            .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(())
    }
}
