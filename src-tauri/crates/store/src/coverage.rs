//! Which stretches of each dialog's history are held.
//!
//! A row says: every message of this dialog whose second lies between these
//! two is here. It is written in the transaction that stores the page, so it
//! is never a promise. Two stretches that overlap become one; between two that
//! do not, there is a hole, which the server can be asked for. Seconds are
//! used and not places, because the server's pages are bounded by seconds
//! (`protocol/rest.md` §6.2) and its order within one is not ours.

use kith_model::{DialogId, MessageId, Timestamp};

use crate::open::stored;
use crate::{Store, StoreError, Write};

/// A stretch without holes, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first second; [`Stretch::BEGINNING`] when nothing is older.
    pub from: i64,
    /// Its last second.
    pub to: i64,
}

/// What is held between two seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many messages.
    pub count: u64,
    /// The second of the first.
    pub first: i64,
    /// The second of the one in the middle.
    pub middle: i64,
    /// The second of the last.
    pub last: i64,
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
        .fetch_all(&mut *self.reader().await?)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(from, to)| Stretch { from, to })
            .collect())
    }
}

impl Store {
    /// Up to which instant of the server's clock all edits and states of a
    /// dialog are here; `None` when that was never asked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn changes_known_to(
        &self,
        dialog: &DialogId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let known: Option<i64> =
            sqlx::query_scalar("SELECT changes_known_to FROM dialog_sync WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(known.filter(|at| *at > 0).map(Timestamp::from_millis))
    }

    /// When a dialog was last compared with the server, message by message.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn compared_at(&self, dialog: &DialogId) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT compared_at FROM dialog_sync WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(at.filter(|at| *at > 0).map(Timestamp::from_millis))
    }

    /// The number of the message that arrived last, over all dialogs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_arrival(&self) -> Result<i64, StoreError> {
        let seq: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM message")
            .fetch_one(&mut *self.reader().await?)
            .await?;
        Ok(seq.unwrap_or(0))
    }

    /// The messages of a dialog between two seconds, both included, that the
    /// server is expected to have, oldest first; of those that arrived no later
    /// than the one of number `arrived`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn held_between(
        &self,
        dialog: &DialogId,
        stretch: Stretch,
        arrived: i64,
    ) -> Result<Vec<MessageId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id
             FROM message
             WHERE dialog_id = ? AND pending = 0 AND in_history = 1 AND sent_at BETWEEN ? AND ? AND seq <= ?
             ORDER BY sent_at, id",
        )
        .bind(dialog.as_str())
        .bind(stretch.from)
        .bind(stretch.to)
        .bind(arrived)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }

    /// How many messages of a dialog are held between two seconds, both
    /// included, and the seconds of the first, the middle and the last of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_between(
        &self,
        dialog: &DialogId,
        stretch: Stretch,
    ) -> Result<Option<Counted>, StoreError> {
        let (count, first, last): (i64, Option<i64>, Option<i64>) = sqlx::query_as(
            "SELECT count(*), min(sent_at), max(sent_at)
             FROM message
             WHERE dialog_id = ? AND pending = 0 AND in_history = 1 AND sent_at BETWEEN ? AND ?",
        )
        .bind(dialog.as_str())
        .bind(stretch.from)
        .bind(stretch.to)
        .fetch_one(&mut *self.reader().await?)
        .await?;
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(None);
        };
        let middle: Option<i64> = sqlx::query_scalar(
            "SELECT sent_at
             FROM message
             WHERE dialog_id = ? AND pending = 0 AND in_history = 1 AND sent_at BETWEEN ? AND ?
             ORDER BY sent_at
             LIMIT 1 OFFSET ?",
        )
        .bind(dialog.as_str())
        .bind(stretch.from)
        .bind(stretch.to)
        .bind(count / 2)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(Some(Counted {
            count: count.unsigned_abs(),
            first,
            middle: middle.unwrap_or(last),
            last,
        }))
    }
}

impl Write {
    /// Notes up to which instant of the server's clock all edits and states
    /// of a dialog are here.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn know_changes_to(
        &mut self,
        dialog: &DialogId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO dialog_sync (dialog_id, changes_known_to)
             VALUES (?, ?)
             ON CONFLICT (dialog_id) DO UPDATE SET changes_known_to = excluded.changes_known_to",
        )
        .bind(dialog.as_str())
        .bind(at.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Notes that a dialog has been compared with the server now.
    ///
    /// # Errors
    /// When the disk does not take it, or there is no such dialog.
    pub async fn compared(&mut self, dialog: &DialogId) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "INSERT INTO dialog_sync (dialog_id, compared_at)
             VALUES (?, ?)
             ON CONFLICT (dialog_id) DO UPDATE SET compared_at = excluded.compared_at",
        )
        .bind(dialog.as_str())
        .bind(now.millis())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// The server does not have these messages of a dialog any more: they go.
    /// Whatever has not been sent yet stays.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn gone(&mut self, dialog: &DialogId, ids: &[MessageId]) -> Result<(), StoreError> {
        for id in ids {
            let is_here = self
                .find(id)
                .await?
                .is_some_and(|held| held.message.dialog_id == *dialog && !held.spot().pending);
            if is_here {
                self.take_away(id).await?;
            }
        }
        Ok(())
    }

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
        .fetch_one(self.db().await?)
        .await?;
        let from = joined.0.map_or(new.from, |from| from.min(new.from));
        let to = joined.1.map_or(new.to, |to| to.max(new.to));
        sqlx::query("DELETE FROM coverage WHERE dialog_id = ? AND from_second BETWEEN ? AND ?")
            .bind(dialog.as_str())
            .bind(from)
            .bind(to)
            .execute(self.db().await?)
            .await?;
        sqlx::query("INSERT INTO coverage (dialog_id, from_second, to_second) VALUES (?, ?, ?)")
            .bind(dialog.as_str())
            .bind(from)
            .bind(to)
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// Notes that a message of this second came while the dialog was being
    /// followed without a break: the newest stretch reaches up to it.
    ///
    pub fn cover_live(&mut self, dialog: &DialogId, second: i64) {
        self.later(
            "UPDATE coverage SET to_second = ?
             WHERE dialog_id = ?
               AND to_second < ?
               AND from_second = (SELECT max(from_second) FROM coverage WHERE dialog_id = ?)",
        )
        .bind(second)
        .bind(dialog.as_str())
        .bind(second)
        .bind(dialog.as_str());
    }
}
