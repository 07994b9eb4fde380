//! What can go wrong with a database, in the two moments where callers do
//! different things: opening it, and using it.

use thiserror::Error;

/// Why a database was not opened. The file is untouched in every case.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A newer Kith made it. An older one must not write to it.
    #[error("the database was made by a newer version")]
    Newer {
        /// The migration that this version does not know.
        migration: i64,
    },
    /// It is no database of ours, or a damaged one.
    #[error("the database is damaged: {detail}")]
    Corrupt {
        /// What was found.
        detail: String,
    },
    /// Another process has it open.
    #[error("another process has the database open")]
    Busy,
    /// The disk or its permissions.
    #[error("the database cannot be reached: {0}")]
    Io(#[source] std::io::Error),
}

/// Why a read or a write failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Damage was found on the way.
    #[error("the database is damaged: {0}")]
    Corrupt(#[source] sqlx::Error),
    /// The disk is full, read-only or failing.
    #[error("the disk does not take it: {0}")]
    Disk(#[source] sqlx::Error),
    /// Something has to be there and is not.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// Everything else; a mistake of ours.
    #[error("the database refuses: {0}")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the file itself is damaged, as opposed to one row that cannot be
    /// understood.
    #[must_use]
    pub fn is_damaged_file(&self) -> bool {
        matches!(self, Self::Corrupt(sqlx::Error::Database(_)))
    }
}

/// What kind of failure a database error is, by SQLite's primary code.
pub(crate) enum Cause {
    /// The file is not what it should be.
    Damage,
    /// The disk below it.
    Disk,
    /// Somebody else holds it.
    Busy,
    /// Something else.
    Other,
}

/// Sorts an error by SQLite's primary result code (the low byte of the
/// extended one).
pub(crate) fn cause(error: &sqlx::Error) -> Cause {
    match error {
        sqlx::Error::Io(_) => Cause::Disk,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Cause::Damage,
        sqlx::Error::Database(e) => {
            let code = e
                .code()
                .and_then(|code| code.parse::<u32>().ok())
                .unwrap_or(0)
                & 0xff;
            match code {
                5 | 6 => Cause::Busy,                 // BUSY, LOCKED
                8 | 10 | 13 | 14 | 23 => Cause::Disk, // READONLY, IOERR, FULL, CANTOPEN, AUTH
                11 | 24 | 26 => Cause::Damage,        // CORRUPT, FORMAT, NOTADB
                _ => Cause::Other,
            }
        }
        _ => Cause::Other,
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match cause(&error) {
            Cause::Damage => Self::Corrupt(error),
            Cause::Disk => Self::Disk(error),
            Cause::Busy | Cause::Other => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        match cause(&error) {
            Cause::Busy => Self::Busy,
            Cause::Disk => Self::Io(std::io::Error::other(error)),
            Cause::Damage | Cause::Other => Self::Corrupt {
                detail: error.to_string(),
            },
        }
    }
}
