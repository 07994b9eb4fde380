//! Messages that came late: when they came, this person had read beyond their
//! place already.
//!
//! A place is the second a message was sent in, and its id (`kith_model::Place`),
//! and never depends on when the message came. So a message of somebody who was
//! offline, whose clock is behind, or who wrote in the same second as somebody
//! else can be given a place below the read pointer before anybody saw it. Such
//! a message has a row here and counts as unread until it was on screen, or
//! read on another device, or is gone. The rows are facts about messages; what
//! is unread is derived from them and the pointer (`pointer.rs`), and nothing
//! is counted.
//!
//! What comes live below the pointer is late, and so is what another device's
//! marker moved the pointer over. Of what the server answers, only what it did
//! not have before: old history that was never marked as read stays read.

use kith_model::{DialogId, Message, MessageId, Place, Timestamp};

use crate::open::stored;
use crate::person::number;
use crate::pointer::ANNOUNCED_AT_ONCE;
use crate::write::list;
use crate::{Change, Put, Store, StoreError, Stretch, Write};

/// What of others stands between the pointer and a message that was read on
/// another device. Its marker is about that message alone: its reader may lack
/// some of these, and has markers of their own for the others, or the server's
/// books tell. Who reads more than so many at once announces no more, either.
pub(crate) const PASSED_BY_MARKER: &str = "
    INSERT INTO late_message (message_id, dialog_id)
    SELECT m.id, m.dialog_id
    FROM message r
    JOIN read_pointer p ON p.dialog_id = r.dialog_id
    JOIN message m INDEXED BY message_by_place ON m.dialog_id = r.dialog_id
        AND m.pending = 0
        AND (m.sent_at, m.id) > (p.sent_at, p.message_id)
        AND (m.sent_at, m.id) < (r.sent_at, r.id)
        AND m.sender_id <> ?2
    WHERE r.id = ?1
    ORDER BY m.sent_at DESC, m.id DESC
    LIMIT ?3
    ON CONFLICT (message_id) DO NOTHING";

/// A message that was stored so many milliseconds after it was sent comes from a
/// clock that is behind, or had a long way.
const BEHIND: i64 = 2000;

/// How a dialog stood before an answer of the server was taken in.
struct Before {
    pointer: Place,
    /// When the server had the message at the pointer, at the latest known.
    read_at: Timestamp,
    changes_known_to: Option<Timestamp>,
}

impl Store {
    /// The messages of a dialog that came late and were not seen since.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn late(&self, dialog: &DialogId) -> Result<Vec<MessageId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT message_id FROM late_message WHERE dialog_id = ? ORDER BY message_id",
        )
        .bind(dialog.as_str())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }
}

