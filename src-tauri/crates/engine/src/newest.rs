//! One dialog, brought up to now: its newest page, what changed in it, up to
//! where this person has read it, and what has to be announced.

use kith_client::{DialogState, HistoryQuery};
use kith_model::{DialogId, DialogKind, Message, Place, Timestamp, UserId};
use kith_store::{StoreError, Stretch};

use crate::error::WorkError;
use crate::history::{Fetched, PAGE};
use crate::shared::Shared;

/// So many messages of one dialog are fetched at once to place its unread.
const ENOUGH: usize = 500;
/// So many messages of a dialog are announced as delivered by a catch-up.
const DELIVERED: usize = 50;
/// Servers tell the time of a change in whole seconds.
const SECOND: i64 = 1_000;
/// A number of unread messages may be of another moment than the messages, and
/// so many may come in between.
const MOMENTS_APART: usize = 20;
/// The server's clock may be so far behind ours.
const CLOCKS_APART: i64 = 600_000;
/// So many pages of changes are fetched of one dialog, at most. Of more than
/// that the older ones are met when somebody scrolls there.
const PAGES_OF_CHANGES: u32 = 50;

impl Shared {
    /// Brings one dialog up to now. `latest_change` is a moment of the
    /// server's clock, from before this was asked.
    pub(crate) async fn catch_up_dialog(
        &self,
        state: &DialogState,
        generation: u64,
        latest_change: Option<Timestamp>,
    ) -> Result<(), WorkError> {
        let dialog = &state.dialog.id;
        let top = self.store.coverage(dialog).await?.last().copied();
        let mut fetched: Vec<Message> = Vec::new();
        if self.is_new_there(state, top).await? {
            // The second from which on everything is held.
            let mut whole = None;
            loop {
                let arrived = self.store.last_arrival().await?;
                let page = self
                    .fetch_back(dialog, whole.map(|second: i64| second - 1))
                    .await?;
                let from = page.whole_from();
                self.keep_newest(dialog, &page, whole, from, generation)
                    .await?;
                let to = whole.map_or(i64::MAX, |second: i64| second - 1);
                self.drop_what_is_gone(dialog, arrived, &page.messages, from, to)
                    .await?;
                fetched.extend(page.messages);
                // The rest is filled quietly. Only the unread have to be here,
                // or nobody could say where they begin.
                let unread = usize::try_from(state.unread).unwrap_or(usize::MAX);
                let has_unread = top.is_some() || fetched.len() > unread;
                if from == Stretch::BEGINNING || has_unread || fetched.len() >= ENOUGH {
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
        self.catch_up_changes(state, top, !fetched.is_empty(), latest_change)
            .await?;
        self.believe_read_state(state, &fetched).await?;
        self.announce_fetched(dialog, &fetched).await?;
        Ok(())
    }

    /// Asks what has changed in a dialog whose entry in the list says that
    /// something did. The others are asked quietly, later.
    async fn catch_up_changes(
        &self,
        state: &DialogState,
        top: Option<Stretch>,
        is_new_there: bool,
        latest_change: Option<Timestamp>,
    ) -> Result<(), WorkError> {
        let dialog = &state.dialog.id;
        let updated_at = state.dialog.updated_at;
        let known_to = match (self.store.changes_known_to(dialog).await?, top) {
            (Some(known_to), _) => Some(known_to),
            // Held since before this was noted.
            (None, Some(_)) => self.store.caught_up_at().await?.map(earlier),
            (None, None) => None,
        };
        match known_to {
            Some(known_to) if updated_at > known_to || is_new_there => {
                self.fetch_changed(dialog, known_to).await?;
            }
            Some(_) => return Ok(()),
            None => {}
        }
        let mut write = self.store.write().await?;
        write
            .know_changes_to(dialog, certain(latest_change.unwrap_or(updated_at)))
            .await?;
        if top.is_none() {
            // Everything that is held has just come.
            write.compared(dialog).await?;
        }
        self.commit(write).await?;
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
        page: &Fetched,
        whole: Option<i64>,
        from: i64,
        generation: u64,
    ) -> Result<(), WorkError> {
        let mut write = self.store.write().await?;
        self.same_link(generation)?;
        write
            .put_answer(dialog, &page.messages, page.asked_at)
            .await?;
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

    /// Edits, reactions and states that came about while there was no link,
    /// and messages that came late with an early time.
    pub(crate) async fn fetch_changed(
        &self,
        dialog: &DialogId,
        since: Timestamp,
    ) -> Result<(), WorkError> {
        let mut query = HistoryQuery {
            updated_after: Some(Timestamp::from_millis(since.millis() - SECOND)),
            ..HistoryQuery::newest(dialog.clone(), PAGE)
        };
        for _ in 0..PAGES_OF_CHANGES {
            let asked_at = self.clock.now();
            let messages = self.rest().await?.history(&query).await?;
            let mut write = self.store.write().await?;
            write.put_answer(dialog, &messages, asked_at).await?;
            self.commit(write).await?;
            if messages.len() < PAGE as usize {
                break;
            }
            query.skip += PAGE;
        }
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
        if fetched.is_empty() && !is_unplaced {
            // Nothing is new there, and the two numbers agree.
            return Ok(());
        }
        // A server that tells of each message who has read it is believed in
        // that. Its numbers may be of another moment than its last message.
        let tells = tells_readers(fetched, self.me, state.unread);
        let place = match &state.last_message {
            None => beginning(),
            // Where it is known already, single messages move it (`Write::put`).
            Some(_) if tells && !is_unplaced => None,
            Some(_) if tells => newest_read(fetched, self.me),
            // One's own are no measure here either, see `newest_read`.
            Some(last) if state.unread == 0 && last.sender != Some(self.me) => Some(Place {
                sent_at: last.sent_at.seconds(),
                id: last.id.clone(),
            }),
            Some(_) if state.unread == 0 => fetched
                .iter()
                .filter(|message| message.sender != self.me)
                .map(Message::place)
                .max()
                .or_else(beginning),
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
        let late = self.store.late(dialog).await?;
        let mut unread: Vec<&Message> = fetched
            .iter()
            .filter(|m| m.sender != self.me && !m.delivered_to.contains(&self.me))
            .filter(|m| read.as_ref().is_none_or(|read| m.place() > *read) || late.contains(&m.id))
            .collect();
        if unread.is_empty() {
            return Ok(());
        }
        unread.sort_by_key(|message| std::cmp::Reverse(message.place()));
        let mut write = self.store.write().await?;
        for message in unread.into_iter().take(DELIVERED) {
            write.announce_delivered(message);
        }
        self.commit(write).await?;
        self.markers_wake.notify_one();
        Ok(())
    }
}

/// Up to when everything is certainly known, when `latest` is the latest change
/// that was told. Servers tell times in whole seconds, and another change may
/// follow within the same.
pub(crate) fn certain(latest: Timestamp) -> Timestamp {
    Timestamp::from_millis(latest.millis() - SECOND)
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

/// Whether the server tells of each message who has read it: it says so, and
/// what it says is not far from what it counts.
fn tells_readers(messages: &[Message], me: UserId, unread: u32) -> bool {
    let n_unread = messages
        .iter()
        .filter(|m| m.sender != me && !m.read_by.contains(&me))
        .count();
    let counted = usize::try_from(unread).unwrap_or(usize::MAX);
    messages.iter().any(|message| !message.read_by.is_empty())
        && n_unread.abs_diff(counted) <= MOMENTS_APART
}

/// The place of the newest message of others that this person has read. One's
/// own are no measure: what others wrote in the same second may still come, and
/// stand above them.
fn newest_read(messages: &[Message], me: UserId) -> Option<Place> {
    messages
        .iter()
        .filter(|m| m.sender != me && m.read_by.contains(&me))
        .map(Message::place)
        .max()
        .or_else(beginning)
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

    #[test]
    fn where_readers_are_told_the_pointer_is_placed_at_what_this_person_has_read() {
        let me = UserId(1);
        let held = [
            message(11, 2, 2, &[2, 1]),
            message(12, 3, 1, &[1]),
            message(13, 4, 2, &[2]),
            message(14, 5, 2, &[2]),
        ];
        assert_eq!(newest_read(&held, me), Some(held[0].place()));
        assert_eq!(newest_read(&held[1..], me), beginning());
        assert!(tells_readers(&held, me, 3), "counted a moment later");
        assert!(
            !tells_readers(&held, me, 300),
            "it does not know of readers"
        );
        let silent = [message(13, 4, 2, &[])];
        assert!(!tells_readers(&silent, me, 1));
    }
}
