//! What a person does with the rows of the list. All of it stays on this
//! computer and waits for nobody.

use kith_model::{DialogId, Timestamp, UserId};

use crate::error::Answer;
use crate::ui::Ui;
use crate::view::{UnreadReason, WhyUnread};

pub(super) async fn mute(ui: &Ui, dialog: DialogId, until: Option<i64>) -> Answer<()> {
    let until = until.map(Timestamp::from_millis);
    Ok(ui.app.session()?.engine.mute(&dialog, until).await?)
}

pub(super) async fn archive(ui: &Ui, dialogs: Vec<DialogId>, on: bool) -> Answer<()> {
    Ok(ui.app.session()?.engine.archive(&dialogs, on).await?)
}

pub(super) async fn pin_dialog(ui: &Ui, dialog: DialogId, on: bool) -> Answer<()> {
    Ok(ui.app.session()?.engine.pin_dialog(&dialog, on).await?)
}

pub(super) async fn mark_unread(ui: &Ui, dialog: DialogId, on: bool) -> Answer<()> {
    Ok(ui.app.session()?.engine.mark_unread(&dialog, on).await?)
}

pub(super) async fn why_unread(ui: &Ui, dialog: DialogId) -> Answer<WhyUnread> {
    let session = ui.app.session()?;
    let store = &session.store;
    let message = store.first_unread(&dialog).await?;
    let reason = match &message {
        Some(first) if store.late(&dialog).await?.contains(first) => UnreadReason::Late,
        Some(_) => UnreadReason::New,
        None => match store.dialog(&dialog).await? {
            Some(entry) if entry.is_marked_unread => UnreadReason::Marked,
            _ => UnreadReason::Nothing,
        },
    };
    Ok(WhyUnread { reason, message })
}

pub(super) async fn mark_read(ui: &Ui, dialogs: Vec<DialogId>) -> Answer<()> {
    Ok(ui.app.session()?.engine.mark_read(&dialogs).await?)
}

pub(super) async fn watch_presence(ui: &Ui, people: Vec<UserId>) -> Answer<()> {
    ui.app.session()?.engine.watch_presence(&people).await;
    Ok(())
}
