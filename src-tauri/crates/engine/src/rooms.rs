//! Making, changing and leaving dialogs.
//!
//! All of this is the server's to decide, so it waits for the network and
//! nothing is shown before the server has agreed. The server tells nobody, so
//! whoever changes a dialog tells the others that are in it with a message
//! from app to app; who misses it finds out when they catch up.

use std::collections::BTreeMap;
use std::sync::Arc;

use kith_client::{ClientError, DialogState, Outgoing, SystemKind, SystemMessage};
use kith_model::{Dialog, DialogId, DialogKind, Message, Person, UserId};

use crate::error::WorkError;
use crate::shared::Shared;
use crate::{Engine, EngineError};

/// A name is no longer than this.
const LONGEST_NAME: usize = 200;
/// So many members are shown at once.
const MEMBERS: u32 = 100;

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

/// What became of deleting several dialogs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedDialogs {
    /// They are gone.
    pub deleted: Vec<DialogId>,
    /// This person may not.
    pub refused: Vec<DialogId>,
}

/// Some of the public dialogs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// The dialogs, and whether this person is in each.
    pub items: Vec<(Dialog, bool)>,
    /// Whether there are more.
    pub has_more: bool,
}

/// The last messages of a dialog that this person is not in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The messages, oldest first. They are kept nowhere.
    pub messages: Vec<Message>,
    /// Who wrote them.
    pub people: Vec<Person>,
}

