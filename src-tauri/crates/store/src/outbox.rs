//! What was written here and the server does not have yet.
//!
//! A row is made in the transaction that makes the message, and goes in the
//! transaction that learns that the server has it. In between it knows its
//! fate: it never left; or it was handed to a stream; or that stream broke and
//! nobody knows, so it has to be looked up before it is sent again. A dialog's
//! rows leave in the order in which they were written. A row that was refused
//! is parked: it waits for the person, and the rest goes on.

use kith_model::{Delivery, DialogId, FailureReason, Message, MessageId, Timestamp};

use crate::open::stored;
use crate::person::number;
use crate::{Change, Store, StoreError, Write};

/// What is known about where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Here, and nowhere else.
    NeverLeft,
    /// Handed to the stream that stands now.
    InFlight,
    /// Handed to a stream that broke.
    Unknown,
}

impl Fate {
    fn rank(self) -> i64 {
        match self {
            Self::NeverLeft => 0,
            Self::InFlight => 1,
            Self::Unknown => 2,
        }
    }

    fn from_rank(rank: i64) -> Self {
        match rank {
            0 => Self::NeverLeft,
            1 => Self::InFlight,
            _ => Self::Unknown,
        }
    }
}

/// One message that waits to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Which.
    pub message: MessageId,
    /// Where to.
    pub dialog: DialogId,
    /// The text.
    pub body: String,
    /// What is known about where it is.
    pub fate: Fate,
    /// The time it left with, if it did.
    pub stamp: Option<Timestamp>,
    /// How often it has been tried.
    pub attempts: u32,
    /// Not before this.
    pub next_attempt_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    message_id: String,
    dialog_id: String,
    body: String,
    fate: i64,
    stamp: Option<i64>,
    attempts: i64,
    next_attempt_at: i64,
}

impl TryFrom<Row> for OutboxRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            message: stored(&row.message_id)?,
            dialog: stored(&row.dialog_id)?,
            body: row.body,
            fate: Fate::from_rank(row.fate),
            stamp: row.stamp.map(Timestamp::from_seconds),
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            next_attempt_at: Timestamp::from_millis(row.next_attempt_at),
        })
    }
}

impl Store {
    /// The first rows of each dialog that has something to send, at most
    /// `each` of a dialog and `limit` in all, in order. Parked rows are left
    /// out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outbox(&self, each: u32, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT o.message_id, o.dialog_id, m.body, o.fate, o.stamp, o.attempts, o.next_attempt_at
             FROM outbox o
             JOIN message m ON m.id = o.message_id
             WHERE o.is_parked = 0
               AND (SELECT count(*) FROM outbox before
                    WHERE before.dialog_id = o.dialog_id
                      AND before.is_parked = 0
                      AND before.position < o.position) < ?
             ORDER BY o.position
             LIMIT ?",
        )
        .bind(each)
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(OutboxRow::try_from).collect()
    }
}

impl Write {
    /// Queues a message of this person: the message, its outbox row, and the
    /// draft gone, all at once. Says `false`, and does nothing, when a message
    /// with this id is here already.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn queue(
        &mut self,
        dialog: &DialogId,
        id: &MessageId,
        body: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.require_dialog(dialog).await?;
        let me = number(self.me);
        let made = sqlx::query(
            "INSERT INTO message (id, dialog_id, sender_id, is_own, body, sent_at, state, pending)
             VALUES (?, ?, ?, 1, ?, ?, ?, 1)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(dialog.as_str())
        .bind(me)
        .bind(body)
        .bind(now.seconds())
        .bind(Delivery::Queued.rank())
        .execute(self.db())
        .await?;
        if made.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("INSERT INTO outbox (message_id, dialog_id) VALUES (?, ?)")
            .bind(id.as_str())
            .bind(dialog.as_str())
            .execute(self.db())
            .await?;
        self.clear_draft(dialog).await?;
        self.message_changed(dialog, id);
        // A marker may have come before: the id is the sender's, so its
        // message can be known to others before a lost row is queued again.
        let queued = Message::new(id.clone(), dialog.clone(), self.me, now);
        self.apply_waiting_markers(&queued).await?;
        Ok(true)
    }

