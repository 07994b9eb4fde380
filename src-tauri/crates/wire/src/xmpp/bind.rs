//! Resource binding (RFC 6120 §7).

use super::ns;
use crate::xml::Element;

/// `<bind/>`: asking, with a resource or without, or answering with the
/// address that was bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bind {
    /// The resource that is asked for. The JavaScript SDK asks for none.
    pub resource: Option<String>,
    /// The full address that was given.
    pub jid: Option<String>,
}

impl Bind {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        let text = |name| element.child_text(name).filter(|text| !text.is_empty());
        element.is("bind", ns::BIND).then(|| Self {
            resource: text("resource"),
            jid: text("jid"),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        let child = |name: &str, text: &Option<String>| {
            text.as_ref()
                .map(|text| Element::new(name, ns::BIND).with_text(text))
        };
        Element::new("bind", ns::BIND)
            .with_children(child("resource", &self.resource))
            .with_children(child("jid", &self.jid))
    }
}
