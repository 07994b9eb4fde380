//! Writing: nothing here waits for the network.

use kith_model::{DialogId, MessageId, UserId};

use super::not_yet;
use crate::error::{Answer, UiError};
use crate::ui::Ui;
use crate::view::WaitingView;

#[expect(
    clippy::too_many_arguments,
    reason = "one for each in the table of commands"
)]
pub(super) async fn send(
    ui: &Ui,
    dialog: DialogId,
    id: MessageId,
    text: String,
    reply_to: Option<MessageId>,
    mentions: Vec<UserId>,
    destroy_after: Option<u32>,
    is_silent: bool,
) -> Answer<()> {
    let _ = (reply_to, mentions, destroy_after, is_silent);
    if text.trim().is_empty() {
        return Err(UiError::invalid(
            "There is nothing to send yet. Write something first.",
        ));
    }
    Ok(ui.app.session()?.engine.send(&dialog, id, text).await?)
}

pub(super) async fn save_draft(
    ui: &Ui,
    dialog: DialogId,
    text: String,
    reply_to: Option<MessageId>,
    editing: Option<MessageId>,
    destroy_after: Option<u32>,
    is_silent: bool,
) -> Answer<()> {
    let _ = (reply_to, editing, destroy_after, is_silent);
    Ok(ui.app.session()?.engine.save_draft(&dialog, &text).await?)
}

pub(super) async fn draft_history(ui: &Ui, dialog: DialogId) -> Answer<Vec<String>> {
    not_yet(ui, dialog)
}

pub(super) async fn set_typing(ui: &Ui, dialog: DialogId, is_typing: bool) -> Answer<()> {
    ui.app
        .session()?
        .engine
        .set_typing(&dialog, is_typing)
        .await;
    Ok(())
}

pub(super) async fn seen(ui: &Ui, dialog: DialogId, message: MessageId) -> Answer<()> {
    Ok(ui.app.session()?.engine.seen(&dialog, &message).await?)
}

pub(super) async fn retry(ui: &Ui, message: MessageId) -> Answer<()> {
    Ok(ui.app.session()?.engine.retry(&message).await?)
}

pub(super) async fn discard(ui: &Ui, message: MessageId) -> Answer<String> {
    Ok(ui.app.session()?.engine.discard(&message).await?)
}

pub(super) async fn retry_all(ui: &Ui) -> Answer<()> {
    not_yet(ui, ())
}

pub(super) async fn waiting(ui: &Ui) -> Answer<Vec<WaitingView>> {
    not_yet(ui, ())
}
