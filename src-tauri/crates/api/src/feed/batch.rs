//! The changes of one frame, gathered by what they concern.

use std::collections::{BTreeMap, BTreeSet};

use kith_engine::{Change, LinkState, News};
use kith_model::{DialogId, MessageId, UserId};

#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Some were missed.
    pub(super) is_lost: bool,
    pub(super) dialogs: BTreeSet<DialogId>,
    pub(super) messages: BTreeMap<DialogId, BTreeSet<MessageId>>,
    pub(super) people: BTreeSet<UserId>,
    pub(super) typing: BTreeMap<DialogId, Vec<UserId>>,
    pub(super) link: Option<LinkState>,
}

impl Batch {
    pub(super) fn add(&mut self, news: News) {
        match news {
            News::Lost => self.is_lost = true,
            News::Batch(changes) => changes
                .into_iter()
                .for_each(|change| self.add_change(change)),
        }
    }

    /// What a row is now is read later, so "changed" and "gone" are one here.
    fn add_change(&mut self, change: Change) {
        match change {
            Change::Message { dialog, id } | Change::MessageRemoved { dialog, id } => {
                self.messages.entry(dialog).or_default().insert(id);
            }
            Change::Dialog(dialog) | Change::DialogRemoved(dialog) => {
                self.dialogs.insert(dialog);
            }
            Change::Person(person) => {
                self.people.insert(person);
            }
            Change::Typing { dialog, people } => {
                self.typing.insert(dialog, people);
            }
            Change::Link(link) => self.link = Some(link),
        }
    }
}
