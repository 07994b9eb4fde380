//! Lists with their place in a longer one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::lenient::{items, zero_number};

/// A page: `{total_entries, skip, limit, items}`. History has no total
/// (`protocol/rest.md` §6.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Page<T> {
    /// How many there are in all, when told.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::lenient::opt_number"
    )]
    pub total_entries: Option<i64>,
    /// How many were left out before these.
    #[serde(default, deserialize_with = "zero_number")]
    pub skip: i64,
    /// How many were asked for.
    #[serde(default, deserialize_with = "zero_number")]
    pub limit: i64,
    /// These.
    #[serde(default)]
    pub items: List<T>,
}

/// A list that is read from an array or an object with numbers for keys, and
/// whose items may each be wrapped in an object of one key, as in
/// `[{"user":{…}}]` (`protocol/rest.md` §4). An item that cannot be read is
/// left out, so that one odd record does not hide all the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self(
            items(Value::deserialize(d)?)
                .into_iter()
                .filter_map(|item| T::deserialize(unwrap(item)).ok())
                .collect(),
        ))
    }
}

fn unwrap(item: Value) -> Value {
    match item {
        Value::Object(map) if map.len() == 1 && map.values().all(Value::is_object) => map
            .into_iter()
            .next()
            .map_or(Value::Null, |(_, inner)| inner),
        other => other,
    }
}
