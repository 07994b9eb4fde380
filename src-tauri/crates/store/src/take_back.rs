//! Messages that are taken back before they have gone out: for good, or to be
//! written on.

use kith_model::{Message, MessageId};

use crate::{Change, Draft, StoreError, Write};

impl Write {
    /// The person takes a message back that has not gone out; answers its
    /// text. `None` when it has left, or may have.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn discard(&mut self, id: &MessageId) -> Result<Option<String>, StoreError> {
        self.take_back(id, false).await
    }

    /// As [`Write::discard`]; with `is_written_on`, it is in the draft of its
    /// dialog again, in front of what is there, with what hung on it, what it
    /// answers, its timer and its silence.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn take_back(
        &mut self,
        id: &MessageId,
        is_written_on: bool,
    ) -> Result<Option<String>, StoreError> {
        let Some(old) = self.find(id).await? else {
            return Ok(None);
        };
        let files = match is_written_on {
            true => self.uploads_on(id).await?,
            false => Vec::new(),
        };
        let done = sqlx::query(
            "DELETE FROM message
             WHERE id = ?
               AND pending = 1
               AND (state = 0
                    OR EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = message.id AND o.fate = 0))",
        )
        .bind(id.as_str())
        .execute(self.db().await?)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        self.later("DELETE FROM draft WHERE editing = ?")
            .bind(id.as_str());
        self.later("UPDATE draft SET reply_to = NULL WHERE reply_to = ?")
            .bind(id.as_str());
        for file in files {
            // What the server has of it was brought there for that message.
            self.stage(&old.message.dialog_id, &file).await?;
        }
        if is_written_on {
            self.write_on(&old.message).await?;
        }
        self.goes(&old.message);
        self.changes.add(Change::MessageRemoved {
            dialog: old.message.dialog_id.clone(),
            id: id.clone(),
        });
        self.changes.add(Change::Dialog(old.message.dialog_id));
        Ok(Some(old.message.body))
    }

    async fn write_on(&mut self, message: &Message) -> Result<(), StoreError> {
        let dialog = &message.dialog_id;
        let held = self.held_draft(dialog).await?.unwrap_or_default();
        if held.editing.is_some() {
            // It waits with what was put aside for the edit, unless nothing of it may stay.
            return match message.destroy_after {
                None => self.give_up(dialog, &message.body).await,
                Some(_) => Ok(()),
            };
        }
        let parts = [message.body.as_str(), held.text.as_str()];
        let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
        let draft = Draft {
            text: parts.collect::<Vec<_>>().join("\n"),
            reply_to: held
                .reply_to
                .or_else(|| message.properties.reply().map(|reply| reply.message)),
            editing: None,
            destroy_after: held.destroy_after.or(message.destroy_after),
            is_silent: held.is_silent || message.is_silent,
        };
        self.put_draft(dialog, &draft).await
    }
}
