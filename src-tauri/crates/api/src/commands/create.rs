//! Starting to talk: new dialogs, and those that are open to all.

use std::collections::BTreeMap;

use kith_model::{DialogId, UserId};

use super::not_yet;
use crate::error::{Answer, UiError};
use crate::ui::Ui;
use crate::view::{DialogKind, DirectoryView, PreviewView};

#[expect(
    clippy::too_many_arguments,
    reason = "one for each in the table of commands"
)]
pub(super) async fn create_dialog(
    ui: &Ui,
    kind: DialogKind,
    name: String,
    people: Vec<UserId>,
    description: String,
    photo: Option<String>,
    extensions: BTreeMap<String, String>,
    allow_preview: bool,
) -> Answer<DialogId> {
    let _ = (description, photo, extensions, allow_preview);
    let name = name.trim();
    match kind {
        DialogKind::Private if people.len() != 1 => {
            return Err(UiError::invalid(
                "A conversation between two needs one other person.",
            ));
        }
        DialogKind::Private => {}
        DialogKind::Group | DialogKind::Public | DialogKind::Broadcast if name.is_empty() => {
            return Err(UiError::invalid("The group needs a name."));
        }
        DialogKind::Group if people.is_empty() => {
            return Err(UiError::invalid("A group needs at least one other person."));
        }
        DialogKind::Group | DialogKind::Public | DialogKind::Broadcast => {}
    }
    Ok(ui
        .app
        .session()?
        .engine
        .create_dialog(kind.into(), name, &people)
        .await?)
}

pub(super) async fn directory(ui: &Ui, query: String, skip: u32) -> Answer<DirectoryView> {
    not_yet(ui, (query, skip))
}

pub(super) async fn preview(ui: &Ui, dialog: DialogId) -> Answer<PreviewView> {
    not_yet(ui, dialog)
}

pub(super) async fn open_public(ui: &Ui, dialog: DialogId) -> Answer<DialogId> {
    not_yet(ui, dialog)
}

pub(super) async fn join(ui: &Ui, dialog: DialogId) -> Answer<DialogId> {
    not_yet(ui, dialog)
}

pub(super) async fn leave(ui: &Ui, dialog: DialogId) -> Answer<()> {
    not_yet(ui, dialog)
}