/// Some of a dialog's members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// The people.
    pub people: Vec<Person>,
    /// Whether there are more.
    pub has_more: bool,
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
        let state = self
            .shared
            .rest()
            .await?
            .update_dialog(dialog, &change)
            .await?;
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
        let state = self.shared.rest().await?.add_people(dialog, people).await?;
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
        let state = self
            .shared
            .rest()
            .await?
            .remove_people(dialog, &people)
            .await?;
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
        let state = self
            .shared
            .rest()
            .await?
            .set_admins(dialog, &[person], on)
            .await?;
        self.changed(&state, &SystemKind::DialogChanged).await
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

    /// Clears the history of a dialog, for this person or for everybody.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`]; [`EngineError::Offline`] and its relatives.
    pub async fn clear_history(&self, dialog: &DialogId, for_all: bool) -> Result<(), EngineError> {
        self.shared
            .rest()
            .await?
            .clear_history(dialog, for_all)
            .await?;
        let mut write = self.shared.store.write().await?;
        write.clear(dialog).await?;
        self.shared.commit(write).await?;
        self.shared.leave_no_trace().await;
        if for_all && let Some(entry) = self.store().dialog(dialog).await? {
            self.shared
                .tell_others(&entry.dialog, &SystemKind::DialogChanged)
                .await;
        }
        Ok(())
    }

    /// Deletes dialogs, for this person or for everybody. This device keeps
    /// nothing of them.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives; what may not be deleted is
    /// no error.
    pub async fn delete_dialogs(
        &self,
        dialogs: &[DialogId],
        for_all: bool,
    ) -> Result<DeletedDialogs, EngineError> {
        let before = self.store().dialogs_by_id(dialogs).await?;
        let answer = self
            .shared
            .rest()
            .await?
            .delete_dialogs(dialogs, for_all)
            .await?;
        // What is not there any more is as good as deleted.
        let deleted: Vec<DialogId> = answer.deleted.into_iter().chain(answer.not_found).collect();
        let mut write = self.shared.store.write().await?;
        for id in &deleted {
            write.forget_dialog(id).await?;
        }
        self.shared.commit(write).await?;
        self.shared.leave_no_trace().await;
        for entry in before.iter().filter(|e| deleted.contains(&e.dialog.id)) {
            let is_told = match entry.dialog.kind {
                // Who deletes a group for themselves leaves it.
                DialogKind::Group => true,
                DialogKind::Private | DialogKind::Public | DialogKind::Broadcast => for_all,
            };
            if is_told {
                let kind = if for_all {
                    SystemKind::Removed
                } else {
                    SystemKind::PeopleRemoved(vec![self.me()])
                };
                self.shared.tell_others(&entry.dialog, &kind).await;
            }
        }
        Ok(DeletedDialogs {
            deleted,
            refused: answer.refused,
        })
    }

    /// Public dialogs by what is in their name, those that this person is not
    /// in among them where the server has a directory.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives.
    pub async fn directory(&self, query: &str, skip: u32) -> Result<Directory, EngineError> {
        let page = self.shared.rest().await?.directory(query, skip).await?;
        let ids: Vec<DialogId> = page
            .dialogs
            .iter()
            .map(|state| state.dialog.id.clone())
            .collect();
        let joined: Vec<DialogId> = self
            .store()
            .dialogs_by_id(&ids)
            .await?
            .into_iter()
            .filter(|entry| entry.is_joined)
            .map(|entry| entry.dialog.id)
            .collect();
        Ok(Directory {
            items: page
                .dialogs
                .into_iter()
                .map(|state| {
                    let is_joined = joined.contains(&state.dialog.id);
                    (state.dialog, is_joined)
                })
                .collect(),
            has_more: page.has_more,
        })
    }

    /// The last messages of a public dialog that allows it.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`] when it does not; [`EngineError::Offline`]
    /// and its relatives.
    pub async fn preview(&self, dialog: &DialogId) -> Result<Preview, EngineError> {
        let rest = self.shared.rest().await?;
        let mut messages = rest.preview(dialog).await?;
        messages.sort_by_key(Message::place);
        let mut senders: Vec<UserId> = messages.iter().map(|m| m.sender).collect();
        senders.sort();
        senders.dedup();
        let mut people = self.store().people(&senders).await?;
        let unknown: Vec<UserId> = senders
            .into_iter()
            .filter(|id| !people.iter().any(|person| person.id == *id))
            .collect();
        if !unknown.is_empty() {
            people.extend(rest.people(&unknown).await?);
        }
        Ok(Preview { messages, people })
    }

    /// Shows a public dialog that this person is not in, to look at it.
    ///
    /// # Errors
    /// [`EngineError::Gone`] when there is no such dialog;
    /// [`EngineError::Offline`] and its relatives.
    pub async fn open_public(&self, dialog: &DialogId) -> Result<DialogId, EngineError> {
        if self.store().dialog(dialog).await?.is_some() {
            return Ok(dialog.clone());
        }
        let state = self
            .shared
            .rest()
            .await?
            .public_dialog(dialog)
            .await?
            .ok_or(EngineError::Gone)?;
        let mut write = self.shared.store.write().await?;
        write.put_preview(&state.dialog).await?;
        self.shared.commit(write).await?;
        Ok(dialog.clone())
    }

    /// Joins a public dialog.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`] for a dialog of another kind;
    /// [`EngineError::Offline`] and its relatives.
    pub async fn join(&self, dialog: &DialogId) -> Result<DialogId, EngineError> {
        let state = self.shared.rest().await?.subscribe(dialog).await?;
        self.shared.keep_dialog_by(&state.dialog, None).await?;
        self.shared.fetch_dialog_soon(dialog.clone());
        Ok(dialog.clone())
    }

    /// Leaves a group or a public dialog. What was said there stays on this
    /// device only until the dialog is deleted.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a dialog that is not here,
    /// [`EngineError::NotAllowed`] for one that cannot be left;
    /// [`EngineError::Offline`] and its relatives.
    pub async fn leave(&self, dialog: &DialogId) -> Result<(), EngineError> {
        let entry = self
            .store()
            .dialog(dialog)
            .await?
            .ok_or(EngineError::NotFound)?;
        let me = self.me();
        let rest = self.shared.rest().await?;
        let left = match entry.dialog.kind {
            DialogKind::Public => rest.unsubscribe(dialog).await,
            // The answer need not describe a dialog that one is not in.
            DialogKind::Group => match rest.remove_people(dialog, &[me]).await {
                Ok(_) | Err(ClientError::NotAServer) => Ok(()),
                Err(error) => Err(error),
            },
            DialogKind::Private | DialogKind::Broadcast => return Err(EngineError::NotAllowed),
        };
        match left {
            Ok(()) | Err(ClientError::Gone) => {}
            Err(error) => return Err(error.into()),
        }
        let mut write = self.shared.store.write().await?;
        write.unlist(dialog).await?;
        self.shared.commit(write).await?;
        let kind = SystemKind::PeopleRemoved(vec![me]);
        self.shared.tell_others(&entry.dialog, &kind).await;
        Ok(())
    }

    /// Members of a dialog whose name contains `query`. Those of a group are
    /// known here; those of a public dialog are asked for.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives, for a public dialog.
    pub async fn members(
        &self,
        dialog: &DialogId,
        query: &str,
        skip: u32,
    ) -> Result<Members, EngineError> {
        let kind = self
            .store()
            .dialog(dialog)
            .await?
            .ok_or(EngineError::NotFound)?
            .dialog
            .kind;
        if kind == DialogKind::Public {
            let page = self
                .shared
                .rest()
                .await?
                .public_occupants(dialog, skip, MEMBERS)
                .await?;
            let has_more = page.len() >= MEMBERS as usize;
            self.shared.keep_people(&page).await?;
            let wanted = query.trim().to_lowercase();
            let people = page
                .into_iter()
                .filter(|person| person.display_name().to_lowercase().contains(&wanted))
                .collect();
            return Ok(Members { people, has_more });
        }
        let mut people = self
            .store()
            .members(dialog, query, skip, MEMBERS + 1)
            .await?;
        let has_more = people.len() > MEMBERS as usize;
        people.truncate(MEMBERS as usize);
        Ok(Members { people, has_more })
    }
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
    pub(crate) async fn tell_others(&self, dialog: &Dialog, kind: &SystemKind) {
        for to in without(&dialog.occupants, self.me) {
            let message = SystemMessage::new(kind.clone(), dialog.id.clone());
            if self.tell(to, message).await.is_err() {
                return;
            }
        }
    }

    /// A dialog is to be fetched because somebody says that they changed it.
    pub(crate) fn dialog_changed_by(self: &Arc<Self>, dialog: DialogId, by: UserId) {
        self.lock_changed_by().insert(dialog.clone(), by);
        self.fetch_dialog_soon(dialog);
    }
}
