//! Public dialogs: found, looked at, joined; and who is in a dialog.

use kith_model::{Dialog, DialogId, DialogKind, Message, Person, UserId};

use crate::{Engine, EngineError};

/// So many members are shown at once.
const MEMBERS: u32 = 100;

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

    /// Members of a dialog whose name contains `query`. Those of a group are
    /// known here; those of a public dialog are asked for, as far as needed.
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
            let mut occupants = self.shared.occupants.lock().await;
            occupants.turn_to(dialog, self.shared.clock.now());
            while let Some(from) = occupants.wants(query, skip, MEMBERS) {
                let rest = self.shared.rest().await?;
                let page = rest.public_occupants(dialog, from, MEMBERS).await?;
                self.shared.keep_people(&page).await?;
                occupants.add(page, MEMBERS);
            }
            let (people, has_more) = occupants.matching(query, skip, MEMBERS);
            return Ok(Members { people, has_more });
        }
        // SQLite compares capital letters of plain Latin only.
        let mut people = if query.is_ascii() {
            let store = self.store();
            store.members(dialog, query, skip, MEMBERS + 1).await?
        } else {
            let wanted = query.trim().to_lowercase();
            let everybody = self.store().members(dialog, "", 0, u32::MAX).await?;
            everybody
                .into_iter()
                .filter(|person| person.display_name().to_lowercase().contains(&wanted))
                .skip(usize::try_from(skip).unwrap_or(usize::MAX))
                .take(MEMBERS as usize + 1)
                .collect()
        };
        let has_more = people.len() > MEMBERS as usize;
        people.truncate(MEMBERS as usize);
        Ok(Members { people, has_more })
    }
}
