//! One signed-in account: its engine, its store, and how their rows become
//! views.

mod people;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use kith_engine::{Engine, LinkState};
use kith_model::{DialogId, UserId};
use kith_store::{Account, DialogEntry, Store, StoreError, StoredMessage};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::view::{
    AttachmentView, DialogView, LastMessageView, LinkReason, LinkView, MessageView, PersonView,
    Rights, Role,
};
pub(crate) use people::People;

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
    /// How many messages wait to be read here, once that was counted.
    unread: OnceCell<AtomicU32>,
}

impl Session {
    pub(crate) fn new(account: Account, engine: Engine, store: Store, people: People) -> Self {
        Self {
            account,
            engine,
            store,
            people,
            stop: CancellationToken::new(),
            unread: OnceCell::new(),
        }
    }

    /// How many messages wait to be read here, as far as counted.
    pub(crate) async fn unread(&self) -> u32 {
        let count = || async { self.store.unread_total().await.map(AtomicU32::new) };
        match self.unread.get_or_try_init(count).await {
            Ok(unread) => unread.load(Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(%error, "the unread messages cannot be counted");
                0
            }
        }
    }

    /// Counts them again; says whether the number is another one.
    pub(crate) async fn recount(&self) -> Result<bool, StoreError> {
        let total = self.store.unread_total().await?;
        let unread = self
            .unread
            .get_or_init(|| async { AtomicU32::new(0) })
            .await;
        Ok(unread.swap(total, Ordering::Relaxed) != total)
    }

    /// Ends everything of this account and lets go of its file.
    pub(crate) async fn end(&self) {
        self.stop.cancel();
        self.engine.stop().await;
        self.store.close().await;
    }

    /// Who is signed in.
    pub(crate) async fn me(&self) -> Result<PersonView, StoreError> {
        let me = self.store.me();
        let views = self.people.views(&self.store, BTreeSet::from([me])).await?;
        Ok(views
            .into_iter()
            .next()
            .unwrap_or_else(|| people::stranger(me)))
    }

    /// Views of dialogs, and of the people whom they show.
    pub(crate) async fn dialog_views(
        &self,
        entries: &[DialogEntry],
    ) -> Result<(Vec<DialogView>, Vec<PersonView>), StoreError> {
        let me = self.store.me();
        let mut shown: BTreeSet<UserId> = entries
            .iter()
            .filter_map(|entry| entry.last.as_ref())
            .map(|last| last.message.sender)
            .collect();
        shown.extend(entries.iter().filter_map(|entry| entry.dialog.opponent(me)));
        let people = self.people.views(&self.store, shown).await?;
        let dialogs = entries
            .iter()
            .map(|entry| dialog_view(entry, me, &people))
            .collect();
        Ok((dialogs, people))
    }

    /// The dialogs in whose rows one of these people is named.
    pub(crate) async fn dialogs_showing(
        &self,
        people: &BTreeSet<UserId>,
    ) -> Result<Vec<DialogId>, StoreError> {
        let me = self.store.me();
        let is_shown = |entry: &DialogEntry| {
            let sender = entry.last.as_ref().map(|last| last.message.sender);
            sender.is_some_and(|sender| people.contains(&sender))
                || entry
                    .dialog
                    .opponent(me)
                    .is_some_and(|opponent| people.contains(&opponent))
        };
        let entries = self.store.dialogs().await?;
        Ok(entries
            .into_iter()
            .filter(is_shown)
            .map(|entry| entry.dialog.id)
            .collect())
    }
}

fn dialog_view(entry: &DialogEntry, me: UserId, people: &[PersonView]) -> DialogView {
    let dialog = &entry.dialog;
    let person = |id: UserId| people.iter().find(|person| person.id == id);
    let opponent = dialog.opponent(me);
    let other = opponent.and_then(person);
    let name = match (dialog.name.trim(), other) {
        ("", Some(other)) => other.name.clone(),
        (name, _) => name.to_owned(),
    };
    DialogView {
        id: dialog.id.clone(),
        kind: dialog.kind.into(),
        name,
        photo: crate::view::picture(dialog.photo.as_deref())
            .or_else(|| other.and_then(|other| other.avatar.clone())),
        opponent,
        occupant_count: u32::try_from(dialog.occupants.len()).unwrap_or(u32::MAX),
        last: entry.last.as_ref().map(|last| {
            let sender = last.message.sender;
            LastMessageView {
                id: last.message.id.clone(),
                sender,
                sender_name: person(sender)
                    .map(|person| person.name.clone())
                    .unwrap_or_default(),
                is_own: sender == me,
                text: teaser(&last.message.body),
                at: last.message.sent_at.millis(),
                delivery: last.delivery.into(),
                attachment: last
                    .message
                    .attachments
                    .first()
                    .map(|attachment| attachment.kind.into()),
            }
        }),
        draft: entry
            .draft
            .as_deref()
            .map(teaser)
            .filter(|draft| !draft.is_empty()),
        unread: entry.unread,
        description: dialog.description.clone(),
        role: Role::Member,
        rights: Rights {
            write: true,
            edit_info: false,
            add_people: false,
            remove_people: false,
            appoint_admins: false,
            pin: false,
            delete_any_message: false,
            delete_for_all: false,
            clear_for_all: false,
            leave: false,
        },
        muted_until: None,
        is_pinned: false,
        is_archived: false,
        is_marked_unread: false,
        mentions: 0,
        waiting: 0,
        is_joined: true,
        draft_at: None,
        sort_at: entry.sort_at.millis(),
    }
}

/// The beginning of a text, on one line.
fn teaser(text: &str) -> String {
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

/// A bubble.
pub(crate) fn message_view(stored: &StoredMessage, me: UserId) -> MessageView {
    let message = &stored.message;
    MessageView {
        id: message.id.clone(),
        dialog_id: message.dialog_id.clone(),
        sender: message.sender,
        is_own: message.sender == me,
        body: message.body.clone(),
        sent_at: message.sent_at.millis(),
        edited_at: message.edited_at.map(kith_model::Timestamp::millis),
        key: stored.spot().key(),
        delivery: stored.delivery.into(),
        failure: stored.failure.map(Into::into),
        attachments: message
            .attachments
            .iter()
            .map(AttachmentView::from)
            .collect(),
        reply: None,
        forward: None,
        reactions: Vec::new(),
        mentions: Vec::new(),
        mentions_me: false,
        is_pinned: false,
        is_silent: false,
        destroy_after: None,
        expires_at: None,
        claimed_at: None,
        system: None,
        deed: None,
    }
}

/// The connection, in the words of the screen.
pub(crate) fn link_view(link: &LinkState) -> LinkView {
    use kith_engine::LinkLost;

    use crate::view::LinkState as Shown;

    let plain = |state| LinkView {
        state,
        reason: None,
        retry_at: None,
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
