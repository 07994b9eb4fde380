//! Values as they really come.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A whole number out of a number, a numeric text or a truth value.
#[must_use]
pub fn number(value: &Value) -> Option<i64> {
    match value {
        #[allow(clippy::cast_possible_truncation)] // saturates, which is what we want of nonsense
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)),
        Value::String(text) => {
            let text = text.trim();
            #[allow(clippy::cast_possible_truncation)]
            text.parse()
                .ok()
                .or_else(|| Some(text.parse::<f64>().ok().filter(|f| f.is_finite())? as i64))
        }
        Value::Bool(is) => Some(i64::from(*is)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a value means yes: `1`, `"1"`, `true`, `"true"`.
#[must_use]
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(text.trim(), "1" | "true"),
        other => number(other) == Some(1),
    }
}

/// Text out of whatever has one; `null`, lists and objects have none.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The items of a list: an array, or an object with numbers for keys
/// (`protocol/rest.md` §6.1), in the order of the numbers.
pub(super) fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Object(map) if is_numbered(&map) => {
            let mut items: Vec<_> = map
                .into_iter()
                .map(|(key, item)| (key.parse::<u64>().unwrap_or(u64::MAX), item))
                .collect();
            items.sort_by_key(|(key, _)| *key);
            items.into_iter().map(|(_, item)| item).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Vec::new()
        }
    }
}

fn is_numbered(map: &Map<String, Value>) -> bool {
    map.keys().all(|key| key.parse::<u64>().is_ok())
}

/// Texts out of a list of ids, a comma text with or without blanks
/// (`protocol/rest.md` §5.2), or a single one. Empty ones are left out.
#[must_use]
pub fn ids(value: &Value) -> Vec<String> {
    let split = |text: &str| {
        text.split(',')
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .collect()
    };
    match value {
        Value::String(text) => split(text),
        Value::Number(n) => vec![n.to_string()],
        Value::Array(_) | Value::Object(_) => items(value.clone()).iter().flat_map(ids).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

pub(super) fn opt_number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    Ok(number(&Value::deserialize(d)?))
}

/// A number; 0 for what is none, as the platform writes "nobody".
pub(super) fn zero_number<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    Ok(opt_number(d)?.unwrap_or_default())
}

/// A positive number; 0 for what is none.
pub(super) fn zero_id<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
    Ok(u64::try_from(zero_number(d)?).unwrap_or_default())
}

pub(super) fn opt_text<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    Ok(text_of(&Value::deserialize(d)?))
}

pub(super) fn text<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    Ok(opt_text(d)?.unwrap_or_default())
}

pub(super) fn opt_bool<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    let value = Value::deserialize(d)?;
    Ok((!value.is_null()).then(|| is_true(&value)))
}

pub(super) fn flag<'de, D: Deserializer<'de>>(d: D) -> Result<bool, D::Error> {
    Ok(is_true(&Value::deserialize(d)?))
}

/// User ids; what is none is left out.
pub(super) fn user_ids<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u64>, D::Error> {
    Ok(ids(&Value::deserialize(d)?)
        .iter()
        .filter_map(|id| id.parse().ok())
        .collect())
}

/// Texts that are ids.
pub(super) fn text_ids<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    Ok(ids(&Value::deserialize(d)?))
}

/// Texts of a list, whatever is in them.
pub(super) fn texts<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    Ok(items(Value::deserialize(d)?)
        .iter()
        .filter_map(text_of)
        .collect())
}

/// Numbers by name; an empty map may be written as an empty list.
pub(super) fn numbers<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<String, i64>, D::Error> {
    let pairs = match Value::deserialize(d)? {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    Ok(pairs
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), number(value)?)))
        .collect())
}

/// A comma text, out of a text or a list (`user_tags`, `protocol/rest.md` §4).
pub(super) fn tags<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(d)?;
    Ok((!value.is_null()).then(|| ids(&value).join(",")))
}

/// Distinguishes a key that is missing (`None`) from one that is `null`
/// (`Some(None)`), as changes need.
pub(super) fn change_text<'de, D: Deserializer<'de>>(
    d: D,
) -> Result<Option<Option<String>>, D::Error> {
    Ok(Some(opt_text(d)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_come_in_many_clothes() {
        for value in [
            json!(22),
            json!("22"),
            json!(22.0),
            json!(" 22 "),
            json!("22.9"),
        ] {
            assert_eq!(number(&value), Some(22), "{value}");
        }
        for value in [json!(null), json!("x"), json!([1]), json!("NaN"), json!("")] {
            assert_eq!(number(&value), None, "{value}");
        }
    }

    #[test]
    fn lists_come_in_many_clothes() {
        for value in [
            json!([22, 33]),
            json!(["22", "33"]),
            json!("22, 33"),
            json!("22,33,"),
            json!({"1": 33, "0": 22}),
        ] {
            assert_eq!(ids(&value), ["22", "33"], "{value}");
        }
        assert_eq!(
            ids(&json!({"10": "c", "9": "b", "1": "a"})),
            ["a", "b", "c"]
        );
        assert_eq!(items(json!({"a": 1})), Vec::<Value>::new());
    }
}
