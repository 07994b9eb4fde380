//! The changes of one frame, gathered by what they concern.

use std::collections::{BTreeMap, BTreeSet};

use kith_engine::{Change, LinkState, News};
use kith_model::{DialogId, MessageId, UserId};

use crate::refusals;
use crate::view::RefusalView;

#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Some were missed.
    pub(super) is_lost: bool,
    pub(super) dialogs: BTreeSet<DialogId>,
    pub(super) messages: BTreeMap<DialogId, BTreeSet<MessageId>>,
    pub(super) people: BTreeSet<UserId>,
    pub(super) typing: BTreeMap<DialogId, Vec<UserId>>,
    pub(super) link: Option<LinkState>,
    /// Whose coming and going is news.
    pub(super) presence: BTreeSet<UserId>,
    pub(super) refused: Vec<RefusalView>,
    /// Whether files are on their way, or have come.
    pub(super) transfers: bool,
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
            Change::Presence(people) => self.presence.extend(people),
            Change::Refused {
                dialog,
                message,
                kind,
                reason,
            } => self.refused.push(RefusalView {
                dialog,
                message,
                deed: kind.into(),
                sentence: refusals::undone(kind, reason),
            }),
            Change::Transfers => self.transfers = true,
            Change::Link(link) => self.link = Some(link),
        }
    }
}
