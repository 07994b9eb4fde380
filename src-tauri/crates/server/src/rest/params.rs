//! One map of parameters, wherever they stood (`protocol/rest.md` §1.3): the
//! query, a form body, a JSON body, with `a[b][]=` expanded.

use serde_json::{Map, Value};
use url::form_urlencoded;

/// Reads pairs of a query or a form into a map: `a[b]=1` becomes `{"a":{"b":"1"}}`,
/// `a[]=1&a[]=2` a list.
pub(crate) fn read_pairs(text: &[u8], into: &mut Map<String, Value>) {
    for (key, value) in form_urlencoded::parse(text) {
        if key.is_empty() {
            continue;
        }
        let mut path = key.split('[').map(|part| part.trim_end_matches(']'));
        let first = path.next().unwrap_or_default().to_owned();
        let rest: Vec<&str> = path.collect();
        put(into.entry(first).or_insert(Value::Null), &rest, &value);
    }
}

fn put(place: &mut Value, path: &[&str], value: &str) {
    let Some((step, rest)) = path.split_first() else {
        *place = Value::String(value.to_owned());
        return;
    };
    if step.is_empty() {
        if !place.is_array() {
            *place = Value::Array(Vec::new());
        }
        if let Value::Array(list) = place {
            let mut item = Value::Null;
            put(&mut item, rest, value);
            list.push(item);
        }
        return;
    }
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if let Value::Object(map) = place {
        put(
            map.entry((*step).to_owned()).or_insert(Value::Null),
            rest,
            value,
        );
    }
}

/// A value as text, whether it came as text or as a number.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number, whether it came as one or as text.
pub(crate) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a cast of a float saturates"
            )]
            number.as_f64().map(|number| number as i64)
        }),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a cast of a float saturates"
                )]
                text.parse::<f64>().ok().map(|number| number as i64)
            })
        }
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Yes or no in any of the ways it is said.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::String(text) => match text.trim() {
            "1" | "true" | "yes" => Some(true),
            "0" | "false" | "no" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Several values: a list, an object with numbers as keys, or one text with commas.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let parts: Vec<String> = match value {
        Value::Array(list) => list.iter().filter_map(text).collect(),
        Value::Object(map) => map.values().filter_map(text).collect(),
        other => text(other).into_iter().collect(),
    };
    parts
        .iter()
        .flat_map(|part| part.split(','))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Several whole numbers, each once, in the order they came.
pub(crate) fn numbers(value: &Value) -> Vec<i64> {
    let mut found = Vec::new();
    for number in texts(value)
        .iter()
        .filter_map(|text| text.parse::<i64>().ok())
    {
        if !found.contains(&number) {
            found.push(number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &str, json: &str) {
        let mut map = Map::new();
        read_pairs(pairs.as_bytes(), &mut map);
        assert_eq!(Value::Object(map).to_string(), json, "{pairs}");
    }

    #[test]
    fn brackets_are_expanded_written_out_or_encoded() {
        check("type[in]=2%2C3", r#"{"type":{"in":"2,3"}}"#);
        check("type%5Bin%5D=2%2C3", r#"{"type":{"in":"2,3"}}"#);
        check("id[in][]=22&id[in][]=33", r#"{"id":{"in":["22","33"]}}"#);
        check(
            "filter[]=number+id+in+22,33",
            r#"{"filter":["number id in 22,33"]}"#,
        );
        check(
            "extensions[location]=Sun%20bar",
            r#"{"extensions":{"location":"Sun bar"}}"#,
        );
        check("force=1", r#"{"force":"1"}"#);
        check("", "{}");
    }

    #[test]
    fn lists_are_read_in_every_way_they_are_written() {
        let expected = vec![22, 33];
        for json in [
            "\"22, 33\"",
            "[22,33]",
            "[\"22\",\"33\"]",
            "{\"0\":22,\"1\":\"33\"}",
            "\"22,33,22\"",
        ] {
            let value: Value = serde_json::from_str(json).expect("JSON");
            assert_eq!(numbers(&value), expected, "{json}");
        }
    }
}
