//! The server's database: one SQLite file, one writer, several readers.
//!
//! `synchronous=NORMAL` with the write-ahead log: a commit is in the system's
//! hands before it is acknowledged, so the end of the process (`kill -9`
//! included) loses nothing. Only the machine losing power may lose the last
//! moments, and paying for a disk flush with every message would cost every
//! message milliseconds to guard against that.

pub(crate) mod blobs;
pub(crate) mod devices;
pub(crate) mod dialogs;
pub(crate) mod fields;
pub(crate) mod messages;
pub(crate) mod privacy;
pub(crate) mod reactions;
pub(crate) mod receipts;
pub(crate) mod records;
pub(crate) mod roles;
pub(crate) mod sessions;
pub(crate) mod users;

use std::path::Path;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Sqlite, SqliteConnection, Transaction};

use crate::config::StartError;

/// The open database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Database {
    /// Opens the file, makes it if need be, and brings it up to date.
    pub(crate) async fn open(file: &Path) -> Result<Self, StartError> {
        private(file)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(60))
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!("./migrations").run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self { writer, readers })
    }

    /// Waits for the turn to write. Others wait until the turn is dropped, so what is
    /// sent out before that is sent in the order of the commits.
    pub(crate) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        Ok(Turn(self.writer.acquire().await?))
    }

    /// For reading only.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.readers
    }

    /// Closes the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// What people write is nobody else's on this machine. SQLite's side files get the same mode.
fn private(file: &Path) -> Result<(), sqlx::Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let mut options = std::fs::OpenOptions::new();
        let opened = options.append(true).create(true).mode(0o600).open(file);
        opened
            .and_then(|file| file.set_permissions(std::fs::Permissions::from_mode(0o600)))
            .map_err(sqlx::Error::Io)?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// The turn to write.
#[derive(Debug)]
pub(crate) struct Turn(PoolConnection<Sqlite>);

impl Turn {
    /// Begins a transaction; dropped without a commit it never happened.
    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, sqlx::Error> {
        self.0.begin_with("BEGIN IMMEDIATE").await
    }

    /// The connection, for a single statement.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}
