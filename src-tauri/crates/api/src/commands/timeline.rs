//! Opening screens. What is opened here is read and registered in one step
//! (see [`crate::feed`]).

use std::collections::BTreeSet;
use std::time::Duration;

use kith_model::{DialogId, MessageId, Timestamp, UserId};
use kith_store::{Draft, Holes, Page, Store};
use tokio::time::timeout;

use crate::error::{Answer, Code, UiError};
use crate::feed::{Window, send_parts};
use crate::session::{Bubbles, Session, link_view, presence_view, teaser};
use crate::ui::Ui;
use crate::view::{
    AttachedView, DraftView, HomeSnapshot, PersonView, ReadingPlaceView, ReplyView, TimelinePage,
    TimelineSnapshot, TransferView, TypingView,
};

/// So long the server may take to bring what a timeline is to be opened at.
const FETCH_PATIENCE: Duration = Duration::from_secs(10);
/// A window's first page, and every further one.
const PAGE: u32 = 60;
/// With fewer unread messages than this, the newest page shows the first of
/// them with enough above it.
const FITS: u32 = PAGE - 12;
/// The home screen comes with this many lines of the list; the others follow.
const TOP: usize = 400;
/// The home screen comes with this many people; the others come when shown.
const PEOPLE: u32 = 500;
/// A timeline comes with this many of the people who are in it.
const OCCUPANTS: usize = 200;

pub(super) async fn home(ui: &Ui) -> Answer<HomeSnapshot> {
    let mut feeds = ui.app.feeds().lock().await;
    let session = ui.app.session()?;
    let mut order = session.store.list_order().await?;
    let rest = order.split_off(order.len().min(TOP));
    let entries = session.store.dialogs_by_id(&order).await?;
    let (dialogs, shown) = session.dialog_views(&entries).await?;
    let mut people: Vec<PersonView> = session
        .store
        .find_people("", PEOPLE)
        .await?
        .iter()
        .map(PersonView::from)
        .collect();
    let listed: BTreeSet<UserId> = people.iter().map(|person| person.id).collect();
    people.extend(
        shown
            .into_iter()
            .filter(|person| !listed.contains(&person.id)),
    );
    let typing = session
        .engine
        .typing()
        .into_iter()
        .map(|(dialog, people)| TypingView { dialog, people });
    let link = link_view(&session.engine.link().borrow(), session.engine.needs_room());
    let transfers = session.engine.transfers();
    let snapshot = HomeSnapshot {
        rev: 1,
        transfers: transfers.into_iter().map(TransferView::from).collect(),
        me: session.me().await?,
        link,
        dialogs,
        people,
        unread_total: session.unread().await,
        waiting_elsewhere: session.store.waiting_unlisted().await?,
        places: session
            .store
            .reading_places()
            .await?
            .into_iter()
            .map(ReadingPlaceView::from)
            .collect(),
        typing: typing.collect(),
        presence: session
            .engine
            .presence()
            .into_iter()
            .map(presence_view)
            .collect(),
    };
    let opening = feeds.open_home(ui.feed);
    if !rest.is_empty() {
        tokio::spawn(send_parts(ui.app.clone(), session, opening, rest));
    }
    Ok(snapshot)
}

