//! What only this device has, out of a database that was set aside: messages
//! that had not gone out, and drafts. Everything else comes from the server.
//!
//! [`crate::set_aside`] leaves a note beside the database; the next opening
//! finds it, reads what it can out of a copy of the old file, and keeps that in
//! the new one, all in one transaction. Whatever had not gone out is looked up
//! on the server before it is sent, because nobody knows whether it did. A file
//! whose head is destroyed gets the head that every database of ours has; the
//! rest of it is often as it was. What cannot be read is let go, row by row.

use std::io;
use std::path::{Path, PathBuf};

use kith_model::{
    Attachment, AttachmentKind, DialogId, FailureReason, MessageId, Properties, Timestamp,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::open::beside;
use crate::outbox::Fate;
use crate::queue::Queued;
use crate::upload::{self, Upload};
use crate::{StoreError, Write};

/// The note beside a database that its predecessor is to be looked through.
const NOTE: &str = ".rescue";
/// The page size of every database of ours, SQLite's own choice.
const PAGE: usize = 4096;
const HEAD: usize = 100;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Rescued {
    unsent: Vec<(DialogId, Queued, i64)>,
    drafts: Vec<(DialogId, String)>,
    uploads: Vec<Upload>,
}

/// Leaves the note that `aside` is to be looked through.
pub(crate) fn leave_note(path: &Path, aside: &Path) -> io::Result<()> {
    let name = aside.file_name().unwrap_or_default();
    std::fs::write(beside(path, NOTE), name.as_encoded_bytes())
}

/// The predecessor that is still to be looked through.
pub(crate) fn predecessor(path: &Path) -> Option<PathBuf> {
    let name = std::fs::read_to_string(beside(path, NOTE)).ok()?;
    // A name, not a way to somewhere else.
    let name = Path::new(&name).file_name()?;
    Some(path.with_file_name(name))
}

/// The predecessor has been looked through.
pub(crate) fn take_note_away(path: &Path) -> io::Result<()> {
    std::fs::remove_file(beside(path, NOTE))
}

/// Reads what can be read out of a database that was set aside. The file
/// itself stays as it is.
pub(crate) async fn look_through(aside: &Path) -> Rescued {
    let copy = beside(aside, ".copy");
    let mut found = Rescued::default();
    for mends in [false, true] {
        match read_copy(aside, &copy, mends).await {
            Ok(rescued) => {
                found = rescued;
                break;
            }
            Err(error) => tracing::warn!(%error, mends, "the old database does not open"),
        }
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(beside(&copy, suffix));
    }
    tracing::info!(
        unsent = found.unsent.len(),
        drafts = found.drafts.len(),
        "looked through the old database"
    );
    found
}

async fn read_copy(aside: &Path, copy: &Path, mends: bool) -> Result<Rescued, sqlx::Error> {
    std::fs::copy(aside, copy)?;
    for suffix in ["-wal", "-journal"] {
        match std::fs::copy(beside(aside, suffix), beside(copy, suffix)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let _ = std::fs::remove_file(beside(copy, suffix));
            }
            done => drop(done?),
        }
    }
    if mends {
        give_head(copy)?;
    }
    let mut old = SqliteConnectOptions::new()
        .filename(copy)
        .disable_statement_logging()
        .connect()
        .await?;
    let rescued = read(&mut old).await;
    let _ = old.close().await;
    rescued
}

