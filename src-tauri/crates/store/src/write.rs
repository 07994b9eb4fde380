//! One write transaction.

use kith_model::UserId;
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
    pub(crate) changes: ChangeSet,
}

impl Write {
    pub(crate) async fn begin(writer: &SqlitePool, me: UserId) -> Result<Self, StoreError> {
        let tx = writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Self {
            tx,
            me,
            changes: ChangeSet::default(),
        })
    }

    /// The connection, for one statement.
    pub(crate) fn db(&mut self) -> &mut SqliteConnection {
        &mut self.tx
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
