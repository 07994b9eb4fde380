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
    /// An e-mail address, when the directory tells it.
    pub email: Option<String>,
    /// A picture: a blob's uid, a `data:` address or a web address.
    pub avatar: Option<String>,
    /// Words by which the application groups its people.
    pub tags: Vec<String>,
    /// When they last used the application, if told.
    pub last_seen: Option<Timestamp>,
}

/// What else the directory tells of a person, mostly of oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The person.
    pub person: Person,
    /// A telephone number.
    pub phone: Option<String>,
    /// A web address.
    pub website: Option<String>,
    /// The number or name by which another system knows the person.
    pub external_id: Option<String>,
    /// Whatever the application keeps with the person, as text.
    pub custom_data: Option<String>,
    /// Minutes east of Greenwich.
    pub timezone: Option<i32>,
    /// A guest, whose account ends after a day (`protocol/rest.md` §3.1).
    pub is_guest: bool,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
}

impl Person {
    /// Somebody of whom only the id is known.
    #[must_use]
    pub const fn new(id: UserId) -> Self {
        Self {
            id,
            full_name: String::new(),
            login: None,
            email: None,
            avatar: None,
            tags: Vec::new(),
            last_seen: None,
        }
    }

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
