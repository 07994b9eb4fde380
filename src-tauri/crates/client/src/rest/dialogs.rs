//! Dialogs: listed, made and changed (`protocol/rest.md` §5).

use std::collections::{BTreeMap, BTreeSet};

use kith_model::{Delivery, Dialog, DialogId, DialogKind, MessageId, Timestamp, UserId};
use kith_wire::rest as wire;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{Rest, pair};
use crate::{ClientError, convert};

/// A dialog and what the server says of its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogState {
    /// The dialog.
    pub dialog: Dialog,
    /// Whether the account's notifications of it are off, when told.
    pub is_muted: Option<bool>,
    /// How many messages the server counts as unread by this account.
    pub unread: u32,
    /// Its newest message, if there is one.
    pub last_message: Option<LastMessage>,
}

/// What a dialog's entry tells of its newest message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// Which.
    pub id: MessageId,
    /// By whom, when told.
    pub sender: Option<UserId>,
    /// Its text; empty when it has none.
    pub body: String,
    /// When.
    pub sent_at: Timestamp,
    /// What became of it, if this account wrote it and the server tells.
    pub delivery: Option<Delivery>,
}

/// What a new dialog begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDialog {
    /// Of what kind.
    pub kind: DialogKind,
    /// Its name; a private one has none of its own.
    pub name: String,
    /// A line about it.
    pub description: String,
    /// A picture: the uid of a stored file, or an address.
    pub photo: String,
    /// Who is in it besides this account: one person in a private one.
    pub people: Vec<UserId>,
    /// Who may do more than others, five at most.
    pub admins: Vec<UserId>,
    /// Fields of the administrator's, three at most; others are dropped by the
    /// server without a word.
    pub extensions: BTreeMap<String, String>,
    /// Whether who is not in it may look at its last messages.
    pub allow_preview: bool,
}

impl NewDialog {
    /// One with a name and people.
    #[must_use]
    pub fn new(kind: DialogKind, name: &str, people: &[UserId]) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            description: String::new(),
            photo: String::new(),
            people: people.to_vec(),
            admins: Vec::new(),
            extensions: BTreeMap::new(),
            allow_preview: false,
        }
    }
}

/// What to change about a dialog: `None` leaves things as they are, an empty
/// text takes them away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialogUpdate {
    /// Its name, which cannot be taken away.
    pub name: Option<String>,
    /// A line about it.
    pub description: Option<String>,
    /// A picture: the uid of a stored file, or an address.
    pub photo: Option<String>,
    /// Fields of the administrator's, all of them anew; none at all takes away
    /// the old ones.
    pub extensions: Option<BTreeMap<String, String>>,
    /// Whether who is not in it may look at its last messages.
    pub allow_preview: Option<bool>,
}

