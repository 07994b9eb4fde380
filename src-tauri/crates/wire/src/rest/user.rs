//! Users (`protocol/rest.md` §4).

use serde::{Deserialize, Serialize};

use super::{Date, date, lenient};

/// A user. When written, all keys are there, `null` where nothing is set,
/// except `is_guest`, which only guests have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the platform's own words, one for one
pub struct User {
    #[serde(deserialize_with = "lenient::zero_id")]
    pub id: u64,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub full_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub login: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub phone: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub website: Option<String>,
    #[serde(default, deserialize_with = "date::opt_date")]
    pub created_at: Option<Date>,
    #[serde(default, deserialize_with = "date::opt_date")]
    pub updated_at: Option<Date>,
    #[serde(default, deserialize_with = "date::opt_date")]
    pub last_request_at: Option<Date>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub external_user_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub external_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub facebook_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub twitter_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_number")]
    pub blob_id: Option<i64>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub custom_data: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub avatar: Option<String>,
    /// A comma text; read from a list as well.
    #[serde(default, deserialize_with = "lenient::tags")]
    pub user_tags: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_number")]
    pub timezone: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_bool"
    )]
    pub is_guest: Option<bool>,
}

/// `{"user":{…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserBody<T = User> {
    /// The user.
    pub user: T,
}

/// What a sign-up or a change says of a user; what is `None` is not said.
/// `tag_list` is a list or a comma text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the platform's own words, one for one
pub struct NewUser {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub login: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub email: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub password: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub old_password: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub full_name: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub phone: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub website: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub custom_data: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub avatar: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub external_id: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_number"
    )]
    pub timezone: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::tags"
    )]
    pub tag_list: Option<String>,
}
