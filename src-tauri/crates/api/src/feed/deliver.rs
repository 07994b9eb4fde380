//! From the changes of one frame to patches: every changed row is read once,
//! whatever number of screens shows it.

use std::collections::{BTreeMap, BTreeSet};

use kith_model::{DialogId, MessageId, UserId};
use kith_store::{Spot, StoreError};

use super::batch::Batch;
use super::{Feed, FeedEvent, Feeds, HomeOpening, Window};
use crate::session::{Bubbles, Session, link_view, named, presence_view};
use crate::view::{
    HomePatch, MessageView, PersonView, PresenceView, TimelinePatch, TransferView, TypingView,
};

/// Reads what changed and hands it to the screens. Says whether another number
/// of messages waits to be read.
pub(super) async fn deliver(
    session: &Session,
    feeds: &mut Feeds,
    batch: &Batch,
) -> Result<bool, StoreError> {
    feeds.prune();
    let people = Vec::from_iter(batch.people.iter().copied());
    let (people, renamed) = session.people.refresh(&session.store, &people).await?;

    // What somebody is looking at comes first.
    let mut shown: BTreeMap<DialogId, BTreeSet<MessageId>> = BTreeMap::new();
    for window in feeds.iter_mut().flat_map(|feed| feed.windows.values()) {
        let pinned = shown.entry(window.dialog.clone()).or_default();
        pinned.extend(window.pinned.iter().cloned());
    }
    for (dialog, pinned) in shown {
        let rows = Rows::read(session, batch, &dialog, &pinned).await?;
        if rows.is_empty() && people.is_empty() {
            continue;
        }
        for feed in feeds.iter_mut() {
            push_windows(feed, &dialog, &rows, &people);
        }
    }

    let home_is_open = feeds.iter_mut().any(|feed| feed.home.is_some());
    if !home_is_open {
        return count(session, batch).await;
    }
    let (patch, is_other) = home_patch(session, batch, &people, &renamed).await?;
    let presence: Vec<PresenceView> = match batch.presence.is_empty() {
        true => Vec::new(),
        false => session
            .engine
            .presence()
            .into_iter()
            .filter(|(person, _)| batch.presence.contains(person))
            .map(presence_view)
            .collect(),
    };
    let transfers = batch.transfers.then(|| session.engine.transfers());
    let transfers = transfers.map(|all| all.into_iter().map(TransferView::from).collect());
    for feed in feeds.iter_mut() {
        push_home(feed, patch.as_ref(), batch, &presence);
        if let Some(transfers) = transfers.clone().filter(|_| feed.home.is_some()) {
            feed.push(FeedEvent::Transfers { transfers });
        }
    }
    Ok(is_other)
}

/// Of an account that nobody looks at, only how much waits is of interest, and
/// that names are right when somebody looks again.
pub(super) async fn stay_behind(session: &Session, batch: &Batch) -> Result<bool, StoreError> {
    let people = Vec::from_iter(batch.people.iter().copied());
    session.people.refresh(&session.store, &people).await?;
    count(session, batch).await
}

/// Counts what waits to be read; says whether it is another number.
async fn count(session: &Session, batch: &Batch) -> Result<bool, StoreError> {
    if batch.dialogs.is_empty() {
        return Ok(false);
    }
    let ids = Vec::from_iter(batch.dialogs.iter().cloned());
    let entries = session.store.dialogs_by_id(&ids).await?;
    Ok(session.recount(&ids, &entries).await)
}

async fn home_patch(
    session: &Session,
    batch: &Batch,
    people: &[PersonView],
    renamed: &BTreeSet<UserId>,
) -> Result<(Option<HomePatch>, bool), StoreError> {
    let mut wanted = batch.dialogs.clone();
    if !renamed.is_empty() {
        let renamed = Vec::from_iter(renamed.iter().copied());
        wanted.extend(session.store.dialogs_naming(&renamed).await?);
    }
    if wanted.is_empty() && people.is_empty() && batch.link.is_none() {
        return Ok((None, false));
    }
    let ids = Vec::from_iter(wanted.iter().cloned());
    let entries = match ids.is_empty() {
        true => Vec::new(),
        false => session.store.dialogs_by_id(&ids).await?,
    };
    let is_other = session.recount(&ids, &entries).await;
    let (dialogs, mut strangers) = session.dialog_views(&entries).await?;
    let mut removed = wanted;
    for dialog in &dialogs {
        removed.remove(&dialog.id);
    }
    let waiting_elsewhere = match removed.is_empty() {
        true => None,
        false => Some(session.store.waiting_unlisted().await?),
    };
    strangers.retain(|stranger| people.iter().all(|person| person.id != stranger.id));
    strangers.extend(people.iter().cloned());
    let patch = HomePatch {
        rev: 0,
        dialogs,
        removed: removed.into_iter().collect(),
        people: strangers,
        link: batch
            .link
            .as_ref()
            .map(|link| link_view(link, session.engine.needs_room())),
        unread_total: session.unread().await,
        waiting_elsewhere,
    };
    Ok((Some(patch), is_other))
}

