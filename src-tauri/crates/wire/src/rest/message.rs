//! Messages (`protocol/rest.md` §6).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{Date, List, date, lenient};
use crate::Attachment;

/// A stored message. Its custom parameters stand beside the known keys, as
/// text; they are in `custom`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The stanza's id.
    #[serde(rename = "_id")]
    pub id: String,
    /// In which dialog.
    #[serde(default, deserialize_with = "lenient::text")]
    pub chat_dialog_id: String,
    /// The text.
    #[serde(default, deserialize_with = "lenient::opt_text")]
    pub message: Option<String>,
    /// When it was sent, in unix seconds.
    #[serde(default, deserialize_with = "date::opt_seconds")]
    pub date_sent: Option<i64>,
    /// Who wrote it.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub sender_id: u64,
    /// The other person of a private dialog, else 0.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub recipient_id: u64,
    /// When it was stored.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub created_at: Option<Date>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "date::opt_date")]
    pub updated_at: Option<Date>,
    /// When it was edited, if it was.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "date::opt_date"
    )]
    pub edited_at: Option<Date>,
    /// Who has read it, the sender included.
    #[serde(default, deserialize_with = "lenient::user_ids")]
    pub read_ids: Vec<u64>,
    /// Who has received it, the sender included.
    #[serde(default, deserialize_with = "lenient::user_ids")]
    pub delivered_ids: Vec<u64>,
    /// What hangs on it.
    #[serde(default)]
    pub attachments: List<Attachment>,
    /// Reactions, or none.
    #[serde(default, deserialize_with = "Reactions::opt")]
    pub reactions: Option<Reactions>,
    /// Views, in broadcast and public dialogs.
    #[serde(default, deserialize_with = "lenient::zero_number")]
    pub views_count: i64,
    /// 1 when the caller has read it.
    #[serde(default, deserialize_with = "lenient::zero_number")]
    pub read: i64,
    /// Custom parameters.
    #[serde(flatten)]
    pub custom: Map<String, Value>,
}

/// Who reacted how often, and the caller's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reactions {
    /// The caller's.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub own: Vec<String>,
    /// All, with their number.
    #[serde(default, deserialize_with = "lenient::numbers")]
    pub total: BTreeMap<String, i64>,
}

impl Reactions {
    fn opt<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
        Ok(Self::deserialize(Value::deserialize(d)?).ok())
    }
}

/// `POST /chat/Message`. Custom parameters stand beside the known keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // the platform's own words, one for one
pub struct NewMessage {
    #[serde(
        rename = "_id",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub id: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub chat_dialog_id: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_number"
    )]
    pub recipient_id: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub message: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub send_to_chat: bool,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub markable: bool,
    #[serde(default)]
    pub attachments: List<Attachment>,
    #[serde(flatten)]
    pub custom: Map<String, Value>,
}

/// `PUT /chat/Message/<ids>`; without ids it is meant for the whole dialog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the platform's own words, one for one
pub struct MessageChange {
    #[serde(default, deserialize_with = "lenient::text")]
    pub chat_dialog_id: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_number"
    )]
    pub read: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_number"
    )]
    pub delivered: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_text"
    )]
    pub message: Option<String>,
}

/// What became of deleting several things (`protocol/rest.md` §5.7, §6.5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deleted {
    /// They are gone.
    #[serde(default)]
    pub successfully_deleted: Ids,
    /// They were not there.
    #[serde(default)]
    pub not_found: Ids,
    /// The caller may not.
    #[serde(default)]
    pub wrong_permissions: Ids,
}

/// `{"ids":[…]}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// The ids.
    #[serde(default, deserialize_with = "lenient::text_ids")]
    pub ids: Vec<String>,
}
