//! Errors of the stream itself (RFC 6120 §4.9), after which it ends.

use super::ns;
use crate::xml::Element;

/// `<stream:error/>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamFault {
    /// Such as `not-well-formed` or `conflict`.
    pub condition: String,
    /// For people.
    pub text: Option<String>,
}

impl StreamFault {
    /// A fault without a text.
    #[must_use]
    pub fn new(condition: &str) -> Self {
        Self {
            condition: condition.to_owned(),
            text: None,
        }
    }

    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        element.is("error", ns::STREAM).then(|| Self {
            condition: element
                .elements()
                .find(|e| e.local() != "text")
                .map_or_else(
                    || "undefined-condition".to_owned(),
                    |e| e.local().to_owned(),
                ),
            text: element.child_text("text"),
        })
    }

    /// Writes it with the prefix `stream`.
    #[must_use]
    pub fn write(&self) -> Element {
        let text = self.text.as_ref().map(|t| {
            Element::new("text", ns::STREAM_ERRORS)
                .with("xml:lang", "en")
                .with_text(t)
        });
        Element::new("stream:error", ns::STREAM)
            .with_child(Element::new(self.condition.as_str(), ns::STREAM_ERRORS))
            .with_children(text)
    }
}
