//! Edits and removals (`protocol/xmpp.md` §10).

use super::ns;
use crate::xml::Element;

/// `<replace/>` (XEP-0308): the body of this stanza replaces that of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The message that is changed.
    pub id: String,
    /// Whether it is the dialog's last message, the platform's addition.
    pub last: Option<bool>,
}

impl Replacement {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if !element.is("replace", ns::CORRECT) {
            return None;
        }
        Some(Self {
            id: element.attr("id").filter(|id| !id.is_empty())?.to_owned(),
            last: element
                .attr("last")
                .map(|last| matches!(last, "true" | "1")),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("replace", ns::CORRECT)
            .with("id", &self.id)
            .with_some("last", self.last.map(|last| last.to_string()))
    }
}

/// `<remove/>`: a message is taken away for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The message.
    pub id: String,
}

impl Removal {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if !element.is("remove", ns::DELETE) {
            return None;
        }
        Some(Self {
            id: element.attr("id").filter(|id| !id.is_empty())?.to_owned(),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("remove", ns::DELETE).with("id", &self.id)
    }
}
