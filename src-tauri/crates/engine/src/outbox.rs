//! The send worker.
//!
//! It wakes when something was queued, when the link comes up, and when the
//! server has answered. It goes over the first few rows of every dialog: what
//! is known never to have left is handed to the stream, in order; what was on
//! a stream that broke is looked up first, and until the answer is there its
//! dialog waits, so that a later message does not overtake it. Other dialogs
//! go on meanwhile, and a message that the server refuses is parked and holds
//! nothing up.
//!
//! The row says "in flight" on disk before the stanza is handed over, so a
//! crash in between only costs a look-up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use kith_client::{ClientError, Outgoing, OutgoingMessage, Recipient};
use kith_model::{DialogId, FailureReason, MessageId, Place, Timestamp};
use kith_store::{Fate, OutboxRow, StoreError};

use crate::error::WorkError;
use crate::shared::Shared;
use crate::task::{Backoff, until};

/// So many messages of one dialog are under way at once.
const WINDOW: u32 = 8;
/// So many in all.
const WINDOW_ALL: u32 = 64;
/// A message is stamped later than what its writer could see, if that is at
/// most so many seconds ahead of our clock.
const CLOCKS_APART: i64 = 5;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Shared {
    /// Sends what is queued, for as long as the engine runs.
    pub(crate) async fn work_outbox(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x6f75);
        let mut wire = self.link.wire.subscribe();
        loop {
            if wire.wait_for(|wire| wire.is_up).await.is_err() {
                return;
            }
            let wait = match self.send_what_can_be_sent().await {
                Ok(next) => {
                    backoff.reset();
                    next.map(|next| until(self.clock.now(), next))
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox waits");
                    Some(backoff.next())
                }
            };
            tokio::select! {
                () = self.outbox_wake.notified() => {}
                () = sleep_if(wait) => {}
            }
        }
    }

    /// One round; answers when the next row is due, if one waits for its time.
    pub(crate) async fn send_what_can_be_sent(&self) -> Result<Option<Timestamp>, WorkError> {
        let mut rows = self.store.outbox(WINDOW, WINDOW_ALL).await?;
        let mut trouble = None;
        if rows.iter().any(|row| row.fate == Fate::Unknown) {
            // A failed look-up holds up its own dialogs only.
            trouble = self.look_up(&rows).await.err();
            rows = self.store.outbox(WINDOW, WINDOW_ALL).await?;
        }
        let now = self.clock.now();
        let mut due = None;
        let mut held_up = BTreeSet::new();
        let mut go = Vec::new();
        for row in &rows {
            if held_up.contains(&row.dialog) || row.fate == Fate::InFlight {
                continue;
            }
            if row.fate == Fate::Unknown || row.next_attempt_at > now {
                held_up.insert(row.dialog.clone());
                if row.next_attempt_at > now {
                    due = Some(due.map_or(row.next_attempt_at, |due: Timestamp| {
                        due.min(row.next_attempt_at)
                    }));
                }
                continue;
            }
            go.push(row);
        }
        self.hand_over(&go, &rows, now).await?;
        trouble.map_or(Ok(due), Err)
    }

    /// Asks the server whether it has those whose fate is unknown.
    async fn look_up(&self, rows: &[OutboxRow]) -> Result<(), WorkError> {
        let now = self.clock.now();
        let mut asked: BTreeMap<&DialogId, Vec<MessageId>> = BTreeMap::new();
        for row in rows {
            if row.fate == Fate::Unknown && row.next_attempt_at <= now {
                asked
                    .entry(&row.dialog)
                    .or_default()
                    .push(row.message.clone());
            }
        }
        for (dialog, ids) in asked {
            let found = match self.rest().await?.messages_by_id(dialog, &ids).await {
                Ok(found) => found,
                // The server shows nothing of it, so it is not there. Sending
                // it again tells why.
                Err(ClientError::Gone | ClientError::NotAllowed) => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            let mut write = self.store.write().await?;
            for message in &found {
                write.put(message).await?;
            }
            for id in ids
                .iter()
                .filter(|id| !found.iter().any(|message| message.id == **id))
            {
                write.not_on_server(id).await?;
            }
            self.commit(write).await?;
        }
        Ok(())
    }

    async fn hand_over(
        &self,
        go: &[&OutboxRow],
        all: &[OutboxRow],
        now: Timestamp,
    ) -> Result<(), WorkError> {
        if go.is_empty() {
            return Ok(());
        }
        let mut recipients: BTreeMap<&DialogId, Option<Recipient>> = BTreeMap::new();
        for row in go {
            if !recipients.contains_key(&row.dialog) {
                recipients.insert(&row.dialog, self.recipient(&row.dialog).await?);
            }
        }
        let mut stamps: BTreeMap<DialogId, Timestamp> = BTreeMap::new();
        for row in all {
            if let (Fate::InFlight, Some(stamp)) = (row.fate, row.stamp) {
                let last = stamps.entry(row.dialog.clone()).or_insert(stamp);
                *last = stamp.max(*last);
            }
        }
        let mut write = self.store.write().await?;
        let mut stanzas = Vec::with_capacity(go.len());
        for row in go {
            let Some(to) = recipients.get(&row.dialog).cloned().flatten() else {
                write
                    .refused(&row.message, FailureReason::DialogGone)
                    .await?;
                continue;
            };
            let newest = write.newest_place(&row.dialog).await?;
            let mut stamp = stamp(now, newest.as_ref(), &row.message);
            if let Some(last) = stamps.get(&row.dialog) {
                stamp = stamp.max(*last);
            }
            stamps.insert(row.dialog.clone(), stamp);
            // Not there any more: the person took it back just now.
            if write.handing_over(&row.message, stamp).await? {
                stanzas.push(OutgoingMessage::new(
                    row.message.clone(),
                    to,
                    row.body.clone(),
                    stamp,
                ));
            }
        }
        self.commit(write).await?;
        self.hand_to_stream(stanzas).await?;
        Ok(())
    }

    async fn hand_to_stream(&self, stanzas: Vec<OutgoingMessage>) -> Result<(), StoreError> {
        let mut not_sent = Vec::new();
        for stanza in stanzas {
            let id = stanza.id.clone();
            let stanza = Outgoing::Message(stanza);
            if !not_sent.is_empty() || self.chat.send(stanza).await.is_err() {
                not_sent.push(id);
            }
        }
        if not_sent.is_empty() {
            return Ok(());
        }
        // Not handed over after all, so there is nothing to look up. The link's
        // return wakes this worker.
        let mut write = self.store.write().await?;
        for id in &not_sent {
            write
                .postpone(id, Fate::NeverLeft, Timestamp::default())
                .await?;
        }
        self.commit(write).await
    }
}

