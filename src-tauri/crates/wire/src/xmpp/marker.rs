//! Markers: delivered and read (XEP-0333, `protocol/xmpp.md` §9).

use super::ns;
use crate::xml::Element;

/// What somebody says about a message of somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// It reached a device.
    Received {
        /// The message.
        id: String,
    },
    /// It was read.
    Displayed {
        /// The message.
        id: String,
    },
}

impl Marker {
    /// Reads it. The `received` of carbons has the same name and another
    /// namespace, and an id that is empty marks nothing.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.ns != ns::MARKERS {
            return None;
        }
        let id = element.attr("id").filter(|id| !id.is_empty())?.to_owned();
        match element.local() {
            "received" => Some(Self::Received { id }),
            "displayed" => Some(Self::Displayed { id }),
            _ => None,
        }
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        let (name, id) = match self {
            Self::Received { id } => ("received", id),
            Self::Displayed { id } => ("displayed", id),
        };
        Element::new(name, ns::MARKERS).with("id", id)
    }

    /// The message that is marked.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Received { id } | Self::Displayed { id } => id,
        }
    }
}
