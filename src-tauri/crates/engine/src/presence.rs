//! Who is writing. In memory only: it is worth nothing a few seconds later.

use std::collections::BTreeMap;

use kith_client::{Outgoing, Recipient};
use kith_model::{DialogId, Timestamp, UserId};
use kith_store::Addressee;

use crate::changes::Change;
use crate::shared::Shared;
use crate::task::until;

/// Some apps repeat themselves while somebody writes and some do not; who has
/// been silent for so long has stopped.
const BELIEVED_FOR: i64 = 30_000;
/// Telling others that one writes is repeated after so long.
const REPEATED_AFTER: i64 = 4_000;

/// Who writes where, and what was told of oneself.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    others: BTreeMap<DialogId, BTreeMap<UserId, Timestamp>>,
    told: BTreeMap<DialogId, Timestamp>,
}

impl Typing {
    fn people(&self, dialog: &DialogId) -> Vec<UserId> {
        self.others
            .get(dialog)
            .map(|people| people.keys().copied().collect())
            .unwrap_or_default()
    }

    /// Takes in that somebody writes or has stopped; says whether that is news.
    pub(crate) fn hear(
        &mut self,
        dialog: &DialogId,
        by: UserId,
        is_typing: bool,
        now: Timestamp,
    ) -> bool {
        if is_typing {
            let until = Timestamp::from_millis(now.millis() + BELIEVED_FOR);
            self.others
                .entry(dialog.clone())
                .or_default()
                .insert(by, until)
                .is_none()
        } else if let Some(people) = self.others.get_mut(dialog) {
            let was_there = people.remove(&by).is_some();
            if people.is_empty() {
                self.others.remove(dialog);
            }
            was_there
        } else {
            false
        }
    }

    /// Forgets who has not repeated it in time; answers where that made a
    /// difference, and when to look again.
    pub(crate) fn expire(&mut self, now: Timestamp) -> (Vec<DialogId>, Option<Timestamp>) {
        let mut gone = Vec::new();
        self.others.retain(|dialog, people| {
            let before = people.len();
            people.retain(|_, until| *until > now);
            if people.len() < before {
                gone.push(dialog.clone());
            }
            !people.is_empty()
        });
        let next = self
            .others
            .values()
            .flat_map(BTreeMap::values)
            .min()
            .copied();
        (gone, next)
    }

    /// Whether others are to be told now that this person writes or stopped.
    pub(crate) fn is_worth_telling(
        &mut self,
        dialog: &DialogId,
        is_typing: bool,
        now: Timestamp,
    ) -> bool {
        if !is_typing {
            return self.told.remove(dialog).is_some();
        }
        let is_due = self
            .told
            .get(dialog)
            .is_none_or(|told| now.millis() - told.millis() >= REPEATED_AFTER || told > &now);
        if is_due {
            self.told.insert(dialog.clone(), now);
        }
        is_due
    }
}

impl Shared {
    /// Who writes, in all dialogs where somebody does.
    pub(crate) fn typing_now(&self) -> Vec<(DialogId, Vec<UserId>)> {
        let typing = self.lock_typing();
        typing
            .others
            .keys()
            .map(|dialog| (dialog.clone(), typing.people(dialog)))
            .collect()
    }

    /// Takes in that somebody writes or has stopped.
    pub(crate) async fn hear_typing(&self, dialog: Option<DialogId>, by: UserId, is_typing: bool) {
        if by == self.me {
            return;
        }
        let dialog = match dialog {
            Some(dialog) => dialog,
            // In a private dialog the server need not tell which one.
            None => match self.store.private_dialog_with(by).await {
                Ok(Some(dialog)) => dialog,
                _ => return,
            },
        };
        self.note_typing(&dialog, by, is_typing);
    }

    pub(crate) fn note_typing(&self, dialog: &DialogId, by: UserId, is_typing: bool) {
        let mut typing = self.lock_typing();
        if typing.hear(dialog, by, is_typing, self.clock.now()) {
            let people = typing.people(dialog);
            drop(typing);
            self.hub.tell(vec![Change::Typing {
                dialog: dialog.clone(),
                people,
            }]);
        }
        self.typing_wake.notify_one();
    }

    /// Lets typing run out.
    pub(crate) async fn watch_typing(&self) {
        loop {
            let now = self.clock.now();
            let (gone, next) = {
                let mut typing = self.lock_typing();
                let (gone, next) = typing.expire(now);
                let gone: Vec<Change> = gone
                    .into_iter()
                    .map(|dialog| Change::Typing {
                        people: typing.people(&dialog),
                        dialog,
                    })
                    .collect();
                (gone, next)
            };
            self.hub.tell(gone);
            match next {
                Some(next) => tokio::select! {
                    () = tokio::time::sleep(until(now, next)) => {}
                    () = self.typing_wake.notified() => {}
                },
                None => self.typing_wake.notified().await,
            }
        }
    }

    /// Tells the others in a dialog that this person writes or has stopped.
    /// Not worth waiting for a link.
    pub(crate) async fn tell_typing(&self, dialog: &DialogId, is_typing: bool) {
        // Without a link nothing counts as told, so that the first key after it is.
        if !self.link.wire().is_up
            || !self
                .lock_typing()
                .is_worth_telling(dialog, is_typing, self.clock.now())
        {
            return;
        }
        let is_told = match self.recipient(dialog).await {
            Ok(Some(to)) => {
                let typing = Outgoing::Typing { to, is_typing };
                self.chat.send(typing).await.is_ok()
            }
            // A dialog that is still being fetched: the next key tells it.
            Ok(None) | Err(_) => false,
        };
        if is_typing && !is_told {
            self.lock_typing().told.remove(dialog);
        }
    }

    /// Where something for a dialog goes; `None` when nobody is known there.
    pub(crate) async fn recipient(
        &self,
        dialog: &DialogId,
    ) -> Result<Option<Recipient>, kith_store::StoreError> {
        let dialog = dialog.clone();
        Ok(match self.store.addressee(&dialog).await? {
            Addressee::Person(user) => Some(Recipient::Private { user, dialog }),
            Addressee::Room => Some(Recipient::Room { dialog }),
            Addressee::Unknown | Addressee::Gone => None,
        })
    }
}
