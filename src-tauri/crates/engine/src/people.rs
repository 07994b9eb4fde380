//! Signing in for the first time, knowing people's names, finding people, and
//! beginning to talk with them.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use kith_client::{Outgoing, Rest, Secret, SystemKind, SystemMessage};
use kith_model::{Clock, Connection, DialogId, DialogKind, Person, UserId};

use crate::EngineError;
use crate::error::WorkError;
use crate::shared::Shared;

/// So many people of those known here are answered without a link.
const FOUND_HERE: u32 = 50;
/// Names and pictures are taken for right for so long.
const PEOPLE_KEPT: i64 = 3600 * 1000;
/// So many people are asked about again, those of private dialogs first.
const PEOPLE_REFRESHED: u32 = 500;

/// Signs in once, to learn whose account a login is and whether the password
/// is right. Waits for the network. No engine is needed and none is started.
///
/// # Errors
/// [`EngineError::WrongPassword`], or why the server cannot be reached.
pub async fn sign_in(
    connection: &Connection,
    login: &str,
    secret: &Secret,
    clock: Arc<dyn Clock>,
) -> Result<Person, EngineError> {
    let rest = Rest::new(connection.clone(), clock)?;
    let signed_in = rest.sign_in(login, secret).await?;
    rest.sign_out().await;
    Ok(signed_in.person)
}

impl Shared {
    pub(crate) async fn find_people(&self, text: &str) -> Result<Vec<Person>, EngineError> {
        let text = text.trim();
        let here = || self.store.find_people(text, FOUND_HERE);
        if text.is_empty() || !self.link.wire().is_up {
            return Ok(here().await?);
        }
        let found = match self.rest().await {
            Ok(rest) => rest.find_people(text).await,
            Err(error) => Err(error),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(%error, "the directory could not be asked");
                return Ok(here().await?);
            }
        };
        // Kept, so that their names are known when a dialog with them is made.
        let mut write = self.store.write().await?;
        for person in &found {
            write.put_person(person).await?;
        }
        self.commit(write).await?;
        Ok(found)
    }

    pub(crate) async fn create_dialog(
        self: &Arc<Self>,
        kind: DialogKind,
        name: &str,
        people: &[UserId],
    ) -> Result<DialogId, EngineError> {
        let others: Vec<UserId> = people.iter().copied().filter(|id| *id != self.me).collect();
        let makes_sense = match kind {
            DialogKind::Private => others.len() == 1,
            DialogKind::Group => !others.is_empty() && !name.trim().is_empty(),
            DialogKind::Broadcast | DialogKind::Public => !name.trim().is_empty(),
        };
        if !makes_sense {
            return Err(EngineError::InvalidInput);
        }
        let state = self
            .rest()
            .await?
            .create_dialog(kind, name.trim(), &others)
            .await?;
        let id = state.dialog.id.clone();
        self.keep_dialog(&state.dialog).await?;
        for to in others {
            // The server tells nobody (`protocol/rest.md` §5.2). Who misses it
            // finds the dialog when they catch up.
            let told = self
                .chat
                .send(Outgoing::System {
                    to,
                    message: SystemMessage::new(SystemKind::DialogMade, id.clone()),
                })
                .await;
            if told.is_err() {
                break;
            }
        }
        self.fetch_dialog_soon(id.clone());
        Ok(id)
    }

    /// Fetches everybody who is in a dialog and not known yet, and oneself.
    pub(crate) async fn fetch_unknown_people(&self) -> Result<(), WorkError> {
        let mut ids: BTreeSet<UserId> =
            self.store.unknown_people(1000).await?.into_iter().collect();
        if self.store.person(self.me).await?.is_none() {
            ids.insert(self.me);
        }
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<UserId> = ids.into_iter().collect();
        let people = self.rest().await?.people(&ids).await?;
        let mut write = self.store.write().await?;
        for person in &people {
            write.put_person(person).await?;
        }
        self.commit(write).await?;
        Ok(())
    }

    /// Fetches names and pictures again that may have changed, once in a while.
    pub(crate) async fn refresh_people(&self) -> Result<(), WorkError> {
        let now = self.clock.now();
        let is_due = {
            let mut last = self
                .people_refreshed
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let is_due = last.is_none_or(|last| now.millis() - last.millis() > PEOPLE_KEPT);
            if is_due {
                *last = Some(now);
            }
            is_due
        };
        if !is_due {
            return Ok(());
        }
        let mut ids = self.store.everybody(PEOPLE_REFRESHED).await?;
        if !ids.contains(&self.me) {
            ids.push(self.me);
        }
        let people = self.rest().await?.people(&ids).await?;
        let mut write = self.store.write().await?;
        for person in &people {
            write.put_person(person).await?;
        }
        self.commit(write).await?;
        Ok(())
    }
}
