//! Finding messages: here, and on the server when somebody asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use kith_model::{DialogId, Message, UserId};
use kith_store::{FOUND_COUNTED, Search};

use crate::error::{Answer, Code, UiError};
use crate::session::{Session, letter_for_letter, snippet};
use crate::ui::Ui;
use crate::view::{AttachedView, DialogView, FoundPage, FoundView};

/// So many come at once.
const PAGE: u32 = 30;

/// A message that was found, the text it was found by, and what of that.
type Hit = (Message, String, Vec<Range<usize>>);

pub(super) async fn search(
    ui: &Ui,
    text: String,
    dialog: Option<DialogId>,
    sender: Option<UserId>,
    below: Option<u64>,
) -> Answer<FoundPage> {
    let session = ui.app.session()?;
    let store = &session.store;
    let search = Search {
        text,
        dialog,
        sender,
        below: below.and_then(|below| i64::try_from(below).ok()),
        limit: PAGE,
    };
    let page = session.engine.search(&search).await?;
    let incomplete = match below {
        None => store.incomplete_dialogs(search.dialog.as_ref()).await?,
        Some(_) => 0,
    };
    let last = page.found.last().filter(|_| page.has_more);
    let next = last.and_then(|last| u64::try_from(last.place).ok());
    let hits = page.found.into_iter();
    let hits = hits.map(|found| (found.message.message, found.text, found.matches));
    Ok(FoundPage {
        found: views(&session, hits.collect()).await?,
        next,
        total: page.total.min(FOUND_COUNTED),
        is_more: page.total > FOUND_COUNTED,
        incomplete,
    })
}

pub(super) async fn search_server(
    ui: &Ui,
    text: String,
    dialog: Option<DialogId>,
) -> Answer<FoundPage> {
    let session = ui.app.session()?;
    let found = session.engine.search_server(&text, dialog.as_ref()).await;
    let found = found.map_err(|error| match UiError::from(error) {
        error if error.code == Code::InvalidInput => {
            UiError::invalid("The server looks for four letters or more. Type some more of it.")
        }
        error => error,
    })?;
    let hits = found.into_iter().map(|message| {
        let body = message.body.clone();
        let matches = letter_for_letter(&body, &text);
        (message, body, matches)
    });
    let found = views(&session, hits.collect()).await?;
    Ok(FoundPage {
        total: u32::try_from(found.len()).unwrap_or(u32::MAX),
        found,
        next: None,
        is_more: false,
        incomplete: 0,
    })
}

/// What was found as the screen shows it; what lies in dialogs that are not in
/// the list is left out.
async fn views(session: &Session, hits: Vec<Hit>) -> Answer<Vec<FoundView>> {
    if hits.is_empty() {
        return Ok(Vec::new());
    }
    let dialogs: BTreeSet<DialogId> = hits.iter().map(|hit| hit.0.dialog_id.clone()).collect();
    let entries = session
        .store
        .dialogs_by_id(&Vec::from_iter(dialogs))
        .await?;
    let (dialogs, _) = session.dialog_views(&entries).await?;
    let dialogs: BTreeMap<DialogId, DialogView> = dialogs
        .into_iter()
        .map(|dialog| (dialog.id.clone(), dialog))
        .collect();
    let people = session
        .faces(hits.iter().map(|hit| hit.0.sender).collect())
        .await?;
    let me = session.store.me();
    let view = |(message, text, matches): Hit| {
        let dialog = dialogs.get(&message.dialog_id)?;
        let sender = people.iter().find(|person| person.id == message.sender);
        Some(FoundView {
            dialog: dialog.id.clone(),
            dialog_kind: dialog.kind,
            dialog_name: dialog.name.clone(),
            dialog_photo: dialog.photo.clone(),
            opponent: dialog.opponent,
            sender: message.sender,
            sender_name: sender.map(|person| person.name.clone()).unwrap_or_default(),
            is_own: message.sender == me,
            at: message.sent_at.millis(),
            snippet: snippet(&text, &matches),
            attachment: AttachedView::of(&message.attachments),
            message: message.id,
        })
    };
    Ok(hits.into_iter().filter_map(view).collect())
}
