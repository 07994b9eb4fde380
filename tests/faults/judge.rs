//! What must be true in the end, and what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kith_model::{Delivery, DialogId, MessageId, Place, UserId};
use kith_store::StoredMessage;
use kith_testkit::TestPerson;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::cast::{Cast, Device};

/// How long nothing may get any better, in the end, while something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take in all; a machine with much else to do is slow.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(300);
/// Looked at again after so long even when nobody tells of a change.
const GLANCE: Duration = Duration::from_millis(50);

/// What people did, and therefore may expect.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    written: Vec<MessageId>,
    deleted: BTreeSet<MessageId>,
    /// What each person has had on screen, on any of their devices.
    shown: BTreeMap<UserId, BTreeSet<MessageId>>,
    /// What came to a device at the moment at which its person looked.
    perhaps: BTreeMap<UserId, BTreeSet<MessageId>>,
}

/// What a device shows, and what of it is read.
#[derive(Debug)]
pub(crate) struct Glimpse {
    held: Vec<StoredMessage>,
    pub(crate) late: Vec<MessageId>,
    read: Option<Place>,
}

impl Glimpse {
    pub(crate) async fn of(person: &TestPerson, dialog: &DialogId) -> Self {
        let store = person.engine.store();
        Self {
            held: person.timeline(dialog).await,
            late: store.late(dialog).await.unwrap_or_default(),
            read: store.read_up_to(dialog).await.ok().flatten(),
        }
    }
}

impl Truth {
    /// Somebody wrote this, and was told that it is kept.
    pub(crate) fn written(&mut self, id: MessageId) {
        self.written.push(id);
    }

    /// Its author deleted this, and was told that it is done.
    pub(crate) fn deleted(&mut self, id: MessageId) {
        self.deleted.insert(id);
    }

    /// Somebody looked at everything up to a message, and of what had come
    /// late above it, at `others`. What else stands above was read before, or
    /// has not been on screen.
    pub(crate) fn looked_at(
        &mut self,
        who: UserId,
        message: &MessageId,
        others: &[MessageId],
        before: &Glimpse,
        after: &Glimpse,
    ) {
        let Some(looked) = before.held.iter().find(|held| held.message.id == *message) else {
            return;
        };
        // A message that waits gets its time when it leaves, which may be between
        // the glimpse and the look.
        let up_to = looked.message.place();
        let still = after.held.iter().find(|held| held.message.id == *message);
        let perhaps_up_to = still.map_or(up_to.clone(), |held| {
            held.message.place().max(up_to.clone())
        });
        let shown = self.shown.entry(who).or_default();
        let perhaps = self.perhaps.entry(who).or_default();
        shown.extend(others.iter().chain([message]).cloned());
        for held in &after.held {
            let place = held.message.place();
            if place > perhaps_up_to || before.read.as_ref().is_some_and(|read| place <= *read) {
                continue;
            }
            let id = held.message.id.clone();
            let was_there = before.held.iter().any(|held| held.message.id == id);
            // What was taken away at that moment may have shown nothing.
            if was_there && place <= up_to && still.is_some() {
                shown.insert(id);
            } else {
                perhaps.insert(id);
            }
        }
    }

    fn is_shown_to(&self, who: UserId, id: &MessageId) -> bool {
        self.shown.get(&who).is_some_and(|shown| shown.contains(id))
    }

    fn is_perhaps_shown_to(&self, who: UserId, id: &MessageId) -> bool {
        self.is_shown_to(who, id)
            || self
                .perhaps
                .get(&who)
                .is_some_and(|perhaps| perhaps.contains(id))
    }

    fn is_read_by_others(&self, author: UserId, id: &MessageId) -> bool {
        let people: BTreeSet<_> = self.shown.keys().chain(self.perhaps.keys()).collect();
        people
            .into_iter()
            .any(|who| *who != author && self.is_perhaps_shown_to(*who, id))
    }
}

/// What went wrong, counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    lost: usize,
    doubled: usize,
    misordered: usize,
    false_reads: usize,
    /// What devices do not agree on: texts, reactions, states, numbers.
    disagreed: usize,
    /// In words, for whoever looks into it.
    pub(crate) found: Vec<String>,
}

impl Tally {
    /// Counts another one in.
    pub(crate) fn add(&mut self, other: &Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.misordered += other.misordered;
        self.false_reads += other.false_reads;
        self.disagreed += other.disagreed;
    }

    /// Whether nothing went wrong.
    pub(crate) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.misordered + self.false_reads + self.disagreed == 0
    }

    /// As it is printed.
    pub(crate) fn json(&self) -> Value {
        json!({
            "lost": self.lost,
            "doubled": self.doubled,
            "misordered": self.misordered,
            "false_reads": self.false_reads,
            "disagreed": self.disagreed,
        })
    }
}

/// Waits until everything is as it must be, and counts what is not.
pub(crate) async fn judge(cast: &Cast, dialog: &DialogId, truth: &Truth) -> Tally {
    let began = Instant::now();
    let mut better_at = began;
    let mut found = Vec::new();
    loop {
        let tally = look(cast, dialog, truth).await;
        if tally.found != found {
            better_at = Instant::now();
            found.clone_from(&tally.found);
        }
        let is_over = better_at.elapsed() > PATIENCE || began.elapsed() > PATIENCE_IN_ALL;
        if tally.is_clean() || is_over {
            return tally;
        }
        // Woken by whatever changes next, on whichever device; reactions and
        // deletions come by a path of their own, so it looks again anyway.
        let mut first = cast.devices[0].person().engine.changes();
        let _ = tokio::time::timeout(GLANCE, first.next()).await;
    }
}

