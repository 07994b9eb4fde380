//! Who is here, and when they were last.
//!
//! The people on screen are watched: the server tells when they come and go.
//! Without a link nobody is said to be here, because nobody knows. When
//! somebody was last seen is kept on disk with the person.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard, PoisonError};

use kith_client::Activity;
use kith_model::{Timestamp, UserId};

use crate::Engine;
use crate::changes::Change;
use crate::shared::Shared;

/// So many people are watched at once, at most.
const WATCHED: usize = 200;

/// Whether somebody is here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Presence {
    /// They are here now.
    pub is_online: bool,
    /// When they were last, where it is known.
    pub last_seen: Option<Timestamp>,
}

/// Who is watched, and what is known of them.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    people: BTreeSet<UserId>,
    known: BTreeMap<UserId, Presence>,
}

impl Engine {
    /// Those on screen, instead of those before. What is known of them comes
    /// with [`Change::Presence`].
    pub async fn watch_presence(&self, people: &[UserId]) {
        let me = self.me();
        let wanted: BTreeSet<UserId> = people
            .iter()
            .copied()
            .filter(|id| *id != me)
            .take(WATCHED)
            .collect();
        let (gone, new): (Vec<UserId>, Vec<UserId>) = {
            let mut watched = self.shared.lock_watched();
            let gone = watched.people.difference(&wanted).copied().collect();
            let new = wanted.difference(&watched.people).copied().collect();
            watched.known.retain(|id, _| wanted.contains(id));
            watched.people = wanted;
            (gone, new)
        };
        let shared = Arc::clone(&self.shared);
        self.shared.tasks.once("watch people", async move {
            for id in gone {
                shared.watch_person(id, false).await;
            }
            shared.look_after(&new).await;
        });
    }

    /// What is known of those who are watched.
    #[must_use]
    pub fn presence(&self) -> Vec<(UserId, Presence)> {
        let watched = self.shared.lock_watched();
        watched.known.iter().map(|(id, p)| (*id, *p)).collect()
    }
}

impl Shared {
    pub(crate) fn lock_watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn watch_person(&self, who: UserId, on: bool) {
        if let Err(error) = self.chat.watch(who, on).await {
            tracing::debug!(%error, "somebody cannot be watched now");
        }
    }

    /// Watches people and asks once how it stands.
    async fn look_after(&self, people: &[UserId]) {
        for who in people {
            if !self.link.wire().is_up {
                return;
            }
            self.watch_person(*who, true).await;
            match self.chat.last_activity(*who).await {
                Ok(activity) => self.hear_activity(*who, activity).await,
                Err(error) => tracing::debug!(%error, "nobody says when somebody was last here"),
            }
        }
    }

    /// The stream is a new one, which watches nobody yet.
    pub(crate) fn watch_again(self: &Arc<Self>) {
        let people: Vec<UserId> = self.lock_watched().people.iter().copied().collect();
        if people.is_empty() {
            return;
        }
        let shared = Arc::clone(self);
        self.tasks.once("watch people again", async move {
            shared.look_after(&people).await;
        });
    }

    /// Without a link nobody is known to be here.
    pub(crate) fn nobody_is_known_to_be_here(&self) {
        let now = self.clock.now();
        let changed: Vec<UserId> = {
            let mut watched = self.lock_watched();
            let here = watched.known.iter_mut().filter(|(_, p)| p.is_online);
            here.map(|(id, presence)| {
                *presence = Presence {
                    is_online: false,
                    last_seen: Some(now),
                };
                *id
            })
            .collect()
        };
        if !changed.is_empty() {
            self.hub.tell(vec![Change::Presence(changed)]);
        }
    }

    /// Takes in whether somebody is here.
    pub(crate) async fn hear_activity(&self, who: UserId, activity: Activity) {
        let now = self.clock.now();
        let presence = match activity {
            Activity::Online => Presence {
                is_online: true,
                last_seen: Some(now),
            },
            Activity::LastSeen(at) => Presence {
                is_online: false,
                last_seen: Some(at),
            },
        };
        {
            let mut watched = self.lock_watched();
            if !watched.people.contains(&who) {
                return;
            }
            let before = watched.known.insert(who, presence);
            let is_same = before
                .is_some_and(|before| before.is_online && presence.is_online || before == presence);
            if is_same {
                return;
            }
        }
        self.hub.tell(vec![Change::Presence(vec![who])]);
        let Some(at) = presence.last_seen else { return };
        let kept = async {
            let mut write = self.store.write().await?;
            write.last_seen(who, at).await?;
            self.commit(write).await
        };
        if let Err(error) = kept.await {
            self.met(&error);
            tracing::debug!(%error, "when somebody was here is not kept");
        }
    }
}
