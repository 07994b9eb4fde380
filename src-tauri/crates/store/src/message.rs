//! Messages as they are here, and how their state rises. How they come in is
//! in `arrive.rs`.

use kith_model::{
    Delivery, DialogId, FailureReason, Message, MessageId, Place, Properties, Timestamp, UserId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use crate::notice::{self, Notice};
use crate::open::stored;
use crate::person::{number, user};
use crate::write::list;
use crate::{Change, Spot, Step, Store, StoreError, Write};

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
    /// When it goes away, once its time runs.
    pub expires_at: Option<Timestamp>,
    /// Whether it is pinned.
    pub is_pinned: bool,
    /// Whether an edit of it is on its way to the server, or to the others.
    pub is_editing: bool,
    /// Whether somebody else names this person in it.
    pub mentions_me: bool,
    /// What it tells, when it is no message but a quiet line.
    pub notice: Option<Notice>,
    /// The moment as of which its text is what the server has, by our clock.
    pub as_of: Timestamp,
    /// The same of its reactions.
    pub reacted_as_of: Timestamp,
    /// Whether who reacted to it has to be asked.
    pub is_unsure: bool,
}

impl StoredMessage {
    /// What is kept of a message of which no more is known than itself. Its
    /// row, read again, is this.
    pub(crate) fn plain(message: Message, delivery: Delivery, mentions_me: bool) -> Self {
        Self {
            message: Message {
                reactions: Some(Vec::new()),
                is_markable: false,
                delivered_to: Vec::new(),
                read_by: Vec::new(),
                ..message
            },
            delivery,
            failure: None,
            expires_at: None,
            is_pinned: false,
            is_editing: false,
            mentions_me,
            notice: None,
            as_of: Timestamp::default(),
            reacted_as_of: Timestamp::default(),
            is_unsure: false,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot {
            pending: !self.delivery.is_on_server(),
            place: self.message.place(),
        }
    }
}

/// The columns of [`Row`], for a statement that calls the table `m`. What is
/// beside the row itself costs a look into two small tables.
macro_rules! message_columns {
    () => {
        "m.id, m.dialog_id, m.sender_id, m.body, m.sent_at, m.edited_at, m.state, m.failure, m.attachments,
         m.kind, m.properties, m.reactions, m.stored_at, m.updated_at, m.destroy_after, m.expires_at,
         m.is_silent, m.in_history, m.mentions_me, m.views, m.as_of,
         m.reacted_as_of, m.reactions_unsure,
         EXISTS (SELECT 1 FROM pin WHERE pin.dialog_id = m.dialog_id AND pin.message_id = m.id) AS is_pinned,
         EXISTS (SELECT 1 FROM deed WHERE deed.message_id = m.id AND deed.kind = 1 AND deed.stage < 2) AS is_editing"
    };
}
pub(crate) use message_columns;

#[derive(FromRow)]
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
    kind: i64,
    properties: String,
    reactions: String,
    stored_at: Option<i64>,
    updated_at: Option<i64>,
    destroy_after: Option<i64>,
    expires_at: Option<i64>,
    is_silent: bool,
    in_history: bool,
    mentions_me: bool,
    views: Option<i64>,
    as_of: i64,
    reacted_as_of: i64,
    reactions_unsure: bool,
    is_pinned: bool,
    is_editing: bool,
}

impl TryFrom<Row> for StoredMessage {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let is_line = row.kind == 1;
        let small = |n: i64| u32::try_from(n).ok();
        Ok(Self {
            notice: is_line.then(|| notice::read(&row.properties)),
            message: Message {
                body: row.body,
                edited_at: row.edited_at.map(Timestamp::from_millis),
                attachments: from_json(&row.attachments)?,
                properties: if is_line {
                    Properties::new()
                } else {
                    from_json(&row.properties)?
                },
                reactions: Some(from_json(&row.reactions)?),
                stored_at: row.stored_at.map(Timestamp::from_millis),
                updated_at: row.updated_at.map(Timestamp::from_millis),
                destroy_after: row.destroy_after.and_then(small),
                is_silent: row.is_silent,
                is_in_history: row.in_history,
                views: row.views.and_then(small),
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
            expires_at: row.expires_at.map(Timestamp::from_millis),
            is_pinned: row.is_pinned,
            is_editing: row.is_editing,
            as_of: Timestamp::from_millis(row.as_of),
            reacted_as_of: Timestamp::from_millis(row.reacted_as_of),
            is_unsure: row.reactions_unsure,
            mentions_me: row.mentions_me,
        })
    }
}

