//! Small answers that are no resource of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{List, User, lenient};

/// `GET /chat/Message/unread` (`protocol/rest.md` §6.7): a total, and a number
/// for each dialog that was asked for, beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// In all dialogs that count.
    pub total: i64,
    /// By dialog.
    #[serde(flatten)]
    pub dialogs: BTreeMap<String, i64>,
}

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let numbers = Map::<String, Value>::deserialize(d)?;
        let mut dialogs: BTreeMap<String, i64> = numbers
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), lenient::number(value)?)))
            .collect();
        let total = dialogs.remove("total").unwrap_or_default();
        Ok(Self { total, dialogs })
    }
}

/// `{"notifications":{"enabled":0}}` (`protocol/rest.md` §5.8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsBody {
    /// The setting.
    #[serde(default)]
    pub notifications: Notifications,
}

/// Whether a dialog's notifications are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    /// 1 or 0; 1 where nothing is told.
    #[serde(default = "one", deserialize_with = "lenient::zero_number")]
    pub enabled: i64,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { enabled: one() }
    }
}

const fn one() -> i64 {
    1
}

/// `GET /users/online`: people, or their number (`protocol/rest.md` §4).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Online {
    /// Who is here.
    #[serde(default)]
    pub users: List<User>,
    /// How many are here, where that was asked for.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::opt_number"
    )]
    pub count: Option<i64>,
}

/// `GET /chat/Message/<id>/reactions`: who reacted, by emoji
/// (`protocol/rest.md` §6.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reactors(pub BTreeMap<String, Vec<u64>>);

impl Serialize for Reactors {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Reactors {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        // An application's language may write an empty map as a list.
        let map = match Value::deserialize(d)? {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let users = |value: &Value| {
            lenient::ids(value)
                .iter()
                .filter_map(|id| id.parse().ok())
                .collect()
        };
        Ok(Self(
            map.iter()
                .map(|(emoji, value)| (emoji.clone(), users(value)))
                .collect(),
        ))
    }
}

/// The number that `count=1` asks for: `{"items":{"count":N}}`
/// (`protocol/rest.md` §5.3), or at the top.
#[must_use]
pub fn count(body: &Value) -> Option<i64> {
    let inner = body.get("items").and_then(|items| items.get("count"));
    inner
        .or_else(|| body.get("count"))
        .and_then(lenient::number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unread_counts_come_as_numbers_or_text() {
        let unread: Unread =
            serde_json::from_value(json!({"total": "5", "a": 3, "b": null})).unwrap();
        assert_eq!((unread.total, unread.dialogs["a"]), (5, 3));
        assert!(!unread.dialogs.contains_key("b"));
    }

    #[test]
    fn notifications_are_on_where_nothing_is_told() {
        for (body, enabled) in [
            (json!({"notifications": {"enabled": "0"}}), 0),
            (json!({"notifications": {"enabled": 1}}), 1),
            (json!({"notifications": {}}), 1),
            (json!({}), 1),
        ] {
            let read: NotificationsBody = serde_json::from_value(body).unwrap();
            assert_eq!(read.notifications.enabled, enabled);
        }
    }

    #[test]
    fn reactors_and_counts_come_in_many_clothes() {
        let read: Reactors = serde_json::from_value(json!({"👍": ["11", 22]})).unwrap();
        assert_eq!(read.0["👍"], [11, 22]);
        let none: Reactors = serde_json::from_value(json!([])).unwrap();
        assert!(none.0.is_empty());
        assert_eq!(count(&json!({"items": {"count": "7"}})), Some(7));
        assert_eq!(count(&json!({"count": 7})), Some(7));
        assert_eq!(count(&json!({"items": []})), None);
    }
}
