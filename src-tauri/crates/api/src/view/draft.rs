//! What is being written.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{MessageView, ReplyView};

/// What is being written in a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct DraftView {
    /// The text.
    pub text: String,
    /// What it answers.
    pub reply: Option<ReplyView>,
    /// The message whose text it is to become.
    pub editing: Option<MessageView>,
    /// After how many seconds it shall vanish.
    pub destroy_after: Option<u32>,
    /// Whether nobody shall be notified of it.
    pub is_silent: bool,
}
