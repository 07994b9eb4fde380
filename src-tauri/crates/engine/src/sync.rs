//! Catching up after a fresh link.
//!
//! The server's list of dialogs says where something is new; there the newest
//! pages are fetched until they meet what is held, or until the unread are
//! held, or until it is enough: the rest of a long absence is fetched when
//! somebody scrolls there, and until then a hole in the coverage says so.
//! Nothing here marks anything as read.
//!
//! From the moment of the fresh link on, everything new comes over the stream
//! as well. So when a dialog's newest page is in, the dialog is *followed*:
//! all up to now is held, and live messages extend that. This ends with the
//! next fresh link, not with a resumed one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kith_client::{ClientError, DialogState, HistoryQuery};
use kith_model::{Dialog, DialogId, DialogKind, Message, MessageId, Place, Timestamp, UserId};
use kith_store::{StoreError, Stretch};

use crate::changes::Change;
use crate::error::WorkError;
use crate::history::{PAGE, put_all};
use crate::shared::Shared;
use crate::task::Backoff;

/// So many messages of one dialog are fetched without being asked for.
const ENOUGH: usize = 500;
/// So many dialogs are caught up side by side.
const SIDE_BY_SIDE: usize = 4;
/// So many own messages are asked about, whether they have been read.
const UNFINISHED: u32 = 200;
/// So many messages of a dialog are announced as delivered by a catch-up.
const DELIVERED: usize = 50;
/// Markers whose message has not come for so long are let go.
const MARKERS_WAIT: i64 = 30 * 24 * 3600 * 1000;
/// The server's clock may be so far behind ours.
const CLOCKS_APART: i64 = 600_000;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Shared {
    /// Catches up after every fresh link, for as long as the engine runs.
    pub(crate) async fn work_sync(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x7379);
        let mut wire = self.link.wire.subscribe();
        loop {
            let Ok(now) = wire
                .wait_for(|wire| wire.is_up && !wire.is_caught_up)
                .await
                .map(|wire| *wire)
            else {
                return;
            };
            match self.catch_up(now.generation).await {
                Ok(()) => {
                    backoff.reset();
                    if let Some(state) = self.link.caught_up(now.generation) {
                        self.hub.tell(vec![Change::Link(state)]);
                    }
                    // Nobody waits for this, and nobody minds if it fails.
                    if let Err(error) = self.refresh_people().await {
                        tracing::debug!(%error, "names and pictures stay as they were");
                    }
                }
                Err(WorkError::Client(ClientError::SignInRefused | ClientError::Expired)) => {
                    // Trying again with the same password locks accounts.
                    let changed = wire
                        .wait_for(|wire| wire.generation != now.generation)
                        .await;
                    if changed.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "catching up did not come to its end");
                    tokio::select! {
                        () = tokio::time::sleep(backoff.next()) => {}
                        _ = wire.wait_for(|wire| wire.generation != now.generation) => {}
                    }
                }
            }
        }
    }

    /// One catch-up, for one fresh link.
    pub(crate) async fn catch_up(self: &Arc<Self>, generation: u64) -> Result<(), WorkError> {
        let began = self.clock.now();
        let watermark = self.store.caught_up_at().await?;
        let mut dialogs = self.rest().await?.dialogs(None).await?;
        self.same_link(generation)?;

        let mut write = self.store.write().await?;
        for state in &dialogs {
            write.put_dialog(&state.dialog).await?;
        }
        let listed: Vec<DialogId> = dialogs
            .iter()
            .map(|state| state.dialog.id.clone())
            .collect();
        write.list_only(&listed).await?;
        self.commit(write).await?;
        self.fetch_unknown_people().await?;

        // What was written to last is looked at first.
        dialogs.sort_by_key(|state| {
            std::cmp::Reverse(state.last_message.as_ref().map(|last| last.sent_at))
        });
        let mut results = futures::stream::iter(dialogs.into_iter().map(|state| {
            let shared = Arc::clone(self);
            async move { shared.catch_up_dialog(&state, generation, watermark).await }
        }))
        .buffer_unordered(SIDE_BY_SIDE);
        let mut trouble = None;
        while let Some(result) = results.next().await {
            match result {
                Ok(()) => {}
                // One dialog that cannot be read does not keep the others.
                Err(WorkError::Client(ClientError::Gone | ClientError::NotAllowed)) => {}
                Err(error) => trouble = Some(error),
            }
        }
        drop(results);
        if let Some(error) = trouble {
            return Err(error);
        }

        self.look_at_unfinished().await?;
        for id in self.store.unknown_dialogs().await? {
            self.fetch_dialog(&id).await?;
        }
        self.fetch_unknown_people().await?;
        self.same_link(generation)?;

        let mut write = self.store.write().await?;
        write
            .forget_waiting_markers(Timestamp::from_millis(began.millis() - MARKERS_WAIT))
            .await?;
        write.caught_up(began).await?;
        self.commit(write).await?;
        self.outbox_wake.notify_one();
        self.markers_wake.notify_one();
        Ok(())
    }

    fn same_link(&self, generation: u64) -> Result<(), WorkError> {
        if self.link.wire().generation == generation {
            Ok(())
        } else {
            Err(WorkError::LinkChanged)
        }
    }

    /// Brings one dialog up to now.
    pub(crate) async fn catch_up_dialog(
        &self,
        state: &DialogState,
        generation: u64,
        watermark: Option<Timestamp>,
    ) -> Result<(), WorkError> {
        let dialog = &state.dialog.id;
        let top = self.store.coverage(dialog).await?.last().copied();
        let mut fetched: Vec<Message> = Vec::new();
        if self.is_new_there(state, top).await? {
            // The second from which on everything is held.
            let mut whole = None;
            loop {
                let page = self
                    .fetch_back(dialog, whole.map(|second: i64| second - 1))
                    .await?;
                let from = page.whole_from();
                self.keep_newest(dialog, &page.messages, whole, from, generation)
                    .await?;
                fetched.extend(page.messages);
                let meets = top.is_some_and(|top| from <= top.to);
                let unread = usize::try_from(state.unread).unwrap_or(usize::MAX);
                let has_unread = top.is_some() || fetched.len() > unread;
                if from == Stretch::BEGINNING
                    || (top.is_some() && meets)
                    || (top.is_none() && has_unread)
                    || fetched.len() >= ENOUGH
                {
                    break;
                }
                whole = Some(from);
            }
        } else {
            // Nothing is new, so it is up to now as it is.
            let write = self.store.write().await?;
            self.same_link(generation)?;
            self.lock_followed().follow(dialog);
            self.commit(write).await?;
        }
        if let Some(watermark) = watermark.map(earlier)
            && (!fetched.is_empty() || state.dialog.updated_at > watermark)
        {
            self.fetch_changed(dialog, watermark).await?;
        }
        self.believe_read_state(state, &fetched).await?;
        self.announce_fetched(dialog, &fetched).await?;
        Ok(())
    }

    /// Whether the server has something that is not here.
    async fn is_new_there(
        &self,
        state: &DialogState,
        top: Option<Stretch>,
    ) -> Result<bool, StoreError> {
        let (Some(top), Some(last)) = (top, &state.last_message) else {
            return Ok(true);
        };
        if !top.holds(last.sent_at.seconds()) || self.store.message(&last.id).await?.is_none() {
            return Ok(true);
        }
        let unread = self
            .store
            .dialog(&state.dialog.id)
            .await?
            .map_or(0, |entry| entry.unread);
        Ok((is_counted(state.dialog.kind) && unread != state.unread)
            || self.store.read_up_to(&state.dialog.id).await?.is_none())
    }

    /// Keeps one of the newest pages. The first of them is complete up to now:
    /// what came after it was made has come over the stream.
    async fn keep_newest(
        &self,
        dialog: &DialogId,
        messages: &[Message],
        whole: Option<i64>,
        from: i64,
        generation: u64,
    ) -> Result<(), WorkError> {
        let mut write = self.store.write().await?;
        self.same_link(generation)?;
        put_all(&mut write, dialog, messages).await?;
        let to = match whole {
            Some(second) => second,
            None => write
                .newest_place(dialog)
                .await?
                .map_or(0, |place| place.sent_at),
        };
        write.cover(dialog, Stretch { from, to }).await?;
        self.lock_followed().follow(dialog);
        self.commit(write).await?;
        Ok(())
    }

    /// Edits and states that came about while there was no link, and messages
    /// that came late with an early time.
    async fn fetch_changed(&self, dialog: &DialogId, since: Timestamp) -> Result<(), WorkError> {
        let query = HistoryQuery {
            updated_after: Some(since),
            ..HistoryQuery::newest(dialog.clone(), PAGE)
        };
        let messages = self.rest().await?.history(&query).await?;
        let mut write = self.store.write().await?;
        put_all(&mut write, dialog, &messages).await?;
        self.commit(write).await?;
        Ok(())
    }

    /// Moves the read pointer to where the server says this person has read.
    /// It only ever moves forward.
    async fn believe_read_state(
        &self,
        state: &DialogState,
        fetched: &[Message],
    ) -> Result<(), StoreError> {
        let dialog = &state.dialog.id;
        let is_unplaced = self.store.read_up_to(dialog).await?.is_none();
        let place = match &state.last_message {
            None => beginning(),
            Some(last) if state.unread == 0 => Some(Place {
                sent_at: last.sent_at.seconds(),
                id: last.id.clone(),
            }),
            // Where it is known already, single messages move it (`Write::put`).
            Some(_) if !is_unplaced => None,
            Some(last) => {
                let last = Place {
                    sent_at: last.sent_at.seconds(),
                    id: last.id.clone(),
                };
                below_unread(fetched, self.me, state.unread, &last)
            }
        };
        if let Some(place) = place {
            let mut write = self.store.write().await?;
            write.advance_pointer(dialog, &place).await?;
            self.commit(write).await?;
        }
        Ok(())
    }

    /// Tells the authors of unread messages that those have reached a device.
    async fn announce_fetched(
        &self,
        dialog: &DialogId,
        fetched: &[Message],
    ) -> Result<(), StoreError> {
        let read = self.store.read_up_to(dialog).await?;
        let mut unread: Vec<&Message> = fetched
            .iter()
            .filter(|m| m.sender != self.me && !m.delivered_to.contains(&self.me))
            .filter(|m| read.as_ref().is_none_or(|read| m.place() > *read))
            .collect();
        if unread.is_empty() {
            return Ok(());
        }
        unread.sort_by_key(|message| std::cmp::Reverse(message.place()));
        let mut write = self.store.write().await?;
        for message in unread.into_iter().take(DELIVERED) {
            write.announce_delivered(message).await?;
        }
        self.commit(write).await?;
        self.markers_wake.notify_one();
        Ok(())
    }

    /// Asks whether own messages have been delivered or read meanwhile.
    async fn look_at_unfinished(&self) -> Result<(), WorkError> {
        let mut asked: BTreeMap<DialogId, Vec<MessageId>> = BTreeMap::new();
        for (dialog, id) in self.store.unfinished(UNFINISHED).await? {
            asked.entry(dialog).or_default().push(id);
        }
        for (dialog, ids) in asked {
            for ids in ids.chunks(PAGE as usize) {
                let messages = match self.rest().await?.messages_by_id(&dialog, ids).await {
                    Ok(messages) => messages,
                    Err(ClientError::Gone | ClientError::NotAllowed) => continue,
                    Err(error) => return Err(error.into()),
                };
                let mut write = self.store.write().await?;
                put_all(&mut write, &dialog, &messages).await?;
                self.commit(write).await?;
            }
        }
        Ok(())
    }

    /// Keeps a dialog that the server told of.
    pub(crate) async fn keep_dialog(&self, dialog: &Dialog) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        write.put_dialog(dialog).await?;
        self.commit(write).await
    }

    /// Fetches a dialog on the side, once for a burst of reasons to.
    pub(crate) fn fetch_dialog_soon(self: &Arc<Self>, dialog: DialogId) {
        if !self.lock_being_fetched().insert(dialog.clone()) {
            return;
        }
        let shared = Arc::clone(self);
        self.tasks.once("fetch a dialog", async move {
            let done = shared.fetch_dialog(&dialog).await;
            shared.lock_being_fetched().remove(&dialog);
            if let Err(error) = done {
                // The next catch-up lists it.
                tracing::warn!(%error, "a dialog could not be fetched yet");
            }
        });
    }

    /// Fetches a dialog, its newest messages and its people.
    pub(crate) async fn fetch_dialog(&self, id: &DialogId) -> Result<(), WorkError> {
        let generation = self.link.wire().generation;
        let Some(state) = self.rest().await?.dialog(id).await? else {
            let mut write = self.store.write().await?;
            write.unlist(id).await?;
            self.commit(write).await?;
            return Ok(());
        };
        self.keep_dialog(&state.dialog).await?;
        self.fetch_unknown_people().await?;
        self.catch_up_dialog(&state, generation, None).await
    }
}

