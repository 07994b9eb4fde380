//! Everything about one dialog, and the ways into dialogs that are open to all.

use kith_model::{DialogId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DialogView, MessageView, PersonView, PropertyView};

/// A web address that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LinkShared {
    /// The address.
    pub url: String,
    /// In which message.
    #[ts(type = "MessageId")]
    pub message: MessageId,
    /// By whom.
    #[ts(type = "UserId")]
    pub sender: UserId,
    /// When.
    #[ts(type = "Millis")]
    pub at: i64,
}

/// Why a dialog counts as unread. `new`: nobody has seen what came last.
/// `late`: the first unread message came when its place had been read already,
/// because it was under way for long, or its writer's clock is behind.
/// `marked`: this person marked it by hand. `nothing`: it does not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UnreadReason {
    /// Nobody has seen what came last.
    New,
    /// The first one came when its place had been read already.
    Late,
    /// This person marked it by hand.
    Marked,
    /// It does not count as unread any more.
    Nothing,
}

/// Why a dialog counts as unread, and where that begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WhyUnread {
    /// Why.
    pub reason: UnreadReason,
    /// The oldest unread message, if one is.
    #[ts(type = "MessageId | null")]
    pub message: Option<MessageId>,
}

/// A stretch of history that is not held here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HoleView {
    /// Its older end.
    #[ts(type = "Millis")]
    pub from: i64,
    /// Its newer end.
    #[ts(type = "Millis")]
    pub to: i64,
}

/// Everything about a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DialogInfo {
    /// As its row shows it.
    pub dialog: DialogView,
    /// Its own fields.
    pub extensions: Vec<PropertyView>,
    /// Who made it.
    #[ts(type = "UserId | null")]
    pub owner: Option<UserId>,
    /// Who may do more than others.
    #[ts(type = "UserId[]")]
    pub admins: Vec<UserId>,
    /// The first of those who are in it; `members` finds the others. Of a channel, those who lead it.
    pub members: Vec<PersonView>,
    /// How many are in it, as far as known.
    pub member_count: u32,
    /// Whether somebody who is not in it may look at the last messages.
    pub allow_preview: bool,
    /// Whether the server sends notifications of it to this person's phone; `null`: not known yet.
    pub notifications: Option<bool>,
    /// From when on everything is held here; `null`: from the beginning if `is_complete`, else nothing is.
    #[ts(type = "Millis | null")]
    pub complete_since: Option<i64>,
    /// Whether everything from the beginning is held here.
    pub is_complete: bool,
    /// What is missing in between, the newest first.
    pub holes: Vec<HoleView>,
    /// When it was made.
    #[ts(type = "Millis | null")]
    pub created_at: Option<i64>,
    /// The newest addresses that were written here, of those messages that are held.
    pub links: Vec<LinkShared>,
    /// What is pinned, the newest pin first.
    pub pinned: Vec<MessageView>,
}

/// Some of those who are in a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MembersView {
    /// Who.
    pub people: Vec<PersonView>,
    /// Whether there are more.
    pub has_more: bool,
}

/// A dialog that is open to all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DirectoryEntry {
    /// The dialog.
    pub dialog: DialogView,
    /// Whether its last messages may be looked at before joining.
    pub allow_preview: bool,
}

/// A page of the directory of dialogs that are open to all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DirectoryView {
    /// Which.
    pub items: Vec<DirectoryEntry>,
    /// Whether there are more.
    pub has_more: bool,
}

/// The last messages of a dialog that this person is not in. They are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewView {
    /// The messages, the oldest first.
    pub messages: Vec<MessageView>,
    /// Who wrote them.
    pub people: Vec<PersonView>,
}

/// What became of dialogs that were to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeletedDialogs {
    /// These are gone.
    #[ts(type = "DialogId[]")]
    pub deleted: Vec<DialogId>,
    /// These stay.
    #[ts(type = "DialogId[]")]
    pub refused: Vec<DialogId>,
}