/// The time that a message carries: now, but not before what its writer could
/// already see in the dialog, so that an answer stands below its question also
/// when the clocks of two computers disagree by a little.
fn stamp(now: Timestamp, newest: Option<&Place>, id: &MessageId) -> Timestamp {
    let second = now.seconds();
    let Some(newest) = newest else {
        return Timestamp::from_seconds(second);
    };
    let after = newest.sent_at + i64::from(newest.id > *id);
    if after > second && after - second <= CLOCKS_APART {
        Timestamp::from_seconds(after)
    } else {
        Timestamp::from_seconds(second)
    }
}

pub(crate) async fn sleep_if(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sent_at: i64, id: &str) -> Place {
        Place {
            sent_at,
            id: id.parse().expect("an id"),
        }
    }

    #[test]
    fn an_answer_stands_below_its_question_when_clocks_disagree_a_little() {
        let now = Timestamp::from_millis(1_000_500);
        let low: MessageId = "000000000000000000000001".parse().expect("an id");
        let high = "ffffffffffffffffffffffff";
        let check = |newest: Option<Place>, expected: i64, why: &str| {
            assert_eq!(
                stamp(now, newest.as_ref(), &low).seconds(),
                expected,
                "{why}"
            );
        };
        check(None, 1000, "nothing to stand below");
        check(Some(place(999, high)), 1000, "already later");
        check(
            Some(place(1000, high)),
            1001,
            "the same second, and a higher id",
        );
        check(
            Some(place(1000, "000000000000000000000000")),
            1000,
            "the id decides",
        );
        check(
            Some(place(1003, high)),
            1004,
            "the other clock is ahead a little",
        );
        check(
            Some(place(1003, "000000000000000000000000")),
            1003,
            "as late as needed",
        );
        check(
            Some(place(9000, high)),
            1000,
            "a clock that is wrong is not followed",
        );
    }
}
