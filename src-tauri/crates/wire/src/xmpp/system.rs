//! System messages (`protocol/xmpp.md` §11): headlines from one app to another.
//! What they say about dialogs is a convention of the platform's own helper,
//! not a rule of the server, which says nothing when dialogs change.

use super::{Extra, Kind, Message};
use crate::xml::Element;

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

/// A system message to one user that something about a dialog changed.
#[must_use]
pub fn dialog_changed(id: &str, to: &str, what: &str, dialog: &str) -> Message {
    let extra = Extra {
        module_identifier: Some(NOTIFICATIONS.to_owned()),
        custom: vec![Element::new("dialogId", super::ns::CLIENT).with_text(dialog)],
        ..Extra::default()
    };
    Message {
        id: Some(id.to_owned()),
        to: Some(to.to_owned()),
        body: Some(what.to_owned()),
        extra: Some(extra),
        ..Message::new(Kind::Headline)
    }
}

/// The dialog that a system message is about, if it is one about a dialog.
#[must_use]
pub fn changed_dialog(message: &Message) -> Option<String> {
    let extra = message.extra.as_ref()?;
    let is_ours = message.kind == Kind::Headline
        && extra.module_identifier.as_deref() == Some(NOTIFICATIONS)
        && message
            .body
            .as_deref()
            .is_some_and(|body| body.starts_with("dialog/"));
    if !is_ours {
        return None;
    }
    extra.param("dialogId").or_else(|| extra.dialog_id.clone())
}
