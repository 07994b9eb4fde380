//! Copies for one's other devices (XEP-0280, `protocol/xmpp.md` §15).

use super::ns;
use crate::xml::Element;

/// Which way the copied message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Another device of this account sent it.
    Sent,
    /// Another device of this account received it. JavaScript SDKs mistake
    /// these for markers, so nobody should send them.
    Received,
}

/// A carbon copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carbon {
    /// Which way it went.
    pub direction: Direction,
    /// The message that is copied.
    pub message: Element,
}

impl Carbon {
    /// Reads the child of a message that is one.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        let direction = match (element.local(), element.ns.as_str()) {
            ("sent", ns::CARBONS) => Direction::Sent,
            ("received", ns::CARBONS) => Direction::Received,
            _ => return None,
        };
        let message = element
            .child("forwarded", ns::FORWARD)?
            .child_named("message")?
            .clone();
        Some(Self { direction, message })
    }

    /// Writes the child of a message that is one.
    #[must_use]
    pub fn write(&self) -> Element {
        let name = match self.direction {
            Direction::Sent => "sent",
            Direction::Received => "received",
        };
        Element::new(name, ns::CARBONS)
            .with_child(Element::new("forwarded", ns::FORWARD).with_child(self.message.clone()))
    }

    /// The order that switches carbons on for a session.
    #[must_use]
    pub fn enable() -> Element {
        Element::new("enable", ns::CARBONS)
    }
}
