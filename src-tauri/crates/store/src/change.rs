//! What a write did, by id. Whoever shows something reads the rows again.

use std::collections::BTreeSet;

use kith_model::{DialogId, MessageId, UserId};

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
pub(crate) struct ChangeSet(BTreeSet<Change>);

impl ChangeSet {
    pub(crate) fn add(&mut self, change: Change) {
        self.0.insert(change);
    }

    pub(crate) fn into_vec(self) -> Vec<Change> {
        self.0.into_iter().collect()
    }
}
