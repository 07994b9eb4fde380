//! Error bodies in all their shapes (`protocol/rest.md` §2).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::lenient::text_of;

/// The text by which the JavaScript SDK knows that a session has run out. It
/// compares letter by letter, and only `errors.base[0]`.
pub const SESSION_EXPIRED: &str = "Required session does not exist";

/// The body of a failed call. On the wire it is an object with `errors`, which
/// is a list of texts or a map from fields to texts or lists of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// Texts of the list form.
    pub list: Vec<String>,
    /// Texts of the map form, by field; `base` is the field of everything that
    /// is no field's.
    pub fields: BTreeMap<String, Vec<String>>,
}

impl ErrorBody {
    /// `{"errors":{"base":[text]}}`.
    #[must_use]
    pub fn base(text: impl Into<String>) -> Self {
        Self::field("base", text)
    }

    /// `{"errors":[text]}`.
    #[must_use]
    pub fn list(text: impl Into<String>) -> Self {
        Self {
            list: vec![text.into()],
            fields: BTreeMap::new(),
        }
    }

    /// `{"errors":{field:[text]}}`.
    #[must_use]
    pub fn field(field: &str, text: impl Into<String>) -> Self {
        Self {
            list: Vec::new(),
            fields: BTreeMap::from([(field.to_owned(), vec![text.into()])]),
        }
    }

    /// Reads any body. What is no JSON, or has no errors, says nothing.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body)
            .map_or_else(|_| Self::default(), |value: Value| Self::from_value(&value))
    }

    /// Reads any JSON.
    #[must_use]
    pub fn from_value(body: &Value) -> Self {
        let mut found = Self::default();
        match body.get("errors").unwrap_or(&Value::Null) {
            Value::Array(texts) => found.list = texts.iter().filter_map(text_of).collect(),
            Value::Object(fields) => {
                found.fields = fields
                    .iter()
                    .map(|(field, value)| (field.clone(), texts(value)))
                    .collect();
            }
            other => found.list = text_of(other).into_iter().collect(),
        }
        found
    }

    /// As JSON for the wire.
    #[must_use]
    pub fn to_value(&self) -> Value {
        if self.fields.is_empty() {
            json!({ "errors": self.list })
        } else {
            json!({ "errors": self.fields })
        }
    }

    /// Whether it says that the session has run out.
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        self.texts().any(|text| text == SESSION_EXPIRED)
    }

    /// All texts, those of fields without the field.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.list
            .iter()
            .chain(self.fields.values().flatten())
            .map(String::as_str)
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(texts) => texts.iter().filter_map(text_of).collect(),
        other => text_of(other).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_shape_is_read_and_written() {
        for (body, error) in [
            (
                r#"{"errors":{"base":["Required session does not exist"]}}"#,
                ErrorBody::base(SESSION_EXPIRED),
            ),
            (
                r#"{"errors":["The resource wasn't found"]}"#,
                ErrorBody::list("The resource wasn't found"),
            ),
            (
                r#"{"errors":{"login":["has already been taken"]}}"#,
                ErrorBody::field("login", "has already been taken"),
            ),
        ] {
            assert_eq!(ErrorBody::read(body.as_bytes()), error);
            assert_eq!(error.to_value().to_string(), body);
        }
        assert!(ErrorBody::base(SESSION_EXPIRED).is_session_expired());
        assert!(!ErrorBody::list("Unauthorized").is_session_expired());
    }

    #[test]
    fn anything_else_says_nothing() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            "{\"errors\":null}",
            "{\"errors\":{\"a\":{}}}",
        ] {
            assert_eq!(
                ErrorBody::read(body.as_bytes()).texts().count(),
                0,
                "{body}"
            );
        }
    }
}
