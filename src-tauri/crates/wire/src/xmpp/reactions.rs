//! Reactions, which only the server sends (`protocol/xmpp.md` §10).

use super::ns;
use crate::xml::Element;

/// `<reactions/>`: what one person changed about a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReactionChange {
    /// Who.
    pub user_id: u64,
    /// Which message.
    pub message_id: String,
    /// Emoji that were added.
    pub added: Vec<String>,
    /// Emoji that were taken back.
    pub removed: Vec<String>,
}

impl ReactionChange {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.local() != "reactions" {
            return None;
        }
        let with = |flag: &str| {
            element
                .elements()
                .filter(|e| e.local() == "reaction" && matches!(e.attr(flag), Some("true" | "1")))
                .filter_map(|e| e.attr("type").map(str::to_owned))
                .collect()
        };
        Some(Self {
            user_id: element.attr("user_id")?.trim().parse().ok()?,
            message_id: element.attr("message_id")?.to_owned(),
            added: with("add"),
            removed: with("remove"),
        })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        let reaction = |flag: &str, emoji: &String| {
            Element::new("reaction", ns::CLIENT)
                .with(flag, "true")
                .with("type", emoji)
        };
        Element::new("reactions", ns::CLIENT)
            .with("user_id", self.user_id.to_string())
            .with("message_id", &self.message_id)
            .with_children(self.added.iter().map(|emoji| reaction("add", emoji)))
            .with_children(self.removed.iter().map(|emoji| reaction("remove", emoji)))
    }
}
