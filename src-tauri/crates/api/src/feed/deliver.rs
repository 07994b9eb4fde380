//! From the changes of one frame to patches: every changed row is read once,
//! whatever number of screens shows it.

use std::collections::BTreeSet;

use kith_model::{DialogId, MessageId, UserId};
use kith_store::{StoreError, StoredMessage};

use super::batch::Batch;
use super::{Feed, FeedEvent, Feeds, Window};
use crate::session::{Session, link_view, message_view};
use crate::view::{HomePatch, MessageView, PersonView, TimelinePatch, TypingView};

pub(super) async fn deliver(
    session: &Session,
    feeds: &mut Feeds,
    batch: &Batch,
) -> Result<(), StoreError> {
    feeds.prune();
    let people = Vec::from_iter(batch.people.iter().copied());
    let (people, renamed) = session.people.refresh(&session.store, &people).await?;

    // What somebody is looking at comes first.
    let shown: BTreeSet<DialogId> = feeds
        .iter_mut()
        .flat_map(|feed| feed.windows.values())
        .map(|window| window.dialog.clone())
        .collect();
    for dialog in shown {
        let rows = Rows::read(session, batch, &dialog).await?;
        if rows.is_empty() && people.is_empty() {
            continue;
        }
        for feed in feeds.iter_mut() {
            push_windows(session.store.me(), feed, &dialog, &rows, &people);
        }
    }

    if feeds.iter_mut().any(|feed| feed.home.is_some()) {
        let patch = home_patch(session, batch, &people, &renamed).await?;
        for feed in feeds.iter_mut() {
            push_home(feed, patch.as_ref(), batch);
        }
    }
    Ok(())
}

async fn home_patch(
    session: &Session,
    batch: &Batch,
    people: &[PersonView],
    renamed: &BTreeSet<UserId>,
) -> Result<Option<HomePatch>, StoreError> {
    let mut wanted = batch.dialogs.clone();
    if !renamed.is_empty() {
        wanted.extend(session.dialogs_showing(renamed).await?);
    }
    if wanted.is_empty() && people.is_empty() && batch.link.is_none() {
        return Ok(None);
    }
    let ids = Vec::from_iter(wanted.iter().cloned());
    let entries = session.store.dialogs_by_id(&ids).await?;
    let (dialogs, mut strangers) = session.dialog_views(&entries).await?;
    let mut removed = wanted;
    for dialog in &dialogs {
        removed.remove(&dialog.id);
    }
    strangers.retain(|stranger| people.iter().all(|person| person.id != stranger.id));
    strangers.extend(people.iter().cloned());
    Ok(Some(HomePatch {
        rev: 0,
        dialogs,
        removed: removed.into_iter().collect(),
        people: strangers,
        link: batch.link.as_ref().map(link_view),
        unread_total: session.store.unread_total().await?,
    }))
}

fn push_home(feed: &mut Feed, patch: Option<&HomePatch>, batch: &Batch) {
    let Some(rev) = feed.home else { return };
    for (dialog, people) in &batch.typing {
        feed.push(FeedEvent::Typing {
            typing: TypingView {
                dialog: dialog.clone(),
                people: people.clone(),
            },
        });
    }
    if let Some(patch) = patch
        && feed.home.is_some()
    {
        let rev = rev.wrapping_add(1);
        feed.home = Some(rev);
        feed.push(FeedEvent::Home {
            patch: HomePatch {
                rev,
                ..patch.clone()
            },
        });
    }
}

/// The changed messages of one dialog, as they are now.
struct Rows {
    present: Vec<StoredMessage>,
    absent: Vec<MessageId>,
    senders: Vec<PersonView>,
}

impl Rows {
    async fn read(session: &Session, batch: &Batch, dialog: &DialogId) -> Result<Self, StoreError> {
        let mut rows = Self {
            present: Vec::new(),
            absent: Vec::new(),
            senders: Vec::new(),
        };
        let Some(ids) = batch.messages.get(dialog) else {
            return Ok(rows);
        };
        let wanted = Vec::from_iter(ids.iter().cloned());
        rows.present = session.store.messages(&wanted).await?;
        rows.absent = wanted;
        rows.absent
            .retain(|id| rows.present.iter().all(|row| row.message.id != *id));
        let senders: BTreeSet<UserId> = rows.present.iter().map(|row| row.message.sender).collect();
        rows.senders = session.people.views(&session.store, senders).await?;
        Ok(rows)
    }

    fn is_empty(&self) -> bool {
        self.present.is_empty() && self.absent.is_empty()
    }
}

fn push_windows(
    me: UserId,
    feed: &mut Feed,
    dialog: &DialogId,
    rows: &Rows,
    people: &[PersonView],
) {
    let numbers: Vec<u32> = feed.windows.keys().copied().collect();
    for number in numbers {
        let Some(window) = feed
            .windows
            .get_mut(&number)
            .filter(|window| window.dialog == *dialog)
        else {
            continue;
        };
        if let Some(patch) = timeline_patch(me, number, window, rows, people) {
            feed.push(FeedEvent::Timeline { patch });
        }
    }
}

fn timeline_patch(
    me: UserId,
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
    for row in &rows.present {
        if !window.take(&row.message.id, row.spot()) {
            continue;
        }
        let sender = row.message.sender;
        if window.people.insert(sender) {
            people.extend(
                rows.senders
                    .iter()
                    .find(|person| person.id == sender)
                    .cloned(),
            );
        }
        upserts.push(message_view(row, me));
    }
    let removals: Vec<MessageId> = rows
        .absent
        .iter()
        .filter(|id| window.remove(id))
        .cloned()
        .collect();
    if upserts.is_empty() && removals.is_empty() && people.is_empty() {
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
        pinned: None,
    })
}
