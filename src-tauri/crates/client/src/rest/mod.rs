//! The REST half: one call, one answer. It signs in again by itself when the
//! session runs out.

mod types;

use std::sync::Arc;

use kith_model::{
    Clock, Connection, DialogId, DialogKind, Message, MessageId, Person, Timestamp, UserId,
};

pub use types::{DialogState, HistoryQuery, LastMessage, SignedIn};

use crate::{ClientError, Secret};

/// The REST half of one account on one server. Cheap to clone; all clones share
/// the session.
#[derive(Debug, Clone)]
pub struct Rest {
    _connection: Arc<Connection>,
}

impl Rest {
    /// Prepares calls to `connection`; nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::BadConnection`] when the address is none or the
    /// certificate cannot be read.
    pub fn new(connection: Connection, clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        let _ = clock;
        Ok(Self {
            _connection: Arc::new(connection),
        })
    }

    /// Signs in with a login or an e-mail address (`protocol/rest.md` §3.1).
    /// Token and credentials stay in memory, so that a session that ran out is
    /// renewed without asking, once for all calls that wait for it.
    ///
    /// # Errors
    /// [`ClientError::SignInRefused`] when login or password are wrong.
    pub async fn sign_in(&self, login: &str, password: &Secret) -> Result<SignedIn, ClientError> {
        let _ = (login, password);
        Err(ClientError::Unreachable)
    }

    /// Ends the session here and, if it can be reached, on the server.
    pub async fn sign_out(&self) {}

    /// All dialogs, or those that changed after `updated_after`; all pages.
    ///
    /// # Errors
    /// As every call.
    pub async fn dialogs(
        &self,
        updated_after: Option<Timestamp>,
    ) -> Result<Vec<DialogState>, ClientError> {
        let _ = updated_after;
        Err(ClientError::Unreachable)
    }

    /// One dialog; `None` when this account is not in it or it does not exist.
    ///
    /// # Errors
    /// As every call.
    pub async fn dialog(&self, id: &DialogId) -> Result<Option<DialogState>, ClientError> {
        let _ = id;
        Err(ClientError::Unreachable)
    }

    /// A page of history. It never marks anything as read.
    ///
    /// # Errors
    /// [`ClientError::Gone`] or [`ClientError::NotAllowed`] when the dialog is
    /// not this account's; the platform answers either.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Vec<Message>, ClientError> {
        let _ = query;
        Err(ClientError::Unreachable)
    }

    /// Those of the messages that the server has, in no particular order. It
    /// never marks anything as read.
    ///
    /// # Errors
    /// As [`Rest::history`].
    pub async fn messages_by_id(
        &self,
        dialog: &DialogId,
        ids: &[MessageId],
    ) -> Result<Vec<Message>, ClientError> {
        let _ = (dialog, ids);
        Err(ClientError::Unreachable)
    }

    /// Those of the people whom the directory knows, asked for by the hundred.
    ///
    /// # Errors
    /// As every call.
    pub async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, ClientError> {
        let _ = ids;
        Err(ClientError::Unreachable)
    }

    /// People whose name or login begins with `text`. The platform's directory
    /// searches from four characters on and returns five; for less text, and
    /// where it finds nothing, this looks through what the directory lists.
    ///
    /// # Errors
    /// As every call.
    pub async fn find_people(&self, text: &str) -> Result<Vec<Person>, ClientError> {
        let _ = text;
        Err(ClientError::Unreachable)
    }

    /// Makes a dialog (`protocol/rest.md` §5.2). A private one that exists is
    /// returned as it is. `name` is ignored for private ones.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_dialog(
        &self,
        kind: DialogKind,
        name: &str,
        people: &[UserId],
    ) -> Result<DialogState, ClientError> {
        let _ = (kind, name, people);
        Err(ClientError::Unreachable)
    }

    /// Marks messages of others as read by this account.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_read(&self, dialog: &DialogId, ids: &[MessageId]) -> Result<(), ClientError> {
        let _ = (dialog, ids);
        Err(ClientError::Unreachable)
    }
}
