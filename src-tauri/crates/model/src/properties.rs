//! What an app adds to a message: texts by name (`protocol/xmpp.md` §6), and
//! Kith's own conventions among them. Other clients show the message's text
//! and pass over what they do not know.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::{MessageId, Timestamp, UserId};

/// Custom parameters of a message. What was nested is JSON text. A parameter
/// without a text is the same as none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Properties(pub BTreeMap<String, String>);

/// What a message answers: enough to show it where the original is not held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The message that is answered.
    pub message: MessageId,
    /// Who wrote that, when told.
    pub sender: Option<UserId>,
    /// The beginning of its text, in one line.
    pub text: String,
}

/// Where a forwarded message comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Who wrote it first, when told.
    pub sender: Option<UserId>,
    /// That person's name at the time.
    pub name: String,
    /// When it was first sent, when told.
    pub sent_at: Option<Timestamp>,
}

/// Whom a message names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// These people.
    pub people: Vec<UserId>,
    /// Everybody in the dialog.
    pub everybody: bool,
}

impl Mentions {
    /// Whether somebody is named.
    #[must_use]
    pub fn includes(&self, who: UserId) -> bool {
        self.everybody || self.people.contains(&who)
    }
}

/// So much of a text stands in an answer to it.
const QUOTED: usize = 160;

impl Properties {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A property's text, if it is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Sets a property; an empty text takes it away.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if text.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), text);
        }
    }

    /// What the message answers, if it is an answer.
    #[must_use]
    pub fn reply(&self) -> Option<Reply> {
        Some(Reply {
            message: self.get("reply_to")?.parse().ok()?,
            sender: self.get("reply_sender").and_then(|id| id.parse().ok()),
            text: self.get("reply_text").unwrap_or_default().to_owned(),
        })
    }

    /// Makes the message an answer. Of the text the first line's worth is kept.
    pub fn set_reply(&mut self, reply: &Reply) {
        let text = reply.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.set("reply_to", reply.message.as_str());
        self.set(
            "reply_sender",
            reply.sender.map(|id| id.to_string()).unwrap_or_default(),
        );
        self.set("reply_text", text.chars().take(QUOTED).collect::<String>());
    }

    /// Where the message was forwarded from, if it was.
    #[must_use]
    pub fn forward(&self) -> Option<Forward> {
        let sender = self.get("forward_sender").and_then(|id| id.parse().ok());
        let name = self.get("forward_name").unwrap_or_default().to_owned();
        if sender.is_none() && name.is_empty() {
            return None;
        }
        let seconds = self
            .get("forward_sent_at")
            .and_then(|seconds| seconds.trim().parse().ok());
        Some(Forward {
            sender,
            name,
            sent_at: seconds.map(Timestamp::from_seconds),
        })
    }

    /// Says where the message was forwarded from.
    pub fn set_forward(&mut self, forward: &Forward) {
        let sent_at = forward.sent_at.map(|at| at.seconds().to_string());
        self.set(
            "forward_sender",
            forward.sender.map(|id| id.to_string()).unwrap_or_default(),
        );
        self.set("forward_name", forward.name.as_str());
        self.set("forward_sent_at", sent_at.unwrap_or_default());
    }

    /// Whom the message names.
    #[must_use]
    pub fn mentions(&self) -> Mentions {
        let mut found = Mentions::default();
        for name in self.get("mentions").unwrap_or_default().split(',') {
            if name.trim() == "all" {
                found.everybody = true;
            } else if let Ok(id) = name.parse() {
                found.people.push(id);
            }
        }
        found
    }

    /// Says whom the message names.
    pub fn set_mentions(&mut self, mentions: &Mentions) {
        let everybody = mentions.everybody.then(|| "all".to_owned());
        let people = mentions.people.iter().map(ToString::to_string);
        let names: Vec<String> = everybody.into_iter().chain(people).collect();
        self.set("mentions", names.join(","));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut properties = Properties::new();
        let reply = Reply {
            message: format!("{:024x}", 7).parse().unwrap(),
            sender: Some(UserId(22)),
            text: "one line\n  and another".into(),
        };
        let forward = Forward {
            sender: None,
            name: "Bea".into(),
            sent_at: Some(Timestamp::from_seconds(5)),
        };
        let mentions = Mentions {
            people: vec![UserId(1), UserId(2)],
            everybody: true,
        };
        properties.set_reply(&reply);
        properties.set_forward(&forward);
        properties.set_mentions(&mentions);
        assert_eq!(properties.get("mentions"), Some("all,1,2"));
        let expected = Reply {
            text: "one line and another".into(),
            ..reply
        };
        assert_eq!(properties.reply(), Some(expected));
        assert_eq!(properties.forward(), Some(forward));
        assert_eq!(properties.mentions(), mentions);
    }

    #[test]
    fn a_long_text_is_quoted_at_its_beginning() {
        let mut properties = Properties::new();
        properties.set_reply(&Reply {
            message: format!("{:024x}", 7).parse().unwrap(),
            sender: None,
            text: "ü".repeat(500),
        });
        assert_eq!(properties.reply().unwrap().text.chars().count(), QUOTED);
        assert_eq!(properties.get("reply_sender"), None);
    }

    #[test]
    fn nonsense_is_no_convention() {
        let mut properties = Properties::new();
        properties.set("reply_to", "not an id");
        properties.set("forward_sent_at", "5");
        properties.set("mentions", "x,,0,-3, 22 ");
        assert_eq!(properties.reply(), None);
        assert_eq!(properties.forward(), None);
        assert_eq!(properties.mentions().people, [UserId(22)]);
        assert!(!properties.mentions().includes(UserId(3)));
    }
}
