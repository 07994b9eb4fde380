//! The quiet work on the index of words, a portion at a time: messages that
//! were here before it are taken in, and where many went at once, so that they
//! were only crossed out, it is written anew without them.

use kith_model::DialogId;

use crate::{StoreError, Write};

/// So many messages are taken in at once.
const PORTION: i64 = 500;
/// So many pages are written anew at once.
const PAGES: i64 = 64;
/// Taking so many out of the index one by one would take too long.
const MANY: i64 = 100;

impl Write {
    /// Does one portion of what is to be done. Says whether there is more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn work_on_index(&mut self) -> Result<bool, StoreError> {
        let (waits_to, has_crossed_out): (i64, bool) =
            sqlx::query_as("SELECT waits_to, has_crossed_out FROM search_work")
                .fetch_one(self.db().await?)
                .await?;
        if waits_to > 0 {
            self.take_into_index(waits_to).await?;
            return Ok(true);
        }
        if has_crossed_out {
            return Ok(!self.write_index_anew().await?);
        }
        Ok(false)
    }

    async fn take_into_index(&mut self, waits_to: i64) -> Result<(), StoreError> {
        let from = (waits_to - PORTION).max(0);
        // In the order of time, which the index likes best.
        sqlx::query(
            "INSERT INTO search_text (seq, sent_at, attachments)
             SELECT m.seq, m.sent_at, m.attachments
             FROM message m
             WHERE m.seq > ? AND m.seq <= ?
               AND m.kind = 0
               AND (m.body <> '' OR m.attachments <> '[]')
               AND NOT EXISTS (SELECT 1 FROM search_place p WHERE p.seq = m.seq)
             ORDER BY m.sent_at",
        )
        .bind(from)
        .bind(waits_to)
        .execute(self.db().await?)
        .await?;
        self.later("UPDATE search_work SET waits_to = ?").bind(from);
        Ok(())
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
