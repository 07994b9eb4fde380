//! What this person does to messages that are on the server: edits, deletions,
//! reactions, pins.
//!
//! Each is shown as done at once and kept as a row until the server knows it,
//! so it survives a broken link and a restart. The server's own word, where it
//! comes in between, does not undo it; what the server refuses is undone from
//! what the row remembers. Doing one twice is harmless, so nothing but an edit
//! has to be looked up before it is told again.

use kith_model::{DialogId, MessageId, Properties, ReactionCount, Timestamp};
use serde::{Deserialize, Serialize};

use crate::message::{from_json, to_json};
use crate::open::stored;
use crate::reaction::step;
use crate::{Change, Store, StoreError, Write};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeedKind {
    /// An own message has another text.
    Edit,
    /// A message was deleted for this person.
    DeleteHere,
    /// A message was deleted for everybody.
    DeleteForAll,
    /// This person reacted.
    React,
    /// This person took a reaction back.
    TakeReactionBack,
    /// A message was pinned.
    Pin,
    /// A message is not pinned any more.
    Unpin,
}

impl DeedKind {
    const ALL: [Self; 7] = [
        Self::Edit,
        Self::DeleteHere,
        Self::DeleteForAll,
        Self::React,
        Self::TakeReactionBack,
        Self::Pin,
        Self::Unpin,
    ];

    fn number(self) -> i64 {
        Self::ALL
            .iter()
            .position(|kind| *kind == self)
            .and_then(|n| i64::try_from(n + 1).ok())
            .unwrap_or_default()
    }

    fn from_number(number: i64) -> Option<Self> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(at).copied()
    }
}

/// Something that the server does not know yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Its number, and its place in the order in which things were done.
    pub position: i64,
    /// What was done.
    pub kind: DeedKind,
    /// Where.
    pub dialog: DialogId,
    /// To which message.
    pub message: MessageId,
    /// The new text, or the emoji.
    pub text: String,
    /// The server knows it, and the others are still to be told.
    pub is_known: bool,
    /// The others are told as well.
    pub is_taken: bool,
    /// How often it has been tried.
    pub attempts: u32,
    /// Not before this.
    pub next_attempt_at: Timestamp,
    /// When the person did it.
    pub done_at: Timestamp,
    undo: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    kind: i64,
    dialog_id: String,
    message_id: String,
    text: String,
    undo: String,
    stage: i64,
    attempts: i64,
    next_attempt_at: i64,
    done_at: i64,
}

impl Deed {
    /// The text of a deletion of what is in no history.
    pub const RELAYED: &str = "relayed";
    /// The text of a deletion of what was still on its way to the server.
    pub const UNDER_WAY: &str = "under way";
}

impl TryFrom<Row> for Deed {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            position: row.position,
            kind: DeedKind::from_number(row.kind)
                .ok_or_else(|| sqlx::Error::Decode("a kind of deed that does not exist".into()))?,
            dialog: stored(&row.dialog_id)?,
            message: stored(&row.message_id)?,
            text: row.text,
            is_known: row.stage >= 1,
            is_taken: row.stage >= 2,
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            next_attempt_at: Timestamp::from_millis(row.next_attempt_at),
            done_at: Timestamp::from_millis(row.done_at),
            undo: row.undo,
        })
    }
}

/// What a message was before it was edited.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Before {
    body: String,
    properties: Properties,
    edited_at: Option<Timestamp>,
}

impl Store {
    /// The first deeds that wait to be told, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deeds(&self, limit: u32) -> Result<Vec<Deed>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT position, kind, dialog_id, message_id, text, undo, stage, attempts,
                    next_attempt_at, done_at
             FROM deed
             ORDER BY position
             LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter().map(Deed::try_from).collect()
    }
}

