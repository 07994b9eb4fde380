//! Sessions (`protocol/rest.md` §3).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Date, User, date, lenient};

/// `POST /session`. The signature of older SDKs is not known here; a server
/// finds it in `other`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewSession {
    /// Which application; a number or text.
    #[serde(deserialize_with = "lenient::zero_id")]
    pub application_id: u64,
    /// The application's key.
    #[serde(default, deserialize_with = "lenient::text")]
    pub auth_key: String,
    /// Whose session; none for the application's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Credentials>,
    /// Everything else: providers, nonce, timestamp, signature.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Who somebody says they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// By login.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub login: Option<String>,
    /// By e-mail address.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub email: Option<String>,
    /// The password.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub password: Option<String>,
    /// A guest, whose account is made for the session.
    #[serde(
        default,
        skip_serializing_if = "is_false",
        deserialize_with = "lenient::flag"
    )]
    pub guest: bool,
    /// A guest's name.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub full_name: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_false(flag: &bool) -> bool {
    !flag
}

/// `POST /login`: the same without the wrapping.
pub type Login = Credentials;

/// `{"session":{…}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionBody {
    /// The session.
    pub session: Session,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its number.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub id: u64,
    /// Whose; 0 for the application's own.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub user_id: u64,
    /// In which application.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub application_id: u64,
    /// The token, opaque text; empty where it is known already.
    #[serde(default, deserialize_with = "lenient::text")]
    pub token: String,
    /// Unix seconds of its making.
    #[serde(default, deserialize_with = "lenient::zero_number")]
    pub ts: i64,
    /// When it was made.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub created_at: Option<Date>,
    /// When it was last used.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub updated_at: Option<Date>,
    /// The user, when it is a user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}