fn push_home(feed: &mut Feed, patch: Option<&HomePatch>, batch: &Batch, presence: &[PresenceView]) {
    if feed.home.is_none() {
        return;
    }
    for (dialog, people) in &batch.typing {
        feed.push(FeedEvent::Typing {
            typing: TypingView {
                dialog: dialog.clone(),
                people: people.clone(),
            },
        });
    }
    if !presence.is_empty() {
        feed.push(FeedEvent::Presence {
            presence: presence.to_vec(),
        });
    }
    for refusal in &batch.refused {
        feed.push(FeedEvent::Refused {
            refusal: refusal.clone(),
        });
    }
    if let Some(patch) = patch {
        feed.push_home(patch.clone());
    }
}

/// Sends a part of the list that was left out of the snapshot, as it is now.
/// Says whether the home screen that it was for is still the one.
pub(super) async fn deliver_part(
    session: &Session,
    feeds: &mut Feeds,
    opening: HomeOpening,
    ids: &[DialogId],
) -> Result<bool, StoreError> {
    let Some(feed) = feeds.home_of(opening) else {
        return Ok(false);
    };
    let entries = session.store.dialogs_by_id(ids).await?;
    let (dialogs, people) = session.dialog_views(&entries).await?;
    feed.push_part(HomePatch {
        rev: 0,
        dialogs,
        removed: Vec::new(),
        people,
        link: None,
        unread_total: session.unread().await,
        waiting_elsewhere: None,
    });
    Ok(true)
}

/// A changed message, as it is now.
struct Row {
    spot: Spot,
    view: MessageView,
    /// Everybody whom it names.
    named: Vec<UserId>,
}

/// The changed messages of one dialog, as they are now.
struct Rows {
    present: Vec<Row>,
    absent: Vec<MessageId>,
    named: Vec<PersonView>,
    /// What is pinned, if that may be another thing now.
    pinned: Option<Vec<MessageView>>,
}

impl Rows {
    async fn read(
        session: &Session,
        batch: &Batch,
        dialog: &DialogId,
        pinned: &BTreeSet<MessageId>,
    ) -> Result<Self, StoreError> {
        let mut rows = Self {
            present: Vec::new(),
            absent: Vec::new(),
            named: Vec::new(),
            pinned: None,
        };
        let Some(ids) = batch.messages.get(dialog) else {
            return Ok(rows);
        };
        let (told, wanted): (Vec<_>, Vec<_>) = ids
            .iter()
            .cloned()
            .partition(|id| batch.rows.contains_key(id));
        let mut stored = match wanted.is_empty() {
            true => Vec::new(),
            false => session.store.messages(&wanted).await?,
        };
        stored.extend(told.iter().filter_map(|id| batch.rows.get(id)).cloned());
        stored.sort_by(|a, b| a.message.id.cmp(&b.message.id));
        rows.absent = wanted;
        rows.absent
            .retain(|id| stored.iter().all(|row| row.message.id != *id));
        let is_pinned = stored.iter().any(|row| row.is_pinned);
        let Bubbles { messages, people } = session.bubbles(&stored).await?;
        rows.named = people;
        rows.present = stored
            .iter()
            .zip(messages)
            .map(|(row, view)| Row {
                spot: row.spot(),
                view,
                named: named(row),
            })
            .collect();
        if is_pinned || ids.iter().any(|id| pinned.contains(id)) {
            let stored = session.store.pinned(dialog).await?;
            let Bubbles { messages, people } = session.bubbles(&stored).await?;
            rows.named.extend(people);
            rows.pinned = Some(messages);
        }
        Ok(rows)
    }

    fn is_empty(&self) -> bool {
        self.present.is_empty() && self.absent.is_empty()
    }
}

fn push_windows(feed: &mut Feed, dialog: &DialogId, rows: &Rows, people: &[PersonView]) {
    let numbers: Vec<u32> = feed.windows.keys().copied().collect();
    for number in numbers {
        let Some(window) = feed
            .windows
            .get_mut(&number)
            .filter(|window| window.dialog == *dialog)
        else {
            continue;
        };
        if let Some(patch) = timeline_patch(number, window, rows, people) {
            feed.push(FeedEvent::Timeline { patch });
        }
    }
}

fn timeline_patch(
    number: u32,
    window: &mut Window,
    rows: &Rows,
    changed: &[PersonView],
) -> Option<TimelinePatch> {
    let mut upserts: Vec<MessageView> = Vec::new();
    let mut people: Vec<PersonView> = changed
        .iter()
        .filter(|person| window.people.contains(&person.id))
        .cloned()
        .collect();
    let mut know = |window: &mut Window, id: UserId| {
        if window.people.insert(id) {
            people.extend(rows.named.iter().find(|person| person.id == id).cloned());
        }
    };
    for row in &rows.present {
        if !window.take(&row.view.id, row.spot.clone()) {
            continue;
        }
        for id in &row.named {
            know(window, *id);
        }
        upserts.push(row.view.clone());
    }
    let removals: Vec<MessageId> = rows
        .absent
        .iter()
        .filter(|id| window.remove(id))
        .cloned()
        .collect();
    if let Some(pinned) = &rows.pinned {
        for message in pinned {
            know(window, message.sender);
        }
        window.pinned = pinned.iter().map(|message| message.id.clone()).collect();
    }
    if upserts.is_empty() && removals.is_empty() && people.is_empty() && rows.pinned.is_none() {
        return None;
    }
    window.rev = window.rev.wrapping_add(1);
    Some(TimelinePatch {
        window: number,
        rev: window.rev,
        upserts,
        removals,
        people,
        has_older: window.has_older,
        has_newer: window.has_newer,
        pinned: rows.pinned.clone(),
    })
}
