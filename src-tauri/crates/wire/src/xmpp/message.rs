//! Messages of every kind (`protocol/xmpp.md` §5 to §11).

use super::{
    Carbon, ChatState, Delay, Extra, Marker, ReactionChange, Removal, Replacement, StanzaError, ns,
};
use crate::xml::{Element, Node};

/// The type of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To one person.
    Chat,
    /// To a room.
    Groupchat,
    /// A system message.
    Headline,
    /// Something failed.
    Error,
    /// `normal`, another, or none at all. SDKs drop these.
    Other,
}

/// A message. Which of its parts are there decides what it is; see
/// `protocol/xmpp.md` §7.3 for the order in which SDKs ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its type.
    pub kind: Kind,
    /// Its id, which is the id of the stored message if it is one.
    pub id: Option<String>,
    /// From whom.
    pub from: Option<String>,
    /// To whom.
    pub to: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// The sender would like to be told when it is delivered and read.
    pub markable: bool,
    /// Somebody writes or has stopped.
    pub chat_state: Option<ChatState>,
    /// Somebody received or read a message.
    pub marker: Option<Marker>,
    /// The body replaces that of a message.
    pub replace: Option<Replacement>,
    /// A message is taken away.
    pub remove: Option<Removal>,
    /// Somebody reacted to a message.
    pub reactions: Option<ReactionChange>,
    /// Seconds after which the receiving app takes the message away; such a
    /// message is never stored.
    pub destroy_after: Option<u64>,
    /// A copy of a message of another device.
    pub carbon: Option<Carbon>,
    /// It was sent earlier.
    pub delay: Option<Delay>,
    /// What the platform and the app add.
    pub extra: Option<Extra>,
    /// Why the message failed.
    pub error: Option<StanzaError>,
    /// Everything else, in order.
    pub others: Vec<Element>,
}

impl Message {
    /// An empty message.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            id: None,
            from: None,
            to: None,
            body: None,
            markable: false,
            chat_state: None,
            marker: None,
            replace: None,
            remove: None,
            reactions: None,
            destroy_after: None,
            carbon: None,
            delay: None,
            extra: None,
            error: None,
            others: Vec::new(),
        }
    }

    /// Reads it. Of two parts of one kind the first counts and the second is
    /// among `others`.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.local() != "message" {
            return None;
        }
        let attr = |name| {
            element
                .attr(name)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        };
        let mut message = Self::new(match element.attr("type") {
            Some("chat") => Kind::Chat,
            Some("groupchat") => Kind::Groupchat,
            Some("headline") => Kind::Headline,
            Some("error") => Kind::Error,
            _ => Kind::Other,
        });
        message.id = attr("id");
        message.from = attr("from");
        message.to = attr("to");
        for node in &element.children {
            if let Node::Element(child) = node
                && !message.take(child)
            {
                message.others.push(child.clone());
            }
        }
        Some(message)
    }

    /// Takes a child if it is of a known kind that is not there yet.
    fn take(&mut self, child: &Element) -> bool {
        fn fill<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
            let is_new = slot.is_none() && value.is_some();
            if is_new {
                *slot = value;
            }
            is_new
        }
        match child.local() {
            "body" => fill(&mut self.body, Some(child.text())),
            "extraParams" => fill(&mut self.extra, Extra::read(child)),
            "error" => fill(&mut self.error, StanzaError::read(child)),
            "reactions" => fill(&mut self.reactions, ReactionChange::read(child)),
            "markable" if child.ns == ns::MARKERS => !std::mem::replace(&mut self.markable, true),
            "destroy" if child.ns == ns::DESTROY => fill(
                &mut self.destroy_after,
                child
                    .attr("after")
                    .and_then(|after| after.trim().parse().ok()),
            ),
            _ => match child.ns.as_str() {
                ns::MARKERS => fill(&mut self.marker, Marker::read(child)),
                ns::CHAT_STATES => fill(&mut self.chat_state, ChatState::read(child)),
                ns::CORRECT => fill(&mut self.replace, Replacement::read(child)),
                ns::DELETE => fill(&mut self.remove, Removal::read(child)),
                ns::CARBONS => fill(&mut self.carbon, Carbon::read(child)),
                ns::DELAY => fill(&mut self.delay, Delay::read(child)),
                _ => false,
            },
        }
    }

    /// Writes it. An empty body is left out (`protocol/xmpp.md` §5).
    #[must_use]
    pub fn write(&self) -> Element {
        let kind = match self.kind {
            Kind::Chat => Some("chat"),
            Kind::Groupchat => Some("groupchat"),
            Kind::Headline => Some("headline"),
            Kind::Error => Some("error"),
            Kind::Other => None,
        };
        let body = self.body.as_ref().filter(|body| !body.is_empty());
        let markable = self.markable.then(|| Element::new("markable", ns::MARKERS));
        let destroy = self
            .destroy_after
            .map(|after| Element::new("destroy", ns::DESTROY).with("after", after.to_string()));
        Element::new("message", ns::CLIENT)
            .with_some("from", self.from.as_deref())
            .with_some("to", self.to.as_deref())
            .with_some("type", kind)
            .with_some("id", self.id.as_deref())
            .with_children(body.map(|body| Element::new("body", ns::CLIENT).with_text(body)))
            .with_children(markable)
            .with_children(self.chat_state.map(ChatState::write))
            .with_children(self.marker.as_ref().map(Marker::write))
            .with_children(self.replace.as_ref().map(Replacement::write))
            .with_children(self.remove.as_ref().map(Removal::write))
            .with_children(destroy)
            .with_children(self.extra.as_ref().map(Extra::write))
            .with_children(self.reactions.as_ref().map(ReactionChange::write))
            .with_children(self.carbon.as_ref().map(Carbon::write))
            .with_children(self.delay.as_ref().map(Delay::write))
            .with_children(self.error.as_ref().map(StanzaError::write))
            .with_children(self.others.iter().cloned())
    }

    /// Whether it carries something to show: a text or an attachment.
    #[must_use]
    pub fn has_content(&self) -> bool {
        self.body.as_ref().is_some_and(|body| !body.is_empty())
            || self
                .extra
                .as_ref()
                .is_some_and(|extra| !extra.attachments.is_empty())
    }
}