async fn read(old: &mut SqliteConnection) -> Result<Rescued, sqlx::Error> {
    let mut rescued = Rescued::default();
    // The columns of the first version, which every later one has.
    let ids: Vec<(String, String, String, i64, String)> = sqlx::query_as(
        "SELECT m.id, m.dialog_id, m.body, m.sent_at, m.attachments
         FROM outbox o
         JOIN message m ON m.id = o.message_id
         WHERE m.pending = 1
         ORDER BY o.position",
    )
    .fetch_all(&mut *old)
    .await?;
    for (id, dialog, body, sent_at, attachments) in ids {
        let (Ok(message), Ok(dialog)) = (id.parse::<MessageId>(), dialog.parse::<DialogId>())
        else {
            continue;
        };
        let attachments: Vec<Attachment> = serde_json::from_str(&attachments).unwrap_or_default();
        let mut queued = Queued {
            attachments,
            takes_draft: false,
            ..Queued::text(message, &body)
        };
        let more: Option<(String, Option<u32>, bool)> =
            sqlx::query_as("SELECT properties, destroy_after, is_silent FROM message WHERE id = ?")
                .bind(&id)
                .fetch_optional(&mut *old)
                .await
                .unwrap_or_default();
        if let Some((properties, destroy_after, is_silent)) = more {
            queued.properties =
                serde_json::from_str(&properties).unwrap_or_else(|_| Properties::new());
            queued.destroy_after = destroy_after;
            queued.is_silent = is_silent;
        }
        rescued.unsent.push((dialog, queued, sent_at));
    }
    let drafts: Vec<(String, String)> =
        sqlx::query_as("SELECT dialog_id, body FROM draft ORDER BY saved_at")
            .fetch_all(&mut *old)
            .await
            .unwrap_or_default();
    rescued.drafts = drafts
        .into_iter()
        .filter_map(|(dialog, body)| Some((dialog.parse().ok()?, body)))
        .collect();
    rescued.uploads = upload::rescued(old).await;
    Ok(rescued)
}

/// Whether a message names a file that is neither on the server nor here. It
/// must not leave as if that had never hung on it.
fn lacks_a_file(queued: &Queued, uploads: &[Upload]) -> bool {
    (0_u32..).zip(&queued.attachments).any(|(at, attachment)| {
        let is_file = !matches!(
            attachment.kind,
            AttachmentKind::Contact | AttachmentKind::Place
        );
        let is_here =
            |upload: &Upload| upload.message.as_ref() == Some(&queued.id) && upload.position == at;
        is_file
            && attachment.file_key().is_none()
            && attachment.url.is_none()
            && !uploads.iter().any(is_here)
    })
}

/// Writes the first hundred bytes that a database of ours has (the file format
/// of SQLite, §1.3).
fn give_head(copy: &Path) -> io::Result<()> {
    let mut bytes = std::fs::read(copy)?;
    if bytes.len() < PAGE {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let pages = u32::try_from(bytes.len() / PAGE).unwrap_or(u32::MAX);
    let mut head = [0_u8; HEAD];
    head[..16].copy_from_slice(b"SQLite format 3\0");
    head[16..18].copy_from_slice(&4096_u16.to_be_bytes());
    // Write-ahead logging, and the fractions that are always these.
    head[18..24].copy_from_slice(&[2, 2, 0, 64, 32, 32]);
    let mut number = |at: usize, n: u32| head[at..at + 4].copy_from_slice(&n.to_be_bytes());
    number(24, 1); // how often it was changed
    number(28, pages);
    number(40, 1); // how often its schema was changed
    number(44, 4); // the schema's format
    number(56, 1); // UTF-8
    number(92, 1); // the change for which the size is right
    number(96, 3_045_000);
    bytes[..HEAD].copy_from_slice(&head);
    std::fs::write(copy, bytes)
}

impl Write {
    /// Keeps what was rescued.
    pub(crate) async fn take_in(&mut self, rescued: &Rescued) -> Result<(), StoreError> {
        for (dialog, queued, second) in &rescued.unsent {
            self.make_room_for(dialog).await?;
            let written_at = Timestamp::from_seconds(*second);
            if self.queue_with(dialog, queued, written_at).await? {
                self.set_fate(&queued.id, Fate::Unknown).await?;
                if lacks_a_file(queued, &rescued.uploads) {
                    self.refused(&queued.id, FailureReason::FileLost).await?;
                }
            }
        }
        for upload in &rescued.uploads {
            let unsent = &rescued.unsent;
            let is_wanted = match &upload.message {
                Some(message) => unsent.iter().any(|(_, queued, _)| queued.id == *message),
                None => true,
            };
            if is_wanted {
                self.make_room_for(&upload.dialog).await?;
                self.take_in_upload(upload).await?;
            }
        }
        for (dialog, text) in &rescued.drafts {
            self.make_room_for(dialog).await?;
            let now = self.now();
            self.save_draft(dialog, text, now).await?;
        }
        Ok(())
    }

    /// A row for a dialog that is to be fetched.
    async fn make_room_for(&mut self, dialog: &DialogId) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO dialog (id) VALUES (?) ON CONFLICT (id) DO NOTHING")
            .bind(dialog.as_str())
            .execute(self.db().await?)
            .await?;
        Ok(())
    }
}
