//! Edits and removals that others tell of, or this person's other devices.
//! Anybody can send the form of one, so whoever did it must have the right.

use kith_model::{MessageId, Timestamp, UserId};

use crate::message::to_json;
use crate::waiting::HeardEdit;
use crate::{Change, StoreError, StoredMessage, Write};

impl Write {
    /// Takes in an edit. Only that of the author is believed. What comes live
    /// comes in order, so it is later than what is held, whatever two clocks
    /// say.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn hear_edit(&mut self, edit: &HeardEdit) -> Result<(), StoreError> {
        let Some(old) = self.find(&edit.message).await? else {
            if edit.is_passing {
                return Ok(());
            }
            return self.let_edit_wait(edit).await;
        };
        self.apply_edit(&old, edit).await
    }

    pub(crate) async fn apply_edit(
        &mut self,
        old: &StoredMessage,
        edit: &HeardEdit,
    ) -> Result<(), StoreError> {
        // An own edit that is still to be told replaces this one.
        if old.message.sender != edit.by || old.notice.is_some() || old.is_editing {
            return Ok(());
        }
        let properties = if edit.properties.is_empty() {
            old.message.properties.clone()
        } else {
            edit.properties.clone()
        };
        if edit.body == old.message.body
            && properties == old.message.properties
            && old.message.edited_at.is_some()
        {
            return Ok(());
        }
        let at = match old.message.edited_at {
            Some(held) if held >= edit.at => Timestamp::from_millis(held.millis() + 1),
            _ => edit.at,
        };
        self.rewrite(old, &edit.body, &properties, Some(at)).await
    }

    /// Gives a message another text.
    pub(crate) async fn rewrite(
        &mut self,
        old: &StoredMessage,
        body: &str,
        properties: &kith_model::Properties,
        edited_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let message = &old.message;
        let is_named = self.is_named(message.sender, properties);
        let as_of = self.now();
        sqlx::query(
            "UPDATE message SET
                 body = ?, properties = ?, edited_at = ?, updated_at = NULL, mentions_me = ?, as_of = ?
             WHERE id = ?",
        )
        .bind(body)
        .bind(to_json(properties))
        .bind(edited_at.map(Timestamp::millis))
        .bind(is_named)
        .bind(as_of.millis())
        .bind(message.id.as_str())
        .execute(self.db().await?)
        .await?;
        if body != message.body {
            self.goes(message);
        }
        let mut renewed = message.clone();
        renewed.body = body.to_owned();
        self.renew_links(&renewed);
        self.message_changed(&message.dialog_id, &message.id);
        Ok(())
    }

    /// Sets the properties of an own message that has not left.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn set_properties(
        &mut self,
        message: &MessageId,
        properties: &kith_model::Properties,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE message SET properties = ? WHERE id = ? AND is_own = 1 AND pending = 1",
        )
        .bind(to_json(properties))
        .bind(message.as_str())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Takes in that a message was taken away for everybody, by its author or
    /// by somebody who leads the dialog.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn hear_removal(
        &mut self,
        message: &MessageId,
        by: UserId,
    ) -> Result<(), StoreError> {
        let Some(old) = self.find(message).await? else {
            return self.let_removal_wait(message, by).await;
        };
        let may = old.notice.is_none()
            && (old.message.sender == by || self.leads(&old.message.dialog_id, by).await?);
        if may {
            self.take_away(message).await?;
        }
        Ok(())
    }

    /// Takes a message away from this device, with everything that hangs on
    /// it, and remembers its id so that it does not come back. Says whether it
    /// was here.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn take_away(&mut self, message: &MessageId) -> Result<bool, StoreError> {
        let now = self.now();
        sqlx::query(
            "INSERT INTO gone_message (message_id, gone_at)
             VALUES (?, ?)
             ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(message.as_str())
        .bind(now.millis())
        .execute(self.db().await?)
        .await?;
        let Some(old) = self.find(message).await? else {
            return Ok(false);
        };
        for statement in [
            "DELETE FROM message WHERE id = ?",
            "DELETE FROM deed WHERE message_id = ?",
            "DELETE FROM waiting_change WHERE message_id = ?",
            // What is being edited is a copy of it.
            "DELETE FROM draft WHERE editing = ?",
            "UPDATE draft SET reply_to = NULL WHERE reply_to = ?",
        ] {
            sqlx::query(statement)
                .bind(message.as_str())
                .execute(self.db().await?)
                .await?;
        }
        self.goes(&old.message);
        self.changes.add(Change::MessageRemoved {
            dialog: old.message.dialog_id.clone(),
            id: message.clone(),
        });
        self.changes
            .add(Change::Dialog(old.message.dialog_id.clone()));
        Ok(true)
    }
}
