//! What came before the message it is about, and what must not come back.
//!
//! The two halves of the platform are not in step, so an edit, a removal, a
//! reaction or a marker can be told before its message is here. It waits in a
//! table of its own, and is applied in the transaction that brings the
//! message. Whether whoever did it may do it is judged then, because only then
//! it is known whose message it is.
//!
//! The other way round, a message that was taken away can come once more, with
//! a page of history that was under way. Its id is kept for a while so that it
//! is known and left out.

use kith_model::{Message, MessageId, Properties, Timestamp, UserId};
use sqlx::{FromRow, Row as _};

use crate::message::{self, from_json, message_columns, to_json};
use crate::person::{number, user};
use crate::{StoreError, StoredMessage, Write};

/// An edit, as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardEdit {
    /// Which message.
    pub message: MessageId,
    /// Who edited it.
    pub by: UserId,
    /// The new text.
    pub body: String,
    /// The new properties; none leave the old ones.
    pub properties: Properties,
    /// When.
    pub at: Timestamp,
    /// Whether the message goes away by itself: it will not come any more, and
    /// its text is not kept for it.
    pub is_passing: bool,
}

/// Reactions of one person, as they were told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardReactions {
    /// To which message.
    pub message: MessageId,
    /// Whose.
    pub by: UserId,
    /// Emoji that were added.
    pub added: Vec<String>,
    /// Emoji that were taken back.
    pub removed: Vec<String>,
}

/// What there is for a message that is about to come in.
#[derive(Debug, Clone, Copy, Default, FromRow)]
pub(crate) struct Awaits {
    /// It was taken away.
    pub(crate) is_gone: bool,
    markers: bool,
    pub(crate) changes: bool,
    /// It is pinned already.
    was_pinned: bool,
    is_archived: bool,
    /// Its place lies below the read pointer.
    pub(crate) is_passed: bool,
    /// Its dialog has a row.
    pub(crate) has_dialog: bool,
    /// Its dialog is known and in the list.
    pub(crate) is_listed: bool,
}

/// The columns of [`Awaits`], for a message of a dialog and a second that are
/// called `asked`, and the dialog `d`, if there is one.
macro_rules! awaits_columns {
    () => {
        "EXISTS (SELECT 1 FROM gone_message g WHERE g.message_id = asked.id) AS is_gone,
         EXISTS (SELECT 1 FROM waiting_marker w WHERE w.message_id = asked.id) AS markers,
         EXISTS (SELECT 1 FROM waiting_change w WHERE w.message_id = asked.id) AS changes,
         EXISTS (SELECT 1 FROM pin
                 WHERE pin.dialog_id = asked.dialog_id AND pin.message_id = asked.id) AS was_pinned,
         EXISTS (SELECT 1 FROM list_state s
                 WHERE s.dialog_id = asked.dialog_id AND s.archived_at IS NOT NULL) AS is_archived,
         EXISTS (SELECT 1 FROM read_pointer p
                 WHERE p.dialog_id = asked.dialog_id
                   AND (p.sent_at, p.message_id) >= (asked.sent_at, asked.id)) AS is_passed,
         d.id IS NOT NULL AS has_dialog,
         coalesce(d.is_known AND d.is_listed, 0) AS is_listed"
    };
}
pub(crate) use awaits_columns;

/// What a message that comes in meets: itself, as it is here, and all that may
/// have come before it. One statement, because every message asks it.
pub(crate) const MET: &str = concat!(
    "SELECT m.id IS NOT NULL AS is_here,
         ",
    awaits_columns!(),
    ",
         ",
    message_columns!(),
    "
     FROM (SELECT ? AS id, ? AS dialog_id, ? AS sent_at) asked
     LEFT JOIN dialog d ON d.id = asked.dialog_id
     LEFT JOIN message m ON m.id = asked.id"
);

#[derive(FromRow)]
struct Waiting {
    person_id: i64,
    kind: i64,
    text: String,
    properties: String,
    done_at: i64,
    heard_at: i64,
}

const EDIT: i64 = 1;
const REMOVAL: i64 = 2;
const REACTION: i64 = 3;
const REACTION_TAKEN_BACK: i64 = 4;

impl Awaits {
    /// Whether something came before the message.
    pub(crate) fn is_something(self) -> bool {
        self.markers || self.changes
    }

    /// Whether the message is kept as it is, and nothing is known of it besides.
    pub(crate) fn leaves_plain(self, message: &Message) -> bool {
        !self.is_gone
            && !self.is_something()
            && !self.was_pinned
            && message.destroy_after.is_none()
            && message.reactions.as_ref().is_none_or(Vec::is_empty)
    }
}

impl Write {
    /// What a message that comes in meets.
    pub(crate) async fn met(
        &mut self,
        news: &Message,
    ) -> Result<(Option<StoredMessage>, Awaits), StoreError> {
        self.later(MET)
            .bind(news.id.as_str())
            .bind(news.dialog_id.as_str())
            .bind(news.sent_at.seconds());
        let row = self.answer().await?.ok_or(sqlx::Error::RowNotFound)?;
        let held = if row.try_get("is_here")? {
            Some(StoredMessage::try_from(message::Row::from_row(&row)?)?)
        } else {
            None
        };
        Ok((held, Awaits::from_row(&row)?))
    }

