//! Questions and answers (RFC 6120 §8.2.3).

use super::{StanzaError, ns};
use crate::xml::Element;

/// What an IQ is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IqKind {
    /// A question.
    Get,
    /// An order.
    Set,
    /// An answer.
    Result,
    /// An answer that it failed.
    Error,
}

/// An IQ. Ids look like `<uuid>:<purpose>` and are returned untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iq {
    /// What it is.
    pub kind: IqKind,
    /// Its id.
    pub id: String,
    /// From whom.
    pub from: Option<String>,
    /// To whom; nobody means the server or, from the server, the account.
    pub to: Option<String>,
    /// What it is about: the first child that is no error.
    pub payload: Option<Element>,
    /// Why it failed.
    pub error: Option<StanzaError>,
}

impl Iq {
    /// A question or order.
    #[must_use]
    pub fn new(kind: IqKind, id: impl Into<String>, payload: Option<Element>) -> Self {
        Self {
            kind,
            id: id.into(),
            from: None,
            to: None,
            payload,
            error: None,
        }
    }

    /// The answer to this one, with this content.
    #[must_use]
    pub fn result(&self, payload: Option<Element>) -> Self {
        Self {
            kind: IqKind::Result,
            id: self.id.clone(),
            from: self.to.clone(),
            to: self.from.clone(),
            payload,
            error: None,
        }
    }

    /// The answer that this one failed. It repeats the question, as RFC 6120
    /// §8.3.1 allows.
    #[must_use]
    pub fn failure(&self, error: StanzaError) -> Self {
        Self {
            kind: IqKind::Error,
            error: Some(error),
            ..self.result(self.payload.clone())
        }
    }

    /// Reads it; one without an id or of an unknown type is none.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.local() != "iq" {
            return None;
        }
        let kind = match element.attr("type")? {
            "get" => IqKind::Get,
            "set" => IqKind::Set,
            "result" => IqKind::Result,
            "error" => IqKind::Error,
            _ => return None,
        };
        Some(Self {
            kind,
            id: element.attr("id")?.to_owned(),
            from: element.attr("from").map(str::to_owned),
            to: element.attr("to").map(str::to_owned),
            payload: element.elements().find(|e| e.local() != "error").cloned(),
            error: element.child_named("error").and_then(StanzaError::read),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        let kind = match self.kind {
            IqKind::Get => "get",
            IqKind::Set => "set",
            IqKind::Result => "result",
            IqKind::Error => "error",
        };
        Element::new("iq", ns::CLIENT)
            .with("type", kind)
            .with("id", &self.id)
            .with_some("from", self.from.as_deref())
            .with_some("to", self.to.as_deref())
            .with_children(self.payload.clone())
            .with_children(self.error.as_ref().map(StanzaError::write))
    }
}

/// `<ping/>` (XEP-0199).
#[must_use]
pub fn ping() -> Element {
    Element::new("ping", ns::PING)
}