fn texts(map: &BTreeMap<String, String>) -> Value {
    let pairs = map.iter();
    Value::Object(
        pairs
            .map(|(k, v)| (k.clone(), Value::from(v.as_str())))
            .collect(),
    )
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

impl Rest {
    /// All dialogs, or those that changed in the second of `updated_after` or
    /// later; all pages.
    ///
    /// # Errors
    /// As every call.
    pub async fn dialogs(
        &self,
        updated_after: Option<Timestamp>,
    ) -> Result<Vec<DialogState>, ClientError> {
        let mut query = Vec::new();
        if let Some(after) = updated_after {
            query.push(pair("updated_at[gte]", after.seconds()));
        }
        // The one order that does not change while the pages are fetched.
        query.push(pair("sort_asc", "created_at"));
        let found = self
            .all_pages::<wire::Dialog>("/chat/Dialog", query)
            .await?;
        let mut seen = BTreeSet::new();
        Ok(found
            .into_iter()
            .filter_map(convert::dialog)
            .filter(|state| seen.insert(state.dialog.id.clone()))
            .collect())
    }

    /// One dialog; `None` when this account is not in it or it does not exist.
    ///
    /// # Errors
    /// As every call.
    pub async fn dialog(&self, id: &DialogId) -> Result<Option<DialogState>, ClientError> {
        let query = vec![pair("_id", id), pair("limit", 1)];
        match self
            .get::<wire::Page<wire::Dialog>>("/chat/Dialog", query)
            .await
        {
            Ok(page) => Ok(page
                .items
                .0
                .into_iter()
                .filter_map(convert::dialog)
                .find(|state| state.dialog.id == *id)),
            Err(ClientError::Gone | ClientError::NotAllowed) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a dialog (`protocol/rest.md` §5.2). A private one that exists is
    /// returned as it is. `name` is ignored for private ones.
    ///
    /// # Errors
    /// As [`Rest::new_dialog`].
    pub async fn create_dialog(
        &self,
        kind: DialogKind,
        name: &str,
        people: &[UserId],
    ) -> Result<DialogState, ClientError> {
        self.new_dialog(&NewDialog::new(kind, name, people)).await
    }

    /// Makes a dialog (`protocol/rest.md` §5.2). A private one that exists is
    /// returned as it is. The server tells nobody.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] or [`ClientError::Rejected`] where the
    /// server lets people make none of that kind, as broadcasts.
    pub async fn new_dialog(&self, new: &NewDialog) -> Result<DialogState, ClientError> {
        let is_private = new.kind == DialogKind::Private;
        let has_extensions = !is_private && !new.extensions.is_empty();
        let body = wire::NewDialog {
            kind: new.kind.number(),
            name: (!is_private).then(|| new.name.clone()),
            occupants_ids: new.people.iter().map(|id| id.0).collect(),
            admins_ids: new.admins.iter().map(|id| id.0).collect(),
            description: some(&new.description),
            photo: some(&new.photo).filter(|_| !is_private),
            extensions: has_extensions.then(|| texts(&new.extensions)),
            permissions: new.allow_preview.then(|| json!({ "allow_preview": true })),
        };
        let made: wire::Dialog = self.put(Method::POST, "/chat/Dialog".into(), &body).await?;
        convert::dialog(made).ok_or(ClientError::NotAServer)
    }

    /// Changes what a dialog is called and shows (`protocol/rest.md` §5.4).
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not.
    pub async fn update_dialog(
        &self,
        id: &DialogId,
        change: &DialogUpdate,
    ) -> Result<DialogState, ClientError> {
        let text = |text: &Option<String>| text.as_deref().map(some);
        let mut other = Map::new();
        if let Some(extensions) = &change.extensions {
            let value = if extensions.is_empty() {
                Value::Null
            } else {
                texts(extensions)
            };
            other.insert("extensions".to_owned(), value);
        }
        if let Some(allow) = change.allow_preview {
            other.insert("permissions".to_owned(), json!({ "allow_preview": allow }));
        }
        let body = wire::DialogChange {
            name: change.name.clone().map(Some),
            description: text(&change.description),
            photo: text(&change.photo),
            other,
            ..wire::DialogChange::default()
        };
        self.change_dialog(id, "", &body).await
    }

    /// Pins messages, or takes pins off (`protocol/rest.md` §5.4).
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not.
    pub async fn pin(
        &self,
        id: &DialogId,
        messages: &[MessageId],
        on: bool,
    ) -> Result<DialogState, ClientError> {
        let change = wire::Change {
            pinned_messages_ids: messages.iter().map(ToString::to_string).collect(),
            ..wire::Change::default()
        };
        self.change_dialog(id, "", &push_or_pull(change, on)).await
    }

    pub(super) async fn change_dialog(
        &self,
        id: &DialogId,
        below: &str,
        body: &wire::DialogChange,
    ) -> Result<DialogState, ClientError> {
        let path = format!("/chat/Dialog/{id}{below}");
        let changed: wire::Dialog = self.put(Method::PUT, path, body).await?;
        convert::dialog(changed).ok_or(ClientError::NotAServer)
    }
}

pub(super) fn push_or_pull(change: wire::Change, push: bool) -> wire::DialogChange {
    let (push_all, pull_all) = if push {
        (Some(change), None)
    } else {
        (None, Some(change))
    };
    wire::DialogChange {
        push_all,
        pull_all,
        ..wire::DialogChange::default()
    }
}
