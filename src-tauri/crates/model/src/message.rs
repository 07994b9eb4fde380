//! A message, and its place among the others.

use serde::{Deserialize, Serialize};

use crate::{Attachment, DialogId, MessageId, Properties, Timestamp, UserId};

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
    /// When, in whole seconds, by its sender's clock.
    pub sent_at: Timestamp,
    /// When the server stored it, by the server's clock. Told by REST alone.
    pub stored_at: Option<Timestamp>,
    /// When it was last edited, if ever.
    pub edited_at: Option<Timestamp>,
    /// When the server last changed anything about it. Told by REST alone.
    pub updated_at: Option<Timestamp>,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// What the sending app added: texts by name. Replies, forwards and
    /// mentions are among them.
    pub properties: Properties,
    /// Reactions by emoji; `None` where the source does not tell, as XMPP.
    pub reactions: Option<Vec<ReactionCount>>,
    /// Seconds after which both sides take it away; such a message is in no
    /// history (`protocol/xmpp.md` §10).
    pub destroy_after: Option<u32>,
    /// The sender wished that nobody be disturbed by it.
    pub is_silent: bool,
    /// The sender asked to be told when it is delivered and read. Not every
    /// SDK asks, and the platform tells anyway.
    pub is_markable: bool,
    /// Whether the server's history has it. One that has not was only passed
    /// on, and its absence there means nothing.
    pub is_in_history: bool,
    /// How often it was looked at; told in public and broadcast dialogs.
    pub views: Option<u32>,
    /// Who has it, the sender included. Empty over XMPP, which does not tell.
    pub delivered_to: Vec<UserId>,
    /// Who has read it, the sender included. Empty over XMPP.
    pub read_by: Vec<UserId>,
}

impl Message {
    /// A message without a text or anything else, for the rest to be filled in.
    #[must_use]
    pub const fn new(
        id: MessageId,
        dialog_id: DialogId,
        sender: UserId,
        sent_at: Timestamp,
    ) -> Self {
        Self {
            id,
            dialog_id,
            sender,
            body: String::new(),
            sent_at,
            stored_at: None,
            edited_at: None,
            updated_at: None,
            attachments: Vec::new(),
            properties: Properties::new(),
            reactions: None,
            destroy_after: None,
            is_silent: false,
            is_markable: false,
            is_in_history: true,
            views: None,
            delivered_to: Vec::new(),
            read_by: Vec::new(),
        }
    }

    /// Its place in the dialog.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            sent_at: self.sent_at.seconds(),
            id: self.id.clone(),
        }
    }
}

/// How many people reacted to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionCount {
    /// Which.
    pub emoji: String,
    /// How many, this account included.
    pub count: u32,
    /// Whether this account is among them.
    pub is_own: bool,
}
