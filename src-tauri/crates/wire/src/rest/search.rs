//! Searching everything at once (`protocol/rest.md` §7).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Date, Dialog, List, Message, User};

/// `GET /chat/search`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// What to look for.
    pub search_text: String,
    /// In these dialogs only; none means in all.
    pub chat_dialog_ids: Vec<String>,
    /// Not after this. The platform calls the newer bound the start.
    pub start_date: Option<Date>,
    /// Not before this.
    pub end_date: Option<Date>,
    /// At most so many of each kind.
    pub limit: Option<u32>,
}

impl SearchQuery {
    /// The pairs of the address, in the SDK's form.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let dialogs = (!self.chat_dialog_ids.is_empty()).then(|| self.chat_dialog_ids.join(","));
        let pairs = [
            ("search_text", Some(self.search_text.clone())),
            ("chat_dialog_ids", dialogs),
            ("start_date", self.start_date.map(Date::to_iso_millis)),
            ("end_date", self.end_date.map(Date::to_iso_millis)),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ];
        pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect()
    }
}

/// What was found. It stands under `results`, or, for one SDK, at the top; both
/// are read and the first is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SearchBody {
    /// What was found.
    pub results: Found,
}

/// What was found, by kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Dialogs whose name fits.
    #[serde(default)]
    pub dialogs: List<Dialog>,
    /// Messages whose text fits.
    #[serde(default)]
    pub messages: List<Message>,
    /// The people who wrote them.
    #[serde(default)]
    pub users: List<User>,
}

impl<'de> Deserialize<'de> for SearchBody {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut body = Value::deserialize(d)?;
        let inner = body.get_mut("results").map(Value::take);
        let found = inner.filter(Value::is_object).unwrap_or(body);
        if !found.is_object() {
            return Err(serde::de::Error::custom("not the result of a search"));
        }
        let results = Found::deserialize(found).map_err(serde::de::Error::custom)?;
        Ok(Self { results })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_read() {
        for body in [
            r#"{"results":{"messages":[{"_id":"a"}],"dialogs":null}}"#,
            r#"{"messages":{"0":{"_id":"a"}},"users":[]}"#,
            r#"{"results":{"messages":[{"_id":"a"}]},"messages":[]}"#,
        ] {
            let body: SearchBody = serde_json::from_str(body).unwrap();
            assert_eq!(body.results.messages.0[0].id, "a");
            assert!(body.results.dialogs.0.is_empty());
        }
        assert!(serde_json::from_str::<SearchBody>("[]").is_err());
    }

    #[test]
    fn the_newer_bound_is_the_start() {
        let query = SearchQuery {
            search_text: "lorem ipsum".into(),
            chat_dialog_ids: vec!["a".into(), "b".into()],
            start_date: Date::parse("2026-03-01T00:00:00Z"),
            end_date: Date::parse("2026-01-02T03:04:05Z"),
            limit: Some(3),
        };
        let pairs = query.pairs();
        let text: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            text.join("&"),
            "search_text=lorem ipsum&chat_dialog_ids=a,b&start_date=2026-03-01T00:00:00.000Z&end_date=2026-01-02T03:04:05.000Z&limit=3"
        );
    }
}
