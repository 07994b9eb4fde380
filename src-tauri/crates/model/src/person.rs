//! A person, as the directory shows them.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, UserId};

/// A user of the application (`protocol/rest.md` §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// The name to show; empty when the directory has none.
    pub full_name: String,
    /// The login, when the directory tells it.
    pub login: Option<String>,
    /// A picture: a blob's uid, a `data:` address or a web address.
    pub avatar: Option<String>,
    /// When they last used the application, if told.
    pub last_seen: Option<Timestamp>,
}

impl Person {
    /// The name to show, which is never empty.
    #[must_use]
    pub fn display_name(&self) -> String {
        let name = self.full_name.trim();
        match (name.is_empty(), self.login.as_deref().map(str::trim)) {
            (false, _) => name.to_owned(),
            (true, Some(login)) if !login.is_empty() => login.to_owned(),
            (true, _) => format!("User {}", self.id),
        }
    }
}
