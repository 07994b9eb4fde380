//! Making and changing dialogs.
//!
//! All of this is the server's to decide, so it waits for the network and
//! nothing is shown before the server has agreed. The server tells nobody, so
//! whoever changes a dialog tells the others that are in it with a message
//! from app to app; who misses it finds out when they catch up.

use std::collections::BTreeMap;
use std::sync::Arc;

use kith_client::{ClientError, DialogState, Outgoing, SystemKind, SystemMessage};
use kith_model::{Dialog, DialogId, DialogKind, Person, UserId};

use crate::error::WorkError;
use crate::shared::Shared;
use crate::{Engine, EngineError};

/// What a message from app to app says beside, when a history was cleared.
const CLEARED: &str = "cleared";
/// So many of a public dialog are told one by one; the others find out when
/// they catch up.
const AUDIENCE: usize = 200;
/// A name is no longer than this.
const LONGEST_NAME: usize = 200;

/// A dialog to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDialog {
    /// Of what kind.
    pub kind: DialogKind,
    /// Its name; a private one has none of its own.
    pub name: String,
    /// Who is in it besides this person.
    pub people: Vec<UserId>,
    /// A line about it.
    pub description: String,
    /// A picture: a `data:` address, which is stored on the server, or a uid.
    pub photo: Option<String>,
    /// Fields of the application's administrator.
    pub extensions: BTreeMap<String, String>,
    /// Whether who is not in it may look at its last messages.
    pub allow_preview: bool,
}

/// What to change about a dialog; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialogUpdate {
    /// Its name.
    pub name: Option<String>,
    /// A line about it.
    pub description: Option<String>,
    /// A picture: a `data:` address, a uid, or nothing to take it away.
    pub photo: Option<String>,
    /// Fields of the application's administrator, all of them anew.
    pub extensions: Option<BTreeMap<String, String>>,
    /// Whether who is not in it may look at its last messages.
    pub allow_preview: Option<bool>,
}

impl Engine {
    /// Makes a dialog of which only name and people are said.
    ///
    /// # Errors
    /// As [`Engine::create_dialog_with`].
    pub async fn create_dialog(
        &self,
        kind: DialogKind,
        name: &str,
        people: &[UserId],
    ) -> Result<DialogId, EngineError> {
        self.create_dialog_with(NewDialog {
            kind,
            name: name.to_owned(),
            people: people.to_vec(),
            description: String::new(),
            photo: None,
            extensions: BTreeMap::new(),
            allow_preview: false,
        })
        .await
    }

    /// Makes a dialog, or finds the private one that exists, and tells the
    /// others.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for one without a name or anybody in it,
    /// [`EngineError::NotAllowed`] where people may make none of that kind;
    /// [`EngineError::Offline`] and its relatives.
    pub async fn create_dialog_with(&self, new: NewDialog) -> Result<DialogId, EngineError> {
        let shared = &self.shared;
        let others: Vec<UserId> = without(&new.people, self.me());
        let name = new.name.trim();
        let makes_sense = name.chars().count() <= LONGEST_NAME
            && match new.kind {
                DialogKind::Private => others.len() == 1,
                DialogKind::Group => !others.is_empty() && !name.is_empty(),
                DialogKind::Broadcast | DialogKind::Public => !name.is_empty(),
            };
        if !makes_sense {
            return Err(EngineError::InvalidInput);
        }
        let photo = match &new.photo {
            Some(photo) => shared.store_picture(photo).await?,
            None => String::new(),
        };
        let state = shared
            .rest()
            .await?
            .new_dialog(&kith_client::NewDialog {
                description: new.description.trim().to_owned(),
                photo,
                extensions: new.extensions,
                allow_preview: new.allow_preview,
                ..kith_client::NewDialog::new(new.kind, name, &others)
            })
            .await?;
        let id = state.dialog.id.clone();
        shared
            .keep_dialog_by(&state.dialog, Some(self.me()))
            .await?;
        for to in others {
            let made = SystemMessage::new(SystemKind::DialogMade, id.clone());
            if shared.tell(to, made).await.is_err() {
                break;
            }
        }
        shared.fetch_dialog_soon(id.clone());
        Ok(id)
    }

