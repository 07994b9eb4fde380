//! Filters of lists (`protocol/rest.md` §5.3): a field compared with a value,
//! written as parameters, turned into SQL with bound values only.

use chrono::{DateTime, NaiveDateTime};
use serde_json::{Map, Value};
use sqlx::{QueryBuilder, Sqlite};

use crate::rest::params;

/// How a field's values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As text.
    Text,
    /// As one of the texts of a list with commas.
    Tags,
    /// As whole numbers.
    Number,
    /// Kept in milliseconds; values come as unix seconds or ISO 8601.
    Time,
    /// Kept in seconds; values come as unix seconds, milliseconds or ISO 8601.
    Seconds,
}

/// A field that can be filtered by, and the SQL for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    pub(crate) kind: Kind,
}

/// A field.
pub(crate) const fn field(name: &'static str, sql: &'static str, kind: Kind) -> Field {
    Field { name, sql, kind }
}

/// Adds ` AND …` for every parameter that is a filter. What is no field is ignored, as on
/// the platform.
pub(crate) fn push(
    query: &mut QueryBuilder<Sqlite>,
    fields: &[Field],
    params: &Map<String, Value>,
) {
    for field in fields {
        match params.get(field.name) {
            None | Some(Value::Null) => {}
            Some(Value::Object(operators)) => {
                for (operator, value) in operators {
                    push_one(query, *field, operator, value);
                }
            }
            Some(value) => push_one(query, *field, "eq", value),
        }
    }
}

fn push_one(query: &mut QueryBuilder<Sqlite>, field: Field, operator: &str, value: &Value) {
    if field.kind == Kind::Tags {
        return push_tags(query, field, operator, value);
    }
    let comparison = match operator {
        "eq" => " = ",
        "ne" => " <> ",
        "lt" => " < ",
        "lte" => " <= ",
        "gt" => " > ",
        "gte" => " >= ",
        "in" | "or" => return push_list(query, field, " IN (", value),
        "nin" => return push_list(query, field, " NOT IN (", value),
        "ctn" | "start_with" => {
            let Some(text) = params::text(value) else {
                return;
            };
            let place = if operator == "ctn" { " > 0" } else { " = 1" };
            query
                .push(" AND INSTR(LOWER(")
                .push(field.sql)
                .push("), LOWER(");
            query.push_bind(text).push("))").push(place);
            return;
        }
        _ => return,
    };
    if value.is_array() {
        return push_list(query, field, " IN (", value);
    }
    let Some(text) = params::text(value) else {
        return;
    };
    query.push(" AND ").push(field.sql).push(comparison);
    bind(query, field.kind, &text);
}

fn push_list(query: &mut QueryBuilder<Sqlite>, field: Field, start: &str, value: &Value) {
    query.push(" AND ").push(field.sql).push(start);
    // SQLite takes 32,766 parameters; nobody asks for a thousand things at once.
    for (n, text) in params::texts(value).iter().take(1000).enumerate() {
        if n > 0 {
            query.push(", ");
        }
        bind(query, field.kind, text);
    }
    query.push(")");
}

/// One of the tags is one of those asked for (`eq`, `in`), none is (`ne`, `nin`), or one
/// begins with what is asked for.
fn push_tags(query: &mut QueryBuilder<Sqlite>, field: Field, operator: &str, value: &Value) {
    let end = match operator {
        "eq" | "in" | "or" | "ne" | "nin" => ",",
        "start_with" => "",
        _ => return,
    };
    query.push(if matches!(operator, "ne" | "nin") {
        " AND NOT (0"
    } else {
        " AND (0"
    });
    for tag in params::texts(value).iter().take(1000) {
        query.push(" OR INSTR(',' || REPLACE(COALESCE(");
        query.push(field.sql).push(", ''), ', ', ',') || ',', ");
        query.push_bind(format!(",{tag}{end}")).push(") > 0");
    }
    query.push(")");
}

fn bind(query: &mut QueryBuilder<Sqlite>, kind: Kind, text: &str) {
    match kind {
        Kind::Text | Kind::Tags => query.push_bind(text.to_owned()),
        // What is no number equals nothing and is larger than nothing.
        Kind::Number => query.push_bind(text.trim().parse::<i64>().ok()),
        Kind::Time => query.push_bind(millis(text)),
        Kind::Seconds => query.push_bind(millis(text).map(|millis| millis.div_euclid(1000))),
    };
}

/// A time in milliseconds: from unix seconds, with or without a fraction, from unix
/// milliseconds, from ISO 8601, or as JavaScript writes its dates, which is what the SDK
/// makes of one (`protocol/rest.md` §1.3).
pub(crate) fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        let millis = if seconds.abs() > 1e11 {
            seconds
        } else {
            seconds * 1000.0
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast of a float saturates"
        )]
        return Some(millis as i64);
    }
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_millis())
        .ok()
        .or_else(|| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
                .map(|time| time.and_utc().timestamp_millis())
                .ok()
        })
        .or_else(|| {
            // What stands in brackets is the zone's name in the words of the country.
            let plain = text.split('(').next().unwrap_or_default().trim();
            DateTime::parse_from_str(plain, "%a %b %d %Y %H:%M:%S GMT%z")
                .map(|time| time.timestamp_millis())
                .ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(params: &str, sql: &str) {
        let fields = [
            field("_id", "g.id", Kind::Text),
            field("date_sent", "g.date_sent", Kind::Seconds),
            field("name", "d.name", Kind::Text),
        ];
        let mut map = Map::new();
        params::read_pairs(params.as_bytes(), &mut map);
        let mut query = QueryBuilder::new("");
        push(&mut query, &fields, &map);
        assert_eq!(query.sql().as_str(), sql, "{params}");
    }

    #[test]
    fn parameters_become_conditions_with_bound_values() {
        check(
            "date_sent[gt]=5&date_sent[lte]=9",
            " AND g.date_sent > ? AND g.date_sent <= ?",
        );
        check("_id[in]=a,%20b", " AND g.id IN (?, ?)");
        check("_id[in]=", " AND g.id IN ()");
        check("name[ctn]=x", " AND INSTR(LOWER(d.name), LOWER(?)) > 0");
        check("_id=a&nonsense=1&name[drop]=1", " AND g.id = ?");
    }

    #[test]
    fn times_are_read_in_every_way_they_are_written() {
        for text in [
            "1767323045",
            "1767323045.0",
            "1767323045000",
            "2026-01-02T03:04:05Z",
            "2026-01-02 03:04:05",
            "Fri Jan 02 2026 03:04:05 GMT+0000 (Coordinated Universal Time)",
            "Fri Jan 02 2026 04:04:05 GMT+0100 (Mitteleuropäische Normalzeit)",
        ] {
            assert_eq!(millis(text), Some(1_767_323_045_000), "{text}");
        }
        assert_eq!(millis("tomorrow"), None);
    }
}