/// Reads a column that holds JSON; one that is empty of content is common.
pub(crate) fn from_json<T: DeserializeOwned + Default>(text: &str) -> Result<T, StoreError> {
    if matches!(text, "[]" | "{}") {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(Box::new(error)).into())
}

/// Something of the model as a column holds it.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}

pub(crate) fn failure(name: &str) -> FailureReason {
    match name {
        "not_allowed" => FailureReason::NotAllowed,
        "dialog_gone" => FailureReason::DialogGone,
        "blocked" => FailureReason::Blocked,
        "too_large" => FailureReason::TooLarge,
        "file_too_large" => FailureReason::FileTooLarge,
        "file_refused" => FailureReason::FileRefused,
        "file_lost" => FailureReason::FileLost,
        _ => FailureReason::Refused,
    }
}

pub(crate) fn failure_name(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::NotAllowed => "not_allowed",
        FailureReason::DialogGone => "dialog_gone",
        FailureReason::Blocked => "blocked",
        FailureReason::TooLarge => "too_large",
        FailureReason::FileTooLarge => "file_too_large",
        FailureReason::FileRefused => "file_refused",
        FailureReason::FileLost => "file_lost",
        FailureReason::Refused => "refused",
    }
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
        .fetch_all(&mut *self.reader().await?)
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
        .fetch_all(&mut *self.reader().await?)
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
        .fetch_all(&mut *self.reader().await?)
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
        self.later(concat!(
            "SELECT ",
            message_columns!(),
            " FROM message m WHERE m.id = ?",
        ))
        .bind(id.as_str());
        let row = self.answer().await?;
        row.map(|row| StoredMessage::try_from(Row::from_row(&row)?))
            .transpose()
    }

    /// Whether a message is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn knows(&mut self, id: &MessageId) -> Result<bool, StoreError> {
        Ok(self.find(id).await?.is_some())
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
        .execute(self.db().await?)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Raises the state of a message to `to`, which the server holds from now
    /// on at the latest. A message that was pending takes the place it left
    /// with, and leaves the outbox. Says whether anything changed.
    pub(crate) fn rise(&mut self, old: &StoredMessage, to: Delivery, step: Step) -> bool {
        let state = old.delivery.hear(to);
        if state == old.delivery {
            return false;
        }
        let id = &old.message.id;
        self.note(id, state, step);
        let takes_place = !old.delivery.is_on_server() && state.is_on_server();
        self.later(
            "UPDATE message SET
                 state = ?,
                 pending = ?,
                 failure = NULL,
                 sent_at = CASE WHEN ?
                     THEN coalesce((SELECT stamp FROM outbox WHERE message_id = message.id), sent_at)
                     ELSE sent_at END
             WHERE id = ?",
        )
        .bind(state.rank())
        .bind(!state.is_on_server())
        .bind(takes_place)
        .bind(id.as_str());
        if state.is_on_server() {
            self.leave_outbox(id);
        }
        self.message_changed(&old.message.dialog_id, id);
        true
    }

    /// Sets a state that is not a rise: a failure, or a new beginning after one.
    pub(crate) fn set_state(
        &mut self,
        old: &StoredMessage,
        state: Delivery,
        reason: Option<FailureReason>,
        step: Step,
    ) {
        self.note(&old.message.id, state, step);
        self.later("UPDATE message SET state = ?, pending = ?, failure = ? WHERE id = ?")
            .bind(state.rank())
            .bind(!state.is_on_server())
            .bind(reason.map(failure_name))
            .bind(old.message.id.as_str());
        self.message_changed(&old.message.dialog_id, &old.message.id);
    }

    /// The newest message of a dialog that the server holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest_place(&mut self, dialog: &DialogId) -> Result<Option<Place>, StoreError> {
        let row: Option<(i64, String)> = sqlx::query_as(
            "SELECT sent_at, id
             FROM message
             WHERE dialog_id = ? AND pending = 0 AND id < 'ffffffff'
             ORDER BY sent_at DESC, id DESC
             LIMIT 1",
        )
        .bind(dialog.as_str())
        .fetch_optional(self.db().await?)
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
