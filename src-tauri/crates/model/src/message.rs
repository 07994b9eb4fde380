//! A message, and its place among the others.

use serde::{Deserialize, Serialize};

use crate::{Attachment, DialogId, MessageId, Timestamp, UserId};

/// The place of a message in its dialog: by the second it was sent, and within
/// a second by id. Both come with the message and are the same on every
/// device, so a place never depends on when the message arrived here. (The
/// server's own order within a second is its order of arrival, which a live
/// stanza does not carry.) This is the one order; nothing else sorts messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Seconds since 1970 UTC, as in `date_sent`.
    pub sent_at: i64,
    /// Decides within a second.
    pub id: MessageId,
}

/// A message as the server tells it, over either half of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The one identity.
    pub id: MessageId,
    /// Where it was written.
    pub dialog_id: DialogId,
    /// By whom.
    pub sender: UserId,
    /// The text; empty when there are only attachments.
    pub body: String,
    /// When, in whole seconds.
    pub sent_at: Timestamp,
    /// When it was last edited, if ever.
    pub edited_at: Option<Timestamp>,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// Who has it, the sender included. Empty over XMPP, which does not tell.
    pub delivered_to: Vec<UserId>,
    /// Who has read it, the sender included. Empty over XMPP.
    pub read_by: Vec<UserId>,
}

impl Message {
    /// Its place in the dialog.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            sent_at: self.sent_at.seconds(),
            id: self.id.clone(),
        }
    }
}
