//! Changing messages over REST (`protocol/rest.md` §6.3 to §6.8).

use std::collections::BTreeMap;

use kith_model::{Attachment, DialogId, Message, MessageId, Properties, UserId};
use kith_wire::rest as wire;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::leaving::force;
use super::{IDS, Query, Rest, joined, pair};
use crate::event::SystemMessage;
use crate::{ClientError, convert};

/// What became of deleting messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deletion {
    /// They are gone.
    pub deleted: Vec<MessageId>,
    /// They were not there.
    pub not_found: Vec<MessageId>,
    /// This account may not.
    pub refused: Vec<MessageId>,
}

/// A message that is stored without the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStoredMessage {
    /// In which dialog.
    pub dialog: DialogId,
    /// Its id, if the server lets the caller choose it.
    pub id: Option<MessageId>,
    /// The text.
    pub body: String,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// What the app adds.
    pub properties: Properties,
    /// Whether the server also sends it to who is online.
    pub send_to_chat: bool,
}

/// How many messages are unread (`protocol/rest.md` §6.7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// In all private and group dialogs.
    pub total: u32,
    /// In each of those that were asked for.
    pub dialogs: BTreeMap<DialogId, u32>,
}

impl Rest {
    /// Stores a message.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not write there.
    pub async fn create_message(&self, new: &NewStoredMessage) -> Result<Message, ClientError> {
        let body = wire::NewMessage {
            id: new.id.as_ref().map(ToString::to_string),
            chat_dialog_id: Some(new.dialog.to_string()),
            message: Some(new.body.clone()).filter(|body| !body.is_empty()),
            send_to_chat: new.send_to_chat,
            markable: true,
            attachments: convert::attachments(&new.attachments),
            custom: convert::custom(&new.properties),
            ..wire::NewMessage::default()
        };
        let made: wire::Message = self
            .put(Method::POST, "/chat/Message".into(), &body)
            .await?;
        convert::message(made, &new.dialog).ok_or(ClientError::NotAServer)
    }

    /// Changes the text of an own message. The platform tells nobody: the
    /// others hear of it through [`crate::Outgoing::Edit`].
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such message,
    /// [`ClientError::NotAllowed`] when it is somebody else's.
    pub async fn edit_message(
        &self,
        dialog: &DialogId,
        id: &MessageId,
        body: &str,
    ) -> Result<(), ClientError> {
        let change = wire::MessageChange {
            chat_dialog_id: dialog.to_string(),
            message: Some(body.to_owned()),
            ..wire::MessageChange::default()
        };
        self.send(Method::PUT, format!("/chat/Message/{id}"), &change)
            .await
            .map(drop)
    }

    /// Deletes messages for this account or, where it may, for everybody; then
    /// the server tells the others.
    ///
    /// # Errors
    /// As every call; what may not be deleted is no error.
    pub async fn delete_messages(
        &self,
        messages: &[MessageId],
        for_all: bool,
    ) -> Result<Deletion, ClientError> {
        let mut result = Deletion::default();
        for ids in messages.chunks(IDS) {
            let path = format!("/chat/Message/{}", joined(ids));
            match self.delete(path, force(for_all)).await {
                Ok(answer) if answer.is_empty() => result.deleted.extend_from_slice(ids),
                Ok(answer) => {
                    let body: wire::Deleted = answer.json()?;
                    result.deleted.extend(read(&body.successfully_deleted));
                    result.not_found.extend(read(&body.not_found));
                    result.refused.extend(read(&body.wrong_permissions));
                }
                Err(ClientError::Gone) => result.not_found.extend_from_slice(ids),
                Err(ClientError::NotAllowed) => result.refused.extend_from_slice(ids),
                Err(error) => return Err(error),
            }
        }
        Ok(result)
    }

