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
pub(crate) mod offline;
pub(crate) mod privacy;
pub(crate) mod reactions;
pub(crate) mod receipts;
pub(crate) mod records;
pub(crate) mod roles;
pub(crate) mod sessions;
pub(crate) mod users;
mod writer;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::config::StartError;
use writer::Job;

pub(crate) use writer::{After, Done, Failure, Turn, Written, nothing};

/// The open database.
#[derive(Debug)]
pub(crate) struct Database {
    jobs: mpsc::UnboundedSender<Job>,
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
        let migrating = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!("./migrations").run(&migrating).await?;
        migrating.close().await;
        let writer = SqliteConnection::connect_with(&options).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        let (jobs, queue) = mpsc::unbounded_channel();
        tokio::spawn(writer::run(writer, queue));
        Ok(Self { jobs, readers })
    }

    /// For reading only.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.readers
    }

    /// Writes what waits in the queue, and closes the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        let (closed, done) = oneshot::channel();
        let _ = self.jobs.send(Job::Close(closed));
        // An error means that it is closed already.
        let _ = done.await;
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
