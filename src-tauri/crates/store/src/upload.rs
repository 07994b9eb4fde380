//! Files on their way out.
//!
//! What a person puts beside a draft is copied first, and its row says where
//! the copy lies; the file itself is not looked at again. With the message that
//! takes them the rows begin to wait, and the message does not leave before
//! each has its name on the server. That name is kept in the same transaction
//! as the message's attachment, so whatever happens afterwards, the file is not
//! brought there twice. Rows go when their message has gone out or is gone; the
//! copies are let go by whoever sees that no row names them any more.

use std::collections::BTreeSet;

use kith_model::{
    Attachment, AttachmentKind, Delivery, DialogId, FailureReason, MessageId, Timestamp, UploadId,
};
use sqlx::{FromRow, SqliteConnection};

use crate::message::{failure, failure_name, to_json};
use crate::open::stored;
use crate::write::list;
use crate::{Change, Step, Store, StoreError, Write};

/// How far a file has come on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// Beside a draft; nobody has sent it.
    Staged,
    /// On a message, waiting for its turn.
    Waiting,
    /// On its way.
    Uploading,
    /// On the server.
    Uploaded,
    /// It will not get there by itself; its message waits for the person.
    Failed,
}

impl UploadState {
    const fn from_rank(rank: i64) -> Self {
        match rank {
            0 => Self::Staged,
            2 => Self::Uploading,
            3 => Self::Uploaded,
            4 => Self::Failed,
            _ => Self::Waiting,
        }
    }
}

/// A file that has been copied and is to be kept beside a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// What it is: a photo, a film, a recording or any other file.
    pub kind: AttachmentKind,
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Bytes of the copy.
    pub size: u64,
    /// Pixels, as it is shown, when known.
    pub width: Option<u32>,
    /// Pixels, as it is shown, when known.
    pub height: Option<u32>,
    /// Seconds of sound or film, when known.
    pub duration: Option<u32>,
    /// The copy's name in the account's folder.
    pub copy: String,
}

/// A file on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// In which dialog.
    pub dialog: DialogId,
    /// On which message; `None` while it is staged.
    pub message: Option<MessageId>,
    /// Which of the message's attachments, counted from nought.
    pub position: u32,
    /// What it is.
    pub file: NewUpload,
    /// How far it has come.
    pub state: UploadState,
    /// Why it failed, when it did.
    pub failure: Option<FailureReason>,
    /// The server's name for it, once it is there.
    pub uid: Option<String>,
    /// The server's number for it, once it is there.
    pub blob: Option<u64>,
    /// How often it broke off.
    pub attempts: u32,
    /// Not before this.
    pub next_attempt_at: Timestamp,
}

impl Upload {
    /// The file as it hangs on its message.
    #[must_use]
    pub fn attachment(&self) -> Attachment {
        let file = &self.file;
        Attachment {
            uid: self.uid.clone(),
            blob: self.blob,
            name: file.name.clone(),
            content_type: Some(file.content_type.clone()),
            size: Some(file.size),
            width: file.width,
            height: file.height,
            duration: file.duration,
            ..Attachment::new(file.kind)
        }
    }
}

macro_rules! upload_columns {
    () => {
        "u.id, u.dialog_id, u.message_id, u.position, u.kind, u.name, u.content_type, u.size, u.width,
         u.height, u.duration, u.copy, u.state, u.failure, u.uid, u.blob, u.attempts, u.next_attempt_at"
    };
}

/// What is staged in a dialog, for the test that pins its plan.
pub(crate) const STAGED: &str = concat!(
    "SELECT ",
    upload_columns!(),
    "
     FROM upload u
     WHERE u.dialog_id = ? AND u.message_id IS NULL
     ORDER BY u.id"
);

/// What is on messages, for the test that pins its plan.
pub(crate) const ON_MESSAGES: &str = concat!(
    "SELECT ",
    upload_columns!(),
    "
     FROM json_each(?) asked
     JOIN upload u ON u.message_id = asked.value
     ORDER BY u.message_id, u.position"
);

/// What is to be brought to the server, for the test that pins its plan.
pub(crate) const TO_DO: &str = concat!(
    "SELECT ",
    upload_columns!(),
    "
     FROM upload u INDEXED BY upload_to_do
     JOIN outbox o ON o.message_id = u.message_id
     WHERE u.state IN (1, 2) AND o.is_parked = 0
     ORDER BY o.position, u.position"
);

