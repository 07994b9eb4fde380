//! The books of a server that is stopped: an account gets a long past at once,
//! instead of message by message. The tables are the server's own
//! (`server/src/db`), and this changes with them.

use anyhow::Result;
use kith_model::{DialogId, MessageId, MessageIds, Timestamp, UserId};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::town::Town;

/// A message that was said once, from one person to another one, who has it.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Where.
    pub dialog: &'a DialogId,
    /// By whom.
    pub by: UserId,
    /// To whom.
    pub to: UserId,
    /// What.
    pub body: &'a str,
    /// When, in seconds.
    pub second: i64,
    /// Whether they have read it.
    pub is_read: bool,
}

/// Open books. Nothing is in them for good before they are closed.
#[derive(Debug)]
pub struct Books {
    file: SqliteConnection,
    ids: MessageIds,
}

impl Books {
    /// Opens the books of a town whose server is stopped.
    ///
    /// # Errors
    /// When they cannot be opened.
    pub async fn open(town: &Town) -> Result<Self> {
        let path = town.folder().join("server").join("server.db");
        let options = SqliteConnectOptions::new().filename(path);
        let mut file = options.disable_statement_logging().connect().await?;
        sqlx::query("BEGIN").execute(&mut file).await?;
        Ok(Self {
            file,
            ids: MessageIds::new(7),
        })
    }

    /// Writes a message down; answers its id.
    ///
    /// # Errors
    /// When the books are others than this knows.
    pub async fn write(&mut self, said: Said<'_>) -> Result<MessageId> {
        let id = self.ids.next(Timestamp::from_seconds(said.second));
        let seq: i64 = sqlx::query_scalar(
            "INSERT INTO messages (id, stanza_id, dialog_id, sender_id, body, date_sent, created_at, updated_at)
             VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?6)
             RETURNING seq",
        )
        .bind(id.as_str())
        .bind(said.dialog.as_str())
        .bind(i64::try_from(said.by.0)?)
        .bind(said.body)
        .bind(said.second)
        .bind(said.second * 1_000)
        .fetch_one(&mut self.file)
        .await?;
        sqlx::query(
            "INSERT INTO receipts (seq, user_id, dialog_id, delivered, read) VALUES (?, ?, ?, 1, ?)",
        )
        .bind(seq)
        .bind(i64::try_from(said.to.0)?)
        .bind(said.dialog.as_str())
        .bind(said.is_read)
        .execute(&mut self.file)
        .await?;
        Ok(id)
    }

    /// Closes the books, with everything in them.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn close(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut self.file).await?;
        Ok(self.file.close().await?)
    }
}
