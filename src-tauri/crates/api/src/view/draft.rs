//! What is being written.

use kith_model::UploadId;
use kith_store::Upload;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AttachmentKind, MessageView, ReplyView};

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
    /// The files that will hang on it.
    pub files: Vec<StagedView>,
}

/// A file beside what is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StagedView {
    /// Which, for as long as it is on its way out.
    #[ts(type = "UploadId")]
    pub file: UploadId,
    /// What it is.
    pub kind: AttachmentKind,
    /// What it is called.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// Pixels, when known.
    pub width: Option<u32>,
    /// Pixels, when known.
    pub height: Option<u32>,
}

impl From<Upload> for StagedView {
    fn from(upload: Upload) -> Self {
        let file = upload.file;
        Self {
            file: upload.id,
            kind: file.kind.into(),
            name: file.name,
            size: file.size,
            content_type: file.content_type,
            width: file.width,
            height: file.height,
        }
    }
}