#[derive(FromRow)]
struct Row {
    id: i64,
    dialog_id: String,
    message_id: Option<String>,
    position: i64,
    kind: String,
    name: String,
    content_type: String,
    size: i64,
    width: Option<i64>,
    height: Option<i64>,
    duration: Option<i64>,
    copy: String,
    state: i64,
    failure: Option<String>,
    uid: Option<String>,
    blob: Option<i64>,
    attempts: i64,
    next_attempt_at: i64,
}

impl TryFrom<Row> for Upload {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let small = |n: i64| u32::try_from(n).ok();
        Ok(Self {
            id: upload_id(row.id)?,
            dialog: stored(&row.dialog_id)?,
            message: row.message_id.map(|id| stored(&id)).transpose()?,
            position: small(row.position).unwrap_or_default(),
            file: NewUpload {
                kind: kind(&row.kind),
                name: row.name,
                content_type: row.content_type,
                size: u64::try_from(row.size).unwrap_or_default(),
                width: row.width.and_then(small),
                height: row.height.and_then(small),
                duration: row.duration.and_then(small),
                copy: row.copy,
            },
            state: UploadState::from_rank(row.state),
            failure: row.failure.as_deref().map(failure),
            uid: row.uid,
            blob: row.blob.and_then(|id| u64::try_from(id).ok()),
            attempts: small(row.attempts).unwrap_or(u32::MAX),
            next_attempt_at: Timestamp::from_millis(row.next_attempt_at),
        })
    }
}

fn upload_id(id: i64) -> Result<UploadId, sqlx::Error> {
    u64::try_from(id)
        .map(UploadId)
        .map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn row_id(id: UploadId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

fn kind(name: &str) -> AttachmentKind {
    match name {
        "photo" => AttachmentKind::Photo,
        "video" => AttachmentKind::Video,
        "audio" => AttachmentKind::Audio,
        _ => AttachmentKind::File,
    }
}

const fn kind_name(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Photo => "photo",
        AttachmentKind::Video => "video",
        AttachmentKind::Audio => "audio",
        AttachmentKind::Contact | AttachmentKind::Place | AttachmentKind::File => "file",
    }
}

/// What of this a database that was set aside tells.
pub(crate) async fn rescued(old: &mut SqliteConnection) -> Vec<Upload> {
    let rows: Result<Vec<Row>, _> = sqlx::query_as(concat!(
        "SELECT ",
        upload_columns!(),
        " FROM upload u ORDER BY u.id"
    ))
    .fetch_all(old)
    .await;
    let rows = rows.unwrap_or_default().into_iter();
    rows.filter_map(|row| Upload::try_from(row).ok()).collect()
}

impl Store {
    /// What is staged in a dialog, in the order in which it was.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn staged(&self, dialog: &DialogId) -> Result<Vec<Upload>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(STAGED)
            .bind(dialog.as_str())
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter().map(Upload::try_from).collect()
    }

    /// The files of messages that have not gone out, message by message, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn uploads_of(&self, messages: &[MessageId]) -> Result<Vec<Upload>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(ON_MESSAGES)
            .bind(list(messages))
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter().map(Upload::try_from).collect()
    }

    /// What is to be brought to the server, in the order of writing. What is on
    /// messages that failed is left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn uploads_to_do(&self) -> Result<Vec<Upload>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(TO_DO)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter().map(Upload::try_from).collect()
    }

    /// One file on its way out, if it is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        let row: Option<Row> = sqlx::query_as(concat!(
            "SELECT ",
            upload_columns!(),
            " FROM upload u WHERE u.id = ?"
        ))
        .bind(row_id(id))
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        row.map(Upload::try_from).transpose()
    }

    /// The names of all copies that are still needed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn copies(&self) -> Result<BTreeSet<String>, StoreError> {
        let names: Vec<String> = sqlx::query_scalar("SELECT copy FROM upload")
            .fetch_all(&mut *self.reader().await?)
            .await?;
        Ok(names.into_iter().collect())
    }
}

