//! A conversation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{DialogId, MessageId, Timestamp, UserId};

/// The kinds of dialog, by the numbers of the documentation
/// (`protocol/rest.md` §5.1), which are not those of the JavaScript SDK's enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum DialogKind {
    /// Written by few, read by all.
    Broadcast = 1,
    /// Several people who were added.
    Group = 2,
    /// Two people; at most one such dialog a pair.
    Private = 3,
    /// Open to whoever subscribes.
    Public = 4,
}

impl DialogKind {
    /// The number on the wire and in the store.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The kind of a number, if it is one.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => Self::Broadcast,
            2 => Self::Group,
            3 => Self::Private,
            4 => Self::Public,
            _ => return None,
        })
    }
}

/// What the server says of a conversation (`protocol/rest.md` §5.1). The last
/// message and the unread count are not here: both are derived from messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialog {
    /// Which.
    pub id: DialogId,
    /// Of what kind.
    pub kind: DialogKind,
    /// The name to show. In a private dialog it is the other person's.
    pub name: String,
    /// A line about it, or empty.
    pub description: String,
    /// A picture: a blob's uid, a `data:` address or a web address.
    pub photo: Option<String>,
    /// Who made it.
    pub owner: Option<UserId>,
    /// Who is in it, this account included; empty where the server does not tell.
    pub occupants: Vec<UserId>,
    /// How many are in it, where the server tells a number and not who.
    pub occupant_count: Option<u32>,
    /// Who may do more than others.
    pub admins: Vec<UserId>,
    /// Messages that are pinned.
    pub pinned: Vec<MessageId>,
    /// Fields of the application's administrator, by name.
    pub extensions: BTreeMap<String, String>,
    /// Whether who is not in it may look at its last messages.
    pub allow_preview: bool,
    /// When the server last changed it.
    pub updated_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Dialog {
    /// A dialog of which nothing else is known.
    #[must_use]
    pub const fn new(id: DialogId, kind: DialogKind, created_at: Timestamp) -> Self {
        Self {
            id,
            kind,
            name: String::new(),
            description: String::new(),
            photo: None,
            owner: None,
            occupants: Vec::new(),
            occupant_count: None,
            admins: Vec::new(),
            pinned: Vec::new(),
            extensions: BTreeMap::new(),
            allow_preview: false,
            updated_at: created_at,
            created_at,
        }
    }

    /// The other person of a private dialog.
    #[must_use]
    pub fn opponent(&self, me: UserId) -> Option<UserId> {
        (self.kind == DialogKind::Private)
            .then(|| self.occupants.iter().copied().find(|id| *id != me))
            .flatten()
    }
}
