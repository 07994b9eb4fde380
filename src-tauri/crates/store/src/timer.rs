//! Messages that go away by themselves.
//!
//! The time of an own message runs from when the server has taken it, that of
//! a received one from when it was seen. What is kept is the instant at which
//! it ends, so a restart changes nothing. No clock that is set wrong can make
//! a message stay longer than its time from now on; one that is set back while
//! Kith runs is noticed by whoever asks, who then moves the ends with it.

use kith_model::Timestamp;

use crate::open::stored;
use crate::person::number;
use crate::{Store, StoreError, Write};

/// The statement behind [`Store::next_expiry`], for the test that pins its plan.
pub(crate) const NEXT: &str = "SELECT min(expires_at)
     FROM message INDEXED BY message_timed
     WHERE destroy_after IS NOT NULL AND expires_at IS NOT NULL";

impl Store {
    /// When the next message goes away.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_expiry(&self) -> Result<Option<Timestamp>, StoreError> {
        let next: Option<i64> = sqlx::query_scalar(NEXT)
            .fetch_one(&mut *self.reader().await?)
            .await?;
        Ok(next.map(Timestamp::from_millis))
    }

    /// Whether there are messages whose time does not run yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_timers_to_start(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM message INDEXED BY message_timed
                            WHERE destroy_after IS NOT NULL AND expires_at IS NULL)",
        )
        .fetch_one(&mut *self.reader().await?)
        .await?)
    }
}

impl Write {
    /// Starts the time of those that were sent or seen by now.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn start_timers(&mut self) -> Result<(), StoreError> {
        let now = self.now().millis();
        let me = number(self.me);
        let started: Vec<(String, String)> = sqlx::query_as(
            "UPDATE message SET expires_at = ?1 + destroy_after * 1000
             WHERE seq IN (
                 SELECT m.seq
                 FROM message m INDEXED BY message_timed
                 LEFT JOIN read_pointer p ON p.dialog_id = m.dialog_id
                 WHERE m.destroy_after IS NOT NULL
                   AND m.expires_at IS NULL
                   AND m.pending = 0
                   AND (m.sender_id = ?2
                        OR ((m.sent_at, m.id) <= (p.sent_at, p.message_id)
                            AND NOT EXISTS (SELECT 1 FROM late_message WHERE message_id = m.id))))
             RETURNING dialog_id, id",
        )
        .bind(now)
        .bind(me)
        .fetch_all(self.db().await?)
        .await?;
        for (dialog, id) in started {
            self.message_changed(&stored(&dialog)?, &stored(&id)?);
        }
        // A clock that was set back must not give a message more time than it
        // was sent with.
        sqlx::query(
            "UPDATE message SET expires_at = ?1 + destroy_after * 1000
             WHERE destroy_after IS NOT NULL AND expires_at > ?1 + destroy_after * 1000",
        )
        .bind(now)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// The clock was set back by so many milliseconds while time went on: what
    /// was left to each message stays what it was.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn clock_was_set_back(&mut self, by: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE message SET expires_at = expires_at - ?
             WHERE destroy_after IS NOT NULL AND expires_at IS NOT NULL",
        )
        .bind(by)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Takes away the messages whose time is over.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn destroy_expired(&mut self) -> Result<(), StoreError> {
        let now = self.now().millis();
        let over: Vec<String> = sqlx::query_scalar(
            "SELECT id
             FROM message INDEXED BY message_timed
             WHERE destroy_after IS NOT NULL AND expires_at <= ?",
        )
        .bind(now)
        .fetch_all(self.db().await?)
        .await?;
        for id in over {
            self.take_away(&stored(&id)?).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Whether a file of the server hangs on a message that goes away by itself.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_passing_file(&self, uid: &str) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1
                            FROM message INDEXED BY message_timed
                            WHERE destroy_after IS NOT NULL AND instr(attachments, ?))",
        )
        .bind(uid)
        .fetch_one(&mut *self.reader().await?)
        .await?)
    }
}
