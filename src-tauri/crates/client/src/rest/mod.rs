//! The REST half: one call, one answer (`protocol/rest.md`). It signs in again
//! by itself when the session runs out.

mod http;
mod session;
mod types;

use std::collections::BTreeSet;
use std::sync::Arc;

use kith_model::{
    Clock, Connection, DialogId, DialogKind, Message, MessageId, Person, Timestamp, UserId,
};
use kith_wire::rest as wire;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::json;

pub use types::{DialogState, HistoryQuery, LastMessage, SignedIn};

use self::http::{Http, Request};
use self::session::Session;
use crate::{ClientError, Secret, convert};

/// The platform's largest page (`protocol/README.md` §10).
const PAGE: usize = 100;
/// More pages than any account has; a server that always says "more" ends here.
const MAX_PAGES: usize = 1000;
/// So many message ids fit into an address.
const IDS: usize = 50;
/// The directory begins to search at so many characters.
const SEARCH_FROM: usize = 4;

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
        let http = Http::new(&connection)?;
        let session = Arc::new(Session::new(connection.app_id.0, &connection.auth_key));
        Ok(Self {
            http,
            session,
            clock,
        })
    }

    /// Signs in with a login or an e-mail address (`protocol/rest.md` §3.1).
    /// Token and credentials stay in memory, so that a session that ran out is
    /// renewed without asking, once for all calls that wait for it.
    ///
    /// # Errors
    /// [`ClientError::SignInRefused`] when login or password are wrong.
    pub async fn sign_in(&self, login: &str, password: &Secret) -> Result<SignedIn, ClientError> {
        let session = self
            .session
            .sign_in(&self.http, login.trim(), password)
            .await?
            .session;
        if let Some(person) = session.user.and_then(convert::person) {
            return Ok(SignedIn { person });
        }
        let mut people = self.people(&[UserId(session.user_id)]).await?;
        people
            .pop()
            .map(|person| SignedIn { person })
            .ok_or(ClientError::NotAServer)
    }

    /// Ends the session here and, if it can be reached, on the server.
    pub async fn sign_out(&self) {
        if let Some(token) = self.session.forget().await {
            let request = Request {
                method: Method::DELETE,
                path: "/session".into(),
                query: Vec::new(),
                body: None,
            };
            if let Err(error) = self.http.ask(&request, Some(&token)).await {
                tracing::debug!(%error, "the session ends here only; on the server it runs out by itself");
            }
        }
    }

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

    /// A page of history. It never marks anything as read. Fewer than
    /// `query.limit` messages mean that there are no more.
    ///
    /// # Errors
    /// [`ClientError::Gone`] or [`ClientError::NotAllowed`] when the dialog is
    /// not this account's; the platform answers either.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Vec<Message>, ClientError> {
        let wanted = usize::try_from(query.limit).unwrap_or(PAGE);
        let mut found = Vec::new();
        let mut skip = usize::try_from(query.skip).unwrap_or_default();
        // More than once only for more than a page, or where the server holds
        // records that are no messages to us.
        while found.len() < wanted {
            let limit = (wanted - found.len()).min(PAGE);
            let items = self
                .get::<wire::Page<wire::Message>>("/chat/Message", page_of(query, limit, skip))
                .await?
                .items
                .0;
            let n_items = items.len();
            found.extend(
                items
                    .into_iter()
                    .filter_map(|item| convert::message(item, &query.dialog)),
            );
            if n_items < limit {
                break;
            }
            skip += n_items;
        }
        Ok(found)
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
        let mut found = Vec::new();
        for ids in ids.chunks(IDS) {
            let query = vec![
                pair("chat_dialog_id", dialog),
                pair("_id[in]", joined(ids)),
                pair("limit", PAGE),
                pair("mark_as_read", 0),
            ];
            let page: wire::Page<wire::Message> = self.get("/chat/Message", query).await?;
            let messages = page
                .items
                .0
                .into_iter()
                .filter_map(|item| convert::message(item, dialog));
            found.extend(messages.filter(|message| ids.contains(&message.id)));
        }
        Ok(found)
    }

    /// Those of the people whom the directory knows, asked for by the hundred.
    ///
    /// # Errors
    /// As every call.
    pub async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, ClientError> {
        let mut found = Vec::new();
        for ids in ids.chunks(PAGE) {
            let mut query: Query = ids.iter().map(|id| pair("id[in][]", id)).collect();
            query.push(pair("limit", PAGE));
            let page: wire::Page<wire::User> = self.get("/users/v2", query).await?;
            found.extend(page.items.0.into_iter().filter_map(convert::person));
        }
        Ok(found)
    }

    /// People whose name or login fits `text`. The platform's directory
    /// searches for beginnings, from four characters on, and returns five; for
    /// less text, and where it finds nothing, this looks for `text` anywhere in
    /// the names that the directory lists, if it lists any.
    ///
    /// # Errors
    /// As every call.
    pub async fn find_people(&self, text: &str) -> Result<Vec<Person>, ClientError> {
        let text = text.trim();
        let mut found: Vec<Person> = Vec::new();
        if text.chars().count() >= SEARCH_FROM {
            for field in ["full_name", "login"] {
                let query = vec![pair(format!("{field}[start_with]"), text), pair("limit", 5)];
                let page: wire::Page<wire::User> = self.get("/users/v2", query).await?;
                found.extend(page.items.0.into_iter().filter_map(convert::person));
            }
        }
        if found.is_empty() {
            let wanted = text.to_lowercase();
            let fits = |person: &Person| {
                let login = person.login.as_deref().unwrap_or_default();
                person.full_name.to_lowercase().contains(&wanted)
                    || login.to_lowercase().contains(&wanted)
            };
            found = self
                .listed_people()
                .await?
                .into_iter()
                .filter(fits)
                .collect();
        }
        found.sort_by_cached_key(|person| (person.display_name().to_lowercase(), person.id));
        found.dedup_by_key(|person| person.id);
        Ok(found)
    }

    /// The first page of the old listing of users (`protocol/rest.md` §4, V1),
    /// which an administrator may have switched off.
    async fn listed_people(&self) -> Result<Vec<Person>, ClientError> {
        let query = vec![pair("page", 1), pair("per_page", PAGE)];
        match self.get::<wire::Page<wire::User>>("/users", query).await {
            Ok(page) => Ok(page
                .items
                .0
                .into_iter()
                .filter_map(convert::person)
                .collect()),
            Err(ClientError::NotAllowed | ClientError::Gone | ClientError::Rejected(_)) => {
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
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
        let new = wire::NewDialog {
            kind: kind.number(),
            name: (kind != DialogKind::Private).then(|| name.to_owned()),
            occupants_ids: people.iter().map(|id| id.0).collect(),
            ..wire::NewDialog::default()
        };
        let body = serde_json::to_value(&new).map_err(|_| ClientError::NotAServer)?;
        let request = Request::with_body(Method::POST, "/chat/Dialog", body);
        let made: wire::Dialog = self.session.ask(&self.http, &request).await?.json()?;
        convert::dialog(made).ok_or(ClientError::NotAServer)
    }

    /// Marks messages of others as read by this account. Ids that the server
    /// does not know are passed over.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_read(&self, dialog: &DialogId, ids: &[MessageId]) -> Result<(), ClientError> {
        // Without an id the call would mean the whole dialog, which is why
        // there is none for no ids.
        for ids in ids.chunks(IDS) {
            let body = json!({ "chat_dialog_id": dialog.as_str(), "read": 1 });
            let request =
                Request::with_body(Method::PUT, format!("/chat/Message/{}", joined(ids)), body);
            match self.session.ask(&self.http, &request).await {
                Ok(_) | Err(ClientError::Gone) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The time that this account goes by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: Query) -> Result<T, ClientError> {
        self.session
            .ask(&self.http, &Request::get(path, query))
            .await?
            .json()
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

fn page_of(query: &HistoryQuery, limit: usize, skip: usize) -> Query {
    let mut pairs = vec![
        pair("chat_dialog_id", &query.dialog),
        pair(
            if query.newest_first {
                "sort_desc"
            } else {
                "sort_asc"
            },
            "date_sent",
        ),
        pair("limit", limit),
        pair("skip", skip),
        // Reading history must never count as reading.
        pair("mark_as_read", 0),
    ];
    let bounds = [
        ("date_sent[lte]", query.sent_before),
        ("date_sent[gte]", query.sent_after),
        (
            "updated_at[gte]",
            query.updated_after.map(Timestamp::seconds),
        ),
    ];
    pairs.extend(
        bounds
            .into_iter()
            .filter_map(|(key, bound)| Some(pair(key, bound?))),
    );
    pairs
}

#[cfg(test)]
#[path = "rest_tests.rs"]
mod tests;
