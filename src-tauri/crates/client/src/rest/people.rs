//! The directory of people (`protocol/rest.md` §4).

use kith_model::{Person, Profile, UserId};
use kith_wire::rest as wire;

use super::{PAGE, Query, Rest, pair};
use crate::{ClientError, convert};

/// The directory begins to search at so many characters, and then returns so
/// many people.
const SEARCH_FROM: usize = 4;
const SEARCHED: usize = 5;

/// By what people are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeopleBy {
    /// The beginning of the name to show, from four characters on; the whole
    /// name below that.
    Name,
    /// The beginning of the login, from four characters on; the whole login
    /// below that.
    Login,
    /// The whole e-mail address.
    Email,
    /// One of their tags.
    Tag,
    /// What another system calls them.
    ExternalId,
    /// The telephone number.
    Phone,
}

impl Rest {
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
                let query = vec![
                    pair(format!("{field}[start_with]"), text),
                    pair("limit", SEARCHED),
                ];
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

    /// People by one thing that is known of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn find_people_by(
        &self,
        by: PeopleBy,
        text: &str,
    ) -> Result<Vec<Person>, ClientError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let is_long = text.chars().count() >= SEARCH_FROM;
        let prefix = |field: &str| {
            if is_long {
                vec![
                    pair(format!("{field}[start_with]"), text),
                    pair("limit", SEARCHED),
                ]
            } else {
                vec![pair(field, text), pair("limit", PAGE)]
            }
        };
        let whole = |field: &str| vec![pair(field, text), pair("limit", PAGE)];
        let query = match by {
            PeopleBy::Name => prefix("full_name"),
            PeopleBy::Login => prefix("login"),
            PeopleBy::Email => whole("email"),
            PeopleBy::ExternalId => whole("external_id"),
            PeopleBy::Phone => whole("phone"),
            PeopleBy::Tag => vec![pair("user_tags[in][]", text), pair("limit", PAGE)],
        };
        let page: wire::Page<wire::User> = self.get("/users/v2", query).await?;
        Ok(page
            .items
            .0
            .into_iter()
            .filter_map(convert::person)
            .collect())
    }

    /// Everything that the directory tells of somebody; `None` when it does not
    /// know them.
    ///
    /// # Errors
    /// As every call.
    pub async fn profile(&self, id: UserId) -> Result<Option<Profile>, ClientError> {
        let query = vec![pair("id", id), pair("limit", 1)];
        let page: wire::Page<wire::User> = self.get("/users/v2", query).await?;
        let mut found = page.items.0.into_iter().filter_map(convert::profile);
        Ok(found.find(|profile| profile.person.id == id))
    }

    /// A page of those who are here now.
    ///
    /// # Errors
    /// As every call.
    pub async fn online_people(&self, skip: u32, limit: u32) -> Result<Vec<Person>, ClientError> {
        let limit = usize::try_from(limit).unwrap_or(PAGE).clamp(1, PAGE);
        let query = vec![pair("limit", limit), pair("offset", skip)];
        let online: wire::Online = self.get("/users/online", query).await?;
        Ok(online
            .users
            .0
            .into_iter()
            .filter_map(convert::person)
            .collect())
    }

    /// How many are here now.
    ///
    /// # Errors
    /// As every call.
    pub async fn online_count(&self) -> Result<u64, ClientError> {
        let query = vec![pair("count", true)];
        let online: wire::Online = self.get("/users/online", query).await?;
        online
            .count
            .and_then(|count| u64::try_from(count).ok())
            .ok_or(ClientError::NotAServer)
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
}
