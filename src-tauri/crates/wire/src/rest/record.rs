//! Custom objects, among them reports (`protocol/rest.md` §9).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{List, date, lenient};

/// The class of reports about people; an administrator must have made it.
pub const USER_REPORTS: &str = "UserReports";
/// The class of reports about messages.
pub const MESSAGE_REPORTS: &str = "MessageReports";

/// One record of a class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// 24 hexadecimal digits.
    #[serde(rename = "_id", default, deserialize_with = "lenient::text")]
    pub id: String,
    /// The record that it belongs to, if to one.
    #[serde(rename = "_parent_id", default, deserialize_with = "lenient::opt_text")]
    pub parent_id: Option<String>,
    /// Who made it.
    #[serde(default, deserialize_with = "lenient::zero_id")]
    pub user_id: u64,
    /// When it was made, in unix seconds.
    #[serde(default, deserialize_with = "date::opt_seconds")]
    pub created_at: Option<i64>,
    /// When it was last changed, in unix seconds.
    #[serde(default, deserialize_with = "date::opt_seconds")]
    pub updated_at: Option<i64>,
    /// Who may do what, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Value>,
    /// The class's own fields.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// Records with their place in a longer list. One shape serves listing,
/// creating several and changing several.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    /// Of which class.
    #[serde(default, deserialize_with = "lenient::text")]
    pub class_name: String,
    /// How many were left out before these.
    #[serde(default, deserialize_with = "lenient::zero_number")]
    pub skip: i64,
    /// How many were asked for.
    #[serde(default, deserialize_with = "lenient::zero_number")]
    pub limit: i64,
    /// These.
    #[serde(default)]
    pub items: List<Record>,
    /// How many fitted, when told.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_number"
    )]
    pub total_found: Option<i64>,
}

/// What a report says, ready for `POST /data/UserReports`.
#[must_use]
pub fn user_report(user: u64, reason: &str) -> Map<String, Value> {
    Map::from_iter([
        ("reportedUserId".to_owned(), Value::from(user)),
        ("reason".to_owned(), Value::from(reason)),
    ])
}

/// What a report says, ready for `POST /data/MessageReports`. The
/// documentation calls the column a number, and every sample has text.
#[must_use]
pub fn message_report(message: &str, reason: &str) -> Map<String, Value> {
    Map::from_iter([
        ("reportedMessageId".to_owned(), Value::from(message)),
        ("reason".to_owned(), Value::from(reason)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_the_fields_of_its_class() {
        let page: Records = serde_json::from_str(
            r#"{"class_name":"UserReports","skip":0,"limit":"100","items":{"1":{"_id":"a","user_id":"11","created_at":1767323045,"reportedUserId":45,"reason":"spam"}}}"#,
        )
        .unwrap();
        let record = &page.items.0[0];
        assert_eq!(
            (record.user_id, record.created_at),
            (11, Some(1_767_323_045))
        );
        assert_eq!(
            Value::Object(record.fields.clone()),
            Value::Object(user_report(45, "spam"))
        );
    }
}
