//! What can hang on a message (`protocol/xmpp.md` §5).

use serde::{Deserialize, Serialize};

/// What an attachment is. The platform leaves the names open, so an unknown
/// one is kept as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// `photo` or `image`.
    Photo,
    /// `video`.
    Video,
    /// `audio`.
    Audio,
    /// `contact`.
    Contact,
    /// `place` or `location`.
    Place,
    /// `file`, and whatever has no name of its own here.
    File,
}

/// One attachment. Files are named by `uid`, never by a web address, because
/// an address dies with the session (`protocol/rest.md` §8.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// The stored file, when there is one.
    pub uid: Option<String>,
    /// Its name, or empty.
    pub name: String,
    /// Its media type, when told.
    pub content_type: Option<String>,
    /// Bytes, when told.
    pub size: Option<u64>,
    /// Pixels, when told.
    pub width: Option<u32>,
    /// Pixels, when told.
    pub height: Option<u32>,
}
