//! What was written here and the server does not have yet.
//!
//! A row is made in the transaction that makes the message, and goes in the
//! transaction that learns that the server has it. In between it knows its
//! fate: it never left; or it was handed to a stream; or that stream broke and
//! nobody knows, so it has to be looked up before it is sent again. A dialog's
//! rows leave in the order in which they were written. A row that was refused
//! is parked: it waits for the person, and the rest goes on. Every step is
//! noted in the journal (`journal.rs`).

use kith_model::{Delivery, DialogId, FailureReason, MessageId, Timestamp};
use sqlx::{FromRow, Row as _};

use crate::message::{self, message_columns};
use crate::open::stored;
use crate::{JournalEntry, Step, Store, StoreError, StoredMessage, Write};

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
    pub(crate) fn rank(self) -> i64 {
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
    /// What is known about where it is.
    pub fate: Fate,
    /// The time it left with, if it did.
    pub stamp: Option<Timestamp>,
    /// How often it has been tried; what the stream did not take does not count.
    pub attempts: u32,
    /// Not before this.
    pub next_attempt_at: Timestamp,
    /// Whether a file on it is still to be brought to the server.
    pub needs_files: bool,
}

/// A message that the server has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Where it is.
    pub dialog: DialogId,
    /// Its time.
    pub sent_at: Timestamp,
    /// Whether other messages are on their way, or wait for it.
    pub others_wait: bool,
    /// Whether something is to be told that this person did to messages.
    pub deeds_wait: bool,
}

/// A message that has not gone out, as a person is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The message; its state and reason are in it.
    pub message: StoredMessage,
    /// How often it has been tried.
    pub attempts: u32,
    /// When it is tried again, where it waits for a time.
    pub next_attempt_at: Option<Timestamp>,
    /// What has happened to it so far.
    pub journal: Vec<JournalEntry>,
}

#[derive(FromRow)]
struct Row {
    message_id: String,
    dialog_id: String,
    fate: i64,
    stamp: Option<i64>,
    attempts: i64,
    next_attempt_at: i64,
    needs_files: bool,
}

impl TryFrom<Row> for OutboxRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            message: stored(&row.message_id)?,
            dialog: stored(&row.dialog_id)?,
            fate: Fate::from_rank(row.fate),
            stamp: row.stamp.map(Timestamp::from_seconds),
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            next_attempt_at: Timestamp::from_millis(row.next_attempt_at),
            needs_files: row.needs_files,
        })
    }
}

/// The first rows of every dialog: from dialog to dialog along the index, and
/// in each no further than needed, so that a long queue costs no more than a
/// short one. Dialogs that may go on now come before those that wait for a time
/// or for a file.
pub(crate) const FIRST_ROWS: &str = "
    WITH RECURSIVE next_dialog (id) AS (
        SELECT min(dialog_id) FROM outbox WHERE is_parked = 0
        UNION ALL
        SELECT (SELECT min(o.dialog_id) FROM outbox o WHERE o.is_parked = 0 AND o.dialog_id > next_dialog.id)
        FROM next_dialog
        WHERE next_dialog.id IS NOT NULL)
    SELECT o.message_id, o.dialog_id, o.fate, o.stamp, o.attempts, o.next_attempt_at,
           EXISTS (SELECT 1 FROM upload u WHERE u.message_id = o.message_id AND u.state <> 3) AS needs_files
    FROM next_dialog d
    JOIN outbox o ON o.position IN (
        SELECT first.position
        FROM outbox first
        WHERE first.dialog_id = d.id AND first.is_parked = 0
        ORDER BY first.position
        LIMIT ?1)
    WHERE d.id IS NOT NULL
    ORDER BY (SELECT max(head.next_attempt_at > ?3
                         OR EXISTS (SELECT 1
                                    FROM upload u
                                    WHERE u.message_id = head.message_id AND u.state <> 3))
              FROM outbox head
              WHERE head.position IN (
                  SELECT first.position
                  FROM outbox first
                  WHERE first.dialog_id = d.id AND first.is_parked = 0
                  ORDER BY first.position
                  LIMIT 1)),
             o.position
    LIMIT ?2";

