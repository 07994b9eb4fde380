//! What a write did, by id. Whoever shows something reads the rows again, but
//! for those of new messages, which are known and go along.

use std::collections::{BTreeMap, BTreeSet};

use kith_model::{DialogId, MessageId, UserId};

use crate::StoredMessage;

/// One thing that is different after a write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// A dialog's row, its place in the list, its draft or its unread count.
    Dialog(DialogId),
    /// A dialog is not listed any more.
    DialogRemoved(DialogId),
    /// A message came, or is now different.
    Message {
        /// Where.
        dialog: DialogId,
        /// Which.
        id: MessageId,
    },
    /// A message is gone.
    MessageRemoved {
        /// Where.
        dialog: DialogId,
        /// Which.
        id: MessageId,
    },
    /// What is known of a person.
    Person(UserId),
}

/// The changes of one transaction, each once, in a fixed order.
#[derive(Debug, Default)]
pub(crate) struct ChangeSet {
    changes: BTreeSet<Change>,
    /// The rows of new messages that nothing was done to since.
    fresh: BTreeMap<MessageId, StoredMessage>,
}

impl ChangeSet {
    pub(crate) fn add(&mut self, change: Change) {
        if let Change::Message { id, .. } | Change::MessageRemoved { id, .. } = &change {
            self.fresh.remove(id);
        }
        self.changes.insert(change);
    }

    /// The row of a message that was added as a change.
    pub(crate) fn know(&mut self, row: StoredMessage) {
        self.fresh.insert(row.message.id.clone(), row);
    }

    pub(crate) fn into_parts(self) -> (Vec<Change>, Vec<StoredMessage>) {
        (
            self.changes.into_iter().collect(),
            self.fresh.into_values().collect(),
        )
    }
}
