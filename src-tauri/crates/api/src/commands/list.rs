//! What a person does with the rows of the list.

use kith_model::{DialogId, UserId};

use super::not_yet;
use crate::error::Answer;
use crate::ui::Ui;

pub(super) async fn mute(ui: &Ui, dialog: DialogId, until: Option<i64>) -> Answer<()> {
    not_yet(ui, (dialog, until))
}

pub(super) async fn archive(ui: &Ui, dialogs: Vec<DialogId>, on: bool) -> Answer<()> {
    not_yet(ui, (dialogs, on))
}

pub(super) async fn pin_dialog(ui: &Ui, dialog: DialogId, on: bool) -> Answer<()> {
    not_yet(ui, (dialog, on))
}

pub(super) async fn mark_unread(ui: &Ui, dialog: DialogId, on: bool) -> Answer<()> {
    not_yet(ui, (dialog, on))
}

pub(super) async fn mark_read(ui: &Ui, dialogs: Vec<DialogId>) -> Answer<()> {
    not_yet(ui, dialogs)
}

pub(super) async fn watch_presence(ui: &Ui, people: Vec<UserId>) -> Answer<()> {
    let _ = (ui.app.session()?, people);
    Ok(())
}
