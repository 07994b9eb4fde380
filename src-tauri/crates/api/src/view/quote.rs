//! What a message points at: the one that it answers, the one that it passes
//! on, what people think of it, and what it says about the dialog itself.

use kith_model::{MessageId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::AttachedView;

/// The message that another one answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReplyView {
    /// Which.
    #[ts(type = "MessageId")]
    pub message: MessageId,
    /// By whom.
    #[ts(type = "UserId")]
    pub sender: UserId,
    /// By whom, in words.
    pub sender_name: String,
    /// The beginning of its text, on one line.
    pub text: String,
    /// What hangs on it, when there is something and it is held here.
    pub attachment: Option<AttachedView>,
}

/// Where a message that was passed on came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ForwardView {
    /// Who wrote it first, when told.
    #[ts(type = "UserId | null")]
    pub sender: Option<UserId>,
    /// Who wrote it first, in words.
    pub name: String,
    /// When it was written first, when told.
    #[ts(type = "Millis | null")]
    pub sent_at: Option<i64>,
}

/// One emoji under a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReactionView {
    /// Which.
    pub emoji: String,
    /// How many people.
    pub count: u32,
    /// Whether this account is among them.
    pub is_own: bool,
}

/// What a quiet line in the timeline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SystemKind {
    /// The dialog was made.
    Created,
    /// People were added.
    Added,
    /// People were removed.
    Removed,
    /// People came by themselves.
    Joined,
    /// People went by themselves.
    Left,
    /// The dialog has another name.
    Renamed,
    /// The dialog has another picture.
    Photo,
    /// The dialog has another description.
    Description,
    /// A message was pinned.
    Pinned,
    /// A message is not pinned any more.
    Unpinned,
    /// Who the admins are has changed.
    Admins,
    /// Something else about the dialog has changed.
    Changed,
}

/// A quiet line in the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SystemView {
    /// What happened.
    pub kind: SystemKind,
    /// Who did it, when known.
    #[ts(type = "UserId | null")]
    pub by: Option<UserId>,
    /// To whom.
    #[ts(type = "UserId[]")]
    pub people: Vec<UserId>,
    /// The new name and the like; may be empty.
    pub text: String,
    /// The message that was pinned, or is not any more.
    #[ts(type = "MessageId | null")]
    pub message: Option<MessageId>,
}

/// What is being done to a message by this person and not yet taken by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeedView {
    /// Its text is being changed.
    Editing,
    /// It is being deleted.
    Deleting,
}
