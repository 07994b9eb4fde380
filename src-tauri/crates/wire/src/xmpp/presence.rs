//! Presence (RFC 6121 §4). The platform uses it to say that a session is ready
//! and, from old clients, to join rooms (`protocol/xmpp.md` §12, §13).

use super::ns;
use crate::xml::Element;

/// A presence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    /// Its id, when it has one.
    pub id: Option<String>,
    /// `unavailable`, `error`…; none means "here I am".
    pub kind: Option<String>,
    /// From whom.
    pub from: Option<String>,
    /// To whom; nobody means everybody concerned.
    pub to: Option<String>,
    /// What is inside.
    pub children: Vec<Element>,
}

impl Presence {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        let attr = |name| element.attr(name).map(str::to_owned);
        (element.local() == "presence").then(|| Self {
            id: attr("id"),
            kind: attr("type"),
            from: attr("from"),
            to: attr("to"),
            children: element.elements().cloned().collect(),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("presence", ns::CLIENT)
            .with_some("id", self.id.as_deref())
            .with_some("type", self.kind.as_deref())
            .with_some("from", self.from.as_deref())
            .with_some("to", self.to.as_deref())
            .with_children(self.children.iter().cloned())
    }
}
