//! What an update does to a record's fields: sets them, or counts, adds and
//! takes away with the special words `inc`, `push`, `pull` and so on.

use serde_json::{Map, Value};

use super::OWN;
use crate::rest::answer::Fault;
use crate::rest::params;

/// A field's name has at most so many characters, a record so many fields.
const MOST_NAME: usize = 64;
const MOST_NAMES: usize = 200;

/// Words of an update that are no fields.
const WORDS: [&str; 10] = [
    "inc",
    "push",
    "push_all",
    "pull",
    "pull_all",
    "pull_filter",
    "pull_with_filter",
    "pop",
    "add_to_set",
    "search_criteria",
];

/// Whether a field can have this name.
pub(super) fn is_field_name(name: &str) -> bool {
    name.len() <= MOST_NAME
        && name
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Sets the fields that are given. `null` takes one away.
pub(super) fn set(
    fields: &mut Map<String, Value>,
    given: &Map<String, Value>,
) -> Result<(), Fault> {
    for (name, value) in given {
        if OWN.contains(&name.as_str()) {
            continue;
        }
        if !is_field_name(name) {
            return Err(Fault::field(name, "is no name for a field"));
        }
        if value.is_null() {
            fields.shift_remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    if fields.len() > MOST_NAMES {
        return Err(Fault::invalid("A record can have at most 200 fields."));
    }
    Ok(())
}

/// Sets fields and does what the special words say.
pub(super) fn apply(
    fields: &mut Map<String, Value>,
    given: &Map<String, Value>,
) -> Result<(), Fault> {
    let is_word = |name: &str, value: &Value| WORDS.contains(&name) && value.is_object();
    let plain: Map<String, Value> = given
        .iter()
        .filter(|(name, value)| !is_word(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    set(fields, &plain)?;
    for (word, changes) in given.iter().filter(|(name, value)| is_word(name, value)) {
        for (name, value) in changes.as_object().into_iter().flatten() {
            if !is_field_name(name) || OWN.contains(&name.as_str()) {
                return Err(Fault::field(name, "is no name for a field"));
            }
            if word != "search_criteria" {
                one(fields, word, name, value)?;
            }
        }
    }
    Ok(())
}

fn one(
    fields: &mut Map<String, Value>,
    word: &str,
    name: &str,
    value: &Value,
) -> Result<(), Fault> {
    if word == "inc" {
        let before = fields.get(name).cloned().unwrap_or(Value::from(0));
        let sum = sum(&before, value).ok_or_else(|| Fault::field(name, "is no number"))?;
        fields.insert(name.to_owned(), sum);
        return Ok(());
    }
    let mut list = match fields.get(name) {
        None => Vec::new(),
        Some(Value::Array(list)) => list.clone(),
        Some(_) => return Err(Fault::field(name, "is no list")),
    };
    let several = || match value {
        Value::Array(values) => values.clone(),
        Value::Object(map) if map.keys().all(|key| key.parse::<usize>().is_ok()) => {
            map.values().cloned().collect()
        }
        other => vec![other.clone()],
    };
    match word {
        "push" | "push_all" => list.extend(several()),
        "add_to_set" => {
            for value in several() {
                if !list.contains(&value) {
                    list.push(value);
                }
            }
        }
        "pull" | "pull_all" => {
            let gone = several();
            list.retain(|value| !gone.iter().any(|gone| same(gone, value)));
        }
        "pull_filter" | "pull_with_filter" => {
            let conditions = value
                .as_object()
                .ok_or_else(|| Fault::field(name, "is invalid"))?;
            list.retain(|item| {
                !conditions
                    .iter()
                    .all(|(operator, to)| fits(item, operator, to))
            });
        }
        "pop" => match params::number(value) {
            Some(n) if n < 0 && !list.is_empty() => {
                list.remove(0);
            }
            Some(n) if n > 0 => {
                list.pop();
            }
            _ => {}
        },
        _ => {}
    }
    fields.insert(name.to_owned(), Value::Array(list));
    Ok(())
}

fn sum(before: &Value, by: &Value) -> Option<Value> {
    let number = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        other => other.as_f64(),
    };
    let whole = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<i64>().ok(),
        other => other.as_i64(),
    };
    if let (Some(before), Some(by)) = (whole(before), whole(by)) {
        return before.checked_add(by).map(Value::from);
    }
    serde_json::Number::from_f64(number(before)? + number(by)?).map(Value::Number)
}

/// Whether two values are the same, one of which may have come as text.
fn same(one: &Value, other: &Value) -> bool {
    one == other
        || params::text(one)
            .is_some_and(|one| params::text(other).is_some_and(|other| one == other))
}

fn fits(item: &Value, operator: &str, to: &Value) -> bool {
    let order = || match (item, to) {
        (Value::String(item), Value::String(to)) => item.partial_cmp(to),
        (item, to) => {
            let number = |value: &Value| match value {
                Value::String(text) => text.trim().parse::<f64>().ok(),
                other => other.as_f64(),
            };
            number(item)?.partial_cmp(&number(to)?)
        }
    };
    match operator {
        "lt" => order().is_some_and(std::cmp::Ordering::is_lt),
        "lte" => order().is_some_and(std::cmp::Ordering::is_le),
        "gt" => order().is_some_and(std::cmp::Ordering::is_gt),
        "gte" => order().is_some_and(std::cmp::Ordering::is_ge),
        "ne" => !same(item, to),
        "eq" => same(item, to),
        "in" => params::texts(to)
            .iter()
            .any(|to| same(&Value::String(to.clone()), item)),
        "nin" => !params::texts(to)
            .iter()
            .any(|to| same(&Value::String(to.clone()), item)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(before: Value, given: Value, after: Value) {
        let mut fields = before.as_object().cloned().unwrap_or_default();
        let given = given.as_object().cloned().unwrap_or_default();
        assert!(apply(&mut fields, &given).is_ok(), "{given:?}");
        assert_eq!(Value::Object(fields), after, "{given:?}");
    }

    #[test]
    fn an_update_sets_counts_adds_and_takes_away() {
        let before = json!({"n": 1, "tags": ["a", "b", "c"]});
        check(
            before.clone(),
            json!({"n": 5, "_id": "x"}),
            json!({"n": 5, "tags": ["a", "b", "c"]}),
        );
        check(
            before.clone(),
            json!({"n": null}),
            json!({"tags": ["a", "b", "c"]}),
        );
        check(
            before.clone(),
            json!({"inc": {"n": 2, "m": -1}}),
            json!({"n": 3, "tags": ["a", "b", "c"], "m": -1}),
        );
        check(
            json!({"n": 1}),
            json!({"inc": {"n": 0.5}}),
            json!({"n": 1.5}),
        );
        check(
            json!({}),
            json!({"push": {"tags": "a"}}),
            json!({"tags": ["a"]}),
        );
        check(
            json!({}),
            json!({"push": {"tags": ["a", "b"]}}),
            json!({"tags": ["a", "b"]}),
        );
        check(
            before.clone(),
            json!({"pull": {"tags": "b"}}),
            json!({"n": 1, "tags": ["a", "c"]}),
        );
        check(
            before.clone(),
            json!({"pull_all": {"tags": ["a", "c"]}}),
            json!({"n": 1, "tags": ["b"]}),
        );
        check(
            before.clone(),
            json!({"pop": {"tags": 1}}),
            json!({"n": 1, "tags": ["a", "b"]}),
        );
        check(
            before.clone(),
            json!({"pop": {"tags": -1}}),
            json!({"n": 1, "tags": ["b", "c"]}),
        );
        check(
            before,
            json!({"add_to_set": {"tags": ["a", "d"]}}),
            json!({"n": 1, "tags": ["a", "b", "c", "d"]}),
        );
        check(
            json!({"l": [1, 5, 9]}),
            json!({"pull_filter": {"l": {"gt": 4}}}),
            json!({"l": [1]}),
        );
        check(json!({"push": 1}), json!({"push": 2}), json!({"push": 2}));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (before, given) in [
            (json!({"n": "x"}), json!({"inc": {"n": 1}})),
            (json!({"n": i64::MAX}), json!({"inc": {"n": 1}})),
            (json!({"n": 1}), json!({"push": {"n": 1}})),
            (json!({}), json!({"a b": 1})),
            (json!({}), json!({"$where": 1})),
            (json!({}), json!({"inc": {"user_id": 1}})),
        ] {
            let mut fields = before.as_object().cloned().unwrap_or_default();
            let given = given.as_object().cloned().unwrap_or_default();
            assert!(apply(&mut fields, &given).is_err(), "{given:?}");
        }
    }
}
