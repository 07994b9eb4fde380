//! When somebody was last here (XEP-0012), and being told when that changes
//! (`protocol/xmpp.md` §13).

use super::ns;
use crate::xml::Element;

/// `<query xmlns="jabber:iq:last"/>`, as a question or as an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastActivity {
    /// Seconds since; 0 means that they are here now. None in a question.
    pub seconds: Option<u64>,
}

impl LastActivity {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        element.is("query", ns::LAST).then(|| Self {
            seconds: element.attr("seconds").and_then(|s| s.trim().parse().ok()),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("query", ns::LAST).with_some("seconds", self.seconds.map(|s| s.to_string()))
    }
}

/// `<subscribe/>`: begin or stop telling about somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// About whom: a bare address.
    pub user_jid: String,
    /// Begin or stop.
    pub enable: bool,
}

impl Subscription {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if !element.is("subscribe", ns::STATUS_STREAMING) {
            return None;
        }
        Some(Self {
            user_jid: element.attr("user_jid")?.to_owned(),
            enable: matches!(element.attr("enable"), Some("true" | "1")),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        Element::new("subscribe", ns::STATUS_STREAMING)
            .with("user_jid", &self.user_jid)
            .with("enable", self.enable.to_string())
    }
}
