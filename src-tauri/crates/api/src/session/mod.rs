//! One signed-in account: its engine, its store, and how their rows become
//! views.

mod bubbles;
mod people;
mod rows;
mod snippet;

use std::collections::{BTreeMap, BTreeSet};

use kith_engine::{Engine, LinkState, Presence};
use kith_model::{DialogId, Timestamp, UserId};
use kith_store::{Account, DialogEntry, Store, StoreError};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub(crate) use bubbles::{Bubbles, EVERYBODY, named};
pub(crate) use people::People;
pub(crate) use rows::bare;
pub(crate) use snippet::{letter_for_letter, snippet};

use crate::view::{LinkReason, LinkView, PersonView, PresenceView};

/// The list shows this much of a message, in characters.
const TEASER: usize = 160;

/// One signed-in account.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) account: Account,
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) people: People,
    /// Ends the pump.
    pub(crate) stop: CancellationToken,
    /// How many messages wait to be read in each dialog where some do, once
    /// that was counted.
    unread: Mutex<Option<BTreeMap<DialogId, u32>>>,
}

impl Session {
    pub(crate) fn new(account: Account, engine: Engine, store: Store, people: People) -> Self {
        Self {
            account,
            engine,
            store,
            people,
            stop: CancellationToken::new(),
            unread: Mutex::default(),
        }
    }

    /// Whether the server can be asked now.
    pub(crate) fn is_online(&self) -> bool {
        let link = self.engine.link();
        let state = link.borrow();
        matches!(*state, LinkState::Online | LinkState::CatchingUp)
    }

    /// How many messages wait to be read here. Counted once; from then on it
    /// follows what is read for the list.
    pub(crate) async fn unread(&self) -> u32 {
        let mut unread = self.unread.lock().await;
        if unread.is_none() {
            match self.store.unread_counts().await {
                Ok(counts) => *unread = Some(counts.into_iter().collect()),
                Err(error) => tracing::warn!(%error, "the unread messages cannot be counted"),
            }
        }
        total(unread.as_ref())
    }

    /// These dialogs are now so, and those of `asked` that are not among them
    /// are not listed any more. Says whether another number waits to be read.
    pub(crate) async fn recount(&self, asked: &[DialogId], now: &[DialogEntry]) -> bool {
        let mut unread = self.unread.lock().await;
        let Some(counts) = unread.as_mut() else {
            return false;
        };
        let before = total(Some(counts));
        for id in asked {
            counts.remove(id);
        }
        for entry in now.iter().filter(|entry| entry.unread > 0) {
            counts.insert(entry.dialog.id.clone(), entry.unread);
        }
        total(Some(counts)) != before
    }

    /// Some news were missed: what is kept here beside the store is read again
    /// when it is asked for.
    pub(crate) async fn forget(&self) {
        self.people.forget();
        *self.unread.lock().await = None;
    }

    /// Ends everything of this account and lets go of its file.
    pub(crate) async fn end(&self) {
        self.stop.cancel();
        self.engine.stop().await;
        self.store.close().await;
    }

    /// Views of these people. Whoever nobody here knows is looked up, and the
    /// name follows.
    pub(crate) async fn faces(&self, ids: BTreeSet<UserId>) -> Result<Vec<PersonView>, StoreError> {
        let (views, mut strangers) = self.people.views(&self.store, ids).await?;
        strangers.retain(|id| *id != EVERYBODY);
        if !strangers.is_empty() {
            self.engine.look_up(&strangers);
        }
        Ok(views)
    }

    /// Who is signed in.
    pub(crate) async fn me(&self) -> Result<PersonView, StoreError> {
        let me = self.store.me();
        let views = self.faces(BTreeSet::from([me])).await?;
        Ok(views
            .into_iter()
            .next()
            .unwrap_or_else(|| people::stranger(me)))
    }
}

fn total(counts: Option<&BTreeMap<DialogId, u32>>) -> u32 {
    counts
        .into_iter()
        .flat_map(BTreeMap::values)
        .fold(0, |sum, count| sum.saturating_add(*count))
}

/// The beginning of a text, on one line.
pub(crate) fn teaser(text: &str) -> String {
    let mut line = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        if count > 0 {
            line.push(' ');
            count += 1;
        }
        for character in word.chars() {
            if count >= TEASER {
                line.push('…');
                return line;
            }
            line.push(character);
            count += 1;
        }
    }
    line
}

/// Whether somebody is there.
pub(crate) fn presence_view((person, presence): (UserId, Presence)) -> PresenceView {
    PresenceView {
        person,
        is_online: presence.is_online,
        last_seen: presence.last_seen.map(Timestamp::millis),
    }
}

/// The connection, in the words of the screen.
pub(crate) fn link_view(link: &LinkState, needs_room: bool) -> LinkView {
    use kith_engine::LinkLost;

    use crate::view::LinkState as Shown;

    let plain = |state| LinkView {
        state,
        reason: None,
        retry_at: None,
        needs_room,
    };
    match link {
        LinkState::Connecting => plain(Shown::Connecting),
        LinkState::CatchingUp => plain(Shown::CatchingUp),
        LinkState::Online => plain(Shown::Online),
        LinkState::Refused => LinkView {
            reason: Some(LinkReason::SignInRefused),
            ..plain(Shown::Refused)
        },
        LinkState::Offline { reason, retry_at } => LinkView {
            state: Shown::Offline,
            reason: match reason {
                LinkLost::UnknownHost => Some(LinkReason::UnknownHost),
                LinkLost::Unreachable => Some(LinkReason::Unreachable),
                LinkLost::Certificate => Some(LinkReason::Certificate),
                LinkLost::SignInRefused => Some(LinkReason::SignInRefused),
                LinkLost::NotAChatServer => Some(LinkReason::NotAChatServer),
                LinkLost::Broken => Some(LinkReason::Broken),
                LinkLost::Stopped => None,
            },
            retry_at: retry_at.map(kith_model::Timestamp::millis),
            needs_room,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teaser_is_one_short_line() {
        assert_eq!(teaser("  a\n\n b\tc "), "a b c");
        assert_eq!(teaser(&"x".repeat(1_000_000)).chars().count(), TEASER + 1);
        assert_eq!(teaser("<b>bold</b>"), "<b>bold</b>", "markup is text");
    }
}