pub(super) async fn open_timeline(
    ui: &Ui,
    dialog: DialogId,
    at: Option<MessageId>,
    at_time: Option<i64>,
    newest: bool,
) -> Answer<TimelineSnapshot> {
    let at = match (at, at_time) {
        (Some(at), _) => Some(bring(ui, &dialog, at).await?),
        (None, Some(at_time)) => message_at(ui, &dialog, at_time).await?,
        (None, None) => None,
    };
    let mut feeds = ui.app.feeds().lock().await;
    let session = ui.app.session()?;
    let store = &session.store;
    let entry = store.dialog(&dialog).await?.ok_or_else(gone)?;
    let first_unread = match entry.unread {
        0 => None,
        _ => store.first_unread(&dialog).await?,
    };
    let page = first_page(
        store,
        &dialog,
        at.as_ref(),
        first_unread.as_ref().filter(|_| !newest),
        entry.unread,
    )
    .await?;
    let view = session.dialog_view(&entry).await?;
    let Bubbles {
        messages,
        people: mut known,
    } = session.bubbles(&page.messages).await?;
    let pinned = session.bubbles(&store.pinned(&dialog).await?).await?;
    let mut draft_state = draft_view(&session, store.draft_state(&dialog).await?).await?;
    draft_state.files = super::staging::staged(ui, dialog.clone()).await?;

    let mut window = Window::new(
        dialog.clone(),
        &page.messages,
        page.has_older,
        page.has_newer,
    );
    let occupants = entry.dialog.occupants.iter().take(OCCUPANTS).copied();
    let faces = session.faces(occupants.collect()).await?;
    known.extend(pinned.people);
    known.extend(faces);
    known.sort_by_key(|person| person.id);
    known.dedup_by_key(|person| person.id);
    window.people = known.iter().map(|person| person.id).collect();
    window.pinned = pinned
        .messages
        .iter()
        .map(|message| message.id.clone())
        .collect();
    let rev = window.rev;
    let number = feeds.open(ui.feed, window);
    session.engine.look_at(Some(dialog));
    Ok(TimelineSnapshot {
        window: number,
        rev,
        rights: view.rights,
        dialog: view,
        people: known,
        occupants: entry.dialog.occupants,
        messages,
        has_older: page.has_older,
        has_newer: page.has_newer,
        first_unread,
        draft: draft_state.text.clone(),
        draft_state,
        pinned: pinned.messages,
    })
}

fn gone() -> UiError {
    UiError::new(
        Code::Gone,
        "This conversation does not exist any more. What you have open elsewhere stays.",
    )
}

/// Makes a message be here that is to be opened at, if that can be. Where it
/// cannot, the timeline opens as if it had not been asked for.
async fn bring(ui: &Ui, dialog: &DialogId, at: MessageId) -> Answer<MessageId> {
    let session = ui.app.session()?;
    let brought = timeout(FETCH_PATIENCE, session.engine.bring(dialog, &at)).await;
    match brought {
        Ok(is_here) => is_here.map(|_| ())?,
        Err(_) => tracing::debug!("a message did not come in time"),
    }
    Ok(at)
}

async fn message_at(ui: &Ui, dialog: &DialogId, at_time: i64) -> Answer<Option<MessageId>> {
    let session = ui.app.session()?;
    let at = Timestamp::from_millis(at_time);
    match timeout(FETCH_PATIENCE, session.engine.message_at(dialog, at)).await {
        Ok(found) => Ok(found?),
        Err(_) => Err(Code::TimedOut.into()),
    }
}

/// What was being written, with what it answers or changes. A message that is
/// gone meanwhile is left out.
async fn draft_view(session: &Session, draft: Option<Draft>) -> Answer<DraftView> {
    let Some(draft) = draft else {
        return Ok(DraftView::default());
    };
    let ids: Vec<MessageId> = draft
        .reply_to
        .iter()
        .chain(&draft.editing)
        .cloned()
        .collect();
    let mut view = DraftView {
        text: draft.text,
        destroy_after: draft.destroy_after,
        is_silent: draft.is_silent,
        ..DraftView::default()
    };
    if ids.is_empty() {
        return Ok(view);
    }
    let found = session.store.messages(&ids).await?;
    let Bubbles { messages, people } = session.bubbles(&found).await?;
    for message in messages {
        if Some(&message.id) == draft.editing.as_ref() {
            view.editing = Some(message);
        } else {
            let sender = people.iter().find(|person| person.id == message.sender);
            view.reply = Some(ReplyView {
                sender: message.sender,
                sender_name: sender.map(|person| person.name.clone()).unwrap_or_default(),
                text: teaser(&message.body),
                attachment: AttachedView::shown(&message.attachments),
                message: message.id,
            });
        }
    }
    Ok(view)
}

