//! Dialogs (`protocol/rest.md` §5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Date, date, lenient};

/// A dialog as one of its people sees it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dialog {
    /// 24 hexadecimal digits.
    #[serde(rename = "_id")]
    pub id: String,
    /// The owner.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub user_id: u64,
    /// When it was made.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub created_at: Option<Date>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub updated_at: Option<Date>,
    /// 1 broadcast, 2 group, 3 private, 4 public.
    #[serde(rename = "type", deserialize_with = "lenient::zero_number")]
    pub kind: i64,
    /// The name; in a private dialog the other person's.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub name: Option<String>,
    /// A line about it.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub description: Option<String>,
    /// A picture.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub photo: Option<String>,
    /// Who is in it; empty in public ones.
    #[serde(default, deserialize_with = "lenient::user_ids")]
    pub occupants_ids: Vec<u64>,
    /// How many are in it, told in public ones.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_number"
    )]
    pub occupants_count: Option<i64>,
    /// Who may do more than others.
    #[serde(default, deserialize_with = "lenient::user_ids")]
    pub admins_ids: Vec<u64>,
    /// The newest message's text.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub last_message: Option<String>,
    /// The newest message.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub last_message_id: Option<String>,
    /// Who wrote it.
    #[serde(default, deserialize_with = "lenient::opt_number")]
    pub last_message_user_id: Option<i64>,
    /// When, in unix seconds.
    #[serde(default, deserialize_with = "date::opt_seconds")]
    pub last_message_date_sent: Option<i64>,
    /// `sent`, `delivered` or `read` when the caller wrote it.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub last_message_status: Option<String>,
    /// The caller's unread messages; `null` counts as none.
    #[serde(default, deserialize_with = "lenient::opt_number")]
    pub unread_messages_count: Option<i64>,
    /// Messages that are pinned.
    #[serde(default, deserialize_with = "lenient::text_ids")]
    pub pinned_messages_ids: Vec<String>,
    /// The room's address; none in private ones.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub xmpp_room_jid: Option<String>,
    /// The administrator's own fields.
    #[serde(default)]
    pub extensions: Option<Value>,
    /// Only `allow_preview` is known.
    #[serde(default)]
    pub permissions: Option<Value>,
    /// Whether the caller's notifications are off, when told.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_bool"
    )]
    pub is_muted: Option<bool>,
    /// Whether it is end-to-end encrypted, when told.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_bool"
    )]
    pub is_e2ee: Option<bool>,
}

/// `POST /chat/Dialog`. Lists of ids are read from lists and comma texts and
/// written as lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // the platform's own words, one for one
pub struct NewDialog {
    #[serde(rename = "type", default, deserialize_with = "lenient::zero_number")]
    pub kind: i64,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub name: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "lenient::user_ids"
    )]
    pub occupants_ids: Vec<u64>,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "lenient::user_ids"
    )]
    pub admins_ids: Vec<u64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub description: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub photo: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Value>,
}

/// `PUT /chat/Dialog/<id>`. For the texts a missing key leaves things as they
/// are and `null` (`Some(None)`) takes away.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // the platform's own words, one for one
pub struct DialogChange {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::change_text"
    )]
    pub name: Option<Option<String>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::change_text"
    )]
    pub description: Option<Option<String>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::change_text"
    )]
    pub photo: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_all: Option<Change>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_all: Option<Change>,
    /// Everything else: `extensions`, `permissions`.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Ids to add or to take away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the platform's own words, one for one
pub struct Change {
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "lenient::user_ids"
    )]
    pub occupants_ids: Vec<u64>,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "lenient::user_ids"
    )]
    pub admins_ids: Vec<u64>,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "lenient::text_ids"
    )]
    pub pinned_messages_ids: Vec<String>,
}
