//! Which records of a class are meant: parameters made into SQL with bound
//! values only.

use serde_json::{Map, Value};
use sqlx::{QueryBuilder, Sqlite};

use super::access::{Right, Visitor};
use super::change::is_field_name;
use crate::db::records::Class;
use crate::rest::answer::Fault;
use crate::rest::filter::{self, Field, Kind};
use crate::rest::params;

/// Parameters of a list that are no fields.
const NO_FIELDS: [&str; 11] = [
    "limit",
    "skip",
    "offset",
    "sort_asc",
    "sort_desc",
    "output",
    "count",
    "permissions",
    "near",
    "token",
    "id",
];

/// What every record has.
const SYSTEM: [Field; 5] = [
    filter::field("_id", "r.id", Kind::Text),
    filter::field("_parent_id", "r.parent_id", Kind::Text),
    filter::field("user_id", "r.user_id", Kind::Number),
    filter::field("created_at", "r.created_at", Kind::Seconds),
    filter::field("updated_at", "r.updated_at", Kind::Seconds),
];

/// `SELECT … FROM records r WHERE` it is of the class and the visitor has the right.
pub(super) fn start(
    columns: &'static str,
    class: &Class,
    visitor: &Visitor,
    right: Right,
) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query
        .push(columns)
        .push(" FROM records r WHERE r.class = ")
        .push_bind(class.name.clone());
    let me = visitor.user_id;
    if class.is_reports {
        match (visitor.is_moderator, right) {
            (true, _) => {}
            (false, Right::Read) => {
                query.push(" AND r.user_id = ").push_bind(me);
            }
            (false, Right::Update | Right::Delete) => {
                query.push(" AND 0");
            }
        }
        return query;
    }
    let (name, default) = match right {
        Right::Read => (right.name(), "open"),
        Right::Update | Right::Delete => (right.name(), "owner"),
    };
    query
        .push(" AND CASE COALESCE(json_extract(r.permissions, '$.")
        .push(name);
    query
        .push(".access'), '")
        .push(default)
        .push("') WHEN 'open' THEN 1 WHEN 'not_allowed' THEN 0");
    query
        .push(" WHEN 'open_for_users_ids' THEN r.user_id = ")
        .push_bind(me);
    query
        .push(" OR EXISTS (SELECT 1 FROM json_each(r.permissions, '$.")
        .push(name);
    query
        .push(".users_ids') u WHERE u.value = ")
        .push_bind(me)
        .push(")");
    query
        .push(" WHEN 'open_for_groups' THEN r.user_id = ")
        .push_bind(me);
    query
        .push(" OR EXISTS (SELECT 1 FROM json_each(r.permissions, '$.")
        .push(name);
    query.push(".users_groups') g WHERE g.value IN (");
    let mut groups = query.separated(", ");
    for group in &visitor.groups {
        groups.push_bind(group.clone());
    }
    query
        .push(")) ELSE r.user_id = ")
        .push_bind(me)
        .push(" END");
    query
}

/// Adds ` AND …` for every parameter that is a filter; tells how many there were.
pub(super) fn filter(
    query: &mut QueryBuilder<Sqlite>,
    params: &Map<String, Value>,
) -> Result<usize, Fault> {
    filter::push(query, &SYSTEM, params);
    let mut count = SYSTEM
        .iter()
        .filter(|field| params.contains_key(field.name))
        .count();
    for (name, value) in params {
        if NO_FIELDS.contains(&name.as_str()) || SYSTEM.iter().any(|field| field.name == name) {
            continue;
        }
        if !is_field_name(name) {
            return Err(Fault::field(name, "is no name for a field"));
        }
        match value {
            Value::Null => {}
            Value::Object(operators) => {
                for (operator, value) in operators {
                    one(query, name, operator, value)?;
                    count += 1;
                }
            }
            value => {
                one(query, name, "eq", value)?;
                count += 1;
            }
        }
    }
    Ok(count)
}

fn path(name: &str) -> String {
    format!("$.\"{name}\"")
}