async fn first_page(
    store: &Store,
    dialog: &DialogId,
    at: Option<&MessageId>,
    first_unread: Option<&MessageId>,
    unread: u32,
) -> Answer<Page> {
    let middle = match (at, first_unread) {
        (Some(at), _) => Some(at),
        (None, Some(first)) if unread >= FITS => Some(first),
        (None, _) => None,
    };
    if let Some(middle) = middle
        && let Some(page) = store.page_around(dialog, middle, PAGE, Holes::Stop).await?
    {
        return Ok(page);
    }
    let newest = store.page_before(dialog, None, PAGE, Holes::Stop).await?;
    // What came late may stand far above the few that are unread.
    if let (None, Some(first)) = (at, first_unread)
        && newest.messages.iter().all(|held| held.message.id != *first)
        && let Some(page) = store.page_around(dialog, first, PAGE, Holes::Stop).await?
    {
        return Ok(page);
    }
    Ok(newest)
}

/// What a page is read from: the window's dialog and the end to go on from.
fn closed() -> UiError {
    UiError::new(
        Code::Gone,
        "This window is closed. Open the conversation again.",
    )
}

pub(super) async fn load_older(ui: &Ui, window: u32) -> Answer<TimelinePage> {
    let session = ui.app.session()?;
    let (dialog, before) = {
        let mut feeds = ui.app.feeds().lock().await;
        let open = feeds
            .get(ui.feed)
            .and_then(|feed| feed.window(window))
            .ok_or_else(closed)?;
        (open.dialog.clone(), open.oldest().cloned())
    };
    // May wait for the server, so the lock is not held.
    let older = session.engine.older(&dialog, before.as_ref(), PAGE).await?;
    if older.page.messages.is_empty() && older.is_incomplete {
        return Err(Code::Offline.into());
    }

    let mut feeds = ui.app.feeds().lock().await;
    let open = feeds
        .get(ui.feed)
        .and_then(|feed| feed.window(window))
        .ok_or_else(closed)?;
    // What came from the server is in the store; it is read there, because it
    // may have changed since.
    let before = open.oldest().cloned();
    let holes = if older.is_incomplete {
        Holes::Cross
    } else {
        Holes::Stop
    };
    let page = session
        .store
        .page_before(&dialog, before.as_ref(), PAGE, holes)
        .await?;
    open.has_older = page.has_older;
    open.extend(&page.messages);
    page_view(&session, open, &page).await
}

pub(super) async fn load_newer(ui: &Ui, window: u32) -> Answer<TimelinePage> {
    let session = ui.app.session()?;
    let (dialog, after) = {
        let mut feeds = ui.app.feeds().lock().await;
        let open = feeds
            .get(ui.feed)
            .and_then(|feed| feed.window(window))
            .ok_or_else(closed)?;
        (open.dialog.clone(), open.newest().cloned())
    };
    if let Some(after) = &after {
        session.engine.newer(&dialog, after, PAGE).await?;
    }

    let mut feeds = ui.app.feeds().lock().await;
    let open = feeds
        .get(ui.feed)
        .and_then(|feed| feed.window(window))
        .ok_or_else(closed)?;
    let page = match open.newest().cloned() {
        Some(after) => {
            session
                .store
                .page_after(&dialog, &after, PAGE, Holes::Stop)
                .await?
        }
        None => {
            session
                .store
                .page_before(&dialog, None, PAGE, Holes::Stop)
                .await?
        }
    };
    open.has_newer = page.has_newer;
    open.extend(&page.messages);
    page_view(&session, open, &page).await
}

async fn page_view(session: &Session, open: &mut Window, page: &Page) -> Answer<TimelinePage> {
    let Bubbles { messages, people } = session.bubbles(&page.messages).await?;
    open.people.extend(people.iter().map(|person| person.id));
    Ok(TimelinePage {
        rev: open.rev,
        messages,
        people,
        has_older: open.has_older,
        has_newer: open.has_newer,
    })
}

pub(super) async fn close_timeline(ui: &Ui, window: u32) -> Answer<()> {
    let looks_at = match ui.app.feeds().lock().await.get(ui.feed) {
        Some(feed) => {
            feed.close(window);
            feed.looks_at()
        }
        None => None,
    };
    if let Ok(session) = ui.app.session() {
        session.engine.look_at(looks_at);
    }
    Ok(())
}
