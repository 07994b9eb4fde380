//! System messages (`protocol/xmpp.md` §11): headlines from one app to another.
//! What they say about dialogs is a convention of the platform's own helper,
//! not a rule of the server, which says nothing when dialogs change.

use super::{Extra, Kind, Message};

/// Without this the receiving SDK ignores the message.
pub const NOTIFICATIONS: &str = "SystemNotifications";
/// Signalling of calls, relayed the same way.
pub const CALLS: &str = "WebRTCVideoChat";

/// A dialog was made.
pub const NEW_DIALOG: &str = "dialog/NEW_DIALOG";
/// A dialog was changed.
pub const UPDATE_DIALOG: &str = "dialog/UPDATE_DIALOG";
/// The recipient was added.
pub const ADDED_TO_DIALOG: &str = "dialog/ADDED_TO_DIALOG";
/// The recipient was removed.
pub const REMOVED_FROM_DIALOG: &str = "dialog/REMOVED_FROM_DIALOG";
/// Others were added.
pub const ADD_PARTICIPANTS: &str = "dialog/ADD_PARTICIPANTS";
/// Others were removed.
pub const REMOVE_PARTICIPANTS: &str = "dialog/REMOVE_PARTICIPANTS";

/// The parameter that names the dialog.
pub const DIALOG_ID: &str = "dialogId";
/// The parameter that names who was added, as comma text.
pub const ADDED_IDS: &str = "addedParticipantsIds";
/// The parameter that names who was removed, as comma text.
pub const REMOVED_IDS: &str = "removedParticipantsIds";

/// A system message to one user, called `name`.
#[must_use]
pub fn notification(id: &str, to: &str, name: &str) -> Message {
    Message {
        id: Some(id.to_owned()),
        to: Some(to.to_owned()),
        body: Some(name.to_owned()),
        extra: Some(Extra {
            module_identifier: Some(NOTIFICATIONS.to_owned()),
            ..Extra::default()
        }),
        ..Message::new(Kind::Headline)
    }
}

/// Whether the SDKs take a message for a system message.
#[must_use]
pub fn is_notification(message: &Message) -> bool {
    message.kind == Kind::Headline
        && message
            .extra
            .as_ref()
            .is_some_and(|extra| extra.module_identifier.as_deref() == Some(NOTIFICATIONS))
}

/// The dialog that a system message is about, if it is one about a dialog.
#[must_use]
pub fn changed_dialog(message: &Message) -> Option<String> {
    let extra = message.extra.as_ref()?;
    let is_about_dialog = is_notification(message)
        && message
            .body
            .as_deref()
            .is_some_and(|body| body.starts_with("dialog/"));
    if !is_about_dialog {
        return None;
    }
    extra.param(DIALOG_ID).or_else(|| extra.dialog_id.clone())
}
