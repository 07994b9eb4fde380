//! Starting to talk: new dialogs, and those that are open to all. The server
//! decides, so all of this waits for it.

use std::collections::BTreeMap;

use kith_engine::NewDialog;
use kith_model::{Delivery, DialogId, Timestamp, UserId};
use kith_store::StoredMessage;

use crate::error::{Answer, UiError};
use crate::refusals::Wish;
use crate::session::bare;
use crate::ui::Ui;
use crate::view::{DialogKind, DirectoryEntry, DirectoryView, PersonView, PreviewView};

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
    let new = NewDialog {
        kind: kind.into(),
        name: name.to_owned(),
        people,
        description,
        photo: photo.filter(|photo| !photo.is_empty()),
        extensions,
        allow_preview,
    };
    ui.app
        .session()?
        .engine
        .create_dialog_with(new)
        .await
        .map_err(Wish::Create.refused())
}

pub(super) async fn directory(ui: &Ui, query: String, skip: u32) -> Answer<DirectoryView> {
    let session = ui.app.session()?;
    let found = session.engine.directory(query.trim(), skip).await?;
    let allowed: Vec<bool> = found
        .items
        .iter()
        .map(|(dialog, _)| dialog.allow_preview)
        .collect();
    let entries: Vec<_> = found
        .items
        .into_iter()
        .map(|(dialog, is_joined)| bare(dialog, is_joined))
        .collect();
    let (dialogs, _) = session.dialog_views(&entries).await?;
    Ok(DirectoryView {
        items: dialogs
            .into_iter()
            .zip(allowed)
            .map(|(dialog, allow_preview)| DirectoryEntry {
                dialog,
                allow_preview,
            })
            .collect(),
        has_more: found.has_more,
    })
}

pub(super) async fn preview(ui: &Ui, dialog: DialogId) -> Answer<PreviewView> {
    let session = ui.app.session()?;
    let preview = session
        .engine
        .preview(&dialog)
        .await
        .map_err(Wish::Look.refused())?;
    let rows: Vec<StoredMessage> = preview
        .messages
        .into_iter()
        .map(|message| StoredMessage {
            message,
            delivery: Delivery::Sent,
            failure: None,
            expires_at: None,
            is_pinned: false,
            is_editing: false,
            as_of: Timestamp::from_millis(0),
            reacted_as_of: Timestamp::from_millis(0),
            is_unsure: false,
            mentions_me: false,
            notice: None,
        })
        .collect();
    Ok(PreviewView {
        messages: session.bubbles(&rows).await?.messages,
        people: preview.people.iter().map(PersonView::from).collect(),
    })
}

pub(super) async fn open_public(ui: &Ui, dialog: DialogId) -> Answer<DialogId> {
    let engine = &ui.app.session()?.engine;
    engine
        .open_public(&dialog)
        .await
        .map_err(Wish::Look.refused())
}

pub(super) async fn join(ui: &Ui, dialog: DialogId) -> Answer<DialogId> {
    let engine = &ui.app.session()?.engine;
    engine.join(&dialog).await.map_err(Wish::Join.refused())
}

pub(super) async fn leave(ui: &Ui, dialog: DialogId) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine.leave(&dialog).await.map_err(Wish::Leave.refused())
}
