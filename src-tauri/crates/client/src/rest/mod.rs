//! The REST half: one call, one answer (`protocol/rest.md`). It signs in again
//! by itself when the session runs out.

mod account;
mod count;
mod dialogs;
mod directory;
mod files;
mod history;
mod http;
mod leaving;
mod members;
mod messages;
mod people;
mod records;
mod search;
mod session;
mod transfer;

use std::sync::Arc;

use kith_model::{Clock, Connection};
use kith_wire::rest as wire;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use account::{AccountError, NewAccount, ProfileUpdate, SignedIn};
pub use dialogs::{DialogState, DialogUpdate, LastMessage, NewDialog};
pub use directory::{DialogFilter, DialogPage, DialogSort};
pub use files::{NewFile, StoredFile};
pub use history::{HistoryQuery, MessageFilter};
pub use leaving::DialogDeletion;
pub use messages::{Deletion, NewStoredMessage, Unread};
pub use people::PeopleBy;
pub use records::{Record, RecordPage, ReportError};
pub use search::{SearchError, SearchQuery, SearchResult, SearchRule};
pub use session::{Provider, SignIn};
pub use transfer::{Progress, TransferError};

use self::http::{Answer, Http, Request};
use self::session::Session;
use crate::{ClientError, Proxy};

/// The platform's largest page (`protocol/README.md` §10).
const PAGE: usize = 100;
/// So many ids fit into an address.
const IDS: usize = 50;
/// More pages than any account has; a server that always says "more" ends here.
const MAX_PAGES: usize = 1000;

/// The REST half of one account on one server. Cheap to clone; all clones share
/// the session.
#[derive(Debug, Clone)]
pub struct Rest {
    http: Http,
    session: Arc<Session>,
    clock: Arc<dyn Clock>,
}

type Query = Vec<(String, String)>;

fn pair(key: impl Into<String>, value: impl ToString) -> (String, String) {
    (key.into(), value.to_string())
}

fn joined(ids: &[impl ToString]) -> String {
    ids.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

impl Rest {
    /// Prepares calls to `connection`; nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::BadConnection`] when the address is none, when it is
    /// unprotected and not this machine's, or when the certificate cannot be
    /// read.
    pub fn new(connection: Connection, clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        Self::with_proxy(connection, clock, &Proxy::System)
    }

    /// The same, by another way out than the system's.
    ///
    /// # Errors
    /// As [`Rest::new`], and when the proxy's address cannot be used.
    pub fn with_proxy(
        connection: Connection,
        clock: Arc<dyn Clock>,
        proxy: &Proxy,
    ) -> Result<Self, ClientError> {
        let http = Http::new(&connection, Arc::clone(&clock), proxy)?;
        let session = Arc::new(Session::new(connection.app_id.0, &connection.auth_key));
        Ok(Self {
            http,
            session,
            clock,
        })
    }

    /// The time that this account goes by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// By so many milliseconds the server's clock is ahead of ours, as its last
    /// answer told, to the second; 0 while it has told nothing.
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        self.http.clock_offset()
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: Query) -> Result<T, ClientError> {
        self.session
            .ask(&self.http, &Request::get(path, query))
            .await?
            .json()
    }

    /// Sends a body and reads what is answered.
    async fn put<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        self.send(method, path, body).await?.json()
    }

    /// Sends a body; what is answered does not matter.
    async fn send(
        &self,
        method: Method,
        path: String,
        body: &impl Serialize,
    ) -> Result<Answer, ClientError> {
        let body = serde_json::to_value(body).map_err(|_| ClientError::NotAServer)?;
        let request = Request::with_body(method, path, body);
        self.session.ask(&self.http, &request).await
    }

    async fn delete(&self, path: String, query: Query) -> Result<Answer, ClientError> {
        self.session
            .ask(&self.http, &Request::delete(path, query))
            .await
    }

    async fn all_pages<T: DeserializeOwned>(
        &self,
        path: &str,
        query: Query,
    ) -> Result<Vec<T>, ClientError> {
        let mut found = Vec::new();
        for _ in 0..MAX_PAGES {
            let mut query = query.clone();
            query.extend([pair("limit", PAGE), pair("skip", found.len())]);
            let page: wire::Page<T> = self.get(path, query).await?;
            let n_items = page.items.0.len();
            found.extend(page.items.0);
            let total = page
                .total_entries
                .and_then(|total| usize::try_from(total).ok());
            let is_last = total.map_or(n_items < PAGE, |total| found.len() >= total);
            if n_items == 0 || is_last {
                break;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
#[path = "rest_tests.rs"]
mod tests;