impl Store {
    /// The first rows of each dialog that has something to send, at most
    /// `each` of a dialog and `limit` in all; a dialog's rows in order. Parked
    /// rows are left out, and dialogs whose first row waits for a time come last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outbox(
        &self,
        each: u32,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(FIRST_ROWS)
            .bind(each)
            .bind(limit)
            .bind(now.millis())
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter().map(OutboxRow::try_from).collect()
    }

    /// Everything that has not gone out, in the order of writing: what waits
    /// and what failed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting(&self, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT message_id, attempts, next_attempt_at
             FROM outbox
             ORDER BY position
             LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let mut waiting = Vec::with_capacity(rows.len());
        for (id, attempts, next) in rows {
            let id: MessageId = stored(&id)?;
            // Gone between the two questions: it went out.
            let Some(message) = self.message(&id).await? else {
                continue;
            };
            if message.delivery.is_on_server() {
                continue;
            }
            waiting.push(Waiting {
                message,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
                next_attempt_at: (next > 0).then(|| Timestamp::from_millis(next)),
                journal: self.journal(&id).await?,
            });
        }
        Ok(waiting)
    }

    /// The ids of all messages that failed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn failed(&self) -> Result<Vec<MessageId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT message_id FROM outbox WHERE is_parked = 1 ORDER BY position",
        )
        .fetch_all(&mut *self.reader().await?)
        .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }
}

