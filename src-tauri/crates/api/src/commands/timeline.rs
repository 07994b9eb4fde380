//! Opening screens. What is opened here is read and registered in one step
//! (see [`crate::feed`]).

use std::collections::BTreeSet;

use kith_model::{DialogId, MessageId, UserId};
use kith_store::{Holes, Page, Store, StoredMessage};

use crate::error::{Answer, Code, UiError};
use crate::feed::Window;
use crate::session::{Session, link_view, message_view};
use crate::ui::Ui;
use crate::view::{
    DraftView, HomeSnapshot, PersonView, TimelinePage, TimelineSnapshot, TypingView,
};

/// A window's first page, and every further one.
const PAGE: u32 = 60;
/// With fewer unread messages than this, the newest page shows the first of
/// them with enough above it.
const FITS: u32 = PAGE - 12;
/// The home screen comes with this many people; the others come when shown.
const PEOPLE: u32 = 500;
/// A timeline comes with this many of the people who are in it.
const OCCUPANTS: usize = 200;

pub(super) async fn home(ui: &Ui) -> Answer<HomeSnapshot> {
    let session = ui.app.session()?;
    let mut feeds = ui.app.feeds().lock().await;
    let entries = session.store.dialogs().await?;
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
    let link = link_view(&session.engine.link().borrow());
    let snapshot = HomeSnapshot {
        rev: 1,
        me: session.me().await?,
        link,
        dialogs,
        people,
        unread_total: session.store.unread_total().await?,
        typing: typing.collect(),
        presence: Vec::new(),
    };
    let rev = feeds.get(ui.feed).map_or(1, |feed| feed.open_home());
    Ok(HomeSnapshot { rev, ..snapshot })
}

pub(super) async fn open_timeline(
    ui: &Ui,
    dialog: DialogId,
    at: Option<MessageId>,
    at_time: Option<i64>,
) -> Answer<TimelineSnapshot> {
    let _ = at_time;
    let session = ui.app.session()?;
    let mut feeds = ui.app.feeds().lock().await;
    let store = &session.store;
    let entry = store.dialog(&dialog).await?.ok_or_else(|| {
        UiError::new(
            Code::Gone,
            "This conversation does not exist any more. What you have open elsewhere stays.",
        )
    })?;
    let first_unread = match entry.unread {
        0 => None,
        _ => store.first_unread(&dialog).await?,
    };
    let page = first_page(
        store,
        &dialog,
        at.as_ref(),
        first_unread.as_ref(),
        entry.unread,
    )
    .await?;
    let (mut views, _) = session.dialog_views(std::slice::from_ref(&entry)).await?;
    let view = views
        .pop()
        .ok_or_else(|| UiError::internal("a dialog without a view"))?;

    let rights = view.rights;
    let mut window = Window::new(
        dialog.clone(),
        &page.messages,
        page.has_older,
        page.has_newer,
    );
    window.people = senders(&page.messages);
    window
        .people
        .extend(entry.dialog.occupants.iter().take(OCCUPANTS));
    let people = session.people.views(store, window.people.clone()).await?;
    let draft = store.draft(&dialog).await?.unwrap_or_default();
    let rev = window.rev;
    let number = feeds.open(ui.feed, window);
    Ok(TimelineSnapshot {
        window: number,
        rev,
        dialog: view,
        people,
        occupants: entry.dialog.occupants,
        messages: page
            .messages
            .iter()
            .map(|row| message_view(row, store.me()))
            .collect(),
        has_older: page.has_older,
        has_newer: page.has_newer,
        first_unread,
        draft: draft.clone(),
        draft_state: DraftView {
            text: draft,
            ..DraftView::default()
        },
        pinned: Vec::new(),
        rights,
    })
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
    Ok(store.page_before(dialog, None, PAGE, Holes::Stop).await?)
}

fn senders(messages: &[StoredMessage]) -> BTreeSet<UserId> {
    messages.iter().map(|row| row.message.sender).collect()
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
    let senders = senders(&page.messages);
    open.people.extend(&senders);
    Ok(TimelinePage {
        rev: open.rev,
        messages: page
            .messages
            .iter()
            .map(|row| message_view(row, session.store.me()))
            .collect(),
        people: session.people.views(&session.store, senders).await?,
        has_older: open.has_older,
        has_newer: open.has_newer,
    })
}

pub(super) async fn close_timeline(ui: &Ui, window: u32) -> Answer<()> {
    if let Some(feed) = ui.app.feeds().lock().await.get(ui.feed) {
        feed.close(window);
    }
    Ok(())
}
