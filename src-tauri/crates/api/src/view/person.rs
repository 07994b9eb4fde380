//! A person, as the screen shows them.

use kith_model::{Person, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::picture::picture;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonView {
    /// Who.
    #[ts(type = "UserId")]
    pub id: UserId,
    /// The name to show, which is never empty.
    pub name: String,
    /// The login, when the directory tells it.
    pub login: Option<String>,
    /// A `data:image/…` address, or `uid:…` for the command `picture`, or nothing: then initials are drawn.
    pub avatar: Option<String>,
    /// When they last used the application, if told.
    #[ts(type = "Millis | null")]
    pub last_seen: Option<i64>,
}

impl From<&Person> for PersonView {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            name: person.display_name(),
            login: person.login.clone(),
            avatar: picture(person.avatar.as_deref()),
            last_seen: person.last_seen.map(kith_model::Timestamp::millis),
        }
    }
}

/// By what people are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindBy {
    /// The beginning of a name.
    Name,
    /// The login.
    Login,
    /// The address of their mailbox.
    Email,
    /// A tag.
    Tag,
}