    /// Notes that a row is being handed to the stream, with the time it
    /// carries. To be committed before it is handed over.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn handing_over(
        &mut self,
        id: &MessageId,
        stamp: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE outbox SET fate = ?, stamp = ?, attempts = attempts + 1
             WHERE message_id = ? AND is_parked = 0",
        )
        .bind(Fate::InFlight.rank())
        .bind(stamp.seconds())
        .bind(id.as_str())
        .execute(self.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(old) = self.find(id).await? {
            self.rise(&old, Delivery::Sending).await?;
        }
        Ok(true)
    }

    /// The server has it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn acknowledged(
        &mut self,
        id: &MessageId,
    ) -> Result<Option<(DialogId, Timestamp)>, StoreError> {
        let Some(old) = self.find(id).await? else {
            return Ok(None);
        };
        if old.message.sender != self.me {
            return Ok(None);
        }
        self.rise(&old, Delivery::Sent).await?;
        let now = self.find(id).await?;
        Ok(now.map(|m| (m.message.dialog_id, m.message.sent_at)))
    }

    /// The stream broke with this on it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn fate_unknown(&mut self, id: &MessageId) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox SET fate = ? WHERE message_id = ? AND fate = ?")
            .bind(Fate::Unknown.rank())
            .bind(id.as_str())
            .bind(Fate::InFlight.rank())
            .execute(self.db())
            .await?;
        Ok(())
    }

    /// A new stream stands, so whatever was in flight was on an older one.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn doubt_in_flight(&mut self) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox SET fate = ? WHERE fate = ?")
            .bind(Fate::Unknown.rank())
            .bind(Fate::InFlight.rank())
            .execute(self.db())
            .await?;
        Ok(())
    }

    /// The server was asked and does not have it: it may be sent again.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn not_on_server(&mut self, id: &MessageId) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox SET fate = ? WHERE message_id = ? AND fate = ?")
            .bind(Fate::NeverLeft.rank())
            .bind(id.as_str())
            .bind(Fate::Unknown.rank())
            .execute(self.db())
            .await?;
        Ok(())
    }

    /// It did not leave this time, or nobody knows whether it did; not again
    /// before `next`.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn postpone(
        &mut self,
        id: &MessageId,
        fate: Fate,
        next: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox SET fate = ?, next_attempt_at = ? WHERE message_id = ?")
            .bind(fate.rank())
            .bind(next.millis())
            .bind(id.as_str())
            .execute(self.db())
            .await?;
        Ok(())
    }

    /// The server refuses it: it waits, with the reason, for the person.
    ///
    /// An acknowledgement (XEP-0198 §4) only says that the server has taken
    /// the stanza, and a refusal follows it, so a refusal is believed of a
    /// message that is merely *sent*. Of one that somebody has received it is
    /// not. Should the server hold the message after all, its next mention
    /// raises the state again.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn refused(
        &mut self,
        id: &MessageId,
        reason: FailureReason,
    ) -> Result<(), StoreError> {
        let Some(old) = self.find(id).await? else {
            return Ok(());
        };
        if old.message.sender != self.me || old.delivery.hear(Delivery::Failed) != Delivery::Failed
        {
            return Ok(());
        }
        self.set_state(&old, Delivery::Failed, Some(reason)).await?;
        sqlx::query(
            "INSERT INTO outbox (message_id, dialog_id, is_parked)
             VALUES (?, ?, 1)
             ON CONFLICT (message_id) DO UPDATE SET is_parked = 1, fate = 0",
        )
        .bind(id.as_str())
        .bind(old.message.dialog_id.as_str())
        .execute(self.db())
        .await?;
        Ok(())
    }

    /// The person wants a failed message sent after all. Says `false` when it
    /// is none that failed.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn retry(&mut self, id: &MessageId) -> Result<bool, StoreError> {
        let Some(old) = self.find(id).await? else {
            return Ok(false);
        };
        if old.delivery != Delivery::Failed {
            return Ok(false);
        }
        self.set_state(&old, Delivery::Queued, None).await?;
        sqlx::query(
            "INSERT INTO outbox (message_id, dialog_id)
             VALUES (?, ?)
             ON CONFLICT (message_id) DO UPDATE SET is_parked = 0, attempts = 0, next_attempt_at = 0",
        )
        .bind(id.as_str())
        .bind(old.message.dialog_id.as_str())
        .execute(self.db())
        .await?;
        Ok(true)
    }

    /// The person takes a message back that has not gone out; answers its
    /// text. `None` when it has left, or may have.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn discard(&mut self, id: &MessageId) -> Result<Option<String>, StoreError> {
        let Some(old) = self.find(id).await? else {
            return Ok(None);
        };
        let done = sqlx::query(
            "DELETE FROM message
             WHERE id = ?
               AND pending = 1
               AND (state = 0
                    OR EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = message.id AND o.fate = 0))",
        )
        .bind(id.as_str())
        .execute(self.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        self.changes.add(Change::MessageRemoved {
            dialog: old.message.dialog_id.clone(),
            id: id.clone(),
        });
        self.changes.add(Change::Dialog(old.message.dialog_id));
        Ok(Some(old.message.body))
    }

    /// At start no stream stands: what was being sent is queued again, and has
    /// to be looked up first.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn requeue_sending(&mut self) -> Result<(), StoreError> {
        self.doubt_in_flight().await?;
        let ids: Vec<(String, String)> = sqlx::query_as(
            "UPDATE message SET state = ?
             WHERE id IN (SELECT message_id FROM outbox WHERE is_parked = 0) AND state IN (2, 3)
             RETURNING dialog_id, id",
        )
        .bind(Delivery::Queued.rank())
        .fetch_all(self.db())
        .await?;
        for (dialog, id) in ids {
            self.message_changed(&stored(&dialog)?, &stored(&id)?);
        }
        Ok(())
    }

    pub(crate) async fn leave_outbox(&mut self, id: &MessageId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM outbox WHERE message_id = ?")
            .bind(id.as_str())
            .execute(self.db())
            .await?;
        Ok(())
    }
}
