//! The people whom the screens name, kept as views, so that a patch does not
//! ask the store for the same face every time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kith_model::{Person, UserId};
use kith_store::{Store, StoreError};

use crate::view::PersonView;

/// The people whom the screens name.
#[derive(Debug, Default)]
pub(crate) struct People {
    known: Mutex<BTreeMap<UserId, PersonView>>,
}

impl People {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<UserId, PersonView>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps somebody who was learned of in another way than from the store.
    pub(crate) fn put(&self, person: &Person) {
        self.lock().insert(person.id, PersonView::from(person));
    }

    /// Lets go of everybody.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    /// Views of these people, and who among them is unknown and has nothing but
    /// a number.
    pub(super) async fn views(
        &self,
        store: &Store,
        ids: BTreeSet<UserId>,
    ) -> Result<(Vec<PersonView>, Vec<UserId>), StoreError> {
        let missing: Vec<UserId> = {
            let known = self.lock();
            ids.iter()
                .copied()
                .filter(|id| !known.contains_key(id))
                .collect()
        };
        if !missing.is_empty() {
            let found = store.people(&missing).await?;
            let mut known = self.lock();
            for person in &found {
                known.insert(person.id, PersonView::from(person));
            }
        }
        let known = self.lock();
        let strangers = missing.into_iter().filter(|id| !known.contains_key(id));
        let strangers = strangers.collect();
        let views = ids
            .into_iter()
            .map(|id| known.get(&id).cloned().unwrap_or_else(|| stranger(id)))
            .collect();
        Ok((views, strangers))
    }

    /// Reads these people anew. Answers those who look different now, and
    /// which of them a row of the list has to be drawn again for.
    pub(crate) async fn refresh(
        &self,
        store: &Store,
        ids: &[UserId],
    ) -> Result<(Vec<PersonView>, BTreeSet<UserId>), StoreError> {
        if ids.is_empty() {
            return Ok((Vec::new(), BTreeSet::new()));
        }
        let found = store.people(ids).await?;
        let mut changed = Vec::new();
        let mut renamed = BTreeSet::new();
        let mut known = self.lock();
        for person in &found {
            let view = PersonView::from(person);
            let old = known.insert(view.id, view.clone());
            if old.as_ref() == Some(&view) {
                continue;
            }
            let looks = |person: &PersonView| (person.name.clone(), person.avatar.clone());
            if old.as_ref().map(looks) != Some(looks(&view)) {
                renamed.insert(view.id);
            }
            changed.push(view);
        }
        Ok((changed, renamed))
    }
}

/// Somebody about whom nothing is known.
pub(super) fn stranger(id: UserId) -> PersonView {
    PersonView::from(&Person::new(id))
}