impl Write {
    /// Gives an own message that has left another text. Says `false` for
    /// anything else. (One that has not left is amended in the outbox.)
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn edit(
        &mut self,
        message: &MessageId,
        body: &str,
        properties: &Properties,
    ) -> Result<bool, StoreError> {
        let Some(old) = self.find(message).await? else {
            return Ok(false);
        };
        if old.message.sender != self.me || old.notice.is_some() {
            return Ok(false);
        }
        if old.message.body == body && old.message.properties == *properties {
            return Ok(true);
        }
        // What the server holds is what it was before the first edit that it
        // has not been told.
        let earlier: Option<(String, i64)> = sqlx::query_as(
            "DELETE FROM deed WHERE message_id = ? AND kind = ? RETURNING undo, stage",
        )
        .bind(message.as_str())
        .bind(DeedKind::Edit.number())
        .fetch_optional(self.db().await?)
        .await?;
        let untold = earlier.filter(|(_, stage)| *stage == 0);
        let undo = untold.map(|(undo, _)| undo).unwrap_or_else(|| {
            to_json(&Before {
                body: old.message.body.clone(),
                properties: old.message.properties.clone(),
                edited_at: old.message.edited_at,
            })
        });
        let now = self.now();
        self.keep_deed(DeedKind::Edit, &old.message.dialog_id, message, body, &undo)
            .await?;
        self.rewrite(&old, body, properties, Some(now)).await?;
        Ok(true)
    }

