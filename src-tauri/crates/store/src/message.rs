//! Messages: how they come in, how their state rises.
//!
//! A message has one id, so that whatever arrives again (as an echo, as a
//! page of history, after a resend) meets its own row and is merged into it:
//! the state is the higher of the two, the time is the server's, the text is
//! that of the later edit.

use std::collections::BTreeSet;

use kith_model::{Delivery, DialogId, FailureReason, Message, MessageId, Place, Timestamp, UserId};

use crate::open::stored;
use crate::person::{number, user};
use crate::write::list;
use crate::{Change, Spot, Store, StoreError, Write};

/// A message as it is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// The message. Its `delivered_to` and `read_by` are left empty; ask
    /// [`Store::receipts`] for them.
    pub message: Message,
    /// How far it has come; for messages of others always [`Delivery::Sent`].
    pub delivery: Delivery,
    /// Why it waits for the person, when it failed.
    pub failure: Option<FailureReason>,
}

impl StoredMessage {
    /// Where it stands.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot {
            pending: !self.delivery.is_on_server(),
            place: self.message.place(),
        }
    }
}

/// What became of a message that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was not here before.
    New,
    /// It was here, and something about it is different now.
    Merged,
    /// It was here, and nothing is new.
    Known,
    /// Its id belongs to another message, so it is not believed.
    Foreign,
}

/// The columns of [`Row`], for a statement that calls the table `m`.
macro_rules! message_columns {
    () => {
        "m.id, m.dialog_id, m.sender_id, m.body, m.sent_at, m.edited_at, m.state, m.failure, m.attachments"
    };
}
pub(crate) use message_columns;

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: String,
    dialog_id: String,
    sender_id: i64,
    body: String,
    sent_at: i64,
    edited_at: Option<i64>,
    state: i64,
    failure: Option<String>,
    attachments: String,
}

impl TryFrom<Row> for StoredMessage {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            message: Message {
                body: row.body,
                edited_at: row.edited_at.map(Timestamp::from_millis),
                attachments: serde_json::from_str(&row.attachments)
                    .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                ..Message::new(
                    stored(&row.id)?,
                    stored(&row.dialog_id)?,
                    user(row.sender_id)?,
                    Timestamp::from_seconds(row.sent_at),
                )
            },
            delivery: Delivery::from_rank(row.state)
                .ok_or_else(|| sqlx::Error::Decode("a state that does not exist".into()))?,
            failure: row.failure.as_deref().map(failure),
        })
    }
}

fn failure(name: &str) -> FailureReason {
    match name {
        "not_allowed" => FailureReason::NotAllowed,
        "dialog_gone" => FailureReason::DialogGone,
        "blocked" => FailureReason::Blocked,
        "too_large" => FailureReason::TooLarge,
        _ => FailureReason::Refused,
    }
}

fn failure_name(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::NotAllowed => "not_allowed",
        FailureReason::DialogGone => "dialog_gone",
        FailureReason::Blocked => "blocked",
        FailureReason::TooLarge => "too_large",
        FailureReason::Refused => "refused",
    }
}

fn attachments_json(message: &Message) -> String {
    serde_json::to_string(&message.attachments).unwrap_or_else(|_| "[]".into())
}

impl Store {
    /// Those of these messages that are here, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn messages(&self, ids: &[MessageId]) -> Result<Vec<StoredMessage>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(concat!(
            "SELECT ",
            message_columns!(),
            "
             FROM message m
             WHERE m.id IN (SELECT value FROM json_each(?))
             ORDER BY m.id",
        ))
        .bind(list(ids))
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(StoredMessage::try_from).collect()
    }

    /// One message, if it is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn message(&self, id: &MessageId) -> Result<Option<StoredMessage>, StoreError> {
        Ok(self.messages(std::slice::from_ref(id)).await?.pop())
    }

    /// Who has received or read an own message, the sender left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn receipts(&self, id: &MessageId) -> Result<Vec<(UserId, Delivery)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT person_id, state
             FROM message_receipt
             WHERE message_id = ?
             ORDER BY state DESC, person_id",
        )
        .bind(id.as_str())
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|(id, state)| {
                Ok((
                    user(id)?,
                    Delivery::from_rank(state).unwrap_or(Delivery::Delivered),
                ))
            })
            .collect()
    }

    /// Own messages that the server holds and not everybody has read, newest
    /// first: their ticks may have risen while there was no link.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unfinished(&self, limit: u32) -> Result<Vec<(DialogId, MessageId)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT m.dialog_id, m.id
             FROM message m INDEXED BY message_unfinished
             WHERE m.is_own = 1 AND m.state IN (4, 5)
             ORDER BY m.sent_at DESC, m.id DESC
             LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|(dialog, id)| Ok((stored(&dialog)?, stored(&id)?)))
            .collect()
    }
}

