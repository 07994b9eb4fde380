//! What the REST half takes and gives, in the model's words.

use kith_model::{Delivery, Dialog, DialogId, MessageId, Person, Timestamp, UserId};

/// Who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The person whose account it is.
    pub person: Person,
}

/// A dialog and what the server says of its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogState {
    /// The dialog.
    pub dialog: Dialog,
    /// Whether the account's notifications of it are off, when told.
    pub is_muted: Option<bool>,
    /// How many messages the server counts as unread by this account.
    pub unread: u32,
    /// Its newest message, if there is one.
    pub last_message: Option<LastMessage>,
}

/// What a dialog's entry tells of its newest message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// Which.
    pub id: MessageId,
    /// By whom, when told.
    pub sender: Option<UserId>,
    /// Its text; empty when it has none.
    pub body: String,
    /// When.
    pub sent_at: Timestamp,
    /// What became of it, if this account wrote it and the server tells.
    pub delivery: Option<Delivery>,
}

/// Which page of a dialog's history (`protocol/rest.md` §6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Of which dialog.
    pub dialog: DialogId,
    /// Sent in this second or before it.
    pub sent_before: Option<i64>,
    /// Sent in this second or after it.
    pub sent_after: Option<i64>,
    /// Changed after this instant: edits and states made while away.
    pub updated_after: Option<Timestamp>,
    /// From the newest to the oldest, or the other way round.
    pub newest_first: bool,
    /// At most so many; the platform allows 100.
    pub limit: u32,
    /// So many are left out at the beginning, for seconds with more messages
    /// than a page has.
    pub skip: u32,
}

impl HistoryQuery {
    /// The newest `limit` messages of a dialog.
    #[must_use]
    pub fn newest(dialog: DialogId, limit: u32) -> Self {
        Self {
            dialog,
            sent_before: None,
            sent_after: None,
            updated_after: None,
            newest_first: true,
            limit,
            skip: 0,
        }
    }
}
