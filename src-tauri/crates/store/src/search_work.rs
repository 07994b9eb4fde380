//! The quiet work on the index of words, a portion at a time: messages are taken
//! in that wait for it, and where many went at once, so that they were only
//! crossed out, it is written anew without them.

use kith_model::DialogId;

use crate::{Store, StoreError, Write};

/// So many messages are taken in at once.
const PORTION: i64 = 250;
/// So many pages are written anew at once.
const PAGES: i64 = 64;
/// Taking so many out of the index one by one would take too long.
const MANY: i64 = 100;

/// What is done of the work on the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexWork {
    /// There was nothing to do.
    Done,
    /// Messages were taken in; there may be more.
    TookIn,
    /// Some of it was written anew without what is gone; there may be more.
    WroteAnew,
}

impl Store {
    /// Whether messages wait to be taken into the index of words: a search does
    /// not find those.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_words_waiting(&self) -> Result<bool, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM search_waiting)")
                .fetch_one(&mut *self.reader().await?)
                .await?,
        )
    }
}

impl Write {
    /// Does one portion of what is to be done, and says what.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn work_on_index(&mut self) -> Result<IndexWork, StoreError> {
        if self.take_into_index().await? {
            return Ok(IndexWork::TookIn);
        }
        let has_crossed_out: bool = sqlx::query_scalar("SELECT has_crossed_out FROM search_work")
            .fetch_one(self.db().await?)
            .await?;
        if has_crossed_out && !self.write_index_anew().await? {
            return Ok(IndexWork::WroteAnew);
        }
        Ok(IndexWork::Done)
    }

    /// Takes in a portion of the messages that wait, the newest first; says
    /// whether there were any.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn take_into_index(&mut self) -> Result<bool, StoreError> {
        // In the order of time, which the index likes best.
        self.later(
            "INSERT INTO search_text (seq, sent_at, attachments)
             SELECT m.seq, m.sent_at, m.attachments
             FROM (SELECT sent_at, seq
                   FROM search_waiting
                   ORDER BY sent_at DESC, seq DESC
                   LIMIT ?) w
             CROSS JOIN message m ON m.seq = w.seq
             ORDER BY w.sent_at, w.seq",
        )
        .bind(PORTION);
        let taken = sqlx::query(
            "DELETE FROM search_waiting
             WHERE (sent_at, seq) IN (SELECT sent_at, seq
                                      FROM search_waiting
                                      ORDER BY sent_at DESC, seq DESC
                                      LIMIT ?)",
        )
        .bind(PORTION)
        .execute(self.db().await?)
        .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// Writes some of the index anew; says whether nothing that was crossed out
    /// is left in it. SQLite tells that by having changed nothing.
    async fn write_index_anew(&mut self) -> Result<bool, StoreError> {
        let before = self.changed_rows().await?;
        // Below nought means that all of it is meant, from now on.
        let is_begun: bool = sqlx::query_scalar("SELECT has_crossed_out > 1 FROM search_work")
            .fetch_one(self.db().await?)
            .await?;
        sqlx::query("INSERT INTO search (search, rank) VALUES ('merge', ?)")
            .bind(if is_begun { PAGES } else { -PAGES })
            .execute(self.db().await?)
            .await?;
        // What is told of itself counts as one.
        let is_done = self.changed_rows().await? - before < 2;
        self.later("UPDATE search_work SET has_crossed_out = ?")
            .bind(if is_done { 0 } else { 2 });
        Ok(is_done)
    }

    async fn changed_rows(&mut self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT total_changes()")
            .fetch_one(self.db().await?)
            .await?)
    }

    /// Before all messages of a dialog go: taking many words out of the index,
    /// each where it stands, would keep everybody waiting for seconds. They are
    /// crossed out instead until [`Write::are_gone`]. Says whether that is so.
    pub(crate) async fn are_going(&mut self, dialog: &DialogId) -> Result<bool, StoreError> {
        let are_many: bool = sqlx::query_scalar(
            "SELECT count(*) > ?2
             FROM (SELECT 1 FROM message WHERE dialog_id = ?1 AND pending = 0 LIMIT ?2 + 1)",
        )
        .bind(dialog.as_str())
        .bind(MANY)
        .fetch_one(self.db().await?)
        .await?;
        if are_many {
            self.later("INSERT INTO search (search, rank) VALUES ('secure-delete', 0)");
            self.later("UPDATE search_work SET has_crossed_out = 1");
        }
        Ok(are_many)
    }

    /// They are crossed out; from now on words are taken out again.
    pub(crate) fn are_gone(&mut self) {
        self.later("INSERT INTO search (search) VALUES ('flush')");
        self.later("INSERT INTO search (search, rank) VALUES ('secure-delete', 1)");
    }
}
