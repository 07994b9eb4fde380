//! The way of an own message: every change of its state, with the time and
//! what happened. Written in the transaction that makes the change, so it never
//! tells of something that did not happen; goes with its message, or when it
//! is so old that nobody asks any more.

use kith_model::{Delivery, FailureReason, MessageId, Timestamp};

use crate::message::failure_name;
use crate::{Store, StoreError, Write};

/// What happened to a message on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The person pressed Enter.
    Written,
    /// The person changed it before it left.
    Edited,
    /// It waits until its dialog has been fetched.
    DialogUnknown,
    /// One of its files is on its way to the server.
    Uploading,
    /// One of its files is on the server.
    Uploaded,
    /// One of its files did not get there; it is sent again from its beginning.
    UploadBroke,
    /// It was handed to the stream.
    HandedOver,
    /// The stream did not take it after all.
    NotTaken,
    /// The stream broke with it; whether it arrived is not known.
    LinkBroke,
    /// The app was started again while it was under way.
    Restarted,
    /// The server was asked and does not have it.
    NotOnServer,
    /// The server was asked and has it.
    Found,
    /// The server has acknowledged it (XEP-0198 §4).
    Acknowledged,
    /// It came back from the server.
    Echo,
    /// The server has a problem that may pass.
    ServerTrouble,
    /// The person wants it sent after all.
    Retried,
    /// It has reached somebody.
    Received,
    /// Somebody has read it.
    Read,
    /// The server refuses it.
    Refused(FailureReason),
}

impl Step {
    /// The name it is kept under, and by which a person's words for it are found.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Edited => "edited",
            Self::DialogUnknown => "dialog_unknown",
            Self::Uploading => "uploading",
            Self::Uploaded => "uploaded",
            Self::UploadBroke => "upload_broke",
            Self::HandedOver => "handed_over",
            Self::NotTaken => "not_taken",
            Self::LinkBroke => "link_broke",
            Self::Restarted => "restarted",
            Self::NotOnServer => "not_on_server",
            Self::Found => "found",
            Self::Acknowledged => "acknowledged",
            Self::Echo => "echo",
            Self::ServerTrouble => "server_trouble",
            Self::Retried => "retried",
            Self::Received => "received",
            Self::Read => "read",
            Self::Refused(reason) => failure_name(reason),
        }
    }
}

/// One step, as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// When.
    pub at: Timestamp,
    /// The message's state from then on.
    pub state: Delivery,
    /// What happened: [`Step::code`], or one that another version wrote.
    pub reason: String,
}

impl Store {
    /// The way of a message, oldest step first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn journal(&self, id: &MessageId) -> Result<Vec<JournalEntry>, StoreError> {
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT at, state, reason
             FROM outbox_journal
             WHERE message_id = ?
             ORDER BY id",
        )
        .bind(id.as_str())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(at, state, reason)| JournalEntry {
                at: Timestamp::from_millis(at),
                state: Delivery::from_rank(state).unwrap_or(Delivery::Queued),
                reason,
            })
            .collect())
    }
}

impl Write {
    /// Notes a step.
    pub(crate) fn note(&mut self, id: &MessageId, state: Delivery, step: Step) {
        let now = self.now();
        self.later(
            "INSERT INTO outbox_journal (message_id, at, state, reason) VALUES (?, ?, ?, ?)",
        )
        .bind(id.as_str())
        .bind(now.millis())
        .bind(state.rank())
        .bind(step.code());
    }

    /// Lets go of steps from before `since`, but for messages still on their way.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn forget_journal(&mut self, since: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM outbox_journal
             WHERE at < ? AND message_id NOT IN (SELECT message_id FROM outbox)",
        )
        .bind(since.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
