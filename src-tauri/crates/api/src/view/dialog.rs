//! A conversation, as a row of the list shows it.

use kith_model::{DialogId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AttachedView, Delivery, SystemView};

/// The kinds of dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DialogKind {
    /// Written by few, read by all.
    Broadcast,
    /// Several people who were added.
    Group,
    /// Two people.
    Private,
    /// Open to whoever subscribes.
    Public,
}

impl From<kith_model::DialogKind> for DialogKind {
    fn from(kind: kith_model::DialogKind) -> Self {
        match kind {
            kith_model::DialogKind::Broadcast => Self::Broadcast,
            kith_model::DialogKind::Group => Self::Group,
            kith_model::DialogKind::Private => Self::Private,
            kith_model::DialogKind::Public => Self::Public,
        }
    }
}

impl From<DialogKind> for kith_model::DialogKind {
    fn from(kind: DialogKind) -> Self {
        match kind {
            DialogKind::Broadcast => Self::Broadcast,
            DialogKind::Group => Self::Group,
            DialogKind::Private => Self::Private,
            DialogKind::Public => Self::Public,
        }
    }
}

/// The newest message of a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastMessageView {
    /// Which.
    #[ts(type = "MessageId")]
    pub id: MessageId,
    /// By whom.
    #[ts(type = "UserId")]
    pub sender: UserId,
    /// By whom, in words.
    pub sender_name: String,
    /// Whether this account wrote it.
    pub is_own: bool,
    /// The beginning of its text, on one line.
    pub text: String,
    /// When.
    #[ts(type = "Millis")]
    pub at: i64,
    /// How far it has come.
    pub delivery: Delivery,
    /// What hangs on it, when there is something.
    pub attachment: Option<AttachedView>,
    /// What it tells about the dialog: then it is a quiet line.
    pub system: Option<SystemView>,
}

/// What somebody is in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// They made it.
    Owner,
    /// They may do more than others.
    Admin,
    /// They are in it.
    Member,
    /// They are not in it.
    None,
}

/// What this person may do here. What is false is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rights {
    /// Send messages.
    pub write: bool,
    /// Change name, description and photo.
    pub edit_info: bool,
    /// Add people.
    pub add_people: bool,
    /// Remove other people.
    pub remove_people: bool,
    /// Make people admins and end it.
    pub appoint_admins: bool,
    /// Pin messages.
    pub pin: bool,
    /// Delete messages of other people, for everybody.
    pub delete_any_message: bool,
    /// Delete the dialog for everybody.
    pub delete_for_all: bool,
    /// Clear the history for everybody.
    pub clear_for_all: bool,
    /// Leave.
    pub leave: bool,
}

impl From<kith_model::Role> for Role {
    fn from(role: kith_model::Role) -> Self {
        match role {
            kith_model::Role::Owner => Self::Owner,
            kith_model::Role::Admin => Self::Admin,
            kith_model::Role::Member => Self::Member,
            kith_model::Role::None => Self::None,
        }
    }
}

impl From<kith_model::Rights> for Rights {
    fn from(rights: kith_model::Rights) -> Self {
        let kith_model::Rights {
            write,
            edit_info,
            add_people,
            remove_people,
            appoint_admins,
            pin,
            delete_any_message,
            delete_for_all,
            clear_for_all,
            leave,
        } = rights;
        Self {
            write,
            edit_info,
            add_people,
            remove_people,
            appoint_admins,
            pin,
            delete_any_message,
            delete_for_all,
            clear_for_all,
            leave,
        }
    }
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DialogView {
    /// Which.
    #[ts(type = "DialogId")]
    pub id: DialogId,
    /// Of what kind.
    pub kind: DialogKind,
    /// The name to show.
    pub name: String,
    /// A `data:image/…` address, or `uid:…` for the command `picture`, or nothing.
    pub photo: Option<String>,
    /// The other person of a private dialog.
    #[ts(type = "UserId | null")]
    pub opponent: Option<UserId>,
    /// How many people are in it, as far as known.
    pub occupant_count: u32,
    /// The newest message.
    pub last: Option<LastMessageView>,
    /// What was being written.
    pub draft: Option<String>,
    /// How many files are beside it.
    pub draft_files: u32,
    /// How many messages wait to be read.
    pub unread: u32,
    /// The line about it, or empty.
    pub description: String,
    /// What this person is in it.
    pub role: Role,
    /// What this person may do.
    pub rights: Rights,
    /// Until when it is quiet; `null`: it is not. A very far time: for ever.
    #[ts(type = "Millis | null")]
    pub muted_until: Option<i64>,
    /// Whether it stands on top.
    pub is_pinned: bool,
    /// Whether it is put away.
    pub is_archived: bool,
    /// Whether this person has marked it as unread by hand.
    pub is_marked_unread: bool,
    /// How many unread messages name this person.
    pub mentions: u32,
    /// How many messages have not gone out yet, or have failed.
    pub waiting: u32,
    /// Whether this person is in it.
    pub is_joined: bool,
    /// When the draft was written.
    #[ts(type = "Millis | null")]
    pub draft_at: Option<i64>,
    /// The list's order: larger is higher.
    #[ts(type = "Millis")]
    pub sort_at: i64,
    /// The order of those that are equal, as messages carry seconds: larger is
    /// higher, because its last message came here later.
    #[ts(type = "number")]
    pub arrival: i64,
    /// Another number whenever something else is said of it: `dialog_info` is asked for again.
    pub about: u32,
}
