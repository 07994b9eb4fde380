//! Writing and not writing (XEP-0085, `protocol/xmpp.md` §9).

use super::ns;
use crate::xml::Element;

/// A chat state. The SDKs use two of the five.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatState {
    /// Somebody writes.
    Composing,
    /// Somebody has stopped.
    Paused,
}

impl ChatState {
    /// Reads it. The three other states of XEP-0085 mean "not writing".
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.ns != ns::CHAT_STATES {
            return None;
        }
        match element.local() {
            "composing" => Some(Self::Composing),
            "paused" | "active" | "inactive" | "gone" => Some(Self::Paused),
            _ => None,
        }
    }

    /// Writes it.
    #[must_use]
    pub fn write(self) -> Element {
        let name = match self {
            Self::Composing => "composing",
            Self::Paused => "paused",
        };
        Element::new(name, ns::CHAT_STATES)
    }
}
