//! Who is in a dialog, and who may do more there (`protocol/rest.md` §5.4 to
//! §5.8).

use kith_model::{DialogId, Person, UserId};
use kith_wire::rest as wire;
use reqwest::Method;
use serde_json::json;

use super::dialogs::push_or_pull;
use super::{DialogState, PAGE, Rest, pair};
use crate::{ClientError, convert};

fn numbers(people: &[UserId]) -> Vec<u64> {
    people.iter().map(|id| id.0).collect()
}

impl Rest {
    /// Adds people to a group or public dialog.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not, or not there.
    pub async fn add_people(
        &self,
        dialog: &DialogId,
        people: &[UserId],
    ) -> Result<DialogState, ClientError> {
        self.set_people(dialog, people, true).await
    }

    /// Takes people out of a group or public dialog. Who takes out themselves
    /// leaves.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not, or not there.
    pub async fn remove_people(
        &self,
        dialog: &DialogId,
        people: &[UserId],
    ) -> Result<DialogState, ClientError> {
        self.set_people(dialog, people, false).await
    }

    async fn set_people(
        &self,
        dialog: &DialogId,
        people: &[UserId],
        on: bool,
    ) -> Result<DialogState, ClientError> {
        let change = wire::Change {
            occupants_ids: numbers(people),
            ..wire::Change::default()
        };
        self.change_dialog(dialog, "", &push_or_pull(change, on))
            .await
    }

    /// Makes people admins, or takes that from them. The owner's right; five
    /// admins at most (`protocol/rest.md` §5.5).
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not,
    /// [`ClientError::Rejected`] when there would be too many.
    pub async fn set_admins(
        &self,
        dialog: &DialogId,
        people: &[UserId],
        on: bool,
    ) -> Result<DialogState, ClientError> {
        let change = wire::Change {
            admins_ids: numbers(people),
            ..wire::Change::default()
        };
        self.change_dialog(dialog, "/admins", &push_or_pull(change, on))
            .await
    }

    /// Joins a public dialog.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when it is of another kind.
    pub async fn subscribe(&self, dialog: &DialogId) -> Result<DialogState, ClientError> {
        let path = format!("/chat/Dialog/{dialog}/subscribe");
        let joined: wire::Dialog = self.put(Method::POST, path, &json!({})).await?;
        convert::dialog(joined).ok_or(ClientError::NotAServer)
    }

    /// Leaves a public dialog. Not to be in it is the same.
    ///
    /// # Errors
    /// As every call.
    pub async fn unsubscribe(&self, dialog: &DialogId) -> Result<(), ClientError> {
        let path = format!("/chat/Dialog/{dialog}/subscribe");
        self.delete(path, Vec::new()).await.map(drop)
    }

    /// A page of those who are in a public dialog: at most a hundred.
    ///
    /// # Errors
    /// As every call.
    pub async fn public_occupants(
        &self,
        dialog: &DialogId,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<Person>, ClientError> {
        let limit = usize::try_from(limit).unwrap_or(PAGE).clamp(1, PAGE);
        let query = vec![pair("limit", limit), pair("skip", skip)];
        let path = format!("/chat/Dialog/{dialog}/occupants");
        let page: wire::Page<wire::User> = self.get(&path, query).await?;
        Ok(page
            .items
            .0
            .into_iter()
            .filter_map(convert::person)
            .collect())
    }

    /// Whether the server sends this account notifications of a dialog.
    ///
    /// # Errors
    /// As every call.
    pub async fn notifications(&self, dialog: &DialogId) -> Result<bool, ClientError> {
        let path = format!("/chat/Dialog/{dialog}/notifications");
        let body: wire::NotificationsBody = self.get(&path, Vec::new()).await?;
        Ok(body.notifications.enabled != 0)
    }

    /// Switches the notifications of a dialog on or off, and tells what holds
    /// then.
    ///
    /// # Errors
    /// As every call.
    pub async fn set_notifications(
        &self,
        dialog: &DialogId,
        on: bool,
    ) -> Result<bool, ClientError> {
        let path = format!("/chat/Dialog/{dialog}/notifications");
        let body = json!({ "enabled": i64::from(on) });
        let body: wire::NotificationsBody = self.put(Method::PUT, path, &body).await?;
        Ok(body.notifications.enabled != 0)
    }
}
