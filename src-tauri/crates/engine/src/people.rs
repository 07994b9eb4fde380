//! Signing in for the first time, knowing people's names, finding people.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use kith_client::{AccountError, PeopleBy, ProfileUpdate, Rest, Secret};
use kith_model::{Clock, Connection, Person, UserId};

use crate::error::WorkError;
use crate::shared::Shared;
use crate::{Engine, EngineError};

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

impl Engine {
    /// Changes this person's own name or picture for everybody; `None` leaves
    /// it as it is. A picture comes as a `data:` address, and an empty text
    /// takes it away. Waits for the network.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for an empty name or what is no picture;
    /// [`EngineError::Offline`] and its relatives.
    pub async fn set_profile(
        &self,
        name: Option<&str>,
        picture: Option<&str>,
    ) -> Result<Person, EngineError> {
        let name = name.map(str::trim);
        if name.is_some_and(str::is_empty) {
            return Err(EngineError::InvalidInput);
        }
        let avatar = match picture {
            Some(picture) => Some(self.shared.store_picture(picture).await?),
            None => None,
        };
        let change = ProfileUpdate {
            full_name: name.map(str::to_owned),
            avatar,
            ..ProfileUpdate::default()
        };
        let rest = self.shared.rest().await?;
        let person = match rest.update_profile(self.me(), &change).await {
            Ok(profile) => profile.person,
            Err(AccountError::Client(error)) => return Err(error.into()),
            Err(_) => return Err(EngineError::InvalidInput),
        };
        self.shared
            .keep_people(std::slice::from_ref(&person))
            .await?;
        Ok(person)
    }
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

    pub(crate) async fn find_people_by(
        &self,
        by: PeopleBy,
        text: &str,
    ) -> Result<Vec<Person>, EngineError> {
        let text = text.trim();
        if text.is_empty() || !self.link.wire().is_up {
            return Ok(self.store.find_people(text, FOUND_HERE).await?);
        }
        let found = self.rest().await?.find_people_by(by, text).await?;
        self.keep_people(&found).await?;
        Ok(found)
    }

    /// Fetches everybody who is in a dialog and not known yet, whom a screen
    /// named meanwhile, and oneself.
    pub(crate) async fn fetch_unknown_people(&self) -> Result<(), WorkError> {
        self.look_up_strangers().await;
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