    /// Adds a reaction of this account's, or takes one back, or both.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such message.
    pub async fn react(
        &self,
        id: &MessageId,
        add: Option<&str>,
        remove: Option<&str>,
    ) -> Result<(), ClientError> {
        let pairs = [("add", add), ("remove", remove)];
        let body: Map<String, Value> = pairs
            .into_iter()
            .filter_map(|(key, emoji)| Some((key.to_owned(), Value::from(emoji?))))
            .collect();
        self.send(Method::PUT, format!("/chat/Message/{id}/reactions"), &body)
            .await
            .map(drop)
    }

    /// Who reacted to a message, by emoji.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such message.
    pub async fn reactions(
        &self,
        id: &MessageId,
    ) -> Result<BTreeMap<String, Vec<UserId>>, ClientError> {
        let path = format!("/chat/Message/{id}/reactions");
        let found: wire::Reactors = self.get(&path, Vec::new()).await?;
        let people = |ids: Vec<u64>| ids.into_iter().filter(|id| *id > 0).map(UserId).collect();
        Ok(found
            .0
            .into_iter()
            .map(|(emoji, ids)| (emoji, people(ids)))
            .collect())
    }

    /// Marks messages of others as read by this account. Ids that the server
    /// does not know are passed over.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_read(&self, dialog: &DialogId, ids: &[MessageId]) -> Result<(), ClientError> {
        self.mark(dialog, ids, "read").await
    }

    /// Marks messages of others as delivered to this account. Ids that the
    /// server does not know are passed over.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_delivered(
        &self,
        dialog: &DialogId,
        ids: &[MessageId],
    ) -> Result<(), ClientError> {
        self.mark(dialog, ids, "delivered").await
    }

    /// Marks everything in a dialog as read by this account.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_all_read(&self, dialog: &DialogId) -> Result<(), ClientError> {
        let body = json!({ "chat_dialog_id": dialog.as_str(), "read": 1 });
        match self.send(Method::PUT, "/chat/Message".into(), &body).await {
            // So the platform answers for an empty dialog (`protocol/rest.md` §6.4).
            Ok(_) | Err(ClientError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn mark(
        &self,
        dialog: &DialogId,
        ids: &[MessageId],
        how: &str,
    ) -> Result<(), ClientError> {
        // Without an id the call would mean the whole dialog, which is why
        // there is none for no ids.
        for ids in ids.chunks(IDS) {
            let body = json!({ "chat_dialog_id": dialog.as_str(), how: 1 });
            let path = format!("/chat/Message/{}", joined(ids));
            match self.send(Method::PUT, path, &body).await {
                Ok(_) | Err(ClientError::Gone) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// How many messages are unread in all, and in each of these dialogs.
    ///
    /// # Errors
    /// As every call.
    pub async fn unread(&self, dialogs: &[DialogId]) -> Result<Unread, ClientError> {
        let mut result = Unread::default();
        let number = |n: i64| u32::try_from(n).unwrap_or_default();
        let mut rest = dialogs;
        loop {
            let (ids, next) = rest.split_at(rest.len().min(IDS));
            rest = next;
            let query: Query = (!ids.is_empty())
                .then(|| pair("chat_dialog_ids", joined(ids)))
                .into_iter()
                .collect();
            let found: wire::Unread = self.get("/chat/Message/unread", query).await?;
            result.total = number(found.total);
            for id in ids {
                let n = found.dialogs.get(id.as_str()).copied();
                result
                    .dialogs
                    .insert(id.clone(), number(n.unwrap_or_default()));
            }
            if rest.is_empty() {
                return Ok(result);
            }
        }
    }

    /// Has the server send a message from app to app (`protocol/rest.md` §6.6),
    /// where there is no stream to send it over.
    ///
    /// # Errors
    /// As every call.
    pub async fn send_system(
        &self,
        to: UserId,
        message: &SystemMessage,
    ) -> Result<(), ClientError> {
        let mut body = convert::system_fields(message);
        body.insert("recipientId".to_owned(), Value::from(to.0));
        self.send(Method::POST, "/chat/Message/system".into(), &body)
            .await
            .map(drop)
    }
}

fn read(ids: &wire::Ids) -> impl Iterator<Item = MessageId> {
    ids.ids.iter().filter_map(|id| id.parse().ok())
}