/// A field can be a list; then one fitting item is enough, as in the platform's database.
fn one(
    query: &mut QueryBuilder<Sqlite>,
    name: &str,
    operator: &str,
    value: &Value,
) -> Result<(), Fault> {
    let values = || params::texts(value);
    let only = || params::text(value).ok_or_else(|| Fault::field(name, "is invalid"));
    match operator {
        "eq" if !value.is_array() => exists(query, name, |query| equals(query, &[only()?])),
        "eq" | "in" | "or" => exists(query, name, |query| equals(query, &values())),
        "ne" => {
            query.push(" AND NOT (1");
            exists(query, name, |query| equals(query, &[only()?]))?;
            query.push(")");
            Ok(())
        }
        "nin" => {
            query.push(" AND NOT (1");
            exists(query, name, |query| equals(query, &values()))?;
            query.push(")");
            Ok(())
        }
        "all" => {
            for value in values() {
                exists(query, name, |query| equals(query, &[value]))?;
            }
            Ok(())
        }
        "lt" => exists(query, name, |query| compares(query, " < ", only()?)),
        "lte" => exists(query, name, |query| compares(query, " <= ", only()?)),
        "gt" => exists(query, name, |query| compares(query, " > ", only()?)),
        "gte" => exists(query, name, |query| compares(query, " >= ", only()?)),
        "ctn" => exists(query, name, |query| {
            query
                .push("typeof(e.value) = 'text' AND instr(e.value, ")
                .push_bind(only()?)
                .push(") > 0");
            Ok(())
        }),
        _ => Err(Fault::field(
            name,
            "is compared in a way this server does not know",
        )),
    }
}

fn exists(
    query: &mut QueryBuilder<Sqlite>,
    name: &str,
    condition: impl FnOnce(&mut QueryBuilder<Sqlite>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    query
        .push(" AND EXISTS (SELECT 1 FROM json_each(r.fields, ")
        .push_bind(path(name));
    query.push(") e WHERE ");
    condition(query)?;
    query.push(")");
    Ok(())
}

fn equals(query: &mut QueryBuilder<Sqlite>, values: &[String]) -> Result<(), Fault> {
    query.push("(e.type = 'text' AND e.value IN (");
    let mut texts = query.separated(", ");
    for value in values.iter().take(1000) {
        texts.push_bind(value.clone());
    }
    query.push(") OR e.type IN ('integer', 'real') AND e.value IN (");
    let mut numbers = query.separated(", ");
    for number in values.iter().take(1000).filter_map(|value| number(value)) {
        numbers.push_bind(number);
    }
    query.push(") OR e.type IN (");
    let mut flags = query.separated(", ");
    for flag in values
        .iter()
        .take(1000)
        .filter(|value| matches!(value.as_str(), "true" | "false"))
    {
        flags.push_bind(flag.clone());
    }
    query.push("))");
    Ok(())
}

fn compares(
    query: &mut QueryBuilder<Sqlite>,
    sign: &'static str,
    value: String,
) -> Result<(), Fault> {
    // What looks like a number is compared with numbers, and everything else with text.
    match number(&value) {
        Some(number) => {
            query
                .push("e.type IN ('integer', 'real') AND e.value")
                .push(sign)
                .push_bind(number);
        }
        None => {
            query
                .push("e.type = 'text' AND e.value")
                .push(sign)
                .push_bind(value);
        }
    }
    Ok(())
}

fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

/// ` ORDER BY` what is asked for, in the order of their making where that is not enough.
pub(super) fn sort(
    query: &mut QueryBuilder<Sqlite>,
    params: &Map<String, Value>,
) -> Result<(), Fault> {
    query.push(" ORDER BY ");
    for (key, direction) in [("sort_asc", " ASC, "), ("sort_desc", " DESC, ")] {
        let Some(name) = params.get(key).and_then(params::text) else {
            continue;
        };
        if name == "_id" {
            query.push("r.seq").push(direction);
        } else if let Some(field) = SYSTEM.iter().find(|field| field.name == name) {
            query.push(field.sql).push(direction);
        } else if is_field_name(&name) {
            query
                .push("json_extract(r.fields, ")
                .push_bind(path(&name))
                .push(")")
                .push(direction);
        } else {
            return Err(Fault::field(&name, "is no name for a field"));
        }
    }
    query.push("r.seq");
    Ok(())
}

/// Only the fields that `output[include]` names, or all but those of `output[exclude]`.
pub(super) fn output(record: Value, params: &Map<String, Value>) -> Value {
    let Value::Object(mut record) = record else {
        return record;
    };
    let named = |key: &str| params.get("output")?.get(key).map(params::texts);
    if let Some(include) = named("include") {
        record.retain(|key, _| key == "_id" || include.iter().any(|name| name == key));
    }
    if let Some(exclude) = named("exclude") {
        record.retain(|key, _| key == "_id" || !exclude.iter().any(|name| name == key));
    }
    Value::Object(record)
}
