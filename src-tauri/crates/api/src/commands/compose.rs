//! Writing: nothing here waits for the network.

use kith_model::{DialogId, MessageId};

use crate::error::{Answer, UiError};
use crate::ui::Ui;

pub(super) async fn send(ui: &Ui, dialog: DialogId, id: MessageId, text: String) -> Answer<()> {
    if text.trim().is_empty() {
        return Err(UiError::invalid(
            "There is nothing to send yet. Write something first.",
        ));
    }
    Ok(ui.app.session()?.engine.send(&dialog, id, text).await?)
}

pub(super) async fn save_draft(ui: &Ui, dialog: DialogId, text: String) -> Answer<()> {
    Ok(ui.app.session()?.engine.save_draft(&dialog, &text).await?)
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
