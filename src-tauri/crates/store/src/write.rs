//! One write transaction.

use std::collections::BTreeSet;

use kith_model::{Clock, MessageId, Timestamp, UserId};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

use crate::change::ChangeSet;
use crate::{Change, StoreError};

/// A write transaction: everything in it happens, or nothing does. The
/// functions that write are beside the tables they write to.
#[derive(Debug)]
#[must_use = "without a commit nothing of this happens"]
pub struct Write {
    tx: Transaction<'static, Sqlite>,
    pub(crate) me: UserId,
    now: Timestamp,
    /// When the server was asked for what is put, by our clock.
    pub(crate) asked_at: Option<Timestamp>,
    /// What another device of this person was heard to have read.
    pub(crate) read_now: BTreeSet<MessageId>,
    pub(crate) changes: ChangeSet,
}

impl Write {
    pub(crate) async fn begin(
        writer: &SqlitePool,
        me: UserId,
        clock: &dyn Clock,
    ) -> Result<Self, StoreError> {
        let tx = match writer.begin_with("BEGIN IMMEDIATE").await {
            // When the disk is full SQLite itself takes a transaction back, and
            // the library goes on counting it. Only a new connection does not.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                writer.acquire().await?.close().await?;
                writer.begin_with("BEGIN IMMEDIATE").await?
            }
            begun => begun?,
        };
        Ok(Self {
            tx,
            me,
            now: clock.now(),
            asked_at: None,
            read_now: BTreeSet::new(),
            changes: ChangeSet::default(),
        })
    }

    /// The connection, for one statement.
    pub(crate) fn db(&mut self) -> &mut SqliteConnection {
        &mut self.tx
    }

    /// When this transaction began.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What is put from now on is what the server answered to a question of
    /// this time (by our clock): it knows of everything that was heard before,
    /// and may not know of what was heard since.
    pub(crate) fn put_as_of(&mut self, asked_at: Timestamp) {
        self.asked_at = Some(asked_at);
    }

    /// Makes it so, and tells what is different now.
    ///
    /// # Errors
    /// When the disk does not take it; then nothing happened.
    pub async fn commit(self) -> Result<Vec<Change>, StoreError> {
        self.tx.commit().await?;
        Ok(self.changes.into_vec())
    }
}

/// Ids as a JSON array, for `json_each`, so that a list of any length is one
/// parameter of one fixed statement.
pub(crate) fn list<T: serde::Serialize>(ids: &[T]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".into())
}
