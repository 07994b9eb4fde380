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
//!
//! The usual message does not wait for the worker: when there is a link and
//! nothing else of its dialog waits, it leaves with the transaction that keeps
//! it ([`Shared::queue_and_leave`]), which saves a second one and the way to the worker.
//!
//! A message with files waits until they are on the server (`uploads.rs`), and
//! the rest of its dialog with it.
//!
//! What may pass is waited for with growing waits that have a random part: a
//! server in trouble, a dialog of which only messages have come so far. What
//! will not pass (no right to write, a dialog that is gone) parks the message
//! with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use kith_client::{ClientError, Outgoing, OutgoingMessage, Recipient};
use kith_model::{DialogId, FailureReason, MessageId, Place, Timestamp};
use kith_store::{Addressee, Fate, OutboxRow, Queued, Step, StoreError, StoredMessage, Write};
use tokio::sync::OwnedMutexGuard;

use crate::error::WorkError;
use crate::shared::{Shared, insist};
use crate::task::{Backoff, until};

/// So many messages of one dialog are under way at once.
const WINDOW: u32 = 8;
/// So many in all.
const WINDOW_ALL: u32 = 64;
/// A message is stamped later than what its writer could see, if that is at
/// most so many seconds ahead of our clock.
const CLOCKS_APART: i64 = 5;
/// A clock that is off by more than this is not believed.
const CLOCK_IS_WRONG: i64 = 30_000;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The first wait of a message that the server may take later.
const FIRST_WAIT: i64 = 2_000;
/// The longest wait of a message that the server may take later.
const LAST_WAIT: i64 = 300_000;

impl Shared {
    /// Sends what is queued, for as long as the engine runs.
    pub(crate) async fn work_outbox(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x6f75);
        let mut wire = self.link.wire.subscribe();
        // Begun again after a panic, nobody knows what was handed over before.
        if let Err(error) = self.doubt_in_flight().await {
            self.met(&error);
            tracing::warn!(%error, "the outbox begins with what it has");
        }
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
                    self.met(&error);
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

