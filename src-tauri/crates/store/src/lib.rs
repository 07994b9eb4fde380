//! The store: one SQLite file per account, and one small registry of accounts
//! per profile.
//!
//! Reading goes straight through [`Store`]. Writing goes through a
//! [`Write`], which is one transaction: it is opened with [`Store::write`],
//! gathers what it changed, and says so on [`Write::commit`]. Dropped without
//! a commit it leaves no trace. Nothing may wait for the network while a
//! `Write` is open, because there is only one at a time.
//!
//! Facts are kept once. The last message and the unread count of a dialog are
//! not columns but questions answered by an index (`message_by_place`), so
//! they cannot disagree with the messages, and cost the same with a million of
//! them. The read pointer moves in `pointer.rs` alone; a message's state rises in
//! `message.rs` alone.
//!
//! What is on disk, table by table, is told by `schema.sql`, which a test
//! compares with what the migrations make.

mod change;
mod coverage;
mod dialog;
mod draft;
mod error;
mod marker;
mod message;
mod open;
mod outbox;
mod page;
mod person;
mod pointer;
mod profile;
mod setting;
mod spot;
mod write;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use kith_model::UserId;
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;

pub use change::Change;
pub use coverage::Stretch;
pub use dialog::DialogEntry;
pub use error::{OpenError, StoreError};
pub use marker::MarkerOut;
pub use message::{Put, StoredMessage};
pub use open::set_aside;
pub use outbox::{Fate, OutboxRow};
pub use page::{Holes, Page};
pub use profile::{Account, NewAccount, Profile, SecretPlace};
pub use spot::Spot;
pub use write::Write;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/account");

/// "Kith" in ASCII, as the first migration writes it.
const APPLICATION_ID: i64 = 0x4b69_7468;

/// One account's database. Cheap to clone; all clones are the same database.
#[derive(Debug, Clone)]
pub struct Store {
    me: UserId,
    database: Arc<open::Database>,
}

impl Store {
    /// Opens the account of `me` in the file at `path`, and makes the file
    /// when there is none. The work does not grow with the file.
    ///
    /// # Errors
    /// [`OpenError`] says why not; the file is then untouched.
    pub async fn open(path: &Path, me: UserId) -> Result<Self, OpenError> {
        let database = open::Database::open(path, &MIGRATIONS, APPLICATION_ID).await?;
        Ok(Self {
            me,
            database: Arc::new(database),
        })
    }

    /// Whose account this is.
    #[must_use]
    pub fn me(&self) -> UserId {
        self.me
    }

    /// Begins the one write transaction there can be, waiting for its turn.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn write(&self) -> Result<Write, StoreError> {
        Write::begin(&self.database.writer, self.me).await
    }

    /// Finishes what is being read or written and lets go of the file. Every
    /// clone of this store is closed with it.
    pub async fn close(&self) {
        self.database.close().await;
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.database.readers
    }
}