    /// Changes what a dialog is called and shows.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`] when this person may not,
    /// [`EngineError::InvalidInput`] for an empty name; [`EngineError::Offline`]
    /// and its relatives.
    pub async fn update_dialog(
        &self,
        dialog: &DialogId,
        update: DialogUpdate,
    ) -> Result<(), EngineError> {
        let name = update.name.map(|name| name.trim().to_owned());
        if name
            .as_ref()
            .is_some_and(|name| name.is_empty() || name.chars().count() > LONGEST_NAME)
        {
            return Err(EngineError::InvalidInput);
        }
        let photo = match update.photo {
            Some(photo) => Some(self.shared.store_picture(&photo).await?),
            None => None,
        };
        let change = kith_client::DialogUpdate {
            name,
            description: update.description.map(|text| text.trim().to_owned()),
            photo,
            extensions: update.extensions,
            allow_preview: update.allow_preview,
        };
        let rest = self.shared.rest().await?;
        let done = rest.update_dialog(dialog, &change).await;
        let state = self.allowed(dialog, done)?;
        self.changed(&state, &SystemKind::DialogChanged).await
    }

    /// Brings people into a dialog.
    ///
    /// # Errors
    /// As [`Engine::update_dialog`].
    pub async fn add_people(
        &self,
        dialog: &DialogId,
        people: &[UserId],
    ) -> Result<(), EngineError> {
        if people.is_empty() {
            return Err(EngineError::InvalidInput);
        }
        let done = self.shared.rest().await?.add_people(dialog, people).await;
        let state = self.allowed(dialog, done)?;
        self.shared
            .keep_dialog_by(&state.dialog, Some(self.me()))
            .await?;
        let others: Vec<UserId> = without(&state.dialog.occupants, self.me());
        for to in others {
            let kind = if people.contains(&to) {
                SystemKind::Added
            } else {
                SystemKind::PeopleAdded(people.to_vec())
            };
            if self
                .shared
                .tell(to, SystemMessage::new(kind, dialog.clone()))
                .await
                .is_err()
            {
                break;
            }
        }
        if let Err(error) = self.shared.fetch_unknown_people().await {
            tracing::debug!(%error, "names of new people are not known yet");
        }
        Ok(())
    }

    /// Takes people out of a dialog.
    ///
    /// # Errors
    /// As [`Engine::update_dialog`].
    pub async fn remove_people(
        &self,
        dialog: &DialogId,
        people: &[UserId],
    ) -> Result<(), EngineError> {
        let people = without(people, self.me());
        if people.is_empty() {
            return Err(EngineError::InvalidInput);
        }
        let rest = self.shared.rest().await?;
        let done = rest.remove_people(dialog, &people).await;
        let state = self.allowed(dialog, done)?;
        for to in &people {
            let removed = SystemMessage::new(SystemKind::Removed, dialog.clone());
            if self.shared.tell(*to, removed).await.is_err() {
                break;
            }
        }
        self.changed(&state, &SystemKind::PeopleRemoved(people))
            .await
    }

    /// Says who leads a dialog.
    ///
    /// # Errors
    /// As [`Engine::update_dialog`]; [`EngineError::InvalidInput`] also when
    /// there would be too many.
    pub async fn set_admin(
        &self,
        dialog: &DialogId,
        person: UserId,
        on: bool,
    ) -> Result<(), EngineError> {
        let rest = self.shared.rest().await?;
        let done = rest.set_admins(dialog, &[person], on).await;
        let state = self.allowed(dialog, done)?;
        self.changed(&state, &SystemKind::DialogChanged).await
    }

    /// What the server answered; where it refuses, a right was lost meanwhile,
    /// and what is held of the dialog is out of date.
    fn allowed(
        &self,
        dialog: &DialogId,
        answer: Result<DialogState, ClientError>,
    ) -> Result<DialogState, EngineError> {
        if matches!(answer, Err(ClientError::NotAllowed | ClientError::Gone)) {
            self.shared.fetch_dialog_soon(dialog.clone());
        }
        Ok(answer?)
    }

    async fn changed(&self, state: &DialogState, kind: &SystemKind) -> Result<(), EngineError> {
        self.shared
            .keep_dialog_by(&state.dialog, Some(self.me()))
            .await?;
        self.shared.tell_others(&state.dialog, kind).await;
        Ok(())
    }

    /// Whether the server notifies this person of a dialog. Asks it, and keeps
    /// the answer.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives.
    pub async fn notifications(&self, dialog: &DialogId) -> Result<bool, EngineError> {
        let on = self.shared.rest().await?.notifications(dialog).await?;
        self.keep_notifications(dialog, on).await
    }