    async fn doubt_in_flight(&self) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        write.doubt_in_flight().await?;
        self.commit(write).await
    }

    /// One round; answers when the next row is due, if one waits for its time.
    pub(crate) async fn send_what_can_be_sent(
        self: &Arc<Self>,
    ) -> Result<Option<Timestamp>, WorkError> {
        let now = self.clock.now();
        let mut rows = self.store.outbox(WINDOW, WINDOW_ALL, now).await?;
        let mut trouble = None;
        if rows.iter().any(|row| row.fate == Fate::Unknown) {
            // A failed look-up holds up its own dialogs only.
            trouble = self.look_up(&rows).await.err();
            rows = self.store.outbox(WINDOW, WINDOW_ALL, now).await?;
        }
        let mut due = None;
        let mut held_up = BTreeSet::new();
        let mut needs_files = false;
        let mut go = Vec::new();
        for row in &rows {
            if held_up.contains(&row.dialog) || row.fate == Fate::InFlight {
                continue;
            }
            if row.needs_files && row.fate == Fate::NeverLeft {
                held_up.insert(row.dialog.clone());
                needs_files = true;
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
        if needs_files {
            self.uploads_wake.notify_one();
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
        self: &Arc<Self>,
        go: &[&OutboxRow],
        all: &[OutboxRow],
        now: Timestamp,
    ) -> Result<(), WorkError> {
        if go.is_empty() {
            return Ok(());
        }
        let mut recipients: BTreeMap<&DialogId, Addressee> = BTreeMap::new();
        for row in go {
            if !recipients.contains_key(&row.dialog) {
                recipients.insert(&row.dialog, self.store.addressee(&row.dialog).await?);
            }
        }
        let mut stamps: BTreeMap<DialogId, Timestamp> = BTreeMap::new();
        for row in all {
            if let (Fate::InFlight, Some(stamp)) = (row.fate, row.stamp) {
                let last = stamps.entry(row.dialog.clone()).or_insert(stamp);
                *last = stamp.max(*last);
            }
        }
        let sent_at = self.as_the_server_sees(now);
        let _turn = self.handing.lock().await;
        let mut write = self.store.write().await?;
        let mut stanzas = Vec::with_capacity(go.len());
        let mut unknown = BTreeSet::new();
        for row in go {
            let dialog = row.dialog.clone();
            let to = match recipients.get(&row.dialog) {
                Some(Addressee::Person(user)) => Recipient::Private {
                    user: *user,
                    dialog,
                },
                Some(Addressee::Room) => Recipient::Room { dialog },
                Some(Addressee::Unknown) => {
                    // Only the first waits for its time; the others wait for it.
                    if unknown.insert(dialog) {
                        let again = self.later(now, row.attempts);
                        write
                            .postpone(&row.message, Fate::NeverLeft, again, Step::DialogUnknown)
                            .await?;
                    }
                    continue;
                }
                Some(Addressee::Gone) | None => {
                    write
                        .refused(&row.message, FailureReason::DialogGone)
                        .await?;
                    continue;
                }
            };
            let newest = write.newest_place(&row.dialog).await?;
            let mut stamp = stamp(sent_at, newest.as_ref(), &row.message);
            if let Some(last) = stamps.get(&row.dialog) {
                stamp = stamp.max(*last);
            }
            stamps.insert(row.dialog.clone(), stamp);
            // Not there any more: the person took it back just now.
            if let Some((message, stamp)) = write.handing_over(&row.message, stamp).await? {
                stanzas.push(outgoing(message, to, stamp));
            }
        }
        self.commit(write).await?;
        for dialog in unknown {
            self.fetch_dialog_soon(dialog);
        }
        self.hand_to_stream(stanzas).await?;
        Ok(())
    }

    /// A time of ours by the server's clock, where ours is clearly wrong: the
    /// time that a message carries decides where it stands for everybody.
    fn as_the_server_sees(&self, now: Timestamp) -> Timestamp {
        let ahead = self.rest.clock_offset();
        if ahead.abs() < CLOCK_IS_WRONG {
            return now;
        }
        Timestamp::from_millis(now.millis() + ahead)
    }

    /// When to try again what the server may take later.
    pub(crate) fn later(&self, now: Timestamp, attempts: u32) -> Timestamp {
        let whole = FIRST_WAIT
            .saturating_mul(1 << attempts.min(12))
            .min(LAST_WAIT);
        let wait = rand::random_range(whole / 2..=whole);
        Timestamp::from_millis(now.millis() + wait)
    }

    /// The turn to hand a message over at once: there is a link, and nobody
    /// else is handing messages over just now.
    pub(crate) fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        if !self.link.wire.borrow().is_up {
            return None;
        }
        Arc::clone(&self.handing).try_lock_owned().ok()
    }

    /// Queues a message, and has it leave with the same transaction if there is
    /// a turn, it is known whom its dialog goes to, and nothing else of that
    /// waits. Answers what is to be seen off once this is committed.
    pub(crate) async fn queue_and_leave(
        &self,
        write: &mut Write,
        dialog: &DialogId,
        queued: &Queued,
        turn: Option<OwnedMutexGuard<()>>,
        now: Timestamp,
    ) -> Result<Option<Leaving>, StoreError> {
        let way = write.way_out(dialog, &queued.id, now).await?;
        let dialog_id = dialog.clone();
        let to = match way.to {
            Addressee::Person(user) => Some(Recipient::Private {
                user,
                dialog: dialog_id,
            }),
            Addressee::Room => Some(Recipient::Room { dialog: dialog_id }),
            Addressee::Unknown | Addressee::Gone => None,
        };
        let is_free =
            way.is_plain() && !way.is_queue && way.in_flight < WINDOW && queued.files.is_empty();
        let leaving = turn.zip(to).filter(|_| is_free).map(|(turn, to)| {
            let server_now = self.as_the_server_sees(now);
            let stamp = stamp(server_now, way.newest.as_ref(), &queued.id);
            let stamp = way.stamp.map_or(stamp, |last| stamp.max(last));
            let message = OutgoingMessage {
                attachments: queued.attachments.clone(),
                properties: queued.properties.clone(),
                is_silent: queued.is_silent,
                destroy_after: queued.destroy_after,
                ..OutgoingMessage::new(queued.id.clone(), to, queued.body.clone(), stamp)
            };
            (stamp, Leaving { turn, message })
        });
        let stamp = leaving.as_ref().map(|(stamp, _)| *stamp);
        write.queue_on(&way, dialog, queued, now, stamp).await?;
        Ok(leaving.map(|(_, leaving)| leaving))
    }

    /// Hands over what leaves at once. Nobody else does until the stream has
    /// taken it; if it does not, the message waits for the send worker.
    pub(crate) fn see_off(self: &Arc<Self>, leaving: Leaving) {
        let Leaving { turn, message } = leaving;
        let id = message.id.clone();
        let taken = self.chat.send_now(Outgoing::Message(message));
        let shared = Arc::clone(self);
        self.tasks.once("see a message off", async move {
            let is_taken = match taken {
                Ok(answer) => answer.await.is_ok_and(|answer| answer.is_ok()),
                Err(_) => false,
            };
            if is_taken {
                return;
            }
            let not_sent = [id];
            if let Err(error) = insist!(shared, shared.have_not_left(&not_sent)) {
                shared.met(&error);
                tracing::error!(%error, "a message that did not leave is not known to be here");
            }
            drop(turn);
            shared.outbox_wake.notify_one();
        });
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
        insist!(self, self.have_not_left(&not_sent))
    }

    async fn have_not_left(&self, ids: &[MessageId]) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        for id in ids {
            write
                .postpone(id, Fate::NeverLeft, Timestamp::default(), Step::NotTaken)
                .await?;
        }
        self.commit(write).await
    }
}

/// A message that leaves at once.
#[derive(Debug)]
pub(crate) struct Leaving {
    turn: OwnedMutexGuard<()>,
    message: OutgoingMessage,
}

/// A message as it leaves.
fn outgoing(held: StoredMessage, to: Recipient, stamp: Timestamp) -> OutgoingMessage {
    let message = held.message;
    OutgoingMessage {
        attachments: message.attachments,
        properties: message.properties,
        is_silent: message.is_silent,
        destroy_after: message.destroy_after,
        ..OutgoingMessage::new(message.id, to, message.body, stamp)
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