impl Write {
    /// Takes in the messages of one dialog that the server answered to a
    /// question of `asked_at` (by our clock), and finds out which of them came
    /// late. Those of another dialog are not believed.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_answer(
        &mut self,
        dialog: &DialogId,
        messages: &[Message],
        asked_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.put_as_of(asked_at);
        let before = self.before(dialog).await?;
        let me = self.me;
        let mut read: Vec<&Message> = Vec::new();
        let mut unread: Vec<(&Message, Put)> = Vec::new();
        for message in messages {
            if message.dialog_id != *dialog {
                continue;
            }
            let put = self.put(message).await?;
            if message.sender == me || put == Put::Foreign {
                continue;
            }
            if message.read_by.contains(&me) {
                read.push(message);
            } else {
                unread.push((message, put));
            }
        }
        let ids: Vec<&MessageId> = read.iter().map(|message| &message.id).collect();
        if !ids.is_empty() {
            self.not_late(dialog, &list(&ids)).await?;
        }
        let Some(before) = before else {
            // Nothing is known to be read yet, so nothing can be late.
            return Ok(());
        };
        // How far this very answer has moved the pointer.
        let passed = read.iter().map(|message| message.place()).max();
        let tells_readers = messages.iter().any(|message| !message.read_by.is_empty());
        let mut held: Option<Vec<Stretch>> = None;
        let mut late: Vec<&MessageId> = Vec::new();
        for (message, put) in unread {
            let place = message.place();
            let is_late = if place > before.pointer {
                passed.as_ref().is_some_and(|passed| place <= *passed)
                    && !read.iter().any(|other| covers(other, message))
            } else if put == Put::New {
                let held = match &mut held {
                    Some(held) => held,
                    None => held.insert(self.held_stretches(dialog).await?),
                };
                before.had_no(message, held)
                    || (before.knew_nothing(held)
                        && tells_readers
                        && !read.iter().any(|other| covers(other, message)))
            } else {
                false
            };
            if is_late && !self.read_now.contains(&message.id) {
                late.push(&message.id);
            }
        }
        if late.is_empty() {
            return Ok(());
        }
        self.are_late(dialog, &list(&late)).await
    }

    async fn before(&mut self, dialog: &DialogId) -> Result<Option<Before>, StoreError> {
        let row: Option<(i64, String, Option<i64>, Option<i64>)> = sqlx::query_as(
            "SELECT p.sent_at, p.message_id, m.stored_at, s.changes_known_to
             FROM read_pointer p
             LEFT JOIN message m ON m.id = p.message_id
             LEFT JOIN dialog_sync s ON s.dialog_id = p.dialog_id
             WHERE p.dialog_id = ?",
        )
        .bind(dialog.as_str())
        .fetch_optional(self.db().await?)
        .await?;
        row.map(|(sent_at, id, stored_at, known_to)| {
            let sent = Timestamp::from_seconds(sent_at);
            Ok(Before {
                read_at: stored_at.map_or(sent, Timestamp::from_millis),
                pointer: Place {
                    sent_at,
                    id: stored(&id)?,
                },
                changes_known_to: known_to.filter(|at| *at > 0).map(Timestamp::from_millis),
            })
        })
        .transpose()
    }

    async fn held_stretches(&mut self, dialog: &DialogId) -> Result<Vec<Stretch>, StoreError> {
        let rows: Vec<(i64, i64)> =
            sqlx::query_as("SELECT from_second, to_second FROM coverage WHERE dialog_id = ?")
                .bind(dialog.as_str())
                .fetch_all(self.db().await?)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(from, to)| Stretch { from, to })
            .collect())
    }

    /// These messages came late.
    pub(crate) async fn are_late(
        &mut self,
        dialog: &DialogId,
        ids: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO late_message (message_id, dialog_id)
             SELECT m.id, m.dialog_id
             FROM json_each(?) j
             JOIN message m ON m.id = j.value
             WHERE m.dialog_id = ?
             ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(ids)
        .bind(dialog.as_str())
        .execute(self.db().await?)
        .await?;
        self.changes.add(Change::Dialog(dialog.clone()));
        Ok(())
    }

    /// A message that is here has another time now, as the server told it. It
    /// may have sunk below the pointer without having been seen, or risen above
    /// it, where nothing is late.
    pub(crate) async fn has_another_time(
        &mut self,
        held: &Message,
        now: &Message,
    ) -> Result<(), StoreError> {
        let me = self.me;
        if now.sender == me || now.sent_at == held.sent_at {
            return Ok(());
        }
        if now.sent_at > held.sent_at {
            sqlx::query(
                "DELETE FROM late_message
                 WHERE message_id = ?1
                   AND EXISTS (SELECT 1 FROM read_pointer
                               WHERE dialog_id = ?2 AND (?3, ?1) > (sent_at, message_id))",
            )
            .bind(now.id.as_str())
            .bind(now.dialog_id.as_str())
            .bind(now.sent_at.seconds())
            .execute(self.db().await?)
            .await?;
            return Ok(());
        }
        if now.read_by.contains(&me) {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO late_message (message_id, dialog_id)
             SELECT ?1, dialog_id
             FROM read_pointer
             WHERE dialog_id = ?2
               AND (?3, ?1) > (sent_at, message_id)
               AND (?4, ?1) <= (sent_at, message_id)
             ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(now.id.as_str())
        .bind(now.dialog_id.as_str())
        .bind(held.sent_at.seconds())
        .bind(now.sent_at.seconds())
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    /// Another device of this person says that a message was read there. What
    /// stands above it and was not read before waits for its own word.
    pub(crate) async fn read_elsewhere(&mut self, message: &Message) -> Result<(), StoreError> {
        let dialog = &message.dialog_id;
        let me = number(self.me);
        sqlx::query(PASSED_BY_MARKER)
            .bind(message.id.as_str())
            .bind(me)
            .bind(ANNOUNCED_AT_ONCE)
            .execute(self.db().await?)
            .await?;
        self.advance_pointer(dialog, &message.place()).await?;
        self.not_late(dialog, &list(&[&message.id])).await?;
        self.read_now.insert(message.id.clone());
        Ok(())
    }

    /// These messages have been read: answers which of them came late.
    pub(crate) async fn not_late(
        &mut self,
        dialog: &DialogId,
        ids: &str,
    ) -> Result<Vec<String>, StoreError> {
        let read: Vec<String> = sqlx::query_scalar(
            "DELETE FROM late_message
             WHERE dialog_id = ? AND message_id IN (SELECT value FROM json_each(?))
             RETURNING message_id",
        )
        .bind(dialog.as_str())
        .bind(ids)
        .fetch_all(self.db().await?)
        .await?;
        if !read.is_empty() {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(read)
    }

    /// Everything of a dialog that came late has been read: answers what.
    pub(crate) async fn none_is_late(
        &mut self,
        dialog: &DialogId,
    ) -> Result<Vec<String>, StoreError> {
        let read: Vec<String> =
            sqlx::query_scalar("DELETE FROM late_message WHERE dialog_id = ? RETURNING message_id")
                .bind(dialog.as_str())
                .fetch_all(self.db().await?)
                .await?;
        if !read.is_empty() {
            self.changes.add(Change::Dialog(dialog.clone()));
        }
        Ok(read)
    }
}

impl Before {
    /// Whether the server did not have this message, which is new here and
    /// below the pointer, when it was asked before, or when what was read came:
    /// its place lies in a stretch that was held, or it was stored after the
    /// message at the pointer, or after everything that was known. Ids tell no
    /// order within a second, so what stands in the pointer's own is believed
    /// to have come after it.
    fn had_no(&self, message: &Message, held: &[Stretch]) -> bool {
        let second = message.sent_at.seconds();
        second == self.pointer.sent_at
            || held.iter().any(|stretch| stretch.holds(second))
            || message.stored_at.is_some_and(|at| {
                // Times of storing and of changes are told in whole seconds.
                let is_behind = at.millis() - message.sent_at.millis() >= BEHIND;
                at > self.read_at
                    || (is_behind && at == self.read_at)
                    || self.changes_known_to.is_some_and(|known_to| at >= known_to)
            })
    }

    /// Whether this is the first that the server tells of the dialog: something
    /// came live and was read before anybody asked what stands above it.
    fn knew_nothing(&self, held: &[Stretch]) -> bool {
        held.is_empty() && self.changes_known_to.is_none()
    }
}

/// Whether reading `read` says that `other` was read too (XEP-0333 §2): it
/// stands above, and the server had it no later. Within one second, only what
/// the server says of each counts; and so it does where somebody's clock is
/// behind, for what the server has had may have been late to its readers.
fn covers(read: &Message, other: &Message) -> bool {
    let is_behind = other
        .stored_at
        .is_some_and(|at| at.millis() - other.sent_at.millis() >= BEHIND);
    !is_behind
        && read.place() > other.place()
        && (read.stored_at > other.stored_at
            || (read.stored_at == other.stored_at && read.sent_at > other.sent_at))
}
