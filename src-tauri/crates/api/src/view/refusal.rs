//! What the server did not take after all.

use kith_model::{DialogId, MessageId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was done to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeedKind {
    /// Its text was changed.
    Edit,
    /// It was deleted.
    Delete,
    /// An emoji was given or taken back.
    React,
    /// It was pinned, or the pin taken off.
    Pin,
}

impl From<kith_store::DeedKind> for DeedKind {
    fn from(kind: kith_store::DeedKind) -> Self {
        match kind {
            kith_store::DeedKind::Edit => Self::Edit,
            kith_store::DeedKind::DeleteHere | kith_store::DeedKind::DeleteForAll => Self::Delete,
            kith_store::DeedKind::React | kith_store::DeedKind::TakeReactionBack => Self::React,
            kith_store::DeedKind::Pin | kith_store::DeedKind::Unpin => Self::Pin,
        }
    }
}

/// What this person had done to a message, and the server did not take; the
/// message is as it was before, or not there any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusalView {
    /// Where.
    #[ts(type = "DialogId")]
    pub dialog: DialogId,
    /// Which message.
    #[ts(type = "MessageId")]
    pub message: MessageId,
    /// What was done.
    pub deed: DeedKind,
    /// Whether the message, or all of its dialog, was deleted meanwhile.
    pub is_gone: bool,
    /// What happened, and what can be done.
    pub sentence: String,
}