    /// Deletes a message that has left, for this person or for everybody. Says
    /// `false` when there is none such. (One that has not left is discarded.)
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn delete(&mut self, message: &MessageId, for_all: bool) -> Result<bool, StoreError> {
        let Some(old) = self.find(message).await? else {
            return Ok(false);
        };
        if old.notice.is_some() {
            // It is on this device alone.
            return self.take_away(message).await;
        }
        let undo: String = sqlx::query_scalar(
            "SELECT json_object(
                 'id', id, 'dialog_id', dialog_id, 'sender_id', sender_id, 'is_own', is_own, 'body', body,
                 'sent_at', sent_at, 'edited_at', edited_at, 'state', state, 'attachments', attachments,
                 'properties', properties, 'reactions', reactions, 'stored_at', stored_at,
                 'updated_at', updated_at, 'destroy_after', destroy_after, 'expires_at', expires_at,
                 'is_silent', is_silent, 'in_history', in_history, 'mentions_me', mentions_me,
                 'views', views)
             FROM message
             WHERE id = ?",
        )
        .bind(message.as_str())
        .fetch_one(self.db().await?)
        .await?;
        self.take_away(message).await?;
        let kind = if for_all {
            DeedKind::DeleteForAll
        } else {
            DeedKind::DeleteHere
        };
        // One that goes away by itself is in no history, so there is nothing
        // to delete for this person alone.
        if for_all || old.message.is_in_history {
            let text = if !old.message.is_in_history {
                Deed::RELAYED
            } else if old.delivery.is_on_server() {
                ""
            } else {
                Deed::UNDER_WAY
            };
            self.keep_deed(kind, &old.message.dialog_id, message, text, &undo)
                .await?;
        }
        Ok(true)
    }

    /// Reacts to a message, or takes a reaction back. Says `false` when there
    /// is none such.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn react(
        &mut self,
        message: &MessageId,
        emoji: &str,
        on: bool,
    ) -> Result<bool, StoreError> {
        let Some(old) = self.find(message).await? else {
            return Ok(false);
        };
        if old.notice.is_some() || !old.delivery.is_on_server() || !old.message.is_in_history {
            return Ok(false);
        }
        let me = self.me;
        if !self.note_reaction(message, emoji, me, on).await? {
            return Ok(true);
        }
        let opposite = if on {
            DeedKind::TakeReactionBack
        } else {
            DeedKind::React
        };
        // Both ways and never told is nothing to tell.
        let undone = sqlx::query(
            "DELETE FROM deed WHERE message_id = ? AND kind = ? AND text = ? AND attempts = 0",
        )
        .bind(message.as_str())
        .bind(opposite.number())
        .bind(emoji)
        .execute(self.db().await?)
        .await?;
        if undone.rows_affected() == 0 {
            let kind = if on {
                DeedKind::React
            } else {
                DeedKind::TakeReactionBack
            };
            self.keep_deed(kind, &old.message.dialog_id, message, emoji, "")
                .await?;
        }
        let mut shown = old.message.reactions.clone().unwrap_or_default();
        step(&mut shown, emoji, on, true);
        self.show_reactions(&old, &shown).await?;
        Ok(true)
    }

    /// Pins a message, or unpins it. Says `false` when there is none such.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn pin(&mut self, message: &MessageId, on: bool) -> Result<bool, StoreError> {
        let Some(old) = self.find(message).await? else {
            return Ok(false);
        };
        if old.notice.is_some() || !old.delivery.is_on_server() || !old.message.is_in_history {
            return Ok(false);
        }
        let dialog = &old.message.dialog_id;
        if !self.set_pin(dialog, message, on).await? {
            return Ok(true);
        }
        let (kind, opposite) = if on {
            (DeedKind::Pin, DeedKind::Unpin)
        } else {
            (DeedKind::Unpin, DeedKind::Pin)
        };
        let undone =
            sqlx::query("DELETE FROM deed WHERE message_id = ? AND kind = ? AND attempts = 0")
                .bind(message.as_str())
                .bind(opposite.number())
                .execute(self.db().await?)
                .await?;
        if undone.rows_affected() == 0 {
            self.keep_deed(kind, dialog, message, "", "").await?;
        }
        Ok(true)
    }

    async fn keep_deed(
        &mut self,
        kind: DeedKind,
        dialog: &DialogId,
        message: &MessageId,
        text: &str,
        undo: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "INSERT INTO deed (kind, dialog_id, message_id, text, undo, done_at)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(kind.number())
        .bind(dialog.as_str())
        .bind(message.as_str())
        .bind(text)
        .bind(undo)
        .bind(now.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Notes that a deed is being told. Says `false` when it is not there any
    /// more, because something else was done meanwhile.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn telling(&mut self, deed: &Deed) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE deed SET attempts = attempts + 1 WHERE position = ?")
            .bind(deed.position)
            .execute(self.db().await?)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// The server knows it; the others are still to be told.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn deed_known(&mut self, deed: &Deed) -> Result<(), StoreError> {
        sqlx::query("UPDATE deed SET stage = 1 WHERE position = ?")
            .bind(deed.position)
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// The others are told of an edit: what comes from now on is later than it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn edit_taken(&mut self, position: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE deed SET stage = 2 WHERE position = ? AND kind = ? AND stage < 2")
            .bind(position)
            .bind(DeedKind::Edit.number())
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// Nothing is left to tell. Says `false` when it was not there any more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn deed_done(&mut self, deed: &Deed) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM deed WHERE position = ?")
            .bind(deed.position)
            .execute(self.db().await?)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        match deed.kind {
            DeedKind::Edit => self.message_changed(&deed.dialog, &deed.message),
            DeedKind::React | DeedKind::TakeReactionBack => {
                // The server was told just now: what it was asked before knows nothing of it.
                let now = self.now();
                sqlx::query("UPDATE message SET reacted_as_of = ? WHERE id = ?")
                    .bind(now.millis())
                    .bind(deed.message.as_str())
                    .execute(self.db().await?)
                    .await?;
            }
            _ => {}
        }
        Ok(true)
    }

    /// It could not be told this time; not again before `next`.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn postpone_deed(&mut self, deed: &Deed, next: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE deed SET next_attempt_at = ? WHERE position = ?")
            .bind(next.millis())
            .bind(deed.position)
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// The link is new: what was postponed can be tried now.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn hasten_deeds(&mut self) -> Result<(), StoreError> {
        sqlx::query("UPDATE deed SET next_attempt_at = 0 WHERE next_attempt_at > 0")
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// The server refuses it: everything is as it was before. Says whether
    /// anything was undone.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn undo(&mut self, deed: &Deed) -> Result<bool, StoreError> {
        if !self.deed_done(deed).await? {
            return Ok(false);
        }
        let me = self.me;
        match deed.kind {
            DeedKind::Edit => {
                let Some(now) = self.find(&deed.message).await? else {
                    return Ok(false);
                };
                let before: Before = from_json(&deed.undo)?;
                self.rewrite(&now, &before.body, &before.properties, before.edited_at)
                    .await?;
            }
            DeedKind::DeleteHere | DeedKind::DeleteForAll => self.bring_back(deed).await?,
            DeedKind::React | DeedKind::TakeReactionBack => {
                let was_on = deed.kind == DeedKind::React;
                let Some(old) = self.find(&deed.message).await? else {
                    return Ok(false);
                };
                if self
                    .note_reaction(&deed.message, &deed.text, me, !was_on)
                    .await?
                {
                    let mut shown = old.message.reactions.clone().unwrap_or_default();
                    step(&mut shown, &deed.text, !was_on, true);
                    self.show_reactions(&old, &shown).await?;
                }
            }
            DeedKind::Pin | DeedKind::Unpin => {
                self.set_pin(&deed.dialog, &deed.message, deed.kind == DeedKind::Unpin)
                    .await?;
            }
        }
        Ok(true)
    }

    /// Puts a deleted message back as it was. Who has received it comes again
    /// with its next mention.
    async fn bring_back(&mut self, deed: &Deed) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM gone_message WHERE message_id = ?")
            .bind(deed.message.as_str())
            .execute(self.db().await?)
            .await?;
        sqlx::query(
            "INSERT INTO message (id, dialog_id, sender_id, is_own, body, sent_at, edited_at, state,
                                  attachments, properties, reactions, stored_at, updated_at,
                                  destroy_after, expires_at, is_silent, in_history, mentions_me, views)
             SELECT was.v ->> 'id', was.v ->> 'dialog_id', was.v ->> 'sender_id', was.v ->> 'is_own',
                    was.v ->> 'body', was.v ->> 'sent_at', was.v ->> 'edited_at', max(was.v ->> 'state', 4),
                    was.v ->> 'attachments', was.v ->> 'properties', was.v ->> 'reactions',
                    was.v ->> 'stored_at', was.v ->> 'updated_at', was.v ->> 'destroy_after',
                    was.v ->> 'expires_at', was.v ->> 'is_silent', was.v ->> 'in_history',
                    was.v ->> 'mentions_me', was.v ->> 'views'
             FROM (SELECT ? AS v) was
             WHERE json_valid(was.v)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&deed.undo)
        .execute(self.db().await?)
        .await?;
        if let Some(back) = self.find(&deed.message).await? {
            self.keep_links(&back.message);
            self.message_changed(&deed.dialog, &deed.message);
        }
        Ok(())
    }

    /// Whether this person has done something with this emoji that the server
    /// does not know.
    pub(crate) async fn reaction_is_pending(
        &mut self,
        message: &MessageId,
        emoji: &str,
    ) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM deed
                            WHERE message_id = ? AND kind IN (4, 5) AND text = ?)",
        )
        .bind(message.as_str())
        .bind(emoji)
        .fetch_one(self.db().await?)
        .await?)
    }

    /// The server's numbers with what this person did and it does not know.
    pub(crate) async fn with_pending_reactions(
        &mut self,
        message: &MessageId,
        mut told: Vec<ReactionCount>,
    ) -> Result<Vec<ReactionCount>, StoreError> {
        let pending: Vec<(i64, String)> = sqlx::query_as(
            "SELECT kind, text
             FROM deed
             WHERE message_id = ? AND kind IN (4, 5)
             ORDER BY position",
        )
        .bind(message.as_str())
        .fetch_all(self.db().await?)
        .await?;
        let me = self.me;
        for (kind, emoji) in pending {
            let on = kind == DeedKind::React.number();
            let is_own = told.iter().any(|r| r.emoji == emoji && r.is_own);
            if on != is_own {
                step(&mut told, &emoji, on, true);
                self.note_reaction(message, &emoji, me, on).await?;
            }
        }
        Ok(told)
    }

    /// Pins and unpins of a dialog that the server does not know, in order.
    pub(crate) async fn pending_pins(
        &mut self,
        dialog: &DialogId,
    ) -> Result<Vec<(MessageId, bool)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT message_id, kind
             FROM deed
             WHERE dialog_id = ? AND kind IN (6, 7)
             ORDER BY position",
        )
        .bind(dialog.as_str())
        .fetch_all(self.db().await?)
        .await?;
        rows.into_iter()
            .map(|(id, kind)| Ok((stored(&id)?, kind == DeedKind::Pin.number())))
            .collect()
    }

    /// A dialog's pins, or one of its messages, are different.
    pub(crate) fn pin_changed(&mut self, dialog: &DialogId, message: &MessageId) {
        self.changes.add(Change::Message {
            dialog: dialog.clone(),
            id: message.clone(),
        });
        self.changes.add(Change::Dialog(dialog.clone()));
    }
}
