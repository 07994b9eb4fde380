//! What can be done to a message that is there.

use kith_model::{DialogId, MessageId, UserId};

use super::not_yet;
use crate::error::Answer;
use crate::ui::Ui;
use crate::view::{DeletedMessages, MessageDetails, MessageView};

pub(super) async fn edit_message(
    ui: &Ui,
    message: MessageId,
    text: String,
    mentions: Vec<UserId>,
) -> Answer<()> {
    not_yet(ui, (message, text, mentions))
}

pub(super) async fn delete_messages(
    ui: &Ui,
    messages: Vec<MessageId>,
    for_all: bool,
) -> Answer<DeletedMessages> {
    not_yet(ui, (messages, for_all))
}

pub(super) async fn react(ui: &Ui, message: MessageId, emoji: String, on: bool) -> Answer<()> {
    not_yet(ui, (message, emoji, on))
}

pub(super) async fn pin_message(ui: &Ui, message: MessageId, on: bool) -> Answer<()> {
    not_yet(ui, (message, on))
}

pub(super) async fn pinned(ui: &Ui, dialog: DialogId) -> Answer<Vec<MessageView>> {
    not_yet(ui, dialog)
}

pub(super) async fn forward(
    ui: &Ui,
    messages: Vec<MessageId>,
    to: Vec<DialogId>,
    ids: Vec<MessageId>,
) -> Answer<()> {
    not_yet(ui, (messages, to, ids))
}

pub(super) async fn message_details(ui: &Ui, message: MessageId) -> Answer<MessageDetails> {
    not_yet(ui, message)
}

pub(super) async fn report_message(ui: &Ui, message: MessageId, reason: String) -> Answer<()> {
    not_yet(ui, (message, reason))
}

pub(super) async fn report_person(ui: &Ui, person: UserId, reason: String) -> Answer<()> {
    not_yet(ui, (person, reason))
}
