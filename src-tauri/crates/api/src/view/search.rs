//! Messages that were found.

use kith_model::{DialogId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AttachedView, DialogKind};

/// A piece of a line: plain text, whatever it contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SnippetPart {
    /// What it says.
    pub text: String,
    /// Whether it is what was looked for.
    pub is_match: bool,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundView {
    /// Which.
    #[ts(type = "MessageId")]
    pub message: MessageId,
    /// Where.
    #[ts(type = "DialogId")]
    pub dialog: DialogId,
    /// Of what kind that is.
    pub dialog_kind: DialogKind,
    /// Its name.
    pub dialog_name: String,
    /// A `data:image/…` address, or `uid:…` for the command `picture`, or nothing.
    pub dialog_photo: Option<String>,
    /// The other person of a private dialog.
    #[ts(type = "UserId | null")]
    pub opponent: Option<UserId>,
    /// By whom.
    #[ts(type = "UserId")]
    pub sender: UserId,
    /// By whom, in words.
    pub sender_name: String,
    /// Whether this account wrote it.
    pub is_own: bool,
    /// When.
    #[ts(type = "Millis")]
    pub at: i64,
    /// A line of it, with what was looked for: of its text, or the names of what hangs on it.
    pub snippet: Vec<SnippetPart>,
    /// What hangs on it, when there is something.
    pub attachment: Option<AttachedView>,
}

/// Messages that were found, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundPage {
    /// They.
    pub found: Vec<FoundView>,
    /// To go on with, when there are more.
    #[ts(type = "number | null")]
    pub next: Option<u64>,
    /// How many there are in all; told with the first page, else nought.
    pub total: u32,
    /// Counting ended: there are more than `total`.
    pub is_more: bool,
    /// In how many conversations something may be missing here, so that it cannot be found here; told with the first page.
    pub incomplete: u32,
}
