//! What people did in a conversation, and therefore may expect.

use std::collections::{BTreeMap, BTreeSet};

use kith_model::{DialogId, MessageId, Place, UserId};
use kith_store::StoredMessage;
use kith_testkit::TestPerson;

/// A conversation, and what is known of it.
#[derive(Debug)]
pub(crate) struct Talk {
    /// For reports.
    pub(crate) name: &'static str,
    /// What every text in it begins with, so that none can be taken for one of
    /// the other conversation.
    pub(crate) words: &'static str,
    pub(crate) dialog: DialogId,
    /// The first so many devices belong to people who are in it.
    pub(crate) n_devices: usize,
    pub(crate) truth: Truth,
}

/// What people did.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// What nobody took away by its time.
    written: Vec<MessageId>,
    /// From here on it was written in the plan that is played now.
    of_this_plan: usize,
    deleted: BTreeSet<MessageId>,
    /// What each person has had on screen, on any of their devices.
    shown: BTreeMap<UserId, BTreeSet<MessageId>>,
    /// What came to a device at the moment at which its person looked.
    perhaps: BTreeMap<UserId, BTreeSet<MessageId>>,
    /// What destroys itself.
    timed: BTreeMap<MessageId, Timed>,
    /// What has destroyed itself and must never be seen again.
    over: BTreeSet<MessageId>,
}

/// A message that destroys itself. No history has it: whoever is not there when
/// it comes never gets it, and nobody can be asked what has become of it.
#[derive(Debug)]
struct Timed {
    /// Whether its time may be over before the plan is.
    is_short: bool,
    /// The devices that have it for certain, and keep it until its time is over.
    on: BTreeSet<usize>,
    /// The device on which its author deleted it.
    deleted_on: Option<usize>,
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

    /// The message that stands last.
    pub(crate) fn newest(&self) -> Option<&MessageId> {
        self.held.last().map(|held| &held.message.id)
    }

    /// Everything that it shows.
    pub(crate) fn all(&self) -> Vec<MessageId> {
        let ids = self.held.iter().map(|held| held.message.id.clone());
        ids.collect()
    }
}

impl Truth {
    /// Another plan begins with what is there.
    pub(crate) fn plan_begins(&mut self) {
        self.of_this_plan = self.written.len();
    }

    /// Whether it was written in the plan that is played now: a plan that is
    /// run again by itself has nothing else to choose from.
    pub(crate) fn is_of_this_plan(&self, id: &MessageId) -> bool {
        self.written[self.of_this_plan..].contains(id)
    }

    /// Somebody wrote this, and was told that it is kept.
    pub(crate) fn written(&mut self, id: MessageId) {
        self.written.push(id);
    }

    /// Somebody wrote this on a device, and it will destroy itself.
    pub(crate) fn written_for_a_time(&mut self, id: MessageId, device: usize, is_short: bool) {
        self.written.push(id.clone());
        let timed = Timed {
            is_short,
            on: BTreeSet::from([device]),
            deleted_on: None,
        };
        self.timed.insert(id, timed);
    }

    /// It reaches these devices, because nothing is in its way.
    pub(crate) fn will_be_on(&mut self, id: &MessageId, devices: impl Iterator<Item = usize>) {
        if let Some(timed) = self.timed.get_mut(id) {
            timed.on.extend(devices);
        }
    }

    /// A device shows this now, and has to go on doing so.
    pub(crate) fn is_on(&mut self, device: usize, timeline: &[StoredMessage]) {
        for held in timeline {
            if let Some(timed) = self.timed.get_mut(&held.message.id) {
                timed.on.insert(device);
            }
        }
    }

    /// Its author deleted this on a device, and was told that it is done.
    pub(crate) fn deleted(&mut self, id: MessageId, device: usize) {
        if let Some(timed) = self.timed.get_mut(&id) {
            timed.deleted_on.get_or_insert(device);
        }
        self.deleted.insert(id);
    }