    /// Applies what waited for a message that is here now.
    pub(crate) async fn apply_what_waited(
        &mut self,
        news: &Message,
        awaits: Awaits,
    ) -> Result<(), StoreError> {
        if awaits.is_archived {
            self.bring_back_from_archive(news).await?;
        }
        if awaits.markers {
            self.apply_waiting_markers(news).await?;
        }
        if awaits.changes {
            self.apply_waiting_changes(&news.id).await?;
        }
        Ok(())
    }

    async fn apply_waiting_changes(&mut self, message: &MessageId) -> Result<(), StoreError> {
        let mut waiting: Vec<(i64, Waiting)> = Vec::new();
        let rows: Vec<(i64, i64, i64, String, String, i64, i64)> = sqlx::query_as(
            "DELETE FROM waiting_change
             WHERE message_id = ?
             RETURNING position, person_id, kind, text, properties, done_at, heard_at",
        )
        .bind(message.as_str())
        .fetch_all(self.db().await?)
        .await?;
        for (position, person_id, kind, text, properties, done_at, heard_at) in rows {
            let row = Waiting {
                person_id,
                kind,
                text,
                properties,
                done_at,
                heard_at,
            };
            waiting.push((position, row));
        }
        waiting.sort_by_key(|(position, _)| *position);
        for (_, row) in waiting {
            let by = user(row.person_id)?;
            // The message is here now, so none of this waits again.
            match row.kind {
                EDIT => {
                    let edit = HeardEdit {
                        message: message.clone(),
                        by,
                        body: row.text,
                        properties: from_json(&row.properties)?,
                        at: Timestamp::from_millis(row.done_at),
                        is_passing: false,
                    };
                    // Not if an answer that was asked for later has brought the message.
                    let heard_at = Timestamp::from_millis(row.heard_at);
                    if let Some(old) = self.find(message).await?
                        && old.as_of <= heard_at
                    {
                        Box::pin(self.apply_edit(&old, &edit)).await?;
                    }
                }
                REMOVAL => Box::pin(self.hear_removal(message, by)).await?,
                kind => {
                    let (mut added, mut removed) = (Vec::new(), Vec::new());
                    if kind == REACTION {
                        added.push(row.text);
                    } else {
                        removed.push(row.text);
                    }
                    let heard = HeardReactions {
                        message: message.clone(),
                        by,
                        added,
                        removed,
                    };
                    Box::pin(self.hear_reactions(&heard)).await?;
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn let_edit_wait(&mut self, edit: &HeardEdit) -> Result<(), StoreError> {
        // Only the last edit of one person counts.
        sqlx::query(
            "DELETE FROM waiting_change WHERE message_id = ? AND person_id = ? AND kind = ?",
        )
        .bind(edit.message.as_str())
        .bind(number(edit.by))
        .bind(EDIT)
        .execute(self.db().await?)
        .await?;
        let properties = to_json(&edit.properties);
        self.let_wait(
            &edit.message,
            edit.by,
            EDIT,
            &edit.body,
            &properties,
            edit.at,
        )
        .await
    }

    pub(crate) async fn let_removal_wait(
        &mut self,
        message: &MessageId,
        by: UserId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.let_wait(message, by, REMOVAL, "", "{}", now).await
    }

    pub(crate) async fn let_reactions_wait(
        &mut self,
        heard: &HeardReactions,
    ) -> Result<(), StoreError> {
        let now = self.now();
        for (kind, emoji) in heard.added.iter().map(|emoji| (REACTION, emoji)).chain(
            heard
                .removed
                .iter()
                .map(|emoji| (REACTION_TAKEN_BACK, emoji)),
        ) {
            self.let_wait(&heard.message, heard.by, kind, emoji, "{}", now)
                .await?;
        }
        Ok(())
    }

    async fn let_wait(
        &mut self,
        message: &MessageId,
        by: UserId,
        kind: i64,
        text: &str,
        properties: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        if self.is_gone(message).await? {
            return Ok(());
        }
        let now = self.now();
        sqlx::query(
            "INSERT INTO waiting_change (message_id, person_id, kind, text, properties, done_at, heard_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(message.as_str())
        .bind(number(by))
        .bind(kind)
        .bind(text)
        .bind(properties)
        .bind(at.millis())
        .bind(now.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Whether a message was taken away here.
    pub(crate) async fn is_gone(&mut self, message: &MessageId) -> Result<bool, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM gone_message WHERE message_id = ?)")
                .bind(message.as_str())
                .fetch_one(self.db().await?)
                .await?,
        )
    }

    /// Lets go of what has waited since before `since`, and of the ids of
    /// messages that went away before then.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn forget_what_waited(&mut self, since: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM waiting_change WHERE heard_at < ?")
            .bind(since.millis())
            .execute(self.db().await?)
            .await?;
        sqlx::query(
            "DELETE FROM gone_message
             WHERE gone_at < ?
               AND NOT EXISTS (SELECT 1 FROM deed WHERE deed.message_id = gone_message.message_id)",
        )
        .bind(since.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
