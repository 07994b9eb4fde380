//! What has changed, told to whoever shows it: after it is on disk, by id, in
//! batches. Who falls behind too far is told that something was lost, and
//! reads everything again; nobody is waited for.

use std::sync::Arc;

use kith_model::{DialogId, FailureReason, MessageId, UserId};
use kith_store::{DeedKind, StoredMessage};
use tokio::sync::broadcast;

use crate::LinkState;

/// So many batches are kept for somebody who is slow.
const KEPT: usize = 1024;

/// One thing that is different now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A message came, or is different.
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
    /// A dialog's line in the list: its name, last message, draft or count.
    Dialog(DialogId),
    /// A dialog has left the list.
    DialogRemoved(DialogId),
    /// What is known of a person.
    Person(UserId),
    /// Who writes in a dialog now; nobody, when empty.
    Typing {
        /// Where.
        dialog: DialogId,
        /// Everybody who writes there.
        people: Vec<UserId>,
    },
    /// What is known of these people's coming and going.
    Presence(Vec<UserId>),
    /// The server refused what this person did to a message; it is as it was
    /// before.
    Refused {
        /// Where.
        dialog: DialogId,
        /// Which message.
        message: MessageId,
        /// What was done.
        kind: DeedKind,
        /// Why not.
        reason: FailureReason,
    },
    /// Which files are being saved, or how far that has come.
    Transfers,
    /// The state of the link.
    Link(LinkState),
}

impl From<kith_store::Change> for Change {
    fn from(change: kith_store::Change) -> Self {
        match change {
            kith_store::Change::Dialog(id) => Self::Dialog(id),
            kith_store::Change::DialogRemoved(id) => Self::DialogRemoved(id),
            kith_store::Change::Message { dialog, id } => Self::Message { dialog, id },
            kith_store::Change::MessageRemoved { dialog, id } => {
                Self::MessageRemoved { dialog, id }
            }
            kith_store::Change::Person(id) => Self::Person(id),
        }
    }
}

/// What a listener hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Something is different now.
    Batch {
        /// What.
        changes: Vec<Change>,
        /// New messages among it whose rows need not be read. A later change
        /// of one of them comes after this.
        rows: Arc<[StoredMessage]>,
    },
    /// Some news were missed: read everything again.
    Lost,
}

/// What is told at once.
#[derive(Debug, Clone)]
struct Told {
    changes: Arc<[Change]>,
    rows: Arc<[StoredMessage]>,
}

impl From<Told> for News {
    fn from(told: Told) -> Self {
        Self::Batch {
            changes: told.changes.to_vec(),
            rows: told.rows,
        }
    }
}

/// One listener's end. News from before it was made do not come.
#[derive(Debug)]
pub struct Changes {
    receiver: broadcast::Receiver<Told>,
}

impl Changes {
    /// The next news; `None` when the engine has ended. Nothing is lost when
    /// the wait is given up.
    pub async fn next(&mut self) -> Option<News> {
        match self.receiver.recv().await {
            Ok(batch) => Some(batch.into()),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(News::Lost),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// What is there already, without waiting.
    pub fn try_next(&mut self) -> Option<News> {
        match self.receiver.try_recv() {
            Ok(batch) => Some(batch.into()),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(News::Lost),
            Err(_) => None,
        }
    }
}

/// The engine's end.
#[derive(Debug)]
pub(crate) struct Hub {
    sender: broadcast::Sender<Told>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self {
            sender: broadcast::Sender::new(KEPT),
        }
    }

    pub(crate) fn listen(&self) -> Changes {
        Changes {
            receiver: self.sender.subscribe(),
        }
    }

    /// Tells everybody. That nobody listens is no failure.
    pub(crate) fn tell(&self, changes: Vec<Change>) {
        self.tell_with(changes, Vec::new());
    }

    /// The same, with rows that need not be read.
    pub(crate) fn tell_with(&self, changes: Vec<Change>, rows: Vec<StoredMessage>) {
        if !changes.is_empty() {
            let _ = self.sender.send(Told {
                changes: changes.into(),
                rows: rows.into(),
            });
        }
    }
}