impl Write {
    /// One message, inside the transaction.
    pub(crate) async fn find(
        &mut self,
        id: &MessageId,
    ) -> Result<Option<StoredMessage>, StoreError> {
        let row: Option<Row> = sqlx::query_as(concat!(
            "SELECT ",
            message_columns!(),
            " FROM message m WHERE m.id = ?",
        ))
        .bind(id.as_str())
        .fetch_optional(self.db())
        .await?;
        row.map(StoredMessage::try_from).transpose()
    }

    /// Takes in a message as the server tells it, over either half of the
    /// platform, for the first time or again.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put(&mut self, news: &Message) -> Result<Put, StoreError> {
        self.ensure_dialog(news).await?;
        let put = match self.find(&news.id).await? {
            None => self.insert(news).await?,
            Some(old)
                if old.message.sender != news.sender || old.message.dialog_id != news.dialog_id =>
            {
                tracing::warn!(message = %news.id, "two messages with one id; the first one stays");
                return Ok(Put::Foreign);
            }
            Some(old) => self.merge(&old, news).await?,
        };
        if news.sender != self.me && news.read_by.contains(&self.me) {
            self.advance_pointer(&news.dialog_id, &news.place()).await?;
        }
        Ok(put)
    }

    async fn insert(&mut self, news: &Message) -> Result<Put, StoreError> {
        let state = self.told(news);
        let is_own = news.sender == self.me;
        sqlx::query(
            "INSERT INTO message (id, dialog_id, sender_id, is_own, body, sent_at, edited_at, state,
                                  attachments)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(news.id.as_str())
        .bind(news.dialog_id.as_str())
        .bind(number(news.sender))
        .bind(is_own)
        .bind(&news.body)
        .bind(news.sent_at.seconds())
        .bind(news.edited_at.map(Timestamp::millis))
        .bind(state.rank())
        .bind(attachments_json(news))
        .execute(self.db())
        .await?;
        self.receive_receipts(news).await?;
        self.apply_waiting_markers(news).await?;
        self.message_changed(&news.dialog_id, &news.id);
        Ok(Put::New)
    }

    async fn merge(&mut self, old: &StoredMessage, news: &Message) -> Result<Put, StoreError> {
        let later = news.edited_at >= old.message.edited_at;
        let (body, edited_at, attachments) = if later {
            (&news.body, news.edited_at, attachments_json(news))
        } else {
            (
                &old.message.body,
                old.message.edited_at,
                attachments_json(&old.message),
            )
        };
        let state = old.delivery.hear(self.told(news));
        let done = sqlx::query(
            "UPDATE message SET
                 body = ?2, sent_at = ?3, edited_at = ?4, state = ?5, pending = (?5 < 4), failure = NULL,
                 attachments = ?6
             WHERE id = ?1
               AND (body <> ?2 OR sent_at <> ?3 OR edited_at IS NOT ?4 OR state <> ?5
                    OR failure IS NOT NULL OR attachments <> ?6)",
        )
        .bind(news.id.as_str())
        .bind(body)
        .bind(news.sent_at.seconds())
        .bind(edited_at.map(Timestamp::millis))
        .bind(state.rank())
        .bind(attachments)
        .execute(self.db())
        .await?;
        let mut is_new = done.rows_affected() > 0;
        if !old.delivery.is_on_server() {
            self.leave_outbox(&news.id).await?;
        }
        is_new |= self.receive_receipts(news).await?;
        if !is_new {
            return Ok(Put::Known);
        }
        self.message_changed(&news.dialog_id, &news.id);
        Ok(Put::Merged)
    }

    /// The state that a message from the server shows by itself.
    fn told(&self, news: &Message) -> Delivery {
        let me = self.me;
        let others = |who: &[UserId]| who.iter().any(|id| *id != me);
        if news.sender != me {
            Delivery::Sent
        } else if others(&news.read_by) {
            Delivery::Read
        } else if others(&news.delivered_to) {
            Delivery::Delivered
        } else {
            Delivery::Sent
        }
    }

    /// Keeps who has received and read an own message.
    async fn receive_receipts(&mut self, news: &Message) -> Result<bool, StoreError> {
        if news.sender != self.me {
            return Ok(false);
        }
        let mut is_new = false;
        let read: BTreeSet<_> = news.read_by.iter().copied().collect();
        let delivered: BTreeSet<_> = news.delivered_to.iter().copied().collect();
        for person in &read | &delivered {
            if person != self.me {
                let state = if read.contains(&person) {
                    Delivery::Read
                } else {
                    Delivery::Delivered
                };
                is_new |= self.keep_receipt(&news.id, person, state).await?;
            }
        }
        Ok(is_new)
    }

    /// Keeps that somebody has an own message; says whether that is news.
    pub(crate) async fn keep_receipt(
        &mut self,
        id: &MessageId,
        by: UserId,
        state: Delivery,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO message_receipt (message_id, person_id, state)
             VALUES (?, ?, ?)
             ON CONFLICT (message_id, person_id) DO UPDATE SET state = excluded.state
             WHERE excluded.state > state",
        )
        .bind(id.as_str())
        .bind(number(by))
        .bind(state.rank())
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Raises the state of a message to `to`, which the server holds from now
    /// on at the latest. A message that was pending takes the place it left
    /// with, and leaves the outbox. Says whether anything changed.
    pub(crate) async fn rise(
        &mut self,
        old: &StoredMessage,
        to: Delivery,
    ) -> Result<bool, StoreError> {
        let state = old.delivery.hear(to);
        if state == old.delivery {
            return Ok(false);
        }
        let id = &old.message.id;
        sqlx::query(
            "UPDATE message SET
                 state = ?2,
                 pending = (?2 < 4),
                 failure = NULL,
                 sent_at = CASE WHEN state < 4 AND ?2 >= 4
                     THEN coalesce((SELECT stamp FROM outbox WHERE message_id = ?1), sent_at)
                     ELSE sent_at END
             WHERE id = ?1",
        )
        .bind(id.as_str())
        .bind(state.rank())
        .execute(self.db())
        .await?;
        if state.is_on_server() {
            self.leave_outbox(id).await?;
        }
        self.message_changed(&old.message.dialog_id, id);
        Ok(true)
    }

    /// Sets a state that is not a rise: a failure, or a new beginning after one.
    pub(crate) async fn set_state(
        &mut self,
        old: &StoredMessage,
        state: Delivery,
        reason: Option<FailureReason>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE message SET state = ?1, pending = (?1 < 4), failure = ?2 WHERE id = ?3",
        )
        .bind(state.rank())
        .bind(reason.map(failure_name))
        .bind(old.message.id.as_str())
        .execute(self.db())
        .await?;
        self.message_changed(&old.message.dialog_id, &old.message.id);
        Ok(())
    }

    /// The newest message of a dialog that the server holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest_place(&mut self, dialog: &DialogId) -> Result<Option<Place>, StoreError> {
        let row: Option<(i64, String)> = sqlx::query_as(
            "SELECT sent_at, id
             FROM message
             WHERE dialog_id = ? AND pending = 0
             ORDER BY sent_at DESC, id DESC
             LIMIT 1",
        )
        .bind(dialog.as_str())
        .fetch_optional(self.db())
        .await?;
        row.map(|(sent_at, id)| {
            Ok(Place {
                sent_at,
                id: stored(&id)?,
            })
        })
        .transpose()
    }

    /// A message is different, and so may be its dialog's last line and count.
    pub(crate) fn message_changed(&mut self, dialog: &DialogId, id: &MessageId) {
        self.changes.add(Change::Message {
            dialog: dialog.clone(),
            id: id.clone(),
        });
        self.changes.add(Change::Dialog(dialog.clone()));
    }
}
