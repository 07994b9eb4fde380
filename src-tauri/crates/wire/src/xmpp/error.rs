//! Errors of stanzas (`protocol/xmpp.md` §16). The SDK reads the legacy `code`
//! and the `<text/>`, so both are always written.

use super::ns;
use crate::xml::Element;

/// `<error/>` in a message, a presence or an IQ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StanzaError {
    /// The legacy code: 401, 403, 404, 406, 501, 503… 0 when none was told and
    /// none follows from the condition.
    pub code: u16,
    /// What to do about it: `cancel`, `auth`, `modify` or `wait`.
    pub kind: String,
    /// Such as `forbidden`.
    pub condition: String,
    /// For people; empty when none.
    pub text: String,
}

/// Code, condition, kind (XEP-0086 §3, and the table of `protocol/xmpp.md` §16).
const TABLE: [(u16, &str, &str); 13] = [
    (400, "bad-request", "modify"),
    (401, "not-authorized", "auth"),
    (403, "forbidden", "auth"),
    (404, "item-not-found", "cancel"),
    (404, "recipient-unavailable", "wait"),
    (405, "not-allowed", "cancel"),
    (406, "not-acceptable", "modify"),
    (407, "registration-required", "auth"),
    (409, "conflict", "cancel"),
    (500, "internal-server-error", "wait"),
    (500, "resource-constraint", "wait"),
    (501, "feature-not-implemented", "cancel"),
    (503, "service-unavailable", "cancel"),
];

impl StanzaError {
    /// The error with this code, with the condition and kind that belong to it.
    #[must_use]
    pub fn new(code: u16, text: impl Into<String>) -> Self {
        let (condition, kind) = TABLE
            .iter()
            .find(|(c, ..)| *c == code)
            .map_or(("undefined-condition", "cancel"), |(_, condition, kind)| {
                (*condition, *kind)
            });
        Self {
            code,
            kind: kind.to_owned(),
            condition: condition.to_owned(),
            text: text.into(),
        }
    }

    /// Reads it. Where the code is missing it follows from the condition.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.local() != "error" {
            return None;
        }
        let condition = element
            .elements()
            .find(|e| e.ns == ns::STANZA_ERRORS && e.local() != "text")
            .map_or_else(
                || "undefined-condition".to_owned(),
                |e| e.local().to_owned(),
            );
        let told = element
            .attr("code")
            .and_then(|code| code.trim().parse().ok())
            .filter(|code| *code > 0);
        let row = TABLE.iter().find(|(_, c, _)| *c == condition);
        Some(Self {
            code: told
                .or_else(|| row.map(|(code, ..)| *code))
                .unwrap_or_default(),
            kind: element
                .attr("type")
                .or(row.map(|(.., kind)| *kind))
                .unwrap_or("cancel")
                .to_owned(),
            condition,
            text: element.child_text("text").unwrap_or_default(),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("error", ns::CLIENT)
            .with("code", self.code.to_string())
            .with("type", &self.kind)
            .with_child(Element::new(self.condition.as_str(), ns::STANZA_ERRORS))
            .with_child(
                Element::new("text", ns::STANZA_ERRORS)
                    .with("xml:lang", "en")
                    .with_text(&self.text),
            )
    }

    /// The answer to a stanza that failed: the same stanza, turned round, of
    /// type `error`, with this at its end.
    #[must_use]
    pub fn answer(&self, stanza: &Element) -> Element {
        let mut answer = stanza.clone();
        let (from, to) = (answer.unset("from"), answer.unset("to"));
        answer.set("type", "error");
        if let Some(to) = to {
            answer.set("from", to);
        }
        if let Some(from) = from {
            answer.set("to", from);
        }
        answer.push(self.write());
        answer
    }
}