async fn look(cast: &Cast, dialog: &DialogId, truth: &Truth) -> Tally {
    let mut tally = Tally::default();
    let mut shown = Vec::new();
    for device in &cast.devices {
        let timeline: Vec<StoredMessage> = device
            .person()
            .timeline(dialog)
            .await
            .into_iter()
            .filter(|held| held.notice.is_none())
            .collect();
        one_device(device, &timeline, truth, &mut tally).await;
        shown.push(timeline);
    }
    for (device, timeline) in cast.devices.iter().zip(&shown).skip(1) {
        compare(device, timeline, &shown[0], &mut tally);
    }
    // The two devices of one person.
    same_states(&cast.devices[1], &shown[0], &shown[1], &mut tally);
    for device in &cast.devices {
        unread(device, dialog, &shown[0], truth, &mut tally).await;
    }
    tally
}

/// What one device shows, by itself.
async fn one_device(device: &Device, timeline: &[StoredMessage], truth: &Truth, tally: &mut Tally) {
    let label = device.label();
    for id in &truth.written {
        let times = timeline
            .iter()
            .filter(|held| held.message.id == *id)
            .count();
        match (times, truth.deleted.contains(id)) {
            (0, false) => {
                tally.lost += 1;
                let way = way(device, id).await;
                tally.found.push(format!("{label} lacks {id}; {way}"));
            }
            (1.., true) => {
                tally.disagreed += 1;
                tally.found.push(format!("{label} shows deleted {id}"));
            }
            (2.., false) => {
                tally.doubled += times - 1;
                tally
                    .found
                    .push(format!("{label} shows {id} {times} times"));
            }
            _ => {}
        }
    }
    for held in timeline {
        let id = &held.message.id;
        if held.delivery < Delivery::Sent {
            tally.lost += 1;
            let way = way(device, id).await;
            tally.found.push(format!(
                "{label} has not sent {id}: {:?}; {way}",
                held.delivery
            ));
        }
        if !truth.written.contains(id) {
            tally.disagreed += 1;
            tally
                .found
                .push(format!("{label} shows {id}, which nobody wrote"));
        }
        let author = held.message.sender;
        if held.delivery == Delivery::Read
            && author == device.who()
            && !truth.is_read_by_others(author, id)
        {
            tally.false_reads += 1;
            tally.found.push(format!(
                "{label} says {id} is read, and nobody looked at it"
            ));
        }
    }
}

/// The way of a message, as its journal tells it.
async fn way(device: &Device, id: &MessageId) -> String {
    let journal = device.person().engine.journal(id).await.unwrap_or_default();
    let steps: Vec<String> = journal.into_iter().map(|entry| entry.reason).collect();
    steps.join(" ")
}

/// What another device shows.
fn compare(
    device: &Device,
    timeline: &[StoredMessage],
    first: &[StoredMessage],
    tally: &mut Tally,
) {
    let label = device.label();
    let ids = |timeline: &[StoredMessage]| -> Vec<MessageId> {
        timeline
            .iter()
            .map(|held| held.message.id.clone())
            .collect()
    };
    if ids(timeline) != ids(first) {
        tally.misordered += 1;
        tally.found.push(format!(
            "{label} shows another order than the first device: {:?} and {:?}",
            ids(timeline),
            ids(first)
        ));
        return;
    }
    for (held, other) in timeline.iter().zip(first) {
        let id = &held.message.id;
        if held.message.body != other.message.body {
            tally.disagreed += 1;
            tally.found.push(format!(
                "{label} shows {id} as {:?}, the first device as {:?}",
                held.message.body, other.message.body
            ));
        }
        let reactions = |held: &StoredMessage| -> BTreeMap<String, u32> {
            held.message
                .reactions
                .iter()
                .flatten()
                .map(|reaction| (reaction.emoji.clone(), reaction.count))
                .collect()
        };
        if reactions(held) != reactions(other) {
            tally.disagreed += 1;
            tally.found.push(format!(
                "{label} shows reactions {:?} to {id}, the first device {:?}",
                reactions(held),
                reactions(other)
            ));
        }
    }
}

/// The states of own messages on two devices of one person.
fn same_states(
    device: &Device,
    first: &[StoredMessage],
    second: &[StoredMessage],
    tally: &mut Tally,
) {
    let states = |timeline: &[StoredMessage]| -> BTreeMap<MessageId, Delivery> {
        timeline
            .iter()
            .filter(|held| held.message.sender == device.who())
            .map(|held| (held.message.id.clone(), held.delivery))
            .collect()
    };
    let (first, second) = (states(first), states(second));
    for (id, state) in &first {
        if second.get(id).is_some_and(|other| other != state) {
            tally.disagreed += 1;
            tally.found.push(format!(
                "{} says {id} is {:?}, the other device {state:?}",
                device.label(),
                second.get(id)
            ));
        }
    }
}

/// The unread count: messages of others that this person has not had on screen.
async fn unread(
    device: &Device,
    dialog: &DialogId,
    shown: &[StoredMessage],
    truth: &Truth,
    tally: &mut Tally,
) {
    let who = device.who();
    let others = || shown.iter().filter(|held| held.message.sender != who);
    let most = others()
        .filter(|held| !truth.is_shown_to(who, &held.message.id))
        .count();
    let least = others()
        .filter(|held| !truth.is_perhaps_shown_to(who, &held.message.id))
        .count();
    let told = match device.person().entry(dialog).await {
        Some(entry) => entry.unread as usize,
        None => 0,
    };
    if told < least {
        tally.false_reads += least - told;
    }
    if told > most {
        tally.disagreed += 1;
    }
    if !(least..=most).contains(&told) {
        tally
            .found
            .push(format!("{} counts {told} unread of {most}", device.label()));
    }
}
