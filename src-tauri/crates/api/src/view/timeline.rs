//! An open conversation: a window on its messages.

use kith_model::{MessageId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DialogView, DraftView, MessageView, PersonView, Rights};

/// A window on a conversation at one moment. It starts the stream of
/// [`TimelinePatch`]es with the same `window`: the next one's `rev` is this
/// one's plus one. A patch can overtake the answer that carries this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelineSnapshot {
    /// The window's number, for the commands and patches that concern it.
    pub window: u32,
    /// The number of this state.
    pub rev: u32,
    /// The dialog.
    pub dialog: DialogView,
    /// Everybody who wrote here or is in here, as far as known.
    pub people: Vec<PersonView>,
    /// Who is in it, as far as known.
    #[ts(type = "UserId[]")]
    pub occupants: Vec<UserId>,
    /// The messages of the window.
    pub messages: Vec<MessageView>,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Whether there are newer ones.
    pub has_newer: bool,
    /// The message above which the "new messages" line stands, fixed when the window was opened.
    #[ts(type = "MessageId | null")]
    pub first_unread: Option<MessageId>,
    /// The text that was being written: that of `draft_state`.
    pub draft: String,
    /// What was being written.
    pub draft_state: DraftView,
    /// What is pinned, the newest pin first.
    pub pinned: Vec<MessageView>,
    /// What this person may do here.
    pub rights: Rights,
}

/// More of a conversation, at one end of the window. A page never overwrites a
/// message that the screen already has: a patch may have overtaken it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelinePage {
    /// The number of the state that it was read from; it makes no new one.
    pub rev: u32,
    /// The messages that the window did not have.
    pub messages: Vec<MessageView>,
    /// Everybody who wrote these.
    pub people: Vec<PersonView>,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Whether there are newer ones.
    pub has_newer: bool,
}

/// What changed in a window. Applying it twice is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelinePatch {
    /// Which window.
    pub window: u32,
    /// The number of the state that this leads to.
    pub rev: u32,
    /// These messages are now so.
    pub upserts: Vec<MessageView>,
    /// These messages are gone.
    #[ts(type = "MessageId[]")]
    pub removals: Vec<MessageId>,
    /// Everybody who wrote these, if new here.
    pub people: Vec<PersonView>,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Whether there are newer ones.
    pub has_newer: bool,
    /// What is pinned now, the newest pin first; `null` when that did not change.
    pub pinned: Option<Vec<MessageView>>,
}