impl Write {
    /// Notes that a row is being handed to the stream, with the time it
    /// carries, and answers the message as it is to be sent, with that time. To
    /// be committed before it is handed over. `None` when the person took it back.
    ///
    /// What goes away by itself keeps the first time it left with: somebody may
    /// have it since then, and no history would tell them of another.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn handing_over(
        &mut self,
        id: &MessageId,
        stamp: Timestamp,
    ) -> Result<Option<(StoredMessage, Timestamp)>, StoreError> {
        let stamp: Option<i64> = sqlx::query_scalar(
            "UPDATE outbox SET
                 fate = ?1,
                 stamp = CASE
                     WHEN (SELECT destroy_after FROM message WHERE id = ?3) IS NULL THEN ?2
                     ELSE coalesce(stamp, ?2)
                 END,
                 attempts = attempts + 1
             WHERE message_id = ?3 AND is_parked = 0
             RETURNING stamp",
        )
        .bind(Fate::InFlight.rank())
        .bind(stamp.seconds())
        .bind(id.as_str())
        .fetch_optional(self.db().await?)
        .await?;
        let Some(stamp) = stamp else {
            return Ok(None);
        };
        let Some(old) = self.find(id).await? else {
            return Ok(None);
        };
        if !self.rise(&old, Delivery::Sending, Step::HandedOver) {
            self.note(id, old.delivery, Step::HandedOver);
        }
        Ok(Some((old, Timestamp::from_seconds(stamp))))
    }

    /// The server has taken it. That says nothing against a refusal: what is
    /// refused is acknowledged as well, behind the error. `None` when it is no
    /// message that waited for this.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn acknowledged(
        &mut self,
        id: &MessageId,
    ) -> Result<Option<Acknowledged>, StoreError> {
        self.later(concat!(
            "SELECT ",
            message_columns!(),
            ",
                 (SELECT o.stamp FROM outbox o WHERE o.message_id = m.id) AS stamp,
                 EXISTS (SELECT 1 FROM outbox o WHERE o.is_parked = 0 AND o.message_id <> m.id) AS others,
                 EXISTS (SELECT 1 FROM deed) AS deeds
             FROM message m
             WHERE m.id = ?",
        ))
        .bind(id.as_str());
        let Some(row) = self.answer().await? else {
            return Ok(None);
        };
        let old = StoredMessage::try_from(message::Row::from_row(&row)?)?;
        if old.message.sender != self.me || old.delivery == Delivery::Failed {
            return Ok(None);
        }
        self.rise(&old, Delivery::Sent, Step::Acknowledged);
        // It takes the place that it left with, as `rise` says.
        let stamp: Option<i64> = row.try_get("stamp")?;
        let sent_at = stamp
            .filter(|_| !old.delivery.is_on_server())
            .map_or(old.message.sent_at, Timestamp::from_seconds);
        Ok(Some(Acknowledged {
            dialog: old.message.dialog_id,
            sent_at,
            others_wait: row.try_get("others")?,
            deeds_wait: row.try_get("deeds")?,
        }))
    }

    /// The stream broke with this on it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn fate_unknown(&mut self, id: &MessageId) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE outbox SET fate = ?, next_attempt_at = 0 WHERE message_id = ? AND fate = ?",
        )
        .bind(Fate::Unknown.rank())
        .bind(id.as_str())
        .bind(Fate::InFlight.rank())
        .execute(self.db().await?)
        .await?;
        if done.rows_affected() > 0 {
            self.note_as_is(id, Step::LinkBroke).await?;
        }
        Ok(())
    }

    /// A new stream stands, so whatever was in flight was on an older one.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn doubt_in_flight(&mut self) -> Result<(), StoreError> {
        self.doubt_all(Step::LinkBroke).await
    }

    async fn doubt_all(&mut self, step: Step) -> Result<(), StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "UPDATE outbox SET fate = ? WHERE fate = ? AND is_parked = 0 RETURNING message_id",
        )
        .bind(Fate::Unknown.rank())
        .bind(Fate::InFlight.rank())
        .fetch_all(self.db().await?)
        .await?;
        for id in ids {
            self.note_as_is(&stored(&id)?, step).await?;
        }
        Ok(())
    }

    /// The server was asked and does not have it: it may be sent again.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn not_on_server(&mut self, id: &MessageId) -> Result<(), StoreError> {
        let done = sqlx::query("UPDATE outbox SET fate = ? WHERE message_id = ? AND fate = ?")
            .bind(Fate::NeverLeft.rank())
            .bind(id.as_str())
            .bind(Fate::Unknown.rank())
            .execute(self.db().await?)
            .await?;
        if done.rows_affected() > 0 {
            self.note_as_is(id, Step::NotOnServer).await?;
        }
        Ok(())
    }

    /// It did not leave this time, or nobody knows whether it did; not again
    /// before `next`. A message that had counted as sent is on its way again.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn postpone(
        &mut self,
        id: &MessageId,
        fate: Fate,
        next: Timestamp,
        step: Step,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE outbox SET
                 fate = ?1,
                 next_attempt_at = ?2,
                 -- What the stream did not take was no attempt. If there was no other
                 -- either, nobody has the message, and it may have another time.
                 attempts = max(attempts - ?4, 0),
                 stamp = CASE WHEN attempts <= ?4 THEN NULL ELSE stamp END
             WHERE message_id = ?3 AND is_parked = 0",
        )
        .bind(fate.rank())
        .bind(next.millis())
        .bind(id.as_str())
        .bind(i64::from(step == Step::NotTaken))
        .execute(self.db().await?)
        .await?;
        if done.rows_affected() > 0 {
            return self.note_as_is(id, step).await;
        }
        // An acknowledgement came first (see `refused`), and took the row away.
        let Some(old) = self.find(id).await? else {
            return Ok(());
        };
        if old.message.sender != self.me || old.delivery != Delivery::Sent {
            return Ok(());
        }
        self.set_state(&old, Delivery::Queued, None, step);
        sqlx::query(
            "INSERT INTO outbox (message_id, dialog_id, fate, stamp, attempts, next_attempt_at)
             VALUES (?, ?, ?, ?, 1, ?)
             ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(old.message.dialog_id.as_str())
        .bind(fate.rank())
        .bind(old.message.sent_at.seconds())
        .bind(next.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Nothing waits for a time any longer; the clock has been set.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn forget_waits(&mut self) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox SET next_attempt_at = 0 WHERE next_attempt_at <> 0")
            .execute(self.db().await?)
            .await?;
        self.hasten_uploads().await
    }

    /// How often a message has been handed to a stream; `None` when it is not
    /// in the outbox.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attempts(&mut self, id: &MessageId) -> Result<Option<u32>, StoreError> {
        let attempts: Option<i64> =
            sqlx::query_scalar("SELECT attempts FROM outbox WHERE message_id = ?")
                .bind(id.as_str())
                .fetch_optional(self.db().await?)
                .await?;
        Ok(attempts.map(|attempts| u32::try_from(attempts).unwrap_or(u32::MAX)))
    }

    /// What is known about where a message is that is in the outbox.
    pub(crate) async fn fate(&mut self, id: &MessageId) -> Result<Option<Fate>, StoreError> {
        let fate: Option<i64> = sqlx::query_scalar("SELECT fate FROM outbox WHERE message_id = ?")
            .bind(id.as_str())
            .fetch_optional(self.db().await?)
            .await?;
        Ok(fate.map(Fate::from_rank))
    }

    /// Sets what is known about where a message is.
    pub(crate) async fn set_fate(&mut self, id: &MessageId, fate: Fate) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox SET fate = ? WHERE message_id = ?")
            .bind(fate.rank())
            .bind(id.as_str())
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// Notes a step that leaves the state as it is.
    async fn note_as_is(&mut self, id: &MessageId, step: Step) -> Result<(), StoreError> {
        match self.find(id).await? {
            Some(message) => {
                self.note(id, message.delivery, step);
                self.message_changed(&message.message.dialog_id, id);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The person changes the text of a message that has not left. One that
    /// failed is sent again with it. Says `false` when it has left, or may have.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn amend_queued(&mut self, id: &MessageId, body: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE message SET body = ?
             WHERE id = ?
               AND is_own = 1
               AND pending = 1
               AND (state = 0
                    OR EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = message.id AND o.fate = 0))",
        )
        .bind(body)
        .bind(id.as_str())
        .execute(self.db().await?)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(now) = self.find(id).await? {
            self.note(id, now.delivery, Step::Edited);
            self.message_changed(&now.message.dialog_id, id);
        }
        self.retry(id).await?;
        Ok(true)
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
        self.set_state(&old, Delivery::Failed, Some(reason), Step::Refused(reason));
        sqlx::query(
            "INSERT INTO outbox (message_id, dialog_id, is_parked)
             VALUES (?, ?, 1)
             ON CONFLICT (message_id) DO UPDATE SET is_parked = 1, fate = 0",
        )
        .bind(id.as_str())
        .bind(old.message.dialog_id.as_str())
        .execute(self.db().await?)
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
        self.set_state(&old, Delivery::Queued, None, Step::Retried);
        sqlx::query(
            "INSERT INTO outbox (message_id, dialog_id)
             VALUES (?, ?)
             ON CONFLICT (message_id) DO UPDATE SET
                 is_parked = 0, stamp = NULL, attempts = 0, next_attempt_at = 0",
        )
        .bind(id.as_str())
        .bind(old.message.dialog_id.as_str())
        .execute(self.db().await?)
        .await?;
        self.retry_uploads(id).await?;
        Ok(true)
    }

    /// At start no stream stands: what was being sent is queued again, and has
    /// to be looked up first.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn requeue_sending(&mut self) -> Result<(), StoreError> {
        self.doubt_all(Step::Restarted).await?;
        self.uploads_begin_again().await?;
        let ids: Vec<(String, String)> = sqlx::query_as(
            "UPDATE message SET state = ?
             WHERE id IN (SELECT message_id FROM outbox WHERE is_parked = 0) AND state IN (2, 3)
             RETURNING dialog_id, id",
        )
        .bind(Delivery::Queued.rank())
        .fetch_all(self.db().await?)
        .await?;
        for (dialog, id) in ids {
            self.message_changed(&stored(&dialog)?, &stored(&id)?);
        }
        Ok(())
    }

    pub(crate) fn leave_outbox(&mut self, id: &MessageId) {
        self.later("DELETE FROM outbox WHERE message_id = ?")
            .bind(id.as_str());
        self.later("DELETE FROM upload WHERE message_id = ?")
            .bind(id.as_str());
    }
}
