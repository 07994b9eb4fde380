//! A message, as a bubble shows it.

use kith_model::{DialogId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::attachment::AttachmentView;
use super::{DeedView, ForwardView, ReactionView, ReplyView, SystemView};

/// How far an outgoing message has come; other people's are `sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Waits, with its reason, for the person.
    Failed,
    /// On disk, waiting for its turn.
    Queued,
    /// Its files are on their way.
    Uploading,
    /// Handed to the stream.
    Sending,
    /// The server has it.
    Sent,
    /// It reached somebody's device.
    Delivered,
    /// Somebody has read it.
    Read,
}

impl From<kith_model::Delivery> for Delivery {
    fn from(delivery: kith_model::Delivery) -> Self {
        match delivery {
            kith_model::Delivery::Failed => Self::Failed,
            kith_model::Delivery::Queued => Self::Queued,
            kith_model::Delivery::Uploading => Self::Uploading,
            kith_model::Delivery::Sending => Self::Sending,
            kith_model::Delivery::Sent => Self::Sent,
            kith_model::Delivery::Delivered => Self::Delivered,
            kith_model::Delivery::Read => Self::Read,
        }
    }
}

/// Why a message waits for its writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The person may not write here.
    NotAllowed,
    /// The dialog does not exist any more.
    DialogGone,
    /// The recipient does not take messages from this person.
    Blocked,
    /// The message is larger than the server takes.
    TooLarge,
    /// A file on it is larger than the server takes, or there is no room for it.
    FileTooLarge,
    /// The server does not take a file on it.
    FileRefused,
    /// This device's copy of a file on it is gone.
    FileLost,
    /// Refused for another reason.
    Refused,
}

impl From<kith_model::FailureReason> for FailureReason {
    fn from(reason: kith_model::FailureReason) -> Self {
        match reason {
            kith_model::FailureReason::NotAllowed => Self::NotAllowed,
            kith_model::FailureReason::DialogGone => Self::DialogGone,
            kith_model::FailureReason::Blocked => Self::Blocked,
            kith_model::FailureReason::TooLarge => Self::TooLarge,
            kith_model::FailureReason::FileTooLarge => Self::FileTooLarge,
            kith_model::FailureReason::FileRefused => Self::FileRefused,
            kith_model::FailureReason::FileLost => Self::FileLost,
            kith_model::FailureReason::Refused => Self::Refused,
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageView {
    /// Which.
    #[ts(type = "MessageId")]
    pub id: MessageId,
    /// Where.
    #[ts(type = "DialogId")]
    pub dialog_id: DialogId,
    /// By whom.
    #[ts(type = "UserId")]
    pub sender: UserId,
    /// Whether this account wrote it.
    pub is_own: bool,
    /// The text; never markup.
    pub body: String,
    /// When.
    #[ts(type = "Millis")]
    pub sent_at: i64,
    /// When it was last edited, if ever.
    #[ts(type = "Millis | null")]
    pub edited_at: Option<i64>,
    /// The place in the timeline: compare as text.
    pub key: String,
    /// How far it has come.
    pub delivery: Delivery,
    /// Why it waits, when it has failed.
    pub failure: Option<FailureReason>,
    /// What hangs on it.
    pub attachments: Vec<AttachmentView>,
    /// What it answers.
    pub reply: Option<ReplyView>,
    /// Where it was passed on from.
    pub forward: Option<ForwardView>,
    /// What people think of it, the most frequent first.
    pub reactions: Vec<ReactionView>,
    /// Who is named in it.
    #[ts(type = "UserId[]")]
    pub mentions: Vec<UserId>,
    /// Whether it names this person, or everybody.
    pub mentions_me: bool,
    /// Whether it is pinned.
    pub is_pinned: bool,
    /// Whether nobody was notified of it.
    pub is_silent: bool,
    /// How many seconds after it was read it vanishes.
    pub destroy_after: Option<u32>,
    /// When it vanishes, once that is known.
    #[ts(type = "Millis | null")]
    pub expires_at: Option<i64>,
    /// When it was written by its sender's own clock, where that differs by more than a minute.
    #[ts(type = "Millis | null")]
    pub claimed_at: Option<i64>,
    /// When the server took it, by the server's clock, once that is told.
    #[ts(type = "Millis | null")]
    pub stored_at: Option<i64>,
    /// What it tells about the dialog: then it is a quiet line and no bubble.
    pub system: Option<SystemView>,
    /// What this person does to it that the server has not taken yet.
    pub deed: Option<DeedView>,
}
