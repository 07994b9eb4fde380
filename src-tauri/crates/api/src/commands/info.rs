//! Everything about one dialog, and changing it.

use std::collections::BTreeMap;

use kith_model::{DialogId, UserId};

use super::not_yet;
use crate::error::Answer;
use crate::ui::Ui;
use crate::view::{DeletedDialogs, DialogInfo, MembersView};

pub(super) async fn dialog_info(ui: &Ui, dialog: DialogId) -> Answer<DialogInfo> {
    not_yet(ui, dialog)
}

pub(super) async fn members(
    ui: &Ui,
    dialog: DialogId,
    query: String,
    skip: u32,
) -> Answer<MembersView> {
    not_yet(ui, (dialog, query, skip))
}

pub(super) async fn update_dialog(
    ui: &Ui,
    dialog: DialogId,
    name: Option<String>,
    description: Option<String>,
    photo: Option<String>,
    extensions: Option<BTreeMap<String, String>>,
    allow_preview: Option<bool>,
) -> Answer<()> {
    not_yet(
        ui,
        (dialog, name, description, photo, extensions, allow_preview),
    )
}

pub(super) async fn add_people(ui: &Ui, dialog: DialogId, people: Vec<UserId>) -> Answer<()> {
    not_yet(ui, (dialog, people))
}

pub(super) async fn remove_people(ui: &Ui, dialog: DialogId, people: Vec<UserId>) -> Answer<()> {
    not_yet(ui, (dialog, people))
}

pub(super) async fn set_admin(ui: &Ui, dialog: DialogId, person: UserId, on: bool) -> Answer<()> {
    not_yet(ui, (dialog, person, on))
}

pub(super) async fn set_notifications(ui: &Ui, dialog: DialogId, on: bool) -> Answer<()> {
    not_yet(ui, (dialog, on))
}

pub(super) async fn clear_history(ui: &Ui, dialog: DialogId, for_all: bool) -> Answer<()> {
    not_yet(ui, (dialog, for_all))
}

pub(super) async fn delete_dialogs(
    ui: &Ui,
    dialogs: Vec<DialogId>,
    for_all: bool,
) -> Answer<DeletedDialogs> {
    not_yet(ui, (dialogs, for_all))
}

pub(super) async fn fill_hole(ui: &Ui, dialog: DialogId, from: i64, to: i64) -> Answer<()> {
    not_yet(ui, (dialog, from, to))
}
