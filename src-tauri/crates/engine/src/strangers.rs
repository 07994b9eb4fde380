//! People of whom only the number is known. The server does not tell who is in
//! a public dialog or in a channel, so whoever writes there is a stranger until
//! the directory is asked. That is done for those whom a screen names, once,
//! and in the background; what it answers is told as any change of a person.

use std::collections::BTreeSet;
use std::sync::{Arc, MutexGuard, PoisonError};

use kith_model::UserId;

use crate::Engine;
use crate::error::WorkError;
use crate::shared::Shared;

/// So many are asked about at once.
const AT_ONCE: usize = 100;

/// Whom the directory is to be asked about.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    /// Not asked about yet.
    waiting: BTreeSet<UserId>,
    /// Being asked about.
    asked: BTreeSet<UserId>,
    /// The directory does not know them: they are gone.
    in_vain: BTreeSet<UserId>,
    /// Somebody asks until nobody waits.
    is_asking: bool,
}

impl Strangers {
    /// A screen names these. Says whether somebody has to begin to ask.
    fn meet(&mut self, people: &[UserId], can_ask: bool) -> bool {
        let new = people
            .iter()
            .filter(|id| !self.in_vain.contains(id) && !self.asked.contains(id));
        self.waiting.extend(new.copied());
        let begins = can_ask && !self.is_asking && !self.waiting.is_empty();
        self.is_asking |= begins;
        begins
    }

    /// The next ones to ask about. When there are none the asking has ended.
    fn next(&mut self) -> Vec<UserId> {
        self.asked = self.waiting.iter().take(AT_ONCE).copied().collect();
        self.waiting.retain(|id| !self.asked.contains(id));
        self.is_asking = !self.asked.is_empty();
        self.asked.iter().copied().collect()
    }

    /// The directory knows these of those who were asked about.
    fn answered(&mut self, known: &BTreeSet<UserId>) {
        let asked = std::mem::take(&mut self.asked);
        self.in_vain.extend(asked.difference(known));
    }

    /// The directory could not be asked; it is when there is a link again.
    fn failed(&mut self) {
        self.waiting.append(&mut self.asked);
        self.is_asking = false;
    }
}

impl Engine {
    /// A screen names these people, and nothing is known of them. They are
    /// looked up in the background, now or when there is a link.
    pub fn look_up(&self, people: &[UserId]) {
        let shared = &self.shared;
        let can_ask = shared.link.wire().is_up;
        if shared.lock_strangers().meet(people, can_ask) {
            let asking = Arc::clone(shared);
            shared
                .tasks
                .once("names", async move { asking.ask_about_strangers().await });
        }
    }
}

impl Shared {
    fn lock_strangers(&self) -> MutexGuard<'_, Strangers> {
        self.strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks up whom screens named while nobody could be asked.
    pub(crate) async fn look_up_strangers(&self) {
        let begins = self.lock_strangers().meet(&[], true);
        if begins {
            self.ask_about_strangers().await;
        }
    }

    async fn ask_about_strangers(&self) {
        loop {
            let asked = self.lock_strangers().next();
            if asked.is_empty() {
                return;
            }
            match self.learn_of(&asked).await {
                Ok(known) => self.lock_strangers().answered(&known),
                Err(error) => {
                    tracing::debug!(%error, "names are not known yet");
                    self.lock_strangers().failed();
                    return;
                }
            }
        }
    }

    async fn learn_of(&self, people: &[UserId]) -> Result<BTreeSet<UserId>, WorkError> {
        let found = self.rest().await?.people(people).await?;
        self.keep_people(&found).await?;
        Ok(found.iter().map(|person| person.id).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_asked_about_once() {
        let [ada, bob, carl] = [1, 2, 3].map(UserId);
        let mut strangers = Strangers::default();
        assert!(!strangers.meet(&[ada], false), "nobody can be asked");
        assert!(strangers.meet(&[bob], true));
        assert!(!strangers.meet(&[carl], true), "somebody asks already");
        assert_eq!(strangers.next(), [ada, bob, carl]);
        assert!(!strangers.meet(&[ada], true), "she is being asked about");
        strangers.answered(&BTreeSet::from([ada, bob]));
        assert!(strangers.next().is_empty());
        assert!(!strangers.meet(&[carl], true), "nobody knows them");
        assert!(strangers.meet(&[ada], true), "the store has lost them");
        assert_eq!(strangers.next(), [ada]);
        strangers.failed();
        assert!(strangers.meet(&[], true), "once more");
        assert_eq!(strangers.next(), [ada]);
    }
}
