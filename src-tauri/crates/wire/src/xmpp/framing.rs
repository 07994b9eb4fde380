//! The frames that open and close a stream over WebSocket (RFC 7395 §3.3,
//! `protocol/xmpp.md` §1).

use super::ns;
use crate::xml::Element;

/// What a frame says about the stream itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The stream begins, or begins anew.
    Open {
        /// From the client: the host of the URL, which need not be the domain.
        to: Option<String>,
        /// From the server: its domain.
        from: Option<String>,
        /// From the server: the stream's id.
        id: Option<String>,
    },
    /// The stream ends.
    Close,
}

impl Frame {
    /// Reads `<open/>` and `<close/>`.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        let attr = |name| element.attr(name).map(str::to_owned);
        if element.is("open", ns::FRAMING) {
            Some(Self::Open {
                to: attr("to"),
                from: attr("from"),
                id: attr("id"),
            })
        } else {
            element.is("close", ns::FRAMING).then_some(Self::Close)
        }
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        match self {
            Self::Open { to, from, id } => Element::new("open", ns::FRAMING)
                .with_some("from", from.as_deref())
                .with_some("to", to.as_deref())
                .with_some("id", id.as_deref())
                .with("version", "1.0")
                .with("xml:lang", "en"),
            Self::Close => Element::new("close", ns::FRAMING),
        }
    }
}
