//! Stream management (XEP-0198, `protocol/xmpp.md` §8).

use super::ns;
use crate::xml::Element;

/// Its elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sm {
    /// The client asks for it.
    Enable {
        /// Whether it wants to be able to resume. The JavaScript SDK does not.
        resume: bool,
    },
    /// The server agrees.
    Enabled {
        /// The name to resume by.
        id: Option<String>,
        /// Whether the session can be resumed.
        resume: bool,
        /// For how many seconds.
        max: Option<u32>,
    },
    /// "How many have you handled?"
    Request,
    /// "So many."
    Answer {
        /// Stanzas handled since the session was enabled, modulo 2³².
        h: u32,
    },
    /// The client wants its session back.
    Resume {
        /// Its name.
        previd: String,
        /// What the client has handled.
        h: u32,
    },
    /// The server gives it back.
    Resumed {
        /// Its name.
        previd: String,
        /// What the server has handled.
        h: u32,
    },
    /// Enabling or resuming failed.
    Failed {
        /// What the server had handled, if it still knows. Some parsers take it
        /// for required, so `kith-server` always writes it.
        h: Option<u32>,
        /// Such as `item-not-found`.
        condition: Option<String>,
    },
}

impl Sm {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.ns != ns::SM {
            return None;
        }
        let text = |name| element.attr(name).map(str::to_owned);
        let number = |name| element.attr(name).and_then(|n| n.trim().parse().ok());
        let is_true = |name| matches!(element.attr(name), Some("true" | "1"));
        Some(match element.local() {
            "enable" => Self::Enable {
                resume: is_true("resume"),
            },
            "enabled" => Self::Enabled {
                id: text("id"),
                resume: is_true("resume"),
                max: number("max"),
            },
            "r" => Self::Request,
            "a" => Self::Answer { h: number("h")? },
            "resume" => Self::Resume {
                previd: text("previd")?,
                h: number("h")?,
            },
            "resumed" => Self::Resumed {
                previd: text("previd")?,
                h: number("h")?,
            },
            "failed" => Self::Failed {
                h: number("h"),
                condition: element
                    .elements()
                    .find(|e| e.local() != "text")
                    .map(|e| e.local().to_owned()),
            },
            _ => return None,
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        let new = |name: &str| Element::new(name, ns::SM);
        match self {
            Self::Enable { resume } => new("enable").with_some("resume", resume.then_some("true")),
            Self::Enabled { id, resume, max } => new("enabled")
                .with_some("id", id.as_deref())
                .with_some("resume", resume.then_some("true"))
                .with_some("max", max.map(|max| max.to_string())),
            Self::Request => new("r"),
            Self::Answer { h } => new("a").with("h", h.to_string()),
            Self::Resume { previd, h } => new("resume")
                .with("h", h.to_string())
                .with("previd", previd),
            Self::Resumed { previd, h } => new("resumed")
                .with("h", h.to_string())
                .with("previd", previd),
            Self::Failed { h, condition } => {
                let condition = condition
                    .as_ref()
                    .map(|c| Element::new(c.as_str(), ns::STANZA_ERRORS));
                new("failed")
                    .with_some("h", h.map(|h| h.to_string()))
                    .with_children(condition)
            }
        }
    }
}