impl Write {
    /// Keeps a file beside the draft of a dialog, behind those that are there.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn stage(
        &mut self,
        dialog: &DialogId,
        file: &NewUpload,
    ) -> Result<UploadId, StoreError> {
        self.require_dialog(dialog).await?;
        let now = self.now().millis();
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO upload (dialog_id, kind, name, content_type, size, width, height, duration, copy, staged_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             RETURNING id",
        )
        .bind(dialog.as_str())
        .bind(kind_name(file.kind))
        .bind(&file.name)
        .bind(&file.content_type)
        .bind(i64::try_from(file.size).unwrap_or(i64::MAX))
        .bind(file.width)
        .bind(file.height)
        .bind(file.duration)
        .bind(&file.copy)
        .bind(now)
        .fetch_one(self.db().await?)
        .await?;
        self.changes.add(Change::Dialog(dialog.clone()));
        Ok(upload_id(id)?)
    }

    /// Takes a staged file away again. Says `false` when it is none.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn unstage(&mut self, id: UploadId) -> Result<bool, StoreError> {
        let dialog: Option<String> = sqlx::query_scalar(
            "DELETE FROM upload WHERE id = ? AND message_id IS NULL RETURNING dialog_id",
        )
        .bind(row_id(id))
        .fetch_optional(self.db().await?)
        .await?;
        let Some(dialog) = dialog else {
            return Ok(false);
        };
        self.changes.add(Change::Dialog(stored(&dialog)?));
        Ok(true)
    }

    /// Staged files as a message that is about to be queued carries them, in
    /// this order.
    ///
    /// # Errors
    /// When one of them is not staged in this dialog (any more).
    pub async fn with_files(
        &mut self,
        dialog: &DialogId,
        files: &[UploadId],
    ) -> Result<Vec<Attachment>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(STAGED)
            .bind(dialog.as_str())
            .fetch_all(self.db().await?)
            .await?;
        let staged: Vec<Upload> = rows
            .into_iter()
            .map(Upload::try_from)
            .collect::<Result<_, _>>()?;
        files
            .iter()
            .map(|id| {
                let found = staged.iter().find(|upload| upload.id == *id);
                found
                    .map(Upload::attachment)
                    .ok_or(StoreError::Missing("file"))
            })
            .collect()
    }

    /// What hangs on a message that has not gone out.
    pub(crate) async fn uploads_on(
        &mut self,
        message: &MessageId,
    ) -> Result<Vec<NewUpload>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(concat!(
            "SELECT ",
            upload_columns!(),
            " FROM upload u WHERE u.message_id = ? ORDER BY u.position"
        ))
        .bind(message.as_str())
        .fetch_all(self.db().await?)
        .await?;
        rows.into_iter()
            .map(|row| Ok(Upload::try_from(row)?.file))
            .collect()
    }

    /// Staged files hang on a message from now on.
    pub(crate) fn take_files(&mut self, message: &MessageId, files: &[UploadId]) {
        for (position, id) in (0_i64..).zip(files) {
            self.later(
                "UPDATE upload SET message_id = ?, position = ?, state = 1
                 WHERE id = ? AND message_id IS NULL",
            )
            .bind(message.as_str())
            .bind(position)
            .bind(row_id(*id));
        }
    }

    /// A file is on its way. Says `false` when it is not to be: its message was
    /// taken back, or waits for the person.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn upload_begins(&mut self, id: UploadId) -> Result<bool, StoreError> {
        let message: Option<String> = sqlx::query_scalar(
            "UPDATE upload SET state = 2
             WHERE id = ?
               AND state IN (1, 2)
               AND EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = upload.message_id AND o.is_parked = 0)
             RETURNING message_id",
        )
        .bind(row_id(id))
        .fetch_optional(self.db().await?)
        .await?;
        let Some(message) = message else {
            return Ok(false);
        };
        let message: MessageId = stored(&message)?;
        if let Some(old) = self.find(&message).await?
            && !self.rise(&old, Delivery::Uploading, Step::Uploading)
        {
            self.note(&message, old.delivery, Step::Uploading);
            self.message_changed(&old.message.dialog_id, &message);
        }
        Ok(true)
    }

    /// A file is on the server under this name. The message carries it from now
    /// on, so that it is not brought there again, whatever happens. Says
    /// `false` when nobody needs it any more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn uploaded(
        &mut self,
        id: UploadId,
        uid: &str,
        blob: u64,
    ) -> Result<bool, StoreError> {
        let row: Option<(Option<String>, i64)> = sqlx::query_as(
            "UPDATE upload SET state = 3, failure = NULL, uid = ?, blob = ?
             WHERE id = ? AND state IN (1, 2)
             RETURNING message_id, position",
        )
        .bind(uid)
        .bind(i64::try_from(blob).ok())
        .bind(row_id(id))
        .fetch_optional(self.db().await?)
        .await?;
        let Some((Some(message), position)) = row else {
            return Ok(false);
        };
        let message: MessageId = stored(&message)?;
        let Some(old) = self.find(&message).await? else {
            return Ok(false);
        };
        let mut attachments = old.message.attachments;
        let at = usize::try_from(position).unwrap_or(usize::MAX);
        let Some(attachment) = attachments.get_mut(at) else {
            return Ok(false);
        };
        attachment.uid = Some(uid.to_owned());
        attachment.blob = Some(blob);
        self.later("UPDATE message SET attachments = ? WHERE id = ?")
            .bind(to_json(&attachments))
            .bind(message.as_str());
        self.note(&message, old.delivery, Step::Uploaded);
        self.message_changed(&old.message.dialog_id, &message);
        Ok(true)
    }

    /// A file did not get there for a reason that may pass; not again before
    /// `next`.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn upload_waits(&mut self, id: UploadId, next: Timestamp) -> Result<(), StoreError> {
        let message: Option<Option<String>> = sqlx::query_scalar(
            "UPDATE upload SET state = 1, attempts = attempts + 1, next_attempt_at = ?
             WHERE id = ? AND state IN (1, 2)
             RETURNING message_id",
        )
        .bind(next.millis())
        .bind(row_id(id))
        .fetch_optional(self.db().await?)
        .await?;
        let Some(Some(message)) = message else {
            return Ok(());
        };
        let message: MessageId = stored(&message)?;
        if let Some(old) = self.find(&message).await? {
            self.note(&message, old.delivery, Step::UploadBroke);
            self.message_changed(&old.message.dialog_id, &message);
        }
        Ok(())
    }

    /// A file will not get there: its message waits, with the reason, for the
    /// person, and the rest goes on.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn upload_failed(
        &mut self,
        id: UploadId,
        reason: FailureReason,
    ) -> Result<(), StoreError> {
        let message: Option<Option<String>> = sqlx::query_scalar(
            "UPDATE upload SET state = 4, failure = ?
             WHERE id = ? AND state IN (1, 2)
             RETURNING message_id",
        )
        .bind(failure_name(reason))
        .bind(row_id(id))
        .fetch_optional(self.db().await?)
        .await?;
        match message.flatten() {
            Some(message) => self.refused(&stored(&message)?, reason).await,
            None => Ok(()),
        }
    }

    /// No file waits for a time any longer: there is a link again.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn hasten_uploads(&mut self) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE upload INDEXED BY upload_to_do SET next_attempt_at = 0 WHERE state IN (1, 2)",
        )
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// The person wants a message sent after all, with its files.
    pub(crate) async fn retry_uploads(&mut self, message: &MessageId) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE upload SET state = 1, failure = NULL, attempts = 0, next_attempt_at = 0
             WHERE message_id = ? AND state IN (1, 2, 4)",
        )
        .bind(message.as_str())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Keeps a file that another database of this account named. What it
    /// knew of its way so far does not count, but for its name on the server.
    pub(crate) async fn take_in_upload(&mut self, upload: &Upload) -> Result<(), StoreError> {
        let id = self.stage(&upload.dialog, &upload.file).await?;
        if let Some(message) = &upload.message {
            sqlx::query(
                "UPDATE upload SET
                     message_id = ?1, position = ?2, state = iif(?3 IS NULL, 1, 3), uid = ?3, blob = ?4
                 WHERE id = ?5",
            )
            .bind(message.as_str())
            .bind(upload.position)
            .bind(upload.uid.as_deref())
            .bind(upload.blob.and_then(|id| i64::try_from(id).ok()))
            .bind(row_id(id))
            .execute(self.db().await?)
            .await?;
        }
        Ok(())
    }

    /// At start nothing is on its way.
    pub(crate) async fn uploads_begin_again(&mut self) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE upload INDEXED BY upload_to_do SET state = 1, next_attempt_at = 0
             WHERE state IN (1, 2)",
        )
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}
