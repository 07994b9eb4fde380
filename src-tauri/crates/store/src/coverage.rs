//! Which stretches of each dialog's history are held.
//!
//! A row says: every message of this dialog whose second lies between these
//! two is here. It is written in the transaction that stores the page, so it
//! is never a promise. Two stretches that overlap become one; between two that
//! do not, there is a hole, which the server can be asked for. Seconds are
//! used and not places, because the server's pages are bounded by seconds
//! (`protocol/rest.md` §6.2) and its order within one is not ours.

use kith_model::DialogId;

use crate::{Store, StoreError, Write};

/// A stretch without holes, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first second; [`Stretch::BEGINNING`] when nothing is older.
    pub from: i64,
    /// Its last second.
    pub to: i64,
}

impl Stretch {
    /// The first second of a stretch that reaches the dialog's beginning.
    pub const BEGINNING: i64 = i64::MIN;

    /// Whether the second lies in it.
    #[must_use]
    pub fn holds(&self, second: i64) -> bool {
        self.from <= second && second <= self.to
    }

    /// Whether nothing older than this exists.
    #[must_use]
    pub fn reaches_beginning(&self) -> bool {
        self.from == Self::BEGINNING
    }
}

impl Store {
    /// All stretches of a dialog that are held, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn coverage(&self, dialog: &DialogId) -> Result<Vec<Stretch>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT from_second, to_second
             FROM coverage
             WHERE dialog_id = ?
             ORDER BY from_second",
        )
        .bind(dialog.as_str())
        .fetch_all(self.readers())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(from, to)| Stretch { from, to })
            .collect())
    }
}

impl Write {
    /// Notes that a stretch is held now, joining it with those it touches.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn cover(&mut self, dialog: &DialogId, new: Stretch) -> Result<(), StoreError> {
        if new.from > new.to {
            return Ok(());
        }
        let joined: (Option<i64>, Option<i64>) = sqlx::query_as(
            "SELECT min(from_second), max(to_second)
             FROM coverage
             WHERE dialog_id = ? AND from_second <= ? AND to_second >= ?",
        )
        .bind(dialog.as_str())
        .bind(new.to)
        .bind(new.from)
        .fetch_one(self.db())
        .await?;
        let from = joined.0.map_or(new.from, |from| from.min(new.from));
        let to = joined.1.map_or(new.to, |to| to.max(new.to));
        sqlx::query("DELETE FROM coverage WHERE dialog_id = ? AND from_second BETWEEN ? AND ?")
            .bind(dialog.as_str())
            .bind(from)
            .bind(to)
            .execute(self.db())
            .await?;
        sqlx::query("INSERT INTO coverage (dialog_id, from_second, to_second) VALUES (?, ?, ?)")
            .bind(dialog.as_str())
            .bind(from)
            .bind(to)
            .execute(self.db())
            .await?;
        Ok(())
    }

    /// Notes that a message of this second came while the dialog was being
    /// followed without a break: the newest stretch reaches up to it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn cover_live(&mut self, dialog: &DialogId, second: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE coverage SET to_second = ?2
             WHERE dialog_id = ?1
               AND to_second < ?2
               AND from_second = (SELECT max(from_second) FROM coverage WHERE dialog_id = ?1)",
        )
        .bind(dialog.as_str())
        .bind(second)
        .execute(self.db())
        .await?;
        Ok(())
    }
}