    /// The time of everything that destroys itself is over.
    pub(crate) fn time_is_over(&mut self) {
        let over = std::mem::take(&mut self.timed);
        self.written.retain(|id| !over.contains_key(id));
        self.over.extend(over.into_keys());
    }

    /// What was written and has not destroyed itself.
    pub(crate) fn all(&self) -> &[MessageId] {
        &self.written
    }

    /// Whether somebody wrote it.
    pub(crate) fn has(&self, id: &MessageId) -> bool {
        self.written.contains(id)
    }

    pub(crate) fn is_over(&self, id: &MessageId) -> bool {
        self.over.contains(id)
    }

    pub(crate) fn is_timed(&self, id: &MessageId) -> bool {
        self.timed.contains_key(id)
    }

    pub(crate) fn has_timed(&self) -> bool {
        !self.timed.is_empty()
    }

    /// Whether a device must show it. Of what destroys itself this is only known
    /// where it has been, and not at all when its time may be over.
    pub(crate) fn must_show(&self, device: usize, id: &MessageId) -> bool {
        let is_there = self
            .timed
            .get(id)
            .is_none_or(|timed| !timed.is_short && timed.on.contains(&device));
        is_there && !self.deleted.contains(id)
    }

    /// Whether a device must not show it. That somebody took back what destroys
    /// itself is told to whoever is there, too, and to nobody else.
    pub(crate) fn must_hide(&self, device: usize, id: &MessageId) -> bool {
        match self.timed.get(id) {
            Some(timed) => timed.deleted_on == Some(device),
            None => self.deleted.contains(id),
        }
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
        let find = |glimpse: &Glimpse, id: &MessageId| {
            glimpse.held.iter().position(|held| held.message.id == *id)
        };
        let Some(looked) = find(before, message).map(|at| &before.held[at]) else {
            return;
        };
        // A message that waits gets its time when it leaves, which may be between
        // the glimpse and the look.
        let up_to = looked.message.place();
        let still = find(after, message).map(|at| after.held[at].message.place());
        let perhaps_up_to = still
            .clone()
            .map_or(up_to.clone(), |still| still.max(up_to.clone()));
        let shown = self.shown.entry(who).or_default();
        let perhaps = self.perhaps.entry(who).or_default();
        shown.extend(others.iter().chain([message]).cloned());
        // What has destroyed itself meanwhile may have been on screen before.
        let vanished = before
            .held
            .iter()
            .filter(|held| self.timed.contains_key(&held.message.id))
            .filter(|held| find(after, &held.message.id).is_none());
        for held in after.held.iter().chain(vanished) {
            let place = held.message.place();
            if place > perhaps_up_to || before.read.as_ref().is_some_and(|read| place <= *read) {
                continue;
            }
            let id = held.message.id.clone();
            let is_there = find(before, &id).is_some() && find(after, &id).is_some();
            // What was taken away at that moment may have shown nothing.
            if is_there && place <= up_to && still.is_some() {
                shown.insert(id);
            } else {
                perhaps.insert(id);
            }
        }
    }

    /// Somebody looked at everything that a device shows, while nothing moved.
    pub(crate) fn looked_at_all(&mut self, who: UserId, seen: &Glimpse) {
        let ids = seen.held.iter().map(|held| held.message.id.clone());
        self.shown.entry(who).or_default().extend(ids);
    }

    pub(crate) fn is_shown_to(&self, who: UserId, id: &MessageId) -> bool {
        self.shown.get(&who).is_some_and(|shown| shown.contains(id))
    }

    pub(crate) fn is_perhaps_shown_to(&self, who: UserId, id: &MessageId) -> bool {
        self.is_shown_to(who, id)
            || self
                .perhaps
                .get(&who)
                .is_some_and(|perhaps| perhaps.contains(id))
    }

    pub(crate) fn is_read_by_others(&self, author: UserId, id: &MessageId) -> bool {
        let people: BTreeSet<_> = self.shown.keys().chain(self.perhaps.keys()).collect();
        people
            .into_iter()
            .any(|who| *who != author && self.is_perhaps_shown_to(*who, id))
    }
}