/// A time of our clock, as something that the server's clock has passed for
/// certain.
fn earlier(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() - CLOCKS_APART)
}

/// Whether the server counts the unread of such dialogs (`protocol/rest.md`
/// §6.7); of others it says zero, whatever is there.
fn is_counted(kind: DialogKind) -> bool {
    matches!(kind, DialogKind::Group | DialogKind::Private)
}

/// The place below the oldest of the `unread` newest messages of others, none
/// of them newer than `last`.
fn below_unread(messages: &[Message], me: UserId, unread: u32, last: &Place) -> Option<Place> {
    let mut places: Vec<(Place, bool)> = messages
        .iter()
        .map(|m| (m.place(), m.sender != me && !m.read_by.contains(&me)))
        .filter(|(place, _)| place <= last)
        .collect();
    places.sort();
    places.dedup();
    let mut left = unread;
    while let Some((place, counts)) = places.pop() {
        if left == 0 {
            return Some(place);
        }
        left -= u32::from(counts);
    }
    beginning()
}

/// Before every message.
fn beginning() -> Option<Place> {
    Some(Place {
        sent_at: 0,
        id: "000000000000000000000000".parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(second: i64, n: u32, sender: u64, read_by: &[u64]) -> Message {
        Message {
            read_by: read_by.iter().map(|id| UserId(*id)).collect(),
            ..Message::new(
                format!("{n:024x}").parse().expect("an id"),
                format!("{:024x}", 1).parse().expect("an id"),
                UserId(sender),
                Timestamp::from_seconds(second),
            )
        }
    }

    #[test]
    fn the_pointer_is_placed_below_as_many_unread_as_the_server_counts() {
        let me = UserId(1);
        let held = [
            message(10, 1, 2, &[2, 1]),
            message(11, 2, 2, &[2]),
            message(12, 3, 1, &[1]),
            message(13, 4, 2, &[2]),
            message(14, 5, 2, &[2]),
        ];
        let last = held[3].place();
        let check = |unread: u32, expected: Option<Place>, why: &str| {
            assert_eq!(below_unread(&held, me, unread, &last), expected, "{why}");
        };
        check(
            1,
            Some(held[2].place()),
            "the one that came after the listing does not count",
        );
        check(2, Some(held[0].place()), "own messages do not count");
        check(9, beginning(), "more than are held: all of them are unread");
    }
}