    /// Sets whether the server notifies this person of a dialog.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives.
    pub async fn set_notifications(
        &self,
        dialog: &DialogId,
        on: bool,
    ) -> Result<bool, EngineError> {
        let rest = self.shared.rest().await?;
        let on = rest.set_notifications(dialog, on).await?;
        self.keep_notifications(dialog, on).await
    }

    async fn keep_notifications(&self, dialog: &DialogId, on: bool) -> Result<bool, EngineError> {
        let mut write = self.shared.store.write().await?;
        write.put_notifications(dialog, on).await?;
        self.shared.commit(write).await?;
        Ok(on)
    }
}

/// Who says that they changed a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChangedBy {
    pub(crate) by: UserId,
    /// By adding this person to it.
    pub(crate) has_added_me: bool,
    /// By clearing its history, so that what is held has to be compared.
    pub(crate) has_cleared: bool,
}

fn without(people: &[UserId], me: UserId) -> Vec<UserId> {
    people.iter().copied().filter(|id| *id != me).collect()
}

impl Shared {
    /// Keeps a dialog that the server told of, when it is known who changed it.
    pub(crate) async fn keep_dialog_by(
        &self,
        dialog: &Dialog,
        by: Option<UserId>,
    ) -> Result<(), kith_store::StoreError> {
        let mut write = self.store.write().await?;
        write.put_dialog_by(dialog, by).await?;
        self.commit(write).await
    }

    pub(crate) async fn keep_people(&self, people: &[Person]) -> Result<(), WorkError> {
        let mut write = self.store.write().await?;
        for person in people {
            write.put_person(person).await?;
        }
        self.commit(write).await?;
        Ok(())
    }

    /// Says something to one person's apps.
    async fn tell(&self, to: UserId, message: SystemMessage) -> Result<(), WorkError> {
        self.chat
            .send(Outgoing::System { to, message })
            .await
            .map_err(|_| WorkError::LinkChanged)
    }

    /// Tells everybody else in a dialog what happened to it, as far as it is
    /// known who is in it. Whoever is not reached finds out by themselves.
    pub(crate) async fn tell_others(self: &Arc<Self>, dialog: &Dialog, kind: &SystemKind) {
        let message = SystemMessage::new(kind.clone(), dialog.id.clone());
        self.tell_everybody(dialog, message).await;
    }

    /// Tells everybody else in a dialog that its history was cleared.
    pub(crate) async fn tell_cleared(self: &Arc<Self>, dialog: &Dialog) {
        let mut message = SystemMessage::new(SystemKind::DialogChanged, dialog.id.clone());
        message.properties.set(CLEARED, "1");
        self.tell_everybody(dialog, message).await;
    }

    async fn tell_everybody(self: &Arc<Self>, dialog: &Dialog, message: SystemMessage) {
        if dialog.kind != DialogKind::Public {
            self.tell_these(&dialog.occupants, &message).await;
            return;
        }
        // Nobody waits for the answer who these are.
        let (shared, dialog) = (Arc::clone(self), dialog.clone());
        self.tasks.once("tell a public dialog", async move {
            let people = shared.audience(&dialog).await;
            shared.tell_these(&people, &message).await;
        });
    }

    /// Who can be told that something happened to a dialog. Of a public one the
    /// server does not say who is in it, but who of them is here now; the others
    /// could not be told anyway.
    pub(crate) async fn audience(&self, dialog: &Dialog) -> Vec<UserId> {
        if dialog.kind != DialogKind::Public {
            return dialog.occupants.clone();
        }
        match self.chat.online_in(&dialog.id).await {
            Ok(online) => online.into_iter().take(AUDIENCE).collect(),
            Err(error) => {
                tracing::debug!(%error, "who is in a public dialog is not told");
                Vec::new()
            }
        }
    }

    /// Tells these people, as far as the link allows.
    pub(crate) async fn tell_these(&self, people: &[UserId], message: &SystemMessage) {
        for to in without(people, self.me) {
            if self.tell(to, message.clone()).await.is_err() {
                return;
            }
        }
    }

    /// A dialog is to be fetched because somebody says what they did to it.
    /// Whether it is so, the server tells.
    pub(crate) fn hear_of_dialog(
        self: &Arc<Self>,
        dialog: DialogId,
        by: UserId,
        message: &SystemMessage,
    ) {
        let changed = ChangedBy {
            by,
            has_added_me: message.kind == SystemKind::Added && by != self.me,
            has_cleared: message.properties.get(CLEARED).is_some(),
        };
        self.lock_changed_by().insert(dialog.clone(), changed);
        self.fetch_dialog_soon(dialog);
    }
}
