//! What can hang on a message (`protocol/xmpp.md` §5).

use std::collections::BTreeMap;

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
    /// The stored file's number, when told.
    #[serde(default)]
    pub blob: Option<u64>,
    /// An address that the sender gave. It may be dead, and it may be anybody's:
    /// Kith fetches files by their `uid` alone.
    #[serde(default)]
    pub url: Option<String>,
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
    /// Seconds of sound or picture, when told.
    #[serde(default)]
    pub duration: Option<u32>,
    /// Of a contact: its fields by name, such as `name` and `phone`.
    #[serde(default)]
    pub contact: BTreeMap<String, String>,
    /// Of a place: degrees north, as they were written.
    #[serde(default)]
    pub latitude: Option<String>,
    /// Of a place: degrees east, as they were written.
    #[serde(default)]
    pub longitude: Option<String>,
    /// Every other field, by name; and `type`, where the sender has another
    /// word for what it is.
    #[serde(default)]
    pub other: BTreeMap<String, String>,
}

impl Attachment {
    /// One of which only the kind is known.
    #[must_use]
    pub const fn new(kind: AttachmentKind) -> Self {
        Self {
            kind,
            uid: None,
            blob: None,
            url: None,
            name: String::new(),
            content_type: None,
            size: None,
            width: None,
            height: None,
            duration: None,
            contact: BTreeMap::new(),
            latitude: None,
            longitude: None,
            other: BTreeMap::new(),
        }
    }

    /// What its file is called among the files of the server, when it has one:
    /// the uid, or the number where only that was told.
    #[must_use]
    pub fn file_key(&self) -> Option<String> {
        self.uid
            .clone()
            .or_else(|| self.blob.map(|number| format!("id-{number}")))
    }
}
