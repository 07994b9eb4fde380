//! An attachment, the same in both halves of the platform: in a stanza an
//! element whose attributes are its fields (`protocol/xmpp.md` §5), in REST a
//! flat object (`protocol/rest.md` §6.1).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::percent::decode;

/// An attachment. The names of its fields are open, and so are the values of
/// `type`; everything is text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Fields in order.
    pub fields: Vec<(String, String)>,
}

impl Attachment {
    /// The value of a field, if it is there and not empty.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// With one more field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.fields.push((field.to_owned(), value.into()));
        self
    }

    /// A field that is a whole number.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<u64> {
        let text = self.get(field)?.trim();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        // saturates, which is what we want
        text.parse().ok().or_else(|| {
            Some(
                text.parse::<f64>()
                    .ok()
                    .filter(|f| f.is_finite() && *f >= 0.0)? as u64,
            )
        })
    }

    /// The fields of a contact: JSON text in `data`, which one SDK percent-encodes
    /// besides (`protocol/xmpp.md` §5).
    #[must_use]
    pub fn contact(&self) -> Option<Map<String, Value>> {
        let data = self.get("data")?;
        let object = |text: &str| serde_json::from_str(text).ok();
        object(data).or_else(|| object(&decode(data)))
    }

    /// With the fields of a contact.
    #[must_use]
    pub fn with_contact(self, fields: Map<String, Value>) -> Self {
        self.with("data", Value::Object(fields).to_string())
    }

    /// The object of REST. `size`, `width`, `height` and `duration` are written
    /// as numbers where they are whole ones.
    #[must_use]
    pub fn to_object(&self) -> Map<String, Value> {
        self.fields
            .iter()
            .map(|(name, text)| {
                let is_number = matches!(name.as_str(), "size" | "width" | "height" | "duration");
                let value = match text.parse::<u64>() {
                    Ok(number) if is_number => Value::from(number),
                    _ => Value::from(text.as_str()),
                };
                (name.clone(), value)
            })
            .collect()
    }

    /// From the object of REST. What is `null` is left out; what is nested is
    /// kept as JSON text.
    #[must_use]
    pub fn from_object(object: &Map<String, Value>) -> Self {
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        Self {
            fields: object
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
                .collect(),
        }
    }
}

impl Serialize for Attachment {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.to_object().serialize(s)
    }
}

impl<'de> Deserialize<'de> for Attachment {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self::from_object(&Map::deserialize(d)?))
    }
}
