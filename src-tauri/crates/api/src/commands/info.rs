//! Everything about one dialog, and changing it.

use std::collections::BTreeMap;
use std::time::Duration;

use kith_engine::DialogUpdate;
use kith_model::{DialogId, DialogKind, UserId};
use tokio::time::timeout;

use crate::error::{Answer, Code, UiError};
use crate::refusals::Wish;
use crate::ui::Ui;
use crate::view::{
    DeletedDialogs, DialogInfo, HoleView, LinkShared, MembersView, PersonView, PropertyView,
};

/// So many links are shown.
const LINKS: u32 = 100;
/// So many members come with the information; `members` finds the others.
const MEMBERS: usize = 100;
/// The server's setting is left out when it takes longer to tell.
const SETTING_PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn dialog_info(ui: &Ui, dialog: DialogId) -> Answer<DialogInfo> {
    let session = ui.app.session()?;
    let store = &session.store;
    let entry = store.dialog(&dialog).await?.ok_or_else(|| {
        UiError::new(
            Code::Gone,
            "This conversation does not exist any more. Kith takes it off your list.",
        )
    })?;
    // Asked once; from then on it is held here.
    let notifications = match entry.notifications {
        Some(on) => Some(on),
        None if entry.is_joined && session.is_online() => {
            match timeout(SETTING_PATIENCE, session.engine.notifications(&dialog)).await {
                Ok(Ok(on)) => Some(on),
                Ok(Err(_)) | Err(_) => None,
            }
        }
        None => None,
    };
    let completeness = session.engine.completeness(&dialog).await?;
    let links = store.links(&dialog, LINKS).await?;
    let pinned = session.bubbles(&store.pinned(&dialog).await?).await?;
    let view = session.dialog_view(&entry).await?;
    let dialog = entry.dialog;
    let first = dialog.occupants.iter().chain(&dialog.owner);
    let first = first.chain(&dialog.admins).take(MEMBERS).copied();
    let mut members = session.faces(first.collect()).await?;
    // In a channel, of which the server tells nobody else, those who lead it.
    members.retain(|person| {
        dialog.kind == DialogKind::Broadcast || dialog.occupants.contains(&person.id)
    });
    members.sort_by_key(|person| (person.name.to_lowercase(), person.id));
    Ok(DialogInfo {
        member_count: view.occupant_count,
        dialog: view,
        extensions: dialog
            .extensions
            .into_iter()
            .map(|(key, value)| PropertyView { key, value })
            .collect(),
        owner: dialog.owner,
        admins: dialog.admins,
        members,
        allow_preview: dialog.allow_preview,
        notifications,
        complete_since: completeness.since.map(|second| second * 1000),
        is_complete: completeness.is_complete,
        holes: completeness
            .holes
            .into_iter()
            .map(|hole| HoleView {
                from: hole.from.unwrap_or_default() * 1000,
                to: hole.to * 1000,
            })
            .collect(),
        created_at: Some(dialog.created_at.millis()).filter(|at| *at > 0),
        links: links
            .into_iter()
            .map(|link| LinkShared {
                url: link.url,
                message: link.message,
                sender: link.sender,
                at: link.at.millis(),
            })
            .collect(),
        pinned: pinned.messages,
    })
}

pub(super) async fn members(
    ui: &Ui,
    dialog: DialogId,
    query: String,
    skip: u32,
) -> Answer<MembersView> {
    let engine = &ui.app.session()?.engine;
    let found = engine
        .members(&dialog, query.trim(), skip)
        .await
        .map_err(Wish::Look.refused())?;
    Ok(MembersView {
        people: found.people.iter().map(PersonView::from).collect(),
        has_more: found.has_more,
    })
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
    if name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        return Err(UiError::invalid("The group needs a name."));
    }
    let update = DialogUpdate {
        name,
        description,
        photo,
        extensions,
        allow_preview,
    };
    ui.app
        .session()?
        .engine
        .update_dialog(&dialog, update)
        .await
        .map_err(Wish::EditInfo.refused())
}

pub(super) async fn add_people(ui: &Ui, dialog: DialogId, people: Vec<UserId>) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine
        .add_people(&dialog, &people)
        .await
        .map_err(Wish::AddPeople.refused())
}

pub(super) async fn remove_people(ui: &Ui, dialog: DialogId, people: Vec<UserId>) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine
        .remove_people(&dialog, &people)
        .await
        .map_err(Wish::RemovePeople.refused())
}

pub(super) async fn set_admin(ui: &Ui, dialog: DialogId, person: UserId, on: bool) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine
        .set_admin(&dialog, person, on)
        .await
        .map_err(Wish::Appoint.refused())
}

pub(super) async fn set_notifications(ui: &Ui, dialog: DialogId, on: bool) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine
        .set_notifications(&dialog, on)
        .await
        .map(|_| ())
        .map_err(Wish::Notifications.refused())
}

pub(super) async fn clear_history(ui: &Ui, dialog: DialogId, for_all: bool) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine
        .clear_history(&dialog, for_all)
        .await
        .map_err(Wish::ClearHistory.refused())
}

pub(super) async fn delete_dialogs(
    ui: &Ui,
    dialogs: Vec<DialogId>,
    for_all: bool,
) -> Answer<DeletedDialogs> {
    let engine = &ui.app.session()?.engine;
    let done = engine
        .delete_dialogs(&dialogs, for_all)
        .await
        .map_err(Wish::DeleteDialogs.refused())?;
    Ok(DeletedDialogs {
        deleted: done.deleted,
        refused: done.refused,
    })
}

/// `from` and `to` are those of a hole that the information told; a hole that
/// begins at nought reaches to the beginning.
pub(super) async fn fill_hole(ui: &Ui, dialog: DialogId, from: i64, to: i64) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    let from = Some(from.div_euclid(1000)).filter(|second| *second > 0);
    engine
        .fill_hole(&dialog, from, to.div_euclid(1000))
        .await
        .map_err(Wish::Fill.refused())
}
