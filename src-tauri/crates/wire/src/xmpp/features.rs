//! What a stream offers (RFC 6120 §4.3.2, `protocol/xmpp.md` §2).

use super::ns;
use crate::xml::Element;

/// `<stream:features/>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    /// STARTTLS is offered; `Some(true)` when nothing goes without it.
    pub starttls: Option<bool>,
    /// Ways to authenticate.
    pub mechanisms: Vec<String>,
    /// Resource binding.
    pub bind: bool,
    /// Stream management.
    pub sm: bool,
    /// The session of old, which clients ignore.
    pub session: bool,
}

impl Features {
    /// Reads it, with or without the prefix `stream`.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        element.is("features", ns::STREAM).then(|| Self {
            starttls: element
                .child("starttls", ns::TLS)
                .map(|tls| tls.child("required", ns::TLS).is_some()),
            mechanisms: element
                .child("mechanisms", ns::SASL)
                .map(|list| {
                    list.elements()
                        .filter(|e| e.local() == "mechanism")
                        .map(Element::text)
                        .collect()
                })
                .unwrap_or_default(),
            bind: element.child("bind", ns::BIND).is_some(),
            sm: element.child("sm", ns::SM).is_some(),
            session: element.child("session", ns::SESSION).is_some(),
        })
    }

    /// Writes it with the prefix `stream`.
    #[must_use]
    pub fn write(&self) -> Element {
        let mut features = Element::new("stream:features", ns::STREAM);
        if let Some(is_required) = self.starttls {
            let required = is_required.then(|| Element::new("required", ns::TLS));
            features.push(Element::new("starttls", ns::TLS).with_children(required));
        }
        if self.sm {
            features.push(Element::new("sm", ns::SM));
        }
        if !self.mechanisms.is_empty() {
            let list = self
                .mechanisms
                .iter()
                .map(|name| Element::new("mechanism", ns::SASL).with_text(name));
            features.push(Element::new("mechanisms", ns::SASL).with_children(list));
        }
        if self.bind {
            features.push(Element::new("bind", ns::BIND));
        }
        if self.session {
            features.push(Element::new("session", ns::SESSION));
        }
        features
    }
}
